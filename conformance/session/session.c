#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"

/* ---- messages ------------------------------------------------------------------------------ */

void message_free(struct message *message) {
    if (!message) {
        return;
    }
    free(message->octets);
    free(message->nodes);
    free(message->refusal);
    free(message);
}

void message_first_word(const struct message *message, char *word, size_t size) {
    size_t length = 0;

    while (length < message->size && length + 1 < size && message->octets[length] > ' ') {
        word[length] = (char)message->octets[length];
        length++;
    }
    word[length] = '\0';
}

/* The tree of the message that was just read, with offsets from the message's first octet. */
static bool copy_tree(const struct session *session, struct message *message) {
    uint32_t count = session->tree.count;

    message->nodes = malloc(count * sizeof *message->nodes);
    if (!message->nodes) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        message->nodes[i] = session->nodes[i];
        if (i > 0) {
            message->nodes[i].start -= session->message_start;
            message->nodes[i].end -= session->message_start;
        }
    }
    message->tree = session->tree;
    message->tree.nodes = message->nodes;
    message->tree.capacity = count;
    return true;
}

/* ---- what the parser says ------------------------------------------------------------------ */

static void note_finding(struct session *session, const struct imap_event *event) {
    struct session_breach *breach = &session->breach;
    char extension[IMAP_EXTENSION_TEXT];

    session->has_breach = true;
    breach->offset = event->start;
    breach->rule = event->rule;
    breach->tolerated = event->finding == IMAP_QUIRK_USED;
    if (event->finding == IMAP_EXTENSION_NOT_ENABLED) {
        imap_extension_name(session->grammar, (unsigned)event->value, extension, sizeof extension);
        snprintf(breach->sentence, sizeof breach->sentence,
                 "belongs to %s (%s), which the server doesn't announce", extension,
                 imap_extension_source(session->grammar, (unsigned)event->value));
    } else if (event->finding == IMAP_QUIRK_USED) {
        snprintf(breach->sentence, sizeof breach->sentence, "%s, which is tolerated as %s",
                 imap_quirk_sentence((enum imap_quirk)event->value),
                 imap_quirk_name((enum imap_quirk)event->value));
    } else {
        snprintf(breach->sentence, sizeof breach->sentence,
                 "malformed response code, read as text");
    }
}

static bool on_event(void *context, const struct imap_event *event) {
    struct session *session = context;

    imap_tree_add(&session->tree, event);
    if (event->kind == IMAP_EVENT_FINDING && !session->has_breach) {
        note_finding(session, event);
    }
    session->complete = event->kind == IMAP_EVENT_MESSAGE;
    return !session->complete;
}

/* Keeps why the parser stopped. */
static void note_error(struct session *session) {
    const struct imap_error *error = imap_parser_error(&session->parser);

    session->has_breach = true;
    session->breach.offset = error->offset;
    session->breach.rule = error->rule;
    session->breach.tolerated = false;
    imap_parser_explain(&session->parser, session->breach.sentence,
                        sizeof session->breach.sentence);
}

static void find_breach(struct session *session) {
    const struct session_breach *breach = &session->breach;
    size_t at = (size_t)(breach->offset - session->message_start);

    if (!session->has_breach) {
        return;
    }
    struct finding *finding = result_find(
        session->result, session->number, breach->offset,
        imap_rule_name(session->grammar, breach->rule), breach->sentence, session->message.octets,
        session->message.size, at < session->message.size ? at : session->message.size);
    if (finding) {
        finding->tolerated = breach->tolerated;
    }
}

/* Of all that the checks find in a message, the first violation is told. */
static void note_check(void *context, const struct imap_check *check, uint64_t start,
                       uint64_t end) {
    struct session *session = context;
    char sentence[IMAP_EXPLANATION_TEXT];

    (void)end;
    if (session->has_breach || check->severity != IMAP_VIOLATION) {
        return;
    }
    session->has_breach = true;
    snprintf(sentence, sizeof sentence, "%s (%s)", check->sentence, check->source);
    result_find(session->result, session->number, start, check->name, sentence,
                session->message.octets, session->message.size,
                (size_t)(start - session->message_start));
}

