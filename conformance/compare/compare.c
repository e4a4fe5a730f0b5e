#include "compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../buffer.h"
#include "comparison.h"
#include "value.h"

/* The most pairs of nodes that are compared, so that a huge message costs bounded memory. */
#define MAX_PAIRS (UINT64_C(1) << 26)

/* ---- nodes ---------------------------------------------------------------------------------- */

bool comparison_is_rest(const struct comparison *comparison, uint32_t p) {
    return comparison->holes[p] && comparison->holes[p]->rest;
}

static const struct variable *find_variable(const struct comparison *comparison, const char *name) {
    const struct variable *known = name ? variables_get(comparison->variables, name) : NULL;

    return !known && name && comparison->captures ? variables_get(comparison->captures, name)
                                                  : known;
}

const struct variable *comparison_value(const struct comparison *comparison,
                                        const struct pattern_hole *hole) {
    return find_variable(comparison, hole->name);
}

const struct variable *comparison_bound(const struct comparison *comparison,
                                        const struct pattern_hole *hole) {
    return find_variable(comparison, hole->bound);
}

bool comparison_fits(const struct comparison *comparison, uint32_t p, uint32_t a) {
    return comparison->fits[(size_t)p * comparison->actual.count + a];
}

bool comparison_frames_equal(const struct comparison *comparison, uint32_t p, uint32_t a) {
    return gap_equals(side_frame(&comparison->expected, p), side_frame(&comparison->actual, a),
                      true);
}

/* ---- children ------------------------------------------------------------------------------- */

static bool contains(const struct imap_node *node, const struct pattern_hole *hole) {
    return hole->start >= node->start && hole->end <= node->end;
}

/* Does the node hold a capture that is still free? Such elements of a set choose last. */
static bool is_open(const struct comparison *comparison, uint32_t p) {
    const struct pattern *pattern = comparison->pattern;

    for (size_t i = 0; i < pattern->hole_count; i++) {
        const struct pattern_hole *hole = &pattern->holes[i];
        if (contains(&pattern->nodes[p], hole) && !comparison_value(comparison, hole)) {
            return true;
        }
    }
    return false;
}

static bool find_partner(const struct comparison *comparison, uint32_t element, uint32_t a) {
    const struct imap_node *nodes = comparison->actual.nodes;

    for (uint32_t child = nodes[a].children; child; child = nodes[child].next) {
        if (comparison->is_used[child] || !comparison_fits(comparison, element, child)) {
            continue;
        }
        comparison->is_used[child] = true;
        comparison->partner[element] = child;
        return true;
    }
    return false;
}

bool comparison_match_set(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct imap_node *expected = comparison->expected.nodes,
                           *actual = comparison->actual.nodes;
    bool is_complete = true;

    for (uint32_t child = actual[a].children; child; child = actual[child].next) {
        comparison->is_used[child] = false;
    }
    for (int open = 0; open <= 1; open++) {
        for (uint32_t child = expected[p].children; child; child = expected[child].next) {
            if (comparison_is_rest(comparison, child) || is_open(comparison, child) != open) {
                continue;
            }
            comparison->partner[child] = 0;
            is_complete = find_partner(comparison, child, a) && is_complete;
        }
    }
    return is_complete;
}

uint32_t comparison_find_rest(const struct comparison *comparison, uint32_t p) {
    uint32_t child = comparison->expected.nodes[p].children;

    while (child && !comparison_is_rest(comparison, child)) {
        child = comparison->expected.nodes[child].next;
    }
    return child;
}

static bool sets_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    bool has_all = comparison_match_set(comparison, p, a);
    bool has_more = side_count_children(&comparison->actual, a) !=
                    side_count_children(&comparison->expected, p);

    return has_all && (!has_more || comparison_find_rest(comparison, p)) &&
           comparison_frames_equal(comparison, p, a);
}

