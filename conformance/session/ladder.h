/* The state ladder: brings a fresh connection from its greeting to where a dialog starts. */
#ifndef LADDER_H
#define LADDER_H

#include "session.h"

/* Climbs up to STATE_AUTHENTICATED (the rungs above it are the same here). TLS comes in where the
 * server's URL or STATE_TLS asks for it. Every capability that is seen on the way is added to
 * `seen` (may be NULL). False: `problem` says which step failed and what the server said. */
bool ladder_climb(struct session *, enum ladder, const char *user, struct buffer *seen,
                  char problem[SESSION_PROBLEM]);

/* Starts TLS where a dialog is to read the greeting itself, which is unread again afterwards: what
 * the dialog sends, a password perhaps, is no more in clear than elsewhere. */
bool ladder_secure(struct session *, char problem[SESSION_PROBLEM]);

/* What the client answers to AUTHENTICATE PLAIN: BASE64 of NUL user NUL password (RFC 4616).
 * Allocated, NULL when memory is out. */
char *ladder_plain_response(const char *user, const char *password);

/* The last rung. */
bool ladder_select(struct session *, const char *mailbox, char problem[SESSION_PROBLEM]);

/* Learns what the server can do now. */
bool ladder_learn(struct session *, struct buffer *seen, char problem[SESSION_PROBLEM]);

/* Is this one of the space-separated words, or, if it ends in `=`, the beginning of one? Case is
 * ignored. */
bool ladder_can(const struct buffer *capabilities, const char *capability, size_t size);

#endif
