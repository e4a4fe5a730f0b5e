/* What the two sides of one connection have said so far, and which message breaks a rule of order:
 * one that no message breaks by itself. What isn't known, as the state before the first message, is
 * never held against anybody. */
#ifndef CONVERSATION_H
#define CONVERSATION_H

#include "../parser/imapspec.h"

#define CONVERSATION_COMMANDS 64    /* in progress at once; with more, rules about them rest */
#define CONVERSATION_TAG      64    /* octets of a tag that are told apart, NUL included */
#define CONVERSATION_MAILBOX  256   /* of a mailbox's name, NUL included */
#define CONVERSATION_UIDS     16384 /* messages whose UIDs are remembered */

/* The rules, as checks; their offsets are those of the message's tree or octets. */
enum conversation_rule {
    CONVERSATION_TAG_UNASKED,
    CONVERSATION_TAG_IN_USE,
    CONVERSATION_NUMBERS_UNSURE,
    CONVERSATION_STATUS_SELECTED,
    CONVERSATION_ENABLE_SELECTED,
    CONVERSATION_LOGIN_DISABLED,
    CONVERSATION_TLS_PENDING,
    CONVERSATION_CHARSET_ENABLED,
    CONVERSATION_EXPUNGE_UNASKED,
    CONVERSATION_EXISTS_SHRINKS,
    CONVERSATION_NUMBER_BEYOND,
    CONVERSATION_RECENT_BEYOND,
    CONVERSATION_UID_CHANGED,
    CONVERSATION_UID_ORDER,
    CONVERSATION_BYE_MISSING,
    CONVERSATION_RULE_COUNT
};

/* Constant; lives as long as the program. */
const struct imap_check *conversation_check(enum conversation_rule);

/* What a command does to the rules. */
enum conversation_command_kind {
    COMMAND_OTHER,
    COMMAND_SELECT,   /* or EXAMINE */
    COMMAND_UNSELECT, /* or CLOSE */
    COMMAND_READ,     /* FETCH, STORE, SEARCH: the server holds EXPUNGE back */
    COMMAND_COPY,     /* or MOVE: it has message numbers, and may bring EXPUNGE */
    COMMAND_STARTTLS,
    COMMAND_AUTHENTICATE,
    COMMAND_IDLE,
    COMMAND_LOGOUT
};

struct conversation_command {
    char tag[CONVERSATION_TAG];
    enum conversation_command_kind kind;
    bool uid;      /* its numbers are UIDs */
    bool searches; /* SEARCH: the numbers of its response are its kind of numbers */
    char mailbox[CONVERSATION_MAILBOX]; /* of SELECT and EXAMINE; "" if it is too long */
};

struct conversation {
    const struct imap_grammar *grammar;
    struct conversation_command commands[CONVERSATION_COMMANDS]; /* in progress */
    size_t command_count;
    bool asked;          /* a command was seen */
    bool lost;           /* more commands in progress than fit */
    bool notifies;       /* NOTIFY (RFC 5465) was used: EXPUNGE may come at any time */
    bool login_disabled; /* the capabilities, as last announced, hold LOGINDISABLED */
    bool utf8;           /* UTF8=ACCEPT is enabled */
    bool bye;
    bool is_selected;                    /* a mailbox is */
    char selected[CONVERSATION_MAILBOX]; /* the mailbox that is; "": none, or not known */
    bool sized;                          /* the number of messages is known */
    uint32_t exists;
    uint32_t *uids; /* by message number - 1; 0: not known; NULL: none is */
};

/* Begins with nothing known. Only borrows the grammar. */
void conversation_begin(struct conversation *, const struct imap_grammar *);

/* The client has sent a command (no line within one, no DONE), whether or not the grammar reads it.
 * `octets` are all of it; the sink is told offsets into them (NULL: nobody is told). */
void conversation_hear_command(struct conversation *, const uint8_t *octets, size_t size,
                               imap_check_sink *, void *context);

/* What the client may send next: a command, or (IMAP_AFTER_AUTHENTICATE, IMAP_AFTER_IDLE) a line of
 * the command in progress. */
enum imap_root conversation_next_root(const struct conversation *);

/* The server has sent a message that the grammar reads. `tree` is its tree, with offsets as they
 * are, `octets` are its octets from the root's start on. */
void conversation_hear_response(struct conversation *, const struct imap_tree *tree,
                                const uint8_t *octets, imap_check_sink *, void *context);

/* The server has sent a line that the grammar doesn't read: it may complete a command all the same.
 */
void conversation_hear_refused(struct conversation *, const uint8_t *octets, size_t size);

/* Something of what was said is missing: the commands in progress may have been completed. */
void conversation_miss(struct conversation *);

void conversation_free(struct conversation *);

#endif
