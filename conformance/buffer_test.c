#include "buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_holds(const struct buffer *buffer, const char *text) {
    assert_false(buffer->failed);
    assert_int_equal(buffer->size, strlen(text));
    assert_memory_equal(buffer->octets, text, strlen(text));
}

static void holds_what_was_added(void **state) {
    (void)state;
    struct buffer buffer = {0};

    buffer_add(&buffer, "", 0);
    assert_holds(&buffer, "");
    buffer_add_text(&buffer, "tag");
    buffer_format(&buffer, " %s {%u}", "APPEND", 310U);
    assert_holds(&buffer, "tag APPEND {310}");
    buffer_clear(&buffer);
    assert_holds(&buffer, "");
    for (int i = 0; i < 1000; i++) {
        buffer_format(&buffer, "%03d", i);
    }
    assert_int_equal(buffer.size, 3000);
    assert_memory_equal(buffer.octets + 2997, "999", 3);
    buffer_free(&buffer);
}

static void a_size_beyond_memory_fails_for_good(void **state) {
    (void)state;
    struct buffer buffer = {0};

    buffer_add_text(&buffer, "kept");
    buffer_add(&buffer, "", SIZE_MAX);
    assert_true(buffer.failed);
    buffer_add_text(&buffer, "not added");
    assert_int_equal(buffer.size, 4);
    buffer_free(&buffer);
    assert_false(buffer.failed);
}

static void quotes_what_can_be_quoted(void **state) {
    (void)state;
    struct buffer buffer = {0};

    assert_true(buffer_add_quoted(&buffer, "", 0));
    assert_true(buffer_add_quoted(&buffer, "a \"b\\", 5));
    assert_holds(&buffer, "\"\"\"a \\\"b\\\\\"");
    buffer_clear(&buffer);
    assert_false(buffer_add_quoted(&buffer, "a\r", 2));
    assert_false(buffer_add_quoted(&buffer, "a\n", 2));
    assert_false(buffer_add_quoted(&buffer, "a\0", 2));
    assert_false(buffer_add_quoted(&buffer, "\xC3\xA4", 2));
    assert_holds(&buffer, "");
    buffer_free(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_what_was_added),
        cmocka_unit_test(a_size_beyond_memory_fails_for_good),
        cmocka_unit_test(quotes_what_can_be_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
