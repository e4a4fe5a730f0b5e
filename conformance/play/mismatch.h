/* What the report tells of an expectation that was not met. */
#ifndef MISMATCH_H
#define MISMATCH_H

#include "../compare/compare.h"
#include "../session/session.h"

/* Adds a failure: no message met `pattern`. `nearest` is the message to show beside it, or NULL.
 * Where there is nothing to compare, `missing` is the sentence. `ended` tells why nothing more
 * came; NULL: the group has simply ended. */
void mismatch_report(struct result *, const struct dialog_step *, const struct pattern *,
                     const struct variables *, const struct message *nearest, const char *missing,
                     const char *ended);

/* Adds a failure: `message` met a pattern that nothing may meet. */
void mismatch_report_absent(struct result *, const struct dialog_step *, const struct pattern *,
                            const struct message *message);

/* Compares as the step says; the captures are added to `captures`. */
bool mismatch_compare(const struct dialog_step *, const struct pattern *, const struct message *,
                      const struct variables *, struct variables *captures, struct difference *);

#endif
