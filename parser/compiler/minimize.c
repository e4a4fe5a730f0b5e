/* States that read the same octets into states that are the same, with the same actions, are one.
 * Moore's refinement: states are parted by their signatures, into blocks, until no block splits.
 * States of different rules stay apart, so that errors name the right one. Then octet classes that
 * no state tells apart are one too. */
#include <string.h>

#include "transducer.h"

/* A transition of a state, and the classes that take it, as the sum of their weights. */
struct group {
    struct transition transition;
    uint64_t weight;
};

struct refinement {
    struct transducer *transducer;
    struct arena *arena;
    struct group *groups;
    size_t group_count, group_capacity;
    size_t *first_groups;      /* by state, one more than there are */
    unsigned *blocks, *next;   /* by state */
    unsigned *buckets, *chain; /* hash of signatures to states */
    uint64_t *signatures;      /* by state */
    size_t bucket_count, block_count;
};

static uint64_t mix(uint64_t value) {
    value = (value ^ value >> 32) * UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ value >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    return value ^ value >> 32;
}

static void group_row(struct refinement *r, unsigned state) {
    size_t first = r->first_groups[state] = r->group_count;
    for (unsigned class = 0; class < r->transducer->class_count; class ++) {
        const struct transition *way = &r->transducer->states[state].row[class];
        size_t i = first;
        while (i < r->group_count && (r->groups[i].transition.target != way->target ||
                                      r->groups[i].transition.caught != way->caught ||
                                      r->groups[i].transition.kind != way->kind)) {
            i++;
        }
        if (i == r->group_count) {
            r->groups = arena_grow(r->arena, r->groups, i, &r->group_capacity, sizeof *r->groups);
            r->groups[r->group_count++] = (struct group){.transition = *way};
        }
        r->groups[i].weight += mix(class + 1);
    }
    r->first_groups[state + 1] = r->group_count;
}

/* A function of the blocks that each class leads to: groups that lead to one block add up. */
static uint64_t signature(const struct refinement *r, unsigned state) {
    const struct state *s = &r->transducer->states[state];
    uint64_t sum = mix((uint64_t)s->rule << 32 | s->otherwise.kind) + mix(r->blocks[state]);
    for (size_t i = r->first_groups[state]; i < r->first_groups[state + 1]; i++) {
        const struct transition *way = &r->groups[i].transition;
        uint64_t blocks = (uint64_t)r->blocks[way->target] << 32 | r->blocks[way->caught];
        sum += mix(mix(blocks) + way->kind) * r->groups[i].weight;
    }
    return sum;
}

static bool same_transition(const struct refinement *r, const struct transition *one,
                            const struct transition *other) {
    return one->kind == other->kind && r->blocks[one->target] == r->blocks[other->target] &&
           r->blocks[one->caught] == r->blocks[other->caught];
}

static bool same_state(const struct refinement *r, unsigned one, unsigned other) {
    const struct state *a = &r->transducer->states[one], *b = &r->transducer->states[other];
    if (r->blocks[one] != r->blocks[other] || a->rule != b->rule ||
        a->otherwise.kind != b->otherwise.kind) {
        return false;
    }
    for (unsigned class = 0; class < r->transducer->class_count; class ++) {
        if (!same_transition(r, &a->row[class], &b->row[class])) {
            return false;
        }
    }
    return true;
}

/* Splits blocks by the states' signatures; false when none was split. `exact`: states are compared
 * as well, in case different ones have the same signature. */
static bool refine(struct refinement *r, bool exact) {
    size_t count = r->transducer->state_count, blocks = 1;
    abnf_work(r->transducer->automaton->abnf, count + r->group_count);
    memset(r->buckets, 0, r->bucket_count * sizeof *r->buckets);
    for (unsigned s = 1; s < count; s++) {
        r->signatures[s] = signature(r, s);
        size_t bucket = r->signatures[s] % r->bucket_count;
        unsigned twin = r->buckets[bucket];
        while (twin != 0 &&
               (r->signatures[s] != r->signatures[twin] || (exact && !same_state(r, s, twin)))) {
            twin = r->chain[twin];
        }
        if (twin != 0) {
            r->next[s] = r->next[twin];
            continue;
        }
        r->next[s] = (unsigned)blocks++;
        r->chain[s] = r->buckets[bucket];
        r->buckets[bucket] = s;
    }
    unsigned *swap = r->blocks;
    r->blocks = r->next;
    r->next = swap;
    bool split = blocks != r->block_count;
    r->block_count = blocks;
    return split;
}

/* At first, all states are one. */
static void begin(struct refinement *r) {
    size_t count = r->transducer->state_count;
    r->bucket_count = count * 2;
    r->blocks = arena_take(r->arena, count, sizeof *r->blocks);
    r->next = arena_take(r->arena, count, sizeof *r->next);
    r->chain = arena_take(r->arena, count, sizeof *r->chain);
    r->signatures = arena_take(r->arena, count, sizeof *r->signatures);
    r->buckets = arena_take(r->arena, r->bucket_count, sizeof *r->buckets);
    r->first_groups = arena_take(r->arena, count + 1, sizeof *r->first_groups);
    r->block_count = 2;
    for (unsigned s = 1; s < count; s++) {
        r->blocks[s] = 1;
        group_row(r, s);
    }
}

static bool same_class(const struct transducer *t, unsigned one, unsigned other) {
    for (unsigned s = 1; s < t->state_count; s++) {
        const struct transition *a = &t->states[s].row[one], *b = &t->states[s].row[other];
        if (a->target != b->target || a->caught != b->caught || a->kind != b->kind) {
            return false;
        }
    }
    return true;
}

static void merge_classes(struct transducer *t) {
    unsigned merged[256], count = 0;
    for (unsigned class = 0; class < t->class_count; class ++) {
        unsigned twin = 0;
        while (twin < count && !same_class(t, twin, class)) {
            twin++;
        }
        merged[class] = twin;
        if (twin < count) {
            continue;
        }
        for (unsigned s = 1; s < t->state_count; s++) {
            t->states[s].row[count] = t->states[s].row[class];
        }
        count++;
    }
    for (unsigned octet = 0; octet < 256; octet++) {
        t->classes[octet] = (uint8_t)merged[t->classes[octet]];
    }
    t->class_count = count;
}

void transducer_minimize(struct transducer *t) {
    struct arena *arena = t->automaton->abnf->arena;
    struct refinement r = {.transducer = t, .arena = arena};
    begin(&r);
    while (refine(&r, false)) {
    }
    while (refine(&r, true)) {
    }
    struct state *states = arena_take(arena, r.block_count, sizeof *states);
    for (unsigned s = 1; s < t->state_count; s++) {
        struct state *merged = &states[r.blocks[s]];
        if (merged->row != NULL) {
            continue;
        }
        *merged = t->states[s];
        for (unsigned class = 0; class < t->class_count; class ++) {
            merged->row[class].target = r.blocks[merged->row[class].target];
            merged->row[class].caught = r.blocks[merged->row[class].caught];
        }
    }
    for (size_t i = 1; i < t->automaton->machine_count; i++) {
        t->entries[i] = r.blocks[t->entries[i]];
    }
    t->states = states;
    t->state_count = t->state_capacity = r.block_count;
    merge_classes(t);
}
