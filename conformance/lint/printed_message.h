/* One message of a printed transcript: its lines, the folds of a long line, the literals. Where a
 * line may go on in more than one way, the grammar chooses. */
#ifndef PRINTED_MESSAGE_H
#define PRINTED_MESSAGE_H

#include "../buffer.h"
#include "lint.h"

/* A command has at most this many answers "+" between its literals that are judged. */
#define MESSAGE_ANSWERS 16

/* Where octets of the message stand in the text. */
struct piece {
    size_t start; /* index in the message's octets */
    const struct row *row;
    struct reading reading;
};

struct printed_message {
    struct lint *lint;
    enum side side;
    enum imap_root root;
    bool quiet;                      /* wrong on purpose: no remarks */
    bool complete;                   /* `octets` are one whole message */
    bool refused;                    /* something was wrong with it */
    bool miscounted;                 /* a literal is not as long as it says */
    bool partial;                    /* a part of it isn't printed: it was judged up to there */
    size_t first;                    /* index of its first row */
    size_t next;                     /* index of the row after it */
    size_t answers[MESSAGE_ANSWERS]; /* indices of the rows "+" that stand within it */
    size_t answer_count;
    struct buffer octets;
    struct piece *pieces;
    size_t piece_count;
    struct trial before; /* the line that is being read */
    struct trial after;  /* the line, when it was read */
    struct trial_events events;
};

/* Reads the message that begins with row `index` (which is marked) and remarks on it. Free it. */
void printed_message_read(struct printed_message *, struct lint *, size_t index, enum imap_root,
                          bool quiet);

/* The row and the index in it where the octet of that offset stands. */
const struct row *printed_message_place(const struct printed_message *, size_t offset, size_t *at);

void printed_message_free(struct printed_message *);

#endif
