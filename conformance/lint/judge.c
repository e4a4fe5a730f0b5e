#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"
#include "printed_message.h"

/* Connections that are told apart, by the number in their markers. */
#define CONNECTIONS 8

/* The longest tag that is looked at. */
#define TAG_MAXIMUM 32

/* How many rows ahead are looked at for an answer, or for signs of another protocol. */
#define ROWS_AHEAD 200

/* The connection that a dialog shows, since the prose before it. */
struct connection {
    bool open;         /* something was said */
    bool foreign;      /* not in IMAP */
    bool authenticate; /* the command was AUTHENTICATE, and it isn't answered yet */
    bool challenged;   /* and "+" has come */
    bool idle;         /* the same for IDLE */
    struct conversation conversation;
};

struct judge {
    struct lint *lint;
    struct connection *connections; /* CONNECTIONS of them */
    bool complete;                  /* nothing was wrong with the message right above */
};

static bool begins_with(const uint8_t *text, size_t size, const char *word) {
    size_t length = strlen(word);
    return size >= length && memcmp(text, word, length) == 0;
}

static bool row_begins_with(const struct row *row, const char *word) {
    return begins_with(row->octets + row->text, row->size - row->text, word);
}

static bool is_letter(uint8_t octet) {
    return (octet | 0x20) >= 'a' && (octet | 0x20) <= 'z';
}

/* An unmarked line that belongs to the dialog: a note in parentheses, in angle brackets, ... */
static bool is_note(const struct row *row) {
    static const char *const openings[] = {"<", "[", "...", "…", "//"};

    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        if (row_begins_with(row, openings[i])) {
            return true;
        }
    }
    return row_begins_with(row, "(") && row->text + 1 < row->size &&
           is_letter(row->octets[row->text + 1]);
}

/* A marked line that tells of messages instead of showing one. */
static bool is_narration(const struct lint *lint, const struct row *row) {
    static const char *const openings[] = {"(", "<", "[", "...", "…", "//", ". . ."};
    bool has_placeholder = false;

    for (size_t i = row->text; lint->is_dialog && i + 1 < row->size; i++) {
        has_placeholder = has_placeholder || (row->octets[i] == '$' && row->octets[i + 1] == '{') ||
                          (row->octets[i] == '{' && row->octets[i + 1] == '#') ||
                          (row->octets[i] == '!' && row->octets[i + 1] == '}');
    }
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        if (row_begins_with(row, openings[i])) {
            return true;
        }
    }
    return has_placeholder || row->forbidden;
}

/* Does a dialog that begins here speak POP3, ACAP or SMTP? */
static bool is_foreign(const struct lint *lint, size_t index) {
    static const char *const openings[] = {"+OK",  "-ERR", "* ACAP ", "220 ",
                                           "220-", "250 ", "250-"};
    const struct printed *printed = &lint->printed;
    size_t end = index + ROWS_AHEAD < printed->count ? index + ROWS_AHEAD : printed->count;

    for (; index < end; index++) {
        const struct row *row = &printed->rows[index];
        if (row->kind == ROW_UNMARKED && !is_note(row)) {
            return false;
        }
        for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
            if (row->kind == ROW_MARKED && row->side == SERVER &&
                row_begins_with(row, openings[i])) {
                return true;
            }
        }
    }
    return false;
}

/* The length of the tag at the row's start. */
static size_t tag_length(const struct row *row) {
    size_t length = 0, left = row->size - row->text;

    while (length < left && row->octets[row->text + length] != ' ') {
        length++;
    }
    return length;
}

/* Does the transcript itself show that the server took this command for a wrong one? */
static bool is_answered_bad(const struct lint *lint, size_t index) {
    const struct printed *printed = &lint->printed;
    const struct row *command = &printed->rows[index];
    size_t length = tag_length(command);
    size_t end = index + ROWS_AHEAD < printed->count ? index + ROWS_AHEAD : printed->count;

    for (size_t i = index + 1; i < end; i++) {
        const struct row *row = &printed->rows[i];
        if (row->kind == ROW_UNMARKED && !is_note(row)) {
            return false;
        }
        bool is_answer =
            row->kind == ROW_MARKED && row->side == SERVER && length > 0 &&
            tag_length(row) == length &&
            memcmp(row->octets + row->text, command->octets + command->text, length) == 0;
        if (is_answer) {
            return begins_with(row->octets + row->text + length, row->size - row->text - length,
                               " BAD");
        }
    }
    return false;
}

