/* A dialog: a transcript that can be replayed, as read from a .dialog file.
 * The language is described in conformance/README.md. */
#ifndef DIALOG_H
#define DIALOG_H

#include "../../parser/imapspec.h"
#include "../compare/variables.h"

enum side { CLIENT, SERVER };

enum step_kind {
    STEP_SEND,      /* C: octets to send */
    STEP_EXPECT,    /* S: a message that the server must (not) send */
    STEP_ACTION,    /* !word argument */
    STEP_FORBIDDEN, /* C!: S!: and !breaks, in mode: syntax: a message that must be found wrong */
    STEP_OCTETS     /* C: S: C-: S-: in mode: octets */
};

/* How an expected message must come. */
enum expectation {
    EXPECT_MESSAGE,   /* S:  compared as trees */
    EXPECT_OPTIONAL,  /* S?: may be missing */
    EXPECT_ANY_ORDER, /* S~: a tagged response in any order with its S~ neighbours */
    EXPECT_AFTER,  /* S>: after the messages of the lines above; its S> neighbours in any order */
    EXPECT_ABSENT, /* S!: must not come before the group it stands in is complete */
    EXPECT_EXACT   /* S=: compared octet by octet, human text included */
};

enum action {
    ACTION_STARTTLS,     /* TLS handshake now (the dialog has just seen the OK to STARTTLS) */
    ACTION_CLOSE,        /* the client closes its connection without a LOGOUT */
    ACTION_EXPECT_CLOSE, /* the server must close, within the time-out */
    ACTION_MAY_CLOSE,    /* from here on the server may close instead of what is expected of it */
    ACTION_CONNECT,      /* a new connection with this number, brought to the dialog's state */
    ACTION_WAIT,         /* argument: milliseconds to go on reading; nothing is sent */
    ACTION_DELIVER,      /* argument: file that --deliver-command hands to the server */
    ACTION_IDLE,         /* argument: milliseconds; as WAIT, but fails if the connection isn't in
                            IDLE (the last command was no IDLE answered by "+") */
    ACTION_COMPRESS      /* DEFLATE both ways now (the dialog has just seen the OK to COMPRESS) */
};

/* One step. Text is `size` octets, NUL-terminated besides, with the placeholders still in it:
 * of a SEND, exactly what goes out, CRLF included unless the line was a `C-:`; of an EXPECT, the
 * message without its final CRLF; of a FORBIDDEN, the message; of OCTETS, one line, CRLF included
 * unless its marker has a `-`, of which nothing is counted or checked; of an ACTION, its argument
 * (a file that can be opened from the current folder) or "". Lines of one message are joined by
 * CRLF, and a literal's header holds its count (`{}` is `{310}` by now, `{310!}` too) or is
 * `{#name}`. */
struct dialog_step {
    enum step_kind kind;
    unsigned line;       /* in the file, from 1: where it begins */
    unsigned connection; /* from 1 */
    char *text;
    size_t size;
    /* STEP_SEND: one piece of a command, from its start or from after a synchronising literal's
     * header, to its end or to the next such header. */
    bool begins_command;    /* not the continuation of one, no SASL line, no DONE */
    bool ends_with_literal; /* the server must say "+" before the next piece may go; if the dialog
                               shows that, the next step is an EXPECT of it */
    /* STEP_EXPECT */
    enum expectation expectation;
    /* STEP_ACTION */
    enum action action;
    unsigned milliseconds;
    /* STEP_FORBIDDEN, STEP_OCTETS */
    enum side side; /* who must not send it, or sends it */
    char *breaks;   /* FORBIDDEN: the grammar's rule, or the check, that it breaks */
};

enum ladder { STATE_GREETING, STATE_TLS, STATE_AUTHENTICATED, STATE_CREATED, STATE_SELECTED };

/* One attribute of a fixture's messages: "flags: 1:11,13:172 \Seen". */
struct fixture_attribute {
    enum { FIXTURE_FLAGS, FIXTURE_INTERNALDATE, FIXTURE_MESSAGE } kind;
    char *messages; /* a sequence-set without "*" */
    char *value;    /* flags in parentheses' content form, a date-time without quotes, or a path
                       that can be opened from the current folder */
};

/* What a dialog is for. */
enum dialog_mode {
    MODE_LIVE,   /* to be replayed against a server */
    MODE_SYNTAX, /* to be judged by the grammar alone */
    MODE_OCTETS  /* to be fed to a fuzzing target: nobody judges it */
};

