/* What the report tells of an expectation that was not met. */
#ifndef MISMATCH_H
#define MISMATCH_H

#include "compare.h"
#include "session.h"

/* Adds a failure: no message met `pattern`. `nearest` is the message to show beside it, or NULL;
 * `problem` is the sentence where the two can't be compared. */
void mismatch_report(struct result *, const struct dialog_step *, const struct pattern *,
                     const struct variables *, const struct message *nearest, const char *problem);

/* Adds a failure: `message` met a pattern that nothing may meet. */
void mismatch_report_absent(struct result *, const struct dialog_step *, const struct pattern *,
                            const struct message *message);

/* Compares as the step says; the captures are added to `captures`. */
bool mismatch_compare(const struct dialog_step *, const struct pattern *, const struct message *,
                      const struct variables *, struct variables *captures, struct difference *);

#endif
