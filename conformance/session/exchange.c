#include "exchange.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../text.h"

void exchange_begin(struct exchange *exchange, struct session *session, const char *name) {
    *exchange = (struct exchange){.session = session};
    snprintf(exchange->tag, sizeof exchange->tag, "imapspec-%u", ++session->tag);
    buffer_format(&exchange->wire, "%s %s", exchange->tag, name);
    buffer_format(&exchange->shown, "%s %s", exchange->tag, name);
}

/* The server must say "+" before what comes next. */
static void cut(struct exchange *exchange) {
    if (exchange->cut_count == EXCHANGE_LITERALS) {
        exchange->wire.failed = true;
    } else {
        exchange->cuts[exchange->cut_count++] = exchange->wire.size;
    }
}

static void add_literal(struct exchange *exchange, const void *octets, size_t size) {
    bool waits = size > exchange->session->non_synchronizing;

    buffer_format(&exchange->wire, waits ? "{%zu}\r\n" : "{%zu+}\r\n", size);
    if (waits) {
        cut(exchange);
    }
    buffer_add(&exchange->wire, octets, size);
}

/* What stands in `wire` from `start` is shown as it is, or as `shown`. */
static void show(struct exchange *exchange, size_t start, const char *shown) {
    if (shown) {
        buffer_add_text(&exchange->shown, shown);
    } else if (!exchange->wire.failed) {
        buffer_add(&exchange->shown, exchange->wire.octets + start, exchange->wire.size - start);
    }
}

static void add_space(struct exchange *exchange) {
    buffer_add_text(&exchange->wire, " ");
    buffer_add_text(&exchange->shown, " ");
}

void exchange_add_string(struct exchange *exchange, const void *octets, size_t size,
                         const char *shown) {
    add_space(exchange);
    size_t start = exchange->wire.size;
    if (!buffer_add_quoted(&exchange->wire, octets, size)) {
        add_literal(exchange, octets, size);
    }
    show(exchange, start, shown);
}

void exchange_add_mailbox(struct exchange *exchange, const char *name) {
    exchange_add_string(exchange, name, strlen(name), NULL);
}

void exchange_add_literal(struct exchange *exchange, const void *octets, size_t size) {
    add_space(exchange);
    size_t start = exchange->wire.size;
    add_literal(exchange, octets, size);
    show(exchange, start, NULL);
}

void exchange_add_text(struct exchange *exchange, const char *text) {
    add_space(exchange);
    buffer_add_text(&exchange->wire, text);
    buffer_add_text(&exchange->shown, text);
}

void exchange_add_line(struct exchange *exchange, const char *line, const char *shown) {
    buffer_add_text(&exchange->wire, "\r\n");
    buffer_add_text(&exchange->shown, "\r\n");
    cut(exchange);
    size_t start = exchange->wire.size;
    buffer_add_text(&exchange->wire, line);
    show(exchange, start, shown);
}

/* The words after a tag, for a sentence. */
static void quote_answer(const struct message *message, size_t skip, char said[EXCHANGE_SAID]) {
    size_t size = message->size;

    while (size > skip &&
           (message->octets[size - 1] == '\r' || message->octets[size - 1] == '\n')) {
        size--;
    }
    text_escape(TEXT_WIRE, message->octets + skip, size - skip, said, EXCHANGE_SAID);
}

static enum answer read_answer(const struct message *message, const char *tag,
                               char said[EXCHANGE_SAID]) {
    static const char *const words[] = {"OK", "NO", "BAD"};
    size_t skip = strlen(tag) + 1;

    quote_answer(message, message->size > skip ? skip : 0, said);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if (message->size > skip + length && message->octets[skip + length] == ' ' &&
            strncasecmp((const char *)message->octets + skip, words[i], length) == 0) {
            return (enum answer)i;
        }
    }
    return ANSWER_NONE;
}

/* What a message is to a command that waits for its end, or for "+". */
enum arrival { ARRIVED_UNTAGGED, ARRIVED_TAGGED, ARRIVED_GO_AHEAD, ARRIVED_NOTHING };

