/* The mailboxes that a dialog needs. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "account.h"

/* Builds the dialog's mailboxes by CREATE and APPEND. The account must be open. False: `problem`
 * says which step failed and what the server said. */
bool fixture_build(struct account *, const struct names *, const struct dialog *,
                   char problem[SESSION_PROBLEM]);

#endif
