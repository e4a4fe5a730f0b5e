/* Mailbox names in a dialog, and the same mailboxes on the server. By default everything a dialog
 * names lives under one scratch name that the runner made; on a disposable account names are
 * themselves. The separator of the dialog's names is replaced by the server's. */
#ifndef NAMES_H
#define NAMES_H

#include "dialog.h"

struct names {
    const struct dialog *dialog;
    const char *scratch;   /* "imapspec-4711-1", or NULL on a disposable account */
    char separator;        /* the server's; 0 when it has no hierarchy */
};

/* The server's name of a mailbox of the dialog. INBOX is itself (it is only reached on a disposable
 * account). Allocated. */
char *names_on_server(const struct names *, const char *name);

/* Rewrites every mailbox name (nodes of rules mailbox and list-mailbox, and the separator in a LIST
 * or LSUB response) of one message to the server's. Returns allocated octets; a message that
 * needs no change, or does not parse, comes back as a copy. Names in literals are left alone:
 * dialog_load marks such a dialog as disposable. */
uint8_t *names_map(const struct names *, const struct imap_grammar *, enum imap_root,
                   const uint8_t *octets, size_t size, size_t *mapped);

#endif
