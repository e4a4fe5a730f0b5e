/* Each block ends at its fence, and what an execution leaves behind is taken back. */
#include "fence.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static sigjmp_buf way_out;

static void jump(int number) {
    (void)number;
    siglongjmp(way_out, 1);
}

static void go_on_after(int number) {
    const struct sigaction action = {.sa_handler = jump};

    sigaction(number, &action, NULL);
}

/* Does a write there break the program? */
static int is_fence(volatile char *place) {
    int is_met = sigsetjmp(way_out, 1);

    go_on_after(SIGSEGV);

    if (!is_met) {
        *place = 'x';
    }
    return is_met;
}

static void test_ends_at_its_fence(void **state) {
    static const size_t sizes[] = {0, 1, 7, 4095, 4096, 4097, FENCE_ROOM};

    (void)state;
    fence_begin();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *block = fence_get(sizes[i]);
        assert_non_null(block);
        memset(block, 'a', sizes[i]);
        assert_true(is_fence(block + (sizes[i] > 0 ? sizes[i] : 1)));
        fence_give(block);
    }
    assert_null(fence_get(FENCE_ROOM + 1));
    fence_end();
}

static void test_keeps_octets_in_another_size(void **state) {
    static const size_t sizes[] = {10, 3, 5000, 100, FENCE_ROOM};
    char *block = fence_resize(NULL, 4);

    (void)state;
    memcpy(block, "abc", 4);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        block = fence_resize(block, sizes[i]);
        assert_memory_equal(block, "abc", 3);
    }
    assert_null(fence_resize(block, FENCE_ROOM + 1));
    assert_memory_equal(block, "abc", 3);
    fence_give(block);
}

static void test_takes_back_what_a_broken_execution_held(void **state) {
    char *kept = fence_get(5);

    (void)state;
    memcpy(kept, "kept", 5);
    for (int execution = 0; execution < 1000; execution++) {
        fence_begin();
        for (int i = 0; i < 100; i++) {
            assert_non_null(fence_get(10));
        }
    }
    fence_begin();
    assert_string_equal(kept, "kept");
    fence_give(kept);
    fence_end();
}

static void test_second_give_aborts(void **state) {
    char *block = fence_get(5);

    (void)state;
    fence_give(block);
    go_on_after(SIGABRT);
    if (sigsetjmp(way_out, 1) == 0) {
        fence_give(block);
        fail();
    }
}

static void test_gives_others_memory_to_free(void **state) {
    (void)state;
    fence_give(malloc(5));
    fence_give(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_at_its_fence),
        cmocka_unit_test(test_keeps_octets_in_another_size),
        cmocka_unit_test(test_takes_back_what_a_broken_execution_held),
        cmocka_unit_test(test_second_give_aborts),
        cmocka_unit_test(test_gives_others_memory_to_free),
    };

    fence_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
