#include "compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison.h"
#include "moment.h"

/* The most pairs of nodes that are compared, so that a huge message costs bounded memory. */
#define MAX_PAIRS (UINT64_C(1) << 26)

/* ---- octets --------------------------------------------------------------------------------- */

static uint8_t fold(uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

bool comparison_octets_equal(const uint8_t *left, size_t left_size, const uint8_t *right,
                             size_t right_size, bool ignore_case) {
    if (left_size != right_size)
        return false;
    for (size_t i = 0; i < left_size; i++) {
        if (left[i] != right[i] && !(ignore_case && fold(left[i]) == fold(right[i])))
            return false;
    }
    return true;
}

static bool is_word(const uint8_t *octets, size_t size, const char *word) {
    return comparison_octets_equal(octets, size, (const uint8_t *)word, strlen(word), true);
}

/* A string's octets without its quotes, escapes and header, read one by one. */
struct value {
    const uint8_t *at, *end;
    bool is_quoted;
};

static struct value value_of(const uint8_t *octets, size_t size) {
    struct value value = {octets, octets + size, size >= 2 && octets[0] == '"'};
    size_t length = imap_value(octets, size, NULL, 0);

    if (value.is_quoted) {
        value.at++;
        value.end--;
    } else {
        value.at = value.end - length; /* after a literal's header, if there is one */
    }
    return value;
}

/* The next octet, -1 at the end. */
static int next_octet(struct value *value) {
    if (value->at == value->end)
        return -1;
    if (value->is_quoted && *value->at == '\\' && value->end - value->at > 1)
        value->at++;
    return *value->at++;
}

static bool values_equal(struct value left, struct value right, bool ignore_case) {
    for (;;) {
        int l = next_octet(&left), r = next_octet(&right);
        if (l != r && !(ignore_case && l >= 0 && r >= 0 && fold((uint8_t)l) == fold((uint8_t)r)))
            return false;
        if (l < 0)
            return true;
    }
}

/* Is it INBOX, however it is written? */
static bool is_inbox(struct value value) {
    static const uint8_t inbox[] = {'I', 'N', 'B', 'O', 'X'};
    struct value name = {inbox, inbox + sizeof inbox, false};

    return values_equal(value, name, true);
}

static uint64_t number_of(const uint8_t *octets, size_t size) {
    uint64_t number = 0;

    for (size_t i = 0; i < size; i++)
        number = number * 10 + (uint64_t)(octets[i] - '0');
    return number;
}

static bool is_same_moment(const uint8_t *left, size_t left_size, const uint8_t *right,
                           size_t right_size) {
    int64_t left_seconds, right_seconds;

    return moment_read(left, left_size, &left_seconds) &&
           moment_read(right, right_size, &right_seconds) && left_seconds == right_seconds;
}

/* Do two texts that the same rule reads mean the same? */
static bool texts_equal(unsigned flags, const uint8_t *left, size_t left_size, const uint8_t *right,
                        size_t right_size) {
    if (flags & TRAIT_FREE)
        return true;
    if (flags & TRAIT_NUMBER)
        return number_of(left, left_size) == number_of(right, right_size);
    if (flags & TRAIT_MOMENT)
        return is_same_moment(left, left_size, right, right_size);
    bool left_nil = is_word(left, left_size, "NIL"), right_nil = is_word(right, right_size, "NIL");
    if ((flags & TRAIT_NIL) && (left_nil || right_nil))
        return left_nil && right_nil;
    struct value left_value = value_of(left, left_size), right_value = value_of(right, right_size);
    bool ignore_case = (flags & TRAIT_IGNORE_CASE) ||
                       ((flags & TRAIT_INBOX) && is_inbox(left_value) && is_inbox(right_value));
    return values_equal(left_value, right_value, ignore_case);
}

/* ---- nodes ---------------------------------------------------------------------------------- */

unsigned comparison_flags(const struct comparison *comparison, imap_rule rule) {
    return comparison->is_exact ? 0 : trait_of(comparison->grammar, rule)->flags;
}

bool comparison_is_rest(const struct comparison *comparison, uint32_t p) {
    return comparison->holes[p] && comparison->holes[p]->rest;
}

const struct variable *comparison_value(const struct comparison *comparison,
                                        const struct pattern_hole *hole) {
    const struct variable *known =
        hole->name ? variables_get(comparison->variables, hole->name) : NULL;

    return !known && hole->name && comparison->captures
               ? variables_get(comparison->captures, hole->name)
               : known;
}

bool comparison_fits(const struct comparison *comparison, uint32_t p, uint32_t a) {
    return comparison->fits[(size_t)p * comparison->actual.count + a];
}

static const uint8_t *octets_of(const struct message_side *side, uint32_t node) {
    return side->octets + side->nodes[node].start;
}

static size_t size_of(const struct message_side *side, uint32_t node) {
    return (size_t)(side->nodes[node].end - side->nodes[node].start);
}

uint32_t comparison_find_child(const struct message_side *side, uint32_t node, imap_rule rule) {
    uint32_t child = side->nodes[node].children;

    while (child && side->nodes[child].rule != rule)
        child = side->nodes[child].next;
    return child;
}

uint32_t comparison_count_children(const struct message_side *side, uint32_t node) {
    uint32_t count = 0;

    for (uint32_t child = side->nodes[node].children; child; child = side->nodes[child].next)
        count++;
    return count;
}

/* ---- gaps ----------------------------------------------------------------------------------- */

/* Two pieces of a message as one text. */
struct gap {
    const uint8_t *first, *second;
    size_t first_size, second_size;
};

/* The octets between two children: after `before` (0: from the node's start) and before `after`
 * (0: to its end). */
static struct gap gap_between(const struct message_side *side, uint32_t node, uint32_t before,
                              uint32_t after) {
    uint64_t start = before ? side->nodes[before].end : side->nodes[node].start;
    uint64_t end = after ? side->nodes[after].start : side->nodes[node].end;

    return (struct gap){.first = side->octets + start, .first_size = (size_t)(end - start)};
}

/* The gaps around what isn't there, without the space that parted it from its neighbour. */
static struct gap join(struct gap left, struct gap right) {
    struct gap joined = {left.first, right.first, left.first_size, right.first_size};

    if (joined.first_size > 0 && joined.first[joined.first_size - 1] == ' ') {
        joined.first_size--;
    } else if (joined.second_size > 0 && joined.second[0] == ' ') {
        joined.second++;
        joined.second_size--;
    }
    return joined;
}

static uint8_t gap_octet(const struct gap *gap, size_t i) {
    return i < gap->first_size ? gap->first[i] : gap->second[i - gap->first_size];
}

static bool gaps_equal(struct gap left, struct gap right, bool ignore_case) {
    size_t size = left.first_size + left.second_size;

    if (size != right.first_size + right.second_size)
        return false;
    for (size_t i = 0; i < size; i++) {
        uint8_t l = gap_octet(&left, i), r = gap_octet(&right, i);
        if (l != r && !(ignore_case && fold(l) == fold(r)))
            return false;
    }
    return true;
}

static struct gap frame_of(const struct message_side *side, uint32_t node) {
    uint32_t first = side->nodes[node].children, last = first;
    const struct gap none = {0};

    if (!first)
        return join(gap_between(side, node, 0, 0), none);
    while (side->nodes[last].next)
        last = side->nodes[last].next;
    return join(gap_between(side, node, 0, first), gap_between(side, node, last, 0));
}

bool comparison_frames_equal(const struct comparison *comparison, uint32_t p, uint32_t a) {
    return gaps_equal(frame_of(&comparison->expected, p), frame_of(&comparison->actual, a), true);
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
        if (contains(&pattern->nodes[p], hole) && !comparison_value(comparison, hole))
            return true;
    }
    return false;
}

