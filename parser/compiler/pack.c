#include "pack.h"

#include <stdlib.h>
#include <string.h>

/* A kind of transition, as the tables say it. */
struct packed_kind {
    uint16_t action, final; /* indices into actions */
    uint8_t shortcut;       /* that stands for a GO with this action; 0 for none */
    size_t uses;
};

struct packing {
    struct imap_grammar *grammar;
    const struct transducer *transducer;
    struct arena *arena;
    struct chains chains;
    struct defaults defaults;
    struct packed_kind *kinds;
    unsigned *numbers; /* of states */
    uint32_t *cells;
    size_t cell_count, cell_capacity;
    bool *taken; /* by cell: a row begins here */
    size_t taken_capacity;
    size_t first_cell; /* where to look first: rows of this size didn't fit before it */
    struct grammar_transition *transitions;
    size_t transition_count, transition_capacity;
    unsigned *transitions_to; /* by the transducer's target: the first, plus 1 */
    unsigned *next_to;        /* by transition: the next with this target, plus 1 */
    size_t next_capacity;
    uint16_t *actions;
    size_t action_count, action_capacity;
    struct grammar_state_rule *state_rules;
    size_t state_rule_count;
};

static _Noreturn void fail(const struct packing *p, const char *what, size_t limit) {
    struct abnf *abnf = p->transducer->automaton->abnf;
    abnf_fail(abnf, &abnf->text, "the grammar needs more than %zu %s", limit, what);
}

/* ---- actions ------------------------------------------------------------------------------- */

static void add_action_word(struct packing *p, unsigned word) {
    p->actions =
        arena_grow(p->arena, p->actions, p->action_count, &p->action_capacity, sizeof *p->actions);
    p->actions[p->action_count++] = (uint16_t)word;
    if (p->action_count > UINT16_MAX) {
        fail(p, "words of actions", UINT16_MAX);
    }
}

static bool is_number(const struct packing *p, unsigned label) {
    return (label & LABEL_EXTENSION) == 0 &&
           p->transducer->automaton->abnf->rules[label].highest != 0;
}

/* Is an end more than that of a node? */
static bool is_special(const struct packing *p, const struct action *action) {
    for (unsigned i = 0; i < action->end_count; i++) {
        unsigned label = action->ends[i].label;
        if ((label & LABEL_EXTENSION) != 0 || is_number(p, label)) {
            return true;
        }
    }
    return false;
}

/* The index of an action; 0 is the empty one. */
static uint16_t add_action(struct packing *p, const struct action *action) {
    unsigned begins = 0;
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++) {
        begins += action->begins >> slot & 1;
    }
    size_t index = p->action_count;
    if (action->end_count + begins == 0 && index > 0) {
        return 0;
    }
    add_action_word(p, action->end_count | (is_special(p, action) ? 0x80U : 0) | begins << 8);
    for (unsigned i = 0; i < action->end_count; i++) {
        add_action_word(p, action->ends[i].label | action->ends[i].slot << 12);
    }
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++) {
        if (action->begins >> slot & 1) {
            add_action_word(p, slot);
        }
    }
    return (uint16_t)index;
}

/* The same list of ends and begins is stored once. */
static uint16_t action_index(struct packing *p, const struct action *action) {
    size_t count = p->action_count;
    uint16_t added = add_action(p, action);
    size_t size = p->action_count - count;
    for (size_t i = 0; size > 0 && i + size <= count; i++) {
        if (memcmp(p->actions + i, p->actions + added, size * sizeof *p->actions) == 0) {
            p->action_count = count;
            return (uint16_t)i;
        }
    }
    return added;
}

static void count_uses(struct packing *p) {
    const struct transducer *t = p->transducer;
    for (unsigned s = 1; s < t->state_count; s++) {
        for (unsigned class = 0; class < t->class_count; class ++) {
            bool own =
                t->states[s].row[class].target != 0 && p->chains.places[s] == 0 &&
                (class == p->defaults.rows[s].class || !defaults_take(&p->defaults, t, s, class));
            p->kinds[t->states[s].row[class].kind].uses += own;
        }
    }
}

/* Does the action only begin nodes, at most two? Then *begin is it. */
static bool only_begins(const struct action *action, struct grammar_begin *begin) {
    unsigned slots[MAX_SLOTS] = {NO_SLOT, NO_SLOT}, count = 0;
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++) {
        if (action->begins >> slot & 1) {
            slots[count++] = slot;
        }
    }
    *begin = (struct grammar_begin){(uint8_t)slots[0], (uint8_t)slots[1]};
    return action->end_count == 0 && count <= 2;
}

/* How much there is to do. */
enum effort { ONLY_BEGINS, ONLY_ENDS, NUMBER_ENDS, MORE_EFFORT };

