/* The options --dialect, --enable, --grammar and --quirk of commands that read messages. */
#ifndef DIALECT_H
#define DIALECT_H

#include <stdio.h>

#include "../tolerance.h"

struct compilation; /* parser/compiler/compilation.h */

#define MAX_ENABLED  64
#define MAX_GRAMMARS 64

struct dialect {
    const char *name;                 /* NULL: the default */
    const char *enabled[MAX_ENABLED]; /* capabilities */
    size_t enabled_count;
    const char *grammars[MAX_GRAMMARS]; /* paths of files */
    size_t grammar_count;
    struct tolerance tolerance;
};

/* Takes option 'd' (--dialect), 'e' (--enable), 'g' (--grammar) or 't' (--quirk). False for any
 * other, for too many, or for a quirk that there isn't. */
bool dialect_option(struct dialect *, int option, const char *argument);

/* The built-in grammar, or one with the files that were asked for. NULL after an error, which it
 * has written to standard error. Free it with dialect_free_grammar. */
const struct imap_grammar *dialect_grammar(const struct dialect *);

/* A generator for the same grammar, of what these extensions allow. NULL as above; free it. */
struct imap_generator *dialect_generator(const struct dialect *, const struct imap_extensions *);

void dialect_free_grammar(const struct dialect *, const struct imap_grammar *);

/* The extensions that were asked for. NULL, or the name that nothing is called. */
const char *dialect_extensions(const struct dialect *, const struct imap_grammar *,
                               struct imap_extensions *);

/* The texts of that grammar, read but not compiled. False after an error, which it has written to
 * standard error; free *compilation in either case. */
bool dialect_read(const struct dialect *, struct compilation *);

/* Writes the error of a compilation to standard error. */
void dialect_tell(const struct compilation *);

/* Writes the names of all dialects, with commas. */
void dialect_list(FILE *);

#endif