/* Each child that is expected must be there; others may. */
static bool additions_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct imap_node *nodes = comparison->expected.nodes;
    bool fit = true;

    for (uint32_t child = nodes[p].children; child && fit; child = nodes[child].next) {
        uint32_t other = side_find_child(&comparison->actual, a, nodes[child].rule);
        comparison->partner[child] = other;
        fit = comparison_is_rest(comparison, child) ||
              (other && comparison_fits(comparison, child, other));
    }
    return fit;
}

/* Is the case of child `p` ignored because of where it stands? `name` is the string before it. */
static bool is_token(const struct comparison *comparison, unsigned flags, uint32_t index,
                     uint32_t name) {
    if (flags & TRAIT_TOKENS) {
        return true;
    }
    if (!(flags & TRAIT_PARAMETERS)) {
        return false;
    }
    if (index % 2 == 0) {
        return true;
    }
    const uint8_t charset[] = "\"charset\"";
    return value_equals(TRAIT_IGNORE_CASE, side_octets(&comparison->expected, name),
                        side_size(&comparison->expected, name), charset, sizeof charset - 1);
}

bool comparison_pair_fits(const struct comparison *comparison, unsigned flags, uint32_t index,
                          uint32_t before, uint32_t p, uint32_t a) {
    comparison->partner[p] = a;
    if (comparison_fits(comparison, p, a) || comparison_is_rest(comparison, p)) {
        return true;
    }
    bool are_strings = !comparison->holes[p] && !comparison->expected.nodes[p].children &&
                       comparison->expected.nodes[p].rule == comparison->actual.nodes[a].rule;
    return are_strings && is_token(comparison, flags, index, before) &&
           value_equals(TRAIT_IGNORE_CASE | TRAIT_NIL, side_octets(&comparison->expected, p),
                        side_size(&comparison->expected, p), side_octets(&comparison->actual, a),
                        side_size(&comparison->actual, a));
}

/* A place between two children; 0 before the first and after the last. */
struct cursor {
    uint32_t before, at;
};

static void advance(const struct message_side *side, struct cursor *cursor) {
    cursor->before = cursor->at;
    cursor->at = side->nodes[cursor->at].next;
}

static bool gaps_at_equal(const struct comparison *comparison, uint32_t p, uint32_t a,
                          const struct cursor *left, const struct cursor *right) {
    return gap_equals(side_gap(&comparison->expected, p, left->before, left->at),
                      side_gap(&comparison->actual, a, right->before, right->at),
                      !comparison->is_exact);
}

/* Compares the octets before the next child, and passes `rest`, a `...` (0 for none), with the
 * `extra` children that stand for it. */
static bool pass_gap(const struct comparison *comparison, uint32_t p, uint32_t a, uint32_t rest,
                     uint32_t extra, struct cursor *left, struct cursor *right) {
    const struct message_side *expected = &comparison->expected, *actual = &comparison->actual;

    if (!left->at || left->at != rest) {
        return gaps_at_equal(comparison, p, a, left, right);
    }
    struct gap before = side_gap(expected, p, left->before, left->at);
    bool is_equal = gaps_at_equal(comparison, p, a, left, right);
    advance(expected, left);
    if (extra == 0) {
        struct gap after = side_gap(expected, p, left->before, left->at);
        return gap_equals(gap_join(before, after), side_gap(actual, a, right->before, right->at),
                          !comparison->is_exact);
    }
    while (extra-- > 0) {
        advance(actual, right);
    }
    return is_equal && gaps_at_equal(comparison, p, a, left, right);
}

/* Both lists child by child. The first `...` takes as many as the message has more, any other one
 * takes one. */
