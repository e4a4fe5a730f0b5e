#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../clock.h"
#include "compression.h"

enum {
    INTERRUPT_SLICE = 100, /* milliseconds: how long an interruption may go unnoticed */
    LINGER = 500,          /* milliseconds: how long a closing server is waited for */
    TLS_CHUNK = 16384      /* octets moved at once between the socket and TLS */
};

void connection_init(struct connection *connection, const atomic_bool *interrupted) {
    *connection = (struct connection){.descriptor = -1, .interrupted = interrupted};
}

static enum connection_status broken(struct connection *connection, const char *doing,
                                     const char *problem) {
    snprintf(connection->problem, sizeof connection->problem, "%s: %s", doing, problem);
    return CONNECTION_BROKEN;
}

/* After a failed call on the socket. */
static enum connection_status socket_failed(struct connection *connection, const char *doing) {
    char text[128];

    if (errno == ECONNRESET || errno == EPIPE) {
        return CONNECTION_CLOSED;
    }
    if (strerror_r(errno, text, sizeof text) != 0) {
        snprintf(text, sizeof text, "error %d", errno);
    }
    return broken(connection, doing, text);
}

/* Waits until the socket can be read or written (POLLIN, POLLOUT). */
static enum connection_status wait_for(struct connection *connection, short events,
                                       uint64_t deadline) {
    for (;;) {
        if (connection->interrupted && atomic_load(connection->interrupted)) {
            return CONNECTION_INTERRUPTED;
        }
        uint64_t now = clock_milliseconds();
        if (now >= deadline) {
            return CONNECTION_TIMED_OUT;
        }
        uint64_t left = deadline - now;
        struct pollfd wanted = {.fd = connection->descriptor, .events = events};
        int ready = poll(&wanted, 1, left < INTERRUPT_SLICE ? (int)left : INTERRUPT_SLICE);
        if (ready > 0) {
            return CONNECTION_DONE;
        }
        if (ready < 0 && errno != EINTR) {
            return socket_failed(connection, "poll");
        }
    }
}

static enum connection_status socket_read(struct connection *connection, void *octets, size_t size,
                                          uint64_t deadline, size_t *count) {
    for (;;) {
        ssize_t received = recv(connection->descriptor, octets, size, 0);
        if (received > 0) {
            *count = (size_t)received;
            return CONNECTION_DONE;
        }
        if (received == 0) {
            return CONNECTION_CLOSED;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            return socket_failed(connection, "read");
        }
        enum connection_status status = wait_for(connection, POLLIN, deadline);
        if (status != CONNECTION_DONE) {
            return status;
        }
    }
}

static enum connection_status socket_write(struct connection *connection, const void *octets,
                                           size_t size, uint64_t deadline) {
    const uint8_t *next = octets;

    while (size > 0) {
        ssize_t sent = send(connection->descriptor, next, size, MSG_NOSIGNAL);
        if (sent >= 0) {
            next += sent;
            size -= (size_t)sent;
            continue;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            return socket_failed(connection, "write");
        }
        enum connection_status status = wait_for(connection, POLLOUT, deadline);
        if (status != CONNECTION_DONE) {
            return status;
        }
    }
    return CONNECTION_DONE;
}

/* ---- opening ------------------------------------------------------------------------------- */

static enum connection_status connect_to(struct connection *connection,
                                         const struct addrinfo *address, uint64_t deadline) {
    int one = 1, error = 0;
    socklen_t size = sizeof error;
    int descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                            address->ai_protocol);

    if (descriptor < 0) {
        return socket_failed(connection, "socket");
    }
    connection->descriptor = descriptor;
    /* A dialog is a chain of small writes, each of which waits for its answer. */
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

    if (connect(descriptor, address->ai_addr, address->ai_addrlen) == 0) {
        return CONNECTION_DONE;
    }
    if (errno != EINPROGRESS) {
        return socket_failed(connection, "connect");
    }
    enum connection_status status = wait_for(connection, POLLOUT, deadline);
    if (status != CONNECTION_DONE) {
        return status;
    }
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0) {
        return CONNECTION_DONE;
    }
    errno = error;
    return socket_failed(connection, "connect");
}

enum connection_status connection_open(struct connection *connection, const char *host,
                                       const char *port, uint64_t deadline) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *addresses;
    enum connection_status status = CONNECTION_BROKEN;
    int error = getaddrinfo(host, port, &hints, &addresses);

    if (error != 0) {
        return broken(connection, host, gai_strerror(error));
    }
    for (const struct addrinfo *address = addresses; address; address = address->ai_next) {
        status = connect_to(connection, address, deadline);
        if (status == CONNECTION_DONE) {
            break;
        }
        if (connection->descriptor >= 0) {
            close(connection->descriptor);
        }
        connection->descriptor = -1;
    }
    freeaddrinfo(addresses);
    return status == CONNECTION_CLOSED ? broken(connection, "connect", "reset by the server")
                                       : status;
}

/* ---- TLS ----------------------------------------------------------------------------------- */

