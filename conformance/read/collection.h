/* The dialogs of a run: found in files and folders, loaded, chosen by their ids. */
#ifndef COLLECTION_H
#define COLLECTION_H

#include <stdio.h>

#include "dialog.h"

/* All zeros is empty. */
struct collection {
    const struct imap_grammar *grammar; /* of the dialogs; NULL for the built-in one */
    struct dialog **dialogs;
    size_t count;
};

/* Folders nest at most this deep, and a collection holds at most this many files. */
#define COLLECTION_DEPTH   16
#define COLLECTION_MAXIMUM 100000

/* Loads the dialog at `path`, or every *.dialog file below it, in the order of their paths. Ids are
 * relative to the last folder `dialogs` in the path; where there is none, to `path` (or the folder
 * that the file is in). Links to folders are not followed. Every problem is written to `problems`
 * as a line, `file:line:column: message`; returns how many there were. */
size_t collection_add(struct collection *, const char *path, FILE *problems);

/* Keeps the dialogs whose id matches one of the patterns (fnmatch, where * matches / as well). */
void collection_filter(struct collection *, const char *const *patterns, size_t count);

void collection_free(struct collection *);

#endif
