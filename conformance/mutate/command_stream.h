/* What a client sends, cut as a server cuts it: lines, and literals, which begin when the server
 * has said "+". Nothing here needs to be valid: a line is whatever ends in LF. */
#ifndef COMMAND_STREAM_H
#define COMMAND_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../buffer.h"

#define COMMANDS        256 /* that can wait for their answers; of more, the first are forgotten */
#define COMMAND_TAG     64  /* room for a tag; a longer one is cut */
#define COMMAND_NAME    32  /* and for a name */
#define COMMAND_LINE    65536  /* octets of a line; a longer one is passed on as it comes */
#define COMMAND_BACKLOG 131072 /* octets that are kept while the server is waited for */

struct pending_command {
    char tag[COMMAND_TAG];
    char name[COMMAND_NAME]; /* in capitals: "UID FETCH" */
    bool spared;             /* by its tag: see command_stream_init */
};

enum piece_kind {
    PIECE_COMMAND, /* the first line of a command */
    PIECE_LINE,    /* any other line: after a literal, of SASL, DONE, without a tag */
    PIECE_LITERAL, /* octets of a literal, in pieces of any size */
    PIECE_REST     /* a part of a line that is too long to be held, or never ended */
};

/* Receives each piece; `command` is what it belongs to, NULL for none. */
typedef void piece_sink(void *context, enum piece_kind, const struct pending_command *command,
                        uint8_t *octets, size_t size);

struct command_stream {
    piece_sink *sink;
    void *context;
    const char *spare; /* tags that begin so; "": none */
    struct buffer input;
    size_t start;           /* what of the input is done */
    size_t scanned;         /* from there on: no LF in so many octets */
    uint64_t literal_left;  /* octets of the literal that are still to come */
    uint64_t literal_asked; /* of the literal for which the server must say "+" */
    bool waits;             /* for that "+" */
    bool within;            /* a command whose next line goes on with it */
    bool overlong;          /* the rest of a line that is passed on as it comes */
    struct pending_command commands[COMMANDS];
    size_t count;         /* of commands without a tagged response */
    size_t continuations; /* "+" without a line of the client's after it */
};

void command_stream_init(struct command_stream *, const char *spare, piece_sink *, void *context);
void command_stream_free(struct command_stream *);

/* Takes octets that the client sent, and hands out all pieces that are whole. */
void command_stream_feed(struct command_stream *, const void *octets, size_t size);

/* May more be fed? Otherwise the server must speak first. */
bool command_stream_has_room(const struct command_stream *);

/* The server has said "+". */
void command_stream_continue(struct command_stream *);

/* The server has answered the command of this tag: it is removed. False if there is none. */
bool command_stream_answer(struct command_stream *, const char *tag,
                           struct pending_command *answered);

/* The command that the server works on, NULL for none. */
const struct pending_command *command_stream_current(const struct command_stream *);

/* Nothing more will come: hands out what is left. */
void command_stream_end(struct command_stream *);

/* What was read in clear says nothing under TLS. */
void command_stream_clear(struct command_stream *);

#endif
