/* Says where two trees differ first. */
#include <stdio.h>
#include <string.h>

#include "../text.h"
#include "comparison.h"
#include "placeholder.h"
#include "value.h"

/* The longest part of a message that a sentence quotes, in octets as shown. */
#define QUOTE 40

/* A pair of nodes that don't fit, and what is said of them. */
struct explanation {
    const struct comparison *comparison;
    uint32_t p, a;
    struct difference *difference;
};

static void quote(const uint8_t *octets, size_t size, char text[QUOTE + 4]) {
    size_t length = text_escape(TEXT_UTF8, octets, size, text, QUOTE);

    if (length >= QUOTE) {
        strcat(text, "…");
    }
}

static const char *noun_of(const struct comparison *comparison, imap_rule rule) {
    const char *noun = trait_of(comparison->grammar, rule)->noun;

    return noun ? noun : imap_rule_name(comparison->grammar, rule);
}

/* How many octets of a node name it: all of them, or of an item its first word with its section. */
static size_t name_size(const struct comparison *comparison, const struct message_side *side,
                        uint32_t node) {
    const struct imap_node *named = &side->nodes[node];
    size_t size = (size_t)(named->end - named->start);
    bool in_section = false;

    if (!(trait_of(comparison->grammar, named->rule)->flags & TRAIT_ITEM)) {
        return size;
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t octet = side->octets[named->start + i];
        in_section = octet == '[' || (in_section && octet != ']');
        if (octet == ' ' && !in_section) {
            return i;
        }
    }
    return size;
}

/* A node as a sentence names it: by the text that names it, or by its placeholder. */
static void quote_name(const struct comparison *comparison, const struct message_side *side,
                       uint32_t node, char text[QUOTE + 4]) {
    const struct pattern_hole *hole =
        side == &comparison->expected ? comparison->holes[node] : NULL;
    char placeholder[PLACEHOLDER_TEXT];

    if (!hole) {
        quote(side->octets + side->nodes[node].start, name_size(comparison, side, node), text);
        return;
    }
    pattern_write_hole(comparison->pattern, hole, placeholder, sizeof placeholder);
    quote((const uint8_t *)placeholder, strlen(placeholder), text);
}

/* Points at two places, by absolute offsets in the messages. */
static void point(const struct explanation *at, uint64_t expected, uint64_t actual,
                  imap_rule rule) {
    at->difference->expected_at = (size_t)expected;
    at->difference->actual_at = (size_t)actual;
    at->difference->rule = rule;
}

/* "flag \Seen is missing": `node` of the side that has it, the other side's place in `where`. */
static void tell_one(const struct explanation *at, const struct message_side *side, uint32_t node,
                     uint64_t where, const char *what) {
    const struct comparison *comparison = at->comparison;
    const struct imap_node *told = &side->nodes[node];
    char text[QUOTE + 4];
    bool is_expected = side == &comparison->expected;

    quote_name(comparison, side, node, text);
    snprintf(at->difference->sentence, sizeof at->difference->sentence, "%s %s %s",
             noun_of(comparison, told->rule), text, what);
    point(at, is_expected ? told->start : where, is_expected ? where : told->start, told->rule);
}

static void tell_missing(const struct explanation *at, uint32_t p) {
    tell_one(at, &at->comparison->expected, p, at->comparison->actual.nodes[at->a].start,
             "is missing");
}

static void tell_surplus(const struct explanation *at, uint32_t a) {
    tell_one(at, &at->comparison->actual, a, at->comparison->expected.nodes[at->p].start,
             "is not expected");
}

/* The first octet at which two texts differ. */
static size_t first_difference(const uint8_t *left, size_t left_size, const uint8_t *right,
                               size_t right_size, bool ignore_case) {
    size_t i = 0;

    while (i < left_size && i < right_size &&
           value_octets_equal(left + i, 1, right + i, 1, ignore_case)) {
        i++;
    }
    return i;
}

/* Octets that a sentence quotes. */
struct excerpt {
    const uint8_t *octets;
    size_t size;
};

