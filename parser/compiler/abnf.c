#include "abnf.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../grammar.h"

enum {
    MAX_GROUP_DEPTH = 32,  /* parentheses in one definition */
    MAX_RULES = 2048,      /* of a grammar: an action has eleven bits for one */
    MAX_NUMBER_DEPTH = 16, /* rules that a number is made of */
    MAX_FIRST_DEPTH = 200, /* rules and groups before a first word */
    MAX_FIRST_STEPS = 100000,
    MAX_REPETITION = 1000, /* bounded repetitions are unrolled */
    MAX_EXTENSIONS = IMAP_MAX_EXTENSIONS,
    MAX_FILE_SIZE = 4 << 20 /* octets of one grammar file */
};

/* Steps; the grammar of all RFCs takes some 90 millions. */
static const uint64_t max_work = UINT64_C(500000000);

struct reader {
    struct abnf *abnf;
    const char *text, *end;
    struct abnf_place place;
    unsigned depth;
    unsigned extension; /* of the section */
};

static struct expression *read_alternation(struct reader *);

void abnf_fail(struct abnf *abnf, const struct abnf_place *place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(abnf->message, sizeof abnf->message, format, arguments);
    va_end(arguments);
    abnf->place = *place;
    longjmp(*abnf->failed, 1);
}

void abnf_init(struct abnf *abnf, struct arena *arena, jmp_buf *failed) {
    memset(abnf, 0, sizeof *abnf);
    abnf->arena = arena;
    abnf->failed = failed;
    abnf->rules = arena_grow(arena, NULL, 0, &abnf->rule_capacity, sizeof *abnf->rules);
    abnf->extensions =
        arena_grow(arena, NULL, 0, &abnf->extension_capacity, sizeof *abnf->extensions);
    abnf->rule_count = abnf->extension_count = 1;
}

void abnf_work(struct abnf *abnf, size_t steps) {
    abnf->work += steps;
    if (abnf->work > max_work) {
        abnf_fail(abnf, &abnf->text, "the grammar takes too many steps to compile");
    }
}

unsigned abnf_find(const struct abnf *abnf, const char *name) {
    for (unsigned i = 1; i < abnf->rule_count; i++) {
        if (strcasecmp(abnf->rules[i].name, name) == 0) {
            return i;
        }
    }
    return 0;
}

/* ---- characters ---------------------------------------------------------------------------- */

static int peek(const struct reader *r) {
    return r->text < r->end ? (unsigned char)*r->text : -1;
}

static void advance(struct reader *r) {
    if (*r->text++ == '\n') {
        r->place.line++;
        r->place.column = 1;
    } else {
        r->place.column++;
    }
}

static bool accept(struct reader *r, int character) {
    if (peek(r) != character) {
        return false;
    }
    advance(r);
    return true;
}

static void skip_line(struct reader *r) {
    while (peek(r) != -1 && !accept(r, '\n')) {
        advance(r);
    }
}

/* Skips blanks and comments, but stays before a line that begins in column 1: a new rule. */
static void skip_blank(struct reader *r) {
    for (int c = peek(r); c != -1; c = peek(r)) {
        if (c == ';') {
            skip_line(r);
        } else if (r->place.column == 1 && c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            return;
        } else if (isspace(c)) {
            advance(r);
        } else {
            return;
        }
    }
}

static bool at_definition_end(const struct reader *r) {
    return peek(r) == -1 || r->place.column == 1;
}

_Noreturn static void unexpected(struct reader *r, const char *wanted) {
    int c = peek(r);
    if (c == -1) {
        abnf_fail(r->abnf, &r->place, "expected %s, got the end of the file", wanted);
    }
    if (isprint(c)) {
        abnf_fail(r->abnf, &r->place, "expected %s, got '%c'", wanted, c);
    }
    abnf_fail(r->abnf, &r->place, "expected %s, got octet %%x%02X", wanted, (unsigned)c);
}