static enum imap_root choose_root(const struct connection *connection, const struct row *row) {
    if (row->side == SERVER) {
        return connection->open || !row_begins_with(row, "* PREAUTH") ? IMAP_RESPONSE
                                                                      : IMAP_GREETING;
    }
    if (connection->authenticate) {
        return connection->challenged ? IMAP_SASL_LINE : IMAP_AFTER_AUTHENTICATE;
    }
    return connection->idle ? IMAP_AFTER_IDLE : IMAP_COMMAND;
}

/* The tag of a message as a string; "" for an untagged one, or a tag that is too long. */
static void copy_tag(const uint8_t *octets, size_t size, char tag[TAG_MAXIMUM]) {
    size_t length = 0;

    while (length < size && octets[length] != ' ') {
        length++;
    }
    bool is_tag = length > 0 && length < TAG_MAXIMUM && octets[0] != '*' && octets[0] != '+';
    if (is_tag) {
        memcpy(tag, octets, length);
    }
    tag[is_tag ? length : 0] = '\0';
}

static void learn_command(struct connection *connection, const struct inspection *inspection) {
    connection->authenticate = inspection->begins_authenticate;
    connection->idle = inspection->begins_idle;
    connection->challenged = false;
}

static void learn_response(struct connection *connection, const struct printed_message *message,
                           const char *tag) {
    if (message->octets.octets[0] == '+') {
        connection->challenged = true;
    }
    if (*tag != '\0') {
        connection->authenticate = connection->idle = connection->challenged = false;
    }
}

/* `AOOl`: a legal tag, but in a text that was scanned it is rather A001. */
static void check_tag(struct judge *judge, const struct printed_message *message, const char *tag) {
    char hint[TAG_MAXIMUM + 16];
    size_t length = strlen(tag), letters = 0, at;

    snprintf(hint, sizeof hint, "%s meant?", tag);
    for (size_t i = 1; i < length; i++) {
        bool is_digit = tag[i] >= '0' && tag[i] <= '9';
        bool is_zero = tag[i] == 'O' || tag[i] == 'o', is_one = tag[i] == 'l' || tag[i] == 'I';
        if (!is_digit && !is_zero && !is_one) {
            return;
        }
        letters += !is_digit;
        hint[i] = is_zero ? '0' : is_one ? '1' : tag[i];
    }
    if (letters == 0 || (length < 4 && letters == length - 1)) {
        return;
    }
    const struct row *row = printed_message_place(message, 0, &at);
    lint_remark(judge->lint, LINT_WARNING, row, at, "tag", "letters that look like digits", hint);
}

/* A line that was not read to its end. */
static void hear_line(struct connection *connection, const struct row *row, bool is_command) {
    const uint8_t *octets = row->octets + row->text;
    size_t size = row->size - row->text;

    if (row->side == SERVER) {
        conversation_hear_refused(&connection->conversation, octets, size);
    } else if (is_command) {
        conversation_hear_command(&connection->conversation, octets, size, NULL, NULL);
    }
}

static void learn(struct judge *judge, struct connection *connection,
                  const struct printed_message *message, const struct row *row) {
    struct inspection inspection = {0};
    char tag[TAG_MAXIMUM];

    if (message->complete) {
        inspection = inspect_message(judge->lint, message, &connection->conversation);
        copy_tag(message->octets.octets, message->octets.size, tag);
    } else {
        hear_line(connection, row, message->root == IMAP_COMMAND);
    }
    if (message->side == CLIENT && message->root != IMAP_SASL_LINE) {
        if (message->complete) {
            check_tag(judge, message, tag);
        }
        learn_command(connection, &inspection);
    } else if (message->side == SERVER && message->complete) {
        learn_response(connection, message, tag);
    }
}

static struct connection *connection_of(struct judge *judge, const struct row *row) {
    return &judge->connections[(row->connection - 1) % CONNECTIONS];
}

