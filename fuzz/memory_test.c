/* Memory that runs out at any one of the allocations: it is told, nothing is lost, and it may go on
 * when there is memory again. To mutate takes none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../parser/scarce_memory.h"
#include "engine/aflplusplus.h"
#include "mutator.h"
#include "trimmer.h"

static uint8_t input[] = "a LOGIN {2}\r\nme pass\r\nb NOOP\r\n";
static const size_t input_size = sizeof input - 1;

static bool make_mutator(void) {
    const struct mutator_settings settings = mutator_defaults(IMAP_COMMAND);
    struct mutator *mutator = mutator_new(&settings);

    mutator_free(mutator);
    return mutator != NULL;
}

static bool trim(void) {
    struct trimmer *trimmer = trimmer_new(IMAP_COMMAND);
    size_t size;
    bool is_begun = trimmer && trimmer_start(trimmer, input, input_size);

    assert_true(!trimmer || (trimmer_next(trimmer, &size) != NULL) == is_begun);
    trimmer_free(trimmer);
    return is_begun;
}

static void memory_is_out_at_any_time(void **state) {
    (void)state;
    assert_in_range(allocations_of(make_mutator), 5, 1000);
    assert_in_range(allocations_of(trim), 3, 10);
}

static void mutants_take_none(void **state) {
    const struct mutator_settings settings = {.root = IMAP_COMMAND, .lies = 100, .wrong = 400};
    struct mutator *mutator = mutator_new(&settings);
    uint8_t output[500];

    (void)state;
    assert_non_null(mutator);
    allocations_left = 1;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        mutator_mutate(mutator, seed, input, input_size, input, input_size, output, sizeof output);
        mutator_cross(mutator, seed, input, input_size, input, input_size, output, sizeof output);
    }
    assert_int_equal(allocations_left, 1);
    allocations_left = SIZE_MAX;
    mutator_free(mutator);
}

static void aflplusplus_goes_on(void **state) {
    void *adapter = afl_custom_init(NULL, 1);
    uint8_t *output = NULL;

    (void)state;
    allocations_left = 1;
    assert_int_equal(afl_custom_init_trim(adapter, input, input_size), 0);
    assert_int_equal(afl_custom_fuzz(adapter, input, input_size, &output, NULL, 0, 100), 0);
    assert_non_null(output);
    allocations_left = SIZE_MAX;
    assert_int_equal(afl_custom_init_trim(adapter, input, input_size), 1);
    assert_in_range(afl_custom_fuzz(adapter, input, input_size, &output, NULL, 0, 100), 1, 100);
    afl_custom_deinit(adapter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_out_at_any_time),
        cmocka_unit_test(mutants_take_none),
        cmocka_unit_test(aflplusplus_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
