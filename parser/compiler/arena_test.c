/* Memory that is zeroed, aligned, limited, and freed at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arena.h"

static void test_take(void **state) {
    (void)state;
    jmp_buf out;
    struct arena arena = {.out_of_memory = &out};
    char *small = arena_take(&arena, 3, 1);
    uint64_t *large = arena_take(&arena, 100000, sizeof *large);
    assert_int_equal((uintptr_t)small % _Alignof(max_align_t), 0);
    assert_int_equal((uintptr_t)large % _Alignof(max_align_t), 0);
    for (size_t i = 0; i < 100000; i++) {
        assert_int_equal(large[i], 0);
        large[i] = i;
    }
    assert_memory_equal(small, "\0\0", 3);
    assert_string_equal(arena_text(&arena, "text and more", 4), "text");
    assert_true(arena.size >= 800003);
    arena_free(&arena);
    assert_null(arena.blocks);
    assert_int_equal(arena.size, 0);
}

static void test_grow(void **state) {
    (void)state;
    jmp_buf out;
    struct arena arena = {.out_of_memory = &out};
    unsigned *items = NULL;
    size_t capacity = 0;
    for (unsigned i = 0; i < 1000; i++) {
        items = arena_grow(&arena, items, i, &capacity, sizeof *items);
        items[i] = i;
    }
    assert_true(capacity >= 1000);
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(items[i], i);
    }
    arena_free(&arena);
}

/* What is over the limit, at once or bit by bit, or over all numbers, is as if memory were out. */
static void test_limit(void **state) {
    (void)state;
    jmp_buf out;
    struct arena arena = {.out_of_memory = &out};
    volatile unsigned failures = 0;
    switch (setjmp(out)) {
    case 0:
        arena_take(&arena, ARENA_MAXIMUM + 1, 1);
        fail();
        break;
    default:
        failures++;
    }
    static const size_t counts[] = {SIZE_MAX, SIZE_MAX / 2, ARENA_MAXIMUM / 4};
    for (volatile unsigned i = 0; i < 3; i++) {
        if (setjmp(out) == 0) {
            arena_take(&arena, counts[i], 16);
            fail();
        }
        failures++;
    }
    assert_int_equal(failures, 4);
    assert_int_equal(arena.size, 0);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_grow),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
