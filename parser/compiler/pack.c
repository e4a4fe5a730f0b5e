#include "pack.h"

#include <stdlib.h>
#include <string.h>

struct packing {
    struct packed *packed;
    const struct transducer *transducer;
    struct arena *arena;
    bool *taken_bases; /* by cell */
    size_t base_capacity;
    size_t first_base; /* where to look first: rows of this size didn't fit before it */
};

/* ---- actions ------------------------------------------------------------------------------- */

static void add_action_word(struct packing *p, unsigned word) {
    struct packed *packed = p->packed;
    packed->actions = arena_grow(p->arena, packed->actions, packed->action_count,
                                 &packed->action_capacity, sizeof *packed->actions);
    packed->actions[packed->action_count++] = (uint16_t)word;
}

/* The index of an action; 0 is the empty one. */
static uint16_t add_action(struct packing *p, const struct action *action) {
    unsigned begins = 0;
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++) {
        begins += action->begins >> slot & 1;
    }
    size_t index = p->packed->action_count;
    if (action->end_count + begins == 0 && index > 0) {
        return 0;
    }
    add_action_word(p, action->end_count | begins << 8);
    for (unsigned i = 0; i < action->end_count; i++) {
        add_action_word(p, action->ends[i].label | action->ends[i].slot << 12);
    }
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++) {
        if (action->begins >> slot & 1) {
            add_action_word(p, slot);
        }
    }
    return (uint16_t)index;
}

/* The same list of ends and begins is stored once. */
static uint16_t action_index(struct packing *p, const struct action *action) {
    size_t count = p->packed->action_count;
    uint16_t added = add_action(p, action);
    size_t size = p->packed->action_count - count;
    for (size_t i = 0; size > 0 && i + size <= count; i++) {
        if (memcmp(p->packed->actions + i, p->packed->actions + added, size * 2) == 0) {
            p->packed->action_count = count;
            return (uint16_t)i;
        }
    }
    return added;
}

/* ---- transitions --------------------------------------------------------------------------- */

static bool same_packing(const struct grammar_transition *one,
                         const struct grammar_transition *other) {
    return one->target == other->target && one->caught == other->caught &&
           one->entry == other->entry && one->action == other->action &&
           one->final == other->final && one->operation == other->operation &&
           one->slots == other->slots && one->binary == other->binary;
}

