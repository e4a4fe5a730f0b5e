#include "trimmer.h"

#include <stdio.h>
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
    HALF,            /* of a long value */
    WAYS
};

enum {
    LONG = 16,   /* octets of a value that is halved, at least */
    PIECES = 64, /* that octets are left out in, at most, of what the grammar doesn't read */
    HEADER = 32  /* octets of a literal's header, NUL included */
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
    size_t message; /* the first of the chunk, or the specimen */
    uint32_t node;  /* of the specimen; 0: none is left */
    enum way way;
    size_t rest;    /* where begins what the grammar does not read of the specimen */
    size_t piece;   /* octets that are left out at once, when no node is left; 0: none are */
    size_t at;      /* the first of them */
    bool was_tried; /* what stands above, and it wasn't kept */
    char header[HEADER];
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
    enum imap_root root = trimmer->root != MUTATOR_ANY_SIDE
                              ? trimmer->root
                              : session_guess(trimmer->input, trimmer->size);

    specimen_read_of(&trimmer->specimen, imap_grammar_builtin(), &trimmer->extensions, root,
                     &trimmer->session, trimmer->message, trimmer->input);
}

/* Where begins what the grammar doesn't read: behind the last node, if it would read on. */
static size_t rest_of(const struct specimen *specimen) {
    if (specimen->is_whole || specimen->read < specimen->size) {
        return specimen->read;
    }
    return specimen->tree.count > 1 ? (size_t)specimen->nodes[specimen->tree.count - 1].end : 0;
}

