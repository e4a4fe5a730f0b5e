#include "report.h"

#include <string.h>

#include "../text.h"

/* What a transcript shows of a long run: the youngest messages, and of each the first octets. */
#define TRANSCRIPT_MESSAGES 100
#define MESSAGE_OCTETS      2000

const struct report *report_find(const char *name, const char *color) {
    static const struct report *const texts[] = {&report_text, &report_text_colored,
                                                 &report_text_plain};
    static const struct report *const reports[] = {&report_tap, &report_junit, &report_json};
    static const char *const colors[] = {"auto", "always", "never"};
    const struct report *text = NULL;

    for (size_t i = 0; i < sizeof colors / sizeof *colors; i++) {
        if (strcmp(color, colors[i]) == 0) {
            text = texts[i];
        }
    }
    if (!text || strcmp(name, text->name) == 0) {
        return text;
    }
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        if (strcmp(name, reports[i]->name) == 0) {
            return reports[i];
        }
    }
    return NULL;
}

const char *report_outcome_name(enum outcome outcome) {
    static const char *const names[] = {
        [OUTCOME_PASS] = "pass",           [OUTCOME_FAIL] = "fail", [OUTCOME_WARNING] = "warning",
        [OUTCOME_DEVIATION] = "deviation", [OUTCOME_SKIP] = "skip", [OUTCOME_ERROR] = "error",
    };
    return names[outcome];
}

const char *report_cause(const struct result *result) {
    if (result->failure_count > 0) {
        return result->failures[0].sentence;
    }
    if (result->outcome != OUTCOME_PASS && result->reason) {
        return result->reason;
    }
    return result->finding_count > 0 ? result->findings[0].sentence : NULL;
}

void report_line(FILE *stream, const char *text) {
    text_write(stream, TEXT_UTF8, text, strlen(text));
}

static void point(FILE *stream, const char *indent, const char *name, const char *text,
                  size_t caret) {
    char label[64];

    snprintf(label, sizeof label, "%s%-9s ", indent, name);
    text_point(stream, label, TEXT_UTF8, text, strlen(text), caret);
}

static void write_connection(FILE *stream, const struct dialog *dialog, unsigned connection) {
    if (dialog->connections > 1) {
        fprintf(stream, " on connection %u", connection);
    }
}

static void write_failure(FILE *stream, const char *indent, const struct dialog *dialog,
                          const struct failure *failure) {
    fprintf(stream, "%s%s:%u", indent, dialog->path, failure->line);
    write_connection(stream, dialog, failure->connection);
    fputs(": ", stream);
    report_line(stream, failure->sentence ? failure->sentence : "failed");
    if (failure->rule) {
        fprintf(stream, " (%s)", failure->rule);
    }
    fputc('\n', stream);
    if (failure->expected) {
        point(stream, indent, "expected", failure->expected, failure->expected_caret);
    }
    if (failure->actual) {
        point(stream, indent, "actual", failure->actual, failure->actual_caret);
    } else if (failure->expected) {
        fprintf(stream, "%sactual    (nothing like it came)\n", indent);
    }
}

static void write_finding(FILE *stream, const char *indent, const struct dialog *dialog,
                          const struct finding *finding) {
    fprintf(stream, "%sfinding at octet %llu", indent, (unsigned long long)finding->offset);
    write_connection(stream, dialog, finding->connection);
    fprintf(stream, ": %s: ", finding->rule ? finding->rule : "protocol");
    report_line(stream, finding->sentence ? finding->sentence : "not what the grammar allows");
    fputc('\n', stream);
    if (finding->line) {
        point(stream, indent, "", finding->line, finding->caret);
    }
}

void report_failures(FILE *stream, const char *indent, const struct result *result) {
    if (result->reason) {
        fputs(indent, stream);
        report_line(stream, result->reason);
        fputc('\n', stream);
    }
    for (size_t i = 0; i < result->failure_count; i++) {
        write_failure(stream, indent, result->dialog, &result->failures[i]);
    }
    for (size_t i = 0; i < result->finding_count; i++) {
        write_finding(stream, indent, result->dialog, &result->findings[i]);
    }
}

/* 1234567 as 1,234,567. */
static void write_count(FILE *stream, size_t count) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%zu", count);

    for (int i = 0; i < length; i++) {
        fprintf(stream, "%s%c", i > 0 && (length - i) % 3 == 0 ? "," : "", digits[i]);
    }
}

/* One message: a line of its own for each of its lines. "C-:" is a line without its CRLF. */
static void write_message(FILE *stream, const char *indent, bool numbered,
                          const struct transcript_line *message) {
    size_t shown = message->size < MESSAGE_OCTETS ? message->size : MESSAGE_OCTETS;
    size_t hidden = message->size - shown + message->cut;
    char side = message->side == CLIENT ? 'C' : 'S', number[16] = "";

    if (numbered) {
        snprintf(number, sizeof number, "%u", message->connection);
    }
    for (size_t start = 0; start < shown;) {
        const uint8_t *line = message->octets + start;
        const uint8_t *end = memchr(line, '\n', shown - start);
        size_t size = end ? (size_t)(end - line) + 1 : shown - start;
        bool is_whole = size >= 2 && end && end[-1] == '\r';
        bool is_open = !is_whole && hidden == 0;
        start += size;
        fprintf(stream, "%s%c%s%s: ", indent, side, number, is_open ? "-" : "");
        text_write(stream, TEXT_WIRE, line, is_whole ? size - 2 : size);
        fputc('\n', stream);
    }
    if (hidden > 0) {
        fprintf(stream, "%s%c%s: … ", indent, side, number);
        write_count(stream, hidden);
        fputs(hidden == 1 ? " octet more\n" : " octets more\n", stream);
    }
}

void report_transcript(FILE *stream, const char *indent, const struct result *result) {
    size_t count = result->transcript_count, start = 0;
    bool numbered = false;

    for (size_t i = 0; i < count; i++) {
        numbered = numbered || result->transcript[i].connection != 1;
    }
    if (count > TRANSCRIPT_MESSAGES) {
        start = count - TRANSCRIPT_MESSAGES;
    }
    if (start + result->transcript_dropped > 0) {
        fprintf(stream, "%s… ", indent);
        write_count(stream, start + result->transcript_dropped);
        fputs(" earlier messages\n", stream);
    }
    for (size_t i = start; i < count; i++) {
        write_message(stream, indent, numbered, &result->transcript[i]);
    }
}
