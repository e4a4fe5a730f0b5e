#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "moment.h"

static void moments_are_counted_in_utc(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } moments[] = {
        {"\"01-Jan-1970 00:00:00 +0000\"", 0},
        {"\" 1-Jan-1970 00:00:00 +0000\"", 0},
        {"\"31-Dec-1969 23:59:59 +0000\"", -1},
        {"\"01-Jan-1970 00:00:00 -0130\"", 5400},
        {"\"01-Jan-1970 00:00:00 +0130\"", -5400},
        {"\"17-Jul-1996 02:44:25 -0700\"", 837596665},
        {"\"17-jul-1996 09:44:25 +0000\"", 837596665},
        {"\"29-Feb-2000 00:00:00 +0000\"", 951782400},
        {"\"01-Mar-2000 00:00:00 +0000\"", 951868800},
        {"\"01-Mar-1900 00:00:00 +0000\"", -2203891200},
    };

    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        int64_t seconds = 1;
        assert_true(
            moment_read((const uint8_t *)moments[i].text, strlen(moments[i].text), &seconds));
        assert_int_equal(seconds, moments[i].seconds);
    }
}

static void others_are_refused(void **state) {
    (void)state;
    static const char *const others[] = {
        "",
        "NIL",
        "17-Jul-1996 02:44:25 -0700",
        "\"17-Jul-1996 02:44:25 -0700",
        "\"17-Jly-1996 02:44:25 -0700\"",
        "\"17-Jul-1996 02:44:25 07000\"",
        "\"17-Jul-1996 02:4a:25 -0700\"",
        "\"17-Jul-1996T02:44:25 -0700\"",
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        int64_t seconds;
        assert_false(moment_read((const uint8_t *)others[i], strlen(others[i]), &seconds));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_counted_in_utc),
        cmocka_unit_test(others_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
