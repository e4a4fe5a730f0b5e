#include "dialog.h"

#include <stdlib.h>
#include <string.h>

#include "../buffer.h"
#include "../compare/placeholder.h"
#include "header.h"
#include "scope.h"
#include "transcript.h"

/* ---- reading -------------------------------------------------------------------------------- */

/* "# Title" without what marks it; "" when there is no comment. */
static char *find_title(const struct source *source) {
    for (size_t i = 0; i < source->line_count; i++) {
        const struct source_line *line = &source->lines[i];
        if (line->size == 0 || line->text[0] != '#') {
            continue;
        }
        size_t start = line->size > 1 && line->text[1] == ' ' ? 2 : 1;
        return strndup(line->text + start, line->size - start);
    }
    return strdup("");
}

/* The path below `root`, without the suffix. */
static char *make_id(const char *path, const char *root) {
    static const char suffix[] = ".dialog";
    size_t length = strlen(root);

    if (strncmp(path, root, length) == 0) {
        path += length;
    }
    while (*path == '/' || strncmp(path, "./", 2) == 0) {
        path += *path == '/' ? 1 : 2;
    }
    size_t size = strlen(path);
    if (size > strlen(suffix) && strcmp(path + size - strlen(suffix), suffix) == 0) {
        size -= strlen(suffix);
    }
    return strndup(path, size);
}

static bool read_dialog(const struct source *source, struct dialog *dialog, const char *root) {
    size_t begin;

    dialog->path = strdup(source->path);
    dialog->id = make_id(source->path, root);
    dialog->title = find_title(source);
    if (!dialog->path || !dialog->id || !dialog->title) {
        return source_fail_memory(source);
    }
    if (!header_read(source, dialog, &begin) || !transcript_read(source, dialog, begin)) {
        return false;
    }
    return scope_check(dialog) || source_fail_memory(source);
}

/* Reads what was found in the file, if it was. Frees the source. */
static struct dialog *make_dialog(struct source *source, bool is_found, const char *root,
                                  const struct imap_grammar *grammar) {
    struct dialog *dialog = is_found ? calloc(1, sizeof *dialog) : NULL;

    if (is_found && !dialog) {
        source_fail_memory(source);
    }
    if (dialog) {
        dialog->grammar = grammar;
    }
    bool is_read = dialog && read_dialog(source, dialog, root);
    source_free(source);
    if (is_read) {
        return dialog;
    }
    dialog_free(dialog);
    return NULL;
}

struct dialog *dialog_load(const char *path, const char *root, const struct imap_grammar *grammar,
                           struct diagnostic *diagnostic) {
    struct source source;

    *diagnostic = (struct diagnostic){0};
    bool is_found = source_read(&source, path, diagnostic);
    return make_dialog(&source, is_found, root, grammar);
}

struct dialog *dialog_read(const char *path, const char *root, const void *octets, size_t size,
                           const struct imap_grammar *grammar, struct diagnostic *diagnostic) {
    struct source source;

    *diagnostic = (struct diagnostic){0};
    bool is_found = source_copy(&source, path, octets, size, diagnostic);
    return make_dialog(&source, is_found, root, grammar);
}

static void free_mailbox(struct fixture_mailbox *mailbox) {
    for (size_t i = 0; i < mailbox->attribute_count; i++) {
        free(mailbox->attributes[i].messages);
        free(mailbox->attributes[i].value);
    }
    free(mailbox->attributes);
    free(mailbox->name);
}

void dialog_free(struct dialog *dialog) {
    if (!dialog) {
        return;
    }
    for (size_t i = 0; i < dialog->mailbox_count; i++) {
        free_mailbox(&dialog->mailboxes[i]);
    }
    for (size_t i = 0; i < dialog->step_count; i++) {
        free(dialog->steps[i].text);
        free(dialog->steps[i].breaks);
    }
    variables_free(&dialog->examples);
    free(dialog->mailboxes);
    free(dialog->steps);
    free(dialog->path);
    free(dialog->id);
    free(dialog->title);
    free(dialog->section);
    free(dialog->needs);
    free(dialog->proves);
    free(dialog->uses);
    free(dialog->selected);
    free(dialog->disposable_reason);
    free(dialog);
}

/* ---- connections ---------------------------------------------------------------------------- */

static bool is_action(const struct dialog_step *step, enum action action, unsigned connection) {
    return step->kind == STEP_ACTION && step->action == action && step->connection == connection;
}

bool dialog_connects(const struct dialog *dialog, size_t step, unsigned connection) {
    return is_action(&dialog->steps[step], ACTION_CONNECT, connection);
}

bool dialog_stands_at_start(const struct dialog *dialog, unsigned connection) {
    size_t first = 0;

    while (first < dialog->step_count && dialog->steps[first].connection != connection) {
        first++;
    }
    return first == dialog->step_count || !dialog_connects(dialog, first, connection);
}

bool dialog_may_close(const struct dialog *dialog, size_t steps, unsigned connection) {
    while (steps-- > 0 && !dialog_connects(dialog, steps, connection)) {
        if (is_action(&dialog->steps[steps], ACTION_MAY_CLOSE, connection)) {
            return true;
        }
    }
    return false;
}

