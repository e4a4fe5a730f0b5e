#include "transducer.h"

#include <stdlib.h>
#include <string.h>

#include "construction.h"

enum {
    MAX_STATES = 200000, /* before minimising */
    FEW = 32             /* are sorted by insertion */
};

/* ---- closure: the ways from a state, up to the next octet ------------------------------------ */

static unsigned chain_of(struct construction *c, unsigned previous, struct node_end end) {
    for (size_t i = 1; i < c->chain_count; i++) {
        const struct end_chain *chain = &c->chains[i];
        if (chain->previous == previous && chain->end.label == end.label &&
            chain->end.slot == end.slot) {
            abnf_work(c->abnf, i);
            return (unsigned)i;
        }
    }
    abnf_work(c->abnf, c->chain_count);
    c->chains =
        arena_grow(c->arena, c->chains, c->chain_count, &c->chain_capacity, sizeof *c->chains);
    c->chains[c->chain_count] = (struct end_chain){
        .previous = previous, .end = end, .length = c->chains[previous].length + 1};
    return (unsigned)c->chain_count++;
}

/* A node that begins and ends without an octet between is none. */
static struct way follow(struct construction *c, struct way way, const struct edge *edge) {
    uint32_t slot = UINT32_C(1) << edge->slot;
    if (edge->action == ACTION_BEGIN) {
        way.begins |= slot;
    } else if (edge->action == ACTION_END && (way.begins & slot) != 0) {
        way.begins &= ~slot;
    } else if (edge->action == ACTION_END) {
        way.ends = chain_of(c, way.ends, (struct node_end){edge->label, edge->slot});
    }
    bool later = edge->place != NULL && (way.place == NULL || edge->place->text >= way.place->text);
    way.place = later ? edge->place : way.place;
    way.vertex = edge->target;
    return way;
}

/* Two ways lead to one vertex: the grammar is ambiguous there. */
static void settle_ambiguity(struct construction *c, unsigned state, struct way *one,
                             const struct way *other) {
    struct clash clash = {0};
    clash_add(&clash, one->place);
    clash_add(&clash, other->place);
    if (one->begins != other->begins) {
        conflict_fail(c, state, NO_OCTET, "two ways that begin differently read the same octets",
                      &clash);
    }
    unsigned chains[2] = {one->ends, other->ends};
    one->ends = conflict_settle(c, state, NO_OCTET, chains, 2, &clash);
}

void construction_close(struct construction *c, unsigned state) {
    const struct automaton *a = c->automaton;
    const struct core *core = &c->cores[state];
    for (size_t i = 0; i < c->way_count; i++) {
        c->reached[c->ways[i].vertex] = NULL;
    }
    c->way_count = c->taker_count = c->closed = 0;
    size_t depth = 0, steps = 0;
    for (unsigned i = core->count; i-- > 0;) {
        c->way_stack[depth++] = (struct way){.vertex = core->vertices[i]};
    }
    while (depth > 0) {
        struct way way = c->way_stack[--depth];
        struct way *known = c->reached[way.vertex];
        if (known != NULL) {
            if (known->ends != way.ends || known->begins != way.begins) {
                settle_ambiguity(c, state, known, &way);
            }
            continue;
        }
        c->ways[c->way_count] = way;
        c->reached[way.vertex] = &c->ways[c->way_count++];
        for (unsigned e = a->vertices[way.vertex].edges; e != 0; e = a->edges[e].next, steps++) {
            if (a->edges[e].kind == EDGE_EPSILON) {
                c->way_stack[depth++] = follow(c, way, &a->edges[e]);
            } else {
                c->takers[c->taker_count++] = (struct taker){c->reached[way.vertex], &a->edges[e]};
            }
        }
    }
    c->closed = state;
    abnf_work(c->abnf, steps);
}

/* ---- states -------------------------------------------------------------------------------- */

