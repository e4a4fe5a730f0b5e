#include "specimen.h"

#include <string.h>

/* How often a node of a kind is looked for, at random places. */
enum { TRIES = 16 };

static bool on_event(void *context, const struct imap_event *event) {
    struct specimen *specimen = context;

    imap_tree_add(&specimen->tree, event);
    return event->kind != IMAP_EVENT_MESSAGE;
}

/* Reads the message at `start` into the tree; the offset behind it. One that the grammar refuses
 * ends with its line. */
static size_t read_message(struct specimen *specimen, enum imap_root root, size_t start) {
    const uint8_t *octets = specimen->octets + start;
    size_t size = specimen->size - start, consumed;
    struct imap_extensions all;
    struct imap_parser parser;

    imap_tree_clear(&specimen->tree);
    imap_parser_init(&parser, specimen->grammar, root, on_event, specimen);
    imap_extensions_of_dialect(specimen->grammar, "all", &all);
    imap_parser_allow(&parser, &all);
    enum imap_status status = imap_parser_feed(&parser, octets, size, &consumed);
    specimen->whole = status == IMAP_PAUSED && imap_tree_root(&specimen->tree) != 0;
    if (status == IMAP_FAILED) {
        const uint8_t *end = memchr(octets + consumed, '\n', size - consumed);
        consumed = end ? (size_t)(end - octets) + 1 : size;
    }
    return start + consumed;
}

/* A tree's nodes count from the message's first octet: here they do from the input's. */
static void place_nodes(struct specimen *specimen, size_t start) {
    memset(specimen->parents, 0, specimen->tree.count * sizeof *specimen->parents);
    memset(specimen->before, 0, specimen->tree.count * sizeof *specimen->before);
    for (uint32_t i = 1; i < specimen->tree.count; i++) {
        struct imap_node *node = &specimen->nodes[i];
        uint32_t before = 0;
        node->start += start;
        node->end += start;
        for (uint32_t child = node->children; child != 0; child = specimen->nodes[child].next) {
            specimen->parents[child] = i;
            specimen->before[child] = before;
            before = child;
        }
    }
}

void specimen_read(struct specimen *specimen, const struct imap_grammar *grammar,
                   enum imap_root root, const uint8_t *octets, size_t size, struct random *random) {
    size_t at = 0, count = 0;

    specimen->grammar = grammar;
    specimen->octets = octets;
    specimen->size = size;
    imap_tree_init(&specimen->tree, specimen->nodes, SPECIMEN_NODES);
    for (; at < size && count < SPECIMEN_MESSAGES; count++) {
        specimen->starts[count] = at;
        at = read_message(specimen, root, at);
    }
    specimen->starts[count] = size;
    specimen->message_count = count;
    specimen->chosen = count > 0 ? random_below(random, (uint32_t)count) : 0;
    if (count > 0 && specimen->chosen + 1 < count) {
        read_message(specimen, root, specimen->starts[specimen->chosen]);
    }
    place_nodes(specimen, count > 0 ? specimen->starts[specimen->chosen] : 0);
}

uint32_t specimen_choose(const struct specimen *specimen, struct random *random) {
    return specimen->tree.count > 1 ? 1 + random_below(random, specimen->tree.count - 1) : 0;
}

uint32_t specimen_choose_rule(const struct specimen *specimen, imap_rule rule,
                              struct random *random) {
    uint32_t count = specimen->tree.count, first = specimen_choose(specimen, random);

    for (uint32_t i = 0; i + 1 < count; i++) {
        uint32_t node = 1 + (first - 1 + i) % (count - 1);
        if (specimen->nodes[node].rule == rule) {
            return node;
        }
    }
    return 0;
}

uint32_t specimen_choose_item(const struct specimen *specimen, struct random *random) {
    for (int i = 0; i < TRIES; i++) {
        uint32_t node = specimen_choose(specimen, random);
        uint32_t before = node != 0 ? specimen->before[node] : 0;
        if (before != 0 && specimen->nodes[before].rule == specimen->nodes[node].rule) {
            return node;
        }
    }
    return 0;
}
