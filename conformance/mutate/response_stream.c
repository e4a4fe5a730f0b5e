#include "response_stream.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- messages ------------------------------------------------------------------------------ */

static bool on_event(void *context, const struct imap_event *event) {
    struct response_stream *stream = context;

    imap_tree_add(&stream->tree, event);
    stream->complete = event->kind == IMAP_EVENT_MESSAGE;
    return !stream->complete;
}

bool response_stream_init(struct response_stream *stream, const struct imap_grammar *grammar,
                          response_sink *sink, void *context) {
    *stream = (struct response_stream){.sink = sink, .context = context, .grammar = grammar};
    stream->nodes = calloc(RESPONSE_NODES, sizeof *stream->nodes);
    response_stream_restart(stream, IMAP_GREETING);
    return stream->nodes != NULL;
}

void response_stream_free(struct response_stream *stream) {
    free(stream->nodes);
    buffer_free(&stream->message);
}

void response_stream_restart(struct response_stream *stream, enum imap_root root) {
    struct imap_extensions all;

    imap_parser_init(&stream->parser, stream->grammar, root, on_event, stream);
    if (imap_extensions_of_dialect(stream->grammar, "all", &all)) {
        imap_parser_allow(&stream->parser, &all);
    }
    imap_tree_init(&stream->tree, stream->nodes, stream->nodes ? RESPONSE_NODES : 0);
    buffer_clear(&stream->message);
    stream->start = 0;
    stream->complete = stream->refused = stream->passed = false;
}

static void read_word(struct response *response) {
    size_t length = 0;

    while (length < response->size && length + 1 < sizeof response->word &&
           response->octets[length] > ' ') {
        response->word[length] = (char)response->octets[length];
        length++;
    }
    response->word[length] = '\0';
}

/* Moves the offsets of the tree to the message's first octet. */
static void settle_tree(const struct response_stream *stream) {
    for (uint32_t i = 1; i < stream->tree.count; i++) {
        stream->nodes[i].start -= stream->start;
        stream->nodes[i].end -= stream->start;
    }
}

static void end_message(struct response_stream *stream, size_t size) {
    struct response response = {
        .octets = stream->message.octets, .size = size, .grammar = stream->grammar};

    if (stream->passed) {
        stream->sink(stream->context, NULL, stream->message.octets, size);
    } else {
        if (!stream->refused && !stream->tree.overflow) {
            settle_tree(stream);
            response.tree = stream->tree;
        }
        read_word(&response);
        stream->sink(stream->context, &response, response.octets, size);
    }
    stream->start = stream->parser.offset;
    imap_tree_clear(&stream->tree);
    buffer_clear(&stream->message);
    stream->complete = stream->refused = stream->passed = false;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* The rest of a line that was refused: how many octets up to its end. */
static size_t skip_refused(struct response_stream *stream, const uint8_t *octets, size_t size) {
    const uint8_t *end = memchr(octets, '\n', size);
    size_t count = end ? (size_t)(end - octets) + 1 : size, consumed;

    imap_parser_feed(&stream->parser, octets, count, &consumed);
    if (end) {
        stream->complete = true;
        imap_parser_expect(&stream->parser, IMAP_RESPONSE);
    }
    return count;
}

size_t response_stream_feed(struct response_stream *stream, const void *octets, size_t size) {
    size_t count;

    if (stream->refused) {
        count = skip_refused(stream, octets, size);
    } else if (imap_parser_feed(&stream->parser, octets, size, &count) == IMAP_FAILED) {
        stream->refused = true;
        imap_parser_resync(&stream->parser);
    }
    buffer_add(&stream->message, octets, count);
    if (stream->complete) {
        end_message(stream, stream->message.size);
    } else if (stream->message.size >= RESPONSE_OCTETS) {
        stream->passed = true;
        stream->sink(stream->context, NULL, stream->message.octets, stream->message.size);
        buffer_clear(&stream->message);
    }
    return count;
}

void response_stream_end(struct response_stream *stream) {
    if (stream->message.size > 0) {
        stream->sink(stream->context, NULL, stream->message.octets, stream->message.size);
    }
    buffer_clear(&stream->message);
}

/* ---- finding ------------------------------------------------------------------------------- */

/* One step of a path: [rule, colon) names the rule, [colon, end) the octets, if there are any. */
struct step {
    const char *rule, *colon, *end;
};

static bool fits(const struct response *response, const struct imap_node *node,
                 const struct step *step) {
    const char *name = imap_rule_name(response->grammar, node->rule);
    size_t length = (size_t)(step->colon - step->rule), size = (size_t)(node->end - node->start);

    if (strlen(name) != length || strncasecmp(name, step->rule, length) != 0) {
        return false;
    }
    if (step->colon == step->end) {
        return true;
    }
    bool at_end = step->colon[1] == '*';
    const char *text = step->colon + 1 + at_end;
    size_t count = (size_t)(step->end - text);
    const uint8_t *octets = response->octets + (at_end ? node->end - count : node->start);
    return count <= size && strncasecmp((const char *)octets, text, count) == 0;
}

static struct step last_step(const char *path, const char *end) {
    struct step step = {.rule = end, .end = end};

    while (step.rule > path && step.rule[-1] != '/') {
        step.rule--;
    }
    step.colon = memchr(step.rule, ':', (size_t)(end - step.rule));
    step.colon = step.colon ? step.colon : end;
    return step;
}

/* Nodes come in the order of their ends: what a node is within comes after it. */
static bool is_within(const struct response *response, uint32_t child, const char *path,
                      const char *end) {
    while (end > path) {
        struct step step = last_step(path, end - 1);
        uint32_t parent = child + 1;
        while (parent < response->tree.count &&
               !(response->tree.nodes[parent].start <= response->tree.nodes[child].start &&
                 fits(response, &response->tree.nodes[parent], &step))) {
            parent++;
        }
        if (parent == response->tree.count) {
            return false;
        }
        child = parent;
        end = step.rule;
    }
    return true;
}

uint32_t response_find(const struct response *response, const char *path) {
    struct step step = last_step(path, path + strlen(path));

    for (uint32_t i = 1; i < response->tree.count; i++) {
        if (fits(response, &response->tree.nodes[i], &step) &&
            is_within(response, i, path, step.rule)) {
            return i;
        }
    }
    return 0;
}
