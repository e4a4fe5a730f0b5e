#include "automaton.h"

#include <ctype.h>
#include <string.h>

enum {
    MAX_DEPTH = 1500,        /* groups and rules within each other, in line */
    MAX_VERTICES = 1 << 20,  /* of the automaton */
    MAX_EXCLUDED_LENGTH = 64 /* characters of a word taken out by "-" */
};

/* Where in the rules the construction is. */
struct position {
    unsigned path;
    unsigned slots;     /* open nodes */
    bool in_leaf;       /* rules within make no nodes */
    bool in_use;        /* within a word that makes use of an extension */
    unsigned extension; /* that the next word makes use of, 0 for none */
    unsigned depth;     /* of the recursion */
    const struct abnf_place *place;
};

static void build(struct automaton *, const struct expression *, unsigned from, unsigned to,
                  struct position);

static unsigned add_vertex(struct automaton *a, struct position at) {
    if (a->vertex_count >= MAX_VERTICES) {
        abnf_fail(a->abnf, at.place, "the grammar needs more than %d vertices", MAX_VERTICES);
    }
    a->vertices = arena_grow(a->abnf->arena, a->vertices, a->vertex_count, &a->vertex_capacity,
                             sizeof *a->vertices);
    a->vertices[a->vertex_count] = (struct vertex){
        .live = ((UINT32_C(1) << at.slots) - 1) | (at.in_use ? UINT32_C(1) << EXTENSION_SLOT : 0)};
    return (unsigned)a->vertex_count++;
}

/* Edges keep the order in which they are added: the grammar's. */
static void add_edge(struct automaton *a, unsigned from, struct edge edge) {
    a->edges =
        arena_grow(a->abnf->arena, a->edges, a->edge_count, &a->edge_capacity, sizeof *a->edges);
    struct vertex *vertex = &a->vertices[from];
    *(vertex->edges == 0 ? &vertex->edges : &a->edges[vertex->last].next) = (unsigned)a->edge_count;
    vertex->last = (unsigned)a->edge_count;
    a->edges[a->edge_count++] = edge;
}

static void add_epsilon(struct automaton *a, unsigned from, unsigned to) {
    add_edge(a, from, (struct edge){.kind = EDGE_EPSILON, .target = to});
}

static void add_set(struct automaton *a, unsigned from, unsigned to, struct octet_set set,
                    struct position at) {
    add_edge(a, from,
             (struct edge){
                 .kind = EDGE_SET, .target = to, .set = set, .path = at.path, .place = at.place});
}

static struct octet_set character_set(char character, bool case_sensitive) {
    struct octet_set set = {{0}};
    unsigned char octet = (unsigned char)character;
    octet_set_add(&set, octet);
    if (!case_sensitive) {
        octet_set_add(&set, (unsigned)toupper(octet));
        octet_set_add(&set, (unsigned)tolower(octet));
    }
    return set;
}

static void build_string(struct automaton *a, const struct expression *string, unsigned from,
                         unsigned to, struct position at) {
    if (string->text[0] == '\0') {
        add_epsilon(a, from, to);
        return;
    }
    for (const char *character = string->text; *character != '\0'; character++) {
        unsigned next = character[1] == '\0' ? to : add_vertex(a, at);
        add_set(a, from, next, character_set(*character, string->case_sensitive), at);
        from = next;
    }
}

/* Does a word with a letter begin here? */
static bool begins_with_word(const struct abnf *abnf, const struct expression *expression,
                             unsigned depth) {
    while (expression->kind == EXPRESSION_REFERENCE && depth++ < MAX_DEPTH) {
        expression = abnf->rules[expression->rule].definition;
    }
    switch (expression->kind) {
    case EXPRESSION_STRING:
        return isalpha((unsigned char)expression->text[0]) != 0;
    case EXPRESSION_SEQUENCE:
    case EXPRESSION_ALTERNATION:
    case EXPRESSION_REPETITION:
        return depth < MAX_DEPTH && begins_with_word(abnf, expression->parts, depth + 1);
    default:
        return false;
    }
}