static bool lists_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct message_side *expected = &comparison->expected, *actual = &comparison->actual;
    unsigned flags = comparison->flags[p];
    uint32_t rest = comparison_find_rest(comparison, p);
    uint32_t needed = side_count_children(expected, p) - (rest != 0);
    uint32_t found = side_count_children(actual, a);
    struct cursor left = {0, expected->nodes[p].children}, right = {0, actual->nodes[a].children};

    if (found < needed || (found > needed && !rest)) {
        return false;
    }
    if (!pass_gap(comparison, p, a, rest, found - needed, &left, &right)) {
        return false;
    }
    for (uint32_t index = 0; left.at; index++) {
        if (!comparison_pair_fits(comparison, flags, index, left.before, left.at, right.at)) {
            return false;
        }
        advance(expected, &left);
        advance(actual, &right);
        if (!pass_gap(comparison, p, a, rest, found - needed, &left, &right)) {
            return false;
        }
    }
    return true;
}

/* ---- one node ------------------------------------------------------------------------------- */

/* Is the number on that side of the other where it must be? */
static bool is_in_order(const struct comparison *comparison, const struct pattern_hole *hole,
                        const uint8_t *octets, size_t size) {
    const struct variable *bound = comparison_bound(comparison, hole);

    if (!hole->order) {
        return true;
    }
    if (!bound) {
        return false;
    }
    return hole->order == '>' ? value_is_less(bound->octets, bound->size, octets, size)
                              : value_is_less(octets, size, bound->octets, bound->size);
}

static bool hole_fits(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct pattern_hole *hole = comparison->holes[p];
    const struct variable *known = comparison_value(comparison, hole);
    const uint8_t *octets = side_octets(&comparison->actual, a);
    size_t size = side_size(&comparison->actual, a);

    if (!is_in_order(comparison, hole, octets, size)) {
        return false;
    }
    if (!known) {
        return trait_reads(comparison->grammar, hole->rule, octets, size);
    }
    if (comparison->is_exact) {
        return value_octets_equal(known->octets, known->size, octets, size, false);
    }
    unsigned flags = comparison->flags[p];
    return value_equals(flags, known->octets, known->size, octets, size);
}

/* Compares octets, of which a `...` within them frees a part. */
static bool exact_texts_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct imap_node *node = &comparison->pattern->nodes[p];
    const uint8_t *left = side_octets(&comparison->expected, p);
    const uint8_t *right = side_octets(&comparison->actual, a);
    size_t left_size = side_size(&comparison->expected, p);
    size_t right_size = side_size(&comparison->actual, a);

    for (size_t i = 0; i < comparison->pattern->hole_count; i++) {
        const struct pattern_hole *hole = &comparison->pattern->holes[i];
        if (hole->node || !contains(node, hole)) {
            continue;
        }
        size_t before = hole->start - (size_t)node->start, after = (size_t)node->end - hole->end;
        return right_size >= before + after && memcmp(left, right, before) == 0 &&
               memcmp(left + left_size - after, right + right_size - after, after) == 0;
    }
    return value_octets_equal(left, left_size, right, right_size, false);
}

/* Is there a capture within the node, which must find its octets? */
static bool holds_capture(const struct comparison *comparison, uint32_t p) {
    const struct pattern *pattern = comparison->pattern;
    size_t i = 0;

    while (i < pattern->hole_count &&
           (pattern->holes[i].rest || !contains(&pattern->nodes[p], &pattern->holes[i]))) {
        i++;
    }
    return i < pattern->hole_count;
}

/* Is what is expected the name that the message's node begins with? */
static bool is_name_of(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const uint8_t *octets = side_octets(&comparison->actual, a);
    size_t name_size = side_size(&comparison->expected, p);

    return side_size(&comparison->actual, a) > name_size && octets[name_size] == ' ' &&
           value_octets_equal(side_octets(&comparison->expected, p), name_size, octets, name_size,
                              true);
}

/* Are both nodes of one rule, or of two that stand for the same? A literal8 is equal to a string,
 * unless octets are compared. */
static bool rules_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    imap_rule left = comparison->expected.nodes[p].rule, right = comparison->actual.nodes[a].rule;

    return left == right || ((comparison->flags[p] & TRAIT_OCTETS) && !comparison->is_exact &&
                             (trait_of(comparison->grammar, right)->flags & TRAIT_OCTETS));
}