static bool find_partner(const struct comparison *comparison, uint32_t element, uint32_t a) {
    const struct imap_node *nodes = comparison->actual.nodes;

    for (uint32_t child = nodes[a].children; child; child = nodes[child].next) {
        if (comparison->is_used[child] || !comparison_fits(comparison, element, child))
            continue;
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

    for (uint32_t child = actual[a].children; child; child = actual[child].next)
        comparison->is_used[child] = false;
    for (int open = 0; open <= 1; open++) {
        for (uint32_t child = expected[p].children; child; child = expected[child].next) {
            if (comparison_is_rest(comparison, child) || is_open(comparison, child) != open)
                continue;
            comparison->partner[child] = 0;
            is_complete = find_partner(comparison, child, a) && is_complete;
        }
    }
    return is_complete;
}

uint32_t comparison_find_rest(const struct comparison *comparison, uint32_t p) {
    uint32_t child = comparison->expected.nodes[p].children;

    while (child && !comparison_is_rest(comparison, child))
        child = comparison->expected.nodes[child].next;
    return child;
}

static bool sets_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    bool has_all = comparison_match_set(comparison, p, a);
    bool has_more = comparison_count_children(&comparison->actual, a) !=
                    comparison_count_children(&comparison->expected, p);

    return has_all && (!has_more || comparison_find_rest(comparison, p)) &&
           comparison_frames_equal(comparison, p, a);
}

