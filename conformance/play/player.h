/* Replays dialogs against a live server. */
#ifndef PLAYER_H
#define PLAYER_H

#include <stdatomic.h>

#include "../report/report.h"
#include "../session/server.h"

struct run_options {
    const struct imap_grammar *grammar;
    struct server server;
    unsigned timeout_milliseconds; /* of every handshake, every write, and all that the server says
                                      to a command or to a group of lines */
    unsigned workers;
    bool disposable_account;
    bool strict;
    bool store_flags; /* the fixtures' flags, beside giving them to APPEND */
    unsigned settle_milliseconds; /* between the fixtures and the dialog; 0: none */
    const char *deliver_command; /* shell command; the file is its $1, the user its $2; or NULL */
    const char *reset_command;   /* shell command that empties the account $1; or NULL */
    const char *deviations;      /* file of accepted deviations, or NULL */
    const struct report *report;
    FILE *output;
    const atomic_bool *interrupted; /* becomes true on SIGINT/SIGTERM: finish, clean up, report */
};

/* Plays all, in the order given (workers take the next one each). The exit status: 0 all pass,
 * 1 something failed (or a finding that no deviation covers), 2 no server. */
int run_dialogs(struct dialog *const *dialogs, size_t count, const struct run_options *);

bool run_is_interrupted(const struct run_options *);

/* One dialog of mode: syntax, checked with the grammar alone. */
void play_syntax(const struct dialog *, struct result *);

#endif
