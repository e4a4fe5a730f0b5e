/* Changes of what a message says, and of how it is written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"

enum {
    TRIES = 8,   /* to find what a change needs */
    HEADER = 64, /* octets of a literal's header at most */
    LENGTHS = 14 /* powers of two: up to 8192 */
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

/* ---- values -----------------------------------------------------------------------------------
 */

enum { HALF = CHANGE_TEXT / 2 }; /* of the text is for a value, the other for how it is written */

/* Of the node; empty, without room, if it is too long. */
static struct draft value_of(const struct changing *changing, const struct imap_node *node) {
    size_t room = HALF - HEADER;
    size_t size = imap_value(changing->specimen->octets + node->start,
                             (size_t)(node->end - node->start), changing->text, room);

    return size <= room ? (struct draft){changing->text, size, room}
                        : (struct draft){.octets = changing->text};
}

static bool write_literal(struct changing *changing, const struct imap_node *node,
                          const char *count, const struct draft *value) {
    uint8_t *text = changing->text + HALF;
    int header = snprintf((char *)text, HEADER, "{%s}\r\n", count);

    memcpy(text + header, value->octets, value->size);
    return replace_node(changing, node, text, (size_t)header + value->size);
}

static bool can_be_quoted(const struct draft *value) {
    bool can_be = true;

    for (size_t i = 0; i < value->size && can_be; i++) {
        uint8_t octet = value->octets[i];
        can_be = octet != 0 && octet < 0x80 && !strchr("\r\n\"\\", octet);
    }
    return can_be;
}

/* As a literal, or quoted where that is possible. */
static bool write_value(struct changing *changing, const struct imap_node *node,
                        const struct draft *value) {
    uint8_t *text = changing->text + HALF;
    char count[EDGE_SCRATCH];

    if (random_once_in(changing->random, 2) && can_be_quoted(value)) {
        text[0] = text[value->size + 1] = '"';
        memcpy(text + 1, value->octets, value->size);
        return replace_node(changing, node, text, value->size + 2);
    }
    snprintf(count, sizeof count, "%zu", value->size);
    return write_literal(changing, node, count, value);
}

bool change_value(struct changing *changing) {
    uint32_t index = choose_string(changing);
    const struct imap_node *node = &changing->specimen->nodes[index];

    if (index == 0) {
        return false;
    }
    struct draft value = value_of(changing, node);
    return change_disturb(changing->random, &value, 0) && write_value(changing, node, &value);
}

/* The same octets again and again, up to about a power of two, seldom a high one. */
static bool lengthen(struct random *random, struct draft *draft) {
    uint32_t power = random_below(random, 1 + random_below(random, LENGTHS));
    size_t size = draft->size, length = ((size_t)1 << power) + random_below(random, 3) - 1;

    if (length <= size || length > draft->capacity) {
        return false;
    }
    for (size_t i = size; i < length; i++) {
        draft->octets[i] = size > 0 ? draft->octets[i - size] : 'a';
    }
    draft->size = length;
    return true;
}

bool change_lengthen(struct changing *changing) {
    uint32_t index = specimen_choose(changing->specimen, changing->random);
    const struct imap_node *node = &changing->specimen->nodes[index];

    if (index == 0 || node->children != 0 || node->start == node->end) {
        return false;
    }
    if (is_string(changing->grammar, node)) {
        struct draft value = value_of(changing, node);
        return lengthen(changing->random, &value) && write_value(changing, node, &value);
    }
    struct draft last = {changing->text, 1, CHANGE_TEXT};
    last.octets[0] = changing->specimen->octets[node->end - 1];
    return lengthen(changing->random, &last) &&
           draft_replace(changing->draft, (size_t)node->end - 1, (size_t)node->end, last.octets,
                         last.size);
}

/* ---- lies --------------------------------------------------------------------------------------
 */

static bool has_count(const void *specimen, const struct imap_node *node) {
    size_t start, end;

    return specimen_count(specimen, node, &start, &end);
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
    struct draft value = value_of(changing, node);

    return write_literal(changing, node, lie(changing->random, value.size, scratch), &value);
}

bool change_count(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;
    uint32_t node = specimen_find(specimen, changing->random, has_count, specimen);
    size_t start, end;

    if (node != 0 && specimen_count(specimen, &specimen->nodes[node], &start, &end)) {
        char scratch[EDGE_SCRATCH];
        const char *number = lie(
            changing->random, strtoull((const char *)specimen->octets + start, NULL, 10), scratch);
        return draft_replace(changing->draft, start, end, number, strlen(number));
    }
    node = choose_string(changing);
    node = node != 0 ? node : specimen_choose(specimen, changing->random);
    return node != 0 && lie_about_node(changing, &specimen->nodes[node]);
}