static enum effort effort_of(const struct packing *p, const struct action *action) {
    struct grammar_begin begin;
    if (only_begins(action, &begin)) {
        return ONLY_BEGINS;
    }
    if (action->begins != 0) {
        return MORE_EFFORT;
    }
    struct action rest = {.ends = action->ends + 1, .end_count = action->end_count - 1};
    bool number = is_number(p, action->ends->label);
    return !is_special(p, action)            ? ONLY_ENDS
           : number && !is_special(p, &rest) ? NUMBER_ENDS
                                             : MORE_EFFORT;
}

/* Does the action end nothing of an extension? Then it is met more often. */
static bool is_basic(const struct packing *p, const struct action *action) {
    for (unsigned i = 0; i < action->end_count; i++) {
        unsigned label = action->ends[i].label;
        if ((label & LABEL_EXTENSION) != 0 ||
            p->transducer->automaton->abnf->rules[label].extension != 0) {
            return false;
        }
    }
    return true;
}

/* Of the actions that have no shortcut yet, the one that most cells have, basic ones first; 0 if
 * there is none. */
static size_t most_used(const struct packing *p, enum effort effort) {
    size_t most = 0;
    bool most_is_basic = false;
    for (size_t i = 1; i < p->transducer->kind_count; i++) {
        const struct transition_kind *kind = &p->transducer->kinds[i];
        bool fits = kind->operation == OPERATION_GO && p->kinds[i].shortcut == 0 &&
                    p->kinds[i].uses > 0 && effort_of(p, &kind->action) == effort;
        bool basic = is_basic(p, &kind->action);
        bool better = most == 0 || basic > most_is_basic ||
                      (basic == most_is_basic && p->kinds[i].uses > p->kinds[most].uses);
        if (fits && better) {
            most = i;
            most_is_basic = basic;
        }
    }
    return most;
}

/* The shortcuts from `first` up to `limit` are the actions of this effort that most cells have. */
static void choose_shortcuts(struct packing *p, enum effort effort, unsigned first,
                             unsigned limit) {
    size_t i = most_used(p, effort);
    for (unsigned shortcut = first; i != 0 && shortcut < limit; shortcut++) {
        p->kinds[i].shortcut = (uint8_t)shortcut;
        p->grammar->shortcuts[shortcut] = p->kinds[i].action;
        if (effort == ONLY_BEGINS) {
            only_begins(&p->transducer->kinds[i].action, &p->grammar->begins[shortcut]);
        }
        i = most_used(p, effort);
    }
}

static void pack_actions(struct packing *p) {
    const struct transducer *t = p->transducer;
    p->kinds = arena_take(p->arena, t->kind_count, sizeof *p->kinds);
    add_action(p, &(struct action){0});
    for (size_t i = 0; i < t->kind_count; i++) {
        p->kinds[i].action = action_index(p, &t->kinds[i].action);
        p->kinds[i].final = action_index(p, &t->kinds[i].final);
    }
    count_uses(p);
    only_begins(&(struct action){0}, &p->grammar->begins[0]);
    choose_shortcuts(p, ONLY_BEGINS, 1, FIRST_ENDS);
    choose_shortcuts(p, ONLY_ENDS, FIRST_ENDS, FIRST_NUMBERS);
    choose_shortcuts(p, NUMBER_ENDS, FIRST_NUMBERS, FIRST_OTHERS);
    choose_shortcuts(p, MORE_EFFORT, FIRST_OTHERS, CELL_TRANSITION);
}

/* ---- transitions --------------------------------------------------------------------------- */

static bool same_packing(const struct grammar_transition *one,
                         const struct grammar_transition *other) {
    return one->target == other->target && one->caught == other->caught &&
           one->entry == other->entry && one->action == other->action &&
           one->final == other->final && one->operation == other->operation &&
           one->slots == other->slots && one->binary == other->binary;
}

static struct grammar_transition pack_transition(const struct packing *p,
                                                 const struct transition *transition) {
    const struct transducer *t = p->transducer;
    const struct transition_kind *kind = &t->kinds[transition->kind];
    bool call = kind->operation == OPERATION_CALL || kind->operation == OPERATION_CATCH;
    return (struct grammar_transition){
        .target = (uint16_t)p->numbers[transition->target],
        .caught = (uint16_t)p->numbers[transition->caught],
        .entry = (uint16_t)(call ? p->numbers[t->entries[kind->machine]] : 0),
        .action = p->kinds[transition->kind].action,
        .final = p->kinds[transition->kind].final,
        .operation = (uint8_t)kind->operation,
        .slots = (uint8_t)kind->slots,
        .binary = kind->operation == OPERATION_LITERAL && kind->machine == 1,
    };
}

