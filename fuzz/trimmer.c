#include "trimmer.h"

#include <stdlib.h>
#include <string.h>

#include "mutate/session.h"
#include "mutate/specimen.h"
#include "mutator.h"

/* What is tried with a node, in this order. */
enum way {
    WITHOUT_ITEM,    /* nor what stands between it and its brother */
    WITHOUT_BROTHER, /* nor what stands behind that */
    INNER,           /* what is of the same rule within it, in its place */
    EXAMPLE,         /* the shortest text of its rule */
    WAYS
};

/* [start, end) of the input is replaced. */
struct edit {
    size_t start, end, size;
    const void *text;
};

struct trimmer {
    enum imap_root root;
    struct imap_extensions extensions;
    struct session session;
    struct specimen specimen;
    uint8_t *input, *shorter; /* each with room for the first input */
    size_t size, shorter_size;
    size_t chunk;   /* messages that are left out at once; 0: nodes are tried */
    size_t message; /* the first of the chunk, or that of the nodes */
    uint32_t node;  /* of the specimen; 0: none is left */
    enum way way;
    bool was_tried; /* what the four above say, and it wasn't kept */
};

struct trimmer *trimmer_new(enum imap_root root) {
    struct trimmer *trimmer = calloc(1, sizeof *trimmer);

    if (trimmer) {
        trimmer->root = root;
        imap_extensions_of_dialect(imap_grammar_builtin(), "all", &trimmer->extensions);
    }
    return trimmer;
}

bool trimmer_start(struct trimmer *trimmer, const uint8_t *input, size_t size) {
    free(trimmer->input);
    free(trimmer->shorter);
    trimmer->input = malloc(size + 1);
    trimmer->shorter = malloc(size + 1);
    trimmer->size = trimmer->input && trimmer->shorter ? size : 0;
    if (trimmer->size > 0) {
        memcpy(trimmer->input, input, size);
    }
    session_cut(&trimmer->session, trimmer->input, trimmer->size);
    trimmer->chunk = (trimmer->session.count + 1) / 2;
    trimmer->message = 0;
    trimmer->was_tried = false;
    return trimmer->input && trimmer->shorter;
}

static void read_message(struct trimmer *trimmer) {
    const struct session *session = &trimmer->session;
    const uint8_t *message = trimmer->input + session->starts[trimmer->message];
    size_t size = session->starts[trimmer->message + 1] - session->starts[trimmer->message];
    enum imap_root root = trimmer->root;

    if (root == MUTATOR_ANY_SIDE) {
        root = session_guess(trimmer->input, trimmer->size);
    }
    specimen_read(&trimmer->specimen, imap_grammar_builtin(), &trimmer->extensions,
                  session_root(root, trimmer->message, message, size), message, size);
}

/* To be tried from its largest node on. */
static void begin_message(struct trimmer *trimmer, size_t message) {
    trimmer->message = message;
    trimmer->way = 0;
    trimmer->node = 0;
    if (message < trimmer->session.count) {
        read_message(trimmer);
        trimmer->node = trimmer->specimen.tree.count - 1;
    }
}

/* ---- messages -------------------------------------------------------------------------------- */

/* To the next chunk; behind the last one the chunks are half as large. */
static void next_chunk(struct trimmer *trimmer) {
    const struct session *session = &trimmer->session;

    while (trimmer->chunk > 0 &&
           (trimmer->message >= session->count || trimmer->chunk >= session->count)) {
        trimmer->chunk /= 2;
        trimmer->message = 0;
    }
    if (trimmer->chunk == 0) {
        begin_message(trimmer, 0);
    }
}

static struct edit edit_messages(const struct trimmer *trimmer) {
    const struct session *session = &trimmer->session;
    size_t left = session->count - trimmer->message;
    size_t count = trimmer->chunk < left ? trimmer->chunk : left;

    return (struct edit){.start = session->starts[trimmer->message],
                         .end = session->starts[trimmer->message + count],
                         .text = ""};
}

/* ---- nodes ----------------------------------------------------------------------------------- */

/* The largest node of the same rule within the node; 0: there is none. */
static uint32_t inner_node(const struct specimen *specimen, uint32_t node) {
    const struct imap_node *nodes = specimen->nodes;

    for (uint32_t i = node - 1; i > 0 && nodes[i].start >= nodes[node].start; i--) {
        if (nodes[i].rule == nodes[node].rule && nodes[i].end <= nodes[node].end) {
            return i;
        }
    }
    return 0;
}

