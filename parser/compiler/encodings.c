#include "encodings.h"

#include <string.h>
#include <strings.h>

enum {
    MAX_DEPTH = 64, /* rules that are nothing but other rules */
    LITERALS = 1 << IMAP_LITERAL | 1 << IMAP_LITERAL_PLUS
};

static bool is_octet(const struct abnf *abnf, const struct expression *expression, unsigned octet) {
    struct octet_set set, wanted = {{0}};
    octet_set_add(&wanted, octet);
    return expression != NULL && abnf_expression_octets(abnf, expression, &set) &&
           memcmp(&set, &wanted, sizeof set) == 0;
}

static void add_octets(uint64_t bits[4], const struct octet_set *set) {
    for (unsigned i = 0; i < 4; i++) {
        bits[i] |= set->bits[i];
    }
}

static bool holds(const uint64_t bits[4], unsigned octet) {
    return bits[octet >> 6] >> (octet & 63) & 1;
}

/* ---- quoted strings ------------------------------------------------------------------------ */

/* "\" and one of at least these two. */
static bool is_escape(const struct abnf *abnf, const struct expression *sequence) {
    const struct expression *first = sequence->parts;
    struct octet_set set;
    return is_octet(abnf, first, '\\') && abnf_expression_octets(abnf, first->next, &set) &&
           octet_set_has(&set, '\\') && octet_set_has(&set, '"');
}

/* The characters of a quoted string; those of more than one octet are left out, and what belongs to
 * an extension. */
static void add_quoted(const struct abnf *abnf, const struct expression *character,
                       struct grammar_string *string, unsigned depth) {
    struct octet_set set;
    if (depth > MAX_DEPTH || character->extension != 0) {
        return;
    }
    if (abnf_expression_octets(abnf, character, &set)) {
        add_octets(string->quoted, &set);
    } else if (character->kind == EXPRESSION_REFERENCE) {
        add_quoted(abnf, abnf->rules[character->rule].definition, string, depth + 1);
    } else if (character->kind == EXPRESSION_SEQUENCE) {
        string->escapes |= is_escape(abnf, character);
    } else if (character->kind == EXPRESSION_ALTERNATION) {
        for (const struct expression *way = character->parts; way != NULL; way = way->next) {
            add_quoted(abnf, way, string, depth + 1);
        }
    }
}

/* DQUOTE *QUOTED-CHAR DQUOTE, whatever the rules are called. */
static void add_quoted_string(const struct abnf *abnf, const struct expression *sequence,
                              struct grammar_string *string) {
    const struct expression *first = sequence->parts, *text = first->next;
    bool quoted = is_octet(abnf, first, '"') && text->kind == EXPRESSION_REPETITION &&
                  text->low == 0 && text->high == ABNF_UNBOUNDED &&
                  is_octet(abnf, text->next, '"') && text->next->next == NULL;
    if (quoted) {
        string->encodings |= 1 << IMAP_QUOTED;
        add_quoted(abnf, text->parts, string, 0);
    }
}

/* ---- all ----------------------------------------------------------------------------------- */

/* 1*SET */
static void add_atom(const struct abnf *abnf, const struct expression *repetition,
                     struct grammar_string *string) {
    struct octet_set set;
    if (repetition->low == 1 && repetition->high == ABNF_UNBOUNDED &&
        abnf_expression_octets(abnf, repetition->parts, &set)) {
        string->encodings |= 1 << IMAP_ATOM;
        add_octets(string->atom, &set);
    }
}

static void add(const struct abnf *abnf, const struct expression *expression,
                struct grammar_string *string, unsigned depth) {
    if (depth > MAX_DEPTH || expression->extension != 0) {
        return;
    }
    switch (expression->kind) {
    case EXPRESSION_STRING:
        string->nil |= strcasecmp(expression->text, "NIL") == 0;
        return;
    case EXPRESSION_SEQUENCE:
        add_quoted_string(abnf, expression, string);
        return;
    case EXPRESSION_REPETITION:
        add_atom(abnf, expression, string);
        return;
    case EXPRESSION_ALTERNATION:
        for (const struct expression *way = expression->parts; way != NULL; way = way->next) {
            add(abnf, way, string, depth + 1);
        }
        return;
    case EXPRESSION_REFERENCE: {
        const struct abnf_rule *part = &abnf->rules[expression->rule];
        if (part->linkage == LINK_LITERAL || part->linkage == LINK_LITERAL8) {
            string->encodings |= part->linkage == LINK_LITERAL ? LITERALS : 1 << IMAP_LITERAL8;
        } else {
            add(abnf, part->definition, string, depth + 1);
        }
        return;
    }
    default:
        return;
    }
}

static struct grammar_string string_of(const struct abnf *abnf, unsigned rule) {
    const struct expression self = {.kind = EXPRESSION_REFERENCE, .rule = rule};
    struct grammar_string string = {0};
    add(abnf, &self, &string, 0);
    string.escapes &= !holds(string.quoted, '"') && !holds(string.quoted, '\\');
    return string;
}

/* What both permit. */
static struct grammar_string common(struct grammar_string one, const struct grammar_string *other) {
    one.encodings &= other->encodings;
    one.nil |= other->nil;
    one.escapes &= other->escapes;
    for (unsigned i = 0; i < 4; i++) {
        one.atom[i] &= other->atom[i];
        one.quoted[i] &= other->quoted[i];
    }
    return one;
}

/* Rules may make nodes of one name. */
static struct grammar_string string_of_nodes(const struct abnf *abnf, unsigned label) {
    struct grammar_string string = {0};
    bool first = true;
    for (unsigned i = 1; i < abnf->rule_count; i++) {
        if (abnf->rules[i].label == label && abnf->rules[i].node == RULE_LEAF) {
            struct grammar_string other = string_of(abnf, i);
            string = first ? other : common(string, &other);
            first = false;
        }
    }
    return string;
}

const struct grammar_string *encodings_find(const struct abnf *abnf, struct grammar_rule *rules,
                                            size_t *count) {
    struct grammar_string *strings = NULL;
    size_t capacity = 0;
    strings = arena_grow(abnf->arena, strings, 0, &capacity, sizeof *strings);
    *count = 1;
    for (unsigned i = 1; i < abnf->rule_count; i++) {
        struct grammar_string string = string_of_nodes(abnf, i);
        if ((string.encodings & (LITERALS | 1 << IMAP_LITERAL8)) == 0) {
            continue;
        }
        size_t number = 1;
        while (number < *count && memcmp(&strings[number], &string, sizeof string) != 0) {
            number++;
        }
        if (number == *count) {
            strings = arena_grow(abnf->arena, strings, *count, &capacity, sizeof *strings);
            strings[(*count)++] = string;
        }
        rules[i].string = (uint16_t)number;
    }
    return strings;
}
