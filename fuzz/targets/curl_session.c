/* libcurl lists, selects, fetches, searches and appends on one connection. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "../harness/finding.h"
#include "../harness/stream.h"
#include "target.h"

/* libcurl has no place for a transport of ours: it polls a socket that always has something to
 * read, and what it reads there is the stream's. A wrapped function gets no context. */
static struct {
    struct stream *stream;
    int socket; /* of a pair in which an octet waits for ever */
} connection = {.socket = -1};

int __wrap_connect(int socket, const struct sockaddr *to, socklen_t size);
ssize_t __wrap_recv(int socket, void *octets, size_t room, int flags);
ssize_t __wrap_send(int socket, const void *octets, size_t size, int flags);

int __wrap_connect(int socket, const struct sockaddr *to, socklen_t size) {
    (void)socket, (void)to, (void)size;
    return 0;
}

ssize_t __wrap_recv(int socket, void *octets, size_t room, int flags) {
    (void)socket, (void)flags;
    return stream_read(connection.stream, octets, room);
}

ssize_t __wrap_send(int socket, const void *octets, size_t size, int flags) {
    (void)socket, (void)flags;
    return stream_write(connection.stream, octets, size);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    int ends[2];

    (void)argc;
    finding_prepare(*argv);
    if (curl_global_init(CURL_GLOBAL_NOTHING) != CURLE_OK ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || write(ends[1], "", 1) != 1) {
        return 1;
    }
    connection.socket = ends[0];
    return setenv("IMAPSPEC_MUTATOR", "root=greeting", 0);
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to) {
    (void)context, (void)purpose, (void)to;
    return dup(connection.socket);
}

static size_t take(char *octets, size_t size, size_t count, void *context) {
    (void)octets, (void)context;
    return size * count;
}

static size_t give(char *octets, size_t size, size_t count, void *context) {
    static const char message[] = "x:y\r\n\r\n";
    size_t *left = context, some = *left < size * count ? *left : size * count;

    memcpy(octets, message + sizeof message - 1 - *left, some);
    *left -= some;
    return some;
}

static void perform(CURL *curl, const char *url, const char *command) {
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, command);
    curl_easy_perform(curl);
}

static void append(CURL *curl) {
    size_t left = 7;

    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE, (long)left);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, &left);
    perform(curl, "imap://user:secret@127.0.0.1/INBOX", NULL);
}

static void talk(const uint8_t *octets, size_t size) {
    struct stream stream = stream_of(octets, size);
    CURL *curl = curl_easy_init();

    connection.stream = &stream;
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 2L);
    perform(curl, "imap://user:secret@127.0.0.1/", NULL);
    perform(curl, "imap://user:secret@127.0.0.1/INBOX;UIDVALIDITY=1/;UID=1", NULL);
    perform(curl, "imap://user:secret@127.0.0.1/INBOX/;MAILINDEX=1/;SECTION=TEXT", NULL);
    perform(curl, "imap://user:secret@127.0.0.1/INBOX?ALL", NULL);
    perform(curl, "imap://user:secret@127.0.0.1/INBOX", "FETCH 1:* (FLAGS ENVELOPE)");
    append(curl);
    curl_easy_cleanup(curl);
    connection.stream = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    finding_seek(talk, data, size);
    return 0;
}
