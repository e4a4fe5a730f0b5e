/* The lines of a dialog that the server must send: S: S?: S~: S!: S=: */
#ifndef SERVER_LINE_H
#define SERVER_LINE_H

#include "transcript.h"

/* Reads the message that begins at line *at, which moves on past it. False with the diagnostic
 * set. */
bool server_line_read(struct transcript *, size_t *at);

#endif
