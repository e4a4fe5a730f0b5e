#include "match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* A matching of graphs up to 5 by 5: bit `message` of row `expectation` is an edge. */
enum { SIDE = 5 };

static void build(struct matching *matching, const unsigned rows[], size_t expectations,
                  size_t messages) {
    assert_true(match_init(matching, expectations));
    for (size_t message = 0; message < messages; message++) {
        assert_true(match_add_message(matching));
        for (size_t row = 0; row < expectations; row++) {
            if (rows[row] & 1U << message) {
                match_allow(matching, row, message);
            }
        }
    }
}

static size_t match_all(struct matching *matching) {
    size_t count = 0;

    for (size_t row = 0; row < matching->expectations; row++) {
        bool met;
        assert_true(match_augment(matching, row, &met));
        count += met;
    }
    return count;
}

/* Both sides tell the same, and only of edges. */
static void assert_consistent(const struct matching *matching, const unsigned rows[]) {
    for (size_t row = 0; row < matching->expectations; row++) {
        size_t message = matching->message_of[row];
        if (message == MATCH_NONE) {
            continue;
        }
        assert_true(rows[row] & 1U << message);
        assert_int_equal(matching->expectation_of[message], row);
    }
    for (size_t message = 0; message < matching->messages; message++) {
        size_t row = matching->expectation_of[message];
        if (row != MATCH_NONE) {
            assert_int_equal(matching->message_of[row], message);
        }
    }
}

/* How many can be met at most? Tries all ways to give each row one of the messages left, or none.
 */
static size_t best(const unsigned rows[], size_t expectations) {
    size_t best_of[1U << SIDE] = {0}; /* by the set of messages that are taken */
    bool reached[1U << SIDE] = {true};
    size_t result = 0;

    for (size_t row = 0; row < expectations; row++) {
        for (unsigned taken = 1U << SIDE; taken-- > 0;) {
            for (unsigned message = 0; reached[taken] && message < SIDE; message++) {
                unsigned with = taken | 1U << message;
                if (with == taken || !(rows[row] & 1U << message)) {
                    continue;
                }
                if (!reached[with] || best_of[with] < best_of[taken] + 1) {
                    best_of[with] = best_of[taken] + 1;
                }
                reached[with] = true;
            }
        }
    }
    for (unsigned taken = 0; taken < 1U << SIDE; taken++) {
        result = reached[taken] && best_of[taken] > result ? best_of[taken] : result;
    }
    return result;
}

static void one_message_meets_one_expectation(void **state) {
    (void)state;
    const unsigned rows[] = {1, 1};
    struct matching matching;

    build(&matching, rows, 2, 1);
    assert_int_equal(match_all(&matching), 1);
    assert_int_equal(matching.message_of[0], 0);
    assert_int_equal(matching.message_of[1], MATCH_NONE);
    match_free(&matching);
}

static void a_choosy_expectation_gets_the_message_it_needs(void **state) {
    (void)state;
    const unsigned rows[] = {3, 1};
    struct matching matching;

    build(&matching, rows, 2, 2);
    assert_int_equal(match_all(&matching), 2);
    assert_int_equal(matching.message_of[0], 1);
    assert_int_equal(matching.message_of[1], 0);
    match_free(&matching);
}

static void who_was_met_stays_met(void **state) {
    (void)state;
    const unsigned rows[] = {3, 3, 3};
    struct matching matching;
    bool met;

    build(&matching, rows, 3, 2);
    assert_int_equal(match_all(&matching), 2);
    assert_true(match_augment(&matching, 2, &met));
    assert_false(met);
    assert_int_not_equal(matching.message_of[0], MATCH_NONE);
    assert_int_not_equal(matching.message_of[1], MATCH_NONE);
    match_free(&matching);
}

static void messages_may_come_later(void **state) {
    (void)state;
    struct matching matching;
    bool met;

    assert_true(match_init(&matching, 2));
    for (size_t message = 0; message < 1000; message++) {
        assert_true(match_add_message(&matching));
    }
    match_allow(&matching, 0, 999);
    assert_true(match_augment(&matching, 0, &met));
    assert_true(met);
    assert_true(match_add_message(&matching));
    match_allow(&matching, 0, 1000);
    match_allow(&matching, 1, 999);
    assert_true(match_augment(&matching, 1, &met));
    assert_true(met);
    assert_int_equal(matching.message_of[0], 1000);
    assert_int_equal(matching.message_of[1], 999);
    match_free(&matching);
}

static void as_many_as_can_be_are_met(void **state) {
    (void)state;
    uint32_t random = 1;

    for (int i = 0; i < 5000; i++) {
        unsigned rows[SIDE];
        struct matching matching;
        for (size_t row = 0; row < SIDE; row++) {
            random = random * 1664525 + 1013904223;
            uint32_t first = random >> 27;
            random = random * 1664525 + 1013904223;
            rows[row] = first & (random >> 27);
        }
        build(&matching, rows, SIDE, SIDE);
        assert_int_equal(match_all(&matching), best(rows, SIDE));
        assert_consistent(&matching, rows);
        match_free(&matching);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_message_meets_one_expectation),
        cmocka_unit_test(a_choosy_expectation_gets_the_message_it_needs),
        cmocka_unit_test(who_was_met_stays_met),
        cmocka_unit_test(messages_may_come_later),
        cmocka_unit_test(as_many_as_can_be_are_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