/* TLS reads and writes two buffers in memory; the octets in them are moved here, so that one place
 * waits for the socket. */
static enum connection_status tls_flush(struct connection *connection, uint64_t deadline) {
    uint8_t octets[TLS_CHUNK];
    int size;

    while ((size = BIO_read(connection->tls_output, octets, sizeof octets)) > 0) {
        enum connection_status status = socket_write(connection, octets, (size_t)size, deadline);
        if (status != CONNECTION_DONE) {
            return status;
        }
    }
    return CONNECTION_DONE;
}

static enum connection_status tls_fill(struct connection *connection, uint64_t deadline) {
    uint8_t octets[TLS_CHUNK];
    size_t size;
    enum connection_status status = socket_read(connection, octets, sizeof octets, deadline, &size);

    if (status != CONNECTION_DONE) {
        return status;
    }
    if (BIO_write(connection->tls_input, octets, (int)size) != (int)size) {
        return broken(connection, "TLS", "out of memory");
    }
    return CONNECTION_DONE;
}

static enum connection_status tls_failed(struct connection *connection) {
    long verdict = SSL_get_verify_result(connection->tls);
    char text[160];

    if (!SSL_is_init_finished(connection->tls) && verdict != X509_V_OK) {
        return broken(connection, "TLS certificate", X509_verify_cert_error_string(verdict));
    }
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    return broken(connection, "TLS", text);
}

/* After an operation that returned `result` <= 0: does what it waits for. DONE: try again. */
static enum connection_status tls_advance(struct connection *connection, int result,
                                          uint64_t deadline) {
    int error = SSL_get_error(connection->tls, result);
    enum connection_status status = tls_flush(connection, deadline);

    if (error == SSL_ERROR_ZERO_RETURN) {
        return CONNECTION_CLOSED;
    }
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
        return tls_failed(connection);
    }
    bool is_reading = error == SSL_ERROR_WANT_READ;
    /* What a server said before it closed can still be read. */
    if (status != CONNECTION_DONE && !(is_reading && status == CONNECTION_CLOSED)) {
        return status;
    }
    return is_reading ? tls_fill(connection, deadline) : CONNECTION_DONE;
}

static bool trust(SSL_CTX *context, const char *ca_file) {
    return ca_file ? SSL_CTX_load_verify_locations(context, ca_file, NULL) == 1
                   : SSL_CTX_set_default_verify_paths(context) == 1;
}

/* The name in the certificate, and (names only) in the server name indication. */
static bool name_host(SSL *tls, const char *host) {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host) == 1) {
        return true;
    }
    ERR_clear_error();
    return SSL_set1_host(tls, host) == 1 && SSL_set_tlsext_host_name(tls, host) == 1;
}

static SSL *tls_new(const char *host, const char *ca_file, bool insecure) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *tls = NULL;

    if (!context) {
        return NULL;
    }
    SSL_CTX_set_verify(context, insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
        (insecure || trust(context, ca_file))) {
        tls = SSL_new(context);
    }
    SSL_CTX_free(context);
    if (tls && !name_host(tls, host)) {
        SSL_free(tls);
        return NULL;
    }
    return tls;
}

/* The side of the handshake that `step` (SSL_connect, SSL_accept) is. Takes `tls`; NULL is an error
 * that OpenSSL tells of, and `subject` is what it is about. */
static enum connection_status shake_hands(struct connection *connection, SSL *tls, int step(SSL *),
                                          const char *subject, uint64_t deadline) {
    BIO *input = BIO_new(BIO_s_mem()), *output = BIO_new(BIO_s_mem());

    if (!tls || !input || !output) {
        char text[160];
        ERR_error_string_n(ERR_get_error(), text, sizeof text);
        SSL_free(tls);
        BIO_free(input);
        BIO_free(output);
        return broken(connection, subject, text);
    }
    SSL_set_bio(tls, input, output);
    connection->tls = tls;
    connection->tls_input = input;
    connection->tls_output = output;
    for (;;) {
        ERR_clear_error();
        int result = step(tls);
        enum connection_status status = result == 1 ? tls_flush(connection, deadline)
                                                    : tls_advance(connection, result, deadline);
        if (result == 1 || status != CONNECTION_DONE) {
            return status;
        }
    }
}

enum connection_status connection_start_tls(struct connection *connection, const char *host,
                                            const char *ca_file, bool insecure, uint64_t deadline) {
    ERR_clear_error();
    return shake_hands(connection, tls_new(host, ca_file, insecure), SSL_connect,
                       ca_file ? ca_file : "TLS", deadline);
}

/* For the server's side of a connection. */
static SSL *tls_serving(const char *certificate, const char *key) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL *tls = NULL;

    if (context && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
        SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1) {
        tls = SSL_new(context);
    }
    SSL_CTX_free(context);
    return tls;
}

void connection_take(struct connection *connection, int descriptor) {
    int one = 1, flags = fcntl(descriptor, F_GETFL);

    fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connection->descriptor = descriptor;
}

