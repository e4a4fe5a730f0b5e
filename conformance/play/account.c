#include "account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../session/exchange.h"
#include "../session/ladder.h"

/* The user name with each %d replaced by the worker's number. Allocated. */
static char *number_user(const char *user, unsigned worker) {
    struct buffer name = {0};

    for (const char *mark; (mark = strstr(user, "%d")); user = mark + 2) {
        buffer_add(&name, user, (size_t)(mark - user));
        buffer_format(&name, "%u", worker);
    }
    buffer_add(&name, user, strlen(user) + 1);
    if (name.failed) {
        buffer_free(&name);
    }
    return (char *)name.octets;
}

bool account_init(struct account *account, const struct run_options *options, unsigned worker) {
    *account =
        (struct account){.options = options, .worker = worker, .interrupted = options->interrupted};
    if (options->server.user) {
        account->user = number_user(options->server.user, worker);
    }
    result_begin(&account->trace, NULL);
    return account->user || !options->server.user;
}

/* `* LIST (\Noselect) "/" ""`: the separator, or NIL, stands before the name. */
static void on_separator(void *context, const struct message *message) {
    static const char prefix[] = "* LIST (";
    struct account *account = context;
    const uint8_t *octets = message->octets;

    if (message->refusal || message->size < sizeof prefix ||
        memcmp(octets, prefix, sizeof prefix - 1) != 0) {
        return;
    }
    const uint8_t *end = memchr(octets, ')', message->size);
    size_t rest = end ? message->size - (size_t)(end - octets) : 0;
    if (rest > 5 && end[2] == '"') {
        account->separator = (char)(end[3] == '\\' ? end[4] : end[3]);
    }
}

static bool learn_separator(struct account *account, char problem[SESSION_PROBLEM]) {
    struct exchange exchange;

    account->separator = 0;
    exchange_begin(&exchange, account->session, "LIST \"\" \"\"");
    exchange.listener = on_separator;
    exchange.context = account;
    if (exchange_end(&exchange) == ANSWER_OK) {
        return true;
    }
    snprintf(problem, SESSION_PROBLEM, "LIST: %s", exchange.said);
    return false;
}

/* `* NAMESPACE (("INBOX." ".")) …`: the first personal one's prefix. One that is no quoted string,
 * or is too long, is none. */
static void on_namespace(void *context, const struct message *message) {
    static const char start[] = "* NAMESPACE ((\"";
    struct account *account = context;
    char prefix[sizeof account->prefix] = "";
    size_t at = sizeof start - 1, size = 0;

    if (message->refusal || message->size < at ||
        strncasecmp((const char *)message->octets, start, at) != 0) {
        return;
    }
    for (; at < message->size && message->octets[at] != '"'; at++) {
        at += message->octets[at] == '\\';
        if (at == message->size || size == sizeof prefix - 1) {
            return;
        }
        prefix[size++] = (char)message->octets[at];
    }
    memcpy(account->prefix, prefix, sizeof prefix);
}

/* Where the account's own mailboxes are (RFC 2342), and so the scratch name. */
static bool learn_prefix(struct account *account, char problem[SESSION_PROBLEM]) {
    struct exchange exchange;

    account->prefix[0] = '\0';
    if (account_can(account, "NAMESPACE", strlen("NAMESPACE"))) {
        exchange_begin(&exchange, account->session, "NAMESPACE");
        exchange.listener = on_namespace;
        exchange.context = account;
        if (exchange_end(&exchange) == ANSWER_NONE) {
            snprintf(problem, SESSION_PROBLEM, "NAMESPACE: %s", exchange.said);
            return false;
        }
    }
    snprintf(account->scratch, sizeof account->scratch, "%simapspec-%ld-%u", account->prefix,
             (long)getpid(), account->worker);
    return true;
}

static bool still_stands(struct account *account) {
    char said[EXCHANGE_SAID];

    return account->session && exchange_simple(account->session, "NOOP", NULL, said) == ANSWER_OK;
}

bool account_open(struct account *account, char problem[SESSION_PROBLEM]) {
    const struct run_options *options = account->options;

    if (still_stands(account)) {
        return true;
    }
    account_close(account);
    struct imap_extensions all;
    imap_extensions_of_dialect(options->grammar, "all", &all);
    account->session =
        session_open(&options->server, options->grammar, &all, 0, options->timeout_milliseconds,
                     account->interrupted, &account->trace, problem);
    if (!account->session) {
        return false;
    }
    buffer_clear(&account->capabilities);
    bool is_authenticated = ladder_climb(account->session, STATE_AUTHENTICATED, account->user,
                                         &account->capabilities, problem);
    account->before_login = account->capabilities.size;
    if (is_authenticated && ladder_learn(account->session, &account->capabilities, problem) &&
        learn_separator(account, problem) && learn_prefix(account, problem)) {
        return true;
    }
    account_close(account);
    return false;
}

bool account_command(struct account *account, const char *name, const char *mailbox,
                     char problem[SESSION_PROBLEM]) {
    char said[EXCHANGE_SAID];

    if (exchange_simple(account->session, name, mailbox, said) == ANSWER_OK) {
        return true;
    }
    snprintf(problem, SESSION_PROBLEM, "%.80s%s%.160s: %s", name, mailbox ? " " : "",
             mailbox ? mailbox : "", said);
    return false;
}

void account_report(struct account *account, struct result *result, bool transcript) {
    result_take(result, &account->trace, transcript);
    result_free(&account->trace);
    result_begin(&account->trace, NULL);
}

/* What was folded into IMAP4rev2 as a whole (RFC 9051, appendix E): a server that announces that
 * need not announce these. Of BINARY and LIST-EXTENDED it has only a part. */
static bool is_folded_in(const char *capability, size_t size) {
    static const char *const folded[] = {
        "ENABLE",    "ESEARCH", "IDLE",      "LITERAL-",    "LIST-STATUS", "MOVE",
        "NAMESPACE", "SASL-IR", "SEARCHRES", "STATUS=SIZE", "UIDPLUS",     "UNSELECT",
    };

    for (size_t i = 0; i < sizeof folded / sizeof *folded; i++) {
        if (strlen(folded[i]) == size && strncasecmp(folded[i], capability, size) == 0) {
            return true;
        }
    }
    return false;
}

bool account_can(const struct account *account, const char *capability, size_t size) {
    static const char disabled[] = "LOGINDISABLED";
    struct buffer seen = account->capabilities;

    /* Some servers announce it after the login as well, where it says nothing. */
    if (size == strlen(disabled) && strncasecmp(capability, disabled, size) == 0) {
        seen.size = account->before_login;
    }
    return ladder_can(&seen, capability, size) ||
           (is_folded_in(capability, size) && ladder_can(&seen, "IMAP4rev2", strlen("IMAP4rev2")));
}

void account_heed_interruption(struct account *account, bool heed) {
    account->interrupted = heed ? account->options->interrupted : NULL;
    if (account->session) {
        account->session->connection.interrupted = account->interrupted;
    }
}

void account_close(struct account *account) {
    session_close(account->session);
    account->session = NULL;
}

void account_free(struct account *account) {
    account_close(account);
    buffer_free(&account->capabilities);
    result_free(&account->trace);
    free(account->user);
}
