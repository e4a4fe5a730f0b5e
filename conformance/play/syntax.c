/* Dialogs of mode: syntax: every message is judged by the grammar, by the checks, and by what was
 * said before; nobody is talked to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../buffer.h"
#include "../compare/pattern.h"
#include "../conversation.h"
#include "player.h"

/* Of one message's tree: those of a live server may be larger, those of a dialog file are not. */
enum { NODES = 65536 };

/* A dialog that is judged. */
struct judging {
    const struct dialog *dialog;
    struct conversation *conversations; /* one for each connection */
    struct imap_node *nodes;
    struct result *result;
};

/* A message that is judged. */
struct judged {
    const struct judging *judging;
    const struct dialog_step *step;
    uint8_t *octets;
    size_t size;
    enum imap_root root;
    struct imap_parser parser;
    struct imap_tree tree;
    const char *breach; /* the first rule that it breaks; NULL: none */
    bool found;         /* what a forbidden message is said to break is one of them */
};

/* ---- breaches -------------------------------------------------------------------------------- */

/* The message breaks a rule at octet `at`: wrong, or, of a forbidden message, as it should. */
static void note_breach(struct judged *judged, const char *rule, const char *sentence, size_t at) {
    const struct dialog_step *step = judged->step;

    judged->breach = judged->breach ? judged->breach : rule;
    if (step->kind == STEP_FORBIDDEN) {
        judged->found = judged->found || strcmp(rule, step->breaks) == 0;
        return;
    }
    struct failure *failure =
        result_fail(judged->judging->result, step->line, step->connection, "%s", sentence);
    if (failure) {
        failure->actual = result_excerpt(judged->octets, judged->size, at, &failure->actual_caret);
        failure->rule = strdup(rule);
    }
}

static void note_check(void *context, const struct imap_check *check, uint64_t start,
                       uint64_t end) {
    struct judged *judged = context;
    char sentence[IMAP_EXPLANATION_TEXT];

    (void)end;
    if (check->severity == IMAP_WARNING && judged->step->kind != STEP_FORBIDDEN) {
        return;
    }
    snprintf(sentence, sizeof sentence, "%s (%s)", check->sentence, check->source);
    note_breach(judged, check->name, sentence, (size_t)start);
}

/* What is printed of a session may leave something out, so that its order proves nothing: only a
 * message that is said to break it is held to it. */
static void note_order(void *context, const struct imap_check *check, uint64_t start,
                       uint64_t end) {
    struct judged *judged = context;

    if (judged->step->kind == STEP_FORBIDDEN) {
        note_check(judged, check, start, end);
    }
}

/* A malformed response code is legal text, an extension that isn't enabled is legal IMAP: only a
 * message that is said to break them is held to it. */
static bool on_event(void *context, const struct imap_event *event) {
    struct judged *judged = context;

    imap_tree_add(&judged->tree, event);
    if (event->kind == IMAP_EVENT_FINDING && judged->step->kind == STEP_FORBIDDEN) {
        bool is_extension = event->finding == IMAP_EXTENSION_NOT_ENABLED;
        const char *rule = imap_rule_name(judged->parser.grammar, event->rule);
        note_breach(judged, is_extension ? "extension" : rule, "", 0);
    }
    return event->kind != IMAP_EVENT_MESSAGE;
}

/* ---- messages -------------------------------------------------------------------------------- */

/* Is it one message of the grammar? Its tree is made. */
static bool parse(struct judged *judged) {
    const struct judging *judging = judged->judging;
    size_t consumed;

    imap_tree_init(&judged->tree, judging->nodes, NODES);
    imap_parser_init(&judged->parser, judging->dialog->grammar, judged->root, on_event, judged);
    imap_parser_allow(&judged->parser, &judging->dialog->extensions);
    imap_parser_feed(&judged->parser, judged->octets, judged->size, &consumed);
    return imap_parser_at_start(&judged->parser) && consumed == judged->size;
}

static void report_error(struct judged *judged) {
    const struct imap_error *error = imap_parser_error(&judged->parser);
    char sentence[IMAP_EXPLANATION_TEXT];
    bool is_refused = error->code != IMAP_NO_ERROR;

    imap_parser_explain(&judged->parser, sentence, sizeof sentence);
    note_breach(judged, imap_rule_name(judged->parser.grammar, error->rule), sentence,
                is_refused ? (size_t)error->offset : judged->size);
}

static void hear(struct judged *judged, enum side side, bool is_readable) {
    struct conversation *conversation =
        &judged->judging->conversations[judged->step->connection - 1];

    if (side == SERVER && is_readable) {
        conversation_hear_response(conversation, &judged->tree, judged->octets, note_order, judged);
    } else if (side == SERVER) {
        conversation_hear_refused(conversation, judged->octets, judged->size);
    } else if (judged->root == IMAP_COMMAND) {
        conversation_hear_command(conversation, judged->octets, judged->size, note_order, judged);
    }
}

