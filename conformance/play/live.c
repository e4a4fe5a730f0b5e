#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../session/ladder.h"
#include "cleanup.h"
#include "connect.h"
#include "fixture.h"
#include "replay.h"
#include "shell.h"

/* ---- may it be played? ----------------------------------------------------------------------- */

static bool skip(struct result *result, const char *reason, const char *what) {
    result_conclude(result, OUTCOME_SKIP, "%s%s", reason, what);
    return false;
}

/* Questions that need no server. */
static bool is_allowed(const struct dialog *dialog, const struct run_options *options,
                       struct result *result) {
    if (dialog->disposable && !options->disposable_account) {
        return skip(result, "needs --disposable-account: ",
                    dialog->disposable_reason ? dialog->disposable_reason : "it says so");
    }
    for (size_t i = 0; i < dialog->step_count; i++) {
        bool delivers =
            dialog->steps[i].kind == STEP_ACTION && dialog->steps[i].action == ACTION_DELIVER;
        if (delivers && !options->deliver_command) {
            return skip(result, "needs --deliver-command", "");
        }
    }
    return true;
}

static bool has_capabilities(const struct account *account, const char *needs,
                             struct result *result) {
    while (*needs) {
        size_t length = strcspn(needs, " ");
        if (length > 0 && !account_can(account, needs, length)) {
            result_conclude(result, OUTCOME_SKIP, "needs %.*s, which the server does not offer",
                            (int)length, needs);
            return false;
        }
        needs += length + strspn(needs + length, " ");
    }
    return true;
}

/* Can the dialog's separator stand for the server's? Not on servers without a hierarchy, or where
 * the server's separator stands within a name of the dialog. */
static bool can_map_separator(const struct dialog *dialog, char separator) {
    if (dialog->separator == separator) {
        return true;
    }
    if (!separator || strchr(dialog->uses, separator)) {
        return false;
    }
    for (size_t i = 0; i < dialog->mailbox_count; i++) {
        if (strchr(dialog->mailboxes[i].name, separator)) {
            return false;
        }
    }
    return true;
}

static bool is_possible(const struct account *account, const struct dialog *dialog,
                        struct result *result) {
    const struct server *server = &account->options->server;

    if (!has_capabilities(account, dialog->needs, result)) {
        return false;
    }
    if (dialog->state == STATE_TLS && server->tls == TLS_NONE &&
        !account_can(account, "STARTTLS", strlen("STARTTLS"))) {
        return skip(result, "needs TLS, which the server does not offer", "");
    }
    if (dialog->separator_significant && !can_map_separator(dialog, account->separator)) {
        return skip(result, "the server's hierarchy separator is not the dialog's", "");
    }
    return true;
}

/* ---- playing --------------------------------------------------------------------------------- */

static bool error(struct result *result, unsigned connection, const char *problem) {
    if (connection) {
        result_conclude(result, OUTCOME_ERROR, "connection %u: %s", connection, problem);
    } else {
        result_conclude(result, OUTCOME_ERROR, "%s", problem);
    }
    return false;
}

static bool open_connections(struct replay *replay) {
    char problem[SESSION_PROBLEM];

    for (unsigned i = 1; i <= replay->dialog->connections; i++) {
        if (dialog_stands_at_start(replay->dialog, i) && !connect_open(replay, i, problem)) {
            return error(replay->result, i, problem);
        }
    }
    return true;
}

#define WRONG_PASSWORD "imapspec-no-password"

/* What the dialog may use without having captured it. */
static bool set_variables(struct replay *replay) {
    const char *user = replay->user ? replay->user : "";
    const char *password = replay->options->server.password;

    if (!password) {
        password = "";
    }
    char *plain = ladder_plain_response(user, password);
    char *wrong = ladder_plain_response(user, WRONG_PASSWORD);
    bool is_set = plain && wrong && variables_set(&replay->wire, "user", user, strlen(user)) &&
                  variables_set(&replay->wire, "password", password, strlen(password)) &&
                  variables_set(&replay->wire, "plain", plain, strlen(plain)) &&
                  variables_set(&replay->wire, "wrong-plain", wrong, strlen(wrong));
    free(plain);
    free(wrong);
    return is_set;
}

