/* How to reach a server, and who one is there. */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>

#include "../tolerance.h"

enum tls_mode { TLS_NONE, TLS_STARTTLS, TLS_IMPLICIT };

struct server {
    char *host;
    char *port;
    char *user; /* may hold %d: the worker's number, from 1 */
    char *password;
    enum tls_mode tls;
    bool insecure; /* don't check the certificate */
    char *ca_file; /* NULL: the system's */
    struct tolerance tolerance;
};

#endif