/* The children's pairs must be known. */
static bool nodes_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct imap_node *left = &comparison->expected.nodes[p];
    const struct imap_node *right = &comparison->actual.nodes[a];
    unsigned flags = comparison->flags[p];

    if (!rules_fit(comparison, p, a)) {
        return false;
    }
    if (comparison->holes[p]) {
        return hole_fits(comparison, p, a);
    }
    if ((flags & TRAIT_FREE) && !holds_capture(comparison, p)) {
        return true;
    }
    if (flags & TRAIT_ADDITIONS) {
        return additions_fit(comparison, p, a);
    }
    if ((flags & TRAIT_ARGUMENTS) && !left->children && is_name_of(comparison, p, a)) {
        return true;
    }
    if (!left->children && !right->children && comparison->is_exact) {
        return exact_texts_fit(comparison, p, a);
    }
    if (!left->children && !right->children) {
        return value_equals(flags, side_octets(&comparison->expected, p),
                            side_size(&comparison->expected, p),
                            side_octets(&comparison->actual, a), side_size(&comparison->actual, a));
    }
    return flags & TRAIT_SET ? sets_fit(comparison, p, a) : lists_fit(comparison, p, a);
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Fills the table. A node comes after its children, on both sides, so that nothing recurs. */
static void fit_all(const struct comparison *comparison) {
    for (uint32_t p = 1; p < comparison->expected.count; p++) {
        for (uint32_t a = 1; a < comparison->actual.count; a++) {
            comparison->fits[(size_t)p * comparison->actual.count + a] =
                nodes_fit(comparison, p, a);
        }
    }
}

/* Finds the partners of p's children, given p's own. */
static void match_children(const struct comparison *comparison, uint32_t p) {
    uint32_t child = comparison->expected.nodes[p].children, partner = comparison->partner[p];

    for (; child; child = comparison->expected.nodes[child].next) {
        comparison->partner[child] = 0;
    }
    if (partner && !comparison->holes[p]) {
        nodes_fit(comparison, p, partner);
    }
}

/* Keeps octets as they stand; a literal as a quoted string if it can be one, so that it can be sent
 * without waiting for the server. False when memory is out. */
static bool keep(struct variables *captures, const char *name, const uint8_t *octets, size_t size) {
    size_t length = imap_value(octets, size, NULL, 0);
    bool is_literal = size > 0 && octets[0] == '{';
    struct buffer quoted = {0};

    if (!is_literal || !buffer_add_quoted(&quoted, octets + size - length, length)) {
        return variables_set(captures, name, octets, size);
    }
    bool is_kept = !quoted.failed && variables_set(captures, name, quoted.octets, quoted.size);
    buffer_free(&quoted);
    return is_kept;
}

/* Adds what stands for a capture. False when the same name stands for something else already. */
static bool capture(const struct comparison *comparison, uint32_t p, struct variables *captures,
                    struct difference *difference) {
    const struct pattern_hole *hole = comparison->holes[p];
    uint32_t a = comparison->partner[p];

    if (!hole || !hole->name || !a || variables_get(comparison->variables, hole->name)) {
        return true;
    }
    const struct variable *captured = variables_get(captures, hole->name);
    if (captured && hole_fits(comparison, p, a)) {
        return true;
    }
    if (!captured && keep(captures, hole->name, side_octets(&comparison->actual, a),
                          side_size(&comparison->actual, a))) {
        return true;
    }
    *difference = (struct difference){.expected_at = hole->start,
                                      .actual_at = (size_t)comparison->actual.nodes[a].start,
                                      .rule = comparison->expected.nodes[p].rule};
    snprintf(difference->sentence, sizeof difference->sentence,
             captured ? "%s: this is not what it stood for before" : "%s: memory is out",
             hole->name);
    return false;
}

