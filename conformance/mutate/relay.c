#include "relay.h"

#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../clock.h"
#include "../session/connection.h"
#include "mutant.h"

enum {
    HANDSHAKE = 10000, /* milliseconds: to reach the server, for TLS, to get rid of octets */
    NEWS = 50,         /* times that a server is asked for news while its client is silent */
    SLICE = 100,       /* milliseconds: how long an interruption may go unnoticed */
    BACKLOG = 262144,  /* octets for one side above which the other isn't read */
    PIECE = 8192,      /* octets written at once: what a socket that can be written takes */
    INPUT = 16384      /* octets read at once */
};

/* What is to be sent to one side. */
struct outbox {
    struct connection *connection;
    struct buffer octets;
    size_t sent;
};

struct relay {
    const struct relay_options *options;
    struct connection client, upstream;
    struct outbox to_client, to_upstream;
    struct command_stream commands;
    struct response_stream responses;
    struct mutant *mutants; /* the one that is at work; of "none" all, each for itself */
    size_t mutant_count;
    bool transparent;       /* what the mutants write is thrown away */
    struct buffer scratch;  /* it is written here */
    struct buffer injected; /* what came in clear after STARTTLS, to be run under TLS */
    unsigned state;         /* WHEN_ bits */
    bool start_tls;         /* STARTTLS was answered by OK */
    bool logged_out;
    bool opaque; /* TLS that we have no certificate for: octets are passed, nothing is read */
    bool ended;
    unsigned asked; /* how often for news, since the client has said something */
    uint8_t input[INPUT];
};

/* ---- outboxes ------------------------------------------------------------------------------ */

static size_t backlog(const struct outbox *outbox) {
    return outbox->octets.size - outbox->sent;
}

/* Sends what the socket takes without waiting. False: the other side is gone, or memory is out. */
static bool outbox_send(struct outbox *outbox, bool *progress) {
    struct connection *connection = outbox->connection;
    struct pollfd ready = {.fd = connection->descriptor, .events = POLLOUT};

    while (backlog(outbox) > 0 && poll(&ready, 1, 0) > 0) {
        size_t size = backlog(outbox) < PIECE ? backlog(outbox) : PIECE;
        if (connection_write(connection, outbox->octets.octets + outbox->sent, size,
                             clock_milliseconds() + HANDSHAKE) != CONNECTION_DONE) {
            return false;
        }
        outbox->sent += size;
        *progress = true;
    }
    if (backlog(outbox) == 0) {
        buffer_clear(&outbox->octets);
        outbox->sent = 0;
    }
    return !outbox->octets.failed;
}

/* Sends all, or waits for HANDSHAKE in vain. */
static bool outbox_empty(struct outbox *outbox) {
    bool sent =
        connection_write(outbox->connection, outbox->octets.octets + outbox->sent, backlog(outbox),
                         clock_milliseconds() + HANDSHAKE) == CONNECTION_DONE;

    buffer_clear(&outbox->octets);
    outbox->sent = 0;
    return sent;
}

/* ---- behaviour ----------------------------------------------------------------------------- */

/* Does a mutation ask for it now, and has it counted? Of "none" it is counted only. */
static bool behaves(struct relay *relay, enum behavior behavior,
                    const struct pending_command *command) {
    bool found = false;

    for (size_t i = 0; i < relay->mutant_count; i++) {
        struct mutant *mutant = &relay->mutants[i];
        if (mutant->mutation->behavior == behavior && mutant_fits(mutant, command, relay->state)) {
            mutant->applied++;
            found = true;
        }
    }
    return found && !relay->transparent;
}

/* ---- commands ------------------------------------------------------------------------------ */

static bool starts_tls(const struct relay *relay) {
    const struct pending_command *current = command_stream_current(&relay->commands);
    return current && strcmp(current->name, "STARTTLS") == 0;
}

static void on_piece(void *context, enum piece_kind kind, const struct pending_command *command,
                     uint8_t *octets, size_t size) {
    struct relay *relay = context;
    bool is_injected = kind == PIECE_COMMAND && starts_tls(relay) &&
                       command != command_stream_current(&relay->commands) &&
                       behaves(relay, BEHAVIOR_RUN_INJECTED, command);
    struct buffer *out = relay->transparent ? &relay->scratch
                         : is_injected      ? &relay->injected
                                            : &relay->to_upstream.octets;

    for (size_t i = 0; i < relay->mutant_count; i++) {
        struct mutant *mutant = &relay->mutants[i];
        if (kind == PIECE_COMMAND) {
            mutant_line(mutant, command, relay->state, octets, size, out);
        } else {
            mutant_release(mutant, out);
            if (kind == PIECE_LITERAL && command) {
                mutant_literal(mutant, command, relay->state, octets, size);
            }
            buffer_add(out, octets, size);
        }
        buffer_clear(&relay->scratch);
    }
}