/* Each child that is expected must be there; others may. */
static bool additions_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct imap_node *nodes = comparison->expected.nodes;
    bool fit = true;

    for (uint32_t child = nodes[p].children; child && fit; child = nodes[child].next) {
        uint32_t other = comparison_find_child(&comparison->actual, a, nodes[child].rule);
        comparison->partner[child] = other;
        fit = comparison_is_rest(comparison, child) ||
              (other && comparison_fits(comparison, child, other));
    }
    return fit;
}

/* Is the case of child `p` ignored because of where it stands? `name` is the string before it. */
static bool is_token(const struct comparison *comparison, unsigned flags, uint32_t index,
                     uint32_t name) {
    if (flags & TRAIT_TOKENS)
        return true;
    if (!(flags & TRAIT_PARAMETERS))
        return false;
    if (index % 2 == 0)
        return true;
    const uint8_t charset[] = "\"charset\"";
    return texts_equal(TRAIT_IGNORE_CASE, octets_of(&comparison->expected, name),
                       size_of(&comparison->expected, name), charset, sizeof charset - 1);
}

bool comparison_pair_fits(const struct comparison *comparison, unsigned flags, uint32_t index,
                          uint32_t before, uint32_t p, uint32_t a) {
    comparison->partner[p] = a;
    if (comparison_fits(comparison, p, a) || comparison_is_rest(comparison, p))
        return true;
    bool are_strings = !comparison->holes[p] && !comparison->expected.nodes[p].children &&
                       comparison->expected.nodes[p].rule == comparison->actual.nodes[a].rule;
    return are_strings && is_token(comparison, flags, index, before) &&
           texts_equal(TRAIT_IGNORE_CASE | TRAIT_NIL, octets_of(&comparison->expected, p),
                       size_of(&comparison->expected, p), octets_of(&comparison->actual, a),
                       size_of(&comparison->actual, a));
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
    return gaps_equal(gap_between(&comparison->expected, p, left->before, left->at),
                      gap_between(&comparison->actual, a, right->before, right->at),
                      !comparison->is_exact);
}

/* Compares the octets before the next child, and passes `rest`, a `...` (0 for none), with the
 * `extra` children that stand for it. */
