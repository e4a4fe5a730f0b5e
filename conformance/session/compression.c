#include "compression.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    RAW_WINDOW = -15, /* 32 KiB, the greatest window, without zlib's header */
    MEMORY_LEVEL = 8  /* zlib's default */
};

struct compression {
    z_stream inflater, deflater;
    uint8_t input[COMPRESSION_CHUNK];
    size_t inflated;
};

struct compression *compression_new(void) {
    struct compression *compression = calloc(1, sizeof *compression);

    if (!compression) {
        return NULL;
    }
    if (inflateInit2(&compression->inflater, RAW_WINDOW) != Z_OK) {
        free(compression);
        return NULL;
    }
    if (deflateInit2(&compression->deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, RAW_WINDOW,
                     MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        inflateEnd(&compression->inflater);
        free(compression);
        return NULL;
    }
    return compression;
}

void compression_feed(struct compression *compression, const void *octets, size_t size) {
    size_t count = size < COMPRESSION_CHUNK ? size : COMPRESSION_CHUNK;

    memcpy(compression->input, octets, count);
    compression->inflater.next_in = compression->input;
    compression->inflater.avail_in = (uInt)count;
}

enum compression_status compression_inflate(struct compression *compression, void *octets,
                                            size_t size, size_t *count) {
    z_stream *stream = &compression->inflater;
    uInt room = (uInt)(size < COMPRESSION_CHUNK ? size : COMPRESSION_CHUNK);

    stream->next_out = octets;
    stream->avail_out = room;
    int result = inflate(stream, Z_SYNC_FLUSH);
    *count = room - stream->avail_out;
    compression->inflated += *count;
    if (compression->inflated > COMPRESSION_INFLATED) {
        return COMPRESSION_TOO_LONG;
    }
    if (*count > 0) {
        return COMPRESSION_DONE;
    }
    if (result == Z_STREAM_END) {
        return COMPRESSION_ENDED;
    }
    return result == Z_OK || result == Z_BUF_ERROR ? COMPRESSION_HUNGRY : COMPRESSION_BROKEN;
}

/* Deflates what the stream has been given, to the last bit. */
static void deflate_all(z_stream *stream, int flush, struct buffer *deflated) {
    uint8_t output[COMPRESSION_CHUNK];

    do {
        stream->next_out = output;
        stream->avail_out = sizeof output;
        deflate(stream, flush);
        buffer_add(deflated, output, sizeof output - stream->avail_out);
    } while (stream->avail_out == 0);
}

void compression_deflate(struct compression *compression, const void *octets, size_t size,
                         struct buffer *deflated) {
    const uint8_t *next = octets;

    while (size > 0) {
        uint8_t piece[COMPRESSION_CHUNK]; /* zlib's next_in is not const everywhere */
        size_t count = size < sizeof piece ? size : sizeof piece;
        memcpy(piece, next, count);
        compression->deflater.next_in = piece;
        compression->deflater.avail_in = (uInt)count;
        next += count;
        size -= count;
        deflate_all(&compression->deflater, size > 0 ? Z_NO_FLUSH : Z_SYNC_FLUSH, deflated);
    }
}

void compression_free(struct compression *compression) {
    if (!compression) {
        return;
    }
    inflateEnd(&compression->inflater);
    deflateEnd(&compression->deflater);
    free(compression);
}
