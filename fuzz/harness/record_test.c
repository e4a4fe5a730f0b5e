#include "record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct record one, other;

static void read_text(struct record *record, const char *text, const struct feeding *feeding) {
    record_input(record, IMAP_COMMAND, (const uint8_t *)text, strlen(text), feeding);
}

static void assert_item(size_t index, const char *expected) {
    char text[RECORD_TEXT];

    record_write(&one, index, text);
    assert_string_equal(text, expected);
}

static void test_items(void **state) {
    static const struct feeding at_once = {.piece = SIZE_MAX};

    (void)state;
    read_text(&one, "a NOOP\r\nb {\r\nc", &at_once);
    assert_int_equal(one.count, 6);
    assert_item(0, "node 0..1 tag = 0 (finding 0, got 0)");
    assert_item(1, "node 0..8 command = 0 (finding 0, got 0)");
    assert_item(2, "message 0..8 command = 0 (finding 0, got 0)");
    assert_item(3, "node 8..9 tag = 0 (finding 0, got 0)");
    assert_item(4, "error 10..8 command = 1 (finding 0, got 123)");
    assert_item(5, "end 14..0  = 0 (finding 0, got 0)");
    assert_item(6, "nothing");
}

/* Whatever is said after AUTHENTICATE is read as that. */
static void test_turns(void **state) {
    static const struct feeding at_once = {.piece = SIZE_MAX};
    imap_rule line = imap_grammar_rule(imap_grammar_builtin(), "sasl-line");
    unsigned lines = 0;

    (void)state;
    read_text(&one, "a AUTHENTICATE X\r\nYWJj\r\n*\r\nb IDLE\r\nDONE\r\nc NOOP\r\n", &at_once);
    for (size_t i = 0; i < one.count; i++) {
        assert_int_not_equal(one.items[i].kind, RECORD_ERROR);
        lines += one.items[i].kind == IMAP_EVENT_NODE && one.items[i].rule == line;
    }
    assert_int_equal(lines, 2);
}

static void test_difference(void **state) {
    static const char text[] = "a LOGIN {3}\r\njoe \"x y\"\r\nb NOOP\r\n";
    static const struct feeding at_once = {.piece = SIZE_MAX},
                                others[] = {{.piece = 1},
                                            {.piece = 5, .cuts = 7},
                                            {.piece = SIZE_MAX, .pauses = 1}};

    (void)state;
    read_text(&one, text, &at_once);
    assert_int_equal(record_difference(&one, &one), SIZE_MAX);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        read_text(&other, text, &others[i]);
        assert_int_equal(record_difference(&one, &other), SIZE_MAX);
    }
    other.items[3].end++;
    assert_int_equal(record_difference(&one, &other), 3);
    other.items[3].end--;
    other.count--;
    assert_int_equal(record_difference(&one, &other), other.count);
}

/* What it is fed with has an effect. */
static void test_feeding(void **state) {
    static const struct feeding at_once = {.piece = SIZE_MAX},
                                quirks = {.piece = SIZE_MAX, .quirks = UINT32_MAX},
                                limits = {.piece = SIZE_MAX, .small_limits = true};

    (void)state;
    read_text(&one, "a NOOP \r\n", &at_once);
    read_text(&other, "a NOOP \r\n", &quirks);
    assert_int_not_equal(record_difference(&one, &other), SIZE_MAX);
    read_text(&one, "a LOGIN {21}\r\n", &at_once);
    read_text(&other, "a LOGIN {21}\r\n", &limits);
    assert_int_not_equal(record_difference(&one, &other), SIZE_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_difference),
        cmocka_unit_test(test_feeding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
