/* From rules and expressions to the generator's parts. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "../compiler/addition.h"
#include "generator.h"

enum {
    MAX_NUMBER_DEPTH = 32, /* rules and groups that a number is made of */
    MAX_WEIGHT = 16,       /* of one way among others */
    PLAIN_WEIGHT = 64,     /* of what a text is mostly made of */
    WEIGHT_ROUNDS = 6,     /* through rules that refer to rules */
    MANY_OCTETS = 16       /* a set of more is what a text is mostly made of */
};

struct building {
    struct imap_generator *generator;
    const struct abnf *abnf;
    const struct imap_extensions *enabled; /* NULL: all */
    unsigned rule;                         /* at hand */
};

static void fill(struct building *, uint32_t index, const struct expression *);

/* ---- tables that grow ---------------------------------------------------------------------- */

static uint32_t add_part(struct building *b) {
    struct imap_generator *g = b->generator;
    g->parts = arena_grow(&g->arena, g->parts, g->part_count, &g->part_capacity, sizeof *g->parts);
    g->parts[g->part_count] =
        (struct part){.kind = PART_PROSE, .shortest = PART_IMPOSSIBLE, .nesting = PART_IMPOSSIBLE};
    return (uint32_t)g->part_count++;
}

static void add_children(struct building *b, uint32_t index, uint32_t count) {
    struct imap_generator *g = b->generator;
    g->parts[index].children = (uint32_t)g->child_count;
    g->parts[index].child_count = count;
    for (; count > 0; count--) {
        g->children = arena_grow(&g->arena, g->children, g->child_count, &g->child_capacity,
                                 sizeof *g->children);
        g->children[g->child_count++] = (struct part_child){0};
    }
}

/* Octets that a person would write: letters and digits; in a text, blanks too. */
static void list_octets(struct part_set *set) {
    for (unsigned octet = 0; octet < 256; octet++) {
        bool letter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
                      (octet >= '0' && octet <= '9');
        if (!octet_set_has(&set->set, octet)) {
            continue;
        }
        set->all[set->all_count++] = (uint8_t)octet;
        for (unsigned times = letter ? 1 : octet == ' ' ? 8 : 0; times > 0; times--) {
            set->plain[set->plain_count++] = (uint8_t)octet;
        }
    }
}

static uint32_t set_of(struct building *b, const struct octet_set *octets) {
    struct imap_generator *g = b->generator;
    for (uint32_t i = 0; i < g->set_count; i++) {
        if (memcmp(&g->sets[i].set, octets, sizeof *octets) == 0) {
            return i;
        }
    }
    g->sets = arena_grow(&g->arena, g->sets, g->set_count, &g->set_capacity, sizeof *g->sets);
    g->sets[g->set_count] = (struct part_set){.set = *octets};
    list_octets(&g->sets[g->set_count]);
    return (uint32_t)g->set_count++;
}

/* ---- words that a difference takes out ------------------------------------------------------ */

static void add_word(void *building, const struct expression *word) {
    struct imap_generator *g = ((struct building *)building)->generator;
    size_t length = strlen(word->text);
    g->words = arena_grow(&g->arena, g->words, g->word_count, &g->word_capacity, sizeof *g->words);
    g->words[g->word_count++] =
        (struct part_word){arena_text(&g->arena, word->text, length), length};
}

/* ---- expressions --------------------------------------------------------------------------- */

static bool is_enabled(const struct building *b, unsigned extension) {
    return extension == 0 || b->enabled == NULL ||
           (b->enabled->bits[extension / 64] >> extension % 64 & 1) != 0;
}

/* The part of an expression; a rule's is known by its number. */
static uint32_t part_of(struct building *b, const struct expression *expression) {
    if (!is_enabled(b, expression->extension)) {
        return 0;
    }
    if (expression->kind == EXPRESSION_REFERENCE) {
        return expression->rule;
    }
    uint32_t index = add_part(b);
    fill(b, index, expression);
    return index;
}

