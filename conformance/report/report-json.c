/* The report as one JSON object. imapspec(1) describes its members. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

struct json_report {
    FILE *stream;
    json_t *dialogs;
};

/* Octets as a string: each is the character U+0000 to U+00FF of its value, so that nothing is lost
 * and encoding the string as ISO 8859-1 gives them back. */
static json_t *from_octets(const uint8_t *octets, size_t size) {
    char *text = size <= SIZE_MAX / 2 - 1 ? malloc(2 * size + 1) : NULL;
    size_t length = 0;

    if (!text) {
        return json_null();
    }
    for (size_t i = 0; i < size; i++) {
        if (octets[i] >= 0x80) {
            text[length++] = (char)(0xC0 | octets[i] >> 6);
        }
        text[length++] = (char)(octets[i] < 0x80 ? octets[i] : 0x80 | (octets[i] & 0x3F));
    }
    json_t *string = json_stringn(text, length);
    free(text);
    return string ? string : json_null();
}

/* Text that is UTF-8; if it isn't, or is NULL, then as octets, or null. */
static json_t *from_text(const char *text) {
    json_t *string = text ? json_string(text) : NULL;

    if (!string && text) {
        string = from_octets((const uint8_t *)text, strlen(text));
    }
    return string ? string : json_null();
}

static json_t *from_caret(size_t caret) {
    return caret == SIZE_MAX ? json_null() : json_integer((json_int_t)caret);
}

static json_t *from_failure(const struct failure *failure) {
    return json_pack("{s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "line", (int)failure->line,
                     "connection", (int)failure->connection, "sentence",
                     from_text(failure->sentence), "rule", from_text(failure->rule), "expected",
                     from_text(failure->expected), "expected_caret",
                     from_caret(failure->expected_caret), "actual", from_text(failure->actual),
                     "actual_caret", from_caret(failure->actual_caret));
}

static json_t *from_finding(const struct finding *finding) {
    return json_pack("{s:i, s:I, s:o, s:o, s:o, s:o}", "connection", (int)finding->connection,
                     "offset", (json_int_t)finding->offset, "rule", from_text(finding->rule),
                     "sentence", from_text(finding->sentence), "line", from_text(finding->line),
                     "caret", from_caret(finding->caret));
}

static json_t *from_message(const struct transcript_line *message) {
    return json_pack("{s:s, s:i, s:i, s:o, s:I}", "side",
                     message->side == CLIENT ? "client" : "server", "connection",
                     (int)message->connection, "milliseconds", (int)message->milliseconds, "octets",
                     from_octets(message->octets, message->size), "cut", (json_int_t)message->cut);
}

static json_t *from_result(const struct result *result) {
    const struct dialog *dialog = result->dialog;
    json_t *failures = json_array(), *findings = json_array(), *transcript = json_array();

    for (size_t i = 0; i < result->failure_count; i++) {
        json_array_append_new(failures, from_failure(&result->failures[i]));
    }
    for (size_t i = 0; i < result->finding_count; i++) {
        json_array_append_new(findings, from_finding(&result->findings[i]));
    }
    for (size_t i = 0; i < result->transcript_count; i++) {
        json_array_append_new(transcript, from_message(&result->transcript[i]));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:f, s:o, s:o, s:o}", "id",
                     from_text(dialog->id), "title", from_text(dialog->title), "section",
                     from_text(dialog->section), "proves", from_text(dialog->proves), "file",
                     from_text(dialog->path), "outcome", report_outcome_name(result->outcome),
                     "reason", from_text(result->reason), "seconds", result->seconds, "failures",
                     failures, "findings", findings, "transcript", transcript);
}

static void *begin(FILE *stream, const struct summary *summary) {
    struct json_report *report = calloc(1, sizeof *report);

    (void)summary;
    if (!report) {
        return NULL;
    }
    report->stream = stream;
    report->dialogs = json_array();
    return report;
}

static void started(void *state, const struct dialog *dialog) {
    (void)state;
    (void)dialog;
}

static void finished(void *state, const struct result *result, const struct summary *so_far) {
    struct json_report *report = state;

    (void)so_far;
    json_array_append_new(report->dialogs, from_result(result));
}

static void end(void *state, const struct summary *summary) {
    struct json_report *report = state;
    json_t *root = json_pack(
        "{s:o, s:f, s:b, s:{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}, s:o}", "server",
        from_text(summary->server), "seconds", summary->seconds, "interrupted",
        (int)summary->interrupted, "summary", "total", (int)summary->total, "passed",
        (int)summary->passed, "failed", (int)summary->failed, "errors", (int)summary->errors,
        "warnings", (int)summary->warnings, "deviations", (int)summary->deviations, "skipped",
        (int)summary->skipped, "findings", (int)summary->findings, "dialogs", report->dialogs);

    if (root) {
        json_dumpf(root, report->stream,
                   JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9));
    }
    fputc('\n', report->stream);
    json_decref(root);
    free(report);
}

const struct report report_json = {"json", begin, started, finished, end};
