/* One client's connection, joined to one of our own to the server. */
#ifndef RELAY_H
#define RELAY_H

#include <stdatomic.h>

#include "../session/server.h"
#include "mutation.h"

struct relay_options {
    const struct server *upstream;
    const struct mutation *mutation;
    const struct imap_grammar *grammar;
    const char *certificate, *key; /* files, PEM; NULL: no TLS for clients */
    const char *spare;             /* commands whose tag begins so are left alone; "": none */
    unsigned timeout;              /* milliseconds, of a connection on which nothing comes */
    const atomic_bool *interrupted;
};

#define RELAY_PROBLEM 320

/* Relays until either side closes its connection or falls silent, or *interrupted; closes both, the
 * descriptor too. Adds to applied[n] how often mutation_at(n) was applied; of "none", which passes
 * every octet at once, how often each of them would have been. False if the server could not be
 * reached, or TLS not be begun; then `problem` says why. */
bool relay_run(const struct relay_options *, int descriptor, uint64_t *applied,
               char problem[RELAY_PROBLEM]);

#endif
