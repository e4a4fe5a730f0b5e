/* Requirements: what an RFC asks, one line each, and how that can be seen. */
#ifndef REQUIREMENT_H
#define REQUIREMENT_H

#include "dialog.h"

enum requirement_level {
    REQUIREMENT_MUST,
    REQUIREMENT_MUST_NOT,
    REQUIREMENT_SHOULD,
    REQUIREMENT_SHOULD_NOT
};

enum requirement_sight {
    SIGHT_WIRE,    /* a dialog can show it */
    SIGHT_LINT,    /* the grammar, or a check of one message, shows it */
    SIGHT_PARTIAL, /* it needs a second user, time, or a special fixture */
    SIGHT_NO       /* it can't be seen from outside */
};

struct requirement {
    char *id; /* RFC2060-6.3.1-1: the section, and a running number in it */
    enum requirement_level level;
    enum requirement_sight sight;
    char *text; /* one sentence */
};

/* All zeros is empty. */
struct requirements {
    struct requirement *items; /* in the order of files and lines */
    size_t count;
};

/* Reads a file of lines ID TAB LEVEL TAB SIGHT TAB TEXT, blank ones and comments after "#" between.
 * False: *diagnostic is set (free its file). */
bool requirements_read(struct requirements *, const char *path, struct diagnostic *);

/* The requirement of that id, NULL if there is none. */
const struct requirement *requirements_find(const struct requirements *, const char *id,
                                            size_t size);

/* "MUST NOT", "partial" */
const char *requirement_level_name(enum requirement_level);
const char *requirement_sight_name(enum requirement_sight);

void requirements_free(struct requirements *);

#endif
