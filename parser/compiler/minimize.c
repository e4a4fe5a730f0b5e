/* States that read the same octets into states that are the same, with the same actions, are one.
 * Moore's refinement: a state's signature is hashed over its blocks until no block splits. States
 * of different rules stay apart, so that errors name the right one. Then octet classes that no
 * state tells apart are one too. */
#include <string.h>

#include "transducer.h"

struct refinement {
    struct transducer *transducer;
    unsigned *blocks, *next;   /* by state */
    unsigned *buckets, *chain; /* hash of signatures to states */
    size_t bucket_count, block_count;
};

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

static size_t hash_state(const struct refinement *r, unsigned state) {
    const struct state *hashed = &r->transducer->states[state];
    uint64_t hash =
        r->blocks[state] ^ (uint64_t)hashed->rule << 20 ^ (uint64_t)hashed->otherwise.kind << 32;
    for (unsigned class = 0; class < r->transducer->class_count; class ++) {
        const struct transition *transition = &hashed->row[class];
        hash = (hash ^ r->blocks[transition->target]) * UINT64_C(0x9E3779B97F4A7C15);
        hash = (hash ^ transition->kind ^ hash >> 31) * UINT64_C(0xBF58476D1CE4E5B9);
    }
    return (size_t)(hash ^ hash >> 32) % r->bucket_count;
}

/* Splits blocks by the states' signatures; false when none was split. */
static bool refine(struct refinement *r) {
    size_t count = r->transducer->state_count, blocks = 1;
    memset(r->buckets, 0, r->bucket_count * sizeof *r->buckets);
    for (unsigned s = 1; s < count; s++) {
        size_t bucket = hash_state(r, s);
        unsigned twin = r->buckets[bucket];
        while (twin != 0 && !same_state(r, s, twin)) {
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
    r->block_count = 2;
    for (unsigned s = 1; s < r->transducer->state_count; s++) {
        r->blocks[s] = 1;
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
    struct refinement r = {.transducer = t, .bucket_count = t->state_count * 2};
    r.blocks = arena_take(arena, t->state_count, sizeof(unsigned));
    r.next = arena_take(arena, t->state_count, sizeof(unsigned));
    r.chain = arena_take(arena, t->state_count, sizeof(unsigned));
    r.buckets = arena_take(arena, r.bucket_count, sizeof(unsigned));
    begin(&r);
    while (refine(&r)) {
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
