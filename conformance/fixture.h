/* The mailboxes that a dialog needs: built before it, removed after it. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "account.h"

/* Builds the dialog's mailboxes by CREATE and APPEND. The account must be open. False: `problem`
 * says which step failed and what the server said. */
bool fixture_build(struct account *, const struct names *, const struct dialog *,
                   char problem[512]);

/* Removes everything under the scratch name; without one (the account is disposable) every mailbox
 * and subscription of the account, and the messages of INBOX. Opens the account again if its
 * session broke. False: something may be left, and `problem` says what and why. */
bool fixture_remove(struct account *, const struct names *, char problem[512]);

#endif
