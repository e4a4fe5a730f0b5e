#include "edge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void numbers_are_near_or_at_an_edge(void **state) {
    char scratch[EDGE_SCRATCH];
    bool is_near = false, is_below = false, is_largest = false;
    struct random random = random_stream(1, 0);

    (void)state;
    for (int i = 0; i < 1000; i++) {
        const char *number = edges_number((const uint8_t *)"100", 3, &random, scratch);
        is_near |= strcmp(number, "101") == 0;
        is_below |= strcmp(number, "96") == 0;
        is_largest |= strcmp(number, "4294967295") == 0;
    }
    assert_true(is_near && is_below && is_largest);
}

/* A misspelt rule would never be met. */
static void every_text_is_of_a_rule_that_makes_nodes(void **state) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    const char *rule;

    (void)state;
    for (size_t i = 0; (rule = edges_rule(i)) != NULL; i++) {
        if (!imap_rule_is_node(grammar, imap_grammar_rule(grammar, rule))) {
            fail_msg("%s", rule);
        }
    }
}

static void there_may_be_none(void **state) {
    struct edges *edges = edges_new(imap_grammar_builtin());
    struct random random = random_stream(1, 0);
    char scratch[EDGE_SCRATCH];
    imap_rule rule = imap_grammar_rule(imap_grammar_builtin(), "greeting");

    (void)state;
    assert_non_null(edges);
    assert_null(edges_choose(edges, rule, (const uint8_t *)"x", 1, &random, scratch));
    edges_free(edges);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_near_or_at_an_edge),
        cmocka_unit_test(every_text_is_of_a_rule_that_makes_nodes),
        cmocka_unit_test(there_may_be_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
