/* Reports of a run: for a person, TAP 14, JUnit XML, JSON. One interface, four files. */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "result.h"

struct summary {
    unsigned passed, failed, warnings, deviations, skipped, errors, findings;
    unsigned total; /* selected to run */
    double seconds;
    bool interrupted;
    const char *server; /* URL without the password */
};

/* A report calls nothing of the player. All calls come from one thread at a time. `state` is the
 * report's own. */
struct report {
    const char *name;
    void *(*begin)(FILE *, const struct summary *); /* before the first dialog; total is known */
    void (*started)(void *state, const struct dialog *);
    void (*finished)(void *state, const struct result *, const struct summary *so_far);
    void (*end)(void *state, const struct summary *); /* writes what is left and frees state */
};

extern const struct report report_text, report_tap, report_junit, report_json;

/* By name, NULL if there is none. */
const struct report *report_find(const char *name);

#endif
