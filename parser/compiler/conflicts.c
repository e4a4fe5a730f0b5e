/* Conflicts: the list of those that are settled, and how one is told. */
#include <stdio.h>
#include <string.h>

#include "construction.h"

enum {
    MAX_WAYS_TEXT = 160,  /* characters of a conflict's text */
    MAX_TRAIL_TEXT = 80,  /* of the example that leads to it */
    MAX_WHERE_TEXT = 256, /* of the state and the octet that it is about */
    MAX_PLACE_TEXT = 128, /* of the place of one of its ways */
    UNSETTLED = 8         /* more than there are ways */
};

/* ---- the list: lines `WAYS -> WINNER ; reason` ---------------------------------------------- */

static const char *trim(struct arena *arena, const char *text, size_t length) {
    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    return arena_text(arena, text, length);
}

static const char *find(const char *text, size_t length, const char *sought) {
    size_t size = strlen(sought);
    for (size_t i = 0; i + size <= length; i++) {
        if (memcmp(text + i, sought, size) == 0) {
            return text + i;
        }
    }
    return NULL;
}

static void read_conflict(struct settled_conflicts *conflicts, struct abnf *abnf,
                          struct abnf_place place, const char *line, size_t length) {
    const char *arrow = find(line, length, "->");
    const char *reason = find(line, length, ";");
    if (arrow == NULL || reason == NULL || reason < arrow) {
        abnf_fail(abnf, &place, "expected WAYS -> WINNER ; reason");
    }
    const char *winner = arrow + strlen("->");
    struct settled_conflict conflict = {
        .ways = trim(abnf->arena, line, (size_t)(arrow - line)),
        .winner = trim(abnf->arena, winner, (size_t)(reason - winner)),
        .reason = trim(abnf->arena, reason + 1, length - (size_t)(reason + 1 - line)),
        .place = place};
    conflicts->items = arena_grow(abnf->arena, conflicts->items, conflicts->count,
                                  &conflicts->capacity, sizeof *conflicts->items);
    conflicts->items[conflicts->count++] = conflict;
}

void conflicts_read(struct settled_conflicts *conflicts, struct abnf *abnf, const char *file,
                    const char *text, size_t size) {
    struct abnf_place place = {.file = file, .line = 1, .column = 1};
    for (size_t at = 0; at < size; place.line++) {
        const char *newline = memchr(text + at, '\n', size - at);
        size_t length = newline == NULL ? size - at : (size_t)(newline - (text + at));
        if (length > 0 && text[at] != '#') {
            read_conflict(conflicts, abnf, place, text + at, length);
        }
        at += length + 1;
    }
}

void conflicts_check_used(const struct settled_conflicts *conflicts, struct abnf *abnf) {
    for (size_t i = 0; i < conflicts->count; i++) {
        if (conflicts->items[i].where[0] == '\0') {
            abnf_fail(abnf, &conflicts->items[i].place, "there is no conflict '%s'",
                      conflicts->items[i].ways);
        }
    }
}

/* ---- finding them -----------------------------------------------------------------------------
 */

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

static bool is_before(const struct abnf_place *one, const struct abnf_place *other) {
    if (one->text != other->text) {
        return one->text < other->text;
    }
    return one->line != other->line ? one->line < other->line : one->column < other->column;
}

void clash_add(struct clash *clash, const struct abnf_place *place) {
    if (place != NULL && (clash->first == NULL || is_before(place, clash->first))) {
        clash->first = place;
    }
    if (place != NULL && (clash->last == NULL || is_before(clash->last, place))) {
        clash->last = place;
    }
}

struct clash clash_find(struct construction *c, unsigned state, unsigned octet) {
    struct clash clash = {0};
    if (c->closed != state) {
        construction_close(c, state);
    }
    for (size_t i = 0; i < c->taker_count; i++) {
        const struct edge *edge = c->takers[i].edge;
        const struct abnf_place *place = c->takers[i].way->place;
        if (construction_takes(c, edge, octet)) {
            bool later = place == NULL || edge->place->text >= place->text;
            clash_add(&clash, later ? edge->place : place);
        }
    }
    return clash;
}

static void write_where(const struct construction *c, unsigned state, unsigned octet, char *text,
                        size_t size) {
    char trail[MAX_TRAIL_TEXT], on[16] = "";
    unsigned rule = c->automaton->machines[c->machine_of[state]].rule;
    write_trail(c, state, trail, sizeof trail);
    if (octet != NO_OCTET) {
        snprintf(on, sizeof on, " on %%x%02X", octet);
    }
    snprintf(text, size, "%s after '%s'%s", c->abnf->rules[rule].name, trail, on);
}

_Noreturn void conflict_fail(struct construction *c, unsigned state, unsigned octet,
                             const char *what, const struct clash *clash) {
    char where[MAX_WHERE_TEXT], other[MAX_PLACE_TEXT] = "";
    unsigned rule = c->automaton->machines[c->machine_of[state]].rule;
    struct clash ways = clash != NULL ? *clash : clash_find(c, state, octet);
    const struct abnf_place *place = ways.last != NULL ? ways.last : &c->abnf->rules[rule].place;
    write_where(c, state, octet, where, sizeof where);
    if (ways.first != ways.last) {
        snprintf(other, sizeof other, " (the other way: %s:%u:%u)", ways.first->file,
                 ways.first->line, ways.first->column);
    }
    abnf_fail(c->abnf, place, "conflict in %s: %s%s", where, what, other);
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
        append(text, size, abnf_label_name(c->abnf, labels[count]));
        append(text, size, count > 0 ? " " : "");
    }
}

/* The chain's ends without those of extensions, the last first; returns how many there are. */
static unsigned node_ends(const struct construction *c, unsigned chain,
                          struct node_end ends[MAX_SLOTS]) {
    unsigned count = 0;
    for (; chain != 0 && count < MAX_SLOTS; chain = c->chains[chain].previous) {
        if ((c->chains[chain].end.label & LABEL_EXTENSION) == 0) {
            ends[count++] = c->chains[chain].end;
        }
    }
    return count;
}

/* Where ways differ in nothing but the extensions that they make use of, the one that needs fewest
 * is taken: what can be read without is no use of an extension. UNSETTLED if none is so. */
static unsigned plainest(const struct construction *c, const unsigned *chains, unsigned count) {
    struct node_end ends[MAX_SLOTS], others[MAX_SLOTS];
    unsigned length = node_ends(c, chains[0], ends), best = 0;
    bool tie = false;
    for (unsigned i = 1; i < count; i++) {
        bool same = node_ends(c, chains[i], others) == length &&
                    memcmp(ends, others, length * sizeof *ends) == 0;
        if (!same) {
            return UNSETTLED;
        }
        unsigned one = c->chains[chains[best]].length, other = c->chains[chains[i]].length;
        tie = other == one || (tie && other > one);
        best = other < one ? i : best;
    }
    return tie ? UNSETTLED : best;
}

unsigned conflict_settle(struct construction *c, unsigned state, unsigned octet,
                         const unsigned *chains, unsigned count, const struct clash *clash) {
    unsigned plain = plainest(c, chains, count);
    if (plain != UNSETTLED) {
        return chains[plain];
    }
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
        if (conflict->where[0] == '\0') {
            write_where(c, state, octet, conflict->where, sizeof conflict->where);
        }
        for (unsigned k = 0; k < used; k++) {
            if (strcmp(names[k], conflict->winner) == 0) {
                return chains[k];
            }
        }
        abnf_fail(c->abnf, &conflict->place, "'%s' is none of the ways", conflict->winner);
    }
    conflict_fail(c, state, octet, ways, clash);
}
