#include "result.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../text.h"

void result_begin(struct result *result, const struct dialog *dialog) {
    *result = (struct result){.dialog = dialog, .began = clock_milliseconds()};
}

/* Makes room for one more item of `size` octets behind `count` of them; powers of two. */
static void *grow(void *items, size_t count, size_t size) {
    if (count & (count - 1)) {
        return items;
    }
    return realloc(items, (count ? count * 2 : 1) * size);
}

static char *format_text(const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);

    if (text) {
        vsnprintf(text, (size_t)length + 1, format, arguments);
    }
    return text;
}

/* Makes room in a full transcript: its end tells more of a failure than its beginning. */
static void drop_oldest(struct result *result) {
    size_t dropped = (result->transcript_count + 3) / 4;

    for (size_t i = 0; i < dropped; i++) {
        result->transcript_octets -= result->transcript[i].size;
        free(result->transcript[i].octets);
    }
    result->transcript_count -= dropped;
    result->transcript_dropped += dropped;
    memmove(result->transcript, result->transcript + dropped,
            result->transcript_count * sizeof *result->transcript);
}

void result_transcribe(struct result *result, enum side side, unsigned connection,
                       const void *octets, size_t size) {
    size_t kept = size < RESULT_TRANSCRIPT_LINE ? size : RESULT_TRANSCRIPT_LINE;

    if (size == 0) {
        return;
    }
    if (result->transcript_count == RESULT_TRANSCRIPT_LINES ||
        result->transcript_octets + kept > RESULT_TRANSCRIPT_OCTETS) {
        drop_oldest(result);
    }
    struct transcript_line *lines =
        realloc(result->transcript, (result->transcript_count + 1) * sizeof *lines);
    if (lines) {
        result->transcript = lines;
    }
    uint8_t *copy = lines ? malloc(kept) : NULL;
    if (!copy) {
        result->transcript_dropped++;
        return;
    }
    memcpy(copy, octets, kept);
    lines[result->transcript_count++] = (struct transcript_line){
        .side = side,
        .connection = connection,
        .milliseconds = (unsigned)(clock_milliseconds() - result->began),
        .octets = copy,
        .size = kept,
        .cut = size - kept,
    };
    result->transcript_octets += kept;
}

struct failure *result_fail(struct result *result, unsigned line, unsigned connection,
                            const char *format, ...) {
    struct failure *failures =
        grow(result->failures, result->failure_count, sizeof *result->failures);
    va_list arguments;

    result->outcome = OUTCOME_FAIL;
    if (!failures) {
        return NULL;
    }
    result->failures = failures;
    va_start(arguments, format);
    char *sentence = format_text(format, arguments);
    va_end(arguments);
    failures += result->failure_count++;
    *failures = (struct failure){
        .line = line,
        .connection = connection,
        .expected_caret = SIZE_MAX,
        .actual_caret = SIZE_MAX,
        .sentence = sentence,
    };
    return failures;
}

/* NULL when there is no room for another. */
static struct finding *add_finding(struct result *result) {
    if (result->finding_count == RESULT_FINDINGS) {
        return NULL;
    }
    struct finding *findings =
        grow(result->findings, result->finding_count, sizeof *result->findings);
    if (!findings) {
        return NULL;
    }
    result->findings = findings;
    return &findings[result->finding_count++];
}

struct finding *result_find(struct result *result, unsigned connection, uint64_t offset,
                            const char *rule, const char *sentence, const uint8_t *octets,
                            size_t size, size_t at) {
    struct finding *finding = add_finding(result);

    if (!finding) {
        return NULL;
    }
    *finding = (struct finding){
        .connection = connection,
        .offset = offset,
        .rule = strdup(rule),
        .sentence = strdup(sentence),
    };
    finding->line = result_excerpt(octets, size, at, &finding->caret);
    return finding;
}

void result_conclude(struct result *result, enum outcome outcome, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    char *reason = format_text(format, arguments);
    va_end(arguments);
    free(result->reason);
    result->reason = reason;
    result->outcome = outcome;
}

static void forget_transcript(struct result *result) {
    free(result->transcript);
    result->transcript = NULL;
    result->transcript_count = result->transcript_octets = result->transcript_dropped = 0;
}

static void forget_findings(struct result *result) {
    free(result->findings);
    result->findings = NULL;
    result->finding_count = 0;
}

static void free_transcript(struct result *result) {
    for (size_t i = 0; i < result->transcript_count; i++) {
        free(result->transcript[i].octets);
    }
    forget_transcript(result);
}

static void free_finding(struct finding *finding) {
    free(finding->rule);
    free(finding->sentence);
    free(finding->line);
}

void result_take(struct result *result, struct result *other, bool transcript) {
    for (size_t i = 0; i < other->finding_count; i++) {
        struct finding *finding = add_finding(result);
        if (finding) {
            *finding = other->findings[i];
        } else {
            free_finding(&other->findings[i]);
        }
    }
    forget_findings(other);
    for (size_t i = 0; transcript && i < other->transcript_count; i++) {
        const struct transcript_line *line = &other->transcript[i];
        result_transcribe(result, line->side, line->connection, line->octets, line->size);
    }
    free_transcript(other);
}

char *result_excerpt(const uint8_t *octets, size_t size, size_t at, size_t *column) {
    size_t start = at > RESULT_EXCERPT ? at - RESULT_EXCERPT : 0;
    size_t end = size - at > RESULT_EXCERPT ? at + RESULT_EXCERPT : size;
    const char *before = start > 0 ? "[...]" : "", *after = end < size ? "[...]" : "";
    char *middle = text_escaped(TEXT_WIRE, octets + start, end - start);
    size_t length = middle ? strlen(middle) + sizeof "[...][...]" : 0;
    char *text = middle ? malloc(length) : NULL;

    *column = strlen(before) + text_columns(TEXT_WIRE, octets + start, at - start);
    if (text) {
        snprintf(text, length, "%s%s%s", before, middle, after);
    }
    free(middle);
    return text;
}

void result_free(struct result *result) {
    for (size_t i = 0; i < result->failure_count; i++) {
        free(result->failures[i].expected);
        free(result->failures[i].actual);
        free(result->failures[i].sentence);
        free(result->failures[i].rule);
    }
    for (size_t i = 0; i < result->finding_count; i++) {
        free_finding(&result->findings[i]);
    }
    free(result->failures);
    forget_findings(result);
    free_transcript(result);
    free(result->reason);
    *result = (struct result){0};
}
