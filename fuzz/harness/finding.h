/* A released program's bugs are met often once they are known, and must not end a run. If the
 * variable IMAPSPEC_FINDINGS names a folder, an execution that breaks a peer is left there and
 * then, and the run goes on: the input is kept in that folder, once for each three innermost
 * functions of the peer. So is one that takes the processor for 80 ms, as in an endless loop.
 * Without the variable the first bug ends the run, as ever. */
#ifndef FINDING_H
#define FINDING_H

#include <stddef.h>
#include <stdint.h>

/* To be called once, at the program's start: it may start it anew, with other ASAN_OPTIONS. */
void finding_prepare(char **arguments);

/* Calls `execute` with the input. What it held when it broke is lost. */
void finding_seek(void (*execute)(const uint8_t *octets, size_t size), const uint8_t *octets,
                  size_t size);

/* Ends the program for what must not be passed over, after finding_seek: an engine that
 * finding_seek goes on in would not see why it ends, so the input is kept here. */
_Noreturn void finding_end(const char *kind, const char *where);

#endif