static bool pass_gap(const struct comparison *comparison, uint32_t p, uint32_t a, uint32_t rest,
                     uint32_t extra, struct cursor *left, struct cursor *right) {
    const struct message_side *expected = &comparison->expected, *actual = &comparison->actual;

    if (!left->at || left->at != rest)
        return gaps_at_equal(comparison, p, a, left, right);
    struct gap before = gap_between(expected, p, left->before, left->at);
    bool is_equal = gaps_at_equal(comparison, p, a, left, right);
    advance(expected, left);
    if (extra == 0) {
        struct gap after = gap_between(expected, p, left->before, left->at);
        return gaps_equal(join(before, after), gap_between(actual, a, right->before, right->at),
                          !comparison->is_exact);
    }
    while (extra-- > 0)
        advance(actual, right);
    return is_equal && gaps_at_equal(comparison, p, a, left, right);
}

/* Both lists child by child. The first `...` takes as many as the message has more, any other one
 * takes one. */
static bool lists_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct message_side *expected = &comparison->expected, *actual = &comparison->actual;
    unsigned flags = comparison_flags(comparison, expected->nodes[p].rule);
    uint32_t rest = comparison_find_rest(comparison, p);
    uint32_t needed = comparison_count_children(expected, p) - (rest != 0);
    uint32_t found = comparison_count_children(actual, a);
    struct cursor left = {0, expected->nodes[p].children}, right = {0, actual->nodes[a].children};

    if (found < needed || (found > needed && !rest))
        return false;
    if (!pass_gap(comparison, p, a, rest, found - needed, &left, &right))
        return false;
    for (uint32_t index = 0; left.at; index++) {
        if (!comparison_pair_fits(comparison, flags, index, left.before, left.at, right.at))
            return false;
        advance(expected, &left);
        advance(actual, &right);
        if (!pass_gap(comparison, p, a, rest, found - needed, &left, &right))
            return false;
    }
    return true;
}

/* ---- one node ------------------------------------------------------------------------------- */

static bool hole_fits(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct pattern_hole *hole = comparison->holes[p];
    const struct variable *known = comparison_value(comparison, hole);
    const uint8_t *octets = octets_of(&comparison->actual, a);
    size_t size = size_of(&comparison->actual, a);

    if (!known)
        return trait_reads(comparison->grammar, hole->rule, octets, size);
    if (comparison->is_exact)
        return comparison_octets_equal(known->octets, known->size, octets, size, false);
    unsigned flags = comparison_flags(comparison, comparison->expected.nodes[p].rule);
    return texts_equal(flags, known->octets, known->size, octets, size);
}

/* Compares octets, of which a `...` within them frees a part. */
static bool exact_texts_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct imap_node *node = &comparison->pattern->nodes[p];
    const uint8_t *left = octets_of(&comparison->expected, p);
    const uint8_t *right = octets_of(&comparison->actual, a);
    size_t left_size = size_of(&comparison->expected, p);
    size_t right_size = size_of(&comparison->actual, a);

    for (size_t i = 0; i < comparison->pattern->hole_count; i++) {
        const struct pattern_hole *hole = &comparison->pattern->holes[i];
        if (hole->node || !contains(node, hole))
            continue;
        size_t before = hole->start - (size_t)node->start, after = (size_t)node->end - hole->end;
        return right_size >= before + after && memcmp(left, right, before) == 0 &&
               memcmp(left + left_size - after, right + right_size - after, after) == 0;
    }
    return comparison_octets_equal(left, left_size, right, right_size, false);
}

/* Is there a capture within the node, which must find its octets? */
static bool holds_capture(const struct comparison *comparison, uint32_t p) {
    const struct pattern *pattern = comparison->pattern;
    size_t i = 0;

    while (i < pattern->hole_count &&
           (pattern->holes[i].rest || !contains(&pattern->nodes[p], &pattern->holes[i])))
        i++;
    return i < pattern->hole_count;
}

