/* States that read the same octets into states that are the same, with the same actions, are one.
 * Moore's refinement: a state's signature is hashed over its blocks until no block splits. States
 * of different rules stay apart, so that errors name the right one. */
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
    if (r->blocks[one] != r->blocks[other]) {
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
    uint64_t hash = r->blocks[state];
    for (unsigned class = 0; class < r->transducer->class_count; class ++) {
        const struct transition *transition = &r->transducer->states[state].row[class];
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

/* At first, states are as different as what they do where no octet goes on, and as their rules. */
static void begin(struct refinement *r) {
    const struct transducer *t = r->transducer;
    r->block_count = 1;
    for (unsigned s = 1; s < t->state_count; s++) {
        unsigned twin = 1;
        while (twin < s && (t->states[twin].otherwise.kind != t->states[s].otherwise.kind ||
                            t->states[twin].rule != t->states[s].rule)) {
            twin++;
        }
        r->blocks[s] = twin < s ? r->blocks[twin] : (unsigned)r->block_count++;
    }
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
}
