/* One IMAP connection: every octet that the server sends goes through the parser, into whole
 * messages with their trees and into findings; everything in both directions goes into the
 * transcript. */
#ifndef SESSION_H
#define SESSION_H

#include "../buffer.h"
#include "../report/result.h"
#include "client_side.h"
#include "compression.h"
#include "connection.h"
#include "server.h"

/* What one server message, and one group of them, may take at most. */
#define SESSION_NODES        65536          /* of one message's tree */
#define SESSION_REFUSED_LINE 65536          /* octets of a line from where it breaks the grammar */
#define SESSION_MESSAGES     16384          /* read between two lines that are sent */
#define SESSION_OCTETS       (256ULL << 20) /* in these messages */

/* Room for a sentence about what went wrong. */
#define SESSION_PROBLEM 512

/* A message from the server. */
struct message {
    struct message *next; /* in session.unread */
    uint8_t *octets;      /* CRLF included */
    size_t size;
    struct imap_node *nodes;
    struct imap_tree tree; /* offsets from octets[0]; count 0 where the grammar refuses it */
    char *refusal;         /* why it does; NULL: it doesn't */
};

enum session_status {
    SESSION_MESSAGE,
    SESSION_TIMED_OUT,
    SESSION_CLOSED,
    SESSION_INTERRUPTED,
    SESSION_FAILED /* the connection, or a message too large to be read */
};

/* A piece of a message that breaks a rule, to be found when the whole message has come. */
struct session_breach {
    uint64_t offset;
    imap_rule rule;
    bool tolerated; /* by a quirk that was asked for */
    char sentence[IMAP_EXPLANATION_TEXT];
};

struct session {
    struct connection connection;
    const struct server *server;
    const struct imap_grammar *grammar;
    struct imap_extensions extensions; /* that the server may make use of */
    unsigned number;                   /* of the connection in the dialog */
    unsigned timeout;
    struct result *result; /* gets transcript and findings */

    struct imap_parser parser;
    struct imap_tree tree;
    struct imap_node *nodes;
    struct buffer message;  /* what has come of the message being read */
    uint64_t message_start; /* its offset */
    bool complete;          /* the parser has seen its end */
    bool refused;           /* it broke the grammar; the rest of its line is skipped */
    struct session_breach breach;
    bool has_breach;
    struct conversation conversation; /* what was said so far */
    struct client_side client_side;

    /* Read and not yet parsed: [input_start, input_end). Compression may begin with all of it. */
    uint8_t input[COMPRESSION_CHUNK];
    size_t input_start, input_end;
    struct message *unread;
    struct buffer capabilities; /* space-separated, as last learnt by ladder.c */
    size_t non_synchronizing;   /* literals up to this size need no "+" (LITERAL+, LITERAL-) */
    unsigned tag;               /* of the last command of the runner's own */
    size_t message_count;       /* since the last line that was sent */
    uint64_t octet_count;
    char problem[SESSION_PROBLEM]; /* of SESSION_FAILED, CLOSED, TIMED_OUT: one sentence */
};

/* Connects, with TLS if the server's URL says so. NULL and `problem` on failure. All that is passed
 * is only borrowed. */
struct session *session_open(const struct server *, const struct imap_grammar *,
                             const struct imap_extensions *, unsigned number, unsigned timeout,
                             const atomic_bool *interrupted, struct result *,
                             char problem[SESSION_PROBLEM]);

/* TLS from here on. Octets that came in clear after the answer to STARTTLS are a finding: they may
 * be anybody's (RFC 9051, 11.3). False: see problem. */
bool session_start_tls(struct session *);

/* DEFLATE from here on (RFC 4978). What has come behind the answer to COMPRESS is compressed.
 * False: see problem. */
bool session_compress(struct session *);

/* The next message; the caller frees it with message_free. */
enum session_status session_read(struct session *, uint64_t deadline, struct message **);

/* Puts a message back; it will be read again, before all others. */
void session_unread(struct session *, struct message *);

/* Now plus the time-out. */
uint64_t session_deadline(const struct session *);

/* Sends octets; the transcript shows `shown` instead, unless that is NULL. */
enum session_status session_write(struct session *, const void *octets, size_t size,
                                  const struct buffer *shown);

/* Closes and frees; NULL is nothing. */
void session_close(struct session *);

/* The first word of a message as text: "*", "+" or its tag, even if the grammar refuses the rest.
 * `word` holds `size` octets; a longer word is cut. */
void message_first_word(const struct message *, char *word, size_t size);

void message_free(struct message *);

#endif
