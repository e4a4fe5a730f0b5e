#include "fetch.h"

#include <stdbool.h>
#include <string.h>

struct reader {
    const uint8_t *at, *end;
};

static bool read_word(struct reader *reader, const char *word) {
    size_t size = strlen(word), left = (size_t)(reader->end - reader->at);
    bool is_there = left >= size && memcmp(reader->at, word, size) == 0;

    reader->at += is_there ? size : 0;
    return is_there;
}

static bool read_number(struct reader *reader, uint32_t *value) {
    const uint8_t *start = reader->at;
    uint64_t number = 0;

    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9' &&
           number <= UINT32_MAX) {
        number = number * 10 + (uint64_t)(*reader->at++ - '0');
    }
    *value = (uint32_t)number;
    return reader->at > start && number <= UINT32_MAX;
}

/* Up to a character that ends an atom. */
static bool read_atom(struct reader *reader) {
    const uint8_t *start = reader->at;

    while (reader->at < reader->end && !strchr(" ()\"{\r\n", *reader->at)) {
        reader->at++;
    }
    return reader->at > start;
}

/* {5} CRLF and as many octets; two more follow at least. */
static bool read_literal(struct reader *reader) {
    uint32_t size;

    if (!read_word(reader, "{") || !read_number(reader, &size) || !read_word(reader, "}\r\n") ||
        size + 2 > (size_t)(reader->end - reader->at)) {
        return false;
    }
    reader->at += size;
    return true;
}

static bool read_quoted(struct reader *reader) {
    if (!read_word(reader, "\"")) {
        return false;
    }
    while (reader->at < reader->end && *reader->at != '"') {
        reader->at += *reader->at == '\\' && reader->at + 1 < reader->end ? 2 : 1;
    }
    return read_word(reader, "\"");
}

/* An atom, a string, or a list of such, within each other. */
static bool read_value(struct reader *reader) {
    unsigned depth = 0;

    do {
        while (read_word(reader, "(")) {
            depth++;
        }
        read_literal(reader) || read_quoted(reader) || read_atom(reader);
        while (depth > 0 && read_word(reader, ")")) {
            depth--;
        }
    } while (depth > 0 && read_word(reader, " "));
    return depth == 0;
}

size_t fetch_read(const uint8_t *octets, size_t size, uint32_t *uid) {
    struct reader reader = {octets, octets + size};
    uint32_t number;
    bool is_fetch =
        read_word(&reader, "* ") && read_number(&reader, &number) && read_word(&reader, " FETCH (");

    do {
        is_fetch = is_fetch &&
                   (read_word(&reader, "UID ")
                        ? read_number(&reader, uid)
                        : read_atom(&reader) && read_word(&reader, " ") && read_value(&reader));
    } while (is_fetch && read_word(&reader, " "));
    return is_fetch && read_word(&reader, ")\r\n") ? (size_t)(reader.at - octets) : 0;
}