static void judge(struct judged *judged, enum side side) {
    bool is_readable = parse(judged);

    if (is_readable) {
        imap_check_message(&judged->tree, judged->parser.grammar,
                           &judged->judging->dialog->extensions, judged->octets, note_check,
                           judged);
    } else {
        report_error(judged);
    }
    hear(judged, side, is_readable);
}

static void fail(const struct judging *judging, const struct dialog_step *step,
                 const char *sentence) {
    result_fail(judging->result, step->line, step->connection, "%s", sentence);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void judge_sent(const struct judging *judging, size_t index) {
    const struct dialog_step *step = &judging->dialog->steps[index];
    struct judged judged = {.judging = judging, .step = step};

    judged.root = dialog_root(judging->dialog, index);
    judged.octets = dialog_client_message(judging->dialog, index, &judged.size);
    if (judged.octets) {
        judge(&judged, CLIENT);
    } else {
        fail(judging, step, "out of memory");
    }
    free(judged.octets);
}

/* An expected message is a pattern; what stands for more than one message can't be heard. */
static void judge_expected(const struct judging *judging, size_t index) {
    const struct dialog *dialog = judging->dialog;
    const struct dialog_step *step = &dialog->steps[index];
    struct judged judged = {.judging = judging, .step = step, .root = dialog_root(dialog, index)};
    char problem[256] = "out of memory";
    unsigned column = 1;
    struct buffer message = {0};
    size_t size;
    uint8_t *text = dialog_expand(step->text, step->size, &dialog->examples, &size);
    struct pattern *pattern =
        text ? pattern_compile(dialog->grammar, judged.root, text, size, problem, &column) : NULL;

    struct failure *failure =
        pattern ? NULL : result_fail(judging->result, step->line, step->connection, "%s", problem);
    if (failure && text) {
        failure->expected = result_excerpt(text, size, column - 1, &failure->expected_caret);
    }
    buffer_add(&message, text, text ? size : 0);
    buffer_add_text(&message, "\r\n");
    judged.octets = message.octets;
    judged.size = message.size;
    if (pattern && !message.failed && parse(&judged)) {
        judge(&judged, SERVER);
    } else {
        conversation_miss(&judging->conversations[step->connection - 1]);
    }
    pattern_free(pattern);
    buffer_free(&message);
    free(text);
}

static void judge_forbidden(const struct judging *judging, size_t index) {
    const struct dialog *dialog = judging->dialog;
    const struct dialog_step *step = &dialog->steps[index];
    struct judged judged = {.judging = judging, .step = step};

    judged.root = dialog_root_after(dialog, index, step->connection, step->side);
    judged.octets = dialog_expand(step->text, step->size, &dialog->examples, &judged.size);
    if (!judged.octets) {
        fail(judging, step, "out of memory");
        return;
    }
    judge(&judged, step->side);
    if (!judged.found) {
        struct failure *failure = result_fail(judging->result, step->line, step->connection,
                                              "it does not break %s, but %s", step->breaks,
                                              judged.breach ? judged.breach : "nothing");
        if (failure) {
            failure->actual = result_excerpt(judged.octets, judged.size, 0, &failure->actual_caret);
        }
    }
    free(judged.octets);
}

static void judge_steps(const struct judging *judging) {
    const struct dialog *dialog = judging->dialog;

    for (size_t i = 0; i < dialog->step_count; i++) {
        if (dialog->steps[i].kind == STEP_EXPECT) {
            judge_expected(judging, i);
        } else if (dialog->steps[i].kind == STEP_FORBIDDEN) {
            judge_forbidden(judging, i);
        } else if (dialog->steps[i].kind == STEP_SEND && dialog_begins_message(dialog, i)) {
            judge_sent(judging, i);
        }
    }
}

void play_syntax(const struct dialog *dialog, struct result *result) {
    struct judging judging = {.dialog = dialog,
                              .conversations =
                                  calloc(dialog->connections, sizeof *judging.conversations),
                              .nodes = malloc(NODES * sizeof *judging.nodes),
                              .result = result};

    for (unsigned i = 0; judging.conversations && i < dialog->connections; i++) {
        conversation_begin(&judging.conversations[i], dialog->grammar);
    }
    if (judging.conversations && judging.nodes) {
        judge_steps(&judging);
    } else {
        result_fail(result, 0, 0, "out of memory");
    }
    for (unsigned i = 0; judging.conversations && i < dialog->connections; i++) {
        conversation_free(&judging.conversations[i]);
    }
    free(judging.conversations);
    free(judging.nodes);
}
