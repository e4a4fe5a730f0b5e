#include "proxy.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    SLICE = 100, /* milliseconds: how long an interruption may go unnoticed */
    QUEUE = 128  /* connections that wait to be taken */
};

struct proxy {
    const struct relay_options *options;
    uint64_t *applied;
    pthread_mutex_t mutex; /* for what follows, and applied */
    pthread_cond_t ended;  /* a connection has */
    unsigned connections;
};

struct job {
    struct proxy *proxy;
    int descriptor;
};

/* ---- listening ----------------------------------------------------------------------------- */

static int listen_at(const struct addrinfo *address) {
    int one = 1;
    int descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, address->ai_protocol);

    if (descriptor < 0) {
        return -1;
    }
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(descriptor, address->ai_addr, address->ai_addrlen) == 0 &&
        listen(descriptor, QUEUE) == 0) {
        return descriptor;
    }
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

static unsigned port_of(int descriptor) {
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    char port[8] = "0";

    if (getsockname(descriptor, (struct sockaddr *)&address, &size) == 0) {
        getnameinfo((struct sockaddr *)&address, size, NULL, 0, port, sizeof port, NI_NUMERICSERV);
    }
    return (unsigned)strtoul(port, NULL, 10);
}

int proxy_listen(const char *host, const char *port, unsigned *chosen,
                 char problem[PROXY_PROBLEM]) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *addresses;
    char why[128] = "";
    int descriptor = -1, error = getaddrinfo(host, port, &hints, &addresses);

    if (error != 0) {
        snprintf(problem, PROXY_PROBLEM, "%.100s:%.8s: %s", host, port, gai_strerror(error));
        return -1;
    }
    for (const struct addrinfo *next = addresses; next && descriptor < 0; next = next->ai_next) {
        descriptor = listen_at(next);
    }
    if (descriptor < 0) {
        strerror_r(errno, why, sizeof why);
        snprintf(problem, PROXY_PROBLEM, "%.100s:%.8s: %s", host, port, why);
    } else {
        *chosen = port_of(descriptor);
    }
    freeaddrinfo(addresses);
    return descriptor;
}

/* ---- serving ------------------------------------------------------------------------------- */

static void *run_job(void *context) {
    struct job *job = context;
    struct proxy *proxy = job->proxy;
    uint64_t *applied = calloc(mutation_count(), sizeof *applied);
    char problem[RELAY_PROBLEM] = "memory is out";

    if (!applied) {
        close(job->descriptor);
    }
    if (!applied || !relay_run(proxy->options, job->descriptor, applied, problem)) {
        fprintf(stderr, "imapspec mutate: %s\n", problem);
    }
    OPENSSL_thread_stop(); /* as OpenSSL does when the thread is gone, but nobody awaits that */
    pthread_mutex_lock(&proxy->mutex);
    for (size_t i = 0; applied && i < mutation_count(); i++) {
        proxy->applied[i] += applied[i];
    }
    proxy->connections--;
    pthread_cond_signal(&proxy->ended);
    pthread_mutex_unlock(&proxy->mutex);
    free(applied);
    free(job);
    return NULL;
}

/* Gives the connection to a thread. False: it can't be served. */
static bool start_job(struct proxy *proxy, int descriptor) {
    struct job *job = malloc(sizeof *job);
    pthread_t thread;

    pthread_mutex_lock(&proxy->mutex);
    bool started = job && proxy->connections < PROXY_CONNECTIONS;
    if (started) {
        *job = (struct job){proxy, descriptor};
        started = pthread_create(&thread, NULL, run_job, job) == 0;
    }
    if (started) {
        pthread_detach(thread);
        proxy->connections++;
    } else {
        free(job);
    }
    pthread_mutex_unlock(&proxy->mutex);
    return started;
}

static void wait_for_end(struct proxy *proxy) {
    pthread_mutex_lock(&proxy->mutex);
    while (proxy->connections > 0) {
        pthread_cond_wait(&proxy->ended, &proxy->mutex);
    }
    pthread_mutex_unlock(&proxy->mutex);
}

void proxy_serve(int descriptor, const struct relay_options *options, uint64_t *applied) {
    struct proxy proxy = {.options = options,
                          .applied = applied,
                          .mutex = PTHREAD_MUTEX_INITIALIZER,
                          .ended = PTHREAD_COND_INITIALIZER};

    while (!atomic_load(options->interrupted)) {
        struct pollfd ready = {.fd = descriptor, .events = POLLIN};
        if (poll(&ready, 1, SLICE) <= 0) {
            continue;
        }
        int client = accept(descriptor, NULL, NULL);
        if (client < 0) {
            struct timespec moment = {.tv_nsec = SLICE * 1000000L};
            nanosleep(&moment, NULL); /* out of descriptors, perhaps: some will be free again */
        } else if (!start_job(&proxy, client)) {
            fprintf(stderr, "imapspec mutate: too many connections\n");
            close(client);
        }
    }
    wait_for_end(&proxy);
    pthread_mutex_destroy(&proxy.mutex);
    pthread_cond_destroy(&proxy.ended);
}