/* What the way makes of the node, in offsets of the message; false: nothing shorter. */
static bool edit_node(const struct specimen *specimen, uint32_t node, enum way way,
                      struct edit *edit) {
    const struct imap_node *n = &specimen->nodes[node];
    uint32_t before = specimen->before[node], inner;

    *edit = (struct edit){.start = (size_t)n->start, .end = (size_t)n->end, .text = ""};
    switch (way) {
    case WITHOUT_ITEM:
        edit->start = (size_t)specimen->nodes[before].end;
        return before != 0 && specimen->nodes[before].rule == n->rule;
    case WITHOUT_BROTHER:
        edit->start = (size_t)specimen->nodes[before].start;
        edit->end = (size_t)n->start;
        return before != 0 && specimen->nodes[before].rule == n->rule;
    case INNER:
        inner = inner_node(specimen, node);
        edit->text = specimen->octets + specimen->nodes[inner].start;
        edit->size = (size_t)(specimen->nodes[inner].end - specimen->nodes[inner].start);
        return inner != 0 && edit->size < edit->end - edit->start;
    default:
        edit->text = imap_rule_example(imap_grammar_builtin(), n->rule);
        edit->size = edit->text ? strlen(edit->text) : SIZE_MAX;
        return edit->size < edit->end - edit->start;
    }
}

/* To the next way, node or message. */
static void next_way(struct trimmer *trimmer) {
    if (trimmer->node > 0 && ++trimmer->way == WAYS) {
        trimmer->way = 0;
        trimmer->node--;
    }
    while (trimmer->node == 0 && trimmer->message < trimmer->session.count) {
        begin_message(trimmer, trimmer->message + 1);
    }
}

/* False: there is no node left to try. */
static bool edit_nodes(struct trimmer *trimmer, struct edit *edit) {
    for (; trimmer->message < trimmer->session.count; next_way(trimmer)) {
        size_t start = trimmer->session.starts[trimmer->message];
        if (trimmer->node > 0 && edit_node(&trimmer->specimen, trimmer->node, trimmer->way, edit)) {
            edit->start += start;
            edit->end += start;
            return true;
        }
    }
    return false;
}

/* ---- tries ----------------------------------------------------------------------------------- */

static bool next_edit(struct trimmer *trimmer, struct edit *edit) {
    if (trimmer->chunk > 0) {
        trimmer->message += trimmer->was_tried ? trimmer->chunk : 0;
        next_chunk(trimmer);
    } else if (trimmer->was_tried) {
        next_way(trimmer);
    }
    if (trimmer->chunk > 0) {
        *edit = edit_messages(trimmer);
        return true;
    }
    return edit_nodes(trimmer, edit);
}

const uint8_t *trimmer_next(struct trimmer *trimmer, size_t *size) {
    struct edit edit;

    if (!next_edit(trimmer, &edit)) {
        return NULL;
    }
    memcpy(trimmer->shorter, trimmer->input, edit.start);
    memcpy(trimmer->shorter + edit.start, edit.text, edit.size);
    memcpy(trimmer->shorter + edit.start + edit.size, trimmer->input + edit.end,
           trimmer->size - edit.end);
    trimmer->shorter_size = *size = trimmer->size - (edit.end - edit.start) + edit.size;
    trimmer->was_tried = true;
    return trimmer->shorter;
}

void trimmer_keep(struct trimmer *trimmer) {
    uint8_t *input = trimmer->input;

    trimmer->input = trimmer->shorter;
    trimmer->shorter = input;
    trimmer->size = trimmer->shorter_size;
    trimmer->was_tried = false;
    session_cut(&trimmer->session, trimmer->input, trimmer->size);
    if (trimmer->chunk == 0 && trimmer->message < trimmer->session.count) {
        uint32_t node = trimmer->node;
        begin_message(trimmer, trimmer->message);
        trimmer->node = node < trimmer->node ? node : trimmer->node;
    }
}

void trimmer_free(struct trimmer *trimmer) {
    if (trimmer) {
        free(trimmer->input);
        free(trimmer->shorter);
        free(trimmer);
    }
}
