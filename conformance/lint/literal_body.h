/* The printed lines that follow a literal's header: the literal, and the rest of the message. */
#ifndef LITERAL_BODY_H
#define LITERAL_BODY_H

#include "../buffer.h"
#include "lint.h"

/* Of a literal whose count is wrong, the end is looked for within this many lines. */
#define LITERAL_BODY_LINES 400

struct body_line {
    size_t index; /* of the row */
    size_t start; /* in the row: behind the marker and its gap */
    size_t size;
    size_t offset; /* in the body's octets */
};

/* The header of a literal, `{310}` or `{310+}`, at the end of a line. */
struct literal_announcement {
    bool found;
    size_t start;   /* index of the "{" */
    uint64_t count; /* UINT64_MAX where the number is larger */
    bool non_synchronizing;
};

struct literal_announcement literal_announced(const uint8_t *line, size_t size);

/* All zeros is empty. */
struct literal_body {
    struct body_line *lines;
    size_t count;
    struct buffer octets; /* the lines, each with a CRLF */
};

/* Collects the lines of the header's side from row `index` on, until there are `wanted` octets and
 * LITERAL_BODY_LINES, or no more lines. Where the first has no marker, lines without markers are
 * taken, and the first one that has. False when memory is out. Free *body in any case. */
bool literal_body_read(struct literal_body *body, struct lint *, const struct row *header,
                       size_t index, uint64_t wanted);

/* The line in which the octet of that offset stands, or its CRLF begins, and the octet's index in
 * it; body->count if there is none. */
size_t literal_body_line(const struct literal_body *, uint64_t offset, size_t *at);

/* Notes that this many octets are looked at again; false when the text has had its share. */
bool literal_body_spend(struct lint *, size_t octets);

void literal_body_free(struct literal_body *);

#endif
