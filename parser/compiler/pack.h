/* A transducer's rows, laid over each other (row displacement). */
#ifndef PACK_H
#define PACK_H

#include "transducer.h"

struct packed {
    uint32_t *cells;
    struct grammar_transition *transitions;
    uint16_t *actions;
    struct grammar_state_rule *state_rules;
    uint32_t *bases; /* by the transducer's state */
    size_t cell_count, cell_capacity, transition_count, transition_capacity;
    size_t action_count, action_capacity, state_count;
};

void pack(struct packed *, const struct transducer *);

#endif
