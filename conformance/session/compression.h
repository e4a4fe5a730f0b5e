/* DEFLATE over a connection (RFC 4978): one stream each way, raw as in RFC 1951. */
#ifndef COMPRESSION_H
#define COMPRESSION_H

#include "../buffer.h"

/* Octets that are fed at once, at most. */
#define COMPRESSION_CHUNK 16384u

/* Octets that one connection may inflate to, before its server is thought to mean harm. */
#define COMPRESSION_INFLATED (256u << 20)

enum compression_status {
    COMPRESSION_DONE,     /* *count octets, 1 at least */
    COMPRESSION_HUNGRY,   /* feed it first */
    COMPRESSION_ENDED,    /* the other side's stream is complete */
    COMPRESSION_TOO_LONG, /* more than COMPRESSION_INFLATED */
    COMPRESSION_BROKEN    /* what was fed is no DEFLATE */
};

struct compression;

/* Freed with compression_free. NULL: out of memory. */
struct compression *compression_new(void);

/* Octets from the other side, COMPRESSION_CHUNK at most; it must be hungry, or new. */
void compression_feed(struct compression *, const void *octets, size_t size);

/* Inflates into `size` octets at most, whatever they are blown up to. */
enum compression_status compression_inflate(struct compression *, void *octets, size_t size,
                                            size_t *count);

/* Appends the octets deflated, and flushed, so that the other side can read them all. */
void compression_deflate(struct compression *, const void *octets, size_t size,
                         struct buffer *deflated);

/* NULL is nothing. */
void compression_free(struct compression *);

#endif
