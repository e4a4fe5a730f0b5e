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
    /* Before the first dialog; total is known. NULL when memory is out: then no other call. */
    void *(*begin)(FILE *, const struct summary *);
    void (*started)(void *state, const struct dialog *);
    void (*finished)(void *state, const struct result *, const struct summary *so_far);
    void (*end)(void *state, const struct summary *); /* writes what is left and frees state */
};

/* report_text shows progress and colours when it writes to a terminal (colours not if NO_COLOR is
 * set); report_text_colored has colours in any case, report_text_plain never. */
extern const struct report report_text, report_text_colored, report_text_plain;
extern const struct report report_tap, report_junit, report_json;

/* By name: text, tap, junit, json; NULL if there is none. `color`: auto, always, never; NULL if it
 * is none of them. */
const struct report *report_find(const char *name, const char *color);

/* ---- shared by the reports ----------------------------------------------------------------- */

/* PASS, FAIL, … as one lower-case word. */
const char *report_outcome_name(enum outcome);

/* The first thing that went wrong, for a title: a failure's sentence, else a finding's, else the
 * reason; NULL if nothing did. */
const char *report_cause(const struct result *);

/* Escapes control characters of text that may have come from anywhere. */
void report_line(FILE *, const char *text);

/* Expected beside actual with carets, sentences, findings: everything but the title and the wire
 * transcript. Every line begins with `indent`. */
void report_failures(FILE *, const char *indent, const struct result *);

/* The wire transcript: `C: ` or `S2: ` before each line, long messages cut. */
void report_transcript(FILE *, const char *indent, const struct result *);

#endif
