#include "deviations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct dialog select_dialog = {.path = "dialogs/rfc3501/6.3.1-select.dialog",
                                      .id = "rfc3501/6.3.1-select"};
static struct dialog *const dialogs[] = {&select_dialog};

/* Loads a file with this text. */
static bool load(const char *text, struct deviations *deviations, struct diagnostic *diagnostic) {
    char path[] = "/tmp/deviations-XXXXXX";
    int descriptor = mkstemp(path);
    FILE *file = fdopen(descriptor, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    bool is_good = deviations_load(deviations, path, dialogs, 1, diagnostic);
    remove(path);
    return is_good;
}

static void assert_refused(const char *text, unsigned line, unsigned column) {
    struct deviations deviations;
    struct diagnostic diagnostic;

    assert_false(load(text, &deviations, &diagnostic));
    assert_int_equal(diagnostic.line, line);
    assert_int_equal(diagnostic.column, column);
    free(diagnostic.file);
    deviations_free(&deviations);
}

static void reads_fields_that_stand_two_spaces_apart(void **state) {
    (void)state;
    struct deviations deviations;
    struct diagnostic diagnostic;

    assert_true(load("# a comment\n\n"
                     "rfc3501/6.3.1-select  RFC 3501, 6.3.1    it cannot  count\r\n",
                     &deviations, &diagnostic));
    const struct deviation *found = deviations_find(&deviations, "rfc3501/6.3.1-select");
    assert_non_null(found);
    assert_string_equal(found->section, "RFC 3501, 6.3.1");
    assert_string_equal(found->why, "it cannot  count");
    assert_null(deviations_find(&deviations, "rfc3501/6.3.1"));
    deviations_free(&deviations);
}

static void refuses_with_the_place(void **state) {
    (void)state;
    struct deviations deviations;
    struct diagnostic diagnostic;

    assert_refused("#\nrfc3501/6.3.1-select  RFC 3501\n", 2, 23);
    assert_refused("rfc3501/6.3.1-select\n", 1, 21);
    assert_refused("rfc3501/6.3.2  RFC 3501, 6.3.2  no such dialog\n", 1, 1);
    assert_false(deviations_load(&deviations, "/no/such/file", dialogs, 1, &diagnostic));
    assert_int_equal(diagnostic.line, 0);
    free(diagnostic.file);
}

static void knows_dialogs_that_were_not_chosen(void **state) {
    (void)state;
    char folder[] = "/tmp/deviations-XXXXXX", path[64], chosen[64];
    struct dialog dialog = {.path = chosen, .id = "one"};
    struct dialog *const these[] = {&dialog};
    struct deviations deviations;
    struct diagnostic diagnostic;

    assert_non_null(mkdtemp(folder));
    snprintf(chosen, sizeof chosen, "%s/one.dialog", folder);
    snprintf(path, sizeof path, "%s/two.dialog", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("two  RFC 3501, 1  why\n", file);
    fclose(file);
    assert_true(deviations_load(&deviations, path, these, 1, &diagnostic));
    assert_int_equal(deviations.count, 1);
    deviations_free(&deviations);
    remove(path);
    rmdir(folder);
}

/* What becomes of an outcome when the dialog is listed. */
static enum outcome apply(enum outcome outcome, size_t findings, bool tolerated) {
    struct deviation item = {"rfc3501/6.3.1-select", "RFC 3501, 6.3.1", "why"};
    const struct deviations deviations = {&item, 1};
    struct result result;

    result_begin(&result, &select_dialog);
    result.outcome = outcome;
    for (size_t i = 0; i < findings; i++) {
        struct finding *finding =
            result_find(&result, 1, 0, "rule", "sentence", (const uint8_t *)"*", 1, 0);
        assert_non_null(finding);
        finding->tolerated = tolerated;
    }
    deviations_apply(&deviations, &result);
    if (result.outcome == OUTCOME_DEVIATION) {
        assert_string_equal(result.reason, "RFC 3501, 6.3.1: why");
    }
    outcome = result.outcome;
    result_free(&result);
    return outcome;
}

static void covers_failures_and_findings(void **state) {
    (void)state;
    assert_int_equal(apply(OUTCOME_FAIL, 0, false), OUTCOME_DEVIATION);
    assert_int_equal(apply(OUTCOME_WARNING, 0, false), OUTCOME_DEVIATION);
    assert_int_equal(apply(OUTCOME_PASS, 1, false), OUTCOME_DEVIATION);
    assert_int_equal(apply(OUTCOME_PASS, 0, false), OUTCOME_FAIL);
    assert_int_equal(apply(OUTCOME_PASS, 2, true), OUTCOME_FAIL);
    assert_int_equal(apply(OUTCOME_SKIP, 0, false), OUTCOME_SKIP);
    assert_int_equal(apply(OUTCOME_ERROR, 0, false), OUTCOME_ERROR);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_fields_that_stand_two_spaces_apart),
        cmocka_unit_test(refuses_with_the_place),
        cmocka_unit_test(knows_dialogs_that_were_not_chosen),
        cmocka_unit_test(covers_failures_and_findings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
