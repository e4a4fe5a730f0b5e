/* The lines of a dialog that the client sends: C: C-: */
#ifndef CLIENT_LINE_H
#define CLIENT_LINE_H

#include "transcript.h"

/* Reads the command, or other message, that begins at line *at, which moves on past it. False with
 * the diagnostic set. */
bool client_line_read(struct transcript *, size_t *at);

#endif
