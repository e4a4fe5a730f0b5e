#include "pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "placeholder.h"

/* A message has few placeholders; the limit bounds the work on a hostile file. */
#define MAX_HOLES 64

#define MIN_NODES (1u << 6)
#define MAX_NODES (1u << 20)

static const char rest_text[] = "...";

struct compiler {
    struct pattern *pattern;
    enum imap_root root;
    const char *text;
    size_t size;
    const char *fills[MAX_HOLES]; /* what stands in each hole; NULL as long as it isn't known */
    char *problem;
    unsigned *column;
};

static bool fail(const struct compiler *compiler, size_t offset, const char *sentence) {
    snprintf(compiler->problem, 256, "%s", sentence);
    *compiler->column = (unsigned)offset + 1;
    return false;
}

static bool fail_memory(const struct compiler *compiler) {
    return fail(compiler, 0, "memory is out");
}

/* ---- holes ---------------------------------------------------------------------------------- */

/* The end of the literal whose header begins at text[at]; `at` when none does. */
static size_t skip_literal(const char *text, size_t size, size_t at) {
    size_t end = at + 1, count = 0;

    if (text[at] != '{') {
        return at;
    }
    for (; end < size && text[end] >= '0' && text[end] <= '9' && count <= size; end++) {
        count = count * 10 + (size_t)(text[end] - '0');
    }
    if (end < size && text[end] == '+') {
        end++;
    }
    if (size - end < 3 || memcmp(text + end, "}\r\n", 3) != 0) {
        return at;
    }
    end += 3;
    return count <= size - end ? end + count : size;
}

/* Does a `...` stand here by itself, and not within a word? */
static bool is_rest(const char *text, size_t size, size_t at) {
    size_t length = strlen(rest_text), end = at + length;

    if (size - at < length || memcmp(text + at, rest_text, length) != 0) {
        return false;
    }
    bool begins = at > 0 && strchr(" ([", text[at - 1]) != NULL;
    bool ends = end == size || (text[end] && strchr(" )]", text[end]) != NULL);
    return begins && ends;
}

/* The rule of a capture that was named before in the same message. */
static imap_rule rule_of_name(const struct pattern *pattern, const char *name) {
    for (size_t i = 0; i < pattern->hole_count; i++) {
        if (pattern->holes[i].name && strcmp(pattern->holes[i].name, name) == 0) {
            return pattern->holes[i].rule;
        }
    }
    return 0;
}

static bool add_hole(struct compiler *compiler, struct pattern_hole hole, const char *fill) {
    struct pattern *pattern = compiler->pattern;

    if (pattern->hole_count == MAX_HOLES) {
        free(hole.name);
        free(hole.bound);
        return fail(compiler, hole.text_start, "a message has at most 64 placeholders");
    }
    compiler->fills[pattern->hole_count] = fill;
    pattern->holes[pattern->hole_count++] = hole;
    return true;
}

static bool add_capture(struct compiler *compiler, size_t at, const struct placeholder *capture) {
    const struct imap_grammar *grammar = compiler->pattern->grammar;
    struct pattern_hole hole = {.text_start = (uint32_t)at, .text_end = (uint32_t)capture->end};

    hole.rule = capture->rule[0] ? imap_grammar_rule(grammar, capture->rule)
                                 : rule_of_name(compiler->pattern, capture->name);
    if (!hole.rule && capture->rule[0]) {
        return fail(compiler, capture->rule_at, "the grammar has no rule of this name");
    }
    if (!hole.rule) {
        return fail(compiler, at, "this is not captured yet");
    }
    const char *fill = imap_rule_example(grammar, hole.rule);
    if (!fill || !*fill) {
        return fail(compiler, capture->rule_at, "no short example of this rule can stand here");
    }
    hole.order = capture->order;
    hole.name = capture->name[0] ? strdup(capture->name) : NULL;
    hole.bound = capture->order ? strdup(capture->bound) : NULL;
    if ((capture->name[0] && !hole.name) || (capture->order && !hole.bound)) {
        free(hole.name);
        free(hole.bound);
        return fail_memory(compiler);
    }
    return add_hole(compiler, hole, fill);
}

