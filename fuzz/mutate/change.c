#include "change.h"

#include <stdio.h>
#include <string.h>

enum {
    REPETITIONS = 64, /* of one item, now and then */
    TRIES = 8,        /* to find what a change needs */
    SMALL = 256       /* octets of a generated text, mostly */
};

static const struct imap_node *node_of(const struct changing *changing, uint32_t node) {
    return &changing->specimen->nodes[node];
}

static bool replace_node(struct changing *changing, uint32_t node, const void *octets,
                         size_t size) {
    const struct imap_node *n = node_of(changing, node);
    return draft_replace(changing->draft, (size_t)n->start, (size_t)n->end, octets, size);
}

/* A random text of the rule, in changing->text; 0: none that is short enough. */
static size_t generate(struct changing *changing, imap_rule rule) {
    const struct imap_generation generation = {.seed = random_next(changing->random),
                                               .from_client = changing->root == IMAP_COMMAND};
    size_t room = random_once_in(changing->random, 16) ? CHANGE_TEXT : SMALL;
    size_t size = imap_generate(changing->generator, rule, &generation, changing->text, room);
    return size <= room ? size : 0;
}

bool change_regenerate(struct changing *changing) {
    uint32_t node = specimen_choose(changing->specimen, changing->random);
    size_t size = node != 0 ? generate(changing, node_of(changing, node)->rule) : 0;

    return size > 0 && replace_node(changing, node, changing->text, size);
}

bool change_splice(struct changing *changing) {
    const struct specimen *other = changing->other;

    for (int i = 0; other && i < TRIES; i++) {
        uint32_t node = specimen_choose(changing->specimen, changing->random);
        uint32_t with =
            node != 0 ? specimen_choose_rule(other, node_of(changing, node)->rule, changing->random)
                      : 0;
        if (with != 0) {
            const struct imap_node *n = &other->nodes[with];
            return replace_node(changing, node, other->octets + n->start,
                                (size_t)(n->end - n->start));
        }
    }
    return false;
}

/* ---- items of lists -------------------------------------------------------------------------- */

/* With what stands between it and its brother. */
bool change_repeat(struct changing *changing) {
    uint32_t node = specimen_choose_item(changing->specimen, changing->random);
    uint32_t times =
        random_once_in(changing->random, 8) ? random_below(changing->random, REPETITIONS) : 0;
    if (node == 0) {
        return false;
    }
    size_t start = (size_t)node_of(changing, changing->specimen->before[node])->end;
    size_t end = (size_t)node_of(changing, node)->end;
    bool is_changed = draft_copy(changing->draft, start, end, end);
    while (is_changed && times-- > 0 && draft_copy(changing->draft, start, end, end)) {
    }
    return is_changed;
}

bool change_drop(struct changing *changing) {
    uint32_t node = specimen_choose_item(changing->specimen, changing->random);

    if (node == 0) {
        return false;
    }
    uint32_t before = changing->specimen->before[node];
    bool itself = random_once_in(changing->random, 2);
    size_t start =
        (size_t)(itself ? node_of(changing, before)->end : node_of(changing, before)->start);
    size_t end = (size_t)(itself ? node_of(changing, node)->end : node_of(changing, node)->start);
    return draft_replace(changing->draft, start, end, "", 0);
}

bool change_swap(struct changing *changing) {
    uint32_t node = specimen_choose_item(changing->specimen, changing->random);

    if (node == 0) {
        return false;
    }
    const struct imap_node *before = node_of(changing, changing->specimen->before[node]);
    const struct imap_node *n = node_of(changing, node);
    return draft_exchange(changing->draft, (size_t)before->start, (size_t)before->end,
                          (size_t)n->start, (size_t)n->end, changing->text, CHANGE_TEXT);
}

/* ---- recursion ------------------------------------------------------------------------------- */

/* A node, and in *inner one of the same rule somewhere in it. */
static uint32_t choose_nested(const struct changing *changing, uint32_t *inner) {
    const struct specimen *specimen = changing->specimen;

    for (int i = 0; i < TRIES; i++) {
        *inner = specimen_choose(specimen, changing->random);
        uint32_t outer = *inner != 0 ? specimen->parents[*inner] : 0;
        while (outer != 0 && specimen->nodes[outer].rule != specimen->nodes[*inner].rule) {
            outer = specimen->parents[outer];
        }
        if (outer != 0) {
            return outer;
        }
    }
    return 0;
}

