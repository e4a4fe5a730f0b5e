#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text.h"

static void assert_escaped(enum text_form form, const char *octets, size_t size, const char *text,
                           size_t columns) {
    char *escaped = text_escaped(form, octets, size);

    assert_string_equal(escaped, text);
    assert_int_equal(text_columns(form, octets, size), columns);
    free(escaped);
}

static void escapes_what_a_terminal_would_obey(void **state) {
    (void)state;
    assert_escaped(TEXT_WIRE, "* OK \\Seen\r\n", 12, "* OK \\Seen\\r\\n", 14);
    assert_escaped(TEXT_WIRE, "\0\t\x1B[1m\x7F\xFF", 8, "\\x00\\t\\x1B[1m\\x7F\\xFF", 21);
    assert_escaped(TEXT_WIRE, "С", 2, "\\xD0\\xA1", 8);
    assert_escaped(TEXT_WIRE, "", 0, "", 0);
}

static void shows_printable_utf8_of_a_file(void **state) {
    (void)state;
    assert_escaped(TEXT_UTF8, "С: é", 6, "С: é", 4);
    assert_escaped(TEXT_UTF8, "日本", 6, "日本", 4);
    assert_escaped(TEXT_UTF8, "e\xCC\x81", 3, "e\xCC\x81", 1);
    assert_escaped(TEXT_UTF8, "\xC2\x9B", 2, "\\xC2\\x9B", 8);
    assert_escaped(TEXT_UTF8, "\xE2\x80\xAE", 3, "\\xE2\\x80\\xAE", 12);
}

static void refuses_malformed_utf8(void **state) {
    static const char *const malformed[] = {"\x80",
                                            "\xC3",
                                            "\xC0\xAF",
                                            "\xED\xA0\x80",
                                            "\xE0\x80\x80",
                                            "\xF4\x90\x80\x80",
                                            "\xF8\x88\x80\x80\x80"};
    uint32_t character;

    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        assert_int_equal(
            text_decode((const uint8_t *)malformed[i], strlen(malformed[i]), &character), 0);
    }
    assert_int_equal(text_decode((const uint8_t *)"\xF0\x9F\x93\xAC", 4, &character), 4);
    assert_int_equal(character, 0x1F4EC);
    assert_int_equal(text_decode((const uint8_t *)"", 0, &character), 0);
}

static void cuts_between_escapes(void **state) {
    char text[8];

    (void)state;
    assert_int_equal(text_escape(TEXT_WIRE, "ab\r\nc", 5, text, 6), 7);
    assert_string_equal(text, "ab\\r");
    assert_int_equal(text_escape(TEXT_WIRE, "ab\r\nc", 5, text, 8), 7);
    assert_string_equal(text, "ab\\r\\nc");
    assert_int_equal(text_escape(TEXT_WIRE, "a\001b", 3, text, 5), 6);
    assert_string_equal(text, "a");
    assert_int_equal(text_escape(TEXT_WIRE, "a", 1, text, 1), 1);
    assert_string_equal(text, "");
    assert_int_equal(text_escape(TEXT_WIRE, "a", 1, NULL, 0), 1);
}

static void assert_pointed(const char *label, enum text_form form, const char *octets, size_t caret,
                           const char *expected) {
    char *buffer = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&buffer, &size);

    assert_non_null(stream);
    text_point(stream, label, form, octets, strlen(octets), caret);
    fclose(stream);
    assert_string_equal(buffer, expected);
    free(buffer);
}

static void points_at_the_column_that_is_shown(void **state) {
    (void)state;
    assert_pointed("> ", TEXT_UTF8, "ССС: a\tb", 8, "> ССС: a\\tb\n       ^\n");
    assert_pointed("> ", TEXT_WIRE, "a\tb", 2, "> a\\tb\n     ^\n");
    assert_pointed("", TEXT_WIRE, "abc", 3, "abc\n   ^\n");
    assert_pointed("", TEXT_WIRE, "abc", 99, "abc\n   ^\n");
    assert_pointed("… ", TEXT_WIRE, "abc", 0, "… abc\n  ^\n");
    assert_pointed("  ", TEXT_WIRE, "abc", TEXT_NO_CARET, "  abc\n");
}

static void shows_the_part_around_the_caret(void **state) {
    char line[3 * TEXT_WIDTH + 1], expected[4 * TEXT_WIDTH];
    int width = TEXT_WIDTH, half = TEXT_WIDTH / 2;

    (void)state;
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    line[2 * TEXT_WIDTH] = '!';
    snprintf(expected, sizeof expected, "…%.*s!%.*s…\n%*s^\n", half, line, half - 1, line, half + 1,
             "");
    assert_pointed("", TEXT_WIRE, line, 2 * TEXT_WIDTH, expected);
    snprintf(expected, sizeof expected, "%.*s…\n^\n", width, line);
    assert_pointed("", TEXT_WIRE, line, 0, expected);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_a_terminal_would_obey),
        cmocka_unit_test(shows_printable_utf8_of_a_file),
        cmocka_unit_test(refuses_malformed_utf8),
        cmocka_unit_test(cuts_between_escapes),
        cmocka_unit_test(points_at_the_column_that_is_shown),
        cmocka_unit_test(shows_the_part_around_the_caret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