static void fill_children(struct building *b, uint32_t index, enum part_kind kind,
                          const struct expression *first) {
    uint32_t count = 0;
    b->generator->parts[index].kind = kind;
    for (const struct expression *part = first; part != NULL; part = part->next) {
        count++;
    }
    add_children(b, index, count);
    uint32_t child = b->generator->parts[index].children;
    for (const struct expression *part = first; part != NULL; part = part->next) {
        uint32_t filled = part_of(b, part);
        b->generator->children[child++].part = filled;
    }
}

static void fill_only_child(struct building *b, uint32_t index, enum part_kind kind,
                            const struct expression *only) {
    b->generator->parts[index].kind = kind;
    add_children(b, index, 1);
    uint32_t filled = part_of(b, only);
    b->generator->children[b->generator->parts[index].children].part = filled;
}

static void fill_difference(struct building *b, uint32_t index,
                            const struct expression *difference) {
    struct imap_generator *g = b->generator;
    g->parts[index].words = (uint32_t)g->word_count;
    if (difference->text != NULL) {
        abnf_first_words(b->abnf, difference->rule, add_word, b);
    }
    for (const struct expression *word = difference->parts->next; word != NULL; word = word->next) {
        add_word(b, word);
    }
    g->parts[index].word_count = (uint32_t)g->word_count - g->parts[index].words;
    fill_only_child(b, index, PART_DIFFERENCE, difference->parts);
}

static void fill_set(struct building *b, uint32_t index, const struct octet_set *octets) {
    uint32_t set = set_of(b, octets);
    b->generator->parts[index].kind = PART_SET;
    b->generator->parts[index].set = set;
}

/* Groups are bounded, and references end at the rule's number: so is the recursion. */
static void fill(struct building *b, uint32_t index, const struct expression *expression) {
    struct imap_generator *g = b->generator;
    struct part *part = &g->parts[index];
    switch (expression->kind) {
    case EXPRESSION_SET:
        fill_set(b, index, &expression->set);
        return;
    case EXPRESSION_STRING:
        part->kind = PART_STRING;
        part->length = (uint32_t)strlen(expression->text);
        part->text = arena_text(&g->arena, expression->text, part->length);
        part->case_sensitive = expression->case_sensitive;
        return;
    case EXPRESSION_SEQUENCE:
        fill_children(b, index, PART_SEQUENCE, expression->parts);
        return;
    case EXPRESSION_ALTERNATION:
        fill_children(b, index, PART_ALTERNATION, expression->parts);
        return;
    case EXPRESSION_REPETITION:
        part->low = expression->low;
        part->high = expression->high;
        fill_only_child(b, index, PART_REPETITION, expression->parts);
        return;
    case EXPRESSION_REFERENCE:
        fill_only_child(b, index, PART_SEQUENCE, expression);
        return;
    case EXPRESSION_DIFFERENCE:
        fill_difference(b, index, expression);
        return;
    case EXPRESSION_PROSE:
        return;
    }
}

/* ---- rules --------------------------------------------------------------------------------- */

/* Does "0" match? */
static bool is_zero(const struct abnf *abnf, const struct expression *expression, unsigned depth) {
    const struct expression *part = expression->parts;
    unsigned zeros = 0, needed = 0;
    if (depth > MAX_NUMBER_DEPTH) {
        return false;
    }
    switch (expression->kind) {
    case EXPRESSION_SET:
        return octet_set_has(&expression->set, '0');
    case EXPRESSION_STRING:
        return strcmp(expression->text, "0") == 0;
    case EXPRESSION_REFERENCE:
        return is_zero(abnf, abnf->rules[expression->rule].definition, depth + 1);
    case EXPRESSION_REPETITION:
        return expression->low <= 1 && is_zero(abnf, part, depth + 1);
    case EXPRESSION_ALTERNATION:
        while (part != NULL && !is_zero(abnf, part, depth + 1)) {
            part = part->next;
        }
        return part != NULL;
    case EXPRESSION_SEQUENCE:
        for (; part != NULL; part = part->next) {
            bool zero = is_zero(abnf, part, depth + 1), nullable = abnf_nullable(abnf, part);
            zeros += zero;
            needed += nullable ? 0 : zero ? 1 : 2;
        }
        return zeros > 0 && needed <= 1;
    default:
        return false;
    }
}