/* Walks down the trees that fit, parents before children. */
static bool capture_all(struct comparison *comparison, struct variables *captures,
                        struct difference *difference) {
    for (uint32_t p = comparison->expected.count; p-- > 1;) {
        match_children(comparison, p);
        if (!capture(comparison, p, captures, difference)) {
            return false;
        }
    }
    return true;
}

static void release(struct comparison *comparison) {
    free(comparison->fits);
    free(comparison->flags);
    free(comparison->holes);
    free(comparison->partner);
    free(comparison->is_used);
}

static bool fail(struct difference *difference, const char *sentence) {
    *difference = (struct difference){0};
    snprintf(difference->sentence, sizeof difference->sentence, "%s", sentence);
    return false;
}

/* Allocates the tables; false when memory is out. They must be released in any case. */
static bool allocate(struct comparison *comparison) {
    size_t expected = comparison->expected.count, actual = comparison->actual.count;

    comparison->fits = calloc(expected * actual, sizeof *comparison->fits);
    comparison->flags = calloc(expected, sizeof *comparison->flags);
    comparison->holes = calloc(expected, sizeof *comparison->holes);
    comparison->partner = calloc(expected, sizeof *comparison->partner);
    comparison->is_used = calloc(actual, sizeof *comparison->is_used);
    return comparison->fits && comparison->flags && comparison->holes && comparison->partner &&
           comparison->is_used;
}

static void describe_pattern(struct comparison *comparison) {
    const struct pattern *pattern = comparison->pattern;

    for (uint32_t p = 1; p < comparison->expected.count && !comparison->is_exact; p++) {
        comparison->flags[p] = trait_of(comparison->grammar, pattern->nodes[p].rule)->flags;
    }
    for (size_t i = 0; i < pattern->hole_count; i++) {
        if (pattern->holes[i].node) {
            comparison->holes[pattern->holes[i].node] = &pattern->holes[i];
        }
    }
}

static bool compare(struct comparison *comparison, const struct imap_tree *tree, size_t size,
                    struct variables *captures, struct difference *difference) {
    uint32_t p = imap_tree_root(&comparison->pattern->tree), a = imap_tree_root(tree);
    struct difference ignored;

    if (!difference) {
        difference = &ignored;
    }
    if (!a || tree->nodes[a].end > size) {
        return fail(difference, "this is no message");
    }
    if ((uint64_t)comparison->expected.count * comparison->actual.count > MAX_PAIRS) {
        return fail(difference, "the messages are too large to compare");
    }
    if (!allocate(comparison)) {
        return fail(difference, "memory is out");
    }
    describe_pattern(comparison);
    fit_all(comparison);
    if (!comparison_fits(comparison, p, a)) {
        comparison_explain(comparison, p, a, difference);
        return false;
    }
    comparison->partner[p] = a;
    return capture_all(comparison, captures, difference);
}

static bool run(const struct pattern *pattern, const uint8_t *octets, size_t size,
                const struct imap_tree *tree, const struct variables *variables,
                struct variables *captures, struct difference *difference, bool is_exact) {
    struct comparison comparison = {
        .pattern = pattern,
        .grammar = pattern->grammar,
        .variables = variables,
        .captures = captures,
        .expected = {pattern->octets, pattern->nodes, pattern->tree.count},
        .actual = {octets, tree->nodes, tree->count},
        .is_exact = is_exact,
    };
    bool is_equal = compare(&comparison, tree, size, captures, difference);

    release(&comparison);
    return is_equal;
}

bool compare_message(const struct pattern *pattern, const uint8_t *octets, size_t size,
                     const struct imap_tree *tree, const struct variables *variables,
                     struct variables *captures, struct difference *difference) {
    return run(pattern, octets, size, tree, variables, captures, difference, false);
}

bool compare_exactly(const struct pattern *pattern, const uint8_t *octets, size_t size,
                     const struct imap_tree *tree, const struct variables *variables,
                     struct variables *captures, struct difference *difference) {
    return run(pattern, octets, size, tree, variables, captures, difference, true);
}