/* Reads one message. TAGGED sets *answer; NOTHING is a failure, told in `said`. */
static enum arrival read_one(struct session *session, uint64_t deadline, const char *tag,
                             exchange_listener *listener, void *context, enum answer *answer,
                             char said[EXCHANGE_SAID]) {
    struct message *message;
    char word[32];
    enum arrival arrival = ARRIVED_NOTHING;

    if (session_read(session, deadline, &message) != SESSION_MESSAGE) {
        snprintf(said, EXCHANGE_SAID, "%.255s", session->problem);
        return ARRIVED_NOTHING;
    }
    message_first_word(message, word, sizeof word);
    if (strcmp(word, "*") == 0) {
        arrival = ARRIVED_UNTAGGED;
        if (listener) {
            listener(context, message);
        }
    } else if (strcmp(word, "+") == 0) {
        arrival = ARRIVED_GO_AHEAD;
    } else if (strcmp(word, tag) == 0) {
        arrival = ARRIVED_TAGGED;
        *answer = read_answer(message, tag, said);
    } else {
        quote_answer(message, 0, said);
    }
    message_free(message);
    return arrival;
}

enum answer exchange_await(struct session *session, const char *tag, exchange_listener *listener,
                           void *context, char said[EXCHANGE_SAID]) {
    uint64_t deadline = session_deadline(session);
    enum answer answer = ANSWER_NONE;
    enum arrival arrival;

    do {
        arrival = read_one(session, deadline, tag, listener, context, &answer, said);
    } while (arrival == ARRIVED_UNTAGGED || arrival == ARRIVED_GO_AHEAD);
    return arrival == ARRIVED_TAGGED ? answer : ANSWER_NONE;
}

/* Waits for "+". False when there is an answer (or none to hope for) instead. */
static bool await_go_ahead(struct exchange *exchange, enum answer *answer) {
    uint64_t deadline = session_deadline(exchange->session);
    enum arrival arrival;

    do {
        arrival = read_one(exchange->session, deadline, exchange->tag, exchange->listener,
                           exchange->context, answer, exchange->said);
    } while (arrival == ARRIVED_UNTAGGED);
    return arrival == ARRIVED_GO_AHEAD;
}

/* Sends piece by piece; the transcript gets all with the first one. */
static bool send_pieces(struct exchange *exchange, enum answer *answer) {
    const struct buffer nothing = {0};
    size_t sent = 0;

    buffer_add_text(&exchange->wire, "\r\n");
    buffer_add_text(&exchange->shown, "\r\n");
    if (exchange->wire.failed || exchange->shown.failed) {
        snprintf(exchange->said, sizeof exchange->said, "out of memory");
        return false;
    }
    for (size_t i = 0; i <= exchange->cut_count; i++) {
        size_t end = i < exchange->cut_count ? exchange->cuts[i] : exchange->wire.size;
        if (session_write(exchange->session, exchange->wire.octets + sent, end - sent,
                          i == 0 ? &exchange->shown : &nothing) != SESSION_MESSAGE) {
            snprintf(exchange->said, sizeof exchange->said, "%.255s", exchange->session->problem);
            return false;
        }
        sent = end;
        if (i < exchange->cut_count && !await_go_ahead(exchange, answer)) {
            return false;
        }
    }
    return true;
}

static bool send_and_free(struct exchange *exchange, enum answer *answer) {
    bool sent = send_pieces(exchange, answer);

    buffer_free(&exchange->wire);
    buffer_free(&exchange->shown);
    return sent;
}

bool exchange_send(struct exchange *exchange) {
    enum answer answer;
    return send_and_free(exchange, &answer);
}

enum answer exchange_end(struct exchange *exchange) {
    enum answer answer = ANSWER_NONE;

    if (send_and_free(exchange, &answer)) {
        answer = exchange_await(exchange->session, exchange->tag, exchange->listener,
                                exchange->context, exchange->said);
    }
    return answer;
}

enum answer exchange_simple(struct session *session, const char *name, const char *mailbox,
                            char said[EXCHANGE_SAID]) {
    struct exchange exchange;

    exchange_begin(&exchange, session, name);
    if (mailbox) {
        exchange_add_mailbox(&exchange, mailbox);
    }
    enum answer answer = exchange_end(&exchange);
    memcpy(said, exchange.said, sizeof exchange.said);
    return answer;
}
