/* The options --dialect and --enable of commands that read messages. */
#ifndef DIALECT_H
#define DIALECT_H

#include <stdio.h>

#include "../../parser/imapspec.h"

#define MAX_ENABLED 64

struct dialect {
    const char *name;                 /* NULL: the default */
    const char *enabled[MAX_ENABLED]; /* capabilities */
    size_t enabled_count;
};

/* Takes option 'd' (--dialect) or 'e' (--enable). False for any other, or for too many. */
bool dialect_option(struct dialect *, int option, const char *argument);

/* The extensions that were asked for. NULL, or the name that nothing is called. */
const char *dialect_extensions(const struct dialect *, const struct imap_grammar *,
                               struct imap_extensions *);

/* Writes the names of all dialects, with commas. */
void dialect_list(FILE *);

#endif
