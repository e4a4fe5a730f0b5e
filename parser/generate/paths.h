/* The shortest ways through a compiled grammar's machines: from a root to each state, and from each
 * state to the end of its machine. */
#ifndef PATHS_H
#define PATHS_H

#include "../grammar.h"

#define PATHS_NONE UINT32_MAX /* no move, or no way */

/* One octet class that a state goes on with. */
struct move {
    uint32_t from;           /* place */
    uint32_t target, caught; /* places: after it; when a CATCH fails */
    uint32_t entry;          /* place where the called machine begins */
    uint8_t operation;
    uint8_t octet; /* one of the class, a plain one if there is any */
    bool binary;   /* LITERAL: a literal8 */
};

/* A state that can be reached. Places are numbered in the order in which they are found. */
struct place {
    uint32_t state;
    imap_rule rule;
    bool returns;   /* the machine may end here */
    uint32_t moves; /* the first; the others follow it */
    uint32_t move_count;
    uint32_t completion; /* octets to the end of its machine, PATHS_NONE if there is no end */
    uint32_t way;        /* the move that this begins with, PATHS_NONE if it is the end */
    uint32_t distance;   /* octets from the root's start, PATHS_NONE if there is no way */
    uint32_t arrival;    /* the move that leads here, PATHS_NONE to the start */
    bool entered;        /* that move calls, and this is where the machine begins */
};

struct paths {
    const struct imap_grammar *grammar;
    struct place *places;
    struct move *moves;
    uint32_t place_count, move_count;
    size_t place_capacity, move_capacity;
};

/* Finds all from a root. False: memory is out. Free it in either case. */
bool paths_find(struct paths *, const struct imap_grammar *, enum imap_root);

void paths_free(struct paths *);

/* The octets of a literal that has none. */
const char *paths_literal(const struct move *);

#endif