/* ---- roots ---------------------------------------------------------------------------------- */

static bool is_tagged_response(const struct dialog_step *step) {
    bool must_come = step->expectation != EXPECT_ABSENT && step->expectation != EXPECT_OPTIONAL;

    return step->kind == STEP_EXPECT && must_come && step->size > 0 && step->text[0] != '*' &&
           step->text[0] != '+';
}

/* Is the second word of the command, after its tag, this one? */
static bool is_command(const struct dialog_step *step, const char *word) {
    const char *name = strchr(step->text, ' ');
    size_t i = 0;

    if (!name) {
        return false;
    }
    for (name++; word[i]; i++) {
        if (name[i] != word[i] && name[i] != word[i] + ('a' - 'A')) {
            return false;
        }
    }
    return name[i] == ' ' || name[i] == '\r' || name[i] == '\0';
}

static enum imap_root client_root(const struct dialog *dialog, size_t steps, unsigned connection) {
    while (steps-- > 0 && !dialog_connects(dialog, steps, connection)) {
        const struct dialog_step *step = &dialog->steps[steps];
        if (step->connection != connection) {
            continue;
        }
        if (is_tagged_response(step)) {
            return IMAP_COMMAND;
        }
        if (step->kind == STEP_SEND && step->begins_command) {
            return is_command(step, "AUTHENTICATE") ? IMAP_SASL_LINE
                   : is_command(step, "IDLE")       ? IMAP_DONE
                                                    : IMAP_COMMAND;
        }
    }
    return IMAP_COMMAND;
}

static enum imap_root server_root(const struct dialog *dialog, size_t steps, unsigned connection) {
    if (dialog->state != STATE_GREETING) {
        return IMAP_RESPONSE;
    }
    while (steps-- > 0 && !dialog_connects(dialog, steps, connection)) {
        const struct dialog_step *step = &dialog->steps[steps];
        if (step->connection == connection && step->kind != STEP_ACTION) {
            return IMAP_RESPONSE;
        }
    }
    return IMAP_GREETING;
}

enum imap_root dialog_root_after(const struct dialog *dialog, size_t steps, unsigned connection,
                                 enum side side) {
    return side == CLIENT ? client_root(dialog, steps, connection)
                          : server_root(dialog, steps, connection);
}

enum imap_root dialog_root(const struct dialog *dialog, size_t step) {
    return dialog_root_after(dialog, step, dialog->steps[step].connection,
                             dialog->steps[step].kind == STEP_SEND ? CLIENT : SERVER);
}

/* ---- the client's messages ------------------------------------------------------------------ */

/* Does the message go on with the next piece that is sent? */
static bool is_open(const struct dialog_step *step) {
    return step->ends_with_literal || step->size == 0 || step->text[step->size - 1] != '\n';
}

bool dialog_begins_message(const struct dialog *dialog, size_t step) {
    unsigned connection = dialog->steps[step].connection;

    while (step-- > 0 && !dialog_connects(dialog, step, connection)) {
        const struct dialog_step *previous = &dialog->steps[step];
        if (previous->kind == STEP_SEND && previous->connection == connection) {
            return !is_open(previous);
        }
    }
    return true;
}

uint8_t *dialog_client_message(const struct dialog *dialog, size_t step, size_t *size) {
    unsigned connection = dialog->steps[step].connection;
    struct buffer text = {0};
    uint8_t *message = NULL;

    for (; step < dialog->step_count && !dialog_connects(dialog, step, connection); step++) {
        const struct dialog_step *piece = &dialog->steps[step];
        if (piece->kind != STEP_SEND || piece->connection != connection) {
            continue;
        }
        buffer_add(&text, piece->text, piece->size);
        if (!is_open(piece)) {
            break;
        }
    }
    if (!text.failed) {
        message = dialog_expand((char *)text.octets, text.size, &dialog->examples, size);
    }
    buffer_free(&text);
    return message;
}

/* ---- placeholders --------------------------------------------------------------------------- */

/* Adds the octets of the placeholder at text[at]; false when there are none. */
static bool add_octets(struct buffer *buffer, const struct placeholder *placeholder,
                       const char *text, const struct variables *variables) {
    uint8_t *octets;
    size_t count;

    if (!placeholder_octets(placeholder, text, variables, NULL, 0, &count)) {
        return false;
    }
    octets = malloc(count + 1);
    if (octets) {
        placeholder_octets(placeholder, text, variables, octets, count, &count);
        buffer_add(buffer, octets, count);
    }
    buffer->failed = buffer->failed || !octets;
    free(octets);
    return true;
}

uint8_t *dialog_expand(const char *text, size_t size, const struct variables *variables,
                       size_t *expanded) {
    struct buffer buffer = {0};

    for (size_t at = 0; at < size;) {
        struct placeholder placeholder = placeholder_at(text, size, at);
        if (add_octets(&buffer, &placeholder, text, variables)) {
            at = placeholder.end;
        } else {
            buffer_add(&buffer, text + at++, 1);
        }
    }
    *expanded = buffer.size;
    buffer_add(&buffer, "", 1);
    if (!buffer.failed) {
        return buffer.octets;
    }
    buffer_free(&buffer);
    return NULL;
}
