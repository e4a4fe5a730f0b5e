#include "result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_excerpt(const uint8_t *octets, size_t size, size_t at, const char *expected,
                           size_t expected_column) {
    size_t column;
    char *text = result_excerpt(octets, size, at, &column);

    assert_string_equal(text, expected);
    assert_int_equal(column, expected_column);
    free(text);
}

static void an_excerpt_counts_what_is_shown(void **state) {
    (void)state;
    const uint8_t line[] = "* \x01 OK\r\n";

    assert_excerpt(line, 8, 0, "* \\x01 OK\\r\\n", 0);
    assert_excerpt(line, 8, 4, "* \\x01 OK\\r\\n", 7);
    assert_excerpt(line, 8, 8, "* \\x01 OK\\r\\n", 13);
    assert_excerpt(line, 0, 0, "", 0);
}

static void an_excerpt_is_short(void **state) {
    (void)state;
    static uint8_t text[100000];
    size_t column;

    memset(text, 'a', sizeof text);
    text[50000] = '!';
    char *excerpt = result_excerpt(text, sizeof text, 50000, &column);
    assert_true(strlen(excerpt) < 3 * RESULT_EXCERPT);
    assert_int_equal(excerpt[column], '!');
    free(excerpt);
}

static void a_transcript_tells_what_it_has_not_kept(void **state) {
    (void)state;
    static uint8_t text[RESULT_TRANSCRIPT_LINE + 10];
    struct result result;

    result_begin(&result, NULL);
    result_transcribe(&result, SERVER, 2, text, sizeof text);
    assert_int_equal(result.transcript[0].size, RESULT_TRANSCRIPT_LINE);
    assert_int_equal(result.transcript[0].cut, 10);
    assert_int_equal(result.transcript[0].connection, 2);
    for (int i = 0; i < 1000; i++) {
        result_transcribe(&result, SERVER, 1, text, sizeof text);
    }
    assert_true(result.transcript_octets <= RESULT_TRANSCRIPT_OCTETS);
    assert_true(result.transcript_octets > RESULT_TRANSCRIPT_OCTETS / 2);
    assert_int_equal(result.transcript_count + result.transcript_dropped, 1001);
    result_free(&result);
}

static void the_end_of_a_transcript_is_kept(void **state) {
    (void)state;
    struct result result;

    result_begin(&result, NULL);
    for (unsigned i = 1; i <= 3 * RESULT_TRANSCRIPT_LINES; i++) {
        result_transcribe(&result, SERVER, i, "* OK", 4);
    }
    assert_true(result.transcript_count <= RESULT_TRANSCRIPT_LINES);
    assert_true(result.transcript_count > RESULT_TRANSCRIPT_LINES / 2);
    for (size_t i = 0; i < result.transcript_count; i++) {
        assert_int_equal(result.transcript[i].connection, result.transcript_dropped + i + 1);
    }
    assert_int_equal(result.transcript_dropped + result.transcript_count,
                     3 * RESULT_TRANSCRIPT_LINES);
    result_free(&result);
}

static void findings_are_bounded_and_can_be_moved(void **state) {
    (void)state;
    struct result one, other;

    result_begin(&one, NULL);
    result_begin(&other, NULL);
    for (int i = 0; i < RESULT_FINDINGS + 10; i++) {
        result_find(&other, 0, 7, "rule", "sentence", (const uint8_t *)"* OK", 4, 2);
    }
    assert_int_equal(other.finding_count, RESULT_FINDINGS);
    result_find(&one, 1, 5, "rule", "first", (const uint8_t *)"*", 1, 1);
    result_transcribe(&other, CLIENT, 0, "a NOOP\r\n", 8);
    result_take(&one, &other, true);
    assert_int_equal(one.finding_count, RESULT_FINDINGS);
    assert_string_equal(one.findings[0].sentence, "first");
    assert_string_equal(one.findings[1].line, "* OK");
    assert_int_equal(one.findings[1].caret, 2);
    assert_int_equal(one.transcript_count, 1);
    assert_int_equal(other.finding_count + other.transcript_count, 0);
    result_free(&other);
    result_free(&one);
}

static void a_failure_sets_the_outcome_and_a_conclusion_replaces_the_reason(void **state) {
    (void)state;
    struct result result;

    result_begin(&result, NULL);
    assert_int_equal(result.outcome, OUTCOME_PASS);
    for (unsigned line = 1; line <= 5; line++) {
        result_fail(&result, line, 1, "line %u", line);
    }
    assert_int_equal(result.outcome, OUTCOME_FAIL);
    assert_int_equal(result.failure_count, 5);
    assert_string_equal(result.failures[4].sentence, "line 5");
    assert_true(result.failures[4].expected_caret == SIZE_MAX);
    result_conclude(&result, OUTCOME_ERROR, "%s", "one");
    result_conclude(&result, OUTCOME_ERROR, "%s", "two");
    assert_string_equal(result.reason, "two");
    result_free(&result);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_excerpt_counts_what_is_shown),
        cmocka_unit_test(an_excerpt_is_short),
        cmocka_unit_test(a_transcript_tells_what_it_has_not_kept),
        cmocka_unit_test(the_end_of_a_transcript_is_kept),
        cmocka_unit_test(findings_are_bounded_and_can_be_moved),
        cmocka_unit_test(a_failure_sets_the_outcome_and_a_conclusion_replaces_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
