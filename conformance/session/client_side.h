/* The client's side of a connection, as the octets go out: tells the conversation of each command.
 */
#ifndef CLIENT_SIDE_H
#define CLIENT_SIDE_H

#include "../buffer.h"
#include "../conversation.h"

/* Of a command's first line so many octets are kept. */
#define CLIENT_SIDE_LINE 1024

struct client_side {
    struct conversation *conversation;
    struct imap_parser parser;
    uint8_t line[CLIENT_SIDE_LINE]; /* the command's first line, as far as it has gone out */
    size_t size;
    bool heard;      /* the conversation knows the command that is being sent */
    bool is_command; /* the message that has just ended was one */
    bool refused;    /* the grammar doesn't read this line: the rest of it is skipped */
};

/* Begins between commands. Borrows the conversation, which must stay where it is. */
void client_side_begin(struct client_side *, struct conversation *);

/* These octets go out. */
void client_side_send(struct client_side *, const uint8_t *octets, size_t size);

/* A tagged response has come: the server may answer a command that is not complete. Call it before
 * the conversation hears of the response. */
void client_side_answered(struct client_side *, const uint8_t *response, size_t size);

#endif
