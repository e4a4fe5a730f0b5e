/* The shortest text that each rule matches. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include "abnf.h"

/* By rule number: a text that is empty only if no other is at most MAX_EXAMPLE long; NULL when each
 * needs a literal, or is longer. Plain characters are preferred: a letter, then a digit. */
const char **examples_find(const struct abnf *);

#endif