/* The part of a sequence that shows that an extension is made use of: one that must be there,
 * better a word than a space or a parenthesis. */
static const struct expression *telling_part(const struct abnf *abnf,
                                             const struct expression *sequence) {
    const struct expression *telling = NULL;
    for (const struct expression *part = sequence->parts; part != NULL; part = part->next) {
        if (abnf_nullable(abnf, part)) {
            continue;
        }
        if (begins_with_word(abnf, part, 0)) {
            return part;
        }
        telling = telling == NULL ? part : telling;
    }
    return telling == NULL ? sequence->parts : telling;
}

static void build_sequence(struct automaton *a, const struct expression *sequence, unsigned from,
                           unsigned to, struct position at) {
    unsigned extension = at.extension;
    const struct expression *telling =
        extension != 0 ? telling_part(a->abnf, sequence) : sequence->parts;
    for (const struct expression *part = sequence->parts; part != NULL; part = part->next) {
        unsigned next = part->next == NULL ? to : add_vertex(a, at);
        at.extension = part == telling ? extension : 0;
        build(a, part, from, next, at);
        from = next;
    }
}

static void build_alternation(struct automaton *a, const struct expression *alternation,
                              unsigned from, unsigned to, struct position at) {
    for (const struct expression *part = alternation->parts; part != NULL; part = part->next) {
        unsigned start = add_vertex(a, at), end = add_vertex(a, at);
        add_epsilon(a, from, start);
        build(a, part, start, end, at);
        add_epsilon(a, end, to);
    }
}

/* One or more: one copy, so that every round ends in the same vertex. */
static void build_loop(struct automaton *a, const struct expression *part, unsigned from,
                       unsigned to, struct position at) {
    unsigned start = add_vertex(a, at), end = add_vertex(a, at);
    add_epsilon(a, from, start);
    build(a, part, start, end, at);
    add_epsilon(a, end, start);
    add_epsilon(a, end, to);
}

static void build_repetition(struct automaton *a, const struct expression *repetition,
                             unsigned from, unsigned to, struct position at) {
    if (repetition->low == 1 && repetition->high == ABNF_UNBOUNDED && at.extension == 0) {
        build_loop(a, repetition->parts, from, to, at);
        return;
    }
    for (uint32_t i = 0; i < repetition->low; i++) {
        unsigned next = add_vertex(a, at);
        build(a, repetition->parts, from, next, at);
        from = next;
        at.extension = 0;
    }
    if (repetition->high == ABNF_UNBOUNDED) {
        unsigned loop = from;
        if (repetition->low == 0) {
            loop = add_vertex(a, at);
            add_epsilon(a, from, loop);
        }
        build(a, repetition->parts, loop, loop, at);
        add_epsilon(a, loop, to);
        return;
    }
    for (uint32_t i = repetition->low; i < repetition->high; i++) {
        unsigned next = add_vertex(a, at);
        add_epsilon(a, from, to);
        build(a, repetition->parts, from, next, at);
        from = next;
    }
    add_epsilon(a, from, to);
}

/* ---- differences: a trie of the words that are taken out ------------------------------------- */

struct difference {
    struct automaton *automaton;
    struct position at;
    const struct expression *item; /* what is repeated */
    unsigned loop;                 /* the vertex once the text is none of the words any more */
    struct trie_node *root;
};

struct trie_node {
    struct trie_node *children, *next;
    unsigned vertex;
    char letter; /* in lower case */
    bool word;   /* ends here */
};

static struct trie_node *new_trie_node(struct difference *d, char letter) {
    struct trie_node *node = arena_take(d->automaton->abnf->arena, 1, sizeof *node);
    node->letter = letter;
    node->vertex = add_vertex(d->automaton, d->at);
    return node;
}

