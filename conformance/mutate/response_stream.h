/* What a server sends, cut into messages with their trees. A message that the grammar refuses ends
 * with its line, and has no tree. */
#ifndef RESPONSE_STREAM_H
#define RESPONSE_STREAM_H

#include "../../parser/imapspec.h"
#include "../buffer.h"

#define RESPONSE_NODES  4096      /* of one message's tree; of a larger one there is none */
#define RESPONSE_OCTETS (1 << 20) /* that are held of one message */
#define RESPONSE_WORD   64

struct response {
    const uint8_t *octets; /* CRLF included */
    size_t size;
    const struct imap_grammar *grammar;
    struct imap_tree tree;    /* offsets from octets[0]; count 0 where the grammar refuses it */
    char word[RESPONSE_WORD]; /* the first: "*", "+" or a tag */
};

/* Receives each message; NULL stands for a part of one that is too large to be held. */
typedef void response_sink(void *context, const struct response *, const uint8_t *octets,
                           size_t size);

struct response_stream {
    response_sink *sink;
    void *context;
    const struct imap_grammar *grammar;
    struct imap_parser parser;
    struct imap_tree tree;
    struct imap_node *nodes;
    struct buffer message; /* what has come of it, but what was passed on */
    uint64_t start;        /* its offset */
    bool complete, refused, passed;
};

/* False: memory is out. */
bool response_stream_init(struct response_stream *, const struct imap_grammar *, response_sink *,
                          void *context);
void response_stream_free(struct response_stream *);

/* Begins anew, within a connection or under TLS: the next message is a `root`. */
void response_stream_restart(struct response_stream *, enum imap_root);

/* Reads at most one message of these octets, and hands it out; returns how many it took. */
size_t response_stream_feed(struct response_stream *, const void *octets, size_t size);

/* Nothing more will come: hands out what is left. */
void response_stream_end(struct response_stream *);

/* The first node, in the order of the message, that the path names: rules from the outside to the
 * inside with "/" between them, each perhaps with ":" and what its octets begin with, or, after
 * "*", end in, in any case: "message-data:*EXPUNGE/number", "resp-text-code:UIDNEXT/nz-number".
 * 0 for none. */
uint32_t response_find(const struct response *, const char *path);

#endif