/* The children's pairs must be known. */
static bool nodes_fit(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct imap_node *left = &comparison->expected.nodes[p];
    const struct imap_node *right = &comparison->actual.nodes[a];
    unsigned flags = comparison_flags(comparison, left->rule);

    if (left->rule != right->rule)
        return false;
    if (comparison->holes[p])
        return hole_fits(comparison, p, a);
    if ((flags & TRAIT_FREE) && !holds_capture(comparison, p))
        return true;
    if (flags & TRAIT_ADDITIONS)
        return additions_fit(comparison, p, a);
    if (!left->children && !right->children && comparison->is_exact)
        return exact_texts_fit(comparison, p, a);
    if (!left->children && !right->children)
        return texts_equal(flags, octets_of(&comparison->expected, p),
                           size_of(&comparison->expected, p), octets_of(&comparison->actual, a),
                           size_of(&comparison->actual, a));
    return flags & TRAIT_SET ? sets_fit(comparison, p, a) : lists_fit(comparison, p, a);
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Fills the table. A node comes after its children, on both sides, so that nothing recurs. */
static void fit_all(const struct comparison *comparison) {
    for (uint32_t p = 1; p < comparison->expected.count; p++) {
        for (uint32_t a = 1; a < comparison->actual.count; a++)
            comparison->fits[(size_t)p * comparison->actual.count + a] =
                nodes_fit(comparison, p, a);
    }
}

/* Finds the partners of p's children, given p's own. */
static void match_children(const struct comparison *comparison, uint32_t p) {
    uint32_t child = comparison->expected.nodes[p].children, partner = comparison->partner[p];

    for (; child; child = comparison->expected.nodes[child].next)
        comparison->partner[child] = 0;
    if (partner && !comparison->holes[p])
        nodes_fit(comparison, p, partner);
}

/* Adds what stands for a capture. False when the same name stands for something else already. */
static bool capture(const struct comparison *comparison, uint32_t p, struct variables *captures,
                    struct difference *difference) {
    const struct pattern_hole *hole = comparison->holes[p];
    uint32_t a = comparison->partner[p];

    if (!hole || !hole->name || !a || variables_get(comparison->variables, hole->name))
        return true;
    const struct variable *captured = variables_get(captures, hole->name);
    if (captured && hole_fits(comparison, p, a))
        return true;
    if (!captured && variables_set(captures, hole->name, octets_of(&comparison->actual, a),
                                   size_of(&comparison->actual, a)))
        return true;
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
        if (!capture(comparison, p, captures, difference))
            return false;
    }
    return true;
}

static void release(struct comparison *comparison) {
    free(comparison->fits);
    free(comparison->holes);
    free(comparison->partner);
    free(comparison->is_used);
}

/* Allocates the tables; false with the difference set. */
static bool prepare(struct comparison *comparison, struct difference *difference) {
    const struct pattern *pattern = comparison->pattern;
    uint64_t pairs = (uint64_t)comparison->expected.count * comparison->actual.count;

    if (pairs <= MAX_PAIRS) {
        comparison->fits = calloc((size_t)pairs, sizeof *comparison->fits);
        comparison->holes = calloc(comparison->expected.count, sizeof *comparison->holes);
        comparison->partner = calloc(comparison->expected.count, sizeof *comparison->partner);
        comparison->is_used = calloc(comparison->actual.count, sizeof *comparison->is_used);
    }
    if (comparison->fits && comparison->holes && comparison->partner && comparison->is_used) {
        for (size_t i = 0; i < pattern->hole_count; i++)
            comparison->holes[pattern->holes[i].node] = &pattern->holes[i];
        comparison->holes[0] = NULL;
        return true;
    }
    *difference = (struct difference){0};
    snprintf(difference->sentence, sizeof difference->sentence,
             "the messages are too large to compare");
    return false;
}