/* The text up to the closing character, which is skipped. */
static const char *read_until(struct reader *r, int closing, const char *what) {
    struct abnf_place opening = r->place;
    const char *start = r->text;
    while (peek(r) != closing) {
        int c = peek(r);
        if (c == -1 || c == '\n' || c == '\r') {
            abnf_fail(r->abnf, &opening, "%s is not closed on its line", what);
        }
        if (c < ' ' || c > '~') {
            abnf_fail(r->abnf, &r->place, "octet %%x%02X in %s", (unsigned)c, what);
        }
        advance(r);
    }
    const char *text = arena_text(r->abnf->arena, start, (size_t)(r->text - start));
    advance(r);
    return text;
}

static const char *read_name(struct reader *r) {
    const char *start = r->text;
    if (!isalpha(peek(r))) {
        unexpected(r, "a rule name");
    }
    while (isalnum(peek(r)) || peek(r) == '-') {
        advance(r);
    }
    return arena_text(r->abnf->arena, start, (size_t)(r->text - start));
}

static int digit_value(int c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

static uint64_t read_number(struct reader *r, int base, uint64_t highest) {
    uint64_t value = 0;
    if (digit_value(peek(r)) >= base) {
        unexpected(r, "a digit");
    }
    for (int digit = digit_value(peek(r)); digit < base; digit = digit_value(peek(r))) {
        if (value > (highest - (uint64_t)digit) / (uint64_t)base) {
            abnf_fail(r->abnf, &r->place, "the number is over %llu", (unsigned long long)highest);
        }
        value = value * (uint64_t)base + (uint64_t)digit;
        advance(r);
    }
    return value;
}

/* ---- expressions --------------------------------------------------------------------------- */

static struct expression *new_expression(struct reader *r, enum expression_kind kind) {
    struct expression *expression = arena_take(r->abnf->arena, 1, sizeof *expression);
    r->abnf->expression_count++;
    expression->kind = kind;
    expression->place = r->place;
    return expression;
}

static struct expression *read_string(struct reader *r, bool case_sensitive) {
    struct expression *string = new_expression(r, EXPRESSION_STRING);
    if (!accept(r, '"')) {
        unexpected(r, "a string");
    }
    string->text = read_until(r, '"', "the string");
    string->case_sensitive = case_sensitive;
    return string;
}

/* %x41, %x41-5A, %x0D.0A, %d13, %b1, %s"text", %i"text"; after the "%". */
static struct expression *read_value(struct reader *r) {
    int letter = tolower(peek(r));
    int base = letter == 'x' ? 16 : letter == 'd' ? 10 : letter == 'b' ? 2 : 0;
    if (letter == 's' || letter == 'i') {
        advance(r);
        return read_string(r, letter == 's');
    }
    if (base == 0) {
        unexpected(r, "x, d, b, s or i after \"%\"");
    }
    advance(r);
    struct expression *set = new_expression(r, EXPRESSION_SET);
    unsigned low = (unsigned)read_number(r, base, 255), high = low;
    if (accept(r, '-')) {
        high = (unsigned)read_number(r, base, 255);
        if (high < low) {
            abnf_fail(r->abnf, &set->place, "the range is empty");
        }
    }
    for (unsigned octet = low; octet <= high; octet++) {
        octet_set_add(&set->set, octet);
    }
    if (peek(r) != '.') {
        return set;
    }
    struct expression *sequence = new_expression(r, EXPRESSION_SEQUENCE);
    sequence->parts = set;
    while (accept(r, '.')) {
        set = set->next = new_expression(r, EXPRESSION_SET);
        octet_set_add(&set->set, (unsigned)read_number(r, base, 255));
    }
    return sequence;
}

static struct expression *read_group(struct reader *r, int closing) {
    struct abnf_place opening = r->place;
    if (++r->depth > MAX_GROUP_DEPTH) {
        abnf_fail(r->abnf, &opening, "more than %d groups within each other", MAX_GROUP_DEPTH);
    }
    advance(r);
    struct expression *inner = read_alternation(r);
    if (!accept(r, closing)) {
        abnf_fail(r->abnf, &opening, "the group is not closed by '%c'", closing);
    }
    r->depth--;
    if (closing == ')') {
        return inner;
    }
    struct expression *optional = new_expression(r, EXPRESSION_REPETITION);
    optional->place = opening;
    optional->parts = inner;
    optional->high = 1;
    return optional;
}

static struct expression *read_element(struct reader *r) {
    struct abnf_place place = r->place;
    struct expression *element;
    switch (peek(r)) {
    case '(':
        return read_group(r, ')');
    case '[':
        return read_group(r, ']');
    case '"':
        return read_string(r, false);
    case '%':
        advance(r);
        element = read_value(r);
        element->place = place;
        return element;
    case '<':
        element = new_expression(r, EXPRESSION_PROSE);
        advance(r);
        element->text = read_until(r, '>', "the prose");
        return element;
    default:
        element = new_expression(r, EXPRESSION_REFERENCE);
        element->text = read_name(r);
        return element;
    }
}

static struct expression *read_repetition(struct reader *r) {
    if (!isdigit(peek(r)) && peek(r) != '*') {
        return read_element(r);
    }
    struct expression *repetition = new_expression(r, EXPRESSION_REPETITION);
    if (isdigit(peek(r))) {
        repetition->low = repetition->high = (uint32_t)read_number(r, 10, MAX_REPETITION);
    }
    if (accept(r, '*')) {
        repetition->high =
            isdigit(peek(r)) ? (uint32_t)read_number(r, 10, MAX_REPETITION) : ABNF_UNBOUNDED;
    }
    if (repetition->high < repetition->low || repetition->high == 0) {
        abnf_fail(r->abnf, &repetition->place, "the repetition can't happen");
    }
    repetition->parts = read_element(r);
    return repetition;
}

/* `X - ("A" / "B")` or `X - <first words of RULE>`; after the "-". */
static struct expression *read_difference(struct reader *r, struct expression *from) {
    static const char prose[] = "first words of ";
    struct expression *difference = new_expression(r, EXPRESSION_DIFFERENCE);
    advance(r);
    skip_blank(r);
    difference->parts = from;
    if (from->kind != EXPRESSION_REPETITION || from->low > 1 || from->high != ABNF_UNBOUNDED) {
        abnf_fail(r->abnf, &difference->place, "only *X and 1*X can have words taken out");
    }
    struct expression *words = read_element(r);
    if (words->kind == EXPRESSION_PROSE && strncmp(words->text, prose, sizeof prose - 1) == 0) {
        difference->text = words->text + sizeof prose - 1;
        return difference;
    }
    from->next = words->kind == EXPRESSION_ALTERNATION ? words->parts : words;
    for (struct expression *word = from->next; word != NULL; word = word->next) {
        if (word->kind != EXPRESSION_STRING) {
            abnf_fail(r->abnf, &word->place, "only strings can be taken out");
        }
    }
    return difference;
}

static struct expression *read_sequence(struct reader *r) {
    struct expression *first = NULL, **last = &first, **link = &first;
    skip_blank(r);
    struct abnf_place place = r->place;
    for (;;) {
        skip_blank(r);
        int c = peek(r);
        if (at_definition_end(r) || c == '/' || c == ')' || c == ']') {
            break;
        }
        if (c == '-' && first != NULL) {
            *last = read_difference(r, *last);
            link = &(*last)->next;
            continue;
        }
        last = link;
        *link = read_repetition(r);
        link = &(*link)->next;
    }
    if (first == NULL) {
        unexpected(r, "an element");
    }
    if (first->next == NULL) {
        return first;
    }
    struct expression *sequence = new_expression(r, EXPRESSION_SEQUENCE);
    sequence->place = place;
    sequence->parts = first;
    return sequence;
}

static struct expression *read_alternation(struct reader *r) {
    struct expression *first = read_sequence(r);
    if (peek(r) != '/') {
        return first;
    }
    struct expression *alternation = new_expression(r, EXPRESSION_ALTERNATION);
    alternation->place = first->place;
    struct expression **link = &alternation->parts;
    *link = first;
    while (accept(r, '/')) {
        link = &(*link)->next;
        *link = read_sequence(r);
    }
    return alternation;
}

/* ---- rules --------------------------------------------------------------------------------- */

static void extend(struct reader *r, struct abnf_rule *rule, struct expression *more) {
    if (rule->definition->kind != EXPRESSION_ALTERNATION) {
        struct expression *alternation = new_expression(r, EXPRESSION_ALTERNATION);
        alternation->place = rule->definition->place;
        alternation->parts = rule->definition;
        rule->definition = alternation;
    }
    struct expression **link = rule->last != NULL ? &rule->last->next : &rule->definition->parts;
    while (*link != NULL) {
        link = &(*link)->next;
    }
    *link = more->kind == EXPRESSION_ALTERNATION ? more->parts : more;
    for (struct expression *part = *link; part != NULL; part = part->next) {
        part->extension = rule->extension != r->extension ? r->extension : part->extension;
        rule->last = part;
    }
}

static unsigned new_rule(struct reader *r, const char *name, const struct abnf_place *place) {
    struct abnf *abnf = r->abnf;
    if (abnf->rule_count >= MAX_RULES) {
        abnf_fail(abnf, place, "more than %d rules", MAX_RULES - 1);
    }
    abnf->rules = arena_grow(abnf->arena, abnf->rules, abnf->rule_count, &abnf->rule_capacity,
                             sizeof *abnf->rules);
    unsigned number = (unsigned)abnf->rule_count++;
    abnf->rules[number] =
        (struct abnf_rule){.name = name, .label = number, .extension = r->extension};
    return number;
}

static const char *base_name(const char *file) {
    const char *slash = strrchr(file, '/');
    return slash == NULL ? file : slash + 1;
}

static void read_rule(struct reader *r) {
    struct abnf_place place = r->place;
    const char *name = read_name(r);
    while (accept(r, ' ') || accept(r, '\t')) {
    }
    if (!accept(r, '=')) {
        unexpected(r, "\"=\" or \"=/\"");
    }
    bool more = accept(r, '/');
    struct expression *definition = read_alternation(r);
    if (!at_definition_end(r)) {
        unexpected(r, "an element, \"/\" or the next rule");
    }
    unsigned number = abnf_find(r->abnf, name);
    abnf_work(r->abnf, r->abnf->rule_count);
    if (more) {
        if (number == 0) {
            abnf_fail(r->abnf, &place, "%s is extended but not defined", name);
        }
        extend(r, &r->abnf->rules[number], definition);
        return;
    }
    if (number != 0 && r->abnf->rules[number].place.text == place.text) {
        abnf_fail(r->abnf, &place, "%s is defined twice, first in line %u", name,
                  r->abnf->rules[number].place.line);
    }
    if (number == 0) {
        number = new_rule(r, name, &place);
    }
    struct abnf_rule *rule = &r->abnf->rules[number];
    const char *file = base_name(place.file);
    if (rule->definition != NULL) {
        struct abnf_rule *former = arena_take(r->abnf->arena, 1, sizeof *former);
        *former = *rule;
        rule->former = former;
    }
    rule->core = strcmp(file, "core.abnf") == 0;
    if (rule->origin == NULL || strcmp(file, "overlay.abnf") != 0) {
        rule->origin = file;
    }
    rule->place = place;
    rule->definition = definition;
    rule->last = NULL;
}

/* ---- directives ---------------------------------------------------------------------------- */

static void skip_spaces(struct reader *r) {
    while (accept(r, ' ') || accept(r, '\t')) {
    }
}

static bool at_line_end(struct reader *r) {
    skip_spaces(r);
    return peek(r) == -1 || peek(r) == '\n' || peek(r) == '\r' || peek(r) == ';';
}

/* The rule that a directive names must be defined already: the overlay is read last. */
static unsigned read_known_rule(struct reader *r) {
    skip_spaces(r);
    struct abnf_place place = r->place;
    const char *name = read_name(r);
    unsigned number = abnf_find(r->abnf, name);
    if (number == 0) {
        abnf_fail(r->abnf, &place, "no rule %s", name);
    }
    return number;
}

static void read_root(struct reader *r) {
    struct abnf *abnf = r->abnf;
    struct abnf_root root = {.place = r->place};
    skip_spaces(r);
    root.name = read_name(r);
    root.rule = read_known_rule(r);
    abnf->roots = arena_grow(abnf->arena, abnf->roots, abnf->root_count, &abnf->root_capacity,
                             sizeof *abnf->roots);
    abnf->roots[abnf->root_count++] = root;
}

static void read_number_rule(struct reader *r) {
    struct abnf_rule *rule = &r->abnf->rules[read_known_rule(r)];
    skip_spaces(r);
    rule->highest = read_number(r, 10, UINT64_MAX);
    rule->node = RULE_LEAF;
}

/* `as NAME` after a rule: what the rule is called. */
static void read_label(struct reader *r, struct abnf_rule *rule) {
    skip_spaces(r);
    if (r->end - r->text > 3 && strncmp(r->text, "as ", 3) == 0) {
        advance(r);
        advance(r);
        rule->label = read_known_rule(r);
    }
}

static void read_literal(struct reader *r) {
    struct abnf_rule *rule = &r->abnf->rules[read_known_rule(r)];
    skip_spaces(r);
    rule->linkage = accept(r, '8') ? LINK_LITERAL8 : LINK_LITERAL;
}

/* Skips an extension's name: a word of printable characters. */
static void skip_extension_name(struct reader *r) {
    struct abnf_place place = r->place;
    while (peek(r) > ' ' && peek(r) <= '~' && peek(r) != ';') {
        advance(r);
    }
    if (r->place.column == place.column) {
        unexpected(r, "an extension's name");
    }
    if (r->place.column - place.column >= IMAP_EXTENSION_TEXT) {
        abnf_fail(r->abnf, &place, "the extension's name has more than %d characters",
                  IMAP_EXTENSION_TEXT - 1);
    }
}

/* The names up to the end of the line, with one space between them; "" for none. */
static const char *read_extension_names(struct reader *r) {
    const char *end = memchr(r->text, '\n', (size_t)(r->end - r->text));
    size_t length = 0, size = (size_t)((end != NULL ? end : r->end) - r->text);
    char *names = arena_take(r->abnf->arena, size + 1, 1);
    while (!at_line_end(r)) {
        const char *name = r->text;
        skip_extension_name(r);
        if (length > 0) {
            names[length++] = ' ';
        }
        memcpy(names + length, name, (size_t)(r->text - name));
        length += (size_t)(r->text - name);
    }
    return names;
}

/* Without a name, what follows belongs to no extension. */
static void read_extension(struct reader *r) {
    struct abnf *abnf = r->abnf;
    skip_spaces(r);
    struct abnf_place place = r->place;
    const char *names = read_extension_names(r);
    r->extension = 0;
    if (names[0] == '\0') {
        return;
    }
    if (abnf->extension_count > MAX_EXTENSIONS) {
        abnf_fail(abnf, &place, "more than %d extensions", MAX_EXTENSIONS);
    }
    abnf->extensions = arena_grow(abnf->arena, abnf->extensions, abnf->extension_count,
                                  &abnf->extension_capacity, sizeof *abnf->extensions);
    r->extension = (unsigned)abnf->extension_count++;
    abnf->extensions[r->extension] =
        (struct abnf_extension){.names = names,
                                .origin = base_name(place.file),
                                .vendor = strstr(place.file, "vendor/") != NULL};
}

/* Gives every string or reference of this name within the expression to the section's extension.
 * Groups are bounded by MAX_GROUP_DEPTH, so this recursion is too. */
static unsigned claim(const struct reader *r, struct expression *expression, const char *text) {
    unsigned claimed = 0;
    bool named =
        (expression->kind == EXPRESSION_STRING || expression->kind == EXPRESSION_REFERENCE) &&
        strcasecmp(expression->text, text) == 0;
    if (named) {
        expression->extension = r->extension;
        claimed++;
    }
    for (struct expression *part = expression->parts; part != NULL; part = part->next) {
        claimed += claim(r, part, text);
    }
    return claimed;
}

static unsigned extension_of(const struct expression *expression, const char *text) {
    unsigned extension = 0;
    if (expression->kind == EXPRESSION_STRING && strcasecmp(expression->text, text) == 0) {
        extension = expression->extension;
    }
    for (const struct expression *part = expression->parts; part != NULL && extension == 0;
         part = part->next) {
        extension = extension_of(part, text);
    }
    return extension;
}

unsigned abnf_extension_of(const struct abnf *abnf, unsigned rule, const char *text) {
    return extension_of(abnf->rules[rule].definition, text);
}

/* `@belongs RULE WORD...`: parts that a rule of no extension, or of another, has already. */
static void read_belongs(struct reader *r) {
    struct abnf_rule *rule = &r->abnf->rules[read_known_rule(r)];
    while (!at_line_end(r)) {
        struct abnf_place place = r->place;
        const char *text = accept(r, '"') ? read_until(r, '"', "the string") : read_name(r);
        if (claim(r, rule->definition, text) == 0) {
            abnf_fail(r->abnf, &place, "%s has no part %s", rule->name, text);
        }
    }
}

static void read_directive(struct reader *r) {
    struct abnf_place place = r->place;
    advance(r);
    const char *name = read_name(r);
    if (strcmp(name, "root") == 0) {
        read_root(r);
    } else if (strcmp(name, "extension") == 0) {
        read_extension(r);
    } else if (strcmp(name, "belongs") == 0) {
        read_belongs(r);
    } else if (strcmp(name, "number") == 0) {
        read_number_rule(r);
    } else if (strcmp(name, "literal") == 0) {
        read_literal(r);
    } else {
        while (!at_line_end(r)) {
            struct abnf_rule *rule = &r->abnf->rules[read_known_rule(r)];
            if (strcmp(name, "node") == 0) {
                rule->node = RULE_NODE;
            } else if (strcmp(name, "leaf") == 0) {
                rule->node = RULE_LEAF;
            } else if (strcmp(name, "call") == 0) {
                rule->linkage = LINK_CALL;
            } else if (strcmp(name, "nested") == 0) {
                rule->linkage = LINK_NESTED;
            } else if (strcmp(name, "catch") == 0) {
                rule->linkage = LINK_CALL;
                rule->caught = true;
            } else {
                abnf_fail(r->abnf, &place, "no directive @%s", name);
            }
            read_label(r, rule);
        }
    }
    if (!at_line_end(r)) {
        unexpected(r, "the end of the line");
    }
    skip_line(r);
}

void abnf_read(struct abnf *abnf, const char *file, const char *text, size_t size) {
    struct reader r = {.abnf = abnf,
                       .text = text,
                       .end = text + size,
                       .place = {.file = file, .line = 1, .column = 1, .text = ++abnf->text_count}};
    abnf->text = r.place;
    if (size > MAX_FILE_SIZE) {
        abnf_fail(abnf, &r.place, "the file is over %d octets", MAX_FILE_SIZE);
    }
    for (;;) {
        skip_blank(&r);
        if (peek(&r) == -1) {
            return;
        }
        if (r.place.column != 1) {
            unexpected(&r, "a rule, which begins in column 1");
        }
        if (peek(&r) == '@') {
            read_directive(&r);
        } else {
            read_rule(&r);
        }
    }
}

/* ---- resolution ---------------------------------------------------------------------------- */

static void find_references(struct abnf *abnf, struct expression *expression) {
    bool referring = expression->kind == EXPRESSION_REFERENCE ||
                     (expression->kind == EXPRESSION_DIFFERENCE && expression->text != NULL);
    if (referring) {
        abnf_work(abnf, abnf->rule_count);
        expression->rule = abnf_find(abnf, expression->text);
        if (expression->rule == 0) {
            abnf_fail(abnf, &expression->place, "no rule %s", expression->text);
        }
    }
    if (referring && expression->kind == EXPRESSION_DIFFERENCE) {
        abnf->rules[expression->rule].open = true;
    }
    for (struct expression *part = expression->parts; part != NULL; part = part->next) {
        find_references(abnf, part);
    }
}

/* Where a rule of no extension refers to an extension's rule, the extension is made use of; but not
 * in an open rule. */
static void find_uses(const struct abnf *abnf, struct expression *expression, bool open) {
    if (open) {
        expression->extension = 0;
    } else if (expression->extension != 0) {
        return;
    } else if (expression->kind == EXPRESSION_REFERENCE) {
        expression->extension = abnf->rules[expression->rule].extension;
    }
    for (struct expression *part = expression->parts; part != NULL; part = part->next) {
        find_uses(abnf, part, open);
    }
}

const char *abnf_label_name(const struct abnf *abnf, unsigned label) {
    return (label & LABEL_EXTENSION) != 0 ? abnf->extensions[label & ~LABEL_EXTENSION].names
                                          : abnf->rules[label].name;
}

bool abnf_nullable(const struct abnf *abnf, const struct expression *expression) {
    const struct expression *part = expression->parts;
    switch (expression->kind) {
    case EXPRESSION_STRING:
        return expression->text[0] == '\0';
    case EXPRESSION_SEQUENCE:
        while (part != NULL && abnf_nullable(abnf, part)) {
            part = part->next;
        }
        return part == NULL;
    case EXPRESSION_ALTERNATION:
        while (part != NULL && !abnf_nullable(abnf, part)) {
            part = part->next;
        }
        return part != NULL;
    case EXPRESSION_REPETITION:
        return expression->low == 0 || abnf_nullable(abnf, part);
    case EXPRESSION_REFERENCE:
        return abnf->rules[expression->rule].nullable;
    case EXPRESSION_DIFFERENCE:
        return part->low == 0;
    default:
        return false;
    }
}

static void find_nullable(struct abnf *abnf) {
    for (bool changed = true; changed;) {
        changed = false;
        abnf_work(abnf, abnf->expression_count);
        for (unsigned i = 1; i < abnf->rule_count; i++) {
            struct abnf_rule *rule = &abnf->rules[i];
            if (!rule->nullable && abnf_nullable(abnf, rule->definition)) {
                changed = rule->nullable = true;
            }
        }
    }
}

/* ---- sets of octets ------------------------------------------------------------------------ */

/* Of the rules that it refers to, what is known so far. Groups are bounded by MAX_GROUP_DEPTH, so
 * this recursion is too. */
static bool collect_octets(const struct abnf *abnf, const struct expression *expression,
                           struct octet_set *set) {
    const struct octet_set *more = &expression->set;
    const struct expression *part = expression->parts;
    if (expression->extension != 0) {
        return false;
    }
    switch (expression->kind) {
    case EXPRESSION_STRING:
        if (strlen(expression->text) != 1) {
            return false;
        }
        octet_set_add(set, (unsigned char)expression->text[0]);
        if (!expression->case_sensitive) {
            octet_set_add(set, (unsigned)toupper((unsigned char)expression->text[0]));
            octet_set_add(set, (unsigned)tolower((unsigned char)expression->text[0]));
        }
        return true;
    case EXPRESSION_ALTERNATION:
        while (part != NULL && collect_octets(abnf, part, set)) {
            part = part->next;
        }
        return part == NULL;
    case EXPRESSION_REFERENCE:
        if (!abnf->rules[expression->rule].is_set) {
            return false;
        }
        more = &abnf->rules[expression->rule].octets;
        break;
    case EXPRESSION_SET:
        break;
    default:
        return false;
    }
    for (unsigned i = 0; i < 4; i++) {
        set->bits[i] |= more->bits[i];
    }
    return true;
}

static void find_sets(struct abnf *abnf) {
    for (bool changed = true; changed;) {
        changed = false;
        abnf_work(abnf, abnf->expression_count);
        for (unsigned i = 1; i < abnf->rule_count; i++) {
            struct abnf_rule *rule = &abnf->rules[i];
            if (!rule->is_set && abnf_expression_octets(abnf, rule->definition, &rule->octets)) {
                changed = rule->is_set = true;
            }
        }
    }
}

bool abnf_expression_octets(const struct abnf *abnf, const struct expression *expression,
                            struct octet_set *set) {
    *set = (struct octet_set){{0}};
    return collect_octets(abnf, expression, set);
}

bool abnf_octets(const struct abnf *abnf, unsigned rule, struct octet_set *set) {
    *set = abnf->rules[rule].octets;
    return abnf->rules[rule].is_set;
}

/* Does it read digits alone? */
static bool reads_digits(struct abnf *abnf, const struct expression *expression, unsigned depth) {
    const struct expression *part = expression->parts;
    const uint64_t digits = UINT64_C(0x3FF) << '0';
    const struct octet_set *set = &expression->set;

    abnf_work(abnf, 1);
    switch (expression->kind) {
    case EXPRESSION_SET:
        return ((set->bits[0] & ~digits) | set->bits[1] | set->bits[2] | set->bits[3]) == 0;
    case EXPRESSION_STRING:
        return expression->text[strspn(expression->text, "0123456789")] == '\0';
    case EXPRESSION_REFERENCE:
        return depth < MAX_NUMBER_DEPTH &&
               reads_digits(abnf, abnf->rules[expression->rule].definition, depth + 1);
    case EXPRESSION_SEQUENCE:
    case EXPRESSION_ALTERNATION:
    case EXPRESSION_REPETITION:
        while (part != NULL && reads_digits(abnf, part, depth)) {
            part = part->next;
        }
        return part == NULL;
    default:
        return false;
    }
}

/* The parser would make a number of whatever stands there. */
static void check_numbers(struct abnf *abnf) {
    for (unsigned i = 1; i < abnf->rule_count; i++) {
        const struct abnf_rule *rule = &abnf->rules[i];
        if (rule->highest != 0 && !reads_digits(abnf, rule->definition, 0)) {
            abnf_fail(abnf, &rule->place, "%s is a number, but reads more than digits", rule->name);
        }
    }
}

void abnf_resolve(struct abnf *abnf) {
    for (unsigned i = 1; i < abnf->rule_count; i++) {
        find_references(abnf, abnf->rules[i].definition);
    }
    for (unsigned i = 1; i < abnf->rule_count; i++) {
        if (abnf->rules[i].extension == 0) {
            find_uses(abnf, abnf->rules[i].definition, abnf->rules[i].open);
        }
    }
    check_numbers(abnf);
    find_nullable(abnf);
    find_sets(abnf);
}

/* ---- first words --------------------------------------------------------------------------- */

struct first_words {
    const struct abnf *abnf;
    abnf_word *take;
    void *context;
    unsigned steps;
};

static bool find_first_words(struct first_words *words, const struct expression *expression,
                             unsigned depth) {
    const struct expression *part = expression->parts;
    if (depth > MAX_FIRST_DEPTH || words->steps++ > MAX_FIRST_STEPS) {
        return false;
    }
    switch (expression->kind) {
    case EXPRESSION_STRING:
        words->take(words->context, expression);
        return true;
    case EXPRESSION_SEQUENCE:
        return find_first_words(words, part, depth + 1);
    case EXPRESSION_ALTERNATION:
        while (part != NULL && find_first_words(words, part, depth + 1)) {
            part = part->next;
        }
        return part == NULL;
    case EXPRESSION_REFERENCE:
        return find_first_words(words, words->abnf->rules[expression->rule].definition, depth + 1);
    default:
        return true;
    }
}

bool abnf_first_words(const struct abnf *abnf, unsigned rule, abnf_word *take, void *context) {
    struct first_words words = {abnf, take, context, 0};
    return find_first_words(&words, abnf->rules[rule].definition, 0);
}
