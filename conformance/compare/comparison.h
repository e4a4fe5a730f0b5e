/* What comparing two messages and explaining their difference share. */
#ifndef COMPARISON_H
#define COMPARISON_H

#include "compare.h"
#include "side.h"
#include "traits.h"

/* Node p of the pattern fits node a of the message: fits[p * actual.count + a]. */
struct comparison {
    const struct pattern *pattern;
    const struct imap_grammar *grammar;
    const struct variables *variables, *captures;
    struct message_side expected, actual;
    bool is_exact;
    bool *fits;
    unsigned *flags;                   /* of each node of the pattern: its traits; exact: none */
    const struct pattern_hole **holes; /* of each node of the pattern, NULL for most */
    uint32_t *partner; /* of each node of the pattern: the node that it stands for */
    bool *is_used;     /* of each node of the message: it is somebody's partner */
};

bool comparison_fits(const struct comparison *, uint32_t p, uint32_t a);

/* Is this node of the pattern a `...`? */
bool comparison_is_rest(const struct comparison *, uint32_t p);

/* The first child of p that is a `...`, 0 if none is. */
uint32_t comparison_find_rest(const struct comparison *, uint32_t p);

/* What a capture must be equal to; NULL while it is free. */
const struct variable *comparison_value(const struct comparison *, const struct pattern_hole *);

/* What a capture that has an order is compared with; NULL where that was never captured. */
const struct variable *comparison_bound(const struct comparison *, const struct pattern_hole *);

/* Do two children at place `index` of a list that has an order and these flags fit? `before` is the
 * child of the pattern before p, 0 for none. Makes them partners. */
bool comparison_pair_fits(const struct comparison *, unsigned flags, uint32_t index,
                          uint32_t before, uint32_t p, uint32_t a);

/* Gives as many children of p as possible a partner among the children of a, in any order, each at
 * most one; 0 to the others. `...` gets none. True when all have one. */
bool comparison_match_set(const struct comparison *, uint32_t p, uint32_t a);

/* The octets of a node that belong to none of its children: before the first child and after the
 * last, without the space that parts a child from its neighbour if there is none to part. */
bool comparison_frames_equal(const struct comparison *, uint32_t p, uint32_t a);

/* Writes down the first difference of two trees that don't fit. */
void comparison_explain(const struct comparison *, uint32_t p, uint32_t a, struct difference *);

#endif
