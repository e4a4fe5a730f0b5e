/* One side of a connection, and the transitions that what it says can take. */
#ifndef SIDE_H
#define SIDE_H

#include "transitions.h"
#include "turns.h"

struct side {
    enum imap_root root; /* of the first message: IMAP_GREETING or IMAP_COMMAND */
    struct turns turns;
    struct transitions *transitions; /* NULL: memory is out */
};

struct side side_of(enum imap_root);

/* As transitions_walk, of all that the side says. */
void side_walk(const struct side *, const uint8_t *octets, size_t size, transition_sink *,
               void *context);

void side_free(struct side *);

#endif
