/* libetpan on a stream of ours instead of a socket. */
#ifndef LIBETPAN_CONNECTION_H
#define LIBETPAN_CONNECTION_H

#include <stdlib.h>
#include <string.h>

#include <libetpan/libetpan.h>

#include "../harness/stream.h"

enum { LIBETPAN_BUFFER = 1024 }; /* octets that libetpan reads at a time */

static ssize_t connection_read(mailstream_low *low, void *octets, size_t room) {
    return stream_read(low->data, octets, room);
}

static ssize_t connection_write(mailstream_low *low, const void *octets, size_t size) {
    return stream_write(low->data, octets, size);
}

static int connection_close(mailstream_low *low) {
    (void)low;
    return 0;
}

static int connection_descriptor(mailstream_low *low) {
    (void)low;
    return -1;
}

static void connection_free(mailstream_low *low) {
    free(low);
}

static void connection_cancel(mailstream_low *low) {
    (void)low;
}

static mailstream_low_driver libetpan_driver = {
    .mailstream_read = connection_read,
    .mailstream_write = connection_write,
    .mailstream_close = connection_close,
    .mailstream_get_fd = connection_descriptor,
    .mailstream_free = connection_free,
    .mailstream_cancel = connection_cancel,
};

/* A session that has read the greeting. It is freed by mailimap_free. */
static inline mailimap *libetpan_connect(struct stream *stream) {
    mailstream_low *low = mailstream_low_new(stream, &libetpan_driver);
    mailstream *connection = low ? mailstream_new(low, LIBETPAN_BUFFER) : NULL;
    mailimap *session = connection ? mailimap_new(0, NULL) : NULL;

    if (!session) {
        abort();
    }
    mmap_string_set_tmpdir("/nowhere"); /* what there is no memory for goes to no file */
    mailimap_connect(session, connection);
    return session;
}

#endif
