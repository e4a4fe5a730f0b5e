#include "paths.h"

#include <stdlib.h>
#include <string.h>

/* ---- places and moves ---------------------------------------------------------------------- */

struct finding {
    struct paths *paths;
    uint32_t *place_of;  /* by state: place + 1 */
    uint8_t octets[256]; /* one of each class, plain ones first */
    unsigned class_count;
    bool failed; /* memory is out */
};

/* Of each class the octet that a person would write; and the classes, by that octet. */
static void choose_octets(struct finding *f) {
    static const uint8_t plain[] = "a1bcdefghijklmnopqrstuvwxyz023456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    enum { PLAIN = sizeof plain - 1 };
    bool used[256] = {false};
    for (unsigned i = 0; i < PLAIN + 256; i++) {
        unsigned octet = i < PLAIN ? plain[i] : (i - PLAIN + ' ') & 0xFF;
        unsigned class = f->paths->grammar->classes[octet];
        if (!used[class]) {
            used[class] = true;
            f->octets[f->class_count++] = (uint8_t)octet;
        }
    }
}

static void *grow(struct finding *f, void *items, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) {
        return items;
    }
    size_t larger = *capacity == 0 ? 1024 : *capacity * 2;
    void *copy = realloc(items, larger * size);
    f->failed |= copy == NULL;
    *capacity = copy == NULL ? *capacity : larger;
    return copy == NULL ? items : copy;
}

/* The place of a state, new or known. */
static uint32_t place_of(struct finding *f, uint32_t state) {
    struct paths *paths = f->paths;
    if (f->place_of[state] != 0) {
        return f->place_of[state] - 1;
    }
    paths->places =
        grow(f, paths->places, paths->place_count, &paths->place_capacity, sizeof *paths->places);
    if (f->failed) {
        return 0;
    }
    paths->places[paths->place_count] =
        (struct place){.state = state,
                       .rule = grammar_state_rule(paths->grammar, state),
                       .returns = grammar_otherwise(paths->grammar, state) != NULL,
                       .completion = PATHS_NONE,
                       .way = PATHS_NONE,
                       .distance = PATHS_NONE,
                       .arrival = PATHS_NONE};
    f->place_of[state] = ++paths->place_count;
    return paths->place_count - 1;
}

static void add_move(struct finding *f, uint32_t from, const struct grammar_transition *transition,
                     uint8_t octet) {
    struct paths *paths = f->paths;
    bool call = transition->operation == OPERATION_CALL || transition->operation == OPERATION_CATCH;
    struct move move = {.from = from,
                        .operation = transition->operation,
                        .octet = octet,
                        .binary = transition->binary != 0};
    if (move.operation != OPERATION_FINISH) {
        move.target = place_of(f, transition->target);
    }
    if (move.operation == OPERATION_CATCH) {
        move.caught = place_of(f, transition->caught);
    }
    if (call) {
        move.entry = place_of(f, transition->entry);
    }
    paths->moves =
        grow(f, paths->moves, paths->move_count, &paths->move_capacity, sizeof *paths->moves);
    if (!f->failed) {
        paths->moves[paths->move_count++] = move;
        paths->places[from].move_count++;
    }
}

static void add_moves(struct finding *f, uint32_t from) {
    struct paths *paths = f->paths;
    uint32_t state = paths->places[from].state;
    paths->places[from].moves = paths->move_count;
    for (unsigned i = 0; i < f->class_count && !f->failed; i++) {
        struct grammar_transition transition;
        unsigned class = paths->grammar->classes[f->octets[i]];
        if (grammar_transition_at(paths->grammar, state, class, &transition)) {
            add_move(f, from, &transition, f->octets[i]);
        }
    }
}

static bool find_places(struct paths *paths, enum imap_root root) {
    struct finding f = {.paths = paths};
    f.place_of = calloc(MAX_STATE + 1, sizeof *f.place_of);
    f.failed = f.place_of == NULL;
    choose_octets(&f);
    if (!f.failed) {
        place_of(&f, paths->grammar->entries[root]);
    }
    for (uint32_t i = 0; i < paths->place_count && !f.failed; i++) {
        add_moves(&f, i);
    }
    free(f.place_of);
    return !f.failed;
}