static struct excerpt excerpt_of(const struct message_side *side, uint32_t node) {
    const struct imap_node *excerpt = &side->nodes[node];
    size_t size = (size_t)(excerpt->end - excerpt->start);

    /* The line end of a response says nothing. */
    if (size >= 2 && memcmp(side->octets + excerpt->end - 2, "\r\n", 2) == 0) {
        size -= 2;
    }
    return (struct excerpt){side->octets + excerpt->start, size};
}

static size_t value_size(struct excerpt text) {
    return imap_value(text.octets, text.size, NULL, 0);
}

/* How many octets stand before a value: a quote, or a literal's header. */
static size_t value_start(struct excerpt text) {
    return text.octets[0] == '"' ? 1 : text.size - value_size(text);
}

/* Where do two long values part? */
static void tell_long_values(const struct explanation *at, struct excerpt expected,
                             struct excerpt actual) {
    const struct comparison *comparison = at->comparison;
    const struct imap_node *left = &comparison->expected.nodes[at->p];
    const struct imap_node *right = &comparison->actual.nodes[at->a];
    size_t expected_start = value_start(expected), actual_start = value_start(actual);
    size_t offset =
        first_difference(expected.octets + expected_start, expected.size - expected_start,
                         actual.octets + actual_start, actual.size - actual_start, false);
    size_t expected_at = expected_start + offset, actual_at = actual_start + offset;
    char expected_text[QUOTE + 4], actual_text[QUOTE + 4], sizes[64] = "";

    quote(expected.octets + expected_at, expected.size - expected_at, expected_text);
    quote(actual.octets + actual_at, actual.size - actual_at, actual_text);
    if (value_size(actual) != value_size(expected)) {
        snprintf(sizes, sizeof sizes, " has %zu octets, expected %zu;", value_size(actual),
                 value_size(expected));
    }
    snprintf(at->difference->sentence, sizeof at->difference->sentence,
             "%s%s after %zu octets: \"%s\", expected \"%s\"", noun_of(comparison, left->rule),
             sizes, offset, actual_text, expected_text);
    point(at, left->start + expected_at, right->start + actual_at, left->rule);
}

/* `number: 171, expected 172` */
static void tell_values(const struct explanation *at) {
    const struct comparison *comparison = at->comparison;
    struct excerpt expected = excerpt_of(&comparison->expected, at->p);
    struct excerpt actual = excerpt_of(&comparison->actual, at->a);
    imap_rule rule = comparison->expected.nodes[at->p].rule;
    bool have_same_form =
        expected.size > 0 && actual.size > 0 && expected.octets[0] == actual.octets[0];
    char expected_text[QUOTE + 4], actual_text[QUOTE + 4];

    if (have_same_form && (expected.size >= QUOTE || actual.size >= QUOTE)) {
        tell_long_values(at, expected, actual);
        return;
    }
    quote(expected.octets, expected.size, expected_text);
    quote(actual.octets, actual.size, actual_text);
    snprintf(at->difference->sentence, sizeof at->difference->sentence, "%s: %s, expected %s",
             noun_of(comparison, rule), actual_text, expected_text);
    point(at, comparison->expected.nodes[at->p].start, comparison->actual.nodes[at->a].start, rule);
}

