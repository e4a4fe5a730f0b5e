#include "specimen.h"

#include <string.h>

/* How often a node of a kind is looked for, at random places. */
enum { TRIES = 16 };

static bool on_event(void *context, const struct imap_event *event) {
    imap_tree_add(context, event);
    return event->kind != IMAP_EVENT_MESSAGE;
}

static bool until_message(void *context, const struct imap_event *event) {
    (void)context;
    return event->kind != IMAP_EVENT_MESSAGE;
}

static void link_nodes(struct specimen *specimen) {
    memset(specimen->parents, 0, specimen->tree.count * sizeof *specimen->parents);
    memset(specimen->before, 0, specimen->tree.count * sizeof *specimen->before);
    for (uint32_t i = 1; i < specimen->tree.count; i++) {
        uint32_t before = 0;
        for (uint32_t child = specimen->nodes[i].children; child != 0;
             child = specimen->nodes[child].next) {
            specimen->parents[child] = i;
            specimen->before[child] = before;
            before = child;
        }
    }
    for (uint32_t i = specimen->tree.last; i != 0; i = specimen->nodes[i].next) {
        specimen->before[i] =
            specimen->nodes[i].next; /* as a tree has it while no parent is known */
    }
}

void specimen_read(struct specimen *specimen, const struct imap_grammar *grammar,
                   const struct imap_extensions *extensions, enum imap_root root,
                   const uint8_t *octets, size_t size) {
    struct imap_parser parser;
    bool fits = size <= SPECIMEN_OCTETS;

    specimen->root = root;
    specimen->size = fits ? size : SPECIMEN_OCTETS;
    memcpy(specimen->octets, octets, specimen->size);
    imap_tree_init(&specimen->tree, specimen->nodes, SPECIMEN_NODES);
    imap_parser_init(&parser, grammar, root, on_event, &specimen->tree);
    imap_parser_allow(&parser, extensions);
    enum imap_status status =
        imap_parser_feed(&parser, specimen->octets, specimen->size, &specimen->read);
    specimen->is_whole = fits && status == IMAP_PAUSED && specimen->read == size;
    link_nodes(specimen);
}

void specimen_read_of(struct specimen *specimen, const struct imap_grammar *grammar,
                      const struct imap_extensions *extensions, enum imap_root root,
                      const struct session *session, size_t index, const uint8_t *input) {
    const uint8_t *message = input + session->starts[index];
    size_t size = session->starts[index + 1] - session->starts[index];

    specimen_read(specimen, grammar, extensions, session_root(root, index, message, size), message,
                  size);
}

bool specimen_can_be(const struct imap_grammar *grammar, const struct imap_extensions *extensions,
                     enum imap_root root, const uint8_t *octets, size_t size) {
    struct imap_parser parser;
    size_t read;

    imap_parser_init(&parser, grammar, root, until_message, NULL);
    imap_parser_allow(&parser, extensions);
    return imap_parser_feed(&parser, octets, size, &read) == IMAP_PAUSED && read == size;
}

uint32_t specimen_choose(const struct specimen *specimen, struct random *random) {
    return specimen->tree.count > 1 ? 1 + random_below(random, specimen->tree.count - 1) : 0;
}

uint32_t specimen_find(const struct specimen *specimen, struct random *random,
                       specimen_filter *filter, const void *context) {
    uint32_t count = specimen->tree.count, node = specimen_choose(specimen, random);

    for (uint32_t i = 1; i < count; i++) {
        if (filter(context, &specimen->nodes[node])) {
            return node;
        }
        node = node + 1 < count ? node + 1 : 1;
    }
    return 0;
}

uint32_t specimen_choose_item(const struct specimen *specimen, struct random *random) {
    uint32_t any = 0;

    for (int i = 0; i < TRIES; i++) {
        uint32_t node = specimen_choose(specimen, random);
        uint32_t before = node != 0 ? specimen->before[node] : 0;
        if (before != 0 && specimen->nodes[before].rule == specimen->nodes[node].rule) {
            return node;
        }
        any = before != 0 ? node : any;
    }
    return any;
}

bool specimen_count(const struct specimen *specimen, const struct imap_node *node, size_t *start,
                    size_t *end) {
    const uint8_t *octets = specimen->octets;
    size_t at = (size_t)node->start;

    at += at < node->end && octets[at] == '~';
    if (at >= node->end || octets[at] != '{') {
        return false;
    }
    *start = *end = at + 1;
    while (*end < node->end && octets[*end] >= '0' && octets[*end] <= '9') {
        ++*end;
    }
    return *end > *start && *end < node->end && (octets[*end] == '}' || octets[*end] == '+');
}
