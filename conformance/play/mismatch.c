#include "mismatch.h"

#include <string.h>

#include "../compare/placeholder.h"

bool mismatch_compare(const struct dialog_step *step, const struct pattern *pattern,
                      const struct message *message, const struct variables *variables,
                      struct variables *captures, struct difference *difference) {
    bool (*compare)(const struct pattern *, const uint8_t *, size_t, const struct imap_tree *,
                    const struct variables *, struct variables *, struct difference *) =
        step->expectation == EXPECT_EXACT ? compare_exactly : compare_message;

    return !message->refusal && compare(pattern, message->octets, message->size, &message->tree,
                                        variables, captures, difference);
}

/* The pattern as the dialog writes it, with placeholders where the examples stand; *at, an octet of
 * the pattern, becomes that of the text. */
static void write_pattern(const struct pattern *pattern, struct buffer *text, size_t *at) {
    size_t done = 0, moved = SIZE_MAX;
    char placeholder[PLACEHOLDER_TEXT];

    for (size_t i = 0; i < pattern->hole_count; i++) {
        const struct pattern_hole *hole = &pattern->holes[i];
        if (hole->start < done) {
            continue;
        }
        if (*at < hole->start && moved == SIZE_MAX) {
            moved = text->size + (*at - done);
        }
        buffer_add(text, pattern->octets + done, hole->start - done);
        if (*at < hole->end && moved == SIZE_MAX) {
            moved = text->size;
        }
        pattern_write_hole(pattern, hole, placeholder, sizeof placeholder);
        buffer_add_text(text, placeholder);
        done = hole->end;
    }
    if (moved == SIZE_MAX) {
        moved = text->size + (*at > done ? *at - done : 0);
    }
    buffer_add(text, pattern->octets + done, pattern->size - done);
    *at = moved;
}

static size_t without_line_end(const uint8_t *octets, size_t size) {
    return size >= 2 && memcmp(octets + size - 2, "\r\n", 2) == 0 ? size - 2 : size;
}

/* One side for a person. `caret` SIZE_MAX: none. */
static char *excerpt(const uint8_t *octets, size_t size, size_t *caret) {
    size_t shown = without_line_end(octets, size);
    size_t at = *caret == SIZE_MAX ? 0 : *caret < shown ? *caret : shown, column;
    char *text = result_excerpt(octets, shown, at, &column);

    if (*caret != SIZE_MAX) {
        *caret = column;
    }
    return text;
}

static void show_expected(struct failure *failure, const struct pattern *pattern, size_t at) {
    struct buffer text = {0};
    size_t place = at == SIZE_MAX ? 0 : at;

    write_pattern(pattern, &text, &place);
    failure->expected_caret = at == SIZE_MAX ? SIZE_MAX : place;
    if (!text.failed) {
        failure->expected = excerpt(text.octets, text.size, &failure->expected_caret);
    }
    buffer_free(&text);
}

static void show_actual(struct failure *failure, const struct message *message, size_t at) {
    failure->actual_caret = at;
    failure->actual = excerpt(message->octets, message->size, &failure->actual_caret);
}

void mismatch_report(struct result *result, const struct dialog_step *step,
                     const struct pattern *pattern, const struct variables *variables,
                     const struct message *nearest, const char *missing, const char *ended) {
    struct difference difference = {.rule = 0};
    struct variables captures = {0};
    bool compared = nearest && !nearest->refusal &&
                    !mismatch_compare(step, pattern, nearest, variables, &captures, &difference);

    variables_free(&captures);
    const char *sentence = compared                      ? difference.sentence
                           : nearest && nearest->refusal ? nearest->refusal
                           : ended                       ? ended
                                                         : missing;
    bool adds_end = ended && ended != sentence;
    struct failure *failure =
        result_fail(result, step->line, step->connection, "%s%s%s%s", sentence,
                    adds_end ? " (" : "", adds_end ? ended : "", adds_end ? ")" : "");
    if (!failure) {
        return;
    }
    show_expected(failure, pattern, compared ? difference.expected_at : SIZE_MAX);
    if (nearest) {
        show_actual(failure, nearest, compared ? difference.actual_at : SIZE_MAX);
    }
    if (compared && difference.rule) {
        failure->rule = strdup(imap_rule_name(pattern->grammar, difference.rule));
    }
}

void mismatch_report_absent(struct result *result, const struct dialog_step *step,
                            const struct pattern *pattern, const struct message *message) {
    struct failure *failure =
        result_fail(result, step->line, step->connection, "the server must not send this");

    if (!failure) {
        return;
    }
    show_expected(failure, pattern, SIZE_MAX);
    show_actual(failure, message, SIZE_MAX);
}