/* A capture that was known, or a placeholder whose rule doesn't read what came. */
static void tell_hole(const struct explanation *at) {
    const struct comparison *comparison = at->comparison;
    const struct pattern_hole *hole = comparison->holes[at->p];
    const struct variable *known = comparison_value(comparison, hole);
    const struct variable *bound = comparison_bound(comparison, hole);
    const struct imap_node *left = &comparison->expected.nodes[at->p];
    const struct imap_node *right = &comparison->actual.nodes[at->a];
    struct difference *difference = at->difference;
    char actual[QUOTE + 4], value[QUOTE + 4] = "";

    quote(comparison->actual.octets + right->start, (size_t)(right->end - right->start), actual);
    if (known) {
        quote(known->octets, known->size, value);
        snprintf(difference->sentence, sizeof difference->sentence, "%s: %s, but ${%s} is %s",
                 noun_of(comparison, left->rule), actual, hole->name, value);
    } else if (hole->order && !bound) {
        snprintf(difference->sentence, sizeof difference->sentence,
                 "%s: ${%s} was not captured before these lines", noun_of(comparison, left->rule),
                 hole->bound);
    } else if (hole->order) {
        quote(bound->octets, bound->size, value);
        snprintf(difference->sentence, sizeof difference->sentence,
                 "%s: %s is not %s ${%s}, which is %s", noun_of(comparison, left->rule), actual,
                 hole->order == '>' ? "greater than" : "less than", hole->bound, value);
    } else {
        snprintf(difference->sentence, sizeof difference->sentence, "%s: %s is no %s",
                 noun_of(comparison, left->rule), actual,
                 imap_rule_name(comparison->grammar, hole->rule));
    }
    point(at, left->start, right->start, left->rule);
}

/* The word that stands at an offset, or that the offset is within. */
static void quote_word(const struct message_side *side, uint64_t start, uint64_t end, uint64_t at,
                       char text[QUOTE + 4]) {
    static const char ends[] = " ()[]\r";

    if (at < end && !strchr(ends, side->octets[at])) {
        while (at > start && !strchr(ends, side->octets[at - 1])) {
            at--;
        }
        start = at;
        while (at < end && !strchr(ends, side->octets[at])) {
            at++;
        }
        end = at;
    } else {
        start = at;
        end = at < end ? at + 1 : at;
    }
    quote(side->octets + start, (size_t)(end - start), text);
}

/* `resp-cond-state: "NO", expected "OK"`: the fixed words of two nodes, between the same children
 * of theirs; the offsets are where those end and begin. */
static void tell_words(const struct explanation *at, uint64_t expected_start, uint64_t expected_end,
                       uint64_t actual_start, uint64_t actual_end) {
    const struct comparison *comparison = at->comparison;
    size_t offset = first_difference(comparison->expected.octets + expected_start,
                                     (size_t)(expected_end - expected_start),
                                     comparison->actual.octets + actual_start,
                                     (size_t)(actual_end - actual_start), !comparison->is_exact);
    imap_rule rule = comparison->expected.nodes[at->p].rule;
    char expected[QUOTE + 4], actual[QUOTE + 4];

    quote_word(&comparison->expected, expected_start, expected_end, expected_start + offset,
               expected);
    quote_word(&comparison->actual, actual_start, actual_end, actual_start + offset, actual);
    point(at, expected_start + offset, actual_start + offset, rule);
    snprintf(at->difference->sentence, sizeof at->difference->sentence,
             "%s: \"%s\", expected \"%s\"", noun_of(comparison, rule), actual, expected);
}

static bool has_same_name(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct message_side *expected = &comparison->expected, *actual = &comparison->actual;

    return value_octets_equal(
        expected->octets + expected->nodes[p].start, name_size(comparison, expected, p),
        actual->octets + actual->nodes[a].start, name_size(comparison, actual, a), true);
}

/* The element of the message that was probably meant to be element p; 0 if there is none. */
static uint32_t find_counterpart(const struct comparison *comparison, uint32_t p, uint32_t a) {
    const struct imap_node *nodes = comparison->actual.nodes;
    imap_rule rule = comparison->expected.nodes[p].rule;
    unsigned flags = trait_of(comparison->grammar, rule)->flags;
    uint32_t found = 0, count = 0;

    for (uint32_t child = nodes[a].children; child; child = nodes[child].next) {
        if (comparison->is_used[child] || nodes[child].rule != rule) {
            continue;
        }
        if ((flags & TRAIT_ITEM) && !has_same_name(comparison, p, child)) {
            continue;
        }
        found = child;
        count++;
    }
    return flags & TRAIT_ELEMENT || count != 1 ? 0 : found;
}

