#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aflplusplus.h"

enum { TIMES = 2000, MAX_SIZE = 1 << 20 };

static uint8_t list[] = "* LIST (\\HasNoChildren) \"/\" inbox\r\n";
static uint8_t session[] = "a1 LOGIN fred secret\r\na2 NOOP\r\na3 LOGOUT\r\n";

static void mutates_within_the_room(void **state) {
    (void)state;
    void *mutator = afl_custom_init(NULL, 1);
    unsigned crossed = 0, grown = 0;

    for (size_t i = 0; i < TIMES; i++) {
        size_t max_size = i % 3 == 0 ? 1 + i % 64 : MAX_SIZE;
        uint8_t *output = NULL;
        size_t size = afl_custom_fuzz(mutator, list, sizeof list - 1, &output, session,
                                      i % 5 == 0 ? 0 : sizeof session - 1, max_size);
        assert_non_null(output);
        assert_in_range(size, 1, max_size);
        assert_in_range(size, 1, 4096);
        char text[4096 + 1] = "";
        memcpy(text, output, size);
        crossed += strstr(text, (const char *)list) && strstr(text, "a2 NOOP\r\n");
        grown += size > 2 * sizeof list;
    }
    assert_in_range(crossed, TIMES / 50, TIMES / 2);
    assert_in_range(grown, TIMES / 50, TIMES / 2);
    afl_custom_deinit(mutator);
}

/* afl-fuzz has no other input at first, and a newer one may begin with an empty input. */
static void does_without_other_input(void **state) {
    (void)state;
    void *mutator = afl_custom_init(NULL, 2);

    for (size_t i = 0; i < TIMES; i++) {
        uint8_t *output = NULL;
        size_t size = i % 2 == 0 ? 0 : sizeof session - 1;
        assert_in_range(afl_custom_fuzz(mutator, session, size, &output, NULL, 0, MAX_SIZE), 1,
                        MAX_SIZE);
    }
    afl_custom_deinit(mutator);
}

static void makes_the_same_of_the_same_seed(void **state) {
    (void)state;
    void *mutators[] = {afl_custom_init(NULL, 7), afl_custom_init(NULL, 7),
                        afl_custom_init(NULL, 8)};
    unsigned different = 0;

    for (size_t i = 0; i < 100; i++) {
        uint8_t *outputs[3];
        size_t sizes[3];
        for (size_t j = 0; j < 3; j++) {
            sizes[j] =
                afl_custom_fuzz(mutators[j], list, sizeof list - 1, &outputs[j], NULL, 0, MAX_SIZE);
        }
        assert_int_equal(sizes[0], sizes[1]);
        assert_memory_equal(outputs[0], outputs[1], sizes[0]);
        different += sizes[0] != sizes[2] || memcmp(outputs[0], outputs[2], sizes[0]) != 0;
    }
    assert_true(different > 50);
    for (size_t j = 0; j < 3; j++) {
        afl_custom_deinit(mutators[j]);
    }
}

/* As afl-fuzz does it: the steps go from what post_trim says to what init_trim says. */
static size_t trim(void *mutator, uint8_t *input, size_t size, const char *word, unsigned *tries) {
    int32_t steps = afl_custom_init_trim(mutator, input, size);

    assert_true(steps >= 0);
    for (int32_t step = 0; step < steps; ++*tries) {
        char text[MAX_SIZE / 8] = "";
        uint8_t *output = NULL;
        size_t shorter = afl_custom_trim(mutator, &output);
        assert_non_null(output);
        assert_in_range(shorter, 0, size - 1);
        memcpy(text, output, shorter);
        uint8_t is_as_good = shorter > 0 && strstr(text, word);
        if (is_as_good) {
            memcpy(input, output, shorter);
            size = shorter;
        }
        step = afl_custom_post_trim(mutator, is_as_good);
        assert_in_range(step, 0, steps);
    }
    return size;
}

static void trims(void **state) {
    (void)state;
    static const char shortest[] = "a1 LOGIN a secret\r\n";
    void *mutator = afl_custom_init(NULL, 3);
    uint8_t input[sizeof session];
    unsigned tries = 0;

    for (int i = 0; i < 2; i++) {
        memcpy(input, session, sizeof session);
        assert_int_equal(trim(mutator, input, sizeof session - 1, "a1 LOGIN", &tries),
                         strlen("a1 LOGIN a a\r\n"));
    }
    memcpy(input, session, sizeof session);
    assert_int_equal(trim(mutator, input, sizeof session - 1, "secret", &tries),
                     strlen(shortest) - 1);
    assert_int_equal(trim(mutator, input, 0, "x", &tries), 0);
    afl_custom_deinit(mutator);
}

/* Each try is an execution of the target. */
static void tries_to_trim_have_an_end(void **state) {
    (void)state;
    static const char line[] = "a1 SEARCH OR FROM fred NOT (SEEN DRAFT SUBJECT hello)\r\n";
    enum { LINES = 1000 };
    size_t size = LINES * strlen(line);
    uint8_t *input = malloc(size + 1);
    void *mutator = afl_custom_init(NULL, 3);
    unsigned tries = 0;

    for (size_t i = 0; i < LINES; i++) {
        memcpy(input + i * strlen(line), line, strlen(line) + 1);
    }
    assert_int_equal(trim(mutator, input, size, "no such word", &tries), size);
    assert_in_range(tries, 100, 1000);
    memcpy(input, session, sizeof session);
    assert_in_range(trim(mutator, input, sizeof session - 1, "LOGOUT", &tries), 1, 20);
    afl_custom_deinit(mutator);
    free(input);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutates_within_the_room),
        cmocka_unit_test(does_without_other_input),
        cmocka_unit_test(makes_the_same_of_the_same_seed),
        cmocka_unit_test(trims),
        cmocka_unit_test(tries_to_trim_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
