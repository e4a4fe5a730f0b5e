/* The address of a server: imap://user:password@host:port (RFC 5092, without a path). */
#ifndef URL_H
#define URL_H

#include <stdbool.h>

#include "server.h"

#define URL_PROBLEM 160

/* Reads an imap: or imaps: URL into host, port, user, password and tls (imaps: is TLS_IMPLICIT);
 * leaves the other fields alone. User and password are percent-decoded; either is NULL where the
 * URL has none. `%d` in the user is no percent-encoding but the worker's number, whatever follows
 * it, and stays; `%25d` says the same, and an octet from %D0 to %DF is written with a capital D.
 * On false, `problem` holds one sentence and *server is unchanged. */
bool url_parse(const char *url, struct server *, char problem[URL_PROBLEM]);

/* Frees what url_parse allocated. */
void url_free(struct server *);

#endif
