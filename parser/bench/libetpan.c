/* libetpan, the C library for mail clients. Measured is mailimap_parse_response, as each of its own
 * commands calls it, on a stream in memory: it makes structures of all that is said up to a tagged
 * response, keeps some of it for the session, and what it returns is freed. No call of its public
 * interface reads responses and does less. */
#include <libetpan/libetpan.h>
#include <stdio.h>
#include <string.h>

#include "peer.h"

enum { STREAM_BUFFER = 8192 }; /* as libetpan itself has for a socket */

struct session {
    const struct workload *workload;
    mailimap *imap;
    size_t given; /* octets */
};

/* ---- a stream in memory -------------------------------------------------------------------- */

static ssize_t read_octets(mailstream_low *low, void *octets, size_t count) {
    struct session *session = low->data;
    size_t left = session->workload->size - session->given;
    count = count < left ? count : left;
    memcpy(octets, session->workload->octets + session->given, count);
    session->given += count;
    return (ssize_t)count;
}

static ssize_t write_octets(mailstream_low *low, const void *octets, size_t count) {
    (void)low, (void)octets;
    return (ssize_t)count;
}

static int close_stream(mailstream_low *low) {
    (void)low;
    return 0;
}

static int get_descriptor(mailstream_low *low) {
    (void)low;
    return -1;
}

static void free_stream(mailstream_low *low) {
    (void)low;
}

static mailstream_low_driver memory_driver = {
    .mailstream_read = read_octets,
    .mailstream_write = write_octets,
    .mailstream_close = close_stream,
    .mailstream_get_fd = get_descriptor,
    .mailstream_free = free_stream,
};

/* ---- responses ----------------------------------------------------------------------------- */

static void *prepare_session(const struct workload *workload, char *remark, size_t size) {
    if (workload->commands) {
        fputs("reads responses only\n", stderr);
        return NULL;
    }
    snprintf(remark, size, "makes structures of it");
    struct session *session = peer_memory(sizeof *session);
    mailstream_low *low = mailstream_low_new(session, &memory_driver);
    session->workload = workload;
    session->imap = mailimap_new(0, NULL);
    if (low == NULL || session->imap == NULL) {
        peer_fail("no memory");
    }
    session->imap->imap_stream = mailstream_new(low, STREAM_BUFFER);
    if (session->imap->imap_stream == NULL) {
        peer_fail("no memory");
    }
    return session;
}

static uint64_t parse_responses(void *prepared) {
    struct session *session = prepared;
    mailimap *imap = session->imap;
    session->given = 0;
    imap->imap_tag = 0;
    while (session->given < session->workload->size || imap->imap_stream->read_buffer_len > 0) {
        struct mailimap_response *response;
        imap->imap_tag++; /* of the command that it takes as answered */
        if (mailimap_read_line(imap) == NULL ||
            mailimap_parse_response(imap, &response) != MAILIMAP_NO_ERROR) {
            fprintf(stderr, "about octet %zu, tag %d: ", session->given, imap->imap_tag);
            peer_fail("libetpan can't read it");
        }
        mailimap_response_free(response);
    }
    return (uint64_t)imap->imap_tag;
}

int main(int argc, char **argv) {
    static const struct contender contenders[] = {{"libetpan", prepare_session, parse_responses}};
    return peer_main(argc, argv, contenders, 1);
}
