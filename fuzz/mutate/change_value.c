/* Changes of what a message says, and of how it is written. */
#include <stdio.h>
#include <string.h>

#include "change.h"

enum {
    TRIES = 8,  /* to find what a change needs */
    HEADER = 32 /* octets of a literal's header at most */
};

static bool replace_node(struct changing *changing, const struct imap_node *node,
                         const void *octets, size_t size) {
    return draft_replace(changing->draft, (size_t)node->start, (size_t)node->end, octets, size);
}

static enum imap_encoding choose_encoding(void *context, const struct imap_node *node) {
    (void)node;
    return (enum imap_encoding)random_below(context, IMAP_LITERAL8 + 1);
}

bool change_encoding(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;

    if (!specimen->is_whole) {
        return false;
    }
    size_t size = imap_print(&specimen->tree, changing->grammar, specimen->root, specimen->octets,
                             choose_encoding, changing->random, changing->text, CHANGE_TEXT);
    return size <= CHANGE_TEXT &&
           draft_replace(changing->draft, 0, changing->draft->size, changing->text, size);
}

bool change_edge(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;
    char scratch[EDGE_SCRATCH];

    for (int i = 0; i < TRIES; i++) {
        uint32_t node = specimen_choose(specimen, changing->random);
        const struct imap_node *n = &specimen->nodes[node];
        const char *text =
            node == 0 ? NULL
                      : edges_choose(changing->edges, n->rule, specimen->octets + n->start,
                                     (size_t)(n->end - n->start), changing->random, scratch);
        if (text) {
            return replace_node(changing, n, text, strlen(text));
        }
    }
    return false;
}

/* Writes the value as a literal, or quoted where that is possible. */
static size_t write_string(struct random *random, const uint8_t *value, size_t size,
                           uint8_t *text) {
    bool can_be_quoted = random_once_in(random, 2);

    for (size_t i = 0; i < size && can_be_quoted; i++) {
        can_be_quoted = value[i] != 0 && value[i] < 0x80 && !strchr("\r\n\"\\", value[i]);
    }
    if (can_be_quoted) {
        text[0] = text[size + 1] = '"';
        memcpy(text + 1, value, size);
        return size + 2;
    }
    size_t header = (size_t)snprintf((char *)text, HEADER, "{%zu}\r\n", size);
    memcpy(text + header, value, size);
    return header + size;
}

bool change_value(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;
    uint8_t *value = changing->text, *text = changing->text + CHANGE_TEXT / 2;
    size_t room = CHANGE_TEXT / 2 - HEADER;

    for (int i = 0; i < TRIES; i++) {
        uint32_t node = specimen_choose(specimen, changing->random);
        const struct imap_node *n = &specimen->nodes[node];
        if (node == 0 || imap_rule_encodings(changing->grammar, n->rule) == 0) {
            continue;
        }
        size_t size =
            imap_value(specimen->octets + n->start, (size_t)(n->end - n->start), value, room);
        struct draft draft = {value, size, room};
        return size <= room && change_disturb(changing->random, &draft, 0) &&
               replace_node(changing, n, text,
                            write_string(changing->random, value, draft.size, text));
    }
    return false;
}

/* The digits of a literal's header that a node begins with; false: it is none. */
static bool find_count(const uint8_t *octets, const struct imap_node *node, size_t *start,
                       size_t *end) {
    size_t at = (size_t)node->start;

    at += at < node->end && octets[at] == '~';
    if (at >= node->end || octets[at] != '{') {
        return false;
    }
    *start = *end = at + 1;
    while (*end < node->end && octets[*end] >= '0' && octets[*end] <= '9') {
        ++*end;
    }
    return *end > *start && *end < node->end;
}

bool change_count(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;
    uint32_t count = specimen->tree.count, first = specimen_choose(specimen, changing->random);
    size_t start, end;
    char scratch[EDGE_SCRATCH];

    for (uint32_t i = 0; i + 1 < count; i++) {
        const struct imap_node *node = &specimen->nodes[1 + (first - 1 + i) % (count - 1)];
        if (node->children == 0 && find_count(specimen->octets, node, &start, &end)) {
            const char *number =
                edges_number(specimen->octets + start, end - start, changing->random, scratch);
            return draft_replace(changing->draft, start, end, number, strlen(number));
        }
    }
    return false;
}