/* ---- completions --------------------------------------------------------------------------- */

const char *paths_literal(const struct move *move) {
    return move->binary ? "~{0}\r\n" : "{0}\r\n";
}

static uint32_t add(uint32_t one, uint32_t other) {
    return one > PATHS_NONE - other ? PATHS_NONE : one + other;
}

static const struct move *move_with(const struct paths *paths, uint32_t place, uint8_t octet) {
    const struct place *from = &paths->places[place];
    for (uint32_t i = 0; i < from->move_count; i++) {
        if (paths->moves[from->moves + i].octet == octet) {
            return &paths->moves[from->moves + i];
        }
    }
    return NULL;
}

/* How many octets the move takes, to its target. A called machine begins with the same octet, and
 * may begin with a call itself, but not with one of itself: the grammar has no left recursion. */
static uint32_t octets_of(const struct paths *paths, const struct move *move) {
    uint32_t octets = 0;
    while (move != NULL &&
           (move->operation == OPERATION_CALL || move->operation == OPERATION_CATCH)) {
        const struct move *first = move_with(paths, move->entry, move->octet);
        octets = first == NULL ? PATHS_NONE : add(octets, paths->places[first->target].completion);
        move = first;
    }
    if (move == NULL) {
        return PATHS_NONE;
    }
    bool literal = move->operation == OPERATION_LITERAL;
    return add(octets, literal ? (uint32_t)strlen(paths_literal(move)) : 1);
}

static uint32_t completion_by(const struct paths *paths, const struct move *move) {
    uint32_t octets = octets_of(paths, move);
    return move->operation == OPERATION_FINISH
               ? octets
               : add(octets, paths->places[move->target].completion);
}

static bool shorten(struct paths *paths, struct place *place) {
    bool shorter = false;
    for (uint32_t i = 0; i < place->move_count && !place->returns; i++) {
        uint32_t octets = completion_by(paths, &paths->moves[place->moves + i]);
        if (octets < place->completion) {
            place->completion = octets;
            place->way = place->moves + i;
            shorter = true;
        }
    }
    return shorter;
}

static void find_completions(struct paths *paths) {
    for (uint32_t i = 0; i < paths->place_count; i++) {
        if (paths->places[i].returns) {
            paths->places[i].completion = 0;
        }
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = paths->place_count; i-- > 0;) {
            changed |= shorten(paths, &paths->places[i]);
        }
    }
}

/* ---- distances ----------------------------------------------------------------------------- */

static bool arrive(struct paths *paths, uint32_t to, uint32_t move, uint32_t distance,
                   bool entered) {
    struct place *place = &paths->places[to];
    if (distance >= place->distance) {
        return false;
    }
    place->distance = distance;
    place->arrival = move;
    place->entered = entered;
    return true;
}

static bool leave(struct paths *paths, const struct place *place) {
    bool changed = false;
    for (uint32_t i = 0; i < place->move_count && place->distance != PATHS_NONE; i++) {
        uint32_t index = place->moves + i;
        const struct move *move = &paths->moves[index];
        if (move->operation == OPERATION_CALL || move->operation == OPERATION_CATCH) {
            changed |= arrive(paths, move->entry, index, place->distance, true);
        }
        if (move->operation != OPERATION_FINISH) {
            uint32_t distance = add(place->distance, octets_of(paths, move));
            changed |= arrive(paths, move->target, index, distance, false);
        }
    }
    return changed;
}

static void find_distances(struct paths *paths) {
    arrive(paths, 0, PATHS_NONE, 0, false);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < paths->place_count; i++) {
            changed |= leave(paths, &paths->places[i]);
        }
    }
}

/* ---- the whole ----------------------------------------------------------------------------- */

bool paths_find(struct paths *paths, const struct imap_grammar *grammar, enum imap_root root) {
    *paths = (struct paths){.grammar = grammar};
    if (!find_places(paths, root)) {
        return false;
    }
    find_completions(paths);
    find_distances(paths);
    return true;
}

void paths_free(struct paths *paths) {
    free(paths->places);
    free(paths->moves);
}
