/* What users call the roots of messages. */
#ifndef ROOTS_H
#define ROOTS_H

#include <stdbool.h>

#include "../../parser/imapspec.h"

/* False: there is no root of that name. */
bool root_find(const char *name, enum imap_root *);

const char *root_name(enum imap_root);

#endif
