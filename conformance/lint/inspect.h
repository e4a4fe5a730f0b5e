/* What is legal in a message but was hardly meant, and what a message says about the session. */
#ifndef INSPECT_H
#define INSPECT_H

#include "printed_message.h"

/* What the session learns from a message. */
struct inspection {
    bool begins_authenticate; /* an AUTHENTICATE command */
    bool begins_idle;         /* an IDLE command */
};

/* Looks through a complete message and remarks on what is unlikely. */
struct inspection inspect_message(struct lint *, const struct printed_message *);

#endif
