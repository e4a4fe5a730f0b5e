/* The lines of a dialog of mode: octets: what a side says, word for word. */
#ifndef OCTETS_LINE_H
#define OCTETS_LINE_H

#include "transcript.h"

/* Makes the line a step. */
bool octets_line_read(struct transcript *, const struct marked_line *);

#endif
