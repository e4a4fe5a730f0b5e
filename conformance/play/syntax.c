/* Dialogs of mode: syntax: every line is checked with the grammar, nobody is talked to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../compare/pattern.h"
#include "player.h"

/* Tells why the parser does not read the message. */
static void report_error(struct result *result, const struct dialog_step *step,
                         const struct imap_parser *parser, const uint8_t *octets, size_t size) {
    const struct imap_error *error = imap_parser_error(parser);
    char sentence[IMAP_EXPLANATION_TEXT];

    imap_parser_explain(parser, sentence, sizeof sentence);
    struct failure *failure = result_fail(result, step->line, step->connection, "%s", sentence);
    if (!failure) {
        return;
    }
    size_t at = error->code != IMAP_NO_ERROR ? (size_t)error->offset : size;
    failure->actual = result_excerpt(octets, size, at, &failure->actual_caret);
    failure->rule = strdup(imap_rule_name(parser->grammar, error->rule));
}

static void check_sent(const struct dialog *dialog, size_t index, struct result *result) {
    const struct dialog_step *step = &dialog->steps[index];
    struct imap_parser parser;
    size_t size, consumed;
    uint8_t *octets = dialog_client_message(dialog, index, &size);

    if (!octets) {
        result_fail(result, step->line, step->connection, "out of memory");
        return;
    }
    imap_parser_init(&parser, dialog->grammar, dialog_root(dialog, index), NULL, NULL);
    if (imap_parser_feed(&parser, octets, size, &consumed) != IMAP_MORE ||
        !imap_parser_at_start(&parser)) {
        report_error(result, step, &parser, octets, size);
    }
    free(octets);
}

static void check_expected(const struct dialog *dialog, size_t index, struct result *result) {
    const struct dialog_step *step = &dialog->steps[index];
    char problem[256] = "out of memory";
    unsigned column = 1;
    size_t size;
    uint8_t *text = dialog_expand(step->text, step->size, &dialog->examples, &size);
    struct pattern *pattern = text ? pattern_compile(dialog->grammar, dialog_root(dialog, index),
                                                     text, size, problem, &column)
                                   : NULL;

    struct failure *failure =
        pattern ? NULL : result_fail(result, step->line, step->connection, "%s", problem);
    if (failure && text) {
        failure->expected = result_excerpt(text, size, column - 1, &failure->expected_caret);
    }
    pattern_free(pattern);
    free(text);
}

void play_syntax(const struct dialog *dialog, struct result *result) {
    for (size_t i = 0; i < dialog->step_count; i++) {
        if (dialog->steps[i].kind == STEP_EXPECT) {
            check_expected(dialog, i, result);
        } else if (dialog->steps[i].kind == STEP_SEND && dialog_begins_message(dialog, i)) {
            check_sent(dialog, i, result);
        }
    }
}
