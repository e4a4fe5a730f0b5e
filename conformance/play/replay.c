#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../clock.h"
#include "connect.h"
#include "group.h"
#include "shell.h"

enum { LITERALS = 64 /* synchronising literals of one client message */ };

struct replay_connection *replay_connection_of(const struct replay *replay,
                                               const struct dialog_step *step) {
    return &replay->connections[step->connection - 1];
}

static bool fail(struct replay *replay, const struct dialog_step *step, const char *sentence) {
    result_fail(replay->result, step->line, step->connection, "%s", sentence);
    return false;
}

bool replay_leave(struct replay *replay, size_t step) {
    struct replay_connection *connection =
        replay_connection_of(replay, &replay->dialog->steps[step]);
    unsigned number = replay->dialog->steps[step].connection;

    if (!dialog_may_close(replay->dialog, step, number)) {
        return false;
    }
    session_close(connection->session);
    connection->session = NULL;
    connection->left = true;
    return true;
}

/* Has the server closed the connection where it may? */
static bool is_excused(const struct replay *replay, size_t step, enum session_status status) {
    const struct dialog *dialog = replay->dialog;

    return status == SESSION_CLOSED &&
           dialog_may_close(dialog, step, dialog->steps[step].connection);
}

/* ---- sending ------------------------------------------------------------------------------- */

/* A client's message in the pieces that its dialog sends one by one. */
struct outgoing {
    struct buffer octets; /* all pieces */
    size_t pieces;
    size_t starts[LITERALS]; /* of each piece */
};

/* Joins the pieces of the message that steps[index] belongs to, expanded; *piece is which one of
 * them the step is. */
static bool join_pieces(const struct replay *replay, size_t index, struct outgoing *outgoing,
                        size_t *piece) {
    const struct dialog *dialog = replay->dialog;
    unsigned connection = dialog->steps[index].connection;
    size_t first = index;

    while (first > 0 && !(dialog->steps[first].kind == STEP_SEND &&
                          dialog->steps[first].connection == connection &&
                          dialog_begins_message(dialog, first))) {
        first--;
    }
    for (size_t i = first; i < dialog->step_count; i++) {
        const struct dialog_step *step = &dialog->steps[i];
        if (i > index && dialog_connects(dialog, i, connection)) {
            break;
        }
        if (step->kind != STEP_SEND || step->connection != connection) {
            continue;
        }
        if (i > first && dialog_begins_message(dialog, i)) {
            break;
        }
        if (outgoing->pieces == LITERALS) {
            return false;
        }
        if (i == index) {
            *piece = outgoing->pieces;
        }
        outgoing->starts[outgoing->pieces++] = outgoing->octets.size;
        size_t size;
        uint8_t *text = dialog_expand(step->text, step->size, &replay->wire, &size);
        if (!text) {
            return false;
        }
        buffer_add(&outgoing->octets, text, size);
        free(text);
    }
    return !outgoing->octets.failed;
}

/* Notes where the pieces after synchronising literals' headers begin. */
static bool on_event(void *context, const struct imap_event *event) {
    struct outgoing *outgoing = context;

    if (event->kind == IMAP_EVENT_LITERAL && !event->non_synchronizing &&
        outgoing->pieces < LITERALS) {
        outgoing->starts[outgoing->pieces++] = (size_t)event->end;
    }
    return event->kind != IMAP_EVENT_MESSAGE;
}

static void find_pieces(const struct imap_grammar *grammar, enum imap_root root,
                        struct outgoing *outgoing) {
    struct imap_parser parser;
    size_t consumed;

    outgoing->pieces = 1;
    outgoing->starts[0] = 0;
    imap_parser_init(&parser, grammar, root, on_event, outgoing);
    imap_parser_feed(&parser, outgoing->octets.octets, outgoing->octets.size, &consumed);
}

/* Puts the server's mailbox names into the message. False when the pieces are no longer known. */
static bool map_names(const struct replay *replay, enum imap_root root, struct outgoing *outgoing) {
    size_t pieces = outgoing->pieces, size, old = outgoing->octets.size;
    uint8_t *mapped = names_map(replay->names, replay->dialog->grammar, root,
                                outgoing->octets.octets, old, &size);

    if (!mapped) {
        return false;
    }
    bool same = size == old && memcmp(mapped, outgoing->octets.octets, size) == 0;
    if (!same) {
        buffer_clear(&outgoing->octets);
        buffer_add(&outgoing->octets, mapped, size);
    }
    free(mapped);
    if (!same && pieces > 1) {
        find_pieces(replay->dialog->grammar, root, outgoing);
    }
    return outgoing->pieces == pieces && !outgoing->octets.failed;
}