/* Judges the message that begins at the row; returns the index of the row after it. */
static size_t judge_message(struct judge *judge, size_t index, enum imap_root root) {
    struct lint *lint = judge->lint;
    const struct row *row = &lint->printed.rows[index];
    struct printed_message message;

    bool quiet = row->side == CLIENT && is_answered_bad(lint, index);
    printed_message_read(&message, lint, index, root, quiet);
    if (message.quiet && message.refused) {
        lint->not_judged++;
    } else {
        lint->judged++;
    }
    connection_of(judge, row)->open = true;
    learn(judge, connection_of(judge, row), &message, row);
    for (size_t i = 0; i < message.answer_count; i++) {
        struct printed_message answer;
        printed_message_read(&answer, lint, message.answers[i], IMAP_CONTINUATION, false);
        lint->judged++;
        printed_message_free(&answer);
    }
    size_t next = message.next;
    judge->complete = message.complete && !message.refused;
    printed_message_free(&message);
    return next;
}

/* What isn't judged may announce a literal; its lines aren't judged either. */
static size_t skip_message(const struct lint *lint, size_t index) {
    const struct printed *printed = &lint->printed;
    const struct row *first = &printed->rows[index++];
    bool has_literal = first->size > first->text && first->octets[first->size - 1] == '}';

    while (has_literal && index < printed->count && printed->rows[index].kind == ROW_MARKED &&
           printed->rows[index].side == first->side) {
        index++;
    }
    return index;
}

static bool is_below(const struct row *row, const struct row *before) {
    return before && before->line + 1 == row->line && row->text >= before->text;
}

/* What stands below a message is part of the dialog, if only as a note; anything else without a
 * marker ends it. */
static bool ends_dialog(const struct row *row, const struct row *before) {
    return row->kind == ROW_UNMARKED && !is_below(row, before) && !is_note(row);
}

/* It stands where a line goes on, but the message above was complete without it. */
static void check_unread(struct judge *judge, const struct row *row, const struct row *before) {
    judge->complete =
        judge->complete && row->kind == ROW_UNMARKED && is_below(row, before) && !is_note(row);
    if (judge->complete) {
        lint_remark(judge->lint, LINT_WARNING, row, row->text, "marker",
                    "without a marker, and no part of the message above", "");
    }
}

/* A note tells of what isn't printed. */
static void leave_out(struct judge *judge, const struct row *row) {
    for (size_t i = 0; i < CONNECTIONS && is_note(row); i++) {
        conversation_miss(&judge->connections[i].conversation);
    }
}

static size_t judge_row(struct judge *judge, size_t index) {
    struct lint *lint = judge->lint;
    const struct row *row = &lint->printed.rows[index];
    struct connection *connection = connection_of(judge, row);

    if (!connection->open) {
        connection->foreign = is_foreign(lint, index);
    }
    if (!connection->foreign && !is_narration(lint, row)) {
        return judge_message(judge, index, choose_root(connection, row));
    }
    connection->open = true;
    judge->complete = false;
    lint->not_judged++;
    if (lint->is_dialog && !row->forbidden) {
        hear_line(connection, row, true);
    } else if (!lint->is_dialog) {
        conversation_miss(&connection->conversation);
    }
    return skip_message(lint, index);
}

static void begin_connections(struct judge *judge) {
    for (size_t i = 0; i < CONNECTIONS; i++) {
        conversation_free(&judge->connections[i].conversation);
        judge->connections[i] = (struct connection){0};
        conversation_begin(&judge->connections[i].conversation, judge->lint->grammar);
    }
}

void judge_all(struct lint *lint) {
    struct judge judge = {.lint = lint};
    const struct printed *printed = &lint->printed;
    const struct row *before = NULL;

    judge.connections = calloc(CONNECTIONS, sizeof *judge.connections);
    if (!judge.connections) {
        lint->failed = true;
        return;
    }
    begin_connections(&judge);
    for (size_t i = 0; i < printed->count && lint->remark_count < LINT_MAXIMUM;) {
        const struct row *row = &printed->rows[i];
        if (row->kind == ROW_MARKED) {
            i = judge_row(&judge, i);
            before = &printed->rows[i - 1];
            continue;
        }
        check_unread(&judge, row, before);
        if (ends_dialog(row, before)) {
            begin_connections(&judge);
        } else if (row->kind == ROW_UNMARKED) {
            leave_out(&judge, row);
            before = row;
        }
        i++;
    }
    begin_connections(&judge);
    free(judge.connections);
}
