/* The subset construction while it is at work: shared by the files that make a transducer. */
#ifndef CONSTRUCTION_H
#define CONSTRUCTION_H

#include "transducer.h"

/* A chain of node ends, shared by the ways that have it in common; item 0 is no end. */
struct end_chain {
    unsigned previous;
    struct node_end end;
    unsigned length;
};

/* A vertex that can be reached without an octet, and what happens on the way. */
struct way {
    unsigned vertex;
    unsigned ends; /* chain */
    uint32_t begins;
    const struct abnf_place
        *place; /* of what was read last of all that happens; NULL for nothing */
};

/* An edge that takes octets, at the end of a way. */
struct taker {
    const struct way *way;
    const struct edge *edge;
};

/* A set of vertices, sorted: what a state stands for. */
struct core {
    unsigned *vertices;
    unsigned count;
    unsigned from; /* the state that it was first reached from, and by which octet: the trail */
    unsigned by;
    unsigned path; /* the innermost that all ways read that octet in */
};

struct construction {
    struct transducer *transducer;
    const struct automaton *automaton;
    struct abnf *abnf;
    struct settled_conflicts *settled;
    struct arena *arena;
    struct end_chain *chains;
    size_t chain_count, chain_capacity;
    struct core *cores; /* by state */
    size_t core_capacity;
    unsigned *buckets; /* hash of cores to states, chained by next_in_bucket */
    unsigned *next_in_bucket;
    size_t next_capacity, bucket_count;
    uint8_t representative[256]; /* an octet, by class */
    struct octet_set *first;     /* classes that a machine can begin with, by machine */
    unsigned *machine_of;        /* by state */
    size_t machine_capacity;
    unsigned closed; /* the state at hand: 0 while its ways are sought */
    struct way *ways;
    size_t way_count;
    struct taker *takers;
    size_t taker_count;
    struct way **reached; /* by vertex, NULL if not */
    struct way *way_stack;
};

/* classes.c: finds the octet classes of all edges, and what each machine can begin with. */
void classes_find(struct construction *);

/* The octet that begins a literal of this edge. */
unsigned classes_literal_octet(const struct edge *);

/* conflicts.c: where ways stand in the texts that are in conflict, in the order of reading. What
 * was read last is likely to be the cause. */
struct clash {
    const struct abnf_place *first, *last; /* NULL if no place is known */
};

void clash_add(struct clash *, const struct abnf_place *);

/* The ways of a state that take an octet. */
struct clash clash_find(struct construction *, unsigned state, unsigned octet);

/* Stops with a conflict, and how to get there: the octets that lead to the state, and the one that
 * it is about, NO_OCTET if it is about none. The clash is of all ways that take it if it is NULL.
 */
enum { NO_OCTET = 256 };
_Noreturn void conflict_fail(struct construction *, unsigned state, unsigned octet,
                             const char *what, const struct clash *);

/* Chooses between chains of ends as the list of settled conflicts says, or stops. */
unsigned conflict_settle(struct construction *, unsigned state, unsigned octet,
                         const unsigned *chains, unsigned count, const struct clash *);

/* transducer.c: the number of a kind of transition, new or known. */
unsigned construction_kind(struct construction *, const struct transition_kind *);

/* Finds the ways on from a state, up to the next octet. */
void construction_close(struct construction *, unsigned state);

/* Can the edge take the octet? */
bool construction_takes(const struct construction *, const struct edge *, unsigned octet);

/* endings.c: makes the octets that complete messages do so; and stops where a machine could return
 * or go on, or where the way beside a caught machine couldn't go on when that fails. */
void endings_finish(struct construction *);

#endif
