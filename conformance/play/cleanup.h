/* Removes what dialogs, and their fixtures, have made. */
#ifndef CLEANUP_H
#define CLEANUP_H

#include "account.h"

/* Removes everything under the scratch name; without one (the account is disposable) every mailbox
 * and subscription of the account, and the messages of INBOX. Opens the account again if its
 * session broke. False: something may be left, and `problem` says what and why. */
bool cleanup(struct account *, const struct names *, char problem[SESSION_PROBLEM]);

#endif
