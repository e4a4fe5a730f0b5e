#include "session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct session cut(const char *input) {
    struct session session;

    session_cut(&session, (const uint8_t *)input, strlen(input));
    assert_int_equal(session.starts[session.count], strlen(input));
    return session;
}

static void messages_end_with_lines(void **state) {
    struct session session = cut("a NOOP\r\nb\nc");

    (void)state;
    assert_int_equal(session.count, 3);
    assert_int_equal(session.starts[1], 8);
    assert_int_equal(session.starts[2], 10);
    assert_int_equal(cut("").count, 0);
    assert_int_equal(cut("\n\n").count, 2);
}

static void literals_belong_to_messages(void **state) {
    (void)state;
    assert_int_equal(cut("a {4}\r\nx\r\n  {2+}\r\n\n\n\r\nb\r\n").count, 2);
    assert_int_equal(cut("a {0}\r\n\r\nb\r\n").count, 2);
    assert_int_equal(cut("a {3}\nx\nyz\n").count, 1);
}

static void lies_end_with_their_line(void **state) {
    (void)state;
    assert_int_equal(cut("a {100}\r\nb\r\n").count, 2);
    assert_int_equal(cut("a {99999999999999999999999999}\r\nb\r\n").count, 2);
    assert_int_equal(cut("a {18446744073709551617}\r\nb\r\nc\r\n").count, 3); /* 2^64 + 1 */
    assert_int_equal(cut("a {-1}\r\nb\r\n").count, 2);
    assert_int_equal(cut("a 1}\r\n}\r\n\r\n").count, 3);
}

static void there_is_an_end_of_messages(void **state) {
    size_t size = SESSION_MESSAGES + 10;
    uint8_t *lines = malloc(size);
    struct session session;

    (void)state;
    assert_non_null(lines);
    memset(lines, '\n', size);
    session_cut(&session, lines, size);
    assert_int_equal(session.count, SESSION_MESSAGES);
    assert_int_equal(session.starts[SESSION_MESSAGES - 1], SESSION_MESSAGES - 1);
    assert_int_equal(session.starts[SESSION_MESSAGES], size);
    free(lines);
}

static enum imap_root root_of(enum imap_root root, size_t index, const char *message) {
    return session_root(root, index, (const uint8_t *)message, strlen(message));
}

static enum imap_root guess(const char *input) {
    return session_guess((const uint8_t *)input, strlen(input));
}

static void sides_and_roots_are_seen(void **state) {
    (void)state;
    assert_int_equal(guess(""), IMAP_COMMAND);
    assert_int_equal(guess("*"), IMAP_COMMAND);
    assert_int_equal(guess("* "), IMAP_RESPONSE);
    assert_int_equal(guess("+\r\n"), IMAP_RESPONSE);
    assert_int_equal(guess("* OK x\r\n"), IMAP_GREETING);
    assert_int_equal(guess("* preauth x\r\n"), IMAP_GREETING);
    assert_int_equal(guess("* OKAY x\r\n"), IMAP_RESPONSE);
    assert_int_equal(guess("* OK"), IMAP_RESPONSE);
    assert_int_equal(guess("* 5 EXISTS\r\n* OK x\r\n"), IMAP_RESPONSE);
    assert_int_equal(guess("a OK x\r\n"), IMAP_RESPONSE);
    assert_int_equal(guess("a NOOP\r\n"), IMAP_COMMAND);
    assert_int_equal(guess("a NOOP\r\nb OK x\r\n"), IMAP_COMMAND);
    assert_int_equal(root_of(IMAP_GREETING, 0, "* 5 EXISTS\r\n"), IMAP_RESPONSE);
    assert_int_equal(root_of(IMAP_GREETING, 0, "* OK x\r\n"), IMAP_GREETING);
    assert_int_equal(root_of(IMAP_GREETING, 1, "* OK x\r\n"), IMAP_RESPONSE);
    assert_int_equal(root_of(IMAP_COMMAND, 0, "a NOOP\r\n"), IMAP_COMMAND);
    assert_int_equal(root_of(IMAP_COMMAND, 3, "DONE\r\n"), IMAP_DONE);
    assert_int_equal(root_of(IMAP_COMMAND, 3, "AAA=\r\n"), IMAP_SASL_LINE);
    assert_int_equal(root_of(IMAP_RESPONSE, 0, "+\r\n"), IMAP_RESPONSE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_end_with_lines),  cmocka_unit_test(literals_belong_to_messages),
        cmocka_unit_test(lies_end_with_their_line), cmocka_unit_test(there_is_an_end_of_messages),
        cmocka_unit_test(sides_and_roots_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
