/* Shell commands that the user gives: to deliver a message, to reset an account. */
#ifndef SHELL_H
#define SHELL_H

#include <stdatomic.h>
#include <stdbool.h>

#define SHELL_PROBLEM 256 /* room for a sentence about what went wrong */

/* Runs a shell command with `first` as its $1 and `second` (may be NULL) as its $2; past the
 * time-out (milliseconds), or when interrupted, it is killed with what it started. False:
 * `problem`, in which the command is called `name`. */
bool shell_run(const char *name, const char *command, const char *first, const char *second,
               unsigned timeout, const atomic_bool *interrupted, char problem[SHELL_PROBLEM]);

#endif
