/* The report as JUnit XML, as CI systems read it: one testsuite, a testcase for each dialog. */
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#include "../text.h"
#include "report.h"

/* The counts stand before the cases, and are known only after them: so the cases are kept. */
struct junit_report {
    FILE *stream;
    xmlBufferPtr cases;
    xmlTextWriterPtr writer;
};

static void *begin(FILE *stream, const struct summary *summary) {
    struct junit_report *report = calloc(1, sizeof *report);

    (void)summary;
    if (!report) {
        return NULL;
    }
    report->stream = stream;
    report->cases = xmlBufferCreate();
    report->writer = report->cases ? xmlNewTextWriterMemory(report->cases, 0) : NULL;
    if (!report->writer) {
        xmlBufferFree(report->cases);
        free(report);
        return NULL;
    }
    xmlTextWriterSetIndent(report->writer, 1);
    return report;
}

static void started(void *state, const struct dialog *dialog) {
    (void)state;
    (void)dialog;
}

/* What XML cannot hold (control characters, broken UTF-8) is escaped. */
static void attribute(xmlTextWriterPtr writer, const char *name, const char *text) {
    char *escaped = text_escaped(TEXT_UTF8, text, strlen(text));

    if (escaped) {
        xmlTextWriterWriteAttribute(writer, BAD_CAST name, BAD_CAST escaped);
    }
    free(escaped);
}

static void write_name(xmlTextWriterPtr writer, const char *id) {
    const char *slash = strrchr(id, '/');
    char *folder = slash ? strndup(id, (size_t)(slash - id)) : NULL;

    attribute(writer, "classname", folder ? folder : "imapspec");
    attribute(writer, "name", slash ? slash + 1 : id);
    free(folder);
}

/* What `write` writes; NULL if that is nothing. Allocated. */
static char *text_of(const struct result *result,
                     void (*write)(FILE *, const char *, const struct result *)) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    if (!stream) {
        return NULL;
    }
    write(stream, "", result);
    if (fclose(stream) != 0 || size == 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* The element that says why a test did not pass; NULL for one that counts as passed. */
static const char *verdict(enum outcome outcome) {
    switch (outcome) {
    case OUTCOME_FAIL:
        return "failure";
    case OUTCOME_ERROR:
        return "error";
    case OUTCOME_PASS:
        return NULL;
    default:
        return "skipped";
    }
}

static void finished(void *state, const struct result *result, const struct summary *so_far) {
    struct junit_report *report = state;
    xmlTextWriterPtr writer = report->writer;
    const char *element = verdict(result->outcome), *cause = report_cause(result);
    char *details = text_of(result, report_failures),
         *transcript = text_of(result, report_transcript);

    (void)so_far;
    xmlTextWriterStartElement(writer, BAD_CAST "testcase");
    write_name(writer, result->dialog->id);
    attribute(writer, "file", result->dialog->path);
    xmlTextWriterWriteFormatAttribute(writer, BAD_CAST "time", "%.3f", result->seconds);
    if (element) {
        xmlTextWriterStartElement(writer, BAD_CAST element);
        attribute(writer, "type", report_outcome_name(result->outcome));
        attribute(writer, "message", cause ? cause : "");
        if (details) {
            xmlTextWriterWriteString(writer, BAD_CAST details);
        }
        xmlTextWriterEndElement(writer);
    }
    if (transcript) {
        xmlTextWriterWriteElement(writer, BAD_CAST "system-out", BAD_CAST transcript);
    }
    if (details && !element) {
        xmlTextWriterWriteElement(writer, BAD_CAST "system-err", BAD_CAST details);
    }
    xmlTextWriterEndElement(writer);
    free(details);
    free(transcript);
}

static void end(void *state, const struct summary *summary) {
    struct junit_report *report = state;
    unsigned skipped = summary->skipped + summary->warnings + summary->deviations;

    xmlTextWriterFlush(report->writer);
    fprintf(report->stream,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites>\n"
            "<testsuite name=\"imapspec\" tests=\"%u\" failures=\"%u\" errors=\"%u\" "
            "skipped=\"%u\" time=\"%.3f\">\n",
            summary->passed + summary->failed + summary->errors + skipped, summary->failed,
            summary->errors, skipped, summary->seconds);
    xmlBufferDump(report->stream, report->cases);
    fputs("</testsuite>\n</testsuites>\n", report->stream);
    xmlFreeTextWriter(report->writer);
    xmlBufferFree(report->cases);
    free(report);
}

const struct report report_junit = {"junit", begin, started, finished, end};