static size_t hash_core(const unsigned *vertices, unsigned count, unsigned machine) {
    uint64_t hash = machine;
    for (unsigned i = 0; i < count; i++) {
        hash = (hash ^ vertices[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return (size_t)hash;
}

static int by_number(const void *one, const void *other) {
    unsigned a = *(const unsigned *)one, b = *(const unsigned *)other;
    return (a > b) - (a < b);
}

static void sort_vertices(unsigned *vertices, unsigned *count) {
    for (unsigned i = 1; i < *count && *count <= FEW; i++) {
        unsigned vertex = vertices[i], at = i;
        for (; at > 0 && vertices[at - 1] > vertex; at--) {
            vertices[at] = vertices[at - 1];
        }
        vertices[at] = vertex;
    }
    if (*count > FEW) {
        qsort(vertices, *count, sizeof *vertices, by_number);
    }
    unsigned kept = 0;
    for (unsigned i = 0; i < *count; i++) {
        if (kept == 0 || vertices[kept - 1] != vertices[i]) {
            vertices[kept++] = vertices[i];
        }
    }
    *count = kept;
}

static unsigned add_state(struct construction *c, unsigned machine, const struct core *core) {
    struct transducer *t = c->transducer;
    if (t->state_count >= MAX_STATES) {
        abnf_fail(c->abnf, &c->abnf->text, "the grammar needs more than %d states", MAX_STATES);
    }
    unsigned state = (unsigned)t->state_count;
    t->states = arena_grow(c->arena, t->states, state, &t->state_capacity, sizeof *t->states);
    c->cores = arena_grow(c->arena, c->cores, state, &c->core_capacity, sizeof *c->cores);
    c->machine_of =
        arena_grow(c->arena, c->machine_of, state, &c->machine_capacity, sizeof *c->machine_of);
    c->next_in_bucket =
        arena_grow(c->arena, c->next_in_bucket, state, &c->next_capacity, sizeof(unsigned));
    t->states[state] = (struct state){0};
    c->cores[state] = *core;
    c->cores[state].vertices = arena_take(c->arena, core->count, sizeof(unsigned));
    for (unsigned i = 0; i < core->count; i++) {
        c->cores[state].vertices[i] = core->vertices[i];
    }
    c->machine_of[state] = machine;
    t->state_count++;
    return state;
}

/* The state of a machine for a set of vertices, new or known. Sorts the set. */
static unsigned state_of(struct construction *c, unsigned machine, struct core *core) {
    abnf_work(c->abnf, core->count);
    sort_vertices(core->vertices, &core->count);
    size_t bucket = hash_core(core->vertices, core->count, machine) % c->bucket_count;
    for (unsigned s = c->buckets[bucket]; s != 0; s = c->next_in_bucket[s]) {
        const struct core *known = &c->cores[s];
        if (c->machine_of[s] == machine && known->count == core->count &&
            memcmp(known->vertices, core->vertices, core->count * sizeof(unsigned)) == 0) {
            return s;
        }
    }
    unsigned state = add_state(c, machine, core);
    c->next_in_bucket[state] = c->buckets[bucket];
    c->buckets[bucket] = state;
    return state;
}

/* ---- transitions --------------------------------------------------------------------------- */

/* The ways on that take one class of octets. */
struct step {
    unsigned state, octet;
    struct core read; /* targets of the ways that read the octet themselves */
    struct core call; /* targets of the ways that call, all the same machine */
    unsigned machine; /* that they call; 0 for none */
    bool literal;     /* they call for a literal; machine is 1 for a literal8 */
    unsigned chains[8], chain_count;
    uint32_t begins;
};

bool construction_takes(const struct construction *c, const struct edge *edge, unsigned octet) {
    switch (edge->kind) {
    case EDGE_SET:
        return octet_set_has(&edge->set, octet);
    case EDGE_CALL:
        return octet_set_has(&c->first[edge->machine], c->transducer->classes[octet]);
    case EDGE_LITERAL:
        return octet == classes_literal_octet(edge);
    default:
        return false;
    }
}

/* After a literal or a call, its rule is behind. */
static void add_target(const struct construction *c, struct core *core, const struct edge *edge) {
    const struct automaton *a = c->automaton;
    unsigned path = edge->kind == EDGE_SET ? edge->path : a->paths[edge->path].parent;
    core->path = core->count == 0 ? path : automaton_common_path(a, core->path, path);
    core->vertices[core->count++] = edge->target;
}

static void add_to_step(struct construction *c, struct step *step, const struct way *way,
                        const struct edge *edge) {
    if (edge->kind == EDGE_SET) {
        add_target(c, &step->read, edge);
    } else {
        bool literal = edge->kind == EDGE_LITERAL;
        bool other =
            step->call.count > 0 && (step->machine != edge->machine || step->literal != literal);
        if (other) {
            conflict_fail(c, step->state, step->octet, "two machines could be called", NULL);
        }
        add_target(c, &step->call, edge);
        step->machine = edge->machine;
        step->literal = literal;
    }
    step->begins |= way->begins;
    for (unsigned i = 0; i < step->chain_count; i++) {
        if (step->chains[i] == way->ends) {
            return;
        }
    }
    if (step->chain_count == sizeof step->chains / sizeof *step->chains) {
        conflict_fail(c, step->state, step->octet, "too many ways differ in what ends", NULL);
    }
    step->chains[step->chain_count++] = way->ends;
}

/* No way may lose a mark that it still needs to another way's beginning. */
static void check_marks(struct construction *c, const struct step *step) {
    for (size_t i = 0; i < c->taker_count; i++) {
        const struct way *way = c->takers[i].way;
        uint32_t live = c->automaton->vertices[way->vertex].live;
        if ((step->begins & ~way->begins & live) != 0 &&
            construction_takes(c, c->takers[i].edge, step->octet)) {
            conflict_fail(c, step->state, step->octet,
                          "a node begins where another way has one open", NULL);
        }
    }
}

static struct action action_of(struct construction *c, unsigned chain, uint32_t begins) {
    unsigned count = c->chains[chain].length;
    struct node_end *ends = arena_take(c->arena, count, sizeof *ends);
    for (unsigned i = count; i-- > 0; chain = c->chains[chain].previous) {
        ends[i] = c->chains[chain].end;
    }
    return (struct action){.ends = ends, .end_count = count, .begins = begins};
}

static bool same_action(const struct action *one, const struct action *other) {
    return one->end_count == other->end_count && one->begins == other->begins &&
           (one->end_count == 0 ||
            memcmp(one->ends, other->ends, one->end_count * sizeof *one->ends) == 0);
}

unsigned construction_kind(struct construction *c, const struct transition_kind *kind) {
    struct transducer *t = c->transducer;
    for (size_t i = 0; i < t->kind_count; i++) {
        const struct transition_kind *known = &t->kinds[i];
        if (known->operation == kind->operation && known->machine == kind->machine &&
            known->slots == kind->slots && same_action(&known->action, &kind->action) &&
            same_action(&known->final, &kind->final)) {
            abnf_work(c->abnf, i);
            return (unsigned)i;
        }
    }
    abnf_work(c->abnf, t->kind_count);
    t->kinds = arena_grow(c->arena, t->kinds, t->kind_count, &t->kind_capacity, sizeof *t->kinds);
    t->kinds[t->kind_count] = *kind;
    return (unsigned)t->kind_count++;
}

/* How many slots hold all that are open in any of the core's vertices. */
static unsigned open_slots(const struct construction *c, const struct core *core) {
    unsigned slots = 0;
    for (unsigned i = 0; i < core->count; i++) {
        while (c->automaton->vertices[core->vertices[i]].live >> slots != 0) {
            slots++;
        }
    }
    return slots;
}

static void make_call(struct construction *c, struct step *step, unsigned machine,
                      struct transition_kind *kind, struct transition *transition) {
    bool caught =
        !step->literal && c->abnf->rules[c->automaton->machines[step->machine].rule].caught;
    if (step->read.count > 0 && !caught) {
        conflict_fail(c, step->state, step->octet, "a call, or an octet that is read here", NULL);
    }
    kind->operation = step->literal          ? OPERATION_LITERAL
                      : step->read.count > 0 ? OPERATION_CATCH
                                             : OPERATION_CALL;
    kind->machine = step->machine;
    kind->slots = step->literal ? 0 : open_slots(c, &step->call);
    transition->target = state_of(c, machine, &step->call);
    if (step->read.count > 0) {
        unsigned slots = open_slots(c, &step->read);
        kind->slots = slots > kind->slots ? slots : kind->slots;
        transition->caught = state_of(c, machine, &step->read);
    }
}

static struct transition make_transition(struct construction *c, struct step *step) {
    unsigned machine = c->machine_of[step->state];
    struct transition transition = {0};
    struct transition_kind kind = {.operation = OPERATION_GO};
    check_marks(c, step);
    unsigned chain =
        step->chain_count == 1
            ? step->chains[0]
            : conflict_settle(c, step->state, step->octet, step->chains, step->chain_count, NULL);
    kind.action = action_of(c, chain, step->begins);
    step->read.from = step->call.from = step->state;
    step->read.by = step->call.by = step->octet;
    if (step->call.count > 0) {
        make_call(c, step, machine, &kind, &transition);
    } else {
        transition.target = state_of(c, machine, &step->read);
    }
    transition.kind = construction_kind(c, &kind);
    return transition;
}

static void fill_row(struct construction *c, unsigned state, struct step *step) {
    unsigned class_count = c->transducer->class_count;
    abnf_work(c->abnf, c->taker_count * class_count);
    struct transition *row = arena_take(c->arena, class_count, sizeof *row);
    for (unsigned class = 0; class < class_count; class ++) {
        step->state = state;
        step->octet = c->representative[class];
        step->read.count = step->call.count = step->chain_count = step->machine = 0;
        step->begins = 0;
        step->literal = false;
        for (size_t i = 0; i < c->taker_count; i++) {
            if (construction_takes(c, c->takers[i].edge, step->octet)) {
                add_to_step(c, step, c->takers[i].way, c->takers[i].edge);
            }
        }
        if (step->read.count + step->call.count > 0) {
            row[class] = make_transition(c, step);
        }
    }
    c->transducer->states[state].row = row;
}

/* The rule that a state is in: the innermost that all ways on are part of, or that the last octet
 * was part of, whichever is further in. ("X" of a mailbox name may go on, or the command may.) */
static unsigned rule_of_state(const struct construction *c, unsigned state) {
    const struct automaton *a = c->automaton;
    unsigned path = 0, before = c->cores[state].path;
    for (size_t i = 0; i < c->taker_count; i++) {
        unsigned other = c->takers[i].edge->path;
        path = path == 0 ? other : automaton_common_path(a, path, other);
    }
    if (path == 0 || (before != 0 && a->paths[before].depth > a->paths[path].depth)) {
        path = before;
    }
    return a->paths[path].label;
}

static void fill_state(struct construction *c, unsigned state, struct step *step) {
    unsigned machine = c->machine_of[state];
    construction_close(c, state);
    unsigned rule = rule_of_state(c, state);
    fill_row(c, state, step);
    struct way *end = c->reached[c->automaton->machines[machine].end];
    struct state *filled = &c->transducer->states[state];
    filled->rule = rule != 0 ? rule : c->abnf->rules[c->automaton->machines[machine].rule].label;
    if (end == NULL) {
        return;
    }
    struct transition_kind kind = {.operation = OPERATION_RETURN,
                                   .action = action_of(c, end->ends, 0)};
    filled->otherwise.kind = construction_kind(c, &kind);
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void begin_construction(struct construction *c) {
    size_t vertices = c->automaton->vertex_count;
    struct transition_kind go = {.operation = OPERATION_GO};
    c->bucket_count = 1 << 16;
    c->buckets = arena_take(c->arena, c->bucket_count, sizeof *c->buckets);
    c->ways = arena_take(c->arena, vertices, sizeof *c->ways);
    c->reached = arena_take(c->arena, vertices, sizeof *c->reached);
    c->takers = arena_take(c->arena, c->automaton->edge_count, sizeof *c->takers);
    c->way_stack = arena_take(c->arena, c->automaton->edge_count + vertices, sizeof *c->way_stack);
    c->chains = arena_grow(c->arena, NULL, 0, &c->chain_capacity, sizeof *c->chains);
    c->chain_count = 1;
    construction_kind(c, &go);
    add_state(c, 0, &(struct core){0});
    classes_find(c);
}

void transducer_build(struct transducer *t, const struct automaton *automaton,
                      struct settled_conflicts *settled) {
    struct abnf *abnf = automaton->abnf;
    struct construction c = {.transducer = t,
                             .automaton = automaton,
                             .abnf = abnf,
                             .settled = settled,
                             .arena = abnf->arena};
    *t = (struct transducer){.automaton = automaton};
    begin_construction(&c);
    size_t edges = automaton->edge_count;
    struct step step = {.read.vertices = arena_take(abnf->arena, edges, sizeof(unsigned)),
                        .call.vertices = arena_take(abnf->arena, edges, sizeof(unsigned))};
    t->entries = arena_take(abnf->arena, automaton->machine_count, sizeof *t->entries);
    for (unsigned i = 1; i < automaton->machine_count; i++) {
        step.read.vertices[0] = automaton->machines[i].start;
        step.read.count = 1;
        step.read.from = step.read.path = 0;
        t->entries[i] = state_of(&c, i, &step.read);
    }
    for (unsigned s = 1; s < t->state_count; s++) {
        fill_state(&c, s, &step);
    }
    endings_finish(&c);
    transducer_minimize(t);
}
