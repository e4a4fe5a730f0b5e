#include "capture.h"

#include <stdio.h>
#include <string.h>

#include "../compare/placeholder.h"

static struct placeholder read_at(const struct piece *piece, size_t at) {
    return placeholder_at((const char *)piece->text.octets, piece->text.size, at);
}

/* Moves *at to the next placeholder from there on; false when there is none. */
static bool find_next(const struct piece *piece, size_t *at, struct placeholder *placeholder) {
    for (; *at < piece->text.size; ++*at) {
        *placeholder = read_at(piece, *at);
        if (placeholder->kind != PLACEHOLDER_NONE) {
            return true;
        }
    }
    return false;
}

static bool check_rule(const struct transcript *transcript, const struct piece *piece,
                       const struct placeholder *placeholder) {
    char sentence[128];

    if (!placeholder->rule[0] ||
        imap_grammar_rule(transcript->dialog->grammar, placeholder->rule)) {
        return true;
    }
    snprintf(sentence, sizeof sentence, "the grammar has no rule `%s`", placeholder->rule);
    return transcript_fail_piece(transcript, piece, placeholder->rule_at, sentence);
}

static bool check_name(const struct transcript *transcript, const struct piece *piece, size_t at,
                       const struct placeholder *placeholder) {
    char sentence[192];

    if (variables_get(&transcript->dialog->examples, placeholder->name)) {
        return true;
    }
    snprintf(sentence, sizeof sentence, "`%s` is captured in no line above that must come",
             placeholder->name);
    return transcript_fail_piece(transcript, piece, at, sentence);
}

/* What a number is to be greater or less than must be known. */
static bool check_bound(const struct transcript *transcript, const struct piece *piece,
                        const struct placeholder *placeholder) {
    struct placeholder bound = {.kind = PLACEHOLDER_CAPTURE};

    memcpy(bound.name, placeholder->bound, sizeof bound.name);
    return !placeholder->order || check_name(transcript, piece, placeholder->bound_at, &bound);
}

bool capture_check_sent(const struct transcript *transcript, const struct piece *piece) {
    struct placeholder placeholder;

    for (size_t at = 0; find_next(piece, &at, &placeholder); at = placeholder.end) {
        if (placeholder.kind == PLACEHOLDER_BROKEN) {
            return transcript_fail_piece(transcript, piece, at, placeholder.problem);
        }
        if (placeholder.kind == PLACEHOLDER_ANY) {
            return transcript_fail_piece(transcript, piece, at,
                                         "a line that is sent leaves nothing open");
        }
        if (placeholder.order) {
            return transcript_fail_piece(transcript, piece, placeholder.bound_at - 1,
                                         "a line that is sent compares nothing");
        }
        if (placeholder.kind != PLACEHOLDER_OCTETS &&
            !(check_rule(transcript, piece, &placeholder) &&
              check_name(transcript, piece, at, &placeholder))) {
            return false;
        }
    }
    return true;
}

/* Is the name captured within the piece, before `end`? */
static bool is_captured_before(const struct piece *piece, size_t end, const char *name) {
    struct placeholder placeholder;

    for (size_t at = 0; find_next(piece, &at, &placeholder) && at < end; at = placeholder.end) {
        if (placeholder.kind == PLACEHOLDER_CAPTURE && placeholder.rule[0] &&
            strcmp(placeholder.name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_capture(struct transcript *transcript, const struct piece *piece, size_t at,
                          const struct placeholder *capture) {
    if (!capture->rule[0]) {
        return is_captured_before(piece, at, capture->name) ||
               check_name(transcript, piece, at, capture);
    }
    return check_rule(transcript, piece, capture) &&
           (variables_set(&transcript->rules, capture->name, capture->rule,
                          strlen(capture->rule)) ||
            source_fail_memory(transcript->source));
}

bool capture_check_expected(struct transcript *transcript, const struct piece *piece) {
    struct placeholder placeholder;

    for (size_t at = 0; find_next(piece, &at, &placeholder); at = placeholder.end) {
        if (placeholder.kind == PLACEHOLDER_BROKEN) {
            return transcript_fail_piece(transcript, piece, at, placeholder.problem);
        }
        if (placeholder.kind == PLACEHOLDER_LENGTH) {
            return transcript_fail_piece(transcript, piece, at,
                                         "only a line that is sent has {#name}");
        }
        if (placeholder.kind == PLACEHOLDER_ANY && !check_rule(transcript, piece, &placeholder)) {
            return false;
        }
        if (!check_bound(transcript, piece, &placeholder)) {
            return false;
        }
        if (placeholder.kind == PLACEHOLDER_CAPTURE &&
            !check_capture(transcript, piece, at, &placeholder)) {
            return false;
        }
    }
    return true;
}

bool capture_define(struct transcript *transcript, const struct piece *piece) {
    struct dialog *dialog = transcript->dialog;
    struct placeholder placeholder;

    for (size_t at = 0; find_next(piece, &at, &placeholder); at = placeholder.end) {
        if (placeholder.kind != PLACEHOLDER_CAPTURE || !placeholder.rule[0]) {
            continue;
        }
        const char *example = imap_rule_example(
            dialog->grammar, imap_grammar_rule(dialog->grammar, placeholder.rule));
        if (example &&
            !variables_set(&dialog->examples, placeholder.name, example, strlen(example))) {
            return source_fail_memory(transcript->source);
        }
    }
    return true;
}

bool capture_spell_out(const struct transcript *transcript, struct piece *piece) {
    struct placeholder placeholder;
    struct buffer spelled = {0};
    size_t from = 0;

    for (size_t at = 0; find_next(piece, &at, &placeholder); at = placeholder.end) {
        const struct variable *rule = NULL;
        if (placeholder.kind == PLACEHOLDER_CAPTURE && !placeholder.rule[0]) {
            rule = variables_get(&transcript->rules, placeholder.name);
        }
        if (!rule) {
            continue;
        }
        buffer_add(&spelled, piece->text.octets + from, at - from);
        buffer_format(&spelled, "${%s:%s}", placeholder.name, (const char *)rule->octets);
        from = placeholder.end;
    }
    buffer_add(&spelled, piece->text.octets + from, piece->text.size - from);
    bool is_spelled = !spelled.failed || source_fail_memory(transcript->source);
    buffer_free(&piece->text);
    piece->text = spelled;
    return is_spelled;
}