static uint32_t transition_index(struct packing *p, const struct transition *transition) {
    const struct transducer *t = p->transducer;
    struct packed *packed = p->packed;
    const struct transition_kind *kind = &t->kinds[transition->kind];
    bool call = kind->operation == OPERATION_CALL || kind->operation == OPERATION_CATCH;
    struct grammar_transition packing = {
        .target = packed->bases[transition->target],
        .caught = packed->bases[transition->caught],
        .entry = call ? packed->bases[t->entries[kind->machine]] : 0,
        .action = action_index(p, &kind->action),
        .final = action_index(p, &kind->final),
        .operation = (uint8_t)kind->operation,
        .slots = (uint8_t)kind->slots,
        .binary = kind->operation == OPERATION_LITERAL && kind->machine == 1,
    };
    for (size_t i = 0; i < packed->transition_count; i++) {
        if (same_packing(&packed->transitions[i], &packing)) {
            return (uint32_t)i;
        }
    }
    packed->transitions = arena_grow(p->arena, packed->transitions, packed->transition_count,
                                     &packed->transition_capacity, sizeof *packed->transitions);
    packed->transitions[packed->transition_count] = packing;
    return (uint32_t)packed->transition_count++;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static unsigned row_size(const struct transducer *t, unsigned state) {
    unsigned size = t->states[state].otherwise.kind != 0;
    for (unsigned class = 0; class < t->class_count; class ++) {
        size += t->states[state].row[class].target != 0;
    }
    return size;
}

/* Makes sure that a row at `base` lies within the arrays. */
static void reserve(struct packing *p, size_t base) {
    struct packed *packed = p->packed;
    size_t end = base + p->transducer->class_count + 1;
    while (packed->cell_count < end) {
        packed->cells = arena_grow(p->arena, packed->cells, packed->cell_count,
                                   &packed->cell_capacity, sizeof *packed->cells);
        p->taken_bases = arena_grow(p->arena, p->taken_bases, packed->cell_count, &p->base_capacity,
                                    sizeof *p->taken_bases);
        p->taken_bases[packed->cell_count] = false;
        packed->cells[packed->cell_count++] = CELL_EMPTY;
    }
}

static bool fits(struct packing *p, unsigned state, size_t base) {
    const struct state *row = &p->transducer->states[state];
    reserve(p, base);
    if (p->taken_bases[base] ||
        (row->otherwise.kind != 0 && p->packed->cells[base] != CELL_EMPTY)) {
        return false;
    }
    for (unsigned class = 0; class < p->transducer->class_count; class ++) {
        if (row->row[class].target != 0 && p->packed->cells[base + 1 + class] != CELL_EMPTY) {
            return false;
        }
    }
    return true;
}

static void place_row(struct packing *p, unsigned state) {
    const struct state *row = &p->transducer->states[state];
    struct packed *packed = p->packed;
    size_t base = p->first_base;
    while (!fits(p, state, base)) {
        base++;
    }
    p->first_base = base;
    p->taken_bases[base] = true;
    packed->bases[state] = (uint32_t)base;
    if (row->otherwise.kind != 0) {
        packed->cells[base] = 0; /* taken; written by fill_row */
    }
    for (unsigned class = 0; class < p->transducer->class_count; class ++) {
        if (row->row[class].target != 0) {
            packed->cells[base + 1 + class] = 0;
        }
    }
}

static uint32_t cell(struct packing *p, unsigned class, const struct transition *transition) {
    if (transition->kind == 0) {
        return class << 24 | p->packed->bases[transition->target];
    }
    return class << 24 | CELL_SPECIAL | transition_index(p, transition);
}

static void fill_row(struct packing *p, unsigned state) {
    const struct state *row = &p->transducer->states[state];
    uint32_t *cells = p->packed->cells + p->packed->bases[state];
    if (row->otherwise.kind != 0) {
        cells[CLASS_OTHERWISE] = cell(p, CLASS_OTHERWISE, &row->otherwise);
    }
    for (unsigned class = 0; class < p->transducer->class_count; class ++) {
        if (row->row[class].target != 0) {
            cells[class + 1] = cell(p, class + 1, &row->row[class]);
        }
    }
}

static int by_state(const void *one, const void *other) {
    uint32_t a = ((const struct grammar_state_rule *)one)->state;
    uint32_t b = ((const struct grammar_state_rule *)other)->state;
    return (a > b) - (a < b);
}

static void list_state_rules(struct packing *p) {
    struct packed *packed = p->packed;
    const struct transducer *t = p->transducer;
    packed->state_count = t->state_count - 1;
    packed->state_rules = arena_take(p->arena, packed->state_count, sizeof *packed->state_rules);
    for (unsigned s = 1; s < t->state_count; s++) {
        packed->state_rules[s - 1] = (struct grammar_state_rule){
            .state = packed->bases[s], .rule = (imap_rule)t->states[s].rule};
    }
    qsort(packed->state_rules, packed->state_count, sizeof *packed->state_rules, by_state);
}

/* Full rows first: what is sparse fits between. */
static void place_rows(struct packing *p) {
    const struct transducer *t = p->transducer;
    size_t sizes = t->class_count + 2;
    unsigned *first = arena_take(p->arena, sizes, sizeof *first); /* state, by size of its row */
    unsigned *next = arena_take(p->arena, t->state_count, sizeof *next);
    for (unsigned s = (unsigned)t->state_count; s-- > 1;) {
        unsigned size = row_size(t, s);
        next[s] = first[size];
        first[size] = s;
    }
    for (size_t size = sizes; size-- > 0;) {
        p->first_base = 1;
        for (unsigned s = first[size]; s != 0; s = next[s]) {
            place_row(p, s);
        }
    }
}

void pack(struct packed *packed, const struct transducer *t) {
    struct packing p = {.packed = packed, .transducer = t, .arena = t->automaton->abnf->arena};
    *packed = (struct packed){0};
    packed->bases = arena_take(p.arena, t->state_count, sizeof *packed->bases);
    add_action(&p, &(struct action){0});
    place_rows(&p);
    for (unsigned s = 1; s < t->state_count; s++) {
        fill_row(&p, s);
    }
    list_state_rules(&p);
}
