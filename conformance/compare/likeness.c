/* How alike two messages are, at a glance. */
#include "compare.h"
#include "side.h"
#include "traits.h"
#include "value.h"

/* A message is known by its first nodes; they bound the work. */
#define MAX_NODES 256u

/* How much does node a look like node p? 2: as much as can be seen without its children; 1: it is a
 * value of the same rule; 0: not at all. */
static unsigned node_likeness(const struct imap_grammar *grammar,
                              const struct message_side *expected, uint32_t p,
                              const struct message_side *actual, uint32_t a) {
    const struct imap_node *left = &expected->nodes[p], *right = &actual->nodes[a];

    if (left->rule != right->rule) {
        return 0;
    }
    if (left->children || right->children) {
        return gap_equals(side_frame(expected, p), side_frame(actual, a), true) ? 2 : 0;
    }
    bool is_equal =
        value_equals(trait_of(grammar, left->rule)->flags, side_octets(expected, p),
                     side_size(expected, p), side_octets(actual, a), side_size(actual, a));
    return is_equal ? 2 : 1;
}

unsigned compare_likeness(const struct pattern *pattern, const uint8_t *octets, size_t size,
                          const struct imap_tree *tree) {
    struct message_side expected = {pattern->octets, pattern->nodes, pattern->tree.count};
    struct message_side actual = {octets, tree->nodes, tree->count};
    uint32_t root = imap_tree_root(tree);
    bool is_used[MAX_NODES] = {false};
    unsigned likeness = 0;

    if (!root || tree->nodes[root].end > size) {
        return 0;
    }
    expected.count = expected.count < MAX_NODES ? expected.count : MAX_NODES;
    actual.count = actual.count < MAX_NODES ? actual.count : MAX_NODES;
    for (uint32_t p = 1; p < expected.count; p++) {
        unsigned best = 0;
        uint32_t partner = 0;
        for (uint32_t a = 1; a < actual.count && best < 2; a++) {
            unsigned alike =
                is_used[a] ? 0 : node_likeness(pattern->grammar, &expected, p, &actual, a);
            partner = alike > best ? a : partner;
            best = alike > best ? alike : best;
        }
        is_used[partner] = partner != 0;
        likeness += best;
    }
    uint32_t larger = expected.count > actual.count ? expected.count : actual.count;
    return larger > 1 ? likeness * 50 / (larger - 1) : 0;
}
