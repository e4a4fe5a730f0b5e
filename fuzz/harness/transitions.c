#include "transitions.h"

#include <stdlib.h>
#include <string.h>

#include "../../parser/generate/paths.h"
#include "../../parser/reader.h"

/* Numbers are from 1 within, so that zeros are nothing. */
enum { NONE = 0, CLASSES = DEFAULT_SETS };

struct row {
    imap_rule rule;
    bool returns;
    uint32_t transitions[CLASSES]; /* by class of the octet */
};

struct transition_of {
    uint32_t row;
    uint32_t entry; /* the row of the machine that is called, and reads the octet */
    uint8_t octet;
};

struct transitions {
    const struct imap_grammar *grammar;
    uint16_t rows_of[MAX_STATE + 1]; /* by state */
    struct row *rows;
    struct transition_of *items;
    uint32_t row_count, count;
};

/* ---- finding ------------------------------------------------------------------------------- */

static bool make_room(struct transitions *t, const struct paths *paths) {
    struct row *rows = realloc(t->rows, (t->row_count + paths->place_count + 1) * sizeof *rows);

    if (rows) {
        t->rows = rows;
        t->rows[NONE] = t->row_count == 0 ? (struct row){0} : t->rows[NONE];
    }
    struct transition_of *items =
        rows ? realloc(t->items, (t->count + paths->move_count + 1) * sizeof *items) : NULL;
    if (items) {
        t->items = items;
    }
    return items != NULL;
}

static void add_row(struct transitions *t, const struct place *place) {
    if (t->rows_of[place->state] == NONE) {
        t->rows[++t->row_count] = (struct row){.rule = place->rule, .returns = place->returns};
        t->rows_of[place->state] = (uint16_t)t->row_count;
    }
}

static void add_move(struct transitions *t, const struct paths *paths, const struct move *move) {
    uint32_t row = t->rows_of[paths->places[move->from].state];
    uint32_t *transition = &t->rows[row].transitions[t->grammar->classes[move->octet]];
    bool is_call = move->operation == OPERATION_CALL || move->operation == OPERATION_CATCH;

    if (*transition == NONE) {
        *transition = ++t->count;
        t->items[*transition] = (struct transition_of){
            .row = row,
            .entry = is_call ? t->rows_of[paths->places[move->entry].state] : NONE,
            .octet = move->octet};
    }
}

static bool add_root(struct transitions *t, enum imap_root root) {
    struct paths paths;
    bool found = paths_find(&paths, t->grammar, root) && make_room(t, &paths);

    for (uint32_t i = 0; found && i < paths.place_count; i++) {
        if (paths.places[i].distance != PATHS_NONE) {
            add_row(t, &paths.places[i]);
        }
    }
    for (uint32_t i = 0; found && i < paths.move_count; i++) {
        if (paths.places[paths.moves[i].from].distance != PATHS_NONE) {
            add_move(t, &paths, &paths.moves[i]);
        }
    }
    paths_free(&paths);
    return found;
}

struct transitions *transitions_new(const struct imap_grammar *grammar, const enum imap_root *roots,
                                    size_t count) {
    struct transitions *t = calloc(1, sizeof *t);
    bool found = t != NULL;

    if (found) {
        t->grammar = grammar;
    }
    for (size_t i = 0; found && i < count; i++) {
        found = add_root(t, roots[i]);
    }
    if (!found) {
        transitions_free(t);
        return NULL;
    }
    return t;
}

void transitions_free(struct transitions *t) {
    if (t) {
        free(t->rows);
        free(t->items);
        free(t);
    }
}

uint32_t transitions_count(const struct transitions *t) {
    return t->count;
}

imap_rule transitions_rule(const struct transitions *t, uint32_t transition) {
    return t->rows[t->items[transition + 1].row].rule;
}

uint8_t transitions_octet(const struct transitions *t, uint32_t transition) {
    return t->items[transition + 1].octet;
}

/* ---- walking ------------------------------------------------------------------------------- */

/* What an engine watches is the parser: to be watched as well would make this slow. */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("coverage"))), apply_to = function)
#endif

/* What is called reads the octet too. */
static void take(const struct transitions *t, uint32_t transition, unsigned class, uint8_t *taken) {
    while (transition != NONE) {
        uint32_t entry = t->items[transition].entry;
        taken[transition - 1] = 1;
        transition = entry != NONE ? t->rows[entry].transitions[class] : NONE;
    }
}

/* The transition on an octet, after the returns that it needs. NONE: it is refused. */
static uint32_t find(const struct transitions *t, const struct imap_parser *p, unsigned class) {
    uint32_t row = t->rows_of[p->state], transition = t->rows[row].transitions[class];

    for (unsigned depth = p->depth; transition == NONE && depth > 0 && t->rows[row].returns;) {
        row = t->rows_of[parser_frame(p, --depth)->target];
        transition = t->rows[row].transitions[class];
    }
    return transition;
}

static void take_octet(const struct transitions *t, const struct imap_parser *p, uint8_t octet,
                       uint8_t *taken) {
    unsigned class = t->grammar->classes[octet];
    uint32_t transition = find(t, p, class);

    if (transition == NONE && p->catch_depth != 0) {
        uint32_t caught = parser_frame(p, p->catch_depth - 1U)->caught;
        transition = t->rows[t->rows_of[caught]].transitions[class];
    }
    take(t, transition, class, taken);
}

/* How many octets are fed at once: of a literal those that are left, for the machine sees none of
 * them. */
static size_t step(const struct imap_parser *p, size_t left) {
    bool is_counted = p->phase == PHASE_LITERAL || p->phase == PHASE_SKIP_LITERAL;
    uint64_t count = is_counted ? p->literal_left : 1;

    return count < left ? (size_t)count : left;
}

void transitions_walk(const struct transitions *t, struct imap_parser *parser,
                      const uint8_t *octets, size_t size, uint8_t *taken) {
    for (size_t at = 0, consumed; at < size; at += consumed) {
        if (parser->phase == PHASE_MESSAGE) {
            take_octet(t, parser, octets[at], taken);
        }
        if (imap_parser_feed(parser, octets + at, step(parser, size - at), &consumed) ==
            IMAP_FAILED) {
            imap_parser_resync(parser);
        }
    }
}

#ifdef __clang__
#pragma clang attribute pop
#endif
