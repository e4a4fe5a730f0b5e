#include "examination.h"

#include <string.h>

#include "choice.h"
#include "property.h"
#include "turns.h"

enum {
    NODES = 1 << 14,
    ACCEPTED = 8,   /* what could have stood there is asked of one error of so many, */
    EXPLAINED = 64, /* and what explains it of so many, for they take longer than all the rest */
    CHECKED = 32,   /* one input of so many has its messages checked, likewise */
    VALUE = 64,     /* octets of a value that are looked at */
    MOST_EXPLAINED = 100, /* octets of an explanation, likewise */
    GUARD = 0xA5          /* behind what may be written to */
};

struct examination {
    struct imap_parser parser;
    struct imap_tree tree;
    struct imap_limits limits;
    struct turns turns;
    const uint8_t *octets;
    size_t size;
    uint64_t end;     /* of what ended last, findings aside */
    uint64_t started; /* the least offset at which the message can begin */
    bool has_literal; /* the message does */
    bool is_checked;  /* messages are */
    struct imap_node nodes[NODES];
};

static void demand(bool holds, const char *promise, uint64_t offset) {
    if (!holds) {
        property_broken("%s, at offset %llu", promise, (unsigned long long)offset);
    }
}

/* ---- trees --------------------------------------------------------------------------------- */

static const char *examine_children(const struct imap_tree *tree, uint32_t parent) {
    const struct imap_node *node = &tree->nodes[parent];
    uint64_t at = node->start;

    for (uint32_t child = node->children; child != 0; child = tree->nodes[child].next) {
        const struct imap_node *c = &tree->nodes[child];
        if (child >= parent) {
            return "a node has no child that ends after it";
        }
        if (c->start < at || c->end < c->start || c->end > node->end) {
            return "children are in order, and within their parent";
        }
        at = c->end;
    }
    return NULL;
}

const char *examine_tree(const struct imap_tree *tree, uint64_t start, uint64_t end) {
    uint32_t root = imap_tree_root(tree);
    const char *problem = NULL;

    if (root == 0) {
        return tree->overflow ? NULL : "a message has a root";
    }
    if (tree->nodes[root].start != start || tree->nodes[root].end != end) {
        return "the root is the message";
    }
    for (uint32_t i = 1; i < tree->count && !problem; i++) {
        problem = examine_children(tree, i);
    }
    return problem;
}

static void examine_value(const struct examination *x, const struct imap_node *node) {
    uint8_t value[VALUE + 1];
    size_t count = (size_t)(node->end - node->start);

    value[VALUE] = GUARD;
    size_t size = imap_value(x->octets + node->start, count, value, VALUE);
    demand(size <= count, "a value is no longer than what it is the value of", node->start);
    demand(value[VALUE] == GUARD, "no more of a value is written than there is room for",
           node->start);
}

static void take_check(void *context, const struct imap_check *check, uint64_t start,
                       uint64_t end) {
    const struct examination *x = context;

    demand(check->name && check->source && check->sentence, "a check says what it is", start);
    demand(x->started <= start && start <= end && end <= x->end,
           "a check finds what is in the message", start);
}

static void examine_message(struct examination *x, const struct imap_event *event) {
    const struct imap_grammar *grammar = x->parser.grammar;
    uint64_t size = event->end - event->start;
    const char *problem = examine_tree(&x->tree, event->start, event->end);

    demand(!problem, problem ? problem : "", event->start);
    demand(size <= x->limits.message, "no message is longer than the limit", event->start);
    demand(x->has_literal || size <= x->limits.line, "no line is longer than the limit",
           event->start);
    for (uint32_t i = 1; i < x->tree.count && !x->tree.overflow; i++) {
        if (imap_rule_encodings(grammar, x->nodes[i].rule) != 0) {
            examine_value(x, &x->nodes[i]);
        }
    }
    if (x->is_checked) {
        x->started = event->start;
        imap_check_message(&x->tree, grammar, &x->parser.extensions, x->octets + event->start,
                           take_check, x);
    }
}

/* ---- events -------------------------------------------------------------------------------- */

