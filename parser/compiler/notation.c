#include "notation.h"

#include <stdarg.h>
#include <stdio.h>

struct writing {
    char *text;
    size_t size, length;
};

static void write_expression(struct writing *, const struct expression *);

__attribute__((format(printf, 2, 3))) static void add(struct writing *w, const char *format, ...) {
    size_t left = w->length < w->size ? w->size - w->length : 0;
    va_list arguments;
    va_start(arguments, format);
    int added = vsnprintf(left > 0 ? w->text + w->length : NULL, left, format, arguments);
    va_end(arguments);
    w->length += added > 0 ? (size_t)added : 0;
}

/* ---- octets -------------------------------------------------------------------------------- */

/* The first octet from `octet` on that is in the set (or isn't, if `has` is false); 256 for none.
 */
static unsigned next_octet(const struct octet_set *set, unsigned octet, bool has) {
    while (octet < 256 && octet_set_has(set, octet) != has) {
        octet++;
    }
    return octet;
}

static bool is_single(const struct octet_set *set) {
    unsigned octet = next_octet(set, 0, true);
    return octet < 256 && next_octet(set, octet + 1, true) == 256;
}

/* A set is one range, as abnf_read makes them. */
static void write_set(struct writing *w, const struct octet_set *set) {
    unsigned low = next_octet(set, 0, true), high = next_octet(set, low, false) - 1;
    add(w, "%%x%02X", low);
    if (high > low) {
        add(w, "-%02X", high);
    }
}

/* Is it a sequence that %x0D.0A stands for? */
static bool is_chain(const struct expression *expression) {
    bool chain = expression->kind == EXPRESSION_SEQUENCE;
    for (const struct expression *part = expression->parts; chain && part != NULL;
         part = part->next) {
        chain = part->kind == EXPRESSION_SET && is_single(&part->set);
    }
    return chain;
}

static void write_chain(struct writing *w, const struct expression *chain) {
    const char *before = "%x";
    for (const struct expression *part = chain->parts; part != NULL; part = part->next) {
        add(w, "%s%02X", before, next_octet(&part->set, 0, true));
        before = ".";
    }
}

/* ---- what has parts -------------------------------------------------------------------------- */

bool notation_is_optional(const struct expression *expression) {
    return expression->kind == EXPRESSION_REPETITION && expression->low == 0 &&
           expression->high == 1;
}

static void write_group(struct writing *w, const struct expression *expression) {
    add(w, "(");
    write_expression(w, expression);
    add(w, ")");
}

/* What can be repeated. */
static void write_element(struct writing *w, const struct expression *expression) {
    if (expression->parts == NULL || notation_is_optional(expression) || is_chain(expression)) {
        write_expression(w, expression);
    } else {
        write_group(w, expression);
    }
}

static void write_repetition(struct writing *w, const struct expression *repetition) {
    uint32_t low = repetition->low, high = repetition->high;
    if (notation_is_optional(repetition)) {
        add(w, "[");
        write_expression(w, repetition->parts);
        add(w, "]");
        return;
    }
    if (low > 0) {
        add(w, "%u", low);
    }
    if (high != low) {
        add(w, "*");
    }
    if (high != low && high != ABNF_UNBOUNDED) {
        add(w, "%u", high);
    }
    write_element(w, repetition->parts);
}

static void write_sequence(struct writing *w, const struct expression *sequence) {
    if (is_chain(sequence)) {
        write_chain(w, sequence);
        return;
    }
    for (const struct expression *part = sequence->parts; part != NULL; part = part->next) {
        bool plain = part->kind == EXPRESSION_REPETITION || part->kind == EXPRESSION_DIFFERENCE;
        (plain ? write_expression : write_element)(w, part);
        add(w, "%s", part->next != NULL ? " " : "");
    }
}

static void write_alternation(struct writing *w, const struct expression *alternation) {
    for (const struct expression *part = alternation->parts; part != NULL; part = part->next) {
        bool plain = part->kind != EXPRESSION_ALTERNATION;
        (plain ? write_expression : write_group)(w, part);
        add(w, "%s", part->next != NULL ? " / " : "");
    }
}

static void write_difference(struct writing *w, const struct expression *difference) {
    const struct expression *word = difference->parts->next;
    write_repetition(w, difference->parts);
    add(w, " - ");
    if (difference->text != NULL) {
        add(w, "<first words of %s>", difference->text);
        return;
    }
    bool several = word->next != NULL;
    add(w, "%s", several ? "(" : "");
    for (; word != NULL; word = word->next) {
        write_expression(w, word);
        add(w, "%s", word->next != NULL ? " / " : "");
    }
    add(w, "%s", several ? ")" : "");
}

/* Groups are bounded, so this recursion is too. */
static void write_expression(struct writing *w, const struct expression *expression) {
    switch (expression->kind) {
    case EXPRESSION_SET:
        write_set(w, &expression->set);
        return;
    case EXPRESSION_STRING:
        add(w, "%s\"%s\"", expression->case_sensitive ? "%s" : "", expression->text);
        return;
    case EXPRESSION_SEQUENCE:
        write_sequence(w, expression);
        return;
    case EXPRESSION_ALTERNATION:
        write_alternation(w, expression);
        return;
    case EXPRESSION_REPETITION:
        write_repetition(w, expression);
        return;
    case EXPRESSION_REFERENCE:
        add(w, "%s", expression->text);
        return;
    case EXPRESSION_DIFFERENCE:
        write_difference(w, expression);
        return;
    case EXPRESSION_PROSE:
        add(w, "<%s>", expression->text);
    }
}

size_t notation_write(const struct expression *expression, char *text, size_t size) {
    struct writing w = {.text = text, .size = size};
    if (size > 0) {
        text[0] = '\0';
    }
    write_expression(&w, expression);
    return w.length;
}
