/* The ends of messages and of machines. */
#include <string.h>

#include "construction.h"

static bool has_row(const struct construction *c, unsigned state) {
    for (unsigned class = 0; class < c->transducer->class_count; class ++) {
        if (c->transducer->states[state].row[class].target != 0) {
            return true;
        }
    }
    return false;
}

/* A message ends with the octet that completes it: the next one belongs to the next message, which
 * the parser starts. So where the transition goes is no difference between the roots' machines. */
static void finish_messages(struct construction *c) {
    struct transducer *t = c->transducer;
    for (unsigned s = 1; s < t->state_count; s++) {
        bool root = c->machine_of[s] <= c->abnf->root_count;
        for (unsigned class = 0; root && class < t->class_count; class ++) {
            struct transition *transition = &t->states[s].row[class];
            const struct state *target = &t->states[transition->target];
            if (transition->target == 0 || target->otherwise.kind == 0) {
                continue;
            }
            struct transition_kind kind = t->kinds[transition->kind];
            if (has_row(c, transition->target) || kind.operation != OPERATION_GO) {
                conflict_fail(c, s, c->representative[class], "the message is complete, or goes on",
                              NULL);
            }
            kind.operation = OPERATION_FINISH;
            kind.final = t->kinds[target->otherwise.kind].action;
            *transition =
                (struct transition){.target = t->entries[1], .kind = construction_kind(c, &kind)};
        }
    }
}

/* After a machine returns, these classes can be read. */
static struct octet_set *find_follow(const struct construction *c) {
    const struct transducer *t = c->transducer;
    struct octet_set *follow = arena_take(c->arena, c->automaton->machine_count, sizeof *follow);
    for (bool changed = true; changed;) {
        changed = false;
        abnf_work(c->abnf, t->state_count * t->class_count);
        for (unsigned s = 1; s < t->state_count; s++) {
            for (unsigned class = 0; class < t->class_count; class ++) {
                const struct transition *call = &t->states[s].row[class];
                enum operation operation = t->kinds[call->kind].operation;
                if (operation != OPERATION_CALL && operation != OPERATION_CATCH) {
                    continue;
                }
                struct octet_set *set = &follow[t->kinds[call->kind].machine], before = *set;
                const struct state *back = &t->states[call->target];
                for (unsigned next = 0; next < t->class_count; next++) {
                    if (back->row[next].target != 0) {
                        octet_set_add(set, next);
                    }
                }
                for (unsigned i = 0; back->otherwise.kind != 0 && i < 4; i++) {
                    set->bits[i] |= follow[c->machine_of[s]].bits[i];
                }
                changed |= memcmp(&before, set, sizeof before) != 0;
            }
        }
    }
    return follow;
}

/* What goes on may be of the machine, or stand after a call of it. */
_Noreturn static void fail_return(struct construction *c, unsigned state, unsigned octet) {
    struct clash clash = clash_find(c, state, octet);
    for (size_t i = 1; i < c->automaton->edge_count; i++) {
        const struct edge *edge = &c->automaton->edges[i];
        if (edge->kind == EDGE_CALL && edge->machine == c->machine_of[state]) {
            clash_add(&clash, edge->place);
        }
    }
    conflict_fail(c, state, octet, "the machine returns, or goes on", &clash);
}

/* Where a machine may return it must not also go on with an octet that its caller takes. */
static void check_returns(struct construction *c) {
    const struct transducer *t = c->transducer;
    const struct octet_set *follow = find_follow(c);
    for (unsigned s = 1; s < t->state_count; s++) {
        for (unsigned class = 0; t->states[s].otherwise.kind != 0 && class < t->class_count;
             class ++) {
            if (t->states[s].row[class].target != 0 &&
                octet_set_has(&follow[c->machine_of[s]], class)) {
                fail_return(c, s, c->representative[class]);
            }
        }
    }
}

/* When a caught machine fails, nothing is read again: all that it can have read must be what the
 * other way reads too, without leaving its state. */
static void check_catches(struct construction *c) {
    const struct transducer *t = c->transducer;
    for (unsigned s = 1; s < t->state_count; s++) {
        for (unsigned class = 0; class < t->class_count; class ++) {
            const struct transition *call = &t->states[s].row[class];
            if (t->kinds[call->kind].operation != OPERATION_CATCH) {
                continue;
            }
            const struct transition *stay = t->states[call->caught].row;
            abnf_work(c->abnf, t->state_count);
            for (unsigned inner = 1; inner < t->state_count; inner++) {
                for (unsigned k = 0; k < t->class_count; k++) {
                    if (c->machine_of[inner] == t->kinds[call->kind].machine &&
                        t->states[inner].row[k].target != 0 &&
                        (stay[k].target != call->caught || stay[k].kind != 0)) {
                        conflict_fail(c, inner, c->representative[k],
                                      "the way that goes on when this fails doesn't read this",
                                      NULL);
                    }
                }
            }
        }
    }
}

void endings_finish(struct construction *c) {
    finish_messages(c);
    check_returns(c);
    check_catches(c);
}
