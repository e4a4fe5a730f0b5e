#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nearest.h"

static const char *nearest_of(const char *name) {
    static const char *const candidates[] = {"command", "comment", "response", "text", "tag"};
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        nearest_offer(&nearest, candidates[i]);
    }
    return nearest.best;
}

static void test_nearest(void **state) {
    (void)state;
    assert_string_equal(nearest_of("comand"), "command");
    assert_string_equal(nearest_of("comant"), "command");
    assert_string_equal(nearest_of("COMMEND"), "command");
    assert_string_equal(nearest_of("reponses"), "response");
    assert_string_equal(nearest_of("tg"), "tag");
    assert_string_equal(nearest_of("taxt"), "text");
}

static void test_nothing_is_near(void **state) {
    (void)state;
    char name[100];
    assert_null(nearest_of("mailbox"));
    assert_null(nearest_of("x"));
    assert_null(nearest_of(""));
    memset(name, 'a', sizeof name);
    name[99] = '\0';
    assert_null(nearest_of(name));
    struct nearest nearest = nearest_to("a");
    nearest_offer(&nearest, name);
    assert_null(nearest.best);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_nothing_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
