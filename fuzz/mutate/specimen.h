/* An input to be mutated: octets of one side of a connection, cut into messages, with the tree of
 * one of them. What the grammar refuses has the nodes that ended before. */
#ifndef SPECIMEN_H
#define SPECIMEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../parser/generate/random.h"
#include "../../parser/imapspec.h"

#define SPECIMEN_MESSAGES 256  /* of one input; what follows belongs to the last */
#define SPECIMEN_NODES    4096 /* of one message */

struct specimen {
    const struct imap_grammar *grammar;
    const uint8_t *octets;
    size_t size;
    size_t starts[SPECIMEN_MESSAGES + 1]; /* of the messages, and behind the last */
    size_t message_count;
    size_t chosen;         /* the message that has the tree */
    bool whole;            /* the grammar reads it */
    struct imap_tree tree; /* offsets into octets */
    struct imap_node nodes[SPECIMEN_NODES];
    uint32_t before[SPECIMEN_NODES];  /* of each node: its brother before it, 0: it is the first */
    uint32_t parents[SPECIMEN_NODES]; /* 0: none */
};

/* Cuts the input, chooses a message, and makes its tree. Borrows the octets. */
void specimen_read(struct specimen *, const struct imap_grammar *, enum imap_root,
                   const uint8_t *octets, size_t size, struct random *);

/* A node at random, 0 when there is none. */
uint32_t specimen_choose(const struct specimen *, struct random *);

/* A node of that rule at random; 0 when there is none. */
uint32_t specimen_choose_rule(const struct specimen *, imap_rule, struct random *);

/* A node that has a brother of the same rule before it; 0 when there is none among a few tries. */
uint32_t specimen_choose_item(const struct specimen *, struct random *);

#endif