/* For the transcript: the step as the dialog writes it, where it holds the account's secrets. */
static bool hide_secrets(const struct replay *replay, const struct dialog_step *step,
                         struct buffer *shown) {
    size_t size;

    if (!strstr(step->text, "${user}") && !strstr(step->text, "${password}") &&
        !strstr(step->text, "${plain}") && !strstr(step->text, "${wrong-plain}")) {
        return false;
    }
    uint8_t *text = dialog_expand(step->text, step->size, &replay->shown, &size);
    if (text) {
        buffer_add(shown, text, size);
    }
    free(text);
    return true;
}

static bool write_piece(struct replay *replay, size_t index) {
    const struct dialog_step *step = &replay->dialog->steps[index];
    struct session *session = replay_connection_of(replay, step)->session;
    struct outgoing outgoing = {.pieces = 0};
    struct buffer shown = {0};
    size_t piece = 0;
    bool sent = false;

    if (!join_pieces(replay, index, &outgoing, &piece) ||
        !map_names(replay, dialog_root(replay->dialog, index), &outgoing)) {
        fail(replay, step, "the mailbox names in this command can't be replaced");
    } else {
        size_t start = outgoing.starts[piece];
        size_t end =
            piece + 1 < outgoing.pieces ? outgoing.starts[piece + 1] : outgoing.octets.size;
        bool hidden = hide_secrets(replay, step, &shown);
        enum session_status status = session_write(session, outgoing.octets.octets + start,
                                                   end - start, hidden ? &shown : NULL);
        /* What the server said before it closed is still to be read. */
        sent = status == SESSION_MESSAGE || is_excused(replay, index, status);
        if (!sent) {
            fail(replay, step, session->problem);
        }
    }
    buffer_free(&outgoing.octets);
    buffer_free(&shown);
    return sent;
}

/* Reads on, and leaves all to be read again; with `go_ahead`, up to a "+", which is taken away, or
 * a tagged response. */
static enum session_status read_ahead(struct session *session, uint64_t deadline, bool *go_ahead) {
    struct message *read = NULL, *message;
    enum session_status status = SESSION_MESSAGE;
    bool is_answer = false;

    while (!is_answer && (status = session_read(session, deadline, &message)) == SESSION_MESSAGE) {
        is_answer = go_ahead && message->octets[0] != '*';
        if (is_answer && message->octets[0] == '+') {
            *go_ahead = true;
            message_free(message);
            break;
        }
        message->next = read;
        read = message;
    }
    while (read) {
        message = read;
        read = read->next;
        session_unread(session, message);
    }
    return status;
}

/* The server must say "+" before the rest of the command may go. What it says instead is for the
 * next expectation to judge. */
static bool await_go_ahead(struct replay *replay, size_t index) {
    const struct dialog_step *step = &replay->dialog->steps[index];
    struct replay_connection *connection = replay_connection_of(replay, step);
    struct session *session = connection->session;
    bool go_ahead = false;

    enum session_status status = read_ahead(session, session_deadline(session), &go_ahead);
    if (status != SESSION_MESSAGE && !is_excused(replay, index, status)) {
        return fail(replay, step, session->problem);
    }
    connection->awaits_go_ahead = false;
    connection->refused = !go_ahead;
    return true;
}

static bool skip_greeting(struct replay *replay, const struct dialog_step *step) {
    struct session *session = replay_connection_of(replay, step)->session;
    struct message *message;

    if (session_read(session, session_deadline(session), &message) != SESSION_MESSAGE) {
        return fail(replay, step, session->problem);
    }
    message_free(message);
    return true;
}

static bool is_idle_command(const struct dialog_step *step) {
    const char *space = strchr(step->text, ' ');

    return space && strncasecmp(space, " IDLE\r\n", 7) == 0;
}

static bool send_step(struct replay *replay, size_t index) {
    const struct dialog_step *step = &replay->dialog->steps[index];
    struct replay_connection *connection = replay_connection_of(replay, step);

    if (connection->greeting_unread && !skip_greeting(replay, step)) {
        return false;
    }
    connection->greeting_unread = false;
    if (step->begins_command) {
        connection->refused = false;
    } else if (connection->awaits_go_ahead && !await_go_ahead(replay, index)) {
        return false;
    }
    if (connection->refused) {
        return true;
    }
    connection->awaits_go_ahead = step->ends_with_literal;
    connection->idle_asked = step->begins_command && is_idle_command(step);
    connection->idle = false;
    return write_piece(replay, index);
}

