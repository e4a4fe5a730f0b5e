#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "settings.h"

static void has_defaults(void **state) {
    (void)state;
    struct mutator_settings defaults = mutator_defaults(MUTATOR_ANY_SIDE);
    struct settings settings;
    char problem[SETTINGS_PROBLEM];

    assert_true(settings_read(&settings, "", problem));
    assert_int_equal(settings.mutator.root, MUTATOR_ANY_SIDE);
    assert_int_equal(settings.mutator.lies, defaults.lies);
    assert_int_equal(settings.mutator.wrong, defaults.wrong);
    assert_true(settings.crosses > 0 && settings.engine > 0);
}

static void reads_words(void **state) {
    (void)state;
    struct settings settings;
    char problem[SETTINGS_PROBLEM];

    assert_true(settings_read(&settings, "  root=after-idle lies=0 wrong=1000  crosses=7 engine=8 ",
                              problem));
    assert_int_equal(settings.mutator.root, IMAP_AFTER_IDLE);
    assert_int_equal(settings.mutator.lies, 0);
    assert_int_equal(settings.mutator.wrong, 1000);
    assert_int_equal(settings.crosses, 7);
    assert_int_equal(settings.engine, 8);
}

static void says_what_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *words, *problem;
    } cases[] = {
        {"root=server", "root=server: no root; roots are greeting response command continuation"},
        {"lies=1 side=client", "side=client: neither root=ROOT nor lies=,"},
        {"lies", "lies: neither root=ROOT nor lies=,"},
        {"lies=", "lies=: a share is 0 to 1000"},
        {"wrong=5%", "wrong=5%: a share is 0 to 1000"},
        {"crosses=1001", "crosses=1001: a share is 0 to 1000"},
        {"engine=-1", "engine=-1: a share is 0 to 1000"},
        {"engine=99999999999999999999999", "engine=99999999999999999999999: a share is"},
        {"lies=600 wrong=600", "lies and wrong are more than 1000 together"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings settings;
        char problem[SETTINGS_PROBLEM];
        assert_false(settings_read(&settings, cases[i].words, problem));
        assert_memory_equal(problem, cases[i].problem, strlen(cases[i].problem));
    }
}

static void says_that_it_is_too_long(void **state) {
    (void)state;
    struct settings settings;
    char words[300] = "lies=1", problem[SETTINGS_PROBLEM];

    memset(words + strlen("lies=1"), ' ', sizeof words - strlen("lies=1") - 1);
    assert_false(settings_read(&settings, words, problem));
    assert_non_null(strstr(problem, "too long"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(reads_words),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(says_that_it_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