/* May there be any number of zeros first? */
static bool has_leading_zeros(const struct abnf *abnf, const struct expression *number) {
    const struct expression *first = number->kind == EXPRESSION_SEQUENCE ? number->parts : number;
    return first->kind == EXPRESSION_REPETITION && first->high == ABNF_UNBOUNDED &&
           is_zero(abnf, first->parts, 0);
}

static void fill_number(struct building *b, const struct abnf_rule *rule) {
    struct part *part = &b->generator->parts[b->rule];
    part->kind = PART_NUMBER;
    part->highest = rule->highest;
    part->low = !is_zero(b->abnf, rule->definition, 0);
    part->leading_zeros = has_leading_zeros(b->abnf, rule->definition);
}

static void fill_literal(struct building *b, bool any_octet) {
    struct octet_set octets;
    memset(&octets, 0xFF, sizeof octets);
    octets.bits[0] &= any_octet ? UINT64_MAX : ~UINT64_C(1);
    fill_set(b, b->rule, &octets);
    struct part *part = &b->generator->parts[b->rule];
    unsigned literal = abnf_find(b->abnf, "literal");
    part->kind = any_octet ? PART_LITERAL8 : PART_LITERAL;
    part->plus = literal == 0 || is_enabled(b, abnf_extension_of(b->abnf, literal, "+"));
}

static void fill_rule(struct building *b) {
    const struct abnf_rule *rule = &b->abnf->rules[b->rule];
    struct octet_set octets;
    if (rule->linkage == LINK_LITERAL || rule->linkage == LINK_LITERAL8) {
        fill_literal(b, rule->linkage == LINK_LITERAL8);
    } else if (rule->highest != 0) {
        fill_number(b, rule);
    } else if (abnf_octets(b->abnf, b->rule, &octets)) {
        fill_set(b, b->rule, &octets);
    } else if (rule->linkage != LINK_INLINE) {
        fill_only_child(b, b->rule, PART_NESTED, rule->definition);
    } else if (rule->definition->extension != 0) {
        fill_only_child(b, b->rule, PART_SEQUENCE, rule->definition);
    } else {
        fill(b, b->rule, rule->definition);
    }
}

/* ---- the shortest text ---------------------------------------------------------------------- */

/* An octet that can be all of a difference's text. */
static void find_plain_octet(struct imap_generator *g, struct part *difference) {
    const struct part *item = &g->parts[g->children[difference->children].part];
    item = &g->parts[g->children[item->children].part];
    struct octet_set octets = {{0}};
    for (uint32_t i = 0; i < item->child_count; i++) {
        const struct part *child = &g->parts[g->children[item->children + i].part];
        for (unsigned k = 0; k < 4 && child->kind == PART_SET; k++) {
            octets.bits[k] |= g->sets[child->set].set.bits[k];
        }
    }
    if (item->kind == PART_SET) {
        octets = g->sets[item->set].set;
    }
    for (uint32_t i = 0; i < difference->word_count; i++) {
        const struct part_word *word = &g->words[difference->words + i];
        unsigned octet = (unsigned char)word->text[0];
        if (word->length == 1) {
            octets.bits[octet >> 6] &= ~(UINT64_C(1) << (octet & 63));
            octet ^= 0x20; /* the letter's other case; of anything else, one octet less */
            octets.bits[octet >> 6] &= ~(UINT64_C(1) << (octet & 63));
        }
    }
    for (unsigned i = 0; i < 256 && difference->plain == 0; i++) {
        unsigned octet = ('a' + i) & 0xFF;
        difference->plain = octet_set_has(&octets, octet) ? (uint8_t)octet : 0;
    }
}

static uint32_t add(uint32_t one, uint32_t other) {
    return one > PART_IMPOSSIBLE - other ? PART_IMPOSSIBLE : one + other;
}

static uint32_t times(uint32_t shortest, uint32_t count) {
    uint64_t product = (uint64_t)shortest * count;
    return product > PART_IMPOSSIBLE ? PART_IMPOSSIBLE : (uint32_t)product;
}

