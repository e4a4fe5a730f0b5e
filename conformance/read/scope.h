/* Does a dialog stay within the mailboxes that it declares? */
#ifndef SCOPE_H
#define SCOPE_H

#include "dialog.h"

/* Makes a live dialog disposable, with the reason, where a line that it sends names a mailbox
 * that neither `mailbox:` nor `uses:` declares, lists more than those, or cannot be read. False
 * only when memory is out. */
bool scope_check(struct dialog *);

/* Makes the dialog disposable, if it isn't yet: the sentence says what in this line leaves the
 * declared mailboxes. False only when memory is out. */
bool scope_leave(struct dialog *, size_t line, const char *sentence);

#define SCOPE_INBOX "INBOX is the account's own mailbox"

#endif