static bool find_holes(struct compiler *compiler) {
    const char *text = compiler->text;
    size_t size = compiler->size;

    for (size_t at = 0; at < size;) {
        size_t end = skip_literal(text, size, at);
        struct placeholder placeholder = placeholder_at(text, size, at);
        if (end > at) {
            at = end;
        } else if (placeholder.kind == PLACEHOLDER_BROKEN) {
            return fail(compiler, at, placeholder.problem);
        } else if (placeholder.kind == PLACEHOLDER_CAPTURE || placeholder.kind == PLACEHOLDER_ANY) {
            if (!add_capture(compiler, at, &placeholder)) {
                return false;
            }
            at = placeholder.end;
        } else if (is_rest(text, size, at)) {
            end = at + strlen(rest_text);
            struct pattern_hole rest = {
                .rest = true, .text_start = (uint32_t)at, .text_end = (uint32_t)end};
            if (!add_hole(compiler, rest, NULL)) {
                return false;
            }
            at = end;
        } else {
            at++;
        }
    }
    return true;
}

/* ---- what stands for `...` ------------------------------------------------------------------ */

/* What the parser says while a candidate is tried. */
struct trial {
    uint64_t start, end; /* of the candidate */
    imap_rule text;
    bool stands; /* a node is exactly the candidate, or human text holds it */
    bool has_finding;
    unsigned messages;
};

static bool watch_trial(void *context, const struct imap_event *event) {
    struct trial *trial = context;

    if (event->finding == IMAP_MALFORMED_CODE) {
        trial->has_finding = true;
    }
    if (event->kind == IMAP_EVENT_MESSAGE) {
        trial->messages++;
    }
    if (event->kind == IMAP_EVENT_NODE) {
        bool is_exact = event->start == trial->start && event->end == trial->end;
        bool is_around =
            event->rule == trial->text && event->start <= trial->start && event->end >= trial->end;
        trial->stands = trial->stands || is_exact || is_around;
    }
    return true;
}

static bool feed(struct imap_parser *parser, const char *octets, size_t size) {
    size_t consumed;

    return imap_parser_feed(parser, octets, size, &consumed) == IMAP_MORE;
}

/* Feeds the text from hole `hole`'s end to the next hole that has no fill, holes with fills on the
 * way included, or to the end with its CRLF. Sets *next to that hole. */
static bool feed_to_next(const struct compiler *compiler, struct imap_parser *parser, size_t from,
                         size_t hole, size_t *next) {
    const struct pattern *pattern = compiler->pattern;
    bool is_read = true;

    for (; hole < pattern->hole_count && compiler->fills[hole]; hole++) {
        const struct pattern_hole *filled = &pattern->holes[hole];
        is_read = is_read && feed(parser, compiler->text + from, filled->text_start - from) &&
                  feed(parser, compiler->fills[hole], strlen(compiler->fills[hole]));
        from = filled->text_end;
    }
    *next = hole;
    size_t end = hole < pattern->hole_count ? pattern->holes[hole].text_start : compiler->size;
    return is_read && feed(parser, compiler->text + from, end - from) &&
           (hole < pattern->hole_count || feed(parser, "\r\n", 2));
}

/* Tries one candidate for a hole; on success *parser has moved on to the next open hole. On failure
 * *reach is how far the text after it was read. */
static bool try_candidate(const struct compiler *compiler, struct imap_parser *parser, size_t hole,
                          const char *candidate, size_t *next, uint64_t *reach) {
    const struct pattern *pattern = compiler->pattern;
    struct imap_parser attempt = *parser;
    struct trial trial = {.start = parser->offset,
                          .end = parser->offset + strlen(candidate),
                          .text = imap_grammar_rule(pattern->grammar, "text")};

    attempt.context = &trial;
    bool is_read = feed(&attempt, candidate, strlen(candidate)) &&
                   feed_to_next(compiler, &attempt, pattern->holes[hole].text_end, hole + 1, next);
    bool is_last = is_read && *next == pattern->hole_count;
    *reach = attempt.offset > trial.end ? attempt.offset - trial.end : 0;
    if (!is_read || trial.has_finding || !trial.stands || (is_last && trial.messages != 1)) {
        return false;
    }
    *parser = attempt;
    return true;
}

/* The text itself, which is legal where text is, or else the example of the first rule that fits.
 * If none does, *is_read is false and it is the one after which most of the text was read. */
static const char *find_candidate(const struct compiler *compiler, struct imap_parser *parser,
                                  size_t hole, size_t *next, bool *is_read) {
    const struct imap_grammar *grammar = compiler->pattern->grammar;
    const char *best = rest_text;
    uint64_t reach, furthest;

    *is_read = true;
    if (try_candidate(compiler, parser, hole, rest_text, next, &furthest)) {
        return rest_text;
    }
    for (imap_rule rule = 1; rule <= imap_grammar_rule_count(grammar); rule++) {
        const char *example = imap_rule_example(grammar, rule);
        if (!example || !*example) {
            continue;
        }
        if (try_candidate(compiler, parser, hole, example, next, &reach)) {
            return example;
        }
        best = reach > furthest ? example : best;
        furthest = reach > furthest ? reach : furthest;
    }
    *is_read = false;
    return best;
}

