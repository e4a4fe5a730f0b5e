/* The header of a dialog file: `key: value` lines. */
#ifndef HEADER_H
#define HEADER_H

#include "source.h"

#define HEADER_MAX_CONNECTIONS 64u

/* Reads the header into a dialog that is all zeros, defaults included, and sets *end to the index
 * of the line after it. False with the diagnostic set. */
bool header_read(const struct source *, struct dialog *, size_t *end);

#endif
