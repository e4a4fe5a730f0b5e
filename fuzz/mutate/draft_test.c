#include "draft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

enum { CAPACITY = 10 };

struct fixture {
    uint8_t octets[CAPACITY + 1]; /* one more, to be a string */
    struct draft draft;
};

static struct draft *begin(struct fixture *fixture, const char *text) {
    memset(fixture, 0, sizeof *fixture);
    memcpy(fixture->octets, text, strlen(text));
    fixture->draft = (struct draft){fixture->octets, strlen(text), CAPACITY};
    return &fixture->draft;
}

static const char *text_of(struct fixture *fixture) {
    fixture->octets[fixture->draft.size] = '\0';
    return (const char *)fixture->octets;
}

static void replaces(void **state) {
    struct fixture fixture;

    (void)state;
    assert_true(draft_replace(begin(&fixture, "abcdef"), 1, 3, "XYZ", 3));
    assert_string_equal(text_of(&fixture), "aXYZdef");
    assert_true(draft_replace(begin(&fixture, "abc"), 0, 3, "", 0));
    assert_string_equal(text_of(&fixture), "");
    assert_true(draft_replace(begin(&fixture, "abc"), 3, 3, "defghij", 7));
    assert_string_equal(text_of(&fixture), "abcdefghij");
}

static void refuses_what_does_not_fit(void **state) {
    struct fixture fixture;

    (void)state;
    assert_false(draft_replace(begin(&fixture, "abc"), 1, 2, "123456789", 9));
    assert_string_equal(text_of(&fixture), "abc");
    assert_false(draft_copy(begin(&fixture, "abcdef"), 0, 5, 6));
    assert_string_equal(text_of(&fixture), "abcdef");
}

static void copies_forwards_and_backwards(void **state) {
    struct fixture fixture;

    (void)state;
    assert_true(draft_copy(begin(&fixture, "abcdef"), 1, 3, 5));
    assert_string_equal(text_of(&fixture), "abcdebcf");
    assert_true(draft_copy(begin(&fixture, "abcdef"), 3, 5, 1));
    assert_string_equal(text_of(&fixture), "adebcdef");
    assert_true(draft_copy(begin(&fixture, "abcdef"), 1, 3, 1));
    assert_string_equal(text_of(&fixture), "abcbcdef");
}

static void exchanges(void **state) {
    struct fixture fixture;
    uint8_t scratch[CAPACITY];

    (void)state;
    assert_true(draft_exchange(begin(&fixture, "abcdef"), 0, 1, 3, 5, scratch, sizeof scratch));
    assert_string_equal(text_of(&fixture), "debcaf");
    assert_true(draft_exchange(begin(&fixture, "abcdef"), 1, 3, 3, 6, scratch, sizeof scratch));
    assert_string_equal(text_of(&fixture), "adefbc");
    assert_false(draft_exchange(begin(&fixture, "abcdef"), 0, 1, 4, 6, scratch, 5));
    assert_string_equal(text_of(&fixture), "abcdef");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(copies_forwards_and_backwards),
        cmocka_unit_test(exchanges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
