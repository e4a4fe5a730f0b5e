#include "connect.h"

#include <stdio.h>
#include <stdlib.h>

#include "../session/ladder.h"

/* A dialog that begins with the greeting and never says STARTTLS itself. */
static bool leaves_tls_to_us(const struct dialog *dialog) {
    bool starts_tls = false;

    for (size_t i = 0; i < dialog->step_count; i++) {
        const struct dialog_step *step = &dialog->steps[i];
        starts_tls |= step->kind == STEP_ACTION && step->action == ACTION_STARTTLS;
    }
    return dialog->state == STATE_GREETING && !starts_tls;
}

/* The last rung, where the dialog starts there. */
static bool select_mailbox(const struct replay *replay, struct session *session,
                           char problem[SESSION_PROBLEM]) {
    const struct dialog *dialog = replay->dialog;

    if (dialog->state != STATE_SELECTED) {
        return true;
    }
    char *name = names_on_server(replay->names, dialog->selected);
    bool is_selected = name && ladder_select(session, name, problem);
    if (!name) {
        snprintf(problem, SESSION_PROBLEM, "out of memory");
    }
    free(name);
    return is_selected;
}

bool connect_open(struct replay *replay, unsigned number, char problem[SESSION_PROBLEM]) {
    struct replay_connection *connection = &replay->connections[number - 1];
    const struct run_options *options = replay->options;
    enum ladder state = replay->dialog->state;

    session_close(connection->session);
    *connection = (struct replay_connection){.greeting_unread = state == STATE_GREETING};
    struct session *session =
        session_open(&options->server, replay->dialog->grammar, &replay->extensions, number,
                     options->timeout_milliseconds, options->interrupted, replay->result, problem);
    connection->session = session;
    bool secures = options->server.tls == TLS_STARTTLS && leaves_tls_to_us(replay->dialog);
    return session && (!secures || ladder_secure(session, problem)) &&
           ladder_climb(session, state, replay->user, NULL, problem) &&
           select_mailbox(replay, session, problem);
}
