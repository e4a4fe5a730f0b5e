#include "side.h"

#include "value.h"

const uint8_t *side_octets(const struct message_side *side, uint32_t node) {
    return side->octets + side->nodes[node].start;
}

size_t side_size(const struct message_side *side, uint32_t node) {
    return (size_t)(side->nodes[node].end - side->nodes[node].start);
}

uint32_t side_find_child(const struct message_side *side, uint32_t node, imap_rule rule) {
    uint32_t child = side->nodes[node].children;

    while (child && side->nodes[child].rule != rule) {
        child = side->nodes[child].next;
    }
    return child;
}

uint32_t side_count_children(const struct message_side *side, uint32_t node) {
    uint32_t count = 0;

    for (uint32_t child = side->nodes[node].children; child; child = side->nodes[child].next) {
        count++;
    }
    return count;
}

struct gap side_gap(const struct message_side *side, uint32_t node, uint32_t before,
                    uint32_t after) {
    uint64_t start = before ? side->nodes[before].end : side->nodes[node].start;
    uint64_t end = after ? side->nodes[after].start : side->nodes[node].end;

    return (struct gap){.first = side->octets + start, .first_size = (size_t)(end - start)};
}

struct gap side_frame(const struct message_side *side, uint32_t node) {
    uint32_t first = side->nodes[node].children, last = first;

    if (!first) {
        return gap_join(side_gap(side, node, 0, 0), (struct gap){0});
    }
    while (side->nodes[last].next) {
        last = side->nodes[last].next;
    }
    return gap_join(side_gap(side, node, 0, first), side_gap(side, node, last, 0));
}

struct gap gap_join(struct gap before, struct gap after) {
    struct gap joined = {before.first, after.first, before.first_size, after.first_size};

    if (joined.first_size > 0 && joined.first[joined.first_size - 1] == ' ') {
        joined.first_size--;
    } else if (joined.second_size > 0 && joined.second[0] == ' ') {
        joined.second++;
        joined.second_size--;
    }
    return joined;
}

static const uint8_t *gap_octet(const struct gap *gap, size_t i) {
    return i < gap->first_size ? gap->first + i : gap->second + (i - gap->first_size);
}

/* The next octet from `i` on that isn't a space, NULL at the end. Where spaces stand says the
 * grammar: one too many was let through by a quirk, and has been noted. */
static const uint8_t *next_but_space(const struct gap *gap, size_t *i) {
    while (*i < gap->first_size + gap->second_size) {
        const uint8_t *octet = gap_octet(gap, (*i)++);
        if (*octet != ' ') {
            return octet;
        }
    }
    return NULL;
}

bool gap_equals(struct gap left, struct gap right, bool ignore_case) {
    size_t l = 0, r = 0;

    for (;;) {
        const uint8_t *left_octet = next_but_space(&left, &l);
        const uint8_t *right_octet = next_but_space(&right, &r);
        if (!left_octet || !right_octet) {
            return left_octet == right_octet;
        }
        if (!value_octets_equal(left_octet, 1, right_octet, 1, ignore_case)) {
            return false;
        }
    }
}
