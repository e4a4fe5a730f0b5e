/* All that a parser tells of an input: events and errors, in order. */
#ifndef RECORD_H
#define RECORD_H

#include "../../parser/imapspec.h"

#define RECORD_MAXIMUM (1 << 15) /* items; what follows is not recorded */

struct record_item {
    int kind; /* an enum imap_event_kind, or RECORD_ERROR, RECORD_END */
    int finding, got;
    imap_rule rule;
    bool non_synchronizing, binary;
    uint64_t start, end, value; /* of an error: its offset, its message's, its code */
};

enum { RECORD_ERROR = -1, RECORD_END = -2 /* of the octets: the parser's offset, at_start */ };

struct record {
    struct record_item items[RECORD_MAXIMUM];
    size_t count;
};

/* How an input is fed. */
struct feeding {
    size_t piece;      /* octets at a time, or, where the cuts are random, up to so many */
    uint64_t cuts;     /* seed of random cuts; 0: each piece has that size */
    unsigned pauses;   /* the sink pauses after one event of so many; 0: never */
    uint32_t quirks;   /* a bit for each that is tolerated */
    bool small_limits; /* of 100 octets a line, 20 a literal, 200 a message */
};

/* Forgets what was recorded, and reads all octets: an error is left behind by resync. */
void record_input(struct record *, enum imap_root, const uint8_t *octets, size_t size,
                  const struct feeding *);

/* The index of the first item in which they differ; SIZE_MAX: none. */
size_t record_difference(const struct record *, const struct record *);

/* Writes an item for a person, NUL-terminated; "nothing" for one that isn't there. */
#define RECORD_TEXT 256
void record_write(const struct record *, size_t index, char text[RECORD_TEXT]);

#endif