static const struct part *child_of(const struct imap_generator *g, const struct part *part,
                                   uint32_t index) {
    return &g->parts[g->children[part->children + index].part];
}

static uint32_t shortest_of(const struct imap_generator *g, struct part *part) {
    uint32_t shortest = 0;
    switch (part->kind) {
    case PART_SET:
        return g->sets[part->set].all_count > 0 ? 1 : PART_IMPOSSIBLE;
    case PART_STRING:
        return part->length;
    case PART_SEQUENCE:
        for (uint32_t i = 0; i < part->child_count; i++) {
            shortest = add(shortest, child_of(g, part, i)->shortest);
        }
        return shortest;
    case PART_ALTERNATION:
        shortest = part->shortest;
        for (uint32_t i = 0; i < part->child_count; i++) {
            if (child_of(g, part, i)->shortest < shortest) {
                shortest = child_of(g, part, i)->shortest;
                part->way = g->children[part->children + i].part;
            }
        }
        return shortest;
    case PART_REPETITION:
        return times(child_of(g, part, 0)->shortest, part->low);
    case PART_DIFFERENCE:
        return part->plain == 0 ? PART_IMPOSSIBLE : child_of(g, part, 0)->low;
    case PART_NESTED:
        return child_of(g, part, 0)->shortest;
    case PART_NUMBER:
        return 1;
    case PART_LITERAL:
        return (uint32_t)strlen("{0}\r\n");
    case PART_LITERAL8:
        return (uint32_t)strlen("~{0}\r\n");
    case PART_PROSE:
        break;
    }
    return PART_IMPOSSIBLE;
}

static uint32_t nesting_of(const struct imap_generator *g, const struct part *part) {
    uint32_t nesting = part->kind == PART_ALTERNATION ? part->nesting : 0;
    bool optional = part->kind == PART_REPETITION && part->low == 0;
    for (uint32_t i = 0; i < part->child_count && !optional; i++) {
        uint32_t child = child_of(g, part, i)->nesting;
        bool take = part->kind == PART_ALTERNATION ? child < nesting : child > nesting;
        nesting = take ? child : nesting;
    }
    return part->kind == PART_NESTED ? add(nesting, 1) : nesting;
}

/* A way is only taken for one that is shorter when it was found: following them always ends. */
static void find_shortest(struct imap_generator *g) {
    for (size_t i = 0; i < g->part_count; i++) {
        if (g->parts[i].kind == PART_DIFFERENCE) {
            find_plain_octet(g, &g->parts[i]);
        }
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 1; i < g->part_count; i++) {
            struct part *part = &g->parts[i];
            uint32_t shortest = shortest_of(g, part), nesting = nesting_of(g, part);
            changed |= shortest != part->shortest || nesting != part->nesting;
            part->shortest = shortest;
            part->nesting = nesting;
        }
    }
}

/* ---- weights: the ways of an alternation are as likely as what they stand for is manifold -----
 */

static uint32_t weight_of(const struct imap_generator *g, const struct part *part) {
    uint32_t weight = 1;
    if (part->kind == PART_NESTED) {
        return child_of(g, part, 0)->weight;
    }
    if (part->kind == PART_ALTERNATION) {
        weight =
            part->child_count > 0 ? g->children[part->children + part->child_count - 1].weight : 1;
    }
    for (uint32_t i = 0; i < part->child_count && part->kind == PART_SEQUENCE; i++) {
        uint32_t child = child_of(g, part, i)->weight;
        weight = child > weight ? child : weight;
    }
    return weight < MAX_WEIGHT ? weight : MAX_WEIGHT;
}

/* Of characters, the plain ones are meant most; what is impossible weighs nothing. */
static void weigh_ways(struct imap_generator *g, const struct part *part) {
    uint32_t sum = 0;
    bool characters = false;
    for (uint32_t i = 0; i < part->child_count; i++) {
        const struct part *way = child_of(g, part, i);
        characters |= way->kind == PART_SET && g->sets[way->set].all_count > MANY_OCTETS;
    }
    for (uint32_t i = 0; i < part->child_count; i++) {
        const struct part *way = child_of(g, part, i);
        bool many = way->kind == PART_SET && g->sets[way->set].all_count > MANY_OCTETS;
        uint32_t weight = !characters ? way->weight : many ? PLAIN_WEIGHT : 1;
        sum += way->shortest == PART_IMPOSSIBLE ? 0 : weight;
        g->children[part->children + i].weight = sum;
    }
}