static void exclude_word(struct difference *d, const struct expression *word) {
    struct trie_node *node = d->root;
    if (strlen(word->text) > MAX_EXCLUDED_LENGTH) {
        abnf_fail(d->automaton->abnf, &word->place, "a word is over %d characters",
                  MAX_EXCLUDED_LENGTH);
    }
    for (const char *character = word->text; *character != '\0'; character++) {
        char letter = (char)tolower((unsigned char)*character);
        struct trie_node **link = &node->children;
        while (*link != NULL && (*link)->letter != letter) {
            link = &(*link)->next;
        }
        if (*link == NULL) {
            *link = new_trie_node(d, letter);
        }
        node = *link;
    }
    node->word = true;
}

/* A word that the item can't read needs no taking out. */
static bool reads_word(const struct difference *d, const struct expression *word) {
    struct octet_set octets;
    bool known = abnf_expression_octets(d->automaton->abnf, d->item, &octets);
    for (const char *character = word->text; known && *character != '\0'; character++) {
        if (!octet_set_has(&octets, (unsigned char)*character)) {
            return false;
        }
    }
    return true;
}

static void exclude_first_word(void *difference, const struct expression *word) {
    if (reads_word(difference, word)) {
        exclude_word(difference, word);
    }
}

/* From this vertex, one more item that is none of the letters leads to the loop. */
static void build_departure(struct difference *d, const struct trie_node *node) {
    struct automaton *a = d->automaton;
    struct octet_set letters = {{0}};
    for (const struct trie_node *child = node->children; child != NULL; child = child->next) {
        struct octet_set letter = character_set(child->letter, false);
        add_set(a, node->vertex, child->vertex, letter, d->at);
        for (unsigned i = 0; i < 4; i++) {
            letters.bits[i] |= letter.bits[i];
        }
    }
    struct expression copy = *d->item;
    const struct expression *parts = &copy;
    copy.next = NULL;
    if (d->item->kind == EXPRESSION_REFERENCE) {
        const struct expression *definition = a->abnf->rules[d->item->rule].definition;
        parts = definition->kind == EXPRESSION_ALTERNATION ? definition->parts : definition;
    }
    for (; parts != NULL; parts = parts->next) {
        struct octet_set rest;
        if (!abnf_expression_octets(a->abnf, parts, &rest)) {
            build(a, parts, node->vertex, d->loop, d->at);
            continue;
        }
        for (unsigned i = 0; i < 4; i++) {
            rest.bits[i] &= ~letters.bits[i];
        }
        add_set(a, node->vertex, d->loop, rest, d->at);
    }
}

/* The trie is as deep as the longest word, so this recursion is bounded. */
static void build_trie(struct difference *d, const struct trie_node *node, unsigned to,
                       bool may_end) {
    if (may_end && !node->word) {
        add_epsilon(d->automaton, node->vertex, to);
    }
    build_departure(d, node);
    for (const struct trie_node *child = node->children; child != NULL; child = child->next) {
        build_trie(d, child, to, true);
    }
}

static void build_difference(struct automaton *a, const struct expression *difference,
                             unsigned from, unsigned to, struct position at) {
    struct difference d = {
        .automaton = a, .at = at, .item = difference->parts->parts, .loop = add_vertex(a, at)};
    d.root = new_trie_node(&d, '\0');
    if (difference->text != NULL &&
        !abnf_first_words(a->abnf, difference->rule, exclude_first_word, &d)) {
        abnf_fail(a->abnf, &difference->place, "rules refer to each other endlessly");
    }
    for (const struct expression *word = difference->parts->next; word != NULL; word = word->next) {
        exclude_word(&d, word);
    }
    add_epsilon(a, from, d.root->vertex);
    build_trie(&d, d.root, to, difference->parts->low == 0);
    build(a, d.item, d.loop, d.loop, at);
    add_epsilon(a, d.loop, to);
}

/* ---- references ---------------------------------------------------------------------------- */

