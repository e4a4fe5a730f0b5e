/* The report as TAP 14 (https://testanything.org/tap-version-14-specification.html). */
#include <stdlib.h>
#include <string.h>

#include "../text.h"
#include "report.h"

struct tap_report {
    FILE *stream;
    unsigned number;
};

static void *begin(FILE *stream, const struct summary *summary) {
    struct tap_report *report = calloc(1, sizeof *report);

    if (!report) {
        return NULL;
    }
    report->stream = stream;
    fprintf(stream, "TAP version 14\n1..%u\n", summary->total);
    return report;
}

static void started(void *state, const struct dialog *dialog) {
    (void)state;
    (void)dialog;
}

/* A description or the reason of a directive: backslash and # would mean something else. */
static void write_description(FILE *stream, const char *text) {
    char *escaped = text_escaped(TEXT_UTF8, text, strlen(text));

    for (const char *at = escaped ? escaped : ""; *at != '\0'; at++) {
        if (*at == '\\' || *at == '#') {
            fputc('\\', stream);
        }
        fputc(*at, stream);
    }
    free(escaped);
}

/* A scalar in single quotes, where YAML has no escape but the doubled quote. */
static void write_scalar(FILE *stream, const char *key, const char *text) {
    char *escaped = text ? text_escaped(TEXT_UTF8, text, strlen(text)) : NULL;

    if (!escaped) {
        return;
    }
    fprintf(stream, "  %s: '", key);
    for (const char *at = escaped; *at != '\0'; at++) {
        fputs(*at == '\'' ? "''" : (char[]){*at, '\0'}, stream);
    }
    fputs("'\n", stream);
    free(escaped);
}

static void write_diagnostics(FILE *stream, const struct result *result) {
    const struct dialog *dialog = result->dialog;
    const struct failure *failure = result->failure_count > 0 ? result->failures : NULL;

    fputs("  ---\n", stream);
    write_scalar(stream, "message", report_cause(result));
    write_scalar(stream, "severity", report_outcome_name(result->outcome));
    write_scalar(stream, "section", dialog->section);
    write_scalar(stream, "file", dialog->path);
    if (failure) {
        fprintf(stream, "  line: %u\n", failure->line);
        write_scalar(stream, "rule", failure->rule);
        write_scalar(stream, "expected", failure->expected);
        write_scalar(stream, "actual", failure->actual);
    }
    if (result->failure_count + result->finding_count > 0) {
        fputs("  details: |\n", stream);
        report_failures(stream, "    ", result);
    }
    if (result->transcript_count > 0) {
        fputs("  transcript: |\n", stream);
        report_transcript(stream, "    ", result);
    }
    fprintf(stream, "  duration_ms: %.3f\n  ...\n", result->seconds * 1000);
}

/* What TAP says of an outcome: a SHOULD and a known deviation are "todo": they may fail. */
static const char *directive(enum outcome outcome) {
    switch (outcome) {
    case OUTCOME_SKIP:
        return " # SKIP ";
    case OUTCOME_WARNING:
        return " # TODO recommended only: ";
    case OUTCOME_DEVIATION:
        return " # TODO known deviation: ";
    default:
        return NULL;
    }
}

static void finished(void *state, const struct result *result, const struct summary *so_far) {
    struct tap_report *report = state;
    FILE *stream = report->stream;
    bool ok = result->outcome == OUTCOME_PASS || result->outcome == OUTCOME_SKIP;
    const char *cause = report_cause(result);

    (void)so_far;
    fprintf(stream, "%s %u - ", ok ? "ok" : "not ok", ++report->number);
    write_description(stream, result->dialog->id);
    fputs(" ", stream);
    write_description(stream, result->dialog->title);
    if (directive(result->outcome)) {
        const char *why = result->reason ? result->reason : cause;
        fputs(directive(result->outcome), stream);
        write_description(stream, why ? why : "");
    }
    fputc('\n', stream);
    if (!ok || result->finding_count > 0) {
        write_diagnostics(stream, result);
    }
    fflush(stream);
}

static void end(void *state, const struct summary *summary) {
    struct tap_report *report = state;

    if (summary->interrupted) {
        fputs("Bail out! interrupted\n", report->stream);
    }
    free(report);
}

const struct report report_tap = {"tap", begin, started, finished, end};