/* Has the server tell its news, though no command runs. */
static void ask_for_news(struct relay *relay) {
    static const char noop[] = MUTATION_TAG " NOOP\r\n";

    if (relay->asked < NEWS && !command_stream_current(&relay->commands) &&
        behaves(relay, BEHAVIOR_TELL_AT_ONCE, NULL)) {
        buffer_add(&relay->to_upstream.octets, noop, sizeof noop - 1);
        relay->asked++;
    }
}

/* Nothing has come for a while. */
static void release_lines(struct relay *relay) {
    for (size_t i = 0; i < relay->mutant_count; i++) {
        mutant_release(&relay->mutants[i],
                       relay->transparent ? &relay->scratch : &relay->to_upstream.octets);
    }
    buffer_clear(&relay->scratch);
}

/* ---- responses ----------------------------------------------------------------------------- */

/* Does the word after the tag, or "*", say so? */
static bool says(const struct response *response, const char *word) {
    size_t at = strlen(response->word) + 1, length = strlen(word);

    return at + length < response->size &&
           strncasecmp((const char *)response->octets + at, word, length) == 0 &&
           !isalnum(response->octets[at + length]);
}

static void replace_state(struct relay *relay, unsigned from, unsigned to) {
    relay->state = (relay->state & ~from) | to;
}

static bool is_one_of(const char *name, const char *one, const char *other) {
    return strcmp(name, one) == 0 || strcmp(name, other) == 0;
}

/* What the answer to a command does to the session (RFC 9051, 3). */
static void note_answer(struct relay *relay, const struct pending_command *command,
                        const struct response *response) {
    const char *name = command->name;

    if (is_one_of(name, "SELECT", "EXAMINE") && !says(response, "BAD")) {
        replace_state(relay, WHEN_SELECTED | WHEN_NOT_SELECTED,
                      says(response, "OK") ? WHEN_SELECTED : WHEN_NOT_SELECTED);
    } else if (!says(response, "OK")) {
        return;
    } else if (is_one_of(name, "CLOSE", "UNSELECT")) {
        replace_state(relay, WHEN_SELECTED, WHEN_NOT_SELECTED);
    } else if (is_one_of(name, "LOGIN", "AUTHENTICATE")) {
        replace_state(relay, WHEN_NOT_AUTHENTICATED, WHEN_AUTHENTICATED);
    } else if (strcmp(name, "STARTTLS") == 0) {
        relay->start_tls = true;
    } else if (strcmp(name, "LOGOUT") == 0) {
        relay->logged_out = !command->spared;
    }
}

static void note_response(struct relay *relay, const struct response *response) {
    struct pending_command answered;

    if (strcmp(response->word, "+") == 0) {
        command_stream_continue(&relay->commands);
    } else if (strcmp(response->word, "*") == 0) {
        if (says(response, "PREAUTH")) {
            replace_state(relay, WHEN_NOT_AUTHENTICATED, WHEN_AUTHENTICATED);
        }
    } else if (command_stream_answer(&relay->commands, response->word, &answered)) {
        note_answer(relay, &answered, response);
        for (size_t i = 0; says(response, "OK") && i < relay->mutant_count; i++) {
            mutant_done(&relay->mutants[i], &answered);
        }
    }
}

static void on_response(void *context, const struct response *response, const uint8_t *octets,
                        size_t size) {
    struct relay *relay = context;
    const struct pending_command *command = command_stream_current(&relay->commands);
    struct buffer *out = relay->transparent ? &relay->scratch : &relay->to_client.octets;
    bool is_empty = relay->commands.waits && relay->commands.literal_asked == 0;
    unsigned state = relay->state | (is_empty ? WHEN_EMPTY_LITERAL : 0);

    if (response && strcmp(response->word, MUTATION_TAG) == 0) {
        return;
    }
    if (!response) {
        buffer_add(out, octets, size);
        buffer_clear(&relay->scratch);
        return;
    }
    for (size_t i = 0; i < relay->mutant_count; i++) {
        bool close = mutant_response(&relay->mutants[i], command, state, response, out);
        relay->ended = relay->ended || (close && !relay->transparent);
        buffer_clear(&relay->scratch);
    }
    note_response(relay, response);
}

/* ---- reading ------------------------------------------------------------------------------- */

static void take_client(struct relay *relay, const uint8_t *octets, size_t size) {
    relay->asked = 0;
    if (relay->transparent) {
        buffer_add(&relay->to_upstream.octets, octets, size);
    }
    if (!relay->opaque) {
        command_stream_feed(&relay->commands, octets, size);
    }
}

