/* The header lines that describe the mailboxes to build: `mailbox:` and those that belong to it. */
#ifndef MAILBOX_HEADER_H
#define MAILBOX_HEADER_H

#include "field.h"

#define MAILBOX_MAX_MESSAGES  100000u
#define MAILBOX_MAX_MAILBOXES 64u

/* Each reads the value of its line into the dialog, all but the first into its last mailbox. False
 * with the diagnostic set. */
bool mailbox_header_add(const struct source *, struct dialog *, const struct field *value);
bool mailbox_header_flags(const struct source *, struct dialog *, const struct field *value);
bool mailbox_header_internaldate(const struct source *, struct dialog *, const struct field *value);
bool mailbox_header_message(const struct source *, struct dialog *, const struct field *value);
bool mailbox_header_recent(const struct source *, struct dialog *, const struct field *value);
bool mailbox_header_subscribed(const struct source *, struct dialog *, const struct field *value);

/* The mailbox of that name, NULL if none was added. */
const struct fixture_mailbox *mailbox_header_find(const struct dialog *, const char *name);

#endif