/* Are there words of a set, before or after its elements, that differ? */
static bool tell_frame(const struct explanation *at) {
    const struct comparison *comparison = at->comparison;
    const struct imap_node *left = &comparison->expected.nodes[at->p];
    const struct imap_node *right = &comparison->actual.nodes[at->a];
    uint32_t last_left = left->children, last_right = right->children;

    if (comparison_frames_equal(comparison, at->p, at->a)) {
        return false;
    }
    uint64_t left_end = last_left ? comparison->expected.nodes[last_left].start : left->end;
    uint64_t right_end = last_right ? comparison->actual.nodes[last_right].start : right->end;
    size_t offset = first_difference(
        comparison->expected.octets + left->start, (size_t)(left_end - left->start),
        comparison->actual.octets + right->start, (size_t)(right_end - right->start), true);
    bool is_before = left->start + offset < left_end || right->start + offset < right_end;
    while (last_left && comparison->expected.nodes[last_left].next) {
        last_left = comparison->expected.nodes[last_left].next;
    }
    while (last_right && comparison->actual.nodes[last_right].next) {
        last_right = comparison->actual.nodes[last_right].next;
    }
    if (is_before || !last_left || !last_right) {
        tell_words(at, left->start, left_end, right->start, right_end);
    } else {
        tell_words(at, comparison->expected.nodes[last_left].end, left->end,
                   comparison->actual.nodes[last_right].end, right->end);
    }
    return true;
}

/* True when the pair to look at next has been set; otherwise the difference has been told. */
static bool descend_set(struct explanation *at) {
    const struct comparison *comparison = at->comparison;
    uint32_t child;

    if (tell_frame(at)) {
        return false;
    }
    comparison_match_set(comparison, at->p, at->a);
    for (child = comparison->expected.nodes[at->p].children; child;
         child = comparison->expected.nodes[child].next) {
        if (comparison->partner[child] || comparison_is_rest(comparison, child)) {
            continue;
        }
        uint32_t counterpart = find_counterpart(comparison, child, at->a);
        if (!counterpart) {
            tell_missing(at, child);
            return false;
        }
        at->p = child;
        at->a = counterpart;
        return true;
    }
    for (child = comparison->actual.nodes[at->a].children; child;
         child = comparison->actual.nodes[child].next) {
        if (!comparison->is_used[child]) {
            break;
        }
    }
    tell_surplus(at, child ? child : at->a);
    return false;
}

/* Children that are expected must be there; the others don't count. */
static bool descend_additions(struct explanation *at) {
    const struct comparison *comparison = at->comparison;
    const struct imap_node *nodes = comparison->expected.nodes;

    for (uint32_t child = nodes[at->p].children; child; child = nodes[child].next) {
        uint32_t other = side_find_child(&comparison->actual, at->a, nodes[child].rule);
        if (comparison_is_rest(comparison, child) ||
            (other && comparison_fits(comparison, child, other))) {
            continue;
        }
        if (!other) {
            tell_missing(at, child);
            return false;
        }
        at->p = child;
        at->a = other;
        return true;
    }
    tell_values(at);
    return false;
}

/* One of the lists has more elements: says which element isn't in the other. */
static void tell_count(const struct explanation *at, uint32_t p, uint32_t a, bool has_more) {
    if (has_more && a) {
        tell_surplus(at, a);
    } else if (p) {
        tell_missing(at, p);
    } else {
        tell_values(at);
    }
}

/* A walk through two lists; the ends are where the children before p and a end. */
struct walk {
    uint32_t p, a, index, before;
    uint64_t expected_end, actual_end;
    bool after_rest; /* whose gaps are compared otherwise */
};

static void step_over(const struct comparison *comparison, struct walk *walk) {
    walk->before = walk->p;
    walk->expected_end = comparison->expected.nodes[walk->p].end;
    walk->actual_end = comparison->actual.nodes[walk->a].end;
    walk->p = comparison->expected.nodes[walk->p].next;
    walk->a = comparison->actual.nodes[walk->a].next;
    walk->index++;
    walk->after_rest = false;
}

