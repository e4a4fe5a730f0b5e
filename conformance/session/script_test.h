/* For tests: a server on the loopback that follows a script. */
#ifndef SCRIPT_TEST_H
#define SCRIPT_TEST_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* A server that says what is written, whoever comes, and then closes, or keeps silent. */
struct script {
    const char *octets;
    size_t size;
    size_t piece; /* octets sent at once; 0: all */
    bool closes;
    int listener;
    char port[8];
    pthread_t thread;
};

static void *script_serve(void *argument) {
    struct script *script = argument;
    int client = accept(script->listener, NULL, NULL);
    size_t piece = script->piece ? script->piece : script->size;
    char rest[256];

    for (size_t sent = 0; sent < script->size;) {
        size_t left = script->size - sent;
        ssize_t count =
            send(client, script->octets + sent, left < piece ? left : piece, MSG_NOSIGNAL);
        if (count < 0)
            break;
        sent += (size_t)count;
    }
    if (script->closes)
        shutdown(client, SHUT_WR);
    while (read(client, rest, sizeof rest) > 0)
        continue;
    close(client);
    return NULL;
}

static void script_start(struct script *script) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    script->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(script->listener >= 0);
    assert_int_equal(bind(script->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(script->listener, 1), 0);
    assert_int_equal(getsockname(script->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(script->port, sizeof script->port, "%u", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&script->thread, NULL, script_serve, script), 0);
}

/* After the client has closed. */
static void script_stop(struct script *script) {
    pthread_join(script->thread, NULL);
    close(script->listener);
}

#endif
