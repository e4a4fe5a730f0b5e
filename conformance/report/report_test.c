#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <libxml/parser.h>

#include "report.h"

/* Results that no player made: one of each outcome, with everything that is awkward to write. */

static struct dialog dialog(char *id, char *title, unsigned connections) {
    return (struct dialog){.path = "dialogs/x.dialog",
                           .id = id,
                           .title = title,
                           .section = "RFC 2060, 6.3.10",
                           .proves = "",
                           .connections = connections};
}

static struct transcript_line message(enum side side, unsigned connection, char *octets,
                                      size_t cut) {
    return (struct transcript_line){.side = side,
                                    .connection = connection,
                                    .milliseconds = 4,
                                    .octets = (uint8_t *)octets,
                                    .size = strlen(octets),
                                    .cut = cut};
}

struct sample {
    struct dialog dialogs[5];
    struct failure failures[2];
    struct finding findings[1];
    struct transcript_line transcript[5];
    struct result results[5];
    struct summary summary;
};

static struct sample *make_sample(void) {
    struct sample *sample = calloc(1, sizeof *sample);

    sample->dialogs[0] = dialog("rfc2060/a", "All is well", 1);
    sample->dialogs[1] = dialog("rfc2060/b", "A # of \\ things", 2);
    sample->dialogs[2] = dialog("c", "Left out", 1);
    sample->dialogs[3] = dialog("d", "Known", 1);
    sample->dialogs[4] = dialog("e", "Noisy", 1);
    sample->failures[0] = (struct failure){.line = 8,
                                           .connection = 1,
                                           .expected = "* 172 EXISTS",
                                           .actual = "* 171 EXISTS",
                                           .expected_caret = 4,
                                           .actual_caret = 4,
                                           .sentence = "number: 171, expected 172",
                                           .rule = "number"};
    sample->failures[1] = (struct failure){.line = 9,
                                           .connection = 2,
                                           .expected = "a1 'OK'",
                                           .expected_caret = SIZE_MAX,
                                           .actual_caret = SIZE_MAX,
                                           .sentence = "nothing came"};
    sample->findings[0] = (struct finding){.connection = 1,
                                           .offset = 1234,
                                           .rule = "flag-list",
                                           .sentence = "expected \"(\", got \"x\"",
                                           .line = "* FLAGS x",
                                           .caret = 8};
    sample->transcript[0] = message(CLIENT, 1, "a1 NOOP\r\n", 0);
    sample->transcript[1] = message(SERVER, 1, "* 1 FETCH (BODY {4}\r\n\xC3\x1B\r\n)\r\n", 0);
    sample->transcript[2] = message(SERVER, 2, "* 171 EXI", 1234);
    sample->transcript[3] = message(CLIENT, 2, "no end", 0);
    sample->transcript[4] = message(SERVER, 2, "bare\nLF\r\n", 1);
    sample->results[0] = (struct result){.dialog = &sample->dialogs[0], .seconds = 0.25};
    sample->results[1] = (struct result){.dialog = &sample->dialogs[1],
                                         .outcome = OUTCOME_FAIL,
                                         .seconds = 1.5,
                                         .failures = sample->failures,
                                         .failure_count = 2,
                                         .findings = sample->findings,
                                         .finding_count = 1,
                                         .transcript = sample->transcript,
                                         .transcript_count = 5};
    sample->results[2] = (struct result){.dialog = &sample->dialogs[2],
                                         .outcome = OUTCOME_SKIP,
                                         .reason = "needs IDLE & more: line 3"};
    sample->results[3] = (struct result){.dialog = &sample->dialogs[3],
                                         .outcome = OUTCOME_DEVIATION,
                                         .reason = "RFC 2060, 6.4.5: it's so",
                                         .failures = sample->failures,
                                         .failure_count = 1};
    sample->results[4] = (struct result){.dialog = &sample->dialogs[4],
                                         .findings = sample->findings,
                                         .finding_count = 1,
                                         .transcript = sample->transcript,
                                         .transcript_count = 1};
    sample->summary = (struct summary){.passed = 2,
                                       .failed = 1,
                                       .deviations = 1,
                                       .skipped = 1,
                                       .findings = 2,
                                       .total = 5,
                                       .seconds = 2,
                                       .server = "imap://ann@localhost:143"};
    return sample;
}

/* What the report writes of the sample. Allocated. */
static char *write_report(const struct report *report, bool interrupted) {
    struct sample *sample = make_sample();
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    void *state = report->begin(stream, &sample->summary);
    assert_non_null(state);
    for (size_t i = 0; i < 5; i++) {
        report->started(state, &sample->dialogs[i]);
        report->finished(state, &sample->results[i], &sample->summary);
    }
    sample->summary.interrupted = interrupted;
    report->end(state, &sample->summary);
    assert_int_equal(fclose(stream), 0);
    free(sample);
    return text;
}

