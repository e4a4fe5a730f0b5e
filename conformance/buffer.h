/* Octets that grow. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zeros is an empty buffer. */
struct buffer {
    uint8_t *octets;
    size_t size, capacity;
    bool failed; /* memory ran out: something is missing; stays until buffer_free */
};

void buffer_add(struct buffer *, const void *octets, size_t size);
void buffer_add_text(struct buffer *, const char *text);
void buffer_format(struct buffer *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds an astring (RFC 3501, 9) that every server reads: a quoted string, or, when false, nothing:
 * the octets need a literal. */
bool buffer_add_quoted(struct buffer *, const void *octets, size_t size);

/* Adds a quoted string that may hold UTF-8 (RFC 6855, 3), but no CR, LF or NUL. */
void buffer_add_utf8_quoted(struct buffer *, const void *octets, size_t size);

/* Adds all of a file, or of standard input for "-". NULL, or what is wrong, for a person: it can't
 * be read, has over `most` octets, or memory is out. */
const char *buffer_read(struct buffer *, const char *path, size_t most);

/* Forgets the octets and keeps the memory. */
void buffer_clear(struct buffer *);

void buffer_free(struct buffer *);

#endif