static unsigned find_machine(struct automaton *a, unsigned rule) {
    abnf_work(a->abnf, a->machine_count);
    for (unsigned i = (unsigned)a->abnf->root_count + 1; i < a->machine_count; i++) {
        if (a->machines[i].rule == rule) {
            return i;
        }
    }
    a->machines = arena_grow(a->abnf->arena, a->machines, a->machine_count, &a->machine_capacity,
                             sizeof *a->machines);
    a->machines[a->machine_count] = (struct machine){.rule = rule};
    return (unsigned)a->machine_count++;
}

static bool is_on_path(const struct automaton *a, unsigned path, unsigned rule) {
    for (; path != 0; path = a->paths[path].parent) {
        if (a->paths[path].rule == rule) {
            return true;
        }
    }
    return false;
}

static unsigned add_path(struct automaton *a, unsigned parent, unsigned rule) {
    a->paths =
        arena_grow(a->abnf->arena, a->paths, a->path_count, &a->path_capacity, sizeof *a->paths);
    a->paths[a->path_count] = (struct path){.parent = parent,
                                            .rule = rule,
                                            .label = a->abnf->rules[rule].label,
                                            .depth = parent == 0 ? 0 : a->paths[parent].depth + 1};
    return (unsigned)a->path_count++;
}

/* Puts a beginning after `from` and an end before `to`; what lies between is built next. */
static void add_marks(struct automaton *a, unsigned *from, unsigned *to, struct position within,
                      unsigned slot, unsigned label) {
    unsigned start = add_vertex(a, within), end = add_vertex(a, within);
    add_edge(a, *from,
             (struct edge){
                 .action = ACTION_BEGIN, .slot = slot, .target = start, .place = within.place});
    add_edge(a, end,
             (struct edge){.action = ACTION_END,
                           .label = label,
                           .slot = slot,
                           .target = *to,
                           .place = within.place});
    *from = start;
    *to = end;
}

/* What the rule is made of, within its node if it makes one. */
static void build_rule(struct automaton *a, unsigned number, unsigned from, unsigned to,
                       struct position at) {
    const struct abnf_rule *rule = &a->abnf->rules[number];
    bool transparent = rule->node == RULE_TRANSPARENT || at.in_leaf;
    struct octet_set octets;
    if (transparent && abnf_octets(a->abnf, number, &octets)) {
        add_set(a, from, to, octets, at);
        return;
    }
    bool literal = rule->linkage == LINK_LITERAL || rule->linkage == LINK_LITERAL8;
    if (!rule->core && !at.in_leaf && !literal) {
        at.path = add_path(a, at.path, number);
    }
    if (!transparent) {
        if (at.slots == EXTENSION_SLOT) {
            abnf_fail(a->abnf, &rule->place, "more than %d nodes within each other",
                      EXTENSION_SLOT);
        }
        struct position within = at;
        within.slots++;
        within.in_leaf = rule->node == RULE_LEAF;
        add_marks(a, &from, &to, within, at.slots, rule->label);
        at = within;
    }
    if (literal) {
        add_edge(a, from,
                 (struct edge){.kind = EDGE_LITERAL,
                               .target = to,
                               .machine = rule->linkage == LINK_LITERAL8,
                               .path = add_path(a, at.path, number),
                               .place = at.place});
        return;
    }
    build(a, rule->definition, from, to, at);
}

static void build_reference(struct automaton *a, const struct expression *reference, unsigned from,
                            unsigned to, struct position at) {
    const struct abnf_rule *rule = &a->abnf->rules[reference->rule];
    bool within_itself = is_on_path(a, at.path, reference->rule);
    if (rule->linkage == LINK_CALL || (rule->linkage == LINK_NESTED && within_itself)) {
        add_edge(a, from,
                 (struct edge){.kind = EDGE_CALL,
                               .target = to,
                               .machine = find_machine(a, reference->rule),
                               .path = add_path(a, at.path, reference->rule),
                               .place = at.place});
        return;
    }
    if (within_itself) {
        abnf_fail(a->abnf, &reference->place, "%s refers to itself: it needs @call or @nested",
                  rule->name);
    }
    build_rule(a, reference->rule, from, to, at);
}

