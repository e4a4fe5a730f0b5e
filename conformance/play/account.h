/* One worker's account on the server, with the worker's own connection to it: there mailboxes are
 * made and removed, beside the dialogs' connections. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "../read/names.h"
#include "../session/session.h"
#include "player.h"

struct account {
    const struct run_options *options;
    unsigned worker; /* from 1 */
    char *user;      /* %d replaced; NULL if the URL has none */
    char prefix[64];   /* of the personal namespace; empty where it has none */
    char scratch[128]; /* a name of its own, below the prefix; known when it was opened */
    const atomic_bool *interrupted; /* what the session heeds */
    bool is_reset;                  /* by reset_command, once at least */
    struct session *session;        /* NULL until it is needed, and after it broke */
    struct buffer capabilities;     /* all that were seen, before and after the login */
    size_t before_login;            /* how many octets of them were seen before */
    char separator;                 /* of the server's names; 0: there is no hierarchy */
    struct result trace; /* of the session; moved to a dialog's result by account_report */
};

/* False when memory is out. Talks to nobody. */
bool account_init(struct account *, const struct run_options *, unsigned worker);

/* Makes sure that the session stands and is logged in. False: `problem` says why not. */
bool account_open(struct account *, char problem[SESSION_PROBLEM]);

/* A command about a mailbox (or NULL), which must be answered by OK. False: `problem` says what the
 * server said instead. */
bool account_command(struct account *, const char *name, const char *mailbox,
                     char problem[SESSION_PROBLEM]);

/* Moves what the session's server said to a result: findings always, its transcript if asked to. */
void account_report(struct account *, struct result *, bool transcript);

/* Does the server offer it, before or after the login, by its name or as a part of IMAP4rev2? */
bool account_can(const struct account *, const char *capability, size_t size);

/* Does an interruption end the waits of this session? At first it does; what is to be cleaned up
 * is cleaned up all the same. */
void account_heed_interruption(struct account *, bool heed);

void account_close(struct account *);
void account_free(struct account *);

#endif
