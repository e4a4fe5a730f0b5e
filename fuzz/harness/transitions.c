#include "transitions.h"

#include <stdlib.h>
#include <string.h>

#include "../../parser/generate/paths.h"
#include "../../parser/reader.h"

/* A state's row. Its transitions follow each other; that of a class is `first` and its rank. All is
 * kept small, for a walk looks at a row for each octet. */
enum { CLASSES = DEFAULT_SETS, RANK_NONE = 0, RANK_CALL = 0x80, RANK = 0x7F /* from 1 */ };

struct row {
    uint32_t first;
    imap_rule rule;
    bool returns;
    uint8_t ranks[CLASSES]; /* by class of the octet; with RANK_CALL where a machine is called */
};

struct transition_of {
    uint32_t row;
    uint16_t entry; /* of a call: the state of the machine that reads the octet */
    uint8_t octet;
};

struct transitions {
    const struct imap_grammar *grammar;
    uint16_t rows_of[MAX_STATE + 1]; /* by state; row 0 has no transitions */
    struct row *rows;
    struct transition_of *items;
    uint32_t row_count, count; /* row 0 included */
};

/* ---- finding ------------------------------------------------------------------------------- */

static bool make_room(struct transitions *t, const struct paths *paths) {
    struct row *rows = realloc(t->rows, (t->row_count + paths->place_count + 1) * sizeof *rows);

    if (rows) {
        t->rows = rows;
    }
    struct transition_of *items =
        rows ? realloc(t->items, (t->count + paths->move_count) * sizeof *items) : NULL;
    if (items) {
        t->items = items;
    }
    return items != NULL;
}

static void add_row(struct transitions *t, const struct paths *paths, const struct place *place) {
    struct row *row = &t->rows[t->row_count];

    *row = (struct row){.first = t->count, .rule = place->rule, .returns = place->returns};
    t->rows_of[place->state] = (uint16_t)t->row_count;
    for (uint32_t i = 0; i < place->move_count; i++) {
        const struct move *move = &paths->moves[place->moves + i];
        bool is_call = move->operation == OPERATION_CALL || move->operation == OPERATION_CATCH;
        uint8_t rank = (uint8_t)((i + 1) | (is_call ? RANK_CALL : 0));
        row->ranks[t->grammar->classes[move->octet]] = rank;
        t->items[t->count++] = (struct transition_of){
            .row = t->row_count,
            .entry = is_call ? (uint16_t)paths->places[move->entry].state : 0,
            .octet = move->octet};
    }
    t->row_count++;
}

static bool add_root(struct transitions *t, enum imap_root root) {
    struct paths paths;
    bool found = paths_find(&paths, t->grammar, root) && make_room(t, &paths);

    if (found && t->row_count == 0) {
        t->rows[t->row_count++] = (struct row){0};
    }
    for (uint32_t i = 0; found && i < paths.place_count; i++) {
        const struct place *place = &paths.places[i];
        if (place->distance != PATHS_NONE && t->rows_of[place->state] == 0) {
            add_row(t, &paths, place);
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
    return t->rows[t->items[transition].row].rule;
}

uint8_t transitions_octet(const struct transitions *t, uint32_t transition) {
    return t->items[transition].octet;
}

bool transitions_is_forced(const struct transitions *t, uint32_t transition) {
    uint32_t row = t->items[transition].row;

    return (transition == 0 || t->items[transition - 1].row != row) &&
           (transition + 1 == t->count || t->items[transition + 1].row != row);
}

/* ---- walking ------------------------------------------------------------------------------- */

/* What an engine watches is the parser: to be watched as well would make this slow. */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("coverage"))), apply_to = function)
#endif

static const struct row *row_of(const struct transitions *t, uint32_t state) {
    return &t->rows[t->rows_of[state]];
}

/* The row that reads the octet, after the returns that it needs, or beside what may fail. Otherwise
 * it is refused. */
static const struct row *find(const struct transitions *t, const struct imap_parser *p,
                              unsigned class) {
    const struct row *row = row_of(t, p->state);

    for (unsigned depth = p->depth; row->ranks[class] == RANK_NONE && depth > 0 && row->returns;) {
        row = row_of(t, parser_frame(p, --depth)->target);
    }
    if (row->ranks[class] == RANK_NONE && p->catch_depth != 0) {
        row = row_of(t, parser_frame(p, p->catch_depth - 1U)->caught);
    }
    return row;
}

/* What is called reads the octet too. */
static void take_octet(const struct transitions *t, const struct imap_parser *p, uint8_t octet,
                       transition_sink *sink, void *context) {
    unsigned class = t->grammar->classes[octet];
    const struct row *row = find(t, p, class);

    for (uint8_t rank = row->ranks[class]; rank != RANK_NONE;) {
        uint32_t transition = row->first + (rank & RANK) - 1U;
        sink(context, transition);
        row = &t->rows[(rank & RANK_CALL) != 0 ? t->rows_of[t->items[transition].entry] : 0];
        rank = row->ranks[class];
    }
}

/* How many octets are fed at once: of a literal those that are left, for the machine sees none of
 * them. */
static size_t step(const struct imap_parser *p, size_t left) {
    bool is_counted = p->phase == PHASE_LITERAL || p->phase == PHASE_SKIP_LITERAL;
    uint64_t count = is_counted ? p->literal_left : 1;

    return count < left ? (size_t)count : left;
}

void transitions_walk(const struct transitions *t, struct imap_parser *parser,
                      const uint8_t *octets, size_t size, transition_sink *sink, void *context) {
    for (size_t at = 0, consumed; at < size; at += consumed) {
        if (parser->phase == PHASE_MESSAGE) {
            take_octet(t, parser, octets[at], sink, context);
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
