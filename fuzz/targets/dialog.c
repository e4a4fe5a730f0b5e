/* What the dialog reader loads can surprise no player: see dialog_load. */
#include <stdlib.h>

#include "../../conformance/compare/pattern.h"
#include "../../conformance/read/dialog.h"
#include "../../conformance/read/names.h"
#include "../harness/property.h"
#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return 0;
}

static void expect_message(const struct dialog *dialog, size_t index) {
    const struct dialog_step *step = &dialog->steps[index];
    char problem[256];
    unsigned column;
    size_t size;
    uint8_t *text = dialog_expand(step->text, step->size, &dialog->examples, &size);
    struct pattern *pattern = text ? pattern_compile(dialog->grammar, dialog_root(dialog, index),
                                                     text, size, problem, &column)
                                   : NULL;

    if (text && !pattern) {
        property_broken("line %u: a dialog is loaded that expects what can't be: %s", step->line,
                        problem);
    }
    pattern_free(pattern);
    free(text);
}

static void map_names(const struct dialog *dialog, size_t index, const uint8_t *octets,
                      size_t size) {
    const struct names names = {.dialog = dialog, .scratch = "INBOX.scratch", .separator = '.'};
    size_t mapped;

    free(names_map(&names, dialog->grammar, dialog_root(dialog, index), octets, size, &mapped));
}

static void send_message(const struct dialog *dialog, size_t index) {
    size_t size;
    uint8_t *message = dialog_client_message(dialog, index, &size);

    if (message) {
        map_names(dialog, index, message, size);
    }
    free(message);
}

static void play(const struct dialog *dialog, size_t index) {
    const struct dialog_step *step = &dialog->steps[index];

    if (step->connection < 1 || step->connection > dialog->connections) {
        property_broken("line %u: there is no connection %u", step->line, step->connection);
    }
    if (step->text[step->size] != '\0') {
        property_broken("line %u: the text of a step does not end in NUL", step->line);
    }
    if (step->kind == STEP_EXPECT) {
        expect_message(dialog, index);
        map_names(dialog, index, (const uint8_t *)step->text, step->size);
    } else if (step->kind == STEP_SEND && dialog_begins_message(dialog, index)) {
        send_message(dialog, index);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct diagnostic problem;
    struct dialog *dialog = dialog_read("no-folder/fuzz.dialog", "no-folder", data, size,
                                        imap_grammar_builtin(), &problem);

    if (!dialog && (!problem.file || problem.line < 1 || problem.column < 1)) {
        property_broken("%u:%u: a dialog is refused nowhere", problem.line, problem.column);
    }
    for (size_t i = 0; dialog && i < dialog->step_count; i++) {
        play(dialog, i);
    }
    free(problem.file);
    dialog_free(dialog);
    return 0;
}
