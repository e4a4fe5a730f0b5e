/* Plays one dialog of mode: live. */
#ifndef LIVE_H
#define LIVE_H

#include "account.h"

/* From its fixtures to the removal of all that it made. The result was begun by the caller; it
 * ends as PASS, FAIL, SKIP or ERROR. */
void live_play(struct account *, const struct dialog *, struct result *);

#endif
