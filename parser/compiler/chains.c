/* States that have one way on, which does nothing but go there: most of them stand in a row, as the
 * letters of a word. Such a row becomes a chain, which holds eight states in twelve octets, and is
 * read eight octets at a time. */
#include <string.h>

#include "pack.h"

enum { MIN_CHAIN = 2 /* states; one alone is smaller as a row */ };

struct finding {
    struct chains *chains;
    const struct transducer *transducer;
    struct arena *arena;
    uint8_t *octets;      /* by state: what its way on reads, in lower case; 0 if it isn't one */
    unsigned *next;       /* by state: where that leads */
    bool *has_before;     /* by state: it stands behind another one */
    unsigned counts[256]; /* by class: its octets */
    uint8_t last[256];    /* by class: one of them */
};

static void find_octets(struct finding *f) {
    for (unsigned octet = 0; octet < 256; octet++) {
        unsigned class = f->transducer->classes[octet];
        f->counts[class]++;
        f->last[class] = (uint8_t)octet;
    }
}

/* The octet, or the letter in both cases, that the classes are; 0 if they are more. */
static uint8_t find_character(const struct finding *f, const unsigned classes[2], unsigned count) {
    unsigned octets = f->counts[classes[0]], octet = f->last[classes[0]];
    if (count == 2) {
        octets += f->counts[classes[1]];
        octet = f->last[classes[1]] > octet ? f->last[classes[1]] : octet;
    }
    bool letter = octet >= 'a' && octet <= 'z' && octets == 2;
    if (letter) {
        unsigned upper = f->transducer->classes[octet - 'a' + 'A'];
        return upper == classes[0] || upper == classes[count - 1] ? (uint8_t)octet : 0;
    }
    return octets == 1 && octet < 0x80 && !CHAIN_LETTER(octet) ? (uint8_t)octet : 0;
}

static void find_link(struct finding *f, unsigned state) {
    const struct state *row = &f->transducer->states[state];
    const struct transition *way = NULL;
    unsigned classes[2] = {0}, count = 0;
    for (unsigned class = 0; class < f->transducer->class_count; class ++) {
        const struct transition *other = &row->row[class];
        if (other->target == 0) {
            continue;
        }
        if (count == 2 || other->kind != 0 || (way != NULL && way->target != other->target)) {
            return;
        }
        way = other;
        classes[count++] = class;
    }
    if (way != NULL && row->otherwise.kind == 0) {
        f->octets[state] = find_character(f, classes, count);
        f->next[state] = way->target;
    }
}

/* Each link stands behind at most one other, of the same rule. */
static void join_links(struct finding *f) {
    for (unsigned s = 1; s < f->transducer->state_count; s++) {
        unsigned next = f->next[s];
        bool joins = f->octets[s] != 0 && f->octets[next] != 0 && !f->has_before[next] &&
                     f->transducer->states[s].rule == f->transducer->states[next].rule;
        if (joins) {
            f->has_before[next] = true;
        } else {
            f->next[s] = 0;
        }
    }
}

static unsigned length_from(const struct finding *f, unsigned state) {
    unsigned length = 1;
    while (f->next[state] != 0 && length < CHAIN_TEXT) {
        state = f->next[state];
        length++;
    }
    return length;
}

static unsigned way_on(const struct transducer *t, unsigned state) {
    unsigned class = 0;
    while (t->states[state].row[class].target == 0) {
        class ++;
    }
    return t->states[state].row[class].target;
}

/* Adds the chain of these states; returns the last. */
static unsigned add_chain(struct finding *f, unsigned state, unsigned length) {
    struct chains *chains = f->chains;
    size_t index = chains->count++;
    chains->items =
        arena_grow(f->arena, chains->items, index, &chains->capacity, sizeof *chains->items);
    chains->targets = arena_grow(f->arena, chains->targets, index, &chains->target_capacity,
                                 sizeof *chains->targets);
    struct grammar_chain *chain = &chains->items[index];
    *chain = (struct grammar_chain){.target = 0};
    for (unsigned i = CHAIN_TEXT - length; i < CHAIN_TEXT; i++) {
        state = i == CHAIN_TEXT - length ? state : f->next[state];
        chain->text[i] = f->octets[state];
        chains->places[state] = (unsigned)(index * CHAIN_TEXT) + i + 1;
    }
    chains->targets[index] = way_on(f->transducer, state);
    return state;
}

static void add_chains(struct finding *f, unsigned state) {
    while (state != 0) {
        unsigned length = length_from(f, state);
        if (length >= MIN_CHAIN) {
            state = add_chain(f, state, length);
        }
        state = f->next[state];
    }
}

void chains_find(struct chains *chains, const struct transducer *t) {
    struct arena *arena = t->automaton->abnf->arena;
    struct finding f = {.chains = chains, .transducer = t, .arena = arena};
    *chains = (struct chains){.places = arena_take(arena, t->state_count, sizeof(unsigned))};
    f.octets = arena_take(arena, t->state_count, sizeof *f.octets);
    f.next = arena_take(arena, t->state_count, sizeof *f.next);
    f.has_before = arena_take(arena, t->state_count, sizeof *f.has_before);
    find_octets(&f);
    for (unsigned s = 1; s < t->state_count; s++) {
        find_link(&f, s);
    }
    join_links(&f);
    /* In the order of rules, so that grammar_state_rule has little to say. */
    for (unsigned rule = 0; rule < t->automaton->abnf->rule_count; rule++) {
        for (unsigned s = 1; s < t->state_count; s++) {
            if (t->states[s].rule == rule && f.octets[s] != 0 && !f.has_before[s]) {
                add_chains(&f, s);
            }
        }
    }
}
