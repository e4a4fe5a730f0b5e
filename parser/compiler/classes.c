/* Octet classes, and the classes that each machine can begin with. */
#include <string.h>

#include "construction.h"

/* Parts the octets of the set from the others of their classes. */
static void split_classes(struct transducer *t, const struct octet_set *set) {
    int split[256];
    bool outside[256] = {false};
    memset(split, -1, sizeof split);
    for (unsigned octet = 0; octet < 256; octet++) {
        outside[t->classes[octet]] |= !octet_set_has(set, octet);
    }
    for (unsigned octet = 0; octet < 256; octet++) {
        uint8_t class = t->classes[octet];
        if (!octet_set_has(set, octet) || !outside[class]) {
            continue;
        }
        if (split[class] < 0) {
            split[class] = (int)t->class_count++;
        }
        t->classes[octet] = (uint8_t)split[class];
    }
}

unsigned classes_literal_octet(const struct edge *edge) {
    return edge->machine == 1 ? '~' : '{';
}

/* Octets that every edge takes together or not at all share a class. */
static void classify(struct construction *c) {
    struct transducer *t = c->transducer;
    memset(t->classes, 0, sizeof t->classes);
    t->class_count = 1;
    for (size_t i = 1; i < c->automaton->edge_count; i++) {
        const struct edge *edge = &c->automaton->edges[i];
        struct octet_set literal = {{0}};
        if (edge->kind == EDGE_SET) {
            split_classes(t, &edge->set);
        } else if (edge->kind == EDGE_LITERAL) {
            octet_set_add(&literal, classes_literal_octet(edge));
            split_classes(t, &literal);
        }
    }
    for (unsigned octet = 256; octet-- > 0;) {
        c->representative[t->classes[octet]] = (uint8_t)octet;
    }
}

/* ---- what a machine can begin with --------------------------------------------------------- */

static void add_first(struct construction *c, unsigned machine, bool *seen, unsigned *stack) {
    const struct automaton *a = c->automaton;
    abnf_work(c->abnf, a->vertex_count);
    memset(seen, 0, a->vertex_count);
    size_t depth = 0;
    stack[depth++] = a->machines[machine].start;
    seen[stack[0]] = true;
    while (depth > 0) {
        unsigned vertex = stack[--depth];
        for (unsigned e = a->vertices[vertex].edges; e != 0; e = a->edges[e].next) {
            const struct edge *edge = &a->edges[e];
            if (edge->kind == EDGE_SET) {
                for (unsigned octet = 0; octet < 256; octet++) {
                    if (octet_set_has(&edge->set, octet)) {
                        octet_set_add(&c->first[machine], c->transducer->classes[octet]);
                    }
                }
            } else if (edge->kind == EDGE_CALL) {
                for (unsigned i = 0; i < 4; i++) {
                    c->first[machine].bits[i] |= c->first[edge->machine].bits[i];
                }
            } else if (edge->kind == EDGE_LITERAL) {
                octet_set_add(&c->first[machine],
                              c->transducer->classes[classes_literal_octet(edge)]);
            } else if (!seen[edge->target]) {
                seen[edge->target] = true;
                stack[depth++] = edge->target;
            }
        }
    }
}

static void find_first(struct construction *c) {
    size_t count = c->automaton->machine_count;
    bool *seen = arena_take(c->arena, c->automaton->vertex_count, sizeof *seen);
    unsigned *stack = arena_take(c->arena, c->automaton->vertex_count, sizeof *stack);
    c->first = arena_take(c->arena, count, sizeof *c->first);
    for (bool changed = true; changed;) {
        changed = false;
        for (unsigned i = 1; i < count; i++) {
            struct octet_set before = c->first[i];
            add_first(c, i, seen, stack);
            changed |= memcmp(&before, &c->first[i], sizeof before) != 0;
        }
    }
}

void classes_find(struct construction *c) {
    classify(c);
    find_first(c);
}
