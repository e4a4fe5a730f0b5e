/* The quirks that are tolerated, as --quirk chose them. */
#ifndef TOLERANCE_H
#define TOLERANCE_H

#include <stdio.h>

#include "../parser/imapspec.h"

/* All zeros: none. */
struct tolerance {
    bool quirks[IMAP_QUIRK_COUNT];
};

/* Adds the quirk of that name. False if there is none. */
bool tolerance_add(struct tolerance *, const char *name);

void tolerance_apply(const struct tolerance *, struct imap_parser *);

/* Writes each quirk on a line, its name in column `indent`, what it is in column `indent` + 20. */
void tolerance_list(FILE *, int indent);

#endif