enum connection_status connection_serve_tls(struct connection *connection, const char *certificate,
                                            const char *key, uint64_t deadline) {
    ERR_clear_error();
    return shake_hands(connection, tls_serving(certificate, key), SSL_accept, certificate,
                       deadline);
}

/* ---- reading, writing, closing --------------------------------------------------------------- */

/* In clear or under TLS, as it comes. */
static enum connection_status stream_read(struct connection *connection, void *octets, size_t size,
                                          uint64_t deadline, size_t *count) {
    if (!connection->tls) {
        return socket_read(connection, octets, size, deadline, count);
    }
    for (;;) {
        ERR_clear_error();
        int result = SSL_read_ex(connection->tls, octets, size, count);
        if (result == 1) {
            return CONNECTION_DONE;
        }
        enum connection_status status = tls_advance(connection, result, deadline);
        if (status != CONNECTION_DONE) {
            return status;
        }
    }
}

static enum connection_status stream_write(struct connection *connection, const void *octets,
                                           size_t size, uint64_t deadline) {
    const uint8_t *next = octets;

    if (!connection->tls) {
        return socket_write(connection, octets, size, deadline);
    }
    while (size > 0) {
        size_t piece = size < TLS_CHUNK ? size : TLS_CHUNK, written = 0;
        ERR_clear_error();
        int result = SSL_write_ex(connection->tls, next, piece, &written);
        enum connection_status status = result == 1 ? tls_flush(connection, deadline)
                                                    : tls_advance(connection, result, deadline);
        if (status != CONNECTION_DONE) {
            return status;
        }
        next += written;
        size -= written;
    }
    return CONNECTION_DONE;
}

static enum connection_status inflated_read(struct connection *connection, void *octets,
                                            size_t size, uint64_t deadline, size_t *count) {
    for (;;) {
        uint8_t input[COMPRESSION_CHUNK];
        size_t received;
        switch (compression_inflate(connection->compression, octets, size, count)) {
        case COMPRESSION_DONE:
            return CONNECTION_DONE;
        case COMPRESSION_ENDED:
            return CONNECTION_CLOSED;
        case COMPRESSION_TOO_LONG:
            return broken(connection, "DEFLATE", "the server sends octets without end");
        case COMPRESSION_BROKEN:
            return broken(connection, "DEFLATE", "what the server sends isn't compressed");
        case COMPRESSION_HUNGRY:
            break;
        }
        enum connection_status status =
            stream_read(connection, input, sizeof input, deadline, &received);
        if (status != CONNECTION_DONE) {
            return status;
        }
        compression_feed(connection->compression, input, received);
    }
}

static enum connection_status deflated_write(struct connection *connection, const void *octets,
                                             size_t size, uint64_t deadline) {
    struct buffer deflated = {0};

    compression_deflate(connection->compression, octets, size, &deflated);
    enum connection_status status =
        deflated.failed ? broken(connection, "DEFLATE", "out of memory")
                        : stream_write(connection, deflated.octets, deflated.size, deadline);
    buffer_free(&deflated);
    return status;
}

bool connection_compress(struct connection *connection, const void *octets, size_t size) {
    if (connection->compression) {
        broken(connection, "DEFLATE", "the connection is compressed already");
        return false;
    }
    connection->compression = compression_new();
    if (!connection->compression) {
        broken(connection, "DEFLATE", "out of memory");
        return false;
    }
    compression_feed(connection->compression, octets, size);
    return true;
}

enum connection_status connection_read(struct connection *connection, void *octets, size_t size,
                                       uint64_t deadline, size_t *count) {
    *count = 0;
    if (connection->descriptor < 0) {
        return CONNECTION_CLOSED;
    }
    return connection->compression ? inflated_read(connection, octets, size, deadline, count)
                                   : stream_read(connection, octets, size, deadline, count);
}

enum connection_status connection_write(struct connection *connection, const void *octets,
                                        size_t size, uint64_t deadline) {
    if (connection->descriptor < 0) {
        return CONNECTION_CLOSED;
    }
    return connection->compression ? deflated_write(connection, octets, size, deadline)
                                   : stream_write(connection, octets, size, deadline);
}

void connection_close(struct connection *connection) {
    uint8_t octets[TLS_CHUNK];
    size_t size;
    uint64_t deadline = clock_milliseconds() + LINGER;

    if (connection->descriptor < 0) {
        return;
    }
    if (connection->tls && SSL_is_init_finished(connection->tls)) {
        ERR_clear_error();
        SSL_shutdown(connection->tls);
        tls_flush(connection, deadline);
    }
    if (shutdown(connection->descriptor, SHUT_WR) == 0) {
        while (clock_milliseconds() < deadline &&
               socket_read(connection, octets, sizeof octets, deadline, &size) == CONNECTION_DONE) {
        }
    }
    SSL_free(connection->tls);
    compression_free(connection->compression);
    close(connection->descriptor);
    connection_init(connection, connection->interrupted);
}
