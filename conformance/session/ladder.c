#include "ladder.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../text.h"
#include "exchange.h"

enum { LITERAL_MINUS_LIMIT = 4096 /* RFC 7888, 5 */ };

static bool fail(char problem[SESSION_PROBLEM], const char *step, const char *said) {
    snprintf(problem, SESSION_PROBLEM, "%.63s: %.440s", step, said);
    return false;
}

/* ---- capabilities -------------------------------------------------------------------------- */

bool ladder_can(const struct buffer *capabilities, const char *capability, size_t size) {
    const char *text = (const char *)capabilities->octets;
    bool has_any_value = size > 0 && capability[size - 1] == '=';

    for (size_t i = 0; i < capabilities->size;) {
        const char *end = memchr(text + i, ' ', capabilities->size - i);
        size_t length = end ? (size_t)(end - (text + i)) : capabilities->size - i;
        if ((length == size || (length > size && has_any_value)) &&
            strncasecmp(text + i, capability, size) == 0) {
            return true;
        }
        i += length + 1;
    }
    return false;
}

static bool can(const struct session *session, const char *capability) {
    return ladder_can(&session->capabilities, capability, strlen(capability));
}

static void on_capability(void *context, const struct message *message) {
    static const char prefix[] = "* CAPABILITY ";
    size_t skip = sizeof prefix - 1;
    struct buffer *capabilities = context;

    if (message->refusal || message->size < skip + 2 ||
        strncasecmp((const char *)message->octets, prefix, skip) != 0) {
        return;
    }
    buffer_clear(capabilities);
    buffer_add(capabilities, message->octets + skip, message->size - skip - 2);
}

bool ladder_learn(struct session *session, struct buffer *seen, char problem[SESSION_PROBLEM]) {
    struct exchange exchange;

    exchange_begin(&exchange, session, "CAPABILITY");
    exchange.listener = on_capability;
    exchange.context = &session->capabilities;
    buffer_clear(&session->capabilities);
    if (exchange_end(&exchange) != ANSWER_OK) {
        return fail(problem, "CAPABILITY", exchange.said);
    }
    session->non_synchronizing = can(session, "LITERAL+")   ? SIZE_MAX
                                 : can(session, "LITERAL-") ? LITERAL_MINUS_LIMIT
                                                            : 0;
    if (seen) {
        buffer_add_text(seen, " ");
        buffer_add(seen, session->capabilities.octets, session->capabilities.size);
    }
    return true;
}

/* ---- the rungs ----------------------------------------------------------------------------- */

enum greeting { GREETING_OK, GREETING_PREAUTH, GREETING_FAILED };

static enum greeting read_greeting(struct session *session, char problem[SESSION_PROBLEM]) {
    struct message *message;
    enum greeting greeting = GREETING_FAILED;

    if (session_read(session, session_deadline(session), &message) != SESSION_MESSAGE) {
        fail(problem, "greeting", session->problem);
        return greeting;
    }
    const char *text = (const char *)message->octets;
    if (!message->refusal && strncasecmp(text, "* OK", 4) == 0) {
        greeting = GREETING_OK;
    } else if (!message->refusal && strncasecmp(text, "* PREAUTH", 9) == 0) {
        greeting = GREETING_PREAUTH;
    } else {
        char said[EXCHANGE_SAID];
        text_escape(TEXT_WIRE, text, message->size, said, sizeof said);
        fail(problem, "greeting", said);
    }
    message_free(message);
    return greeting;
}

static bool start_tls(struct session *session, struct buffer *seen, char problem[SESSION_PROBLEM]) {
    char said[EXCHANGE_SAID];

    if (!ladder_learn(session, seen, problem)) {
        return false;
    }
    if (exchange_simple(session, "STARTTLS", NULL, said) != ANSWER_OK) {
        return fail(problem, "STARTTLS", said);
    }
    return session_start_tls(session) || fail(problem, "STARTTLS", session->problem);
}

bool ladder_secure(struct session *session, char problem[SESSION_PROBLEM]) {
    struct message *greeting;

    if (session_read(session, session_deadline(session), &greeting) != SESSION_MESSAGE) {
        return fail(problem, "greeting", session->problem);
    }
    if (!start_tls(session, NULL, problem)) {
        message_free(greeting);
        return false;
    }
    session_unread(session, greeting);
    return true;
}

char *ladder_plain_response(const char *user, const char *password) {
    size_t user_size = strlen(user), password_size = strlen(password);
    size_t size = user_size + password_size + 2;
    unsigned char *message = malloc(size + 1);
    char *encoded = malloc((size + 2) / 3 * 4 + 1);

    if (message && encoded) {
        message[0] = '\0';
        memcpy(message + 1, user, user_size + 1);
        memcpy(message + user_size + 2, password, password_size + 1);
        EVP_EncodeBlock((unsigned char *)encoded, message, (int)size);
    } else {
        free(encoded);
        encoded = NULL;
    }
    free(message);
    return encoded;
}

static bool authenticate(struct session *session, const char *user, char problem[SESSION_PROBLEM]) {
    char *response = ladder_plain_response(user, session->server->password);
    struct exchange exchange;

    if (!response) {
        return fail(problem, "AUTHENTICATE PLAIN", "out of memory");
    }
    exchange_begin(&exchange, session, "AUTHENTICATE PLAIN");
    exchange_add_line(&exchange, response, "${user} ${password}");
    free(response);
    return exchange_end(&exchange) == ANSWER_OK ||
           fail(problem, "AUTHENTICATE PLAIN", exchange.said);
}

static bool log_in(struct session *session, const char *user, char problem[SESSION_PROBLEM]) {
    const char *password = session->server->password;
    struct exchange exchange;

    if (!user || !password) {
        return fail(problem, "LOGIN", "the server's URL names no user and password");
    }
    if (can(session, "LOGINDISABLED")) {
        return authenticate(session, user, problem);
    }
    exchange_begin(&exchange, session, "LOGIN");
    exchange_add_string(&exchange, user, strlen(user), "${user}");
    exchange_add_string(&exchange, password, strlen(password), "${password}");
    return exchange_end(&exchange) == ANSWER_OK || fail(problem, "LOGIN", exchange.said);
}

bool ladder_climb(struct session *session, enum ladder to, const char *user, struct buffer *seen,
                  char problem[SESSION_PROBLEM]) {
    if (to == STATE_GREETING) {
        return true;
    }
    enum greeting greeting = read_greeting(session, problem);
    if (greeting == GREETING_FAILED) {
        return false;
    }

    bool wants_tls = session->server->tls == TLS_STARTTLS || to == STATE_TLS;
    if (wants_tls && !session->connection.tls && !start_tls(session, seen, problem)) {
        return false;
    }
    if (to == STATE_TLS) {
        return true;
    }
    if (greeting == GREETING_PREAUTH) {
        return ladder_learn(session, seen, problem);
    }
    return ladder_learn(session, seen, problem) && log_in(session, user, problem);
}

bool ladder_select(struct session *session, const char *mailbox, char problem[SESSION_PROBLEM]) {
    char said[EXCHANGE_SAID];

    return exchange_simple(session, "SELECT", mailbox, said) == ANSWER_OK ||
           fail(problem, "SELECT", said);
}
