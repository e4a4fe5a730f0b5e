/* SIGINT and SIGTERM, for commands that take long. */
#ifndef INTERRUPTION_H
#define INTERRUPTION_H

#include <stdatomic.h>
#include <stdbool.h>

/* From here on the first SIGINT or SIGTERM sets what is returned, so that the command can end in
 * good order; the second ends the program. SIGPIPE is ignored. */
const atomic_bool *interruption_watch(void);

#endif