static bool compare(struct comparison *comparison, const struct imap_tree *tree,
                    struct variables *captures, struct difference *difference) {
    uint32_t p = imap_tree_root(&comparison->pattern->tree), a = imap_tree_root(tree);
    struct difference ignored;

    if (!difference)
        difference = &ignored;
    if (!prepare(comparison, difference)) {
        release(comparison);
        return false;
    }
    fit_all(comparison);
    bool is_equal = a && comparison_fits(comparison, p, a);
    if (is_equal) {
        comparison->partner[p] = a;
        is_equal = capture_all(comparison, captures, difference);
    } else if (a) {
        comparison_explain(comparison, p, a, difference);
    } else {
        *difference = (struct difference){0};
        snprintf(difference->sentence, sizeof difference->sentence, "this is no message");
    }
    release(comparison);
    return is_equal;
}

static struct comparison begin(const struct pattern *pattern, const uint8_t *octets,
                               const struct imap_tree *tree, const struct variables *variables,
                               const struct variables *captures) {
    return (struct comparison){
        .pattern = pattern,
        .grammar = pattern->grammar,
        .variables = variables,
        .captures = captures,
        .expected = {pattern->octets, pattern->nodes, pattern->tree.count},
        .actual = {octets, tree->nodes, tree->count},
    };
}

bool compare_message(const struct pattern *pattern, const uint8_t *octets, size_t size,
                     const struct imap_tree *tree, const struct variables *variables,
                     struct variables *captures, struct difference *difference) {
    struct comparison comparison = begin(pattern, octets, tree, variables, captures);

    (void)size; /* the tree's offsets are within */
    return compare(&comparison, tree, captures, difference);
}

bool compare_exactly(const struct pattern *pattern, const uint8_t *octets, size_t size,
                     const struct imap_tree *tree, const struct variables *variables,
                     struct variables *captures, struct difference *difference) {
    struct comparison comparison = begin(pattern, octets, tree, variables, captures);

    (void)size;
    comparison.is_exact = true;
    return compare(&comparison, tree, captures, difference);
}

/* ---- likeness ------------------------------------------------------------------------------- */

/* A message is known by its first nodes; the work is bounded by them. */
#define LIKENESS_NODES 256u

/* How much does node a look like node p? 2: as much as can be seen without its children; 1: it is a
 * value of the same rule; 0: not at all. */
static unsigned node_likeness(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct imap_node *left = &comparison->expected.nodes[p];
    const struct imap_node *right = &comparison->actual.nodes[a];

    if (left->rule != right->rule)
        return 0;
    if (left->children || right->children)
        return comparison_frames_equal(comparison, p, a) ? 2 : 0;
    return texts_equal(comparison_flags(comparison, left->rule),
                       octets_of(&comparison->expected, p), size_of(&comparison->expected, p),
                       octets_of(&comparison->actual, a), size_of(&comparison->actual, a))
               ? 2
               : 1;
}

unsigned compare_likeness(const struct pattern *pattern, const uint8_t *octets, size_t size,
                          const struct imap_tree *tree) {
    struct comparison comparison = begin(pattern, octets, tree, NULL, NULL);
    uint32_t expected = pattern->tree.count, actual = tree->count;
    bool is_used[LIKENESS_NODES] = {false};
    unsigned likeness = 0;

    (void)size;
    if (!imap_tree_root(tree))
        return 0;
    expected = expected < LIKENESS_NODES ? expected : LIKENESS_NODES;
    actual = actual < LIKENESS_NODES ? actual : LIKENESS_NODES;
    for (uint32_t p = 1; p < expected; p++) {
        unsigned best = 0;
        uint32_t partner = 0;
        for (uint32_t a = 1; a < actual && best < 2; a++) {
            unsigned alike = is_used[a] ? 0 : node_likeness(&comparison, p, a);
            partner = alike > best ? a : partner;
            best = alike > best ? alike : best;
        }
        is_used[partner] = partner != 0;
        likeness += best;
    }
    uint32_t larger = expected > actual ? expected : actual;
    return larger > 1 ? likeness * 50 / (larger - 1) : 0;
}
