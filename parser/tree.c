/* The tree of one message, from the order in which its nodes end: a node's children are the nodes
 * without a parent that began where it did or later. */
#include <string.h>

#include "imapspec.h"

void imap_tree_init(struct imap_tree *tree, struct imap_node *nodes, uint32_t capacity) {
    *tree = (struct imap_tree){.nodes = nodes, .capacity = capacity};
    imap_tree_clear(tree);
}

void imap_tree_clear(struct imap_tree *tree) {
    tree->count = 1;
    tree->last = 0;
    tree->overflow = tree->capacity == 0;
}

/* While a node has no parent, `next` leads back to the one before it. */
static uint32_t adopt(struct imap_tree *tree, uint64_t start) {
    uint32_t child = tree->last, following = 0;
    while (child != 0 && tree->nodes[child].start >= start) {
        uint32_t before = tree->nodes[child].next;
        tree->nodes[child].next = following;
        following = child;
        child = before;
    }
    tree->last = child;
    return following;
}

void imap_tree_add(struct imap_tree *tree, const struct imap_event *event) {
    if (event->kind == IMAP_EVENT_FINDING) {
        adopt(tree, event->start); /* what the failed rule made is nobody's child */
        return;
    }
    if (event->kind == IMAP_EVENT_LITERAL || tree->overflow) {
        return;
    }
    if (tree->count == tree->capacity) {
        tree->overflow = true;
        return;
    }
    uint32_t children = adopt(tree, event->start);
    tree->nodes[tree->count] = (struct imap_node){.start = event->start,
                                                  .end = event->end,
                                                  .value = event->value,
                                                  .children = children,
                                                  .next = tree->last,
                                                  .rule = event->rule};
    tree->last = tree->count++;
}

uint32_t imap_tree_root(const struct imap_tree *tree) {
    bool whole = !tree->overflow && tree->last != 0 && tree->nodes[tree->last].next == 0;
    return whole ? tree->last : 0;
}

/* ---- one message at once ------------------------------------------------------------------- */

struct single {
    struct imap_tree *tree;
    bool complete;
};

static bool add_until_message(void *context, const struct imap_event *event) {
    struct single *single = context;
    imap_tree_add(single->tree, event);
    single->complete = event->kind == IMAP_EVENT_MESSAGE;
    return !single->complete;
}

bool imap_tree_parse(struct imap_tree *tree, struct imap_parser *parser,
                     const struct imap_grammar *grammar, enum imap_root root, const void *octets,
                     size_t count) {
    struct single single = {.tree = tree};
    size_t consumed;
    imap_tree_clear(tree);
    imap_parser_init(parser, grammar, root, add_until_message, &single);
    imap_parser_feed(parser, octets, count, &consumed);
    return single.complete && consumed == count && !tree->overflow;
}
