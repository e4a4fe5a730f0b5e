/* The ways to write a string that each rule permits. */
#ifndef ENCODINGS_H
#define ENCODINGS_H

#include "../grammar.h"
#include "abnf.h"

/* Finds them for all rules: sets their numbers in `rules`, and returns what they are, by number.
 * Number 0 is no string: a string is what may be a literal. */
const struct grammar_string *encodings_find(const struct abnf *, struct grammar_rule *rules,
                                            size_t *count);

#endif