static void examine_finding(const struct examination *x, const struct imap_event *event) {
    bool is_known = event->finding == IMAP_MALFORMED_CODE ||
                    (event->finding == IMAP_EXTENSION_NOT_ENABLED && event->value > 0 &&
                     event->value <= imap_extension_count(x->parser.grammar)) ||
                    (event->finding == IMAP_QUIRK_USED && event->value < IMAP_QUIRK_COUNT);

    demand(is_known, "a finding is one of those that there are", event->start);
}

static bool take_event(void *context, const struct imap_event *event) {
    struct examination *x = context;

    demand(x->started <= event->start && event->start <= event->end && event->end <= x->size,
           "an event is about what was fed", event->start);
    demand(event->kind == IMAP_EVENT_FINDING || x->end <= event->end,
           "what ends first is told of first", event->end);
    x->end = event->kind == IMAP_EVENT_FINDING ? x->end : event->end;
    imap_tree_add(&x->tree, event);
    if (event->kind == IMAP_EVENT_FINDING) {
        examine_finding(x, event);
    } else if (event->kind == IMAP_EVENT_LITERAL) {
        demand(event->value <= x->limits.literal, "no literal is longer than the limit",
               event->start);
        x->has_literal = true;
    } else if (event->kind == IMAP_EVENT_MESSAGE) {
        examine_message(x, event);
        imap_tree_clear(&x->tree);
        x->has_literal = false;
        x->started = event->end;
    }
    turns_take(&x->turns, &x->parser, event);
    return true;
}

/* ---- errors -------------------------------------------------------------------------------- */

const char *examine_error(const struct imap_parser *parser, const uint8_t *octets,
                          uint64_t consumed) {
    const struct imap_error *error = imap_parser_error(parser);
    bool is_number = error->code == IMAP_NUMBER_TOO_LARGE;

    if (error->code == IMAP_NO_ERROR || !error->sentence) {
        return "an error says what it is";
    }
    if (is_number ? error->offset > consumed : error->offset != consumed) {
        return "nothing from the refused octet on is read";
    }
    if (error->message > error->offset) {
        return "an error stands in its message";
    }
    if (error->got != -1 && error->got != octets[error->offset]) {
        return "the refused octet stands at the error's offset";
    }
    return NULL;
}

const char *examine_accepted(const struct imap_parser *parser) {
    const struct imap_error *error = imap_parser_error(parser);
    bool accepted[256], any = false;

    imap_parser_accepted(parser, accepted);
    for (unsigned octet = 0; octet < 256 && !any; octet++) {
        any = accepted[octet];
    }
    if (error->code != IMAP_UNEXPECTED_OCTET) {
        return NULL;
    }
    return !any                   ? "where an octet is refused, another could stand"
           : error->got < 0       ? "an octet that is refused is told"
           : accepted[error->got] ? "an octet that is refused could not stand there"
                                  : NULL;
}

const char *examine_explanation(const struct imap_parser *parser, size_t size) {
    char text[IMAP_EXPLANATION_TEXT + 1];

    size = size < IMAP_EXPLANATION_TEXT ? size : IMAP_EXPLANATION_TEXT;
    memset(text, GUARD, sizeof text);
    imap_parser_explain(parser, text, size);
    if ((uint8_t)text[size] != GUARD) {
        return "no more of an explanation is written than there is room for";
    }
    if (size > 0 && !memchr(text, '\0', size)) {
        return "an explanation ends in NUL";
    }
    memset(text, GUARD, sizeof text);
    size_t length = imap_parser_expected(parser, text, size);
    if ((uint8_t)text[size] != GUARD) {
        return "no more of what is expected is written than there is room for";
    }
    return size > 0 && strlen(text) != (length < size ? length : size - 1)
               ? "all of what is expected is written, or as much as there is room for"
               : NULL;
}

