#include "transducer.h"

#include <stdio.h>
#include <string.h>

enum {
    MAX_STATES = 200000, /* before minimising */
    MAX_WAYS_TEXT = 160, /* characters of a conflict's text */
    MAX_TRAIL_TEXT = 80  /* of the example that leads to it */
};

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
    /* of the state at hand */
    struct way *ways;
    size_t way_count;
    struct way **reached; /* by vertex, NULL if not */
    struct way *way_stack;
};

/* ---- octet classes ------------------------------------------------------------------------- */

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

static unsigned literal_octet(const struct edge *edge) {
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
            octet_set_add(&literal, literal_octet(edge));
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
                octet_set_add(&c->first[machine], c->transducer->classes[literal_octet(edge)]);
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

/* ---- conflicts ----------------------------------------------------------------------------- */

static void append(char *text, size_t size, const char *more) {
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%s", more);
}

/* The octets that lead to a state, for the message of a conflict. */
static void write_trail(const struct construction *c, unsigned state, char *text, size_t size) {
    unsigned octets[MAX_TRAIL_TEXT / 4];
    size_t count = 0;
    while (c->cores[state].from != 0 && count < sizeof octets / sizeof *octets) {
        octets[count++] = c->cores[state].by;
        state = c->cores[state].from;
    }
    text[0] = '\0';
    while (count-- > 0) {
        char one[8];
        snprintf(one, sizeof one, octets[count] > 0x20 && octets[count] < 0x7F ? "%c" : "\\x%02x",
                 octets[count]);
        append(text, size, octets[count] == ' ' ? " " : one);
    }
}

_Noreturn static void fail_conflict(struct construction *c, unsigned state, unsigned octet,
                                    const char *what) {
    char trail[MAX_TRAIL_TEXT];
    unsigned rule = c->automaton->machines[c->machine_of[state]].rule;
    write_trail(c, state, trail, sizeof trail);
    abnf_fail(c->abnf, &c->abnf->rules[rule].place, "conflict in %s after '%s' on %%x%02X: %s",
              c->abnf->rules[rule].name, trail, octet, what);
}

static void write_ends(const struct construction *c, unsigned chain, char *text, size_t size) {
    unsigned labels[MAX_SLOTS];
    unsigned count = 0;
    for (; chain != 0 && count < MAX_SLOTS; chain = c->chains[chain].previous) {
        labels[count++] = c->chains[chain].end.label;
    }
    text[0] = '\0';
    if (count == 0) {
        append(text, size, "nothing");
    }
    while (count-- > 0) {
        append(text, size, c->abnf->rules[labels[count]].name);
        append(text, size, count > 0 ? " " : "");
    }
}

/* Chooses between chains of ends as the list of settled conflicts says. */
static unsigned settle(struct construction *c, unsigned state, unsigned octet,
                       const unsigned *chains, unsigned count) {
    char names[8][MAX_WAYS_TEXT / 2], ways[MAX_WAYS_TEXT] = "";
    unsigned order[8], used = count < 8 ? count : 8;
    for (unsigned i = 0; i < used; i++) {
        write_ends(c, chains[i], names[i], sizeof names[i]);
        unsigned at = i;
        for (; at > 0 && strcmp(names[order[at - 1]], names[i]) > 0; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    for (unsigned i = 0; i < used; i++) {
        append(ways, sizeof ways, i > 0 ? " | " : "");
        append(ways, sizeof ways, names[order[i]]);
    }
    for (size_t i = 0; i < c->settled->count; i++) {
        struct settled_conflict *conflict = &c->settled->items[i];
        if (strcmp(conflict->ways, ways) != 0) {
            continue;
        }
        conflict->used = true;
        for (unsigned k = 0; k < used; k++) {
            if (strcmp(names[k], conflict->winner) == 0) {
                return chains[k];
            }
        }
        abnf_fail(c->abnf, &conflict->place, "'%s' is none of the ways", conflict->winner);
    }
    fail_conflict(c, state, octet, ways);
}

/* ---- closure: the ways from a state, up to the next octet ------------------------------------ */

static unsigned chain_of(struct construction *c, unsigned previous, struct node_end end) {
    for (size_t i = 1; i < c->chain_count; i++) {
        const struct end_chain *chain = &c->chains[i];
        if (chain->previous == previous && chain->end.label == end.label &&
            chain->end.slot == end.slot) {
            return (unsigned)i;
        }
    }
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
    way.vertex = edge->target;
    return way;
}

/* Two ways lead to one vertex: the grammar is ambiguous there. */
static void settle_ambiguity(struct construction *c, unsigned state, struct way *one,
                             const struct way *other) {
    if (one->begins != other->begins) {
        fail_conflict(c, state, 0, "two ways that begin differently read the same octets");
    }
    unsigned chains[2] = {one->ends, other->ends};
    one->ends = settle(c, state, 0, chains, 2);
}

static void close_state(struct construction *c, unsigned state) {
    const struct automaton *a = c->automaton;
    const struct core *core = &c->cores[state];
    for (size_t i = 0; i < c->way_count; i++) {
        c->reached[c->ways[i].vertex] = NULL;
    }
    c->way_count = 0;
    size_t depth = 0;
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
        for (unsigned e = a->vertices[way.vertex].edges; e != 0; e = a->edges[e].next) {
            if (a->edges[e].kind == EDGE_EPSILON) {
                c->way_stack[depth++] = follow(c, way, &a->edges[e]);
            }
        }
    }
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

static void sort_vertices(unsigned *vertices, unsigned *count) {
    for (unsigned i = 1; i < *count; i++) {
        unsigned vertex = vertices[i], at = i;
        for (; at > 0 && vertices[at - 1] > vertex; at--) {
            vertices[at] = vertices[at - 1];
        }
        vertices[at] = vertex;
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
        abnf_fail(c->abnf, &c->abnf->rules[c->automaton->machines[machine].rule].place,
                  "the grammar needs more than %d states", MAX_STATES);
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

static bool takes(const struct construction *c, const struct edge *edge, unsigned octet) {
    switch (edge->kind) {
    case EDGE_SET:
        return octet_set_has(&edge->set, octet);
    case EDGE_CALL:
        return octet_set_has(&c->first[edge->machine], c->transducer->classes[octet]);
    case EDGE_LITERAL:
        return octet == literal_octet(edge);
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
            fail_conflict(c, step->state, step->octet, "two machines could be called");
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
        fail_conflict(c, step->state, step->octet, "too many ways differ in what ends");
    }
    step->chains[step->chain_count++] = way->ends;
}

/* No way may lose a mark that it still needs to another way's beginning. */
static void check_marks(struct construction *c, const struct step *step) {
    for (size_t i = 0; i < c->way_count; i++) {
        const struct way *way = &c->ways[i];
        uint32_t live = (UINT32_C(1) << c->automaton->vertices[way->vertex].slots) - 1;
        if ((step->begins & ~way->begins & live) == 0) {
            continue;
        }
        for (unsigned e = c->automaton->vertices[way->vertex].edges; e != 0;
             e = c->automaton->edges[e].next) {
            if (takes(c, &c->automaton->edges[e], step->octet)) {
                fail_conflict(c, step->state, step->octet,
                              "a node begins where another way has one open");
            }
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

static unsigned kind_of(struct construction *c, const struct transition_kind *kind) {
    struct transducer *t = c->transducer;
    for (size_t i = 0; i < t->kind_count; i++) {
        const struct transition_kind *known = &t->kinds[i];
        if (known->operation == kind->operation && known->machine == kind->machine &&
            known->slots == kind->slots && same_action(&known->action, &kind->action) &&
            same_action(&known->final, &kind->final)) {
            return (unsigned)i;
        }
    }
    t->kinds = arena_grow(c->arena, t->kinds, t->kind_count, &t->kind_capacity, sizeof *t->kinds);
    t->kinds[t->kind_count] = *kind;
    return (unsigned)t->kind_count++;
}

/* The most slots that are open in any of the core's vertices. */
static unsigned open_slots(const struct construction *c, const struct core *core) {
    unsigned most = 0;
    for (unsigned i = 0; i < core->count; i++) {
        unsigned slots = c->automaton->vertices[core->vertices[i]].slots;
        most = slots > most ? slots : most;
    }
    return most;
}

static void make_call(struct construction *c, struct step *step, unsigned machine,
                      struct transition_kind *kind, struct transition *transition) {
    bool caught =
        !step->literal && c->abnf->rules[c->automaton->machines[step->machine].rule].caught;
    if (step->read.count > 0 && !caught) {
        fail_conflict(c, step->state, step->octet, "a call, or an octet that is read here");
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
    unsigned chain = step->chain_count == 1
                         ? step->chains[0]
                         : settle(c, step->state, step->octet, step->chains, step->chain_count);
    kind.action = action_of(c, chain, step->begins);
    step->read.from = step->call.from = step->state;
    step->read.by = step->call.by = step->octet;
    if (step->call.count > 0) {
        make_call(c, step, machine, &kind, &transition);
    } else {
        transition.target = state_of(c, machine, &step->read);
    }
    transition.kind = kind_of(c, &kind);
    return transition;
}

static void fill_row(struct construction *c, unsigned state, struct step *step) {
    const struct automaton *a = c->automaton;
    unsigned class_count = c->transducer->class_count;
    struct transition *row = arena_take(c->arena, class_count, sizeof *row);
    for (unsigned class = 0; class < class_count; class ++) {
        step->state = state;
        step->octet = c->representative[class];
        step->read.count = step->call.count = step->chain_count = step->machine = 0;
        step->begins = 0;
        step->literal = false;
        for (size_t i = 0; i < c->way_count; i++) {
            for (unsigned e = a->vertices[c->ways[i].vertex].edges; e != 0; e = a->edges[e].next) {
                if (takes(c, &a->edges[e], step->octet)) {
                    add_to_step(c, step, &c->ways[i], &a->edges[e]);
                }
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
    for (size_t i = 0; i < c->way_count; i++) {
        for (unsigned e = a->vertices[c->ways[i].vertex].edges; e != 0; e = a->edges[e].next) {
            const struct edge *edge = &a->edges[e];
            if (edge->kind != EDGE_EPSILON) {
                path = path == 0 ? edge->path : automaton_common_path(a, path, edge->path);
            }
        }
    }
    if (path == 0 || (before != 0 && a->paths[before].depth > a->paths[path].depth)) {
        path = before;
    }
    return a->paths[path].label;
}

static void fill_state(struct construction *c, unsigned state, struct step *step) {
    unsigned machine = c->machine_of[state];
    close_state(c, state);
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
    filled->otherwise.kind = kind_of(c, &kind);
}

/* ---- ends of messages and of machines ------------------------------------------------------ */

static bool has_row(const struct construction *c, unsigned state) {
    for (unsigned class = 0; class < c->transducer->class_count; class ++) {
        if (c->transducer->states[state].row[class].target != 0) {
            return true;
        }
    }
    return false;
}

/* A message ends with the octet that completes it: the next one belongs to the next message. */
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
                fail_conflict(c, s, c->representative[class],
                              "the message is complete, or goes on");
            }
            kind.operation = OPERATION_FINISH;
            kind.final = t->kinds[target->otherwise.kind].action;
            *transition = (struct transition){.target = t->entries[c->machine_of[s]],
                                              .kind = kind_of(c, &kind)};
        }
    }
}

/* After a machine returns, these classes can be read. */
static struct octet_set *find_follow(const struct construction *c) {
    const struct transducer *t = c->transducer;
    struct octet_set *follow = arena_take(c->arena, c->automaton->machine_count, sizeof *follow);
    for (bool changed = true; changed;) {
        changed = false;
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

/* Where a machine may return it must not also go on with an octet that its caller takes. */
static void check_returns(struct construction *c) {
    const struct transducer *t = c->transducer;
    const struct octet_set *follow = find_follow(c);
    for (unsigned s = 1; s < t->state_count; s++) {
        for (unsigned class = 0; t->states[s].otherwise.kind != 0 && class < t->class_count;
             class ++) {
            if (t->states[s].row[class].target != 0 &&
                octet_set_has(&follow[c->machine_of[s]], class)) {
                fail_conflict(c, s, c->representative[class], "the machine returns, or goes on");
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
            for (unsigned inner = 1; inner < t->state_count; inner++) {
                for (unsigned k = 0; k < t->class_count; k++) {
                    if (c->machine_of[inner] == t->kinds[call->kind].machine &&
                        t->states[inner].row[k].target != 0 &&
                        (stay[k].target != call->caught || stay[k].kind != 0)) {
                        fail_conflict(c, inner, c->representative[k],
                                      "the way that goes on when this fails doesn't read this");
                    }
                }
            }
        }
    }
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void begin_construction(struct construction *c) {
    size_t vertices = c->automaton->vertex_count;
    struct transition_kind go = {.operation = OPERATION_GO};
    c->bucket_count = 1 << 16;
    c->buckets = arena_take(c->arena, c->bucket_count, sizeof *c->buckets);
    c->ways = arena_take(c->arena, vertices, sizeof *c->ways);
    c->reached = arena_take(c->arena, vertices, sizeof *c->reached);
    c->way_stack = arena_take(c->arena, c->automaton->edge_count + vertices, sizeof *c->way_stack);
    c->chains = arena_grow(c->arena, NULL, 0, &c->chain_capacity, sizeof *c->chains);
    c->chain_count = 1;
    kind_of(c, &go);
    add_state(c, 0, &(struct core){0});
    classify(c);
    find_first(c);
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
    finish_messages(&c);
    check_returns(&c);
    check_catches(&c);
    transducer_minimize(t);
}
