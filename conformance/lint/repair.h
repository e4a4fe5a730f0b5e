/* What was probably meant: the one small change after which the grammar accepts a line, or gets
 * further in it. */
#ifndef REPAIR_H
#define REPAIR_H

#include "reading.h"
#include "trial.h"

#define REPAIR_HINT 512

/* Where something stands that the line leaves out (`...` and its like): nothing is expected of the
 * line from there on. The reading's size if there is no such place. */
size_t repair_ellipsis(const struct reading *);

/* Repairs the reading, which `refused` (a trial from `before`, with a line end) shows to be wrong,
 * and writes a hint: what was wrong, and the line as it is read then. False when no change helps:
 * nothing is changed then, and the hint is at most what isn't known ("" if there is nothing to
 * say). */
bool repair_find(struct reading *, const struct trial *before, const struct trial *refused,
                 char hint[REPAIR_HINT]);

#endif