static void take_upstream(struct relay *relay, const uint8_t *octets, size_t size) {
    bool is_plain = relay->opaque || relay->transparent;

    if (is_plain) {
        buffer_add(&relay->to_client.octets, octets, size);
    }
    while (!relay->opaque && size > 0 && !relay->start_tls && !relay->ended) {
        size_t count = response_stream_feed(&relay->responses, octets, size);
        octets += count;
        size -= count;
    }
    if (!is_plain && relay->start_tls) {
        buffer_add(&relay->to_client.octets, octets, size); /* in clear, as it came */
    }
}

/* Reads all that is there, as long as the other side takes it. False: this side has closed. */
static bool read_side(struct relay *relay, struct connection *connection,
                      void take(struct relay *, const uint8_t *, size_t), bool *progress) {
    const struct outbox *outbox =
        connection == &relay->client ? &relay->to_upstream : &relay->to_client;

    while (backlog(outbox) < BACKLOG && !relay->ended && !relay->start_tls &&
           (connection == &relay->upstream || command_stream_has_room(&relay->commands))) {
        size_t count;
        enum connection_status status =
            connection_read(connection, relay->input, sizeof relay->input, CONNECTION_NOW, &count);
        if (status != CONNECTION_DONE) {
            return status == CONNECTION_TIMED_OUT;
        }
        take(relay, relay->input, count);
        *progress = true;
    }
    return true;
}

/* ---- TLS ----------------------------------------------------------------------------------- */

static bool serve_tls(struct relay *relay) {
    return connection_serve_tls(&relay->client, relay->options->certificate, relay->options->key,
                                clock_milliseconds() + HANDSHAKE) == CONNECTION_DONE;
}

static bool reach_tls(struct relay *relay) {
    const struct server *server = relay->options->upstream;
    return connection_start_tls(&relay->upstream, server->host, server->ca_file, server->insecure,
                                clock_milliseconds() + HANDSHAKE) == CONNECTION_DONE;
}

/* After the OK to STARTTLS. Without a certificate of ours, both sides are left to themselves. */
static bool begin_tls(struct relay *relay) {
    relay->start_tls = false;
    bool sent = outbox_empty(&relay->to_upstream);
    sent = outbox_empty(&relay->to_client) && sent;
    if (!sent) {
        return false;
    }
    if (!relay->options->certificate) {
        relay->opaque = relay->transparent = true;
        return true;
    }
    command_stream_clear(&relay->commands);
    response_stream_restart(&relay->responses, IMAP_RESPONSE);
    replace_state(relay, WHEN_CLEAR, WHEN_TLS);
    if (!reach_tls(relay) || !serve_tls(relay)) {
        return false;
    }
    buffer_add(&relay->to_upstream.octets, relay->injected.octets, relay->injected.size);
    buffer_clear(&relay->injected);
    return true;
}

/* ---- one connection ------------------------------------------------------------------------ */

/* Waits for an octet from either side, or room for one. */
static void wait_for_any(struct relay *relay) {
    bool client_room =
        backlog(&relay->to_upstream) < BACKLOG && command_stream_has_room(&relay->commands);
    struct pollfd sides[] = {
        {.fd = relay->client.descriptor,
         .events =
             (short)((client_room ? POLLIN : 0) | (backlog(&relay->to_client) > 0 ? POLLOUT : 0))},
        {.fd = relay->upstream.descriptor,
         .events = (short)((backlog(&relay->to_client) < BACKLOG ? POLLIN : 0) |
                           (backlog(&relay->to_upstream) > 0 ? POLLOUT : 0))},
    };
    if (poll(sides, 2, SLICE) == 0) {
        release_lines(relay);
        ask_for_news(relay);
    }
}

/* The server has closed: so do we, unless the mutation keeps the client waiting. */
static void stay_open(struct relay *relay) {
    uint64_t deadline = clock_milliseconds() + relay->options->timeout;
    enum connection_status status = CONNECTION_DONE;
    size_t count;

    if (!relay->logged_out || !behaves(relay, BEHAVIOR_STAY_OPEN, NULL)) {
        return;
    }
    while (status == CONNECTION_DONE) {
        status =
            connection_read(&relay->client, relay->input, sizeof relay->input, deadline, &count);
    }
}

static void end(struct relay *relay, bool client_stands, bool upstream_stands) {
    release_lines(relay);
    if (!client_stands && !relay->transparent) {
        command_stream_end(&relay->commands);
    }
    if (!upstream_stands && !relay->transparent) {
        response_stream_end(&relay->responses);
    }
    if (client_stands) {
        outbox_empty(&relay->to_client);
    }
    if (upstream_stands) {
        outbox_empty(&relay->to_upstream);
    } else {
        stay_open(relay);
    }
}

static bool is_interrupted(const struct relay *relay) {
    return relay->options->interrupted && atomic_load(relay->options->interrupted);
}

