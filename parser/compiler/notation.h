/* Expressions written back as ABNF. */
#ifndef NOTATION_H
#define NOTATION_H

#include "abnf.h"

/* Writes the expression on one line, so that abnf_read makes the same of it. At most `size` octets,
 * NUL included; returns the length that all of it would have had, as snprintf does. `text` may be
 * NULL if size is 0. */
size_t notation_write(const struct expression *, char *text, size_t size);

/* Is it optional: [element]? */
bool notation_is_optional(const struct expression *);

#endif
