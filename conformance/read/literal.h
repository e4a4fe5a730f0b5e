/* Literals as the dialog language writes them: the header at the end of a line, `{}` `{310}`
 * `{310+}` `{310!}` `{#name}` `~{310}`, and the octets in the lines that follow. */
#ifndef LITERAL_H
#define LITERAL_H

#include "transcript.h"

enum literal_form {
    LITERAL_NONE,    /* the line ends otherwise */
    LITERAL_OPEN,    /* {}: the lines that follow are to be counted */
    LITERAL_COUNTED, /* {310} */
    LITERAL_WRONG,   /* {310!}: sent as it stands, whatever follows */
    LITERAL_NAMED    /* {#name}: a value follows, as long as it is */
};

struct literal_header {
    enum literal_form form;
    const struct marked_line *line;
    size_t start;           /* index of the "{" in the line's text */
    size_t count;           /* COUNTED: SIZE_MAX where the number is larger */
    size_t digits;          /* COUNTED, WRONG: how many digits follow the "{" */
    bool non_synchronizing; /* "+" */
};

/* Where the octets of a literal end. */
struct literal {
    size_t count;
    size_t line; /* index of the line with the rest of the message */
    size_t rest; /* where that begins in the line's text */
};

/* The header at the end of a line of which the first `from` octets are another literal's. */
struct literal_header literal_header_read(const struct marked_line *, size_t from);

/* Finds the end of the literal whose octets begin in line `line`, in a message that began at
 * `first`. OPEN and WRONG take all lines that go on with the message; the last one's CRLF is not
 * theirs. */
bool literal_measure(const struct transcript *, const struct marked_line *first,
                     const struct literal_header *, size_t line, struct literal *);

/* How many octets has the line, its CRLF excepted? False where a placeholder has no known length.
 */
bool literal_measure_line(const struct transcript *, const struct marked_line *, size_t *count);

/* Adds the header of a literal of `count` octets as it goes over the wire, CRLF included. */
void literal_add_header(struct buffer *, const struct literal_header *, size_t count);

/* Adds the literal's octets, which begin in line `line`. */
void literal_add(struct buffer *, const struct transcript *, size_t line, const struct literal *);

#endif