static void play(struct account *account, const struct names *names, struct result *result) {
    const struct dialog *dialog = result->dialog;
    struct replay replay = {.dialog = dialog,
                            .options = account->options,
                            .names = names,
                            .user = account->user,
                            .extensions = dialog->extensions,
                            .result = result};

    imap_extensions_add(dialog->grammar, (const char *)account->capabilities.octets,
                        account->capabilities.size, &replay.extensions);
    replay.connections = calloc(dialog->connections, sizeof *replay.connections);
    if (!replay.connections || !set_variables(&replay)) {
        error(result, 0, "out of memory");
    } else if (open_connections(&replay)) {
        replay_steps(&replay);
    }
    for (unsigned i = 0; replay.connections && i < dialog->connections; i++) {
        session_close(replay.connections[i].session);
    }
    free(replay.connections);
    variables_free(&replay.wire);
    variables_free(&replay.shown);
}

/* Empties the account by the user's command. Servers do this best with nobody connected. */
static bool reset(struct account *account, char problem[SESSION_PROBLEM]) {
    const struct run_options *options = account->options;

    account_close(account);
    account->is_reset = shell_run("reset", options->reset_command, account->user, NULL,
                                  options->timeout_milliseconds, NULL, problem);
    return account->is_reset;
}

/* Leaves nothing behind, even when interrupted. */
static void clean_up(struct account *account, const struct names *names, struct result *result) {
    char problem[SESSION_PROBLEM];

    account_heed_interruption(account, false);
    bool removed = cleanup(account, names, problem);
    account_heed_interruption(account, true);
    account_report(account, result, !removed);
    removed = removed || (account->options->reset_command && reset(account, problem));
    if (removed) {
        return;
    }
    char *before = result->reason;
    enum outcome outcome = result->outcome == OUTCOME_PASS ? OUTCOME_ERROR : result->outcome;
    result->reason = NULL;
    result_conclude(result, outcome, "%s%smailboxes may be left behind: %s", before ? before : "",
                    before ? "; " : "", problem);
    free(before);
}

/* To a server that counts seconds, what the dialog does must be later than its fixtures. */
static void settle(const struct run_options *options, const struct dialog *dialog) {
    unsigned milliseconds = dialog->mailbox_count > 0 ? options->settle_milliseconds : 0;
    struct timespec rest = {.tv_sec = milliseconds / 1000,
                            .tv_nsec = (long)(milliseconds % 1000) * 1000000};

    nanosleep(&rest, NULL);
}

/* Builds the fixtures, on a disposable account after all else is gone. */
static bool prepare(struct account *account, const struct names *names, struct result *result) {
    char problem[SESSION_PROBLEM];
    bool is_ready = (names->scratch || cleanup(account, names, problem)) &&
                    fixture_build(account, names, result->dialog, problem);

    account_report(account, result, !is_ready);
    settle(account->options, result->dialog);
    return is_ready || error(result, 0, problem);
}

void live_play(struct account *account, const struct dialog *dialog, struct result *result) {
    const char *scratch = account->options->disposable_account ? NULL : account->scratch;
    struct names names = {.dialog = dialog, .scratch = scratch};
    char problem[SESSION_PROBLEM];

    if (!is_allowed(dialog, account->options, result)) {
        return;
    }
    bool is_ready =
        !account->options->reset_command || account->is_reset || reset(account, problem);
    bool is_open = is_ready && account_open(account, problem);
    account_report(account, result, !is_open);
    if (!is_open) {
        error(result, 0, problem);
        return;
    }
    names.separator = account->separator;
    names.prefix = account->prefix[0] ? account->prefix : NULL;
    if (!is_possible(account, dialog, result)) {
        return;
    }
    if (prepare(account, &names, result)) {
        play(account, &names, result);
    }
    clean_up(account, &names, result);
    if (run_is_interrupted(account->options) && result->outcome != OUTCOME_PASS) {
        result_conclude(result, OUTCOME_ERROR, "interrupted");
    }
}