/* Fills the `...` holes from left to right. Where the text cannot be read for another reason, it
 * leaves that for the parse of the whole to tell. */
static void fill_rests(struct compiler *compiler) {
    struct trial ignored = {0};
    struct imap_parser parser;
    size_t hole, next;

    imap_parser_init(&parser, compiler->pattern->grammar, compiler->root, watch_trial, &ignored);
    bool is_read = feed_to_next(compiler, &parser, 0, 0, &hole);
    for (; hole < compiler->pattern->hole_count && is_read; hole = next) {
        compiler->fills[hole] = find_candidate(compiler, &parser, hole, &next, &is_read);
    }
    for (hole = 0; hole < compiler->pattern->hole_count; hole++) {
        if (!compiler->fills[hole]) {
            compiler->fills[hole] = rest_text;
        }
    }
}

/* ---- the message ---------------------------------------------------------------------------- */

static bool assemble(struct compiler *compiler) {
    struct pattern *pattern = compiler->pattern;
    size_t size = compiler->size + 2, from = 0, at = 0;

    for (size_t i = 0; i < pattern->hole_count; i++) {
        size += strlen(compiler->fills[i]);
    }
    pattern->octets = malloc(size);
    if (!pattern->octets) {
        return fail_memory(compiler);
    }
    for (size_t i = 0; i < pattern->hole_count; i++) {
        struct pattern_hole *hole = &pattern->holes[i];
        size_t length = strlen(compiler->fills[i]);
        memcpy(pattern->octets + at, compiler->text + from, hole->text_start - from);
        at += hole->text_start - from;
        hole->start = (uint32_t)at;
        memcpy(pattern->octets + at, compiler->fills[i], length);
        at += length;
        hole->end = (uint32_t)at;
        from = hole->text_end;
    }
    memcpy(pattern->octets + at, compiler->text + from, compiler->size - from);
    at += compiler->size - from;
    memcpy(pattern->octets + at, "\r\n", 2);
    pattern->size = at + 2;
    return true;
}

/* Where in the text is octet `offset` of the message? */
static size_t origin(const struct compiler *compiler, size_t offset) {
    const struct pattern *pattern = compiler->pattern;

    size_t at = offset;

    for (size_t i = pattern->hole_count; i-- > 0;) {
        const struct pattern_hole *hole = &pattern->holes[i];
        if (offset < hole->start) {
            continue;
        }
        at = offset < hole->end ? hole->text_start : hole->text_end + (offset - hole->end);
        break;
    }
    return at < compiler->size ? at : compiler->size; /* the CRLF isn't of the text */
}

/* The parser's events of the whole message. */
struct reading {
    struct imap_tree *tree;
    uint64_t finding; /* where the first one is */
    imap_rule finding_rule;
    unsigned messages;
};

static bool take_event(void *context, const struct imap_event *event) {
    struct reading *reading = context;

    imap_tree_add(reading->tree, event);
    if (event->finding == IMAP_MALFORMED_CODE && !reading->finding_rule) {
        reading->finding = event->start;
        reading->finding_rule = event->rule;
    }
    reading->messages += event->kind == IMAP_EVENT_MESSAGE;
    return true;
}

static bool fail_grammar(const struct compiler *compiler, const struct imap_parser *parser) {
    const struct imap_error *error = imap_parser_error(parser);
    const char *rule = imap_rule_name(compiler->pattern->grammar, error->rule);
    char sentence[256], explanation[192];

    imap_parser_explain(parser, explanation, sizeof explanation);
    if (error->code == IMAP_NO_ERROR) {
        return fail(compiler, origin(compiler, (size_t)parser->offset), explanation);
    }
    snprintf(sentence, sizeof sentence, "%s: %s", rule, explanation);
    return fail(compiler, origin(compiler, (size_t)error->offset), sentence);
}

/* Parses with room for `capacity` nodes. *is_full tells that it needs more. */
static bool parse_with(struct compiler *compiler, uint32_t capacity, bool *is_full) {
    struct pattern *pattern = compiler->pattern;
    struct imap_node *nodes = realloc(pattern->nodes, capacity * sizeof *nodes);
    struct reading reading = {.tree = &pattern->tree};
    struct imap_parser parser;
    size_t consumed;

    if (!nodes) {
        return fail_memory(compiler);
    }
    pattern->nodes = nodes;
    imap_tree_init(&pattern->tree, nodes, capacity);
    imap_parser_init(&parser, pattern->grammar, compiler->root, take_event, &reading);
    enum imap_status status = imap_parser_feed(&parser, pattern->octets, pattern->size, &consumed);
    if (status != IMAP_MORE || reading.messages != 1 || !imap_parser_at_start(&parser)) {
        return fail_grammar(compiler, &parser);
    }
    if (reading.finding_rule) {
        return fail(compiler, origin(compiler, (size_t)reading.finding),
                    "this begins like a response code, but isn't one");
    }
    *is_full = imap_tree_root(&pattern->tree) == 0;
    return true;
}

