/* What is legal in a message but was hardly meant, and what a message says about the session. */
#ifndef INSPECT_H
#define INSPECT_H

#include "../conversation.h"
#include "printed_message.h"

/* What the session learns from a message. */
struct inspection {
    bool begins_authenticate; /* an AUTHENTICATE command */
    bool begins_idle;         /* an IDLE command */
};

/* Looks through a complete message and remarks on what is unlikely, and on what has no place after
 * what was said before, which it is added to. */
struct inspection inspect_message(struct lint *, const struct printed_message *,
                                  struct conversation *);

#endif
