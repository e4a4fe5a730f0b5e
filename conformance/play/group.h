/* A group of expectations: lines that the server must send on one connection, one after the other
 * in the dialog, up to a tagged response, a "+" or the next other step. Untagged messages may come
 * in any order, each meets at most one expectation, and what nobody expects is let through. */
#ifndef GROUP_H
#define GROUP_H

#include "replay.h"

/* Reads and judges the group that begins at steps[first]. Captures go into the replay. False when
 * it failed: the result says how. *next is the step after it. */
bool group_play(struct replay *, size_t first, size_t *next);

#endif