static const char expected_text[] =
    "5 dialogs against imap://ann@localhost:143\n"
    "pass      rfc2060/a (0.25 s)\n"
    "fail      rfc2060/b (1.50 s)\n"
    "\n"
    "  A # of \\ things\n"
    "  RFC 2060, 6.3.10 · dialogs/x.dialog\n"
    "\n"
    "  dialogs/x.dialog:8 on connection 1: number: 171, expected 172 (number)\n"
    "  expected  * 172 EXISTS\n"
    "                ^\n"
    "  actual    * 171 EXISTS\n"
    "                ^\n"
    "  dialogs/x.dialog:9 on connection 2: nothing came\n"
    "  expected  a1 'OK'\n"
    "  actual    (nothing like it came)\n"
    "  finding at octet 1234 on connection 1: flag-list: expected \"(\", got \"x\"\n"
    "            * FLAGS x\n"
    "                    ^\n"
    "\n"
    "    C1: a1 NOOP\n"
    "    S1: * 1 FETCH (BODY {4}\n"
    "    S1: \\xC3\\x1B\n"
    "    S1: )\n"
    "    S2: * 171 EXI\n"
    "    S2: … 1,234 octets more\n"
    "    C2-: no end\n"
    "    S2: bare\\n\n"
    "    S2: LF\n"
    "    S2: … 1 octet more\n"
    "\n"
    "skip      c (0.00 s)\n"
    "deviation d (0.00 s)\n"
    "pass      e (0.00 s)\n"
    "\n"
    "  Noisy\n"
    "  RFC 2060, 6.3.10 · dialogs/x.dialog\n"
    "\n"
    "  finding at octet 1234: flag-list: expected \"(\", got \"x\"\n"
    "            * FLAGS x\n"
    "                    ^\n"
    "\n"
    "    C: a1 NOOP\n"
    "\n"
    "\n"
    "Skipped:\n"
    "  needs IDLE & more\n"
    "    c: line 3\n"
    "\n"
    "Known deviations of this server:\n"
    "  d: RFC 2060, 6.4.5: it's so\n"
    "\n"
    "2 passed, 1 failed, 1 known deviation, 1 skipped, 2 findings of 5 in 2.0 s\n";

static void text_is_for_a_person(void **state) {
    (void)state;
    char *text = write_report(&report_text, false);
    assert_string_equal(text, expected_text);
    free(text);
}

static void colors_only_on_demand(void **state) {
    (void)state;
    char *text = write_report(&report_text_colored, true);
    assert_non_null(strstr(text, "\x1B[31mfail     \x1B[0m rfc2060/b"));
    assert_non_null(strstr(text, "(interrupted)"));
    free(text);
}

static const char expected_tap[] =
    "TAP version 14\n"
    "1..5\n"
    "ok 1 - rfc2060/a All is well\n"
    "not ok 2 - rfc2060/b A \\# of \\\\ things\n"
    "  ---\n"
    "  message: 'number: 171, expected 172'\n"
    "  severity: 'fail'\n"
    "  section: 'RFC 2060, 6.3.10'\n"
    "  file: 'dialogs/x.dialog'\n"
    "  line: 8\n"
    "  rule: 'number'\n"
    "  expected: '* 172 EXISTS'\n"
    "  actual: '* 171 EXISTS'\n"
    "  details: |\n"
    "    dialogs/x.dialog:8 on connection 1: number: 171, expected 172 (number)\n"
    "    expected  * 172 EXISTS\n"
    "                  ^\n"
    "    actual    * 171 EXISTS\n"
    "                  ^\n"
    "    dialogs/x.dialog:9 on connection 2: nothing came\n"
    "    expected  a1 'OK'\n"
    "    actual    (nothing like it came)\n"
    "    finding at octet 1234 on connection 1: flag-list: expected \"(\", got \"x\"\n"
    "              * FLAGS x\n"
    "                      ^\n"
    "  transcript: |\n"
    "    C1: a1 NOOP\n"
    "    S1: * 1 FETCH (BODY {4}\n"
    "    S1: \\xC3\\x1B\n"
    "    S1: )\n"
    "    S2: * 171 EXI\n"
    "    S2: … 1,234 octets more\n"
    "    C2-: no end\n"
    "    S2: bare\\n\n"
    "    S2: LF\n"
    "    S2: … 1 octet more\n"
    "  duration_ms: 1500.000\n"
    "  ...\n"
    "ok 3 - c Left out # SKIP needs IDLE & more: line 3\n"
    "not ok 4 - d Known # TODO known deviation: RFC 2060, 6.4.5: it's so\n";

static void tap_is_version_14(void **state) {
    (void)state;
    char *text = write_report(&report_tap, true);
    assert_memory_equal(text, expected_tap, sizeof expected_tap - 1);
    assert_non_null(
        strstr(text, "\nok 5 - e Noisy\n  ---\n  message: 'expected \"(\", got \"x\"'\n"));
    assert_non_null(strstr(text, "\nBail out! interrupted\n"));
    free(text);
}

static xmlNodePtr child(xmlNodePtr node, const char *name, unsigned index) {
    for (node = node->children; node; node = node->next) {
        if (xmlStrEqual(node->name, BAD_CAST name) && index-- == 0) {
            return node;
        }
    }
    return NULL;
}

