/* The report for a person. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../text.h"
#include "report.h"

/* A deviation or a reason to skip, kept for the end. */
struct note {
    enum outcome outcome;
    char *id;
    char *reason;
};

struct text_report {
    FILE *stream;
    bool terminal; /* shows progress, and passing dialogs only there */
    bool colored;
    double began;
    unsigned finished, total;
    struct note *notes;
    size_t note_count;
};

enum color { PLAIN, RED, GREEN, YELLOW, BOLD };

static const char *color(const struct text_report *report, enum color color) {
    static const char *const codes[] = {"\x1B[0m", "\x1B[31m", "\x1B[32m", "\x1B[33m", "\x1B[1m"};
    return report->colored ? codes[color] : "";
}

static enum color outcome_color(enum outcome outcome) {
    switch (outcome) {
    case OUTCOME_PASS:
        return GREEN;
    case OUTCOME_FAIL:
    case OUTCOME_ERROR:
        return RED;
    case OUTCOME_WARNING:
    case OUTCOME_DEVIATION:
    case OUTCOME_SKIP:
        return YELLOW;
    }
    return PLAIN;
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *begin(FILE *stream, const struct summary *summary, bool terminal, bool colored) {
    struct text_report *report = calloc(1, sizeof *report);

    if (!report) {
        return NULL;
    }
    report->stream = stream;
    report->terminal = terminal;
    report->colored = colored;
    report->began = seconds_now();
    report->total = summary->total;
    fprintf(stream, "%u dialog%s", summary->total, text_plural(summary->total));
    if (summary->server) {
        fprintf(stream, " against %s", summary->server);
    }
    fputc('\n', stream);
    return report;
}

static void *begin_auto(FILE *stream, const struct summary *summary) {
    return begin(stream, summary, text_is_terminal(stream), text_is_colored(stream));
}

static void *begin_colored(FILE *stream, const struct summary *summary) {
    return begin(stream, summary, text_is_terminal(stream), true);
}

static void *begin_plain(FILE *stream, const struct summary *summary) {
    return begin(stream, summary, text_is_terminal(stream), false);
}

static void erase_progress(const struct text_report *report) {
    if (report->terminal) {
        fputs("\r\x1B[K", report->stream);
    }
}

static void started(void *state, const struct dialog *dialog) {
    struct text_report *report = state;

    if (!report->terminal) {
        return;
    }
    erase_progress(report);
    fprintf(report->stream, "%u/%u  %.50s  %.1f s", report->finished + 1, report->total, dialog->id,
            seconds_now() - report->began);
    fflush(report->stream);
}

static void keep_note(struct text_report *report, const struct result *result) {
    struct note *notes = realloc(report->notes, (report->note_count + 1) * sizeof *notes);

    if (!notes) {
        return;
    }
    report->notes = notes;
    struct note *note = &notes[report->note_count];
    note->outcome = result->outcome;
    note->id = strdup(result->dialog->id);
    note->reason = strdup(result->reason ? result->reason : "no reason given");
    if (note->id && note->reason) {
        report->note_count++;
    } else {
        free(note->id);
        free(note->reason);
    }
}

static void write_block(const struct text_report *report, const struct result *result) {
    const struct dialog *dialog = result->dialog;
    FILE *stream = report->stream;

    fprintf(stream, "\n  %s%s%s\n  %s%s%s\n\n", color(report, BOLD), dialog->title,
            color(report, PLAIN), dialog->section, *dialog->section ? " · " : "", dialog->path);
    report_failures(stream, "  ", result);
    if (result->transcript_count > 0) {
        fputc('\n', stream);
    }
    report_transcript(stream, "    ", result);
    fputc('\n', stream);
}

static void finished(void *state, const struct result *result, const struct summary *so_far) {
    struct text_report *report = state;
    enum outcome outcome = result->outcome;
    bool is_noted = outcome == OUTCOME_SKIP || outcome == OUTCOME_DEVIATION; /* told at the end */
    bool is_clean = outcome == OUTCOME_PASS && result->finding_count == 0;

    (void)so_far;
    report->finished++;
    erase_progress(report);
    if (is_noted) {
        keep_note(report, result);
    }
    if (report->terminal && (is_clean || is_noted)) {
        return;
    }
    fprintf(report->stream, "%s%-9s%s %s (%.2f s)\n", color(report, outcome_color(outcome)),
            report_outcome_name(outcome), color(report, PLAIN), result->dialog->id,
            result->seconds);
    if (!is_clean && !is_noted) {
        write_block(report, result);
    }
    fflush(report->stream);
}

static void write_deviations(const struct text_report *report) {
    bool any = false;

    for (size_t i = 0; i < report->note_count; i++) {
        const struct note *note = &report->notes[i];
        if (note->outcome != OUTCOME_DEVIATION) {
            continue;
        }
        fprintf(report->stream, "%s  %s: ", any ? "" : "\nKnown deviations of this server:\n",
                note->id);
        report_line(report->stream, note->reason);
        fputc('\n', report->stream);
        any = true;
    }
}

static int by_reason(const void *left, const void *right) {
    const struct note *a = left, *b = right;
    int reasons = strcmp(a->reason, b->reason);
    return reasons != 0 ? reasons : strcmp(a->id, b->id);
}

/* `needs IDLE` or `needs --disposable-account: line 3: …`: what groups reasons ends at the colon.
 */
static size_t group_length(const char *reason) {
    const char *end = strstr(reason, ": ");
    return end ? (size_t)(end - reason) : strlen(reason);
}

static void write_skipped(const struct text_report *report) {
    const char *group = "";
    size_t length = 0;

    for (size_t i = 0; i < report->note_count; i++) {
        const struct note *note = &report->notes[i];
        size_t note_length = group_length(note->reason);
        if (note->outcome != OUTCOME_SKIP) {
            continue;
        }
        if (length == 0) {
            fputs("\nSkipped:\n", report->stream);
        }
        if (note_length != length || strncmp(group, note->reason, length) != 0) {
            fputs("  ", report->stream);
            text_write(report->stream, TEXT_UTF8, note->reason, note_length);
            fputc('\n', report->stream);
        }
        group = note->reason;
        length = note_length;
        fprintf(report->stream, "    %s", note->id);
        report_line(report->stream, note->reason + note_length);
        fputc('\n', report->stream);
    }
}

static void write_counts(const struct text_report *report, const struct summary *summary) {
    const struct {
        unsigned count;
        const char *name, *plural;
        enum color color;
    } counts[] = {
        {summary->passed, "passed", "passed", GREEN},
        {summary->failed, "failed", "failed", RED},
        {summary->errors, "error", "errors", RED},
        {summary->warnings, "warning", "warnings", YELLOW},
        {summary->deviations, "known deviation", "known deviations", YELLOW},
        {summary->skipped, "skipped", "skipped", YELLOW},
        {summary->findings, "finding", "findings", RED},
    };

    fputc('\n', report->stream);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (counts[i].count > 0 || i == 0) {
            fprintf(report->stream, "%s%s%u %s%s", i > 0 ? ", " : "",
                    color(report, counts[i].color), counts[i].count,
                    counts[i].count == 1 ? counts[i].name : counts[i].plural, color(report, PLAIN));
        }
    }
    fprintf(report->stream, " of %u in %.1f s%s\n", summary->total, summary->seconds,
            summary->interrupted ? " (interrupted)" : "");
}

static void end(void *state, const struct summary *summary) {
    struct text_report *report = state;

    erase_progress(report);
    if (report->note_count > 0) {
        qsort(report->notes, report->note_count, sizeof *report->notes, by_reason);
    }
    write_skipped(report);
    write_deviations(report);
    write_counts(report, summary);
    for (size_t i = 0; i < report->note_count; i++) {
        free(report->notes[i].id);
        free(report->notes[i].reason);
    }
    free(report->notes);
    free(report);
}

const struct report report_text = {"text", begin_auto, started, finished, end};
const struct report report_text_colored = {"text", begin_colored, started, finished, end};
const struct report report_text_plain = {"text", begin_plain, started, finished, end};
