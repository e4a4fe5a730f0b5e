#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct sample one, other;
static uint8_t text[SAMPLE_TEXT];

static void read_command(struct sample *sample, const char *octets) {
    assert_true(sample_read(sample, IMAP_COMMAND, (const uint8_t *)octets, strlen(octets)));
}

static void test_lines(void **state) {
    static const char lines[] = "a NOOP\r\nnothing\nb {1}\r\nc LOGIN {1}\r\nx y\r\nd NOO";
    const uint8_t *octets = (const uint8_t *)lines;
    size_t size = strlen(lines), at = 0;

    (void)state;
    assert_true(sample_next(&one, IMAP_COMMAND, octets, size, &at));
    assert_int_equal(at, 8);
    assert_false(sample_next(&one, IMAP_COMMAND, octets, size, &at));
    assert_int_equal(at, 16);
    assert_false(sample_next(&one, IMAP_COMMAND, octets, size, &at));
    assert_int_equal(at, 23);
    assert_true(sample_next(&one, IMAP_COMMAND, octets, size, &at));
    assert_int_equal(at, 41);
    assert_false(sample_next(&one, IMAP_COMMAND, octets, size, &at));
    assert_int_equal(at, size);
}

static void test_prints(void **state) {
    static const char login[] = "a LOGIN joe \"x y\"\r\n";
    struct random random = {.counter = 3};
    bool differs = false;

    (void)state;
    read_command(&one, login);
    assert_int_equal(sample_print(&one, NULL, text), strlen(login));
    assert_memory_equal(text, login, strlen(login));
    for (int i = 0; i < 50; i++) {
        size_t size = sample_print(&one, &random, text);
        assert_true(sample_read(&other, IMAP_COMMAND, text, size) && other.size == size);
        assert_null(sample_difference(&one, &other));
        differs |= size != strlen(login);
    }
    assert_true(differs);
}

static void test_differences(void **state) {
    static const struct {
        const char *one, *other, *difference;
    } trials[] = {
        {"a LOGIN joe x\r\n", "a LOGIN {3}\r\njoe \"x\"\r\n", NULL},
        {"a LOGIN joe x\r\n", "a LOGIN joe y\r\n", "the value of a string"},
        {"a LOGIN joe x\r\n", "a LOGIN joe xx\r\n", "the value of a string"},
        {"a FETCH 1 BODY[]<1.2>\r\n", "a FETCH 1 BODY[]<1.3>\r\n", "a number"},
        {"a LOGIN joe x\r\n", "a NOOP\r\n", "the number of nodes"},
        {"a CREATE x\r\n", "a DELETE x\r\n", "the rule of a node"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        read_command(&one, trials[i].one);
        read_command(&other, trials[i].other);
        const char *difference = sample_difference(&one, &other);
        assert_string_equal(difference ? difference : "",
                            trials[i].difference ? trials[i].difference : "");
    }
    read_command(&one, "a STORE 1,2 FLAGS ()\r\n");
    read_command(&other, "a STORE 1,2 FLAGS ()\r\n");
    other.nodes[2].next = 0;
    other.nodes[1].next = other.nodes[1].next == 0;
    assert_string_equal(sample_difference(&one, &other), "the family of a node");
}

static void test_findings(void **state) {
    static const char code[] = "* OK [UNSEEN 0] x\r\n";

    (void)state;
    assert_true(sample_read(&one, IMAP_RESPONSE, (const uint8_t *)code, strlen(code)));
    assert_true(one.has_findings);
    read_command(&one, "a NOOP\r\n");
    assert_false(one.has_findings);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_prints),
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_findings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