/* Moves octets both ways until there is an end. */
static void pump(struct relay *relay) {
    uint64_t last = clock_milliseconds();
    bool client_stands = true, upstream_stands = true;

    while (client_stands && upstream_stands && !relay->ended && !is_interrupted(relay) &&
           clock_milliseconds() - last < relay->options->timeout) {
        bool progress = false;
        upstream_stands = read_side(relay, &relay->upstream, take_upstream, &progress);
        if (relay->start_tls) {
            relay->ended = !begin_tls(relay);
            last = clock_milliseconds();
            continue;
        }
        client_stands = read_side(relay, &relay->client, take_client, &progress);
        client_stands = outbox_send(&relay->to_client, &progress) && client_stands;
        upstream_stands = outbox_send(&relay->to_upstream, &progress) && upstream_stands;
        if (progress) {
            last = clock_milliseconds();
        } else if (client_stands && upstream_stands) {
            wait_for_any(relay);
        }
    }
    end(relay, client_stands, upstream_stands);
}

static bool make_mutants(struct relay *relay) {
    relay->mutant_count = relay->transparent ? mutation_count() : 1;
    relay->mutants = calloc(relay->mutant_count, sizeof *relay->mutants);
    for (size_t i = 0; relay->mutants && i < relay->mutant_count; i++) {
        relay->mutants[i].mutation = relay->transparent ? mutation_at(i) : relay->options->mutation;
    }
    return relay->mutants != NULL;
}

static struct relay *relay_new(const struct relay_options *options, int descriptor) {
    struct relay *relay = calloc(1, sizeof *relay);

    if (!relay) {
        return NULL;
    }
    relay->options = options;
    relay->transparent = options->mutation == mutation_at(0);
    relay->state = WHEN_NOT_AUTHENTICATED | WHEN_NOT_SELECTED |
                   (options->upstream->tls == TLS_IMPLICIT ? WHEN_TLS : WHEN_CLEAR);
    connection_init(&relay->upstream, options->interrupted);
    connection_init(&relay->client, options->interrupted);
    connection_take(&relay->client, descriptor);
    relay->to_client.connection = &relay->client;
    relay->to_upstream.connection = &relay->upstream;
    command_stream_init(&relay->commands, options->spare, on_piece, relay);
    bool made = response_stream_init(&relay->responses, options->grammar, on_response, relay);
    if (!make_mutants(relay) || !made) {
        relay->mutant_count = 0;
        relay->ended = true;
    }
    return relay;
}

static void relay_free(struct relay *relay, uint64_t *applied) {
    for (size_t i = 0; i < relay->mutant_count; i++) {
        applied[mutation_index(relay->mutants[i].mutation)] += relay->mutants[i].applied;
        mutant_free(&relay->mutants[i]);
    }
    free(relay->mutants);
    command_stream_free(&relay->commands);
    response_stream_free(&relay->responses);
    buffer_free(&relay->to_client.octets);
    buffer_free(&relay->to_upstream.octets);
    buffer_free(&relay->scratch);
    buffer_free(&relay->injected);
    free(relay);
}

/* Connects to the server. False: `problem` says why not, and the client is told. */
static bool reach(struct relay *relay, char problem[RELAY_PROBLEM]) {
    const struct server *server = relay->options->upstream;
    bool is_tls = server->tls == TLS_IMPLICIT;
    bool reached = connection_open(&relay->upstream, server->host, server->port,
                                   clock_milliseconds() + HANDSHAKE) == CONNECTION_DONE &&
                   (!is_tls || reach_tls(relay));

    if (is_tls && !serve_tls(relay)) {
        snprintf(problem, RELAY_PROBLEM, "a client: %.256s", relay->client.problem);
        return false;
    }
    if (!reached) {
        const char *why = *relay->upstream.problem ? relay->upstream.problem : "no answer";
        snprintf(problem, RELAY_PROBLEM, "%.32s:%.8s: %.256s", server->host, server->port, why);
        buffer_add_text(&relay->to_client.octets, "* BYE no server behind this proxy\r\n");
        outbox_empty(&relay->to_client);
    }
    return reached;
}

bool relay_run(const struct relay_options *options, int descriptor, uint64_t *applied,
               char problem[RELAY_PROBLEM]) {
    struct relay *relay = relay_new(options, descriptor);

    if (!relay) {
        struct connection connection;
        connection_init(&connection, NULL);
        connection_take(&connection, descriptor);
        connection_close(&connection);
        snprintf(problem, RELAY_PROBLEM, "memory is out");
        return false;
    }
    bool reached = !relay->ended && reach(relay, problem);
    if (reached) {
        pump(relay);
    }
    connection_close(&relay->client);
    connection_close(&relay->upstream);
    relay_free(relay, applied);
    return reached;
}
