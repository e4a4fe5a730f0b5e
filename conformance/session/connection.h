/* One TCP connection, in clear or under TLS, compressed or not. Nothing here waits past its
 * deadline, and no signal is raised when the other side is gone. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum connection_status {
    CONNECTION_DONE,
    CONNECTION_CLOSED,      /* by the other side, or by connection_close */
    CONNECTION_TIMED_OUT,   /* the deadline has passed; the connection still stands */
    CONNECTION_INTERRUPTED, /* *interrupted has become true */
    CONNECTION_BROKEN       /* see problem */
};

struct connection {
    int descriptor; /* -1: none */
    struct ssl_st *tls;
    struct bio_st *tls_input, *tls_output; /* belong to tls: what it reads, what it has written */
    struct compression *compression;       /* NULL: none */
    const atomic_bool *interrupted;        /* NULL: can't be */
    char problem[256];                     /* one sentence, of the last BROKEN */
};

/* Deadlines are values of clock_milliseconds; this one has passed: take what is there, don't wait.
 */
#define CONNECTION_NOW 0

/* A connection that isn't open. */
void connection_init(struct connection *, const atomic_bool *interrupted);

/* Connects to the first address of the host that answers. DONE, TIMED_OUT, INTERRUPTED or BROKEN.
 */
enum connection_status connection_open(struct connection *, const char *host, const char *port,
                                       uint64_t deadline);

/* The TLS handshake (TLS 1.2 or later, SNI). The certificate must be good for `host`, by `ca_file`
 * or (NULL) the system's authorities, unless `insecure`. */
enum connection_status connection_start_tls(struct connection *, const char *host,
                                            const char *ca_file, bool insecure, uint64_t deadline);

/* Makes the connection one of this socket, which a listening one has accepted and which is closed
 * with it. */
void connection_take(struct connection *, int descriptor);

/* The server's side of the TLS handshake. Both are files in PEM; the first holds the certificate,
 * and after it those that vouch for it. */
enum connection_status connection_serve_tls(struct connection *, const char *certificate,
                                            const char *key, uint64_t deadline);

/* DEFLATE both ways from here on, below it TLS if there is any. `octets` have been read already,
 * and are the first that are compressed (COMPRESSION_CHUNK at most). False: see problem. */
bool connection_compress(struct connection *, const void *octets, size_t size);

/* Waits for at least one octet; *count is how many came. */
enum connection_status connection_read(struct connection *, void *octets, size_t size,
                                       uint64_t deadline, size_t *count);

/* Sends all octets, unless the result isn't DONE. */
enum connection_status connection_write(struct connection *, const void *octets, size_t size,
                                        uint64_t deadline);

/* Says goodbye (TLS close_notify, half-close), gives the server a moment to notice, closes. Does
 * nothing when not open. */
void connection_close(struct connection *);

#endif