/* Each time the inner one becomes the outer one as it was at first. */
bool change_grow(struct changing *changing) {
    uint32_t inner, outer = choose_nested(changing, &inner);
    uint32_t times =
        random_once_in(changing->random, 8) ? 1 + random_below(changing->random, REPETITIONS) : 1;
    if (outer == 0) {
        return false;
    }
    const struct imap_node *o = node_of(changing, outer), *n = node_of(changing, inner);
    const uint8_t *octets = changing->specimen->octets + o->start;
    size_t at = (size_t)n->start, size = (size_t)(n->end - n->start);
    bool is_changed = false;
    while (times-- > 0 &&
           draft_replace(changing->draft, at, at + size, octets, (size_t)(o->end - o->start))) {
        at += (size_t)(n->start - o->start);
        is_changed = true;
    }
    return is_changed;
}

bool change_shrink(struct changing *changing) {
    uint32_t inner, outer = choose_nested(changing, &inner);

    if (outer == 0) {
        return false;
    }
    const struct imap_node *n = node_of(changing, inner);
    return replace_node(changing, outer, changing->specimen->octets + n->start,
                        (size_t)(n->end - n->start));
}

/* ---- values ---------------------------------------------------------------------------------- */

static enum imap_encoding choose_encoding(void *context, const struct imap_node *node) {
    struct changing *changing = context;

    (void)node;
    return (enum imap_encoding)random_below(changing->random, IMAP_LITERAL8 + 1);
}

bool change_encoding(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;
    size_t start = specimen->starts[specimen->chosen], end = specimen->starts[specimen->chosen + 1];

    if (!specimen->whole) {
        return false;
    }
    size_t size =
        imap_print(&specimen->tree, specimen->grammar, changing->root, specimen->octets + start,
                   choose_encoding, changing, changing->text, CHANGE_TEXT);
    return size <= CHANGE_TEXT && draft_replace(changing->draft, start, end, changing->text, size);
}

static const char *const edges[] = {"0",
                                    "1",
                                    "2",
                                    "-1",
                                    "00",
                                    "127",
                                    "128",
                                    "255",
                                    "256",
                                    "32767",
                                    "32768",
                                    "65535",
                                    "65536",
                                    "2147483647",
                                    "2147483648",
                                    "4294967294",
                                    "4294967295",
                                    "4294967296",
                                    "9223372036854775807",
                                    "9223372036854775808",
                                    "18446744073709551615",
                                    "18446744073709551616",
                                    "99999999999999999999999999999999999999999"};

static bool is_number(const struct changing *changing, uint32_t node) {
    const struct imap_node *n = node_of(changing, node);
    const uint8_t *octets = changing->specimen->octets;
    bool digits = n->children == 0 && n->end > n->start;

    for (uint64_t i = n->start; digits && i < n->end; i++) {
        digits = octets[i] >= '0' && octets[i] <= '9';
    }
    return digits;
}

bool change_number(struct changing *changing) {
    char text[32];
    uint32_t node = 0;

    for (int i = 0; i < TRIES && (node == 0 || !is_number(changing, node)); i++) {
        node = specimen_choose(changing->specimen, changing->random);
    }
    if (node == 0 || !is_number(changing, node)) {
        return false;
    }
    uint32_t choice = random_below(changing->random, 2 * sizeof edges / sizeof *edges);
    if (choice < sizeof edges / sizeof *edges) {
        return replace_node(changing, node, edges[choice], strlen(edges[choice]));
    }
    uint64_t near = node_of(changing, node)->value + random_below(changing->random, 9) - 4;
    int size = snprintf(text, sizeof text, "%llu", (unsigned long long)near);
    return replace_node(changing, node, text, (size_t)size);
}

/* ---- octets ---------------------------------------------------------------------------------- */

/* Octets that mean something to IMAP, or to those who read it. */
static const char special[] = "\r\n\0 \"\\(){}[]<>*%&+~=:,./?-\x7F\x80\xFF\xC3\xA9";

static uint8_t choose_octet(struct changing *changing) {
    return random_once_in(changing->random, 2)
               ? (uint8_t)special[random_below(changing->random, sizeof special - 1)]
               : (uint8_t)random_next(changing->random);
}

