#include "comparison.h"

#include <string.h>

/* With the others, libetpan takes as a value what has none by the grammar. */
enum {
    QUIRKS_OF_VALUES = 1U << IMAP_QUIRK_EMPTY_LINE | 1U << IMAP_QUIRK_BARE_PLUS |
                       1U << IMAP_QUIRK_MISSING_TEXT | 1U << IMAP_QUIRK_CODE_WITHOUT_SPACE |
                       1U << IMAP_QUIRK_UNQUOTED_SPECIAL | 1U << IMAP_QUIRK_NIL_STRING |
                       1U << IMAP_QUIRK_EMPTY_LIST | 1U << IMAP_QUIRK_NEGATIVE_NUMBER
};

void comparison_init(struct comparison *comparison) {
    *comparison = (struct comparison){0};
    ours_init(&comparison->ours);
    ours_init(&comparison->tolerant);
    theirs_init(&comparison->theirs);
}

void comparison_free(struct comparison *comparison) {
    form_free(&comparison->ours_form);
    form_free(&comparison->theirs_form);
    theirs_free(&comparison->theirs);
}

/* ---- comparing ----------------------------------------------------------------------------- */

static size_t first_difference(const struct buffer *a, const struct buffer *b) {
    size_t at = 0;
    while (at < a->size && at < b->size && a->octets[at] == b->octets[at]) {
        at++;
    }
    return at;
}

static bool same(const struct form *a, const struct form *b) {
    return a->text.size == b->text.size && first_difference(&a->text, &b->text) == a->text.size;
}

/* The node at which the forms begin to differ, 0 for none. */
static uint32_t differing_node(const struct comparison *c, const struct ours *ours) {
    struct imitation imitation = {.ours = ours};
    size_t at = first_difference(&c->ours_form.text, &c->theirs_form.text);
    struct form form = {0};
    uint32_t node = ours_write(ours, &form, at, known_write, &imitation);
    form_free(&form);
    return node;
}

/* Both accept it. */
static enum verdict compare_values(struct comparison *c, const struct ours *ours) {
    struct imitation imitation = {.ours = ours};
    theirs_write(&c->theirs, &c->theirs_form);
    ours_write(ours, &c->ours_form, SIZE_MAX, known_write, &imitation);
    if (ours->size != c->theirs.read || !same(&c->ours_form, &c->theirs_form)) {
        return known_vagueness(ours, differing_node(c, ours)) ? VERDICT_KNOWN : VERDICT_NEW;
    }
    return imitation.count > 0 ? VERDICT_KNOWN : VERDICT_ALIKE;
}

/* Only libetpan accepts it. */
static enum verdict compare_leniency(struct comparison *c) {
    const struct ours *tolerant = &c->tolerant;
    if (!tolerant->accepted) {
        return known_acceptance(tolerant) ? VERDICT_KNOWN : VERDICT_NEW;
    }
    if ((tolerant->quirks & QUIRKS_OF_VALUES) != 0) {
        return VERDICT_KNOWN;
    }
    return compare_values(c, tolerant) == VERDICT_NEW ? VERDICT_NEW : VERDICT_KNOWN;
}

static enum verdict judge(struct comparison *c) {
    if (c->ours.beyond || c->tolerant.beyond) {
        return VERDICT_BEYOND;
    }
    if (c->ours.accepted && c->theirs.accepted) {
        return compare_values(c, &c->ours);
    }
    if (c->ours.accepted) {
        return known_refusal(&c->ours) ? VERDICT_KNOWN : VERDICT_NEW;
    }
    return c->theirs.accepted ? compare_leniency(c) : VERDICT_ALIKE;
}

enum verdict compare(struct comparison *c, enum imap_root root, const void *octets, size_t count) {
    ours_read(&c->ours, root, octets, count, false);
    ours_read(&c->tolerant, root, octets, count, true);
    /* Of a literal that doesn't end libetpan would take the memory for all. */
    theirs_read(&c->theirs, root, octets, c->ours.cut || c->tolerant.cut ? 0 : count);
    c->verdict = judge(c);
    return c->verdict;
}

/* ---- telling ------------------------------------------------------------------------------- */

static void tell_octets(FILE *stream, const uint8_t *octets, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (octets[i] >= ' ' && octets[i] <= '~') {
            fputc(octets[i], stream);
        } else {
            fprintf(stream, "\\x%02x", octets[i]);
        }
    }
    fputc('\n', stream);
}

static void tell_form(FILE *stream, const char *who, const struct form *form) {
    fprintf(stream, "  %-9s%.*s\n", who, (int)form->text.size, (const char *)form->text.octets);
}

static void tell_values(const struct comparison *c, FILE *stream) {
    const struct ours *ours = c->ours.accepted ? &c->ours : &c->tolerant;
    const struct imap_node *node = &ours->nodes[differing_node(c, ours)];

    fprintf(stream, "another value: %s at octet %llu\n",
            imap_rule_name(imap_grammar_builtin(), node->rule), (unsigned long long)node->start);
    if (ours->size != c->theirs.read) {
        fprintf(stream, "  of %zu octets, libetpan reads %zu\n", ours->size, c->theirs.read);
    }
    tell_form(stream, "imapspec", &c->ours_form);
    tell_form(stream, "libetpan", &c->theirs_form);
}

void comparison_tell(const struct comparison *c, FILE *stream) {
    tell_octets(stream, c->ours.octets, c->ours.accepted ? c->ours.size : c->ours.given);
    if (c->ours.accepted && !c->theirs.accepted) {
        fputs("libetpan refuses it\n", stream);
    } else if (c->ours.accepted || c->tolerant.accepted) {
        tell_values(c, stream);
    } else {
        const struct imap_error *error = imap_parser_error(&c->tolerant.parser);
        char text[IMAP_EXPLANATION_TEXT];
        imap_parser_explain(&c->tolerant.parser, text, sizeof text);
        fprintf(stream, "imapspec refuses it: %s at octet %llu: %s\n",
                imap_rule_name(imap_grammar_builtin(), error->rule),
                (unsigned long long)error->offset, text);
    }
}