static unsigned transition_index(struct packing *p, const struct transition *transition) {
    struct grammar_transition packed = pack_transition(p, transition);
    unsigned *first = &p->transitions_to[transition->target];
    for (unsigned i = *first; i != 0; i = p->next_to[i - 1]) {
        if (same_packing(&p->transitions[i - 1], &packed)) {
            return i - 1;
        }
    }
    size_t index = p->transition_count++;
    p->transitions = arena_grow(p->arena, p->transitions, index, &p->transition_capacity,
                                sizeof *p->transitions);
    p->next_to = arena_grow(p->arena, p->next_to, index, &p->next_capacity, sizeof *p->next_to);
    if (index > UINT16_MAX) {
        fail(p, "transitions", UINT16_MAX);
    }
    p->transitions[index] = packed;
    p->next_to[index] = *first;
    *first = (unsigned)index + 1;
    return (unsigned)index;
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* Does the state need a cell of its own for the class? */
static bool has_cell(const struct packing *p, unsigned state, unsigned class) {
    return p->transducer->states[state].row[class].target != 0 &&
           !defaults_take(&p->defaults, p->transducer, state, class);
}

static unsigned row_size(const struct packing *p, unsigned state) {
    unsigned size = p->transducer->states[state].otherwise.kind != 0;
    for (unsigned class = 0; class < p->transducer->class_count; class ++) {
        size += has_cell(p, state, class);
    }
    return size;
}

/* Makes sure that a row at `base` lies within the arrays. */
static void reserve(struct packing *p, size_t base) {
    size_t end = base + FIRST_CLASS + p->transducer->class_count;
    if (end > FIRST_CHAIN) {
        fail(p, "cells", FIRST_CHAIN);
    }
    while (p->cell_count < end) {
        p->cells =
            arena_grow(p->arena, p->cells, p->cell_count, &p->cell_capacity, sizeof *p->cells);
        p->taken =
            arena_grow(p->arena, p->taken, p->cell_count, &p->taken_capacity, sizeof *p->taken);
        p->taken[p->cell_count] = false;
        p->cells[p->cell_count++] = CELL_EMPTY;
    }
}

static bool fits(struct packing *p, const unsigned *offsets, unsigned count, size_t base) {
    reserve(p, base);
    for (unsigned i = 0; i < count; i++) {
        if (p->taken[base + offsets[i]]) {
            return false;
        }
    }
    return true;
}

static void place_row(struct packing *p, unsigned state) {
    unsigned offsets[FIRST_CLASS + 256], count = 0;
    offsets[count++] = 0;
    if (p->transducer->states[state].otherwise.kind != 0) {
        offsets[count++] = CLASS_RETURN;
    }
    for (unsigned class = 0; class < p->transducer->class_count; class ++) {
        if (has_cell(p, state, class)) {
            offsets[count++] = FIRST_CLASS + class;
        }
    }
    size_t base = p->first_cell;
    while (!fits(p, offsets, count, base)) {
        base++;
    }
    p->first_cell = base;
    p->numbers[state] = (unsigned)base;
    for (unsigned i = 0; i < count; i++) {
        p->taken[base + offsets[i]] = true;
    }
}

static uint32_t cell(struct packing *p, unsigned class, const struct transition *transition) {
    bool go = p->transducer->kinds[transition->kind].operation == OPERATION_GO;
    unsigned shortcut = p->kinds[transition->kind].shortcut;
    if (go && (transition->kind == 0 || shortcut != 0)) {
        return CELL(class, shortcut, p->numbers[transition->target]);
    }
    return CELL(class, CELL_TRANSITION, transition_index(p, transition));
}

static void fill_row(struct packing *p, unsigned state) {
    const struct state *row = &p->transducer->states[state];
    const struct row_default *standard = &p->defaults.rows[state];
    uint32_t *cells = p->cells + p->numbers[state];
    cells[0] = standard->set == 0
                   ? CELL(DEFAULT_SETS, 0, 0)
                   : cell(p, DEFAULT_SETS + standard->set, &row->row[standard->class]);
    if (row->otherwise.kind != 0) {
        cells[CLASS_RETURN] = cell(p, CLASS_RETURN, &row->otherwise);
    }
    for (unsigned class = 0; class < p->transducer->class_count; class ++) {
        if (has_cell(p, state, class)) {
            cells[FIRST_CLASS + class] = cell(p, FIRST_CLASS + class, &row->row[class]);
        }
    }
}

/* ---- states -------------------------------------------------------------------------------- */

/* Full rows first: what is sparse fits between. Among those of a size, rules stay together. */
static void place_rows(struct packing *p) {
    const struct transducer *t = p->transducer;
    size_t sizes = t->class_count + 2, rules = t->automaton->abnf->rule_count;
    unsigned *first = arena_take(p->arena, sizes * rules, sizeof *first); /* state */
    unsigned *next = arena_take(p->arena, t->state_count, sizeof *next);
    for (unsigned s = (unsigned)t->state_count; s-- > 1;) {
        if (p->chains.places[s] == 0) {
            unsigned *list = &first[row_size(p, s) * rules + t->states[s].rule];
            next[s] = *list;
            *list = s;
        }
    }
    for (size_t size = sizes; size-- > 0;) {
        p->first_cell = 1;
        for (size_t rule = 0; rule < rules; rule++) {
            for (unsigned s = first[size * rules + rule]; s != 0; s = next[s]) {
                place_row(p, s);
            }
        }
    }
}

static void number_chains(struct packing *p) {
    if (p->chains.count > (MAX_STATE - FIRST_CHAIN) / CHAIN_TEXT) {
        fail(p, "chains", (MAX_STATE - FIRST_CHAIN) / CHAIN_TEXT);
    }
    for (unsigned s = 1; s < p->transducer->state_count; s++) {
        if (p->chains.places[s] != 0) {
            p->numbers[s] = FIRST_CHAIN + p->chains.places[s] - 1;
        }
    }
}

static void fill_chains(struct packing *p) {
    for (size_t i = 0; i < p->chains.count; i++) {
        p->chains.items[i].target = (uint16_t)p->numbers[p->chains.targets[i]];
    }
}

static int by_state(const void *one, const void *other) {
    uint32_t a = ((const struct grammar_state_rule *)one)->state;
    uint32_t b = ((const struct grammar_state_rule *)other)->state;
    return (a > b) - (a < b);
}

static void list_state_rules(struct packing *p) {
    const struct transducer *t = p->transducer;
    size_t count = t->state_count - 1, kept = 0;
    struct grammar_state_rule *rules = arena_take(p->arena, count, sizeof *rules);
    for (unsigned s = 1; s < t->state_count; s++) {
        rules[s - 1] = (struct grammar_state_rule){.state = (uint16_t)p->numbers[s],
                                                   .rule = (imap_rule)t->states[s].rule};
    }
    qsort(rules, count, sizeof *rules, by_state);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || rules[kept - 1].rule != rules[i].rule) {
            rules[kept++] = rules[i];
        }
    }
    p->state_rules = rules;
    p->state_rule_count = kept;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void fill_grammar(const struct packing *p) {
    struct imap_grammar *grammar = p->grammar;
    for (unsigned octet = 0; octet < 256; octet++) {
        grammar->classes[octet] = (uint8_t)(FIRST_CLASS + p->transducer->classes[octet]);
    }
    for (unsigned class = 0; class < p->transducer->class_count; class ++) {
        for (unsigned set = 0; set < p->defaults.set_count; set++) {
            uint64_t has = octet_set_has(&p->defaults.sets[set], class);
            grammar->defaults[FIRST_CLASS + class] |= has << set;
        }
    }
    grammar->cells = p->cells;
    grammar->cell_count = (uint32_t)p->cell_count;
    grammar->chains = p->chains.items;
    grammar->chain_count = (uint32_t)p->chains.count;
    grammar->transitions = p->transitions;
    grammar->transition_count = (uint32_t)p->transition_count;
    grammar->actions = p->actions;
    grammar->action_count = (uint16_t)p->action_count;
    grammar->state_rules = p->state_rules;
    grammar->state_rule_count = (uint32_t)p->state_rule_count;
    grammar->state_count = (uint32_t)p->transducer->state_count - 1;
}

const unsigned *pack(struct imap_grammar *grammar, const struct transducer *t) {
    struct packing p = {.grammar = grammar, .transducer = t, .arena = t->automaton->abnf->arena};
    if (FIRST_CLASS + t->class_count > DEFAULT_SETS) {
        fail(&p, "octet classes", DEFAULT_SETS - FIRST_CLASS);
    }
    p.numbers = arena_take(p.arena, t->state_count, sizeof *p.numbers);
    p.transitions_to = arena_take(p.arena, t->state_count, sizeof *p.transitions_to);
    chains_find(&p.chains, t);
    defaults_choose(&p.defaults, t, &p.chains);
    pack_actions(&p);
    place_rows(&p);
    number_chains(&p);
    for (unsigned s = 1; s < t->state_count; s++) {
        if (p.chains.places[s] == 0) {
            fill_row(&p, s);
        }
    }
    fill_chains(&p);
    list_state_rules(&p);
    fill_grammar(&p);
    return p.numbers;
}
