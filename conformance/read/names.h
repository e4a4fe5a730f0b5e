/* Mailbox names in a dialog, and the same mailboxes on the server. By default everything a dialog
 * names lives under one scratch name that the runner made; on a disposable account names are
 * themselves, below the prefix of the personal namespace if there is one (Courier's is "INBOX."). The
 * separator of the dialog's names is replaced by the server's. */
#ifndef NAMES_H
#define NAMES_H

#include "dialog.h"

struct names {
    const struct dialog *dialog;
    const char *scratch; /* "imapspec-4711-1" with its prefix, or NULL on a disposable account */
    const char *prefix;  /* what the account's own names begin with (RFC 2342); NULL: nothing */
    char separator;      /* the server's; 0 when it has no hierarchy */
};

/* Where a message names mailboxes. */
struct name_place {
    enum {
        NAME_MAILBOX,
        NAME_REFERENCE, /* of a LIST or LSUB command: a mailbox before a NAME_PATTERN */
        NAME_PATTERN,   /* its list-mailbox */
        NAME_SEPARATOR  /* in a LIST or LSUB response */
    } kind;
    size_t start, end;
};

#define NAMES_MAX_PLACES 16

struct name_places {
    struct name_place items[NAMES_MAX_PLACES]; /* in the order of the message */
    size_t count;
    bool overflow;    /* there were more */
    bool is_readable; /* the grammar reads these octets, as a message or as the begin of one */
    bool is_whole;    /* they are exactly one message */
};

/* Finds them in a message, or in the first piece of one. */
struct name_places names_find(const struct imap_grammar *, enum imap_root, const uint8_t *octets,
                              size_t size);

/* Is this the name INBOX, in any case? */
bool names_is_inbox(const char *name);

/* The server's name of a mailbox of the dialog. INBOX is itself (it is only reached on a disposable
 * account), and so is what is below it there. Allocated. */
char *names_on_server(const struct names *, const char *name);

/* Rewrites every mailbox name (nodes of rules mailbox and list-mailbox, and the separator in a LIST
 * or LSUB response) to the server's. `octets` are the expanded text of one step: a command or its
 * first piece with its CRLF, or an expected message without, its placeholders still in it. Returns
 * allocated octets; what needs no change, or doesn't parse, comes back as a copy. Names in
 * literals are left alone: dialog_load marks such a dialog as disposable. */
uint8_t *names_map(const struct names *, const struct imap_grammar *, enum imap_root,
                   const uint8_t *octets, size_t size, size_t *mapped);

#endif
