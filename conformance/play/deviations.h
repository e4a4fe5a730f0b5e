/* Deviations of one server from the RFCs that are known: dialogs that are expected to fail. */
#ifndef DEVIATIONS_H
#define DEVIATIONS_H

#include "../report/result.h"

struct deviation {
    char *id;      /* of the dialog */
    char *section; /* "RFC 3501, 6.3.1" */
    char *why;
};

struct deviations {
    struct deviation *items;
    size_t count;
};

/* Reads a file of lines `DIALOG-ID  SECTION  why`, the fields two or more spaces apart; `#` begins
 * a comment line. Every id must be one of the dialogs', or of a file beside them. False:
 * *diagnostic says what is wrong and where (free its file). */
bool deviations_load(struct deviations *, const char *path, struct dialog *const *dialogs,
                     size_t count, struct diagnostic *);

/* NULL when the dialog is not listed. */
const struct deviation *deviations_find(const struct deviations *, const char *id);

/* Turns a failure that is listed into OUTCOME_DEVIATION, and a listed dialog with nothing wrong
 * into a failure. */
void deviations_apply(const struct deviations *, struct result *);

void deviations_free(struct deviations *);

#endif
