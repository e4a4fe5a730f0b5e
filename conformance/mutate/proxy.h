/* Takes clients' connections, and relays each in a thread of its own. */
#ifndef PROXY_H
#define PROXY_H

#include "relay.h"

#define PROXY_CONNECTIONS 256 /* at a time; more are closed at once */
#define PROXY_PROBLEM     320

/* Listens on the address, by a port that the system chooses where it is "0". The descriptor, and
 * its port in `chosen`; -1: see `problem`. */
int proxy_listen(const char *host, const char *port, unsigned *chosen, char problem[PROXY_PROBLEM]);

/* Serves until *options.interrupted, and then until every connection has ended. What goes wrong
 * with one of them is told on standard error, and ends no other. applied[] is as relay_run has it.
 */
void proxy_serve(int descriptor, const struct relay_options *, uint64_t *applied);

#endif
