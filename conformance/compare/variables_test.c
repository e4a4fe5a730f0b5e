#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "variables.h"

static void empty_set_has_nothing(void **state) {
    (void)state;
    struct variables variables = {0};

    assert_null(variables_get(&variables, "uid"));
    variables_free(&variables);
}

static void set_keeps_a_copy(void **state) {
    (void)state;
    struct variables variables = {0};
    char octets[] = {'a', '\0', 'b'};

    assert_true(variables_set(&variables, "uid", octets, sizeof octets));
    octets[0] = 'x';
    const struct variable *uid = variables_get(&variables, "uid");
    assert_non_null(uid);
    assert_int_equal(uid->size, 3);
    assert_memory_equal(uid->octets, "a\0b", 3);
    variables_free(&variables);
    assert_int_equal(variables.count, 0);
}

static void names_are_whole_and_case_sensitive(void **state) {
    (void)state;
    struct variables variables = {0};

    assert_true(variables_set(&variables, "uid", "1", 1));
    assert_null(variables_get(&variables, "UID"));
    assert_null(variables_get(&variables, "ui"));
    assert_null(variables_get(&variables, "uid2"));
    variables_free(&variables);
}

static void second_set_replaces(void **state) {
    (void)state;
    struct variables variables = {0};

    assert_true(variables_set(&variables, "uid", "171", 3));
    assert_true(variables_set(&variables, "user", "", 0));
    assert_true(variables_set(&variables, "uid", "2", 1));
    assert_int_equal(variables.count, 2);
    assert_int_equal(variables_get(&variables, "uid")->size, 1);
    assert_memory_equal(variables_get(&variables, "uid")->octets, "2", 1);
    assert_int_equal(variables_get(&variables, "user")->size, 0);
    variables_free(&variables);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_set_has_nothing),
        cmocka_unit_test(set_keeps_a_copy),
        cmocka_unit_test(names_are_whole_and_case_sensitive),
        cmocka_unit_test(second_set_replaces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
