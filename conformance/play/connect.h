/* The connections of a replay: opened, and brought to where the dialog starts. */
#ifndef CONNECT_H
#define CONNECT_H

#include "replay.h"

/* Opens connection `number` (from 1), in place of the one that it was. False: it isn't open, and
 * `problem` says why. */
bool connect_open(struct replay *, unsigned number, char problem[SESSION_PROBLEM]);

#endif
