/* A transcript as it is printed in a text: which of its lines are the client's and the server's,
 * and what the marker in front of them got wrong. */
#ifndef PRINTED_H
#define PRINTED_H

#include <stdbool.h>

#include "../read/dialog.h"

/* The longest text that is read. */
#define PRINTED_MAXIMUM (4u << 20) /* octets */

/* What a marker may have got wrong. */
enum {
    MISPRINT_LETTER = 1,       /* a letter that only looks like C or S */
    MISPRINT_SPACE = 2,        /* a space before the colon */
    MISPRINT_NO_COLON = 4,     /* no colon */
    MISPRINT_SECOND_MARKER = 8 /* it stands behind another marker, on the same line */
};

enum row_kind {
    ROW_MARKED,   /* begins with a marker */
    ROW_UNMARKED, /* it may go on with the line before, or be no part of any transcript */
    ROW_BLANK
};

/* One line of the text. */
struct row {
    enum row_kind kind;
    enum side side;        /* MARKED */
    unsigned connection;   /* MARKED: from 1 */
    unsigned misprints;    /* MARKED */
    bool forbidden;        /* MARKED: with "!", what must not be said */
    unsigned line;         /* from 1 */
    const uint8_t *octets; /* the line without its end */
    size_t printed;        /* how many octets it has */
    size_t size;           /* how many belong to this row, for two may share a line */
    size_t marker;         /* MARKED: index of its letter */
    size_t gap;            /* index of what follows the marker */
    size_t text; /* index of the first octet after that, which is no space; at most size */
};

struct printed {
    struct row *rows;
    size_t count;
};

/* Splits a text of at most PRINTED_MAXIMUM octets, which must outlive *printed. Whatever octets it
 * holds, page furniture of RFCs (footers, form feeds, page headers) is left out, and so are lines
 * that begin with # or ! in a dialog file (`is_dialog`). False when memory is out. */
bool printed_read(struct printed *, const uint8_t *octets, size_t size, bool is_dialog);

/* The index of the first row from `index` on that isn't blank; the count if there is none. */
size_t printed_skip_blank(const struct printed *, size_t index);

void printed_free(struct printed *);

#endif
