/* Does a dialog stay within the mailboxes that it declares? */
#ifndef SCOPE_H
#define SCOPE_H

#include "dialog.h"

/* Makes a live dialog disposable, with the reason, where a line that it sends names a mailbox
 * that neither `mailbox:` nor `uses:` declares, lists more than those, or cannot be read. False
 * only when memory is out. */
bool scope_check(struct dialog *);

#endif