/* Passes a `...` with the `extra` children that stand for it. */
static void step_over_rest(const struct comparison *comparison, struct walk *walk, uint32_t extra) {
    walk->before = walk->p;
    walk->p = comparison->expected.nodes[walk->p].next;
    for (; extra > 0; extra--) {
        walk->a = comparison->actual.nodes[walk->a].next;
    }
    walk->after_rest = true;
}

/* Are the words between the children before and the next ones equal? */
static bool have_same_words(const struct comparison *comparison, const struct walk *walk) {
    uint64_t expected = comparison->expected.nodes[walk->p].start;
    uint64_t actual = comparison->actual.nodes[walk->a].start;

    return walk->after_rest ||
           value_octets_equal(comparison->expected.octets + walk->expected_end,
                              (size_t)(expected - walk->expected_end),
                              comparison->actual.octets + walk->actual_end,
                              (size_t)(actual - walk->actual_end), !comparison->is_exact);
}

static bool descend_list(struct explanation *at) {
    const struct comparison *comparison = at->comparison;
    const struct imap_node *expected = comparison->expected.nodes;
    const struct imap_node *actual = comparison->actual.nodes;
    const struct imap_node *left = &expected[at->p], *right = &actual[at->a];
    uint32_t rest = comparison_find_rest(comparison, at->p);
    uint32_t needed = side_count_children(&comparison->expected, at->p) - (rest != 0);
    uint32_t found = side_count_children(&comparison->actual, at->a);
    unsigned flags = comparison->flags[at->p];
    bool may_align = needed == found || (rest && needed < found);
    struct walk walk = {left->children, right->children, 0, 0, left->start, right->start, false};

    while (walk.p && (walk.a || walk.p == rest)) {
        if (walk.p == rest) {
            step_over_rest(comparison, &walk, found > needed ? found - needed : 0);
            continue;
        }
        if (!may_align && expected[walk.p].rule != actual[walk.a].rule) {
            break;
        }
        if (!have_same_words(comparison, &walk)) {
            tell_words(at, walk.expected_end, expected[walk.p].start, walk.actual_end,
                       actual[walk.a].start);
            return false;
        }
        if (!comparison_pair_fits(comparison, flags, walk.index, walk.before, walk.p, walk.a)) {
            at->p = walk.p;
            at->a = walk.a;
            return true;
        }
        step_over(comparison, &walk);
    }
    if (!walk.p && !walk.a) {
        tell_words(at, walk.expected_end, left->end, walk.actual_end, right->end);
    } else {
        tell_count(at, walk.p, walk.a, found > needed);
    }
    return false;
}

static void tell_rules(const struct explanation *at) {
    const struct comparison *comparison = at->comparison;
    const struct imap_node *left = &comparison->expected.nodes[at->p];
    const struct imap_node *right = &comparison->actual.nodes[at->a];
    struct excerpt excerpt = excerpt_of(&comparison->actual, at->a);
    char actual[QUOTE + 4];

    quote(excerpt.octets, excerpt.size, actual);
    snprintf(at->difference->sentence, sizeof at->difference->sentence, "%s %s, expected %s",
             noun_of(comparison, right->rule), actual, noun_of(comparison, left->rule));
    point(at, left->start, right->start, left->rule);
}

/* One level down. False when the difference has been told. */
static bool descend(struct explanation *at) {
    const struct comparison *comparison = at->comparison;
    const struct imap_node *left = &comparison->expected.nodes[at->p];
    const struct imap_node *right = &comparison->actual.nodes[at->a];
    unsigned flags = comparison->flags[at->p];

    if (left->rule != right->rule) {
        tell_rules(at);
    } else if (comparison->holes[at->p]) {
        tell_hole(at);
    } else if (flags & TRAIT_ADDITIONS) {
        return descend_additions(at);
    } else if (flags & TRAIT_SET) {
        return descend_set(at);
    } else if (!left->children || !right->children) {
        tell_values(at);
    } else {
        return descend_list(at);
    }
    return false;
}

void comparison_explain(const struct comparison *comparison, uint32_t p, uint32_t a,
                        struct difference *difference) {
    struct explanation at = {comparison, p, a, difference};

    *difference = (struct difference){0};
    while (descend(&at)) {
    }
}
