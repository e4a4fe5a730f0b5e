/* Commands of the runner's own: to log in, to make mailboxes, to remove them. Their tags are no
 * dialog's. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "session.h"

enum answer {
    ANSWER_OK,
    ANSWER_NO,
    ANSWER_BAD,
    ANSWER_NONE /* the connection failed, or the server said something else */
};

/* Reads an untagged response, or one with a refusal. */
typedef void exchange_listener(void *context, const struct message *);

#define EXCHANGE_SAID     256 /* room for what the server said */
#define EXCHANGE_LITERALS 8   /* synchronising literals of one command */

/* A command, put together argument by argument. */
struct exchange {
    struct session *session;
    struct buffer wire, shown;      /* shown: the account's user and password stay placeholders */
    size_t cuts[EXCHANGE_LITERALS]; /* offsets into wire before which the server must say "+" */
    size_t cut_count;
    char tag[32];
    exchange_listener *listener; /* may be NULL */
    void *context;
    char said[EXCHANGE_SAID]; /* the tagged response, or why there is none: for a sentence */
};

/* Begins a command: `name` may already hold arguments. */
void exchange_begin(struct exchange *, struct session *, const char *name);

/* Adds SP and the octets as a string: quoted if possible, else a literal. The transcript shows
 * `shown` in its place, unless that is NULL. */
void exchange_add_string(struct exchange *, const void *octets, size_t size, const char *shown);

/* Adds SP and a mailbox's name. */
void exchange_add_mailbox(struct exchange *, const char *name);

/* Adds SP and a literal; it doesn't wait for "+" where session.non_synchronizing says so. */
void exchange_add_literal(struct exchange *, const void *octets, size_t size);

/* Adds SP and the text as it is. */
void exchange_add_text(struct exchange *, const char *text);

/* Adds a line that answers the server's "+". */
void exchange_add_line(struct exchange *, const char *line, const char *shown);

/* Adds CRLF, sends, reads up to the tagged response, and frees what the command took. */
enum answer exchange_end(struct exchange *);

/* The same, but reads nothing that the server need not say before the end of the command: for
 * several commands at once, each awaited later. False: there is no hope, and `said` says why. */
bool exchange_send(struct exchange *);

/* A command whose untagged responses nobody needs; `mailbox` may be NULL. */
enum answer exchange_simple(struct session *, const char *name, const char *mailbox,
                            char said[EXCHANGE_SAID]);

/* Reads up to the response with this tag, after exchange_send. */
enum answer exchange_await(struct session *, const char *tag, exchange_listener *, void *context,
                           char said[EXCHANGE_SAID]);

#endif
