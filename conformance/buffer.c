#include "buffer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 256,
    BLOCK = 16384 /* octets of a file that are read at once */
};

static bool make_room(struct buffer *buffer, size_t size) {
    if (buffer->failed || size > SIZE_MAX / 2 - buffer->size) {
        buffer->failed = true;
    }
    size_t needed = buffer->failed ? 0 : buffer->size + size;
    if (needed <= buffer->capacity) {
        return !buffer->failed;
    }

    size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
    while (capacity < needed) {
        capacity *= 2;
    }
    uint8_t *octets = realloc(buffer->octets, capacity);
    if (!octets) {
        buffer->failed = true;
        return false;
    }
    buffer->octets = octets;
    buffer->capacity = capacity;
    return true;
}

void buffer_add(struct buffer *buffer, const void *octets, size_t size) {
    if (size == 0 || !make_room(buffer, size)) {
        return;
    }
    memcpy(buffer->octets + buffer->size, octets, size);
    buffer->size += size;
}

void buffer_add_text(struct buffer *buffer, const char *text) {
    buffer_add(buffer, text, strlen(text));
}

void buffer_format(struct buffer *buffer, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !make_room(buffer, (size_t)length + 1)) {
        buffer->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf((char *)buffer->octets + buffer->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)length;
}

bool buffer_add_quoted(struct buffer *buffer, const void *octets, size_t size) {
    const uint8_t *input = octets;

    for (size_t i = 0; i < size; i++) {
        if (input[i] == '\r' || input[i] == '\n' || input[i] == '\0' || input[i] >= 0x80) {
            return false;
        }
    }
    buffer_add_utf8_quoted(buffer, octets, size);
    return true;
}

void buffer_add_utf8_quoted(struct buffer *buffer, const void *octets, size_t size) {
    const uint8_t *input = octets;

    buffer_add(buffer, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        if (input[i] == '"' || input[i] == '\\') {
            buffer_add(buffer, "\\", 1);
        }
        buffer_add(buffer, input + i, 1);
    }
    buffer_add(buffer, "\"", 1);
}

const char *buffer_read(struct buffer *buffer, const char *path, size_t most) {
    FILE *stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    size_t before = buffer->size, size;
    uint8_t block[BLOCK];

    if (!stream) {
        return strerror(errno);
    }
    while (buffer->size - before <= most && (size = fread(block, 1, sizeof block, stream)) > 0) {
        buffer_add(buffer, block, size);
    }
    const char *problem = ferror(stream)                 ? strerror(errno)
                          : buffer->failed               ? "memory is out"
                          : buffer->size - before > most ? "too long"
                                                         : NULL;
    if (stream != stdin) {
        fclose(stream);
    }
    return problem;
}

void buffer_clear(struct buffer *buffer) {
    buffer->size = 0;
}

void buffer_free(struct buffer *buffer) {
    free(buffer->octets);
    *buffer = (struct buffer){0};
}