/* Puts the message in its place after what was said before. */
static void hear_message(struct session *session) {
    const uint8_t *octets = session->message.octets;

    client_side_answered(&session->client_side, octets, session->message.size);
    if (session->refused || imap_tree_root(&session->tree) == 0) {
        conversation_hear_refused(&session->conversation, octets, session->message.size);
    } else {
        conversation_hear_response(&session->conversation, &session->tree, octets, note_check,
                                   session);
    }
}

static enum session_status fail(struct session *session, const char *problem) {
    snprintf(session->problem, sizeof session->problem, "%s", problem);
    connection_close(&session->connection);
    return SESSION_FAILED;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* Gets ready for the next message, after one of `size` octets. */
static void begin_message(struct session *session, size_t size) {
    session->message_start += size;
    buffer_clear(&session->message);
    imap_tree_clear(&session->tree);
    session->complete = session->refused = session->has_breach = false;
}

/* Makes a message of what was just read, and takes its octets. NULL when memory is out. */
static struct message *take_message(struct session *session) {
    struct message *message = calloc(1, sizeof *message);
    const char *refusal = session->refused ? session->breach.sentence
                          : session->tree.overflow
                              ? "more nodes than this program holds of one message"
                              : NULL;

    if (!message || session->message.failed) {
        free(message);
        return NULL;
    }
    message->refusal = refusal ? strdup(refusal) : NULL;
    if (refusal ? !message->refusal : !copy_tree(session, message)) {
        free(message);
        return NULL;
    }
    message->octets = session->message.octets;
    message->size = session->message.size;
    session->message = (struct buffer){0};
    return message;
}

/* Hands over the message that was just read. NULL when memory is out. */
static struct message *end_message(struct session *session) {
    result_transcribe(session->result, SERVER, session->number, session->message.octets,
                      session->message.size);
    find_breach(session);
    if (!session->refused && !session->message.failed) {
        imap_check_message(&session->tree, session->grammar, &session->extensions,
                           session->message.octets, note_check, session);
    }
    if (!session->message.failed) {
        hear_message(session);
    }
    struct message *message = take_message(session);
    if (!message) {
        return NULL;
    }
    session->message_count++;
    session->octet_count += message->size;
    begin_message(session, message->size);
    return message;
}

/* What came of a message that will not be finished. */
static void abandon_message(struct session *session, const char *why) {
    if (session->message.size == 0) {
        return;
    }
    result_transcribe(session->result, SERVER, session->number, session->message.octets,
                      session->message.size);
    if (!session->has_breach && why) {
        session->has_breach = true;
        session->breach.offset = session->message_start + session->message.size;
        session->breach.rule = 0;
        session->breach.tolerated = false;
        snprintf(session->breach.sentence, sizeof session->breach.sentence, "%s", why);
    }
    find_breach(session);
    begin_message(session, session->message.size);
}

static void take_input(struct session *session, size_t count) {
    buffer_add(&session->message, session->input + session->input_start, count);
    session->input_start += count;
}

/* Skips to the end of a line that the parser has refused. */
static bool skip_refused(struct session *session) {
    const uint8_t *input = session->input + session->input_start;
    size_t count = session->input_end - session->input_start, consumed;
    const uint8_t *end = memchr(input, '\n', count);

    if (end) {
        count = (size_t)(end - input) + 1;
    }
    imap_parser_feed(&session->parser, input, count, &consumed);
    take_input(session, count);
    if (end) {
        session->complete = true;
        imap_parser_expect(&session->parser, IMAP_RESPONSE);
    }
    return session->message.size <
           SESSION_REFUSED_LINE + (session->breach.offset - session->message_start);
}

/* Parses what has been read, at most to the end of a message. False: the session can't go on. */
static bool parse_input(struct session *session) {
    if (session->refused) {
        return skip_refused(session);
    }

    size_t consumed;
    enum imap_status status =
        imap_parser_feed(&session->parser, session->input + session->input_start,
                         session->input_end - session->input_start, &consumed);
    take_input(session, consumed);
    if (status != IMAP_FAILED) {
        return true;
    }
    note_error(session);
    session->refused = true;
    enum imap_error_code code = imap_parser_error(&session->parser)->code;
    if (code == IMAP_LITERAL_TOO_LARGE || code == IMAP_LINE_TOO_LONG ||
        code == IMAP_MESSAGE_TOO_LONG) {
        return false;
    }
    imap_parser_resync(&session->parser);
    return true;
}

static enum session_status describe(struct session *session, enum connection_status status) {
    size_t size = session->message.size;

