/* In most rows, most classes do the same: whatever is an ATOM-CHAR goes to one state. Such a row
 * names a set of classes, and says only once what they do; the sets are few, and shared. */
#include <stdlib.h>
#include <string.h>

#include "pack.h"

enum { MIN_DEFAULT = 3 /* classes that are worth a default */ };

/* A set that some rows could use. */
struct candidate {
    struct octet_set set;
    size_t saves; /* cells */
};

struct choice {
    const struct transducer *transducer;
    struct arena *arena;
    struct candidate *candidates;
    size_t count, capacity;
    struct octet_set *likes; /* by state: the classes that do what most do */
};

static bool same(const struct transition *one, const struct transition *other) {
    return one->target == other->target && one->caught == other->caught && one->kind == other->kind;
}

static unsigned set_size(const struct octet_set *set) {
    unsigned size = 0;
    for (unsigned i = 0; i < 4; i++) {
        for (uint64_t bits = set->bits[i]; bits != 0; bits &= bits - 1) {
            size++;
        }
    }
    return size;
}

static bool within(const struct octet_set *one, const struct octet_set *other) {
    return (one->bits[0] & ~other->bits[0]) == 0 && (one->bits[1] & ~other->bits[1]) == 0 &&
           (one->bits[2] & ~other->bits[2]) == 0 && (one->bits[3] & ~other->bits[3]) == 0;
}

/* The classes that do the same as this one. */
static struct octet_set alike(const struct choice *c, unsigned state, unsigned class) {
    const struct transition *row = c->transducer->states[state].row;
    struct octet_set set = {{0}};
    for (unsigned other = 0; other < c->transducer->class_count; other++) {
        if (same(&row[class], &row[other])) {
            octet_set_add(&set, other);
        }
    }
    return set;
}

/* What most classes of the row do: sets class and likes, unless that is too little. */
static void find_most(struct choice *c, unsigned state, struct row_default *row) {
    struct octet_set seen = {{0}};
    unsigned most = MIN_DEFAULT - 1;
    for (unsigned class = 0; class < c->transducer->class_count; class ++) {
        if (c->transducer->states[state].row[class].target == 0 || octet_set_has(&seen, class)) {
            continue;
        }
        struct octet_set set = alike(c, state, class);
        unsigned size = set_size(&set);
        for (unsigned i = 0; i < 4; i++) {
            seen.bits[i] |= set.bits[i];
        }
        if (size > most) {
            most = size;
            c->likes[state] = set;
            row->class = class;
        }
    }
}

static void add_candidate(struct choice *c, const struct octet_set *set) {
    size_t i = 0, saves = set_size(set);
    while (i < c->count && memcmp(&c->candidates[i].set, set, sizeof *set) != 0) {
        i++;
    }
    if (i == c->count) {
        c->candidates = arena_grow(c->arena, c->candidates, i, &c->capacity, sizeof *c->candidates);
        c->candidates[c->count++] = (struct candidate){.set = *set};
    }
    c->candidates[i].saves += saves;
}

static int by_saving(const void *one, const void *other) {
    size_t a = ((const struct candidate *)one)->saves, b = ((const struct candidate *)other)->saves;
    return (a < b) - (a > b);
}

/* How many cells the row saves by this set; 0 if it can't use it. What the set has too much must
 * have a cell of its own, which goes before; but not where the state stays the same, so that a run
 * of octets of the set can be skipped. */
static unsigned saving(const struct choice *c, unsigned state, const struct row_default *row,
                       const struct octet_set *set) {
    const struct transition *transitions = c->transducer->states[state].row;
    struct octet_set shared = *set;
    for (unsigned i = 0; i < 4; i++) {
        shared.bits[i] &= c->likes[state].bits[i];
    }
    bool stays = transitions[row->class].target == state;
    for (unsigned class = 0; class < c->transducer->class_count; class ++) {
        if (octet_set_has(set, class) && !octet_set_has(&shared, class) &&
            (stays || transitions[class].target == 0)) {
            return 0;
        }
    }
    return set_size(&shared);
}

static void choose_set(const struct choice *c, struct defaults *defaults, unsigned state) {
    struct row_default *row = &defaults->rows[state];
    unsigned most = MIN_DEFAULT - 1;
    for (unsigned i = 1; i < defaults->set_count; i++) {
        unsigned saves = saving(c, state, row, &defaults->sets[i]);
        if (saves > most) {
            most = saves;
            row->set = i;
        }
    }
}

void defaults_choose(struct defaults *defaults, const struct transducer *t,
                     const struct chains *chains) {
    struct choice c = {.transducer = t, .arena = t->automaton->abnf->arena};
    struct octet_set none = {{0}};
    *defaults = (struct defaults){.set_count = 1};
    defaults->rows = arena_take(c.arena, t->state_count, sizeof *defaults->rows);
    c.likes = arena_take(c.arena, t->state_count, sizeof *c.likes);
    for (unsigned s = 1; s < t->state_count; s++) {
        if (chains->places[s] == 0) {
            find_most(&c, s, &defaults->rows[s]);
        }
        if (!within(&c.likes[s], &none)) {
            add_candidate(&c, &c.likes[s]);
        }
    }
    if (c.count > 0) {
        qsort(c.candidates, c.count, sizeof *c.candidates, by_saving);
    }
    for (size_t i = 0; i < c.count && defaults->set_count < MAX_DEFAULT_SETS; i++) {
        defaults->sets[defaults->set_count++] = c.candidates[i].set;
    }
    for (unsigned s = 1; s < t->state_count; s++) {
        if (!within(&c.likes[s], &none)) {
            choose_set(&c, defaults, s);
        }
    }
}

bool defaults_take(const struct defaults *defaults, const struct transducer *t, unsigned state,
                   unsigned class) {
    const struct row_default *row = &defaults->rows[state];
    const struct transition *transitions = t->states[state].row;
    return octet_set_has(&defaults->sets[row->set], class) &&
           same(&transitions[row->class], &transitions[class]);
}