/* ---- expecting and acting ------------------------------------------------------------------ */

static bool expect_group(struct replay *replay, size_t index, size_t *next) {
    struct replay_connection *connection =
        replay_connection_of(replay, &replay->dialog->steps[index]);

    connection->greeting_unread = false;
    if (!group_play(replay, index, next)) {
        return false;
    }
    if (replay->dialog->steps[*next - 1].text[0] == '+') {
        connection->awaits_go_ahead = false;
        connection->idle = connection->idle_asked;
    }
    return true;
}

static bool wait_step(struct replay *replay, size_t index) {
    const struct dialog_step *step = &replay->dialog->steps[index];
    struct session *session = replay_connection_of(replay, step)->session;
    uint64_t deadline = clock_milliseconds() + step->milliseconds;
    enum session_status status = read_ahead(session, deadline, NULL);

    return status == SESSION_TIMED_OUT || is_excused(replay, index, status) ||
           fail(replay, step, session->problem);
}

static bool expect_close(struct replay *replay, const struct dialog_step *step) {
    struct replay_connection *connection = replay_connection_of(replay, step);
    struct session *session = connection->session;
    uint64_t deadline = session_deadline(session);
    struct message *message;
    enum session_status status;

    while ((status = session_read(session, deadline, &message)) == SESSION_MESSAGE) {
        message_free(message);
    }
    if (status == SESSION_TIMED_OUT) {
        return fail(replay, step, "the server did not close the connection");
    }
    if (status != SESSION_CLOSED) {
        return fail(replay, step, session->problem);
    }
    session_close(session);
    connection->session = NULL;
    return true;
}

static bool close_step(struct replay *replay, const struct dialog_step *step) {
    struct replay_connection *connection = replay_connection_of(replay, step);

    session_close(connection->session);
    connection->session = NULL;
    return true;
}

static bool deliver_step(struct replay *replay, const struct dialog_step *step) {
    const struct run_options *options = replay->options;
    char problem[SHELL_PROBLEM];

    if (shell_run("deliver", options->deliver_command, step->text, replay->user,
                  options->timeout_milliseconds, options->interrupted, problem)) {
        return true;
    }
    return fail(replay, step, problem);
}

static bool connect_step(struct replay *replay, const struct dialog_step *step) {
    char problem[SESSION_PROBLEM];

    if (connect_open(replay, step->connection, problem)) {
        return true;
    }
    result_fail(replay->result, step->line, step->connection, "no new connection: %s", problem);
    return false;
}

static bool act(struct replay *replay, size_t index) {
    const struct dialog_step *step = &replay->dialog->steps[index];
    struct replay_connection *connection = replay_connection_of(replay, step);

    switch (step->action) {
    case ACTION_STARTTLS:
        return session_start_tls(connection->session) || replay_leave(replay, index) ||
               fail(replay, step, connection->session->problem);
    case ACTION_COMPRESS:
        return session_compress(connection->session) ||
               fail(replay, step, connection->session->problem);
    case ACTION_CLOSE:
        return close_step(replay, step);
    case ACTION_EXPECT_CLOSE:
        return expect_close(replay, step);
    case ACTION_IDLE:
        return connection->idle ? wait_step(replay, index)
                                : fail(replay, step, "the connection is not in IDLE");
    case ACTION_WAIT:
        return wait_step(replay, index);
    case ACTION_MAY_CLOSE:
        return true;
    case ACTION_CONNECT:
        return connect_step(replay, step);
    case ACTION_DELIVER:
        return deliver_step(replay, step);
    }
    return false;
}

/* Is the step about a connection that must be open? */
static bool needs_session(const struct dialog_step *step) {
    return step->kind != STEP_ACTION ||
           (step->action != ACTION_DELIVER && step->action != ACTION_CONNECT);
}

void replay_steps(struct replay *replay) {
    const struct dialog *dialog = replay->dialog;
    bool goes_on = true;

    for (size_t i = 0, next; goes_on && i < dialog->step_count; i = next) {
        const struct dialog_step *step = &dialog->steps[i];
        next = i + 1;
        const struct replay_connection *connection = replay_connection_of(replay, step);
        if (needs_session(step) && connection->left) {
            continue;
        }
        if (needs_session(step) && !connection->session) {
            goes_on = fail(replay, step, "the connection is closed already");
        } else if (step->kind == STEP_SEND) {
            goes_on = send_step(replay, i);
        } else if (step->kind == STEP_EXPECT) {
            goes_on = expect_group(replay, i, &next);
        } else {
            goes_on = act(replay, i);
        }
    }
}
