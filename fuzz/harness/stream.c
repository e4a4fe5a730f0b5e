#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "choice.h"

enum { ENDS = 1000 }; /* a client that has been told of the end so often never heeds it */

struct stream stream_of(const uint8_t *input, size_t size) {
    struct stream stream = {.input = input, .size = size, .random = choice_of(input, size)};

    stream.answers = !random_once_in(&stream.random, 8);
    stream.fails = random_once_in(&stream.random, 2);
    return stream;
}

/* The size of the tag of the line that begins here, if it completes a command; else 0. */
static size_t tag_size(const uint8_t *line, size_t size) {
    static const char *const conditions[] = {"OK", "NO", "BAD"};
    size_t tag = 0;

    while (tag < size && tag < STREAM_TAG && line[tag] > ' ' && line[tag] < 0x7f) {
        tag++;
    }
    if (tag == 0 || tag >= size || line[tag] != ' ' || line[0] == '*' || line[0] == '+') {
        return 0;
    }
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        size_t length = strlen(conditions[i]), end = tag + 1 + length;
        if (end < size && strncasecmp((const char *)line + tag + 1, conditions[i], length) == 0 &&
            (line[end] == ' ' || line[end] == '\r')) {
            return tag;
        }
    }
    return 0;
}

static void begin_line(struct stream *stream) {
    size_t tag = tag_size(stream->input + stream->offset, stream->size - stream->offset);

    stream->in_line = true;
    stream->tagged = tag > 0;
    if (stream->tagged && stream->answers && *stream->tag) {
        stream->offset += tag;
        stream->tag_left = strlen(stream->tag);
    }
}

static uint8_t next_octet(struct stream *stream) {
    if (!stream->in_line) {
        begin_line(stream);
    }
    if (stream->tag_left > 0) {
        return (uint8_t)stream->tag[strlen(stream->tag) - stream->tag_left--];
    }
    stream->in_line = stream->input[stream->offset] != '\n';
    return stream->input[stream->offset++];
}

ssize_t stream_read(struct stream *stream, void *octets, size_t room) {
    size_t wanted =
        random_once_in(&stream->random, 4) ? 1 + random_below(&stream->random, 16) : room;
    size_t done = 0;

    if (room > 0 && stream->offset >= stream->size) {
        if (stream->ends++ == ENDS) {
            abort(); /* an endless loop: an engine would wait for its time limit */
        }
        errno = ECONNRESET;
        return stream->fails ? -1 : 0;
    }
    while (done < room && done < wanted && stream->offset < stream->size) {
        ((uint8_t *)octets)[done++] = next_octet(stream);
        if (!stream->in_line && stream->tagged && stream->answers) {
            break;
        }
    }
    return (ssize_t)done;
}

static void hear(struct stream *stream, uint8_t octet) {
    if (octet == '\n') {
        stream->speaking = false;
    } else if (!stream->speaking) {
        stream->speaking = true;
        stream->spoken_size = 0;
    }
    if (stream->spoken_size < STREAM_TAG && stream->speaking) {
        if (octet == ' ') {
            memcpy(stream->tag, stream->spoken, stream->spoken_size);
            stream->tag[stream->spoken_size] = '\0';
            stream->spoken_size = STREAM_TAG;
        } else {
            stream->spoken[stream->spoken_size++] = (char)octet;
        }
    }
}

ssize_t stream_write(struct stream *stream, const void *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        hear(stream, ((const uint8_t *)octets)[i]);
    }
    return (ssize_t)size;
}