static void examine_failure(const struct examination *x, size_t at, struct random *random) {
    const char *problem = examine_error(&x->parser, x->octets, at);

    if (!problem && random_once_in(random, ACCEPTED)) {
        problem = examine_accepted(&x->parser);
    }
    if (!problem && random_once_in(random, EXPLAINED)) {
        problem = examine_explanation(&x->parser, random_below(random, MOST_EXPLAINED));
    }
    demand(!problem, problem ? problem : "", at);
}

/* Does the message that is left behind end with this line, for sure? A literal might go on. */
static bool ends_with_line(const struct examination *x, const struct imap_error *error,
                           const uint8_t *end) {
    const uint8_t *start = x->octets + error->message;

    return error->code == IMAP_UNEXPECTED_OCTET && !x->has_literal &&
           !memchr(start, '{', (size_t)(end - start));
}

/* Leaves the message behind. Returns how far the octets are read. */
static size_t recover(struct examination *x, size_t at) {
    struct imap_error error = *imap_parser_error(&x->parser);
    const uint8_t *feed = memchr(x->octets + at, '\n', x->size - at);
    size_t consumed = 0;

    imap_parser_resync(&x->parser);
    imap_tree_clear(&x->tree);
    x->turns.next = IMAP_ROOT_COUNT;
    if (feed && ends_with_line(x, &error, feed)) {
        enum imap_status status = imap_parser_feed(&x->parser, x->octets + at,
                                                   (size_t)(feed + 1 - x->octets) - at, &consumed);
        demand(status == IMAP_MORE && imap_parser_at_start(&x->parser),
               "a broken message is left behind with its line", error.offset);
    }
    x->has_literal = false;
    return at + consumed;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static struct imap_extensions the_extensions(const struct imap_grammar *grammar,
                                             struct random *random) {
    struct imap_extensions extensions = {0};
    const char *dialect = imap_dialect_name(random_below(random, 4));

    imap_extensions_of_dialect(grammar, random_once_in(random, 4) ? dialect : "all", &extensions);
    return extensions;
}

static struct imap_limits the_limits(struct random *random) {
    struct imap_limits limits = {.line = UINT32_MAX, .literal = UINT32_MAX, .message = UINT32_MAX};

    if (random_once_in(random, 8)) {
        limits.line = 1 + random_below(random, 200);
        limits.literal = 1 + random_below(random, 50);
        limits.message = 1 + random_below(random, 400);
        limits.depth = (uint16_t)(1 + random_below(random, IMAP_MAX_DEPTH));
    }
    return limits;
}

static void tolerate_some(struct imap_parser *parser, struct random *random) {
    uint32_t quirks = random_once_in(random, 8) ? (uint32_t)random_next(random) : 0;

    for (int i = 0; i < IMAP_QUIRK_COUNT; i++) {
        if (quirks >> i & 1) {
            imap_parser_tolerate(parser, (enum imap_quirk)i);
        }
    }
}

void examine(enum imap_root root, const uint8_t *octets, size_t size) {
    /* Too large for a stack, and an engine gives no place to keep it. */
    static struct examination x;
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct random random = choice_of(octets, size);
    struct imap_extensions extensions = the_extensions(grammar, &random);

    x.octets = octets;
    x.size = size;
    x.end = x.started = 0;
    x.has_literal = false;
    x.is_checked = random_once_in(&random, CHECKED);
    x.turns = x.turns.next == IMAP_GREETING ? turns_of(grammar) : x.turns; /* once */
    x.turns.next = IMAP_ROOT_COUNT;
    x.limits = the_limits(&random);
    imap_tree_init(&x.tree, x.nodes, NODES);
    imap_parser_init(&x.parser, grammar, root, take_event, &x);
    imap_parser_allow(&x.parser, &extensions);
    imap_parser_limit(&x.parser, &x.limits);
    tolerate_some(&x.parser, &random);
    for (size_t at = 0, consumed; at < size;) {
        enum imap_status status = imap_parser_feed(&x.parser, octets + at, size - at, &consumed);
        at += consumed;
        demand(status == IMAP_FAILED || at == size, "all is read where there is no error", at);
        if (status == IMAP_FAILED) {
            examine_failure(&x, at, &random);
            at = recover(&x, at);
        }
    }
}
