#include "encodings.h"

#include <string.h>
#include <strings.h>

enum {
    MAX_DEPTH = 64, /* rules that are nothing but other rules */
    LITERALS = 1 << IMAP_LITERAL | 1 << IMAP_LITERAL_PLUS
};

static bool is_quote(const struct abnf *abnf, const struct expression *expression) {
    static const struct octet_set quote = {{UINT64_C(1) << '"', 0, 0, 0}};
    struct octet_set set;
    return abnf_expression_octets(abnf, expression, &set) && memcmp(&set, &quote, sizeof set) == 0;
}

/* DQUOTE *QUOTED-CHAR DQUOTE, whatever the rules are called. */
static bool is_quoted(const struct abnf *abnf, const struct expression *sequence) {
    const struct expression *first = sequence->parts, *text = first->next, *last = text->next;
    return last != NULL && last->next == NULL && is_quote(abnf, first) && is_quote(abnf, last) &&
           text->kind == EXPRESSION_REPETITION && text->low == 0 && text->high == ABNF_UNBOUNDED;
}

/* Adds 1*SET: the set is listed under the name of its rule. */
static void add_atom(const struct abnf *abnf, const struct grammar_set *sets,
                     const struct expression *repetition, struct grammar_rule *rule) {
    const struct expression *item = repetition->parts;
    struct octet_set octets;
    bool atom = repetition->low == 1 && repetition->high == ABNF_UNBOUNDED &&
                item->kind == EXPRESSION_REFERENCE && abnf_octets(abnf, item->rule, &octets);
    if (!atom || (rule->encodings >> IMAP_ATOM & 1) != 0) {
        return;
    }
    rule->encodings |= 1 << IMAP_ATOM;
    rule->atom_set = 0;
    while (strcmp(sets[rule->atom_set].name, abnf->rules[item->rule].name) != 0) {
        rule->atom_set++;
    }
}

static void add(const struct abnf *abnf, const struct grammar_set *sets,
                const struct expression *expression, struct grammar_rule *rule, unsigned depth) {
    if (depth > MAX_DEPTH) {
        return;
    }
    switch (expression->kind) {
    case EXPRESSION_STRING:
        rule->nil |= strcasecmp(expression->text, "NIL") == 0;
        return;
    case EXPRESSION_SEQUENCE:
        rule->encodings |= is_quoted(abnf, expression) ? 1 << IMAP_QUOTED : 0;
        return;
    case EXPRESSION_REPETITION:
        add_atom(abnf, sets, expression, rule);
        return;
    case EXPRESSION_ALTERNATION:
        for (const struct expression *way = expression->parts; way != NULL; way = way->next) {
            add(abnf, sets, way, rule, depth + 1);
        }
        return;
    case EXPRESSION_REFERENCE: {
        const struct abnf_rule *part = &abnf->rules[expression->rule];
        if (part->linkage == LINK_LITERAL || part->linkage == LINK_LITERAL8) {
            rule->encodings |= part->linkage == LINK_LITERAL ? LITERALS : 1 << IMAP_LITERAL8;
        } else {
            add(abnf, sets, part->definition, rule, depth + 1);
        }
        return;
    }
    default:
        return;
    }
}

/* What nodes of the other rule permit too. */
static void restrict_to(struct grammar_rule *rule, const struct grammar_rule *other) {
    rule->encodings = (uint8_t)(rule->encodings & other->encodings);
    rule->nil |= other->nil;
    if (rule->atom_set != other->atom_set) {
        rule->encodings &= (uint8_t) ~(1 << IMAP_ATOM);
    }
}

void encodings_find(const struct abnf *abnf, const struct grammar_set *sets,
                    struct grammar_rule *rules) {
    for (unsigned i = 1; i < abnf->rule_count; i++) {
        const struct abnf_rule *rule = &abnf->rules[i];
        const struct expression self = {.kind = EXPRESSION_REFERENCE, .rule = i};
        if (rule->node == RULE_LEAF) {
            add(abnf, sets, &self, &rules[i], 0);
        }
        if ((rules[i].encodings & (LITERALS | 1 << IMAP_LITERAL8)) == 0) {
            rules[i].encodings = 0;
        }
    }
    for (unsigned i = 1; i < abnf->rule_count; i++) {
        const struct abnf_rule *rule = &abnf->rules[i];
        if (rule->label != i && rule->node == RULE_LEAF) {
            restrict_to(&rules[rule->label], &rules[i]);
        }
    }
}
