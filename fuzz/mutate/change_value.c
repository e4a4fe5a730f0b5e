/* Changes of what a message says, and of how it is written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"

enum {
    TRIES = 8,  /* to find what a change needs */
    HEADER = 64 /* octets of a literal's header at most */
};

static bool replace_node(struct changing *changing, const struct imap_node *node,
                         const void *octets, size_t size) {
    return draft_replace(changing->draft, (size_t)node->start, (size_t)node->end, octets, size);
}

static bool is_string(const void *grammar, const struct imap_node *node) {
    return imap_rule_encodings(grammar, node->rule) != 0;
}

/* 0: there is none. */
static uint32_t choose_string(const struct changing *changing) {
    return specimen_find(changing->specimen, changing->random, is_string, changing->grammar);
}

static enum imap_encoding choose_encoding(void *context, const struct imap_node *node) {
    (void)node;
    return (enum imap_encoding)random_below(context, IMAP_LITERAL8 + 1);
}

bool change_encoding(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;

    if (imap_tree_root(&specimen->tree) == 0 || choose_string(changing) == 0) {
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

/* Its length; more than the room: it isn't there. */
static size_t value_of(const struct changing *changing, const struct imap_node *node,
                       uint8_t *value, size_t room) {
    return imap_value(changing->specimen->octets + node->start, (size_t)(node->end - node->start),
                      value, room);
}

bool change_value(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;
    const struct imap_node *node = &specimen->nodes[choose_string(changing)];
    uint8_t *value = changing->text, *text = changing->text + CHANGE_TEXT / 2;
    size_t room = CHANGE_TEXT / 2 - HEADER;

    if (node == specimen->nodes) {
        return false;
    }
    struct draft draft = {value, value_of(changing, node, value, room), room};
    return draft.size <= room && change_disturb(changing->random, &draft, 0) &&
           replace_node(changing, node, text,
                        write_string(changing->random, value, draft.size, text));
}

/* ---- lies --------------------------------------------------------------------------------------
 */

/* The digits of the literal's header that the node begins with; false: it has none. */
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
    return *end > *start && *end < node->end && (octets[*end] == '}' || octets[*end] == '+');
}

static bool has_count(const void *octets, const struct imap_node *node) {
    size_t start, end;

    return node->children == 0 && find_count(octets, node, &start, &end);
}

/* A number that is not the truth. Constant, or in `scratch`. */
static const char *lie(struct random *random, unsigned long long truth, char *scratch) {
    char digits[EDGE_SCRATCH];
    size_t size = (size_t)snprintf(digits, sizeof digits, "%llu", truth);
    const char *number;

    do {
        number = edges_number((const uint8_t *)digits, size, random, scratch);
    } while (strtoull(number, NULL, 10) == truth);
    return number;
}

/* Makes a literal of the node, whose header lies. */
static bool lie_about_node(struct changing *changing, const struct imap_node *node) {
    char scratch[EDGE_SCRATCH];
    size_t room = CHANGE_TEXT - HEADER,
           size = value_of(changing, node, changing->text + HEADER, room);
    const char *number = lie(changing->random, size, scratch);

    if (size > room) {
        return false;
    }
    int header = snprintf((char *)changing->text, HEADER, "{%s}\r\n", number);
    memmove(changing->text + header, changing->text + HEADER, size);
    return replace_node(changing, node, changing->text, (size_t)header + size);
}

bool change_count(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;
    uint32_t node = specimen_find(specimen, changing->random, has_count, specimen->octets);
    size_t start, end;

    if (node != 0 && find_count(specimen->octets, &specimen->nodes[node], &start, &end)) {
        char scratch[EDGE_SCRATCH];
        const char *number = lie(
            changing->random, strtoull((const char *)specimen->octets + start, NULL, 10), scratch);
        return draft_replace(changing->draft, start, end, number, strlen(number));
    }
    node = choose_string(changing);
    node = node != 0 ? node : specimen_choose(specimen, changing->random);
    return node != 0 && lie_about_node(changing, &specimen->nodes[node]);
}
