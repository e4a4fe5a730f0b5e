#include "example.h"

#include <string.h>
#include <strings.h>

enum { MAX_EXAMPLE = 400 };

/* The shortest text, and the shortest that isn't empty; NULL while none is known. */
struct example {
    const char *any, *filled;
};

struct search {
    const struct abnf *abnf;
    struct example *rules; /* by number */
};

static struct example example_of(const struct search *, const struct expression *);

static const char *join(const struct search *s, const char *one, const char *other) {
    if (one == NULL || other == NULL || strlen(one) + strlen(other) > MAX_EXAMPLE) {
        return NULL;
    }
    char *text = arena_take(s->abnf->arena, strlen(one) + strlen(other) + 1, 1);
    memcpy(text, one, strlen(one));
    memcpy(text + strlen(one), other, strlen(other));
    return text;
}

static const char *shorter(const char *one, const char *other) {
    return one == NULL || (other != NULL && strlen(other) < strlen(one)) ? other : one;
}

static struct example add(const struct search *s, struct example before, struct example more) {
    return (struct example){
        .any = join(s, before.any, more.any),
        .filled = shorter(join(s, before.filled, more.any), join(s, before.any, more.filled))};
}

static struct example of_text(const char *text) {
    return (struct example){.any = text, .filled = text[0] == '\0' ? NULL : text};
}

static struct example of_set(const struct search *s, const struct octet_set *set) {
    static const char preferred[] = "a1AZ9b0\"( \\.{+*\r\n";
    for (const char *character = preferred; *character != '\0'; character++) {
        if (octet_set_has(set, (unsigned char)*character)) {
            return of_text(arena_text(s->abnf->arena, character, 1));
        }
    }
    for (unsigned octet = 1; octet < 256; octet++) {
        if (octet_set_has(set, octet)) {
            return of_text(arena_text(s->abnf->arena, &(char){(char)octet}, 1));
        }
    }
    return (struct example){0};
}

static struct example of_repetition(const struct search *s, const struct expression *repetition) {
    struct example part = example_of(s, repetition->parts), all = of_text("");
    for (uint32_t i = 0; i < repetition->low && all.any != NULL; i++) {
        all = add(s, all, part);
    }
    if (repetition->low == 0) {
        all.filled = part.filled;
    }
    return all;
}

/* One item more than the words taken out, if the item alone is one of them. */
static struct example of_difference(const struct search *s, const struct expression *difference) {
    struct example item = example_of(s, difference->parts->parts);
    struct example all = difference->parts->low == 0 ? of_text("") : item;
    all.filled = item.filled;
    for (const struct expression *word = difference->parts->next; word != NULL; word = word->next) {
        if (item.filled != NULL && strcasecmp(word->text, item.filled) == 0) {
            all.filled = join(s, item.filled, item.filled);
        }
    }
    return all;
}

static struct example of_reference(const struct search *s, const struct expression *reference) {
    enum rule_linkage linkage = s->abnf->rules[reference->rule].linkage;
    struct octet_set octets;
    if (linkage == LINK_LITERAL || linkage == LINK_LITERAL8) {
        return (struct example){0};
    }
    if (abnf_octets(s->abnf, reference->rule, &octets)) {
        return of_set(s, &octets);
    }
    return s->rules[reference->rule];
}

/* Groups are bounded, and references are looked up: the recursion is bounded too. */
static struct example example_of(const struct search *s, const struct expression *expression) {
    struct example all = of_text("");
    switch (expression->kind) {
    case EXPRESSION_SET:
        return of_set(s, &expression->set);
    case EXPRESSION_STRING:
        return of_text(expression->text);
    case EXPRESSION_SEQUENCE:
        for (const struct expression *part = expression->parts; part != NULL; part = part->next) {
            all = add(s, all, example_of(s, part));
        }
        return all;
    case EXPRESSION_ALTERNATION:
        all = (struct example){0};
        for (const struct expression *part = expression->parts; part != NULL; part = part->next) {
            struct example other = example_of(s, part);
            all.any = shorter(all.any, other.any);
            all.filled = shorter(all.filled, other.filled);
        }
        return all;
    case EXPRESSION_REPETITION:
        return of_repetition(s, expression);
    case EXPRESSION_REFERENCE:
        return of_reference(s, expression);
    case EXPRESSION_DIFFERENCE:
        return of_difference(s, expression);
    case EXPRESSION_PROSE:
        break;
    }
    return (struct example){0};
}

static bool same(const char *one, const char *other) {
    return one == other || (one != NULL && other != NULL && strlen(one) == strlen(other));
}

const char **examples_find(const struct abnf *abnf) {
    struct search s = {.abnf = abnf,
                       .rules = arena_take(abnf->arena, abnf->rule_count, sizeof *s.rules)};
    const char **texts = arena_take(abnf->arena, abnf->rule_count, sizeof *texts);
    for (bool changed = true; changed;) {
        changed = false;
        for (unsigned i = 1; i < abnf->rule_count; i++) {
            struct example found = example_of(&s, abnf->rules[i].definition);
            struct example *known = &s.rules[i];
            if (!same(known->any, found.any) || !same(known->filled, found.filled)) {
                *known = found;
                changed = true;
            }
        }
    }
    for (unsigned i = 1; i < abnf->rule_count; i++) {
        if (abnf->rules[i].linkage == LINK_LITERAL || abnf->rules[i].linkage == LINK_LITERAL8) {
            continue;
        }
        texts[i] = s.rules[i].filled != NULL ? s.rules[i].filled : s.rules[i].any;
    }
    return texts;
}
