/* One of two messages that are compared, and its tree. */
#ifndef SIDE_H
#define SIDE_H

#include "../../parser/imapspec.h"

struct message_side {
    const uint8_t *octets;
    const struct imap_node *nodes;
    uint32_t count; /* of nodes, the unused first included */
};

/* A part of a message that may be in two pieces. */
struct gap {
    const uint8_t *first, *second;
    size_t first_size, second_size;
};

/* The node's octets, and how many. */
const uint8_t *side_octets(const struct message_side *, uint32_t node);
size_t side_size(const struct message_side *, uint32_t node);

/* The first child of a node that has this rule, 0 if none has. */
uint32_t side_find_child(const struct message_side *, uint32_t node, imap_rule);

uint32_t side_count_children(const struct message_side *, uint32_t node);

/* The octets of a node between two children: after `before` (0: from the node's start) and before
 * `after` (0: to its end). */
struct gap side_gap(const struct message_side *, uint32_t node, uint32_t before, uint32_t after);

/* The octets of a node before its first child and after its last, joined. */
struct gap side_frame(const struct message_side *, uint32_t node);

/* The gaps before and after something as if it weren't there: without the space that parts it from
 * its neighbour. */
struct gap gap_join(struct gap before, struct gap after);

/* The same, but for spaces? */
bool gap_equals(struct gap, struct gap, bool ignore_case);

#endif
