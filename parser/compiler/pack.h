/* From a transducer to the tables that the parser reads. */
#ifndef PACK_H
#define PACK_H

#include "transducer.h"

/* Fills the tables of the grammar. Returns the states' numbers, by the transducer's state. What
 * doesn't fit jumps to abnf->failed. */
const unsigned *pack(struct imap_grammar *, const struct transducer *);

/* chains.c: the states with one way on. */
struct chains {
    struct grammar_chain *items; /* without their targets */
    unsigned *targets;           /* the transducer's state, by chain */
    size_t count, capacity, target_capacity;
    unsigned *places; /* by state: 1 + its place, in the order of the chains; 0 for none */
};

void chains_find(struct chains *, const struct transducer *);

/* defaults.c: what most classes of a row do is said once, for a set that many rows share. */
struct row_default {
    unsigned class; /* one of those that do so */
    unsigned set;   /* 0: the row has none */
};

struct defaults {
    struct octet_set sets[MAX_DEFAULT_SETS]; /* of classes; 0 is empty */
    unsigned set_count;
    struct row_default *rows; /* by state */
};

/* `chains` have no rows. */
void defaults_choose(struct defaults *, const struct transducer *, const struct chains *);

/* Does the row take the class by default? */
bool defaults_take(const struct defaults *, const struct transducer *, unsigned state,
                   unsigned class);

#endif
