/* The command that hands a message to the server, as an MTA would. */
#ifndef DELIVER_H
#define DELIVER_H

#include <stdatomic.h>
#include <stdbool.h>

/* Runs a shell command with the file as its $1 and the user as its $2; past the time-out
 * (milliseconds), or when interrupted, it is killed with what it started. False: `problem`. */
bool deliver(const char *command, const char *file, const char *user, unsigned timeout,
             const atomic_bool *interrupted, char problem[256]);

#endif