/* A mailbox to build before the dialog. */
struct fixture_mailbox {
    unsigned line;
    char *name;
    unsigned messages;
    unsigned recent; /* that must be \Recent when the dialog selects it; UINT_MAX: don't care */
    bool subscribed;
    struct fixture_attribute *attributes;
    size_t attribute_count;
};

struct dialog {
    char *path;     /* as given */
    char *id;       /* path below the dialogs' folder, without .dialog: rfc2060/6.3.1-select */
    char *title;    /* the first comment line, without "# " */
    char *section;  /* "RFC 2060, 6.3.1"; "" if none */
    char *needs;    /* capabilities, space-separated; "" if none */
    char *proves;   /* requirement ids, space-separated; "" if none */
    char *uses;     /* names of mailboxes that the dialog itself makes, space-separated */
    char separator; /* hierarchy separator in the dialog's names, '/' by default */
    bool separator_significant; /* header `separator:` given: skip where the server's differs
                                   and names cannot be mapped */
    enum dialog_mode mode;
    bool recommended;        /* level: SHOULD: a failure is a warning without --strict */
    bool disposable;         /* needs an account that may be wiped: said so by `account:
                                disposable`, or a client line names a mailbox (or does something)
                                outside of the declared ones, or cannot be parsed */
    char *disposable_reason; /* one sentence: which line, which name; NULL if not disposable */
    const struct imap_grammar *grammar;
    struct imap_extensions extensions; /* of header `dialect:`, or the default, and `needs:` */
    enum ladder state;
    char *selected;       /* mailbox to select in STATE_SELECTED */
    unsigned connections; /* those that begin with a `!connect` included */
    struct fixture_mailbox *mailboxes;
    size_t mailbox_count;
    struct dialog_step *steps;
    size_t step_count;
    struct variables examples; /* of every capture, `user` and `password`: for parsing without a
                                  server what the dialog sends */
};

/* What is wrong with a file, and where; column and line from 1. */
struct diagnostic {
    char *file;
    unsigned line, column;
    char message[256];
};

/* Reads and checks a file. `root` is the folder that ids are relative to. NULL on error, with the
 * first error in *diagnostic (free its file, which is NULL when there was no memory even for it).
 * Nothing that a loaded dialog holds can surprise the player: literal counts fit, every `${name}`
 * is captured before its use, every expected message parses, and a live dialog with a client line
 * that does not is disposable. */
struct dialog *dialog_load(const char *path, const char *root, const struct imap_grammar *,
                           struct diagnostic *);

/* The same of the octets of a file, which is not opened: its path says what the dialog's own files
 * are beside of. Those are never opened here, only asked for. */
struct dialog *dialog_read(const char *path, const char *root, const void *octets, size_t size,
                           const struct imap_grammar *, struct diagnostic *);

void dialog_free(struct dialog *);

/* Is the step a `!connect` of this connection? What comes before it belongs to another one. */
bool dialog_connects(const struct dialog *, size_t step, unsigned connection);

/* Is the connection open when the dialog begins? Not where `!connect` is the first to name it. */
bool dialog_stands_at_start(const struct dialog *, unsigned connection);

/* After the first `steps` steps: may the server close the connection? */
bool dialog_may_close(const struct dialog *, size_t steps, unsigned connection);

/* The root of the message that a SEND or EXPECT step begins: GREETING for what is expected first in
 * state greeting; SASL_LINE for what is sent after AUTHENTICATE and DONE for what is sent after
 * IDLE, until the dialog shows their tagged response; else COMMAND or RESPONSE. */
enum imap_root dialog_root(const struct dialog *, size_t step);

/* The same of the next message of `side` on a connection, after the first `steps` steps. */
enum imap_root dialog_root_after(const struct dialog *, size_t steps, unsigned connection,
                                 enum side side);

/* Does the SEND step begin what the grammar reads as one message (a command, a SASL line, DONE)?
 * Otherwise it goes on with a literal, or with a line that a `C-:` left open. */
bool dialog_begins_message(const struct dialog *, size_t step);

/* All of the client's message that begins with this step: its pieces joined, captures replaced by
 * examples. Allocated; NULL only when memory is out. */
uint8_t *dialog_client_message(const struct dialog *, size_t step, size_t *size);

/* Replaces `${name}`, `${hex:..}` and `{#name}` in a step's text by what `variables` hold; a
 * placeholder that isn't set yet (a first capture, `${:rule}`) stays. Returns allocated octets. */
uint8_t *dialog_expand(const char *text, size_t size, const struct variables *, size_t *expanded);

#endif
