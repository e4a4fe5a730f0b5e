#include "client_side.h"

#include <string.h>

static bool on_event(void *context, const struct imap_event *event) {
    struct client_side *client = context;

    if (event->kind == IMAP_EVENT_NODE) {
        const char *rule = imap_rule_name(client->conversation->grammar, event->rule);
        client->is_command = strcmp(rule, "command") == 0;
    }
    return event->kind == IMAP_EVENT_NODE || event->kind == IMAP_EVENT_FINDING;
}

/* Gets ready for the next message. */
static void begin_message(struct client_side *client) {
    client->size = 0;
    client->heard = client->is_command = client->refused = false;
}

void client_side_begin(struct client_side *client, struct conversation *conversation) {
    client->conversation = conversation;
    imap_parser_init(&client->parser, conversation->grammar, IMAP_COMMAND, on_event, client);
    begin_message(client);
}

static void keep(struct client_side *client, const uint8_t *octets, size_t size) {
    size_t room = CLIENT_SIDE_LINE - client->size;
    size_t kept = size < room ? size : room;

    if (!client->heard) {
        memcpy(client->line + client->size, octets, kept);
        client->size += kept;
    }
}

/* What a client does wrong is for the dialog to judge, and often meant: nobody is told. */
static void hear(struct client_side *client) {
    if (!client->heard && client->size > 0) {
        conversation_hear_command(client->conversation, client->line, client->size, NULL, NULL);
    }
    client->heard = true;
}

/* The rest of a line that the grammar refuses; a command all the same, unless a line of another
 * command is awaited. */
static size_t skip_refused(struct client_side *client, const uint8_t *octets, size_t size) {
    const uint8_t *end = memchr(octets, '\n', size);
    size_t skipped = end ? (size_t)(end - octets) + 1 : size;

    keep(client, octets, skipped);
    if (end && conversation_next_root(client->conversation) == IMAP_COMMAND) {
        hear(client);
    }
    if (end) {
        client_side_begin(client, client->conversation);
    }
    return skipped;
}

/* Reads at most to the end of a message, or of a literal's header. */
static size_t read_command(struct client_side *client, const uint8_t *octets, size_t size) {
    size_t consumed;

    if (imap_parser_at_start(&client->parser)) {
        imap_parser_expect(&client->parser, conversation_next_root(client->conversation));
    }
    enum imap_status status = imap_parser_feed(&client->parser, octets, size, &consumed);
    keep(client, octets, consumed);
    if (status == IMAP_FAILED) {
        client->refused = true;
        return consumed;
    }
    bool has_ended = imap_parser_at_start(&client->parser);
    if (status == IMAP_PAUSED && (!has_ended || client->is_command)) {
        hear(client);
    }
    if (has_ended) {
        begin_message(client);
    }
    return consumed;
}

void client_side_send(struct client_side *client, const uint8_t *octets, size_t size) {
    while (size > 0) {
        size_t consumed = client->refused ? skip_refused(client, octets, size)
                                          : read_command(client, octets, size);
        octets += consumed;
        size -= consumed;
    }
}

void client_side_answered(struct client_side *client, const uint8_t *response, size_t size) {
    const uint8_t *end = memchr(client->line, ' ', client->size);
    size_t tag = end ? (size_t)(end - client->line) : client->size;
    bool is_this =
        tag > 0 && tag < size && memcmp(client->line, response, tag) == 0 && response[tag] == ' ';

    if (is_this) {
        hear(client);
        client_side_begin(client, client->conversation);
    }
}