    switch (status) {
    case CONNECTION_DONE:
        return SESSION_MESSAGE;
    case CONNECTION_TIMED_OUT:
        snprintf(session->problem, sizeof session->problem,
                 size ? "no more within %u ms after %zu octets of a message"
                      : "no answer within %u ms",
                 session->timeout, size);
        return SESSION_TIMED_OUT;
    case CONNECTION_CLOSED:
        snprintf(session->problem, sizeof session->problem,
                 size ? "the server closed the connection after %zu octets of a message"
                      : "the server closed the connection",
                 size);
        abandon_message(session, "the connection was closed in the middle of a message");
        return SESSION_CLOSED;
    case CONNECTION_INTERRUPTED:
        snprintf(session->problem, sizeof session->problem, "interrupted");
        return SESSION_INTERRUPTED;
    case CONNECTION_BROKEN:
        snprintf(session->problem, sizeof session->problem, "%s", session->connection.problem);
        abandon_message(session, "the connection broke in the middle of a message");
        break;
    }
    return SESSION_FAILED;
}

/* When all that has been read is parsed. */
static enum connection_status fill_input(struct session *session, uint64_t deadline) {
    session->input_start = session->input_end = 0;
    return connection_read(&session->connection, session->input, sizeof session->input, deadline,
                           &session->input_end);
}

/* A message over a limit: what it would go on with can't be told apart from the next one. */
static enum session_status give_up(struct session *session) {
    char problem[sizeof session->problem];

    snprintf(problem, sizeof problem, "a message without end: %.480s", session->breach.sentence);
    abandon_message(session, NULL);
    return fail(session, problem);
}

enum session_status session_read(struct session *session, uint64_t deadline,
                                 struct message **message) {
    if (session->unread) {
        *message = session->unread;
        session->unread = (*message)->next;
        (*message)->next = NULL;
        return SESSION_MESSAGE;
    }
    if (session->message_count >= SESSION_MESSAGES || session->octet_count >= SESSION_OCTETS) {
        return fail(session, "the server sends and sends, and nothing completes");
    }
    for (;;) {
        while (session->input_start < session->input_end && !session->complete) {
            if (!parse_input(session)) {
                return give_up(session);
            }
        }
        if (session->complete) {
            *message = end_message(session);
            return *message ? SESSION_MESSAGE : fail(session, "out of memory");
        }
        enum connection_status status = fill_input(session, deadline);
        if (status != CONNECTION_DONE) {
            return describe(session, status);
        }
    }
}

void session_unread(struct session *session, struct message *message) {
    message->next = session->unread;
    session->unread = message;
}

uint64_t session_deadline(const struct session *session) {
    return clock_milliseconds() + session->timeout;
}

enum session_status session_write(struct session *session, const void *octets, size_t size,
                                  const struct buffer *shown) {
    result_transcribe(session->result, CLIENT, session->number, shown ? shown->octets : octets,
                      shown ? shown->size : size);
    client_side_send(&session->client_side, octets, size);
    session->message_count = 0;
    session->octet_count = 0;
    enum connection_status status =
        connection_write(&session->connection, octets, size, session_deadline(session));
    if (status == CONNECTION_TIMED_OUT) {
        snprintf(session->problem, sizeof session->problem, "the server read nothing for %u ms",
                 session->timeout);
        return SESSION_TIMED_OUT;
    }
    return describe(session, status);
}

/* ---- opening, TLS, closing ------------------------------------------------------------------- */

static void start_parser(struct session *session, enum imap_root root) {
    imap_parser_init(&session->parser, session->grammar, root, on_event, session);
    imap_parser_allow(&session->parser, &session->extensions);
    tolerance_apply(&session->server->tolerance, &session->parser);
    imap_tree_init(&session->tree, session->nodes, SESSION_NODES);
    begin_message(session, 0);
    session->message_start = 0;
    session->input_start = session->input_end = 0;
}

static bool handshake(struct session *session) {
    const struct server *server = session->server;
    enum connection_status status =
        connection_start_tls(&session->connection, server->host, server->ca_file, server->insecure,
                             session_deadline(session));

    if (status == CONNECTION_CLOSED) {
        snprintf(session->problem, sizeof session->problem,
                 "the server closed the connection in the TLS handshake");
    } else if (status == CONNECTION_TIMED_OUT) {
        snprintf(session->problem, sizeof session->problem,
                 "no end of the TLS handshake within %u ms", session->timeout);
    } else {
        describe(session, status);
    }
    return status == CONNECTION_DONE;
}

struct session *session_open(const struct server *server, const struct imap_grammar *grammar,
                             const struct imap_extensions *extensions, unsigned number,
                             unsigned timeout, const atomic_bool *interrupted,
                             struct result *result, char problem[SESSION_PROBLEM]) {
    struct session *session = calloc(1, sizeof *session);
    struct imap_node *nodes = malloc(SESSION_NODES * sizeof *nodes);