static void assert_attribute(xmlNodePtr node, const char *name, const char *expected) {
    xmlChar *value = xmlGetProp(node, BAD_CAST name);

    assert_string_equal((const char *)value, expected);
    xmlFree(value);
}

static void assert_content(xmlNodePtr node, const char *expected) {
    xmlChar *value = xmlNodeGetContent(node);

    assert_non_null(strstr((const char *)value, expected));
    xmlFree(value);
}

static void junit_is_well_formed(void **state) {
    (void)state;
    char *text = write_report(&report_junit, false);
    xmlDocPtr document = xmlReadMemory(text, (int)strlen(text), NULL, NULL, 0);
    assert_non_null(document);
    xmlNodePtr suite = child(xmlDocGetRootElement(document), "testsuite", 0);
    assert_attribute(suite, "tests", "5");
    assert_attribute(suite, "failures", "1");
    assert_attribute(suite, "skipped", "2");
    xmlNodePtr failed = child(suite, "testcase", 1);
    assert_attribute(failed, "classname", "rfc2060");
    assert_attribute(failed, "name", "b");
    assert_attribute(failed, "time", "1.500");
    assert_attribute(child(failed, "failure", 0), "message", "number: 171, expected 172");
    assert_content(child(failed, "failure", 0), "actual    * 171 EXISTS\n");
    assert_content(child(failed, "system-out", 0), "S1: \\xC3\\x1B\n");
    assert_attribute(child(child(suite, "testcase", 2), "skipped", 0), "message",
                     "needs IDLE & more: line 3");
    assert_attribute(child(child(suite, "testcase", 3), "skipped", 0), "type", "deviation");
    assert_content(child(child(suite, "testcase", 4), "system-err", 0), "finding at octet 1234");
    assert_null(child(child(suite, "testcase", 0), "failure", 0));
    xmlFreeDoc(document);
    free(text);
}

static void json_keeps_every_octet(void **state) {
    const char *octets, *rule;
    int total, caret, cut;
    json_t *no_caret;

    (void)state;
    char *text = write_report(&report_json, true);
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    assert_true(json_is_true(json_object_get(root, "interrupted")));
    json_t *failed = json_array_get(json_object_get(root, "dialogs"), 1);
    assert_int_equal(json_unpack(root, "{s:{s:i}}", "summary", "total", &total), 0);
    assert_int_equal(json_unpack(failed, "{s:[{s:i}, {s:o}], s:[{s:s}], s:[{}, {s:s}, {s:i}]}",
                                 "failures", "actual_caret", &caret, "expected_caret", &no_caret,
                                 "findings", "rule", &rule, "transcript", "octets", &octets, "cut",
                                 &cut),
                     0);
    assert_int_equal(total, 5);
    assert_int_equal(caret, 4);
    assert_true(json_is_null(no_caret));
    assert_string_equal(rule, "flag-list");
    assert_string_equal(octets, "* 1 FETCH (BODY {4}\r\n\xC3\x83\x1B\r\n)\r\n");
    assert_int_equal(cut, 1234);
    json_decref(root);
    free(text);
}

static void cuts_long_transcripts(void **state) {
    static char octets[3000];
    struct transcript_line lines[150];
    struct dialog long_dialog = dialog("long", "Long", 1);
    struct result result = {.dialog = &long_dialog, .transcript = lines, .transcript_count = 150};
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    (void)state;
    memset(octets, 'x', sizeof octets - 1);
    for (size_t i = 0; i < 149; i++) {
        lines[i] = message(SERVER, 1, "* OK\r\n", 0);
    }
    lines[149] = message(SERVER, 1, octets, 0);
    report_transcript(stream, "", &result);
    fclose(stream);
    assert_int_equal(strncmp(text, "… 50 earlier messages\nS: * OK\nS: * OK\n", 39), 0);
    assert_non_null(strstr(text, "x\nS: … 999 octets more\n"));
    assert_true(size < 99 * 8 + 2100);
    free(text);
}

static void finds_reports_by_name(void **state) {
    (void)state;
    assert_ptr_equal(report_find("text", "auto"), &report_text);
    assert_ptr_equal(report_find("text", "always"), &report_text_colored);
    assert_ptr_equal(report_find("text", "never"), &report_text_plain);
    assert_ptr_equal(report_find("tap", "auto"), &report_tap);
    assert_ptr_equal(report_find("junit", "never"), &report_junit);
    assert_ptr_equal(report_find("json", "always"), &report_json);
    assert_null(report_find("html", "auto"));
    assert_null(report_find("text", "sometimes"));
    assert_null(report_find("tap", "sometimes"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_for_a_person),   cmocka_unit_test(colors_only_on_demand),
        cmocka_unit_test(tap_is_version_14),      cmocka_unit_test(junit_is_well_formed),
        cmocka_unit_test(json_keeps_every_octet), cmocka_unit_test(cuts_long_transcripts),
        cmocka_unit_test(finds_reports_by_name),
    };
    int status = cmocka_run_group_tests(tests, NULL, NULL);
    xmlCleanupParser();
    return status;
}
