/* The deterministic pushdown transducer of an automaton: subset construction over octet classes.
 *
 * A node's end is reported when it is known (an END names rule and slot), its beginning is only a
 * mark in its slot. Ways that are still open may therefore disagree about what began, but not about
 * what ended: that, and ways that differ in calls or returns, are conflicts. */
#ifndef TRANSDUCER_H
#define TRANSDUCER_H

#include "automaton.h"

struct node_end {
    unsigned label, slot;
};

/* What happens before an octet is read: these nodes end, these slots begin. */
struct action {
    const struct node_end *ends;
    unsigned end_count;
    uint32_t begins; /* bit i: slot i */
};

/* Everything of a transition but where it goes. transition_kinds[0] is a GO with no action. */
struct transition_kind {
    enum operation operation;
    unsigned machine; /* CALL, CATCH; LITERAL: 1 for a literal8 */
    unsigned slots;   /* CALL, CATCH: the caller's that are in use */
    struct action action;
    struct action final; /* FINISH: after the octet */
};

struct transition {
    unsigned target; /* state; 0: no way on, or none is needed */
    unsigned caught; /* state, of a CATCH */
    unsigned kind;
};

struct state {
    struct transition *row;      /* by octet class */
    struct transition otherwise; /* a RETURN, or target and kind 0 */
    unsigned rule;               /* that it is in the middle of */
};

struct transducer {
    const struct automaton *automaton;
    uint8_t classes[256]; /* of octets, from 0 */
    unsigned class_count;
    struct transition_kind *kinds;
    size_t kind_count, kind_capacity;
    struct state *states; /* states[0] is unused */
    size_t state_count, state_capacity;
    unsigned *entries; /* state, by machine */
};

/* A disagreement that is known and settled. */
struct settled_conflict {
    const char *ways; /* "number | nz-number", as the message names them */
    const char *winner;
    const char *reason;
    struct abnf_place place;
    char where[160]; /* the first that was met: "response after '* 1' on %x20"; "" if none was */
};

struct settled_conflicts {
    struct settled_conflict *items;
    size_t count, capacity;
};

/* Reads a file of lines `WAYS -> WINNER ; reason`. Errors jump to abnf->failed. */
void conflicts_read(struct settled_conflicts *, struct abnf *, const char *file, const char *text,
                    size_t size);

/* A settled conflict that the grammar doesn't have jumps to abnf->failed. After transducer_build.
 */
void conflicts_check_used(const struct settled_conflicts *, struct abnf *);

/* Builds it, minimised. A conflict that is not settled jumps to abnf->failed. */
void transducer_build(struct transducer *, const struct automaton *, struct settled_conflicts *);

/* Merges states that no message can tell apart. (transducer_build has done so.) */
void transducer_minimize(struct transducer *);

#endif