/* Can the use of an extension be shown further in? Otherwise the whole expression shows it. */
static bool shows_use_within(const struct automaton *a, const struct expression *expression) {
    struct octet_set octets;
    switch (expression->kind) {
    case EXPRESSION_SEQUENCE:
    case EXPRESSION_ALTERNATION:
        return true;
    case EXPRESSION_REPETITION:
        return expression->low > 0;
    case EXPRESSION_REFERENCE:
        return a->abnf->rules[expression->rule].linkage == LINK_INLINE &&
               !abnf_octets(a->abnf, expression->rule, &octets);
    default:
        return false;
    }
}

static void build(struct automaton *a, const struct expression *expression, unsigned from,
                  unsigned to, struct position at) {
    if (++at.depth > MAX_DEPTH) {
        abnf_fail(a->abnf, &expression->place, "more than %d rules within each other", MAX_DEPTH);
    }
    if (expression->place.text >= at.place->text) {
        at.place = &expression->place;
    }
    if (expression->extension != 0) {
        at.extension = expression->extension;
    }
    if (at.extension != 0 && !shows_use_within(a, expression)) {
        unsigned label = LABEL_EXTENSION | at.extension;
        at.extension = 0;
        at.in_use = true;
        add_marks(a, &from, &to, at, EXTENSION_SLOT, label);
    }
    switch (expression->kind) {
    case EXPRESSION_SET:
        add_set(a, from, to, expression->set, at);
        return;
    case EXPRESSION_STRING:
        build_string(a, expression, from, to, at);
        return;
    case EXPRESSION_SEQUENCE:
        build_sequence(a, expression, from, to, at);
        return;
    case EXPRESSION_ALTERNATION:
        build_alternation(a, expression, from, to, at);
        return;
    case EXPRESSION_REPETITION:
        build_repetition(a, expression, from, to, at);
        return;
    case EXPRESSION_REFERENCE:
        build_reference(a, expression, from, to, at);
        return;
    case EXPRESSION_DIFFERENCE:
        build_difference(a, expression, from, to, at);
        return;
    case EXPRESSION_PROSE:
        abnf_fail(a->abnf, &expression->place, "prose <%s> must be replaced by octets",
                  expression->text);
    }
}

void automaton_build(struct automaton *a, struct abnf *abnf) {
    struct arena *arena = abnf->arena;
    *a = (struct automaton){.abnf = abnf};
    a->vertices = arena_grow(arena, NULL, 0, &a->vertex_capacity, sizeof *a->vertices);
    a->edges = arena_grow(arena, NULL, 0, &a->edge_capacity, sizeof *a->edges);
    a->paths = arena_grow(arena, NULL, 0, &a->path_capacity, sizeof *a->paths);
    a->machines = arena_grow(arena, NULL, 0, &a->machine_capacity, sizeof *a->machines);
    a->vertex_count = a->edge_count = a->path_count = a->machine_count = 1;
    for (size_t i = 0; i < abnf->root_count; i++) {
        a->machines = arena_grow(arena, a->machines, a->machine_count, &a->machine_capacity,
                                 sizeof *a->machines);
        a->machines[a->machine_count++] = (struct machine){.rule = abnf->roots[i].rule};
    }
    /* Machines are found as they are called: the count grows while they are built. */
    for (size_t i = 1; i < a->machine_count; i++) {
        struct position at = {.place = &abnf->rules[a->machines[i].rule].place};
        unsigned start = add_vertex(a, at), end = add_vertex(a, at);
        a->machines[i].start = start;
        a->machines[i].end = end;
        build_rule(a, a->machines[i].rule, start, end, at);
    }
}

unsigned automaton_common_path(const struct automaton *a, unsigned one, unsigned other) {
    while (one != other) {
        if (one != 0 && (other == 0 || a->paths[one].depth >= a->paths[other].depth)) {
            one = a->paths[one].parent;
        } else {
            other = a->paths[other].parent;
        }
    }
    return one;
}
