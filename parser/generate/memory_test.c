/* Memory that runs out at any one of the allocations: an error each time, and nothing is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../imapspec.h"
#include "../scarce_memory.h"

static bool make_generator(void) {
    struct imap_grammar_text text = {"more.abnf", "", 0};
    struct imap_grammar_problem problem = {.file = "?"};
    struct imap_generator *generator = imap_generator_new(&text, 1, NULL, &problem);
    allocations_left = SIZE_MAX;
    if (generator == NULL) {
        assert_string_equal(problem.message, "memory is out");
        assert_string_equal(problem.file, "");
    }
    imap_generator_free(generator);
    return generator != NULL;
}

static bool ignore(void *context, const struct imap_case *message) {
    (void)context;
    (void)message;
    return true;
}

static bool make_cases(void) {
    return imap_cases(imap_grammar_builtin(), IMAP_GREETING, ignore, NULL);
}

static bool make_refused_cases(void) {
    return imap_refused_cases(imap_grammar_builtin(), IMAP_COMMAND, ignore, NULL);
}

static void test_memory_is_out(void **state) {
    (void)state;
    assert_in_range(allocations_of(make_generator), 5, 1000);
    assert_in_range(allocations_of(make_cases), 5, 1000);
    assert_in_range(allocations_of(make_refused_cases), 5, 1000);
}

static bool make_grammar(void) {
    struct imap_grammar_problem problem = {.file = "?"};
    struct imap_grammar *grammar = imap_grammar_compile(NULL, 0, &problem);
    allocations_left = SIZE_MAX;
    if (grammar == NULL) {
        assert_string_equal(problem.message, "memory is out");
        assert_string_equal(problem.file, "");
    }
    imap_grammar_free(grammar);
    return grammar != NULL;
}

/* A grammar takes too long to try each of its allocations. */
static void test_memory_is_out_for_a_grammar(void **state) {
    (void)state;
    static const size_t counts[] = {1, 2, 3, 4, 5, 10, 50, 200};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        allocations_left = counts[i];
        assert_false(make_grammar());
    }
    assert_true(make_grammar());
}

/* A message takes none. */
static void test_messages_take_none(void **state) {
    (void)state;
    struct imap_grammar_problem problem;
    struct imap_generator *generator = imap_generator_new(NULL, 0, NULL, &problem);
    imap_rule rule = imap_root_rule(imap_grammar_builtin(), IMAP_COMMAND);
    uint8_t octets[500];
    allocations_left = 1;
    for (unsigned i = 0; i < 1000; i++) {
        struct imap_generation generation = {.number = i, .from_client = true};
        assert_true(imap_generate(generator, rule, &generation, octets, sizeof octets) <= 500);
    }
    assert_int_equal(allocations_left, 1);
    allocations_left = SIZE_MAX;
    imap_generator_free(generator);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_out),
        cmocka_unit_test(test_memory_is_out_for_a_grammar),
        cmocka_unit_test(test_messages_take_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
