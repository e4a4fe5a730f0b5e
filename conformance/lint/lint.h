/* Judges the C: and S: lines of any text by the grammar. */
#ifndef LINT_H
#define LINT_H

#include <stdio.h>

#include "../tolerance.h"
#include "printed.h"
#include "repair.h"

/* After this many remarks on one text, it is given up. */
#define LINT_MAXIMUM 10000

/* How many octets may be looked at again in search of the ends of literals whose count is wrong. */
#define LINT_EFFORT (64u << 20)

enum severity {
    LINT_REFUSED, /* the grammar, or a MUST beside it, doesn't allow it */
    LINT_WARNING  /* they do, but it was hardly meant */
};

struct remark {
    enum severity severity;
    const struct row *row;
    size_t at;        /* index in the row */
    const char *rule; /* constant */
    char sentence[IMAP_EXPLANATION_TEXT];
    char hint[REPAIR_HINT]; /* "" if there is none */
};

struct lint {
    struct printed printed;
    const struct imap_grammar *grammar;
    struct imap_extensions extensions; /* that are no warning */
    const struct tolerance *tolerance;
    bool is_dialog;
    struct remark *remarks; /* by line and column */
    size_t remark_count;
    unsigned judged;            /* messages */
    unsigned not_judged;        /* messages that are no IMAP, or only hinted at */
    unsigned refused, warnings; /* remarks */
    size_t effort;              /* of LINT_EFFORT, spent */
    bool failed;                /* memory ran out: remarks may be missing */
};

/* Judges a text of at most PRINTED_MAXIMUM octets, which must outlive *lint. In a dialog file,
 * lines with placeholders are left to dialog_load. False when memory is out; free *lint in any
 * case. */
bool lint_text(struct lint *, const struct imap_grammar *, const struct imap_extensions *,
               const struct tolerance *, const uint8_t *text, size_t size, bool is_dialog);

/* Adds a remark. `at` is an index in the row. */
void lint_remark(struct lint *, enum severity, const struct row *, size_t at, const char *rule,
                 const char *sentence, const char *hint);

/* Notes that memory is out. Always false, so that a reader can return it. */
bool lint_fail(struct lint *);

/* Writes `path:line:column: rule: sentence`, the line with a caret, and the hint. */
void lint_write(FILE *, const char *path, const struct remark *);

void lint_free(struct lint *);

#endif
