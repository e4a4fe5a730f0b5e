#include "comparison.h"

#include <string.h>

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

/* The node at which the forms begin to differ, or the last. */
static uint32_t differing_node(const struct comparison *c, const struct ours *ours) {
    struct knowledge knowledge = {.without = c->knowledge.without};
    struct imitation imitation = {ours, &knowledge};
    size_t at = first_difference(&c->ours_form.text, &c->theirs_form.text);
    struct form form = {0};
    uint32_t node = ours_write(ours, &form, at, known_write, &imitation);
    form_free(&form);
    return node;
}

/* Both accept it. */
static enum verdict compare_values(struct comparison *c, const struct ours *ours,
                                   struct meeting *meeting) {
    struct imitation imitation = {ours, &c->knowledge};
    theirs_write(&c->theirs, &c->theirs_form);
    ours_write(ours, &c->ours_form, SIZE_MAX, known_write, &imitation);
    if (ours->size == c->theirs.read && same(&c->ours_form, &c->theirs_form)) {
        return VERDICT_ALIKE;
    }
    *meeting = known_vagueness(&c->knowledge, ours, differing_node(c, ours));
    return meeting->known ? VERDICT_KNOWN : VERDICT_NEW;
}

/* Only libetpan accepts it. */
static enum verdict compare_leniency(struct comparison *c, struct meeting *meeting) {
    if (c->tolerant.accepted) {
        return compare_values(c, &c->tolerant, meeting);
    }
    theirs_write(&c->theirs, &c->theirs_form);
    *meeting = known_acceptance(&c->knowledge, &c->tolerant);
    return meeting->known ? VERDICT_KNOWN : VERDICT_NEW;
}

static enum verdict judge(struct comparison *c, struct meeting *meeting) {
    if (c->ours.beyond || c->tolerant.beyond) {
        return VERDICT_BEYOND;
    }
    if (c->ours.accepted && c->theirs.accepted) {
        return compare_values(c, &c->ours, meeting);
    }
    if (c->ours.accepted) {
        *meeting = known_refusal(&c->knowledge, &c->ours);
        return meeting->known ? VERDICT_KNOWN : VERDICT_NEW;
    }
    if (c->theirs.accepted) {
        return compare_leniency(c, meeting);
    }
    /* One of them accepted it, and must do so when it is mended. */
    return c->knowledge.count == 0 ? VERDICT_ALIKE : VERDICT_NEW;
}

static void read_message(struct comparison *c, const uint8_t *octets, size_t count) {
    ours_read(&c->ours, c->root, octets, count, false);
    ours_read(&c->tolerant, c->root, octets, count, true);
    /* Of a literal that doesn't end libetpan would take the memory for all. */
    theirs_read(&c->theirs, c->root, octets, c->ours.cut || c->tolerant.cut ? 0 : count);
}

/* Octets of the message without the difference, 0 if that can't be. */
static size_t mend(struct comparison *c, const struct meeting *meeting) {
    const struct known *known = meeting->known;
    if (known == NULL || known->part == NULL) {
        return 0;
    }
    struct part part = known->part(&meeting->piece);
    size_t before = (size_t)(part.octets - c->ours.octets);
    size_t after = c->ours.given - before - part.count;
    size_t size = strlen(known->instead);
    if (before + size + after > sizeof c->mended) {
        return 0;
    }
    memmove(c->mended, c->ours.octets, c->ours.octets == c->mended ? 0 : before);
    memmove(c->mended + before + size, part.octets + part.count, after);
    memcpy(c->mended + before, known->instead, size);
    return before + size + after;
}

/* Compares it, and what comes of it when each known difference is mended. */
static enum verdict compare_mended(struct comparison *c, const uint8_t *octets, size_t count) {
    for (int mends = 0; mends <= MOST_MENDS; mends++) {
        struct meeting meeting = {.known = NULL};
        read_message(c, octets, count);
        if (mends == 0) {
            c->read = c->ours.accepted ? c->ours.size : 0;
        }
        enum verdict verdict = judge(c, &meeting);
        count = verdict == VERDICT_KNOWN ? mend(c, &meeting) : 0;
        if (count == 0) {
            return verdict;
        }
        octets = c->mended;
    }
    return VERDICT_KNOWN;
}

enum verdict compare(struct comparison *c, enum imap_root root, const void *octets, size_t count) {
    c->root = root;
    c->knowledge.count = 0;
    c->verdict = VERDICT_ALIKE; /* if libetpan doesn't come back */
    c->verdict = compare_mended(c, octets, count);
    bool quirky = c->theirs.accepted && !c->ours.accepted;
    if (c->verdict == VERDICT_ALIKE && (quirky || c->knowledge.count > 0)) {
        c->verdict = VERDICT_KNOWN;
    }
    theirs_release(&c->theirs);
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
    for (size_t i = 0; i < c->knowledge.count; i++) {
        fprintf(stream, "without %s: ", c->knowledge.met[i]->name);
    }
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
        tell_form(stream, "libetpan", &c->theirs_form);
    }
}