    if (!session || !nodes) {
        snprintf(problem, SESSION_PROBLEM, "out of memory");
        free(session);
        free(nodes);
        return NULL;
    }
    *session = (struct session){.server = server,
                                .grammar = grammar,
                                .extensions = *extensions,
                                .number = number,
                                .timeout = timeout,
                                .result = result,
                                .nodes = nodes};
    conversation_begin(&session->conversation, grammar);
    client_side_begin(&session->client_side, &session->conversation);
    connection_init(&session->connection, interrupted);
    start_parser(session, IMAP_GREETING);
    enum connection_status status = connection_open(&session->connection, server->host,
                                                    server->port, session_deadline(session));
    if (status == CONNECTION_DONE && (server->tls != TLS_IMPLICIT || handshake(session))) {
        return session;
    }
    if (status == CONNECTION_TIMED_OUT) {
        snprintf(session->problem, sizeof session->problem, "no connection within %u ms", timeout);
    } else if (status != CONNECTION_DONE) {
        describe(session, status);
    }
    snprintf(problem, SESSION_PROBLEM, "%s", session->problem);
    session_close(session);
    return NULL;
}

bool session_start_tls(struct session *session) {
    static const char injected[] = "octets in clear after the answer to STARTTLS, before TLS";

    for (struct message *message; (message = session->unread); message_free(message)) {
        session->unread = message->next;
        result_find(session->result, session->number, session->message_start, "", injected,
                    message->octets, message->size, 0);
    }
    if (session->input_start == session->input_end) {
        fill_input(session, CONNECTION_NOW);
    }
    take_input(session, session->input_end - session->input_start);
    abandon_message(session, injected);
    start_parser(session, IMAP_RESPONSE);
    /* What was begun in clear is not gone on with. */
    client_side_begin(&session->client_side, &session->conversation);
    return handshake(session);
}

bool session_compress(struct session *session) {
    size_t start = session->input_start, size = session->input_end - start;

    session->input_start = session->input_end = 0;
    if (!connection_compress(&session->connection, session->input + start, size)) {
        snprintf(session->problem, sizeof session->problem, "%s", session->connection.problem);
        return false;
    }
    return true;
}

void session_close(struct session *session) {
    if (!session) {
        return;
    }
    abandon_message(session, NULL);
    connection_close(&session->connection);
    while (session->unread) {
        struct message *next = session->unread->next;
        message_free(session->unread);
        session->unread = next;
    }
    buffer_free(&session->message);
    buffer_free(&session->capabilities);
    conversation_free(&session->conversation);
    free(session->nodes);
    free(session);
}