/* One to four octets of [start, *end), which moves: another, one more, one fewer, a piece twice. */
static bool disturb(struct changing *changing, struct draft *draft, size_t start, size_t *end) {
    size_t size = draft->size;
    bool is_changed = false;

    for (uint32_t times = 1 + random_below(changing->random, 4); times > 0; times--) {
        uint32_t length = (uint32_t)(*end - start);
        size_t at = start + (length > 0 ? random_below(changing->random, length) : 0);
        uint8_t octet = choose_octet(changing);
        switch (length > 0 ? random_below(changing->random, 4) : 1) {
        case 0:
            draft->octets[at] = octet;
            is_changed = true;
            break;
        case 1:
            is_changed |= draft_replace(draft, at, at, &octet, 1);
            break;
        case 2:
            is_changed |= draft_replace(draft, at, at + 1, "", 0);
            break;
        default:
            is_changed |= draft_copy(draft, at, *end, at);
        }
        *end += draft->size - size;
        size = draft->size;
    }
    return is_changed;
}

bool change_octets(struct changing *changing) {
    size_t end = changing->draft->size;
    return disturb(changing, changing->draft, 0, &end);
}

/* Writes the value as a literal, or quoted where that is possible. */
static size_t write_string(struct changing *changing, const uint8_t *value, size_t size,
                           uint8_t *text) {
    bool can_be_quoted = random_once_in(changing->random, 2) && size > 0;

    for (size_t i = 0; i < size && can_be_quoted; i++) {
        can_be_quoted = value[i] != 0 && value[i] < 0x80 && !strchr("\r\n\"\\", value[i]);
    }
    if (can_be_quoted) {
        text[0] = text[size + 1] = '"';
        memcpy(text + 1, value, size);
        return size + 2;
    }
    size_t header = (size_t)sprintf((char *)text, "{%zu}\r\n", size);
    memcpy(text + header, value, size);
    return header + size;
}

bool change_value(struct changing *changing) {
    enum { HEADER = 32 };
    uint8_t *value = changing->text, *text = changing->text + CHANGE_TEXT / 2;
    size_t room = CHANGE_TEXT / 2 - HEADER;

    for (int i = 0; i < TRIES; i++) {
        uint32_t node = specimen_choose(changing->specimen, changing->random);
        const struct imap_node *n = node_of(changing, node);
        if (node == 0 || imap_rule_encodings(changing->specimen->grammar, n->rule) == 0) {
            continue;
        }
        size_t size = imap_value(changing->specimen->octets + n->start, (size_t)(n->end - n->start),
                                 value, room);
        struct draft draft = {value, size, room};
        if (size > room || !disturb(changing, &draft, 0, &size)) {
            return false;
        }
        return replace_node(changing, node, text, write_string(changing, value, draft.size, text));
    }
    return false;
}

/* ---- messages -------------------------------------------------------------------------------- */

static bool insert_message(struct changing *changing, size_t at) {
    size_t size = generate(changing, imap_root_rule(changing->specimen->grammar, changing->root));
    return size > 0 && draft_replace(changing->draft, at, at, changing->text, size);
}

bool change_message(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;
    size_t start = specimen->starts[specimen->chosen], end = specimen->starts[specimen->chosen + 1];
    size_t to =
        specimen->starts[random_below(changing->random, (uint32_t)specimen->message_count + 1)];

    switch (specimen->message_count > 0 ? random_below(changing->random, 4) : 0) {
    case 0:
        return insert_message(changing, to);
    case 1:
        return draft_copy(changing->draft, start, end, to);
    case 2:
        return specimen->message_count > 1 && draft_replace(changing->draft, start, end, "", 0);
    default:
        return to >= end ? draft_exchange(changing->draft, start, end, end, to, changing->text,
                                          CHANGE_TEXT)
                         : to < start && draft_exchange(changing->draft, to, start, start, end,
                                                        changing->text, CHANGE_TEXT);
    }
}

/* The digits of a literal's header that a node begins with; false: it is none. */
static bool find_count(const struct changing *changing, const struct imap_node *node, size_t *start,
                       size_t *end) {
    const uint8_t *octets = changing->specimen->octets;
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

    for (uint32_t i = 0; i + 1 < count; i++) {
        const struct imap_node *node = &specimen->nodes[1 + (first - 1 + i) % (count - 1)];
        if (node->children == 0 && find_count(changing, node, &start, &end)) {
            const char *edge = edges[random_below(changing->random, sizeof edges / sizeof *edges)];
            return draft_replace(changing->draft, start, end, edge, strlen(edge));
        }
    }
    return false;
}