static bool parse(struct compiler *compiler) {
    bool is_full = true;

    for (uint32_t capacity = MIN_NODES; is_full && capacity <= MAX_NODES; capacity *= 4) {
        if (!parse_with(compiler, capacity, &is_full)) {
            return false;
        }
    }
    return !is_full || fail(compiler, 0, "the message has too many parts");
}

/* Is the range part of human text? */
static bool is_within_text(const struct pattern *pattern, const struct pattern_hole *hole) {
    imap_rule text = imap_grammar_rule(pattern->grammar, "text");

    for (uint32_t i = 1; i < pattern->tree.count; i++) {
        const struct imap_node *node = &pattern->nodes[i];
        if (node->rule == text && node->start <= hole->start && node->end >= hole->end) {
            return true;
        }
    }
    return false;
}

/* The node of the hole's own rule or, where that makes none, the outermost that is exactly the
 * hole; 0 if there is none. A node comes after its children, so the outermost is the last. */
static uint32_t find_node(const struct pattern *pattern, const struct pattern_hole *hole) {
    uint32_t outermost = 0, own = 0;

    for (uint32_t i = 1; i < pattern->tree.count; i++) {
        const struct imap_node *node = &pattern->nodes[i];
        if (node->start != hole->start || node->end != hole->end) {
            continue;
        }
        outermost = i;
        if (hole->rule && node->rule == hole->rule) {
            own = i;
        }
    }
    return own ? own : outermost;
}

static bool mark_nodes(struct compiler *compiler) {
    struct pattern *pattern = compiler->pattern;

    for (size_t i = 0; i < pattern->hole_count; i++) {
        struct pattern_hole *hole = &pattern->holes[i];
        hole->node = find_node(pattern, hole);
        if (!hole->node && !(hole->rest && is_within_text(pattern, hole))) {
            return fail(compiler, hole->text_start,
                        "a placeholder must stand for a whole element of the message");
        }
    }
    return true;
}

struct pattern *pattern_compile(const struct imap_grammar *grammar, enum imap_root root,
                                const uint8_t *text, size_t size, char problem[256],
                                unsigned *column) {
    static const char go_ahead[] = "+ ...";
    bool is_bare = size == 1 && text[0] == '+'; /* a "+", whatever it says */
    struct compiler compiler = {.pattern = calloc(1, sizeof *compiler.pattern),
                                .root = root,
                                .text = is_bare ? go_ahead : (const char *)text,
                                .size = is_bare ? strlen(go_ahead) : size,
                                .problem = problem,
                                .column = column};

    *column = 1;
    if (compiler.pattern && size <= UINT32_MAX / 2) {
        compiler.pattern->grammar = grammar;
        compiler.pattern->holes = calloc(MAX_HOLES, sizeof *compiler.pattern->holes);
    }
    if (!compiler.pattern || !compiler.pattern->holes) {
        fail_memory(&compiler);
    } else if (find_holes(&compiler)) {
        fill_rests(&compiler);
        if (assemble(&compiler) && parse(&compiler) && mark_nodes(&compiler)) {
            return compiler.pattern;
        }
    }
    pattern_free(compiler.pattern);
    return NULL;
}

void pattern_write_hole(const struct pattern *pattern, const struct pattern_hole *hole, char *text,
                        size_t capacity) {
    if (hole->rest) {
        snprintf(text, capacity, "%s", rest_text);
    } else {
        snprintf(text, capacity, "${%s:%s%.*s%s}", hole->name ? hole->name : "",
                 imap_rule_name(pattern->grammar, hole->rule), hole->order ? 1 : 0, &hole->order,
                 hole->bound ? hole->bound : "");
    }
}

void pattern_free(struct pattern *pattern) {
    if (!pattern) {
        return;
    }
    for (size_t i = 0; i < pattern->hole_count; i++) {
        free(pattern->holes[i].name);
        free(pattern->holes[i].bound);
    }
    free(pattern->holes);
    free(pattern->nodes);
    free(pattern->octets);
    free(pattern);
}
