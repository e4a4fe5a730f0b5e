/* The ways to write a string that each rule permits. */
#ifndef ENCODINGS_H
#define ENCODINGS_H

#include "../grammar.h"
#include "abnf.h"

/* Sets encodings, nil and atom_set of all rules, by number; after their sets were listed. Rules
 * that aren't strings, which is what may be a literal, have none. */
void encodings_find(const struct abnf *, const struct grammar_set *sets,
                    struct grammar_rule *rules);

#endif