static void find_weights(struct imap_generator *g) {
    for (size_t i = 0; i < g->part_count; i++) {
        g->parts[i].weight = 1;
    }
    for (unsigned round = 0; round < WEIGHT_ROUNDS; round++) {
        for (size_t i = 1; i < g->part_count; i++) {
            if (g->parts[i].kind == PART_ALTERNATION) {
                weigh_ways(g, &g->parts[i]);
            }
        }
        for (size_t i = 1; i < g->part_count; i++) {
            g->parts[i].weight = weight_of(g, &g->parts[i]);
        }
    }
}

/* ---- the whole ----------------------------------------------------------------------------- */

static bool fill_all(struct imap_generator *generator, const struct abnf *abnf,
                     const struct imap_extensions *enabled) {
    jmp_buf out_of_memory;
    struct building building = {.generator = generator, .abnf = abnf, .enabled = enabled};
    generator->arena.out_of_memory = &out_of_memory;
    if (setjmp(out_of_memory) != 0) {
        return false;
    }
    generator->rule_count = abnf->rule_count;
    for (size_t i = 0; i < abnf->rule_count; i++) {
        add_part(&building);
    }
    for (building.rule = 1; building.rule < abnf->rule_count; building.rule++) {
        fill_rule(&building);
    }
    find_shortest(generator);
    find_weights(generator);
    return true;
}

struct imap_generator *generator_new(const struct abnf *abnf,
                                     const struct imap_extensions *enabled) {
    struct imap_generator *generator = calloc(1, sizeof *generator);
    if (generator != NULL && !fill_all(generator, abnf, enabled)) {
        imap_generator_free(generator);
        return NULL;
    }
    return generator;
}

/* The grammar allows any digits in dates and times: those of a message are of a day that exists. */
static const char plausible[] =
    "date-day = %x31-39 / (\"0\" / \"1\") %x31-39 / \"2\" %x30-38\n"
    "date-day-fixed = SP %x31-39 / \"1\" DIGIT / \"2\" %x30-38\n"
    "time = (\"0\" DIGIT / \"1\" DIGIT / \"2\" %x30-33) 2(\":\" %x30-35 DIGIT)\n"
    "zone = (\"+\" / \"-\") (\"0\" DIGIT / \"1\" %x30-31) %x30-35 DIGIT\n";

static bool read_with_plausible(struct compilation *c, const struct imap_grammar_text *texts,
                                size_t count) {
    struct imap_grammar_text *more =
        count < SIZE_MAX / sizeof *more ? malloc((count + 1) * sizeof *more) : NULL;
    *c = (struct compilation){0};
    if (more == NULL) {
        return compilation_out_of_memory(c);
    }
    if (count > 0) {
        memcpy(more, texts, count * sizeof *more);
    }
    more[count] = (struct imap_grammar_text){"plausible", plausible, sizeof plausible - 1};
    bool done = addition_read(c, more, count + 1);
    free(more);
    return done;
}

struct imap_generator *imap_generator_new(const struct imap_grammar_text *texts, size_t count,
                                          const struct imap_extensions *enabled,
                                          struct imap_grammar_problem *problem) {
    struct compilation c;
    struct imap_generator *generator = NULL;
    if (read_with_plausible(&c, texts, count)) {
        generator = generator_new(&c.abnf, enabled);
        if (generator == NULL) {
            compilation_out_of_memory(&c);
        }
    }
    if (generator == NULL) {
        addition_tell(&c, problem);
    }
    compilation_free(&c);
    return generator;
}

void imap_generator_free(struct imap_generator *generator) {
    if (generator != NULL) {
        arena_free(&generator->arena);
        free(generator);
    }
}
