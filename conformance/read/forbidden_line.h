/* The messages of a dialog of mode: syntax that break a rule: C!: S!: and, below, !breaks RULE */
#ifndef FORBIDDEN_LINE_H
#define FORBIDDEN_LINE_H

#include "transcript.h"

/* Reads the message that begins at line *at, which may go on in lines of the same marker, and the
 * `!breaks` below it; *at moves on past that. False with the diagnostic set. */
bool forbidden_line_read(struct transcript *, size_t *at);

#endif
