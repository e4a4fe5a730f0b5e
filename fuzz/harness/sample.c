#include "sample.h"

#include <string.h>

static bool add_until_message(void *context, const struct imap_event *event) {
    struct sample *sample = context;

    imap_tree_add(&sample->tree, event);
    sample->has_findings |= event->finding == IMAP_MALFORMED_CODE;
    sample->size = event->kind == IMAP_EVENT_MESSAGE ? (size_t)event->end : 0;
    return sample->size == 0;
}

bool sample_read(struct sample *sample, enum imap_root root, const uint8_t *octets, size_t size) {
    struct imap_parser parser;
    size_t consumed;

    sample->root = root;
    sample->octets = octets;
    sample->size = 0;
    sample->has_findings = false;
    imap_tree_init(&sample->tree, sample->nodes, SAMPLE_NODES);
    imap_parser_init(&parser, imap_grammar_builtin(), root, add_until_message, sample);
    imap_parser_feed(&parser, octets, size, &consumed);
    return sample->size > 0 && imap_tree_root(&sample->tree) != 0;
}

bool sample_next(struct sample *sample, enum imap_root root, const uint8_t *octets, size_t size,
                 size_t *at) {
    bool is_message = sample_read(sample, root, octets + *at, size - *at);
    const uint8_t *feed = memchr(octets + *at, '\n', size - *at);

    if (is_message) {
        *at += sample->size;
    } else {
        *at = feed ? (size_t)(feed - octets) + 1 : size;
    }
    return is_message;
}

/* ---- printing ------------------------------------------------------------------------------ */

static enum imap_encoding choose(void *context, const struct imap_node *node) {
    (void)node;
    return (enum imap_encoding)random_below(context, IMAP_LITERAL8 + 1);
}

static enum imap_encoding as_it_is(void *context, const struct imap_node *node) {
    (void)context, (void)node;
    return IMAP_AS_IT_IS;
}

size_t sample_print(const struct sample *sample, struct random *random, uint8_t text[SAMPLE_TEXT]) {
    size_t size = imap_print(&sample->tree, imap_grammar_builtin(), sample->root, sample->octets,
                             random ? choose : as_it_is, random, text, SAMPLE_TEXT);

    return size <= SAMPLE_TEXT ? size : 0;
}

/* ---- comparing ----------------------------------------------------------------------------- */

static bool is_same_value(const struct sample *one, const struct imap_node *a,
                          const struct sample *other, const struct imap_node *b) {
    static uint8_t values[2][SAMPLE_TEXT]; /* too large for a stack */
    size_t size =
        imap_value(one->octets + a->start, (size_t)(a->end - a->start), values[0], SAMPLE_TEXT);
    size_t other_size =
        imap_value(other->octets + b->start, (size_t)(b->end - b->start), values[1], SAMPLE_TEXT);

    return size == other_size && memcmp(values[0], values[1], size) == 0;
}

const char *sample_difference(const struct sample *one, const struct sample *other) {
    const struct imap_grammar *grammar = imap_grammar_builtin();

    if (one->tree.count != other->tree.count) {
        return "the number of nodes";
    }
    for (uint32_t i = 1; i < one->tree.count; i++) {
        const struct imap_node *a = &one->nodes[i], *b = &other->nodes[i];
        if (strcmp(imap_rule_name(grammar, a->rule), imap_rule_name(grammar, b->rule)) != 0) {
            return "the rule of a node";
        }
        if (a->value != b->value) {
            return "a number";
        }
        if (a->children != b->children || a->next != b->next) {
            return "the family of a node";
        }
        if (imap_rule_encodings(grammar, a->rule) != 0 && !is_same_value(one, a, other, b)) {
            return "the value of a string";
        }
    }
    return NULL;
}