/* To be tried from its largest node on, then what the grammar doesn't read of it. */
static void begin_message(struct trimmer *trimmer, size_t message) {
    const struct specimen *specimen = &trimmer->specimen;

    trimmer->message = message;
    if (message < trimmer->session.count) {
        read_message(trimmer);
        trimmer->way = 0;
        trimmer->node = specimen->tree.count - 1;
        trimmer->rest = rest_of(specimen);
        trimmer->at = trimmer->rest;
        trimmer->piece = (specimen->size - trimmer->rest + 1) / 2;
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

/* ---- parts ----------------------------------------------------------------------------------- */

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

/* Leaves the latter half of a literal with its count, the former of all else. */
static bool edit_value(struct trimmer *trimmer, const struct imap_node *node, struct edit *edit) {
    const uint8_t *octets = trimmer->specimen.octets;
    size_t size = edit->end - edit->start, start, end;

    if (node->children != 0 || size < LONG) {
        return false;
    }
    if (!specimen_count(&trimmer->specimen, node, &start, &end)) {
        edit->start += size / 2;
        edit->end -= octets[edit->end - 1] == '"';
        return true;
    }
    size_t value = (size_t)strtoull((const char *)octets + start, NULL, 10) / 2;
    if (value >= size / 2) {
        return false;
    }
    edit->size = (size_t)snprintf(trimmer->header, HEADER, "%zu%s}\r\n", value,
                                  octets[end] == '+' ? "+" : "");
    edit->text = trimmer->header;
    edit->start = start;
    edit->end -= value;
    return edit->size < edit->end - edit->start;
}

/* What the way makes of the node, in offsets of the message; false: nothing shorter. */
static bool edit_node(struct trimmer *trimmer, struct edit *edit) {
    const struct specimen *specimen = &trimmer->specimen;
    const struct imap_node *n = &specimen->nodes[trimmer->node];
    uint32_t before = specimen->before[trimmer->node], inner;

    *edit = (struct edit){.start = (size_t)n->start, .end = (size_t)n->end, .text = ""};
    switch (trimmer->way) {
    case WITHOUT_ITEM:
        edit->start = (size_t)specimen->nodes[before].end;
        return before != 0 && specimen->nodes[before].rule == n->rule;
    case WITHOUT_BROTHER:
        edit->start = (size_t)specimen->nodes[before].start;
        edit->end = (size_t)n->start;
        return before != 0 && specimen->nodes[before].rule == n->rule;
    case INNER:
        inner = inner_node(specimen, trimmer->node);
        edit->text = specimen->octets + specimen->nodes[inner].start;
        edit->size = (size_t)(specimen->nodes[inner].end - specimen->nodes[inner].start);
        return inner != 0 && edit->size < edit->end - edit->start;
    case HALF:
        return edit_value(trimmer, n, edit);
    default:
        edit->text = imap_rule_example(imap_grammar_builtin(), n->rule);
        edit->size = edit->text ? strlen(edit->text) : SIZE_MAX;
        return edit->size < edit->end - edit->start;
    }
}

static void next_way(struct trimmer *trimmer) {
    if (++trimmer->way == WAYS) {
        trimmer->way = 0;
        trimmer->node--;
    }
}

/* To the next way, or behind the octets that were left out. */
static void next_part(struct trimmer *trimmer) {
    if (trimmer->node > 0) {
        next_way(trimmer);
    } else {
        trimmer->at += trimmer->piece;
    }
}

/* Of the octets that the grammar doesn't read, half at once, then less. False: none are left. */
static bool edit_rest(struct trimmer *trimmer, struct edit *edit) {
    const struct specimen *specimen = &trimmer->specimen;

    while (trimmer->piece > 0 && trimmer->at >= specimen->size) {
        trimmer->at = trimmer->rest;
        trimmer->piece /= 2;
        if (trimmer->piece < (specimen->size - trimmer->rest) / PIECES) {
            trimmer->piece = 0;
        }
    }
    size_t left = specimen->size - trimmer->at;
    *edit = (struct edit){.start = trimmer->at,
                          .end = trimmer->at + (trimmer->piece < left ? trimmer->piece : left),
                          .text = ""};
    return trimmer->piece > 0;
}

/* In offsets of the input; false: there is nothing left to try. */
static bool edit_parts(struct trimmer *trimmer, struct edit *edit) {
    bool is_found = false;

    while (!is_found && trimmer->message < trimmer->session.count) {
        size_t start = trimmer->session.starts[trimmer->message];
        while (trimmer->node > 0 && !(is_found = edit_node(trimmer, edit))) {
            next_way(trimmer);
        }
        is_found = is_found || edit_rest(trimmer, edit);
        if (is_found) {
            edit->start += start;
            edit->end += start;
        } else {
            begin_message(trimmer, trimmer->message + 1);
        }
    }
    return is_found;
}

/* ---- tries ----------------------------------------------------------------------------------- */

static bool next_edit(struct trimmer *trimmer, struct edit *edit) {
    if (trimmer->chunk > 0) {
        trimmer->message += trimmer->was_tried ? trimmer->chunk : 0;
        next_chunk(trimmer);
    } else if (trimmer->was_tried) {
        next_part(trimmer);
    }
    if (trimmer->chunk > 0) {
        *edit = edit_messages(trimmer);
        return true;
    }
    return edit_parts(trimmer, edit);
}

const uint8_t *trimmer_next(struct trimmer *trimmer, size_t *size) {
    struct edit edit;

    do { /* of an empty input engines learn nothing */
        if (!next_edit(trimmer, &edit)) {
            return NULL;
        }
        trimmer->was_tried = true;
        *size = trimmer->size - (edit.end - edit.start) + edit.size;
    } while (*size == 0);
    trimmer->shorter_size = *size;
    memcpy(trimmer->shorter, trimmer->input, edit.start);
    memcpy(trimmer->shorter + edit.start, edit.text, edit.size);
    memcpy(trimmer->shorter + edit.start + edit.size, trimmer->input + edit.end,
           trimmer->size - edit.end);
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
        size_t piece = trimmer->piece, at = trimmer->at;
        begin_message(trimmer, trimmer->message);
        trimmer->node = node < trimmer->node ? node : trimmer->node;
        if (node == 0) {
            trimmer->piece = piece;
            trimmer->at = at;
        }
    }
}

void trimmer_free(struct trimmer *trimmer) {
    if (trimmer) {
        free(trimmer->input);
        free(trimmer->shorter);
        free(trimmer);
    }
}
