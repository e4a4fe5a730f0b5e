#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "mutator.h"
#include "trimmer.h"

static size_t tries; /* of the last input */

/* Keeps what holds the word; the shortest, as a string. */
static const char *trim(const char *input, const char *word, enum imap_root root) {
    static char best[4096];
    struct trimmer *trimmer = trimmer_new(root);
    const uint8_t *shorter;
    size_t size;

    tries = 0;
    snprintf(best, sizeof best, "%s", input);
    assert_non_null(trimmer);
    assert_true(trimmer_start(trimmer, (const uint8_t *)input, strlen(input)));
    while ((shorter = trimmer_next(trimmer, &size)) != NULL) {
        assert_true(size < strlen(best) && size > 0);
        tries++;
        char text[sizeof best] = "";
        memcpy(text, shorter, size);
        if (strstr(text, word)) {
            memcpy(best, text, sizeof best);
            trimmer_keep(trimmer);
        }
    }
    trimmer_free(trimmer);
    return best;
}

static void leaves_out_messages(void **state) {
    (void)state;
    assert_string_equal(
        trim("* OK hi\r\n* 1 EXISTS\r\n* 2 RECENT\r\n* BYE x\r\na OK\r\n", "2 REC", IMAP_RESPONSE),
        "* 2 RECENT\r\n");
    assert_string_equal(trim("a NOOP\r\nb LOGOUT\r\n", "b", MUTATOR_ANY_SIDE), "b LOGOUT\r\n");
    assert_string_equal(
        trim("a LOGIN {3}\r\nx\ny {1}\r\nz\r\nb CHECK\r\nc CLOSE\r\n", "y", IMAP_COMMAND),
        "a LOGIN {3}\r\nx\ny a\r\n");
}

static void leaves_out_items(void **state) {
    (void)state;
    assert_string_equal(trim("* LIST (\\A \\B \\C \\D) \"/\" box\r\n", "\\C", IMAP_RESPONSE),
                        "* LIST (\\C) \"/\" a\r\n");
}

static void takes_what_is_within(void **state) {
    (void)state;
    assert_string_equal(
        trim("a SEARCH NOT NOT (NOT SUBJECT \"some text\")\r\n", "SUBJECT", IMAP_COMMAND),
        "a SEARCH SUBJECT a\r\n");
}

static void takes_the_shortest_texts(void **state) {
    (void)state;
    assert_string_equal(
        trim("* STATUS \"long name\" (MESSAGES 123 UIDNEXT 456)\r\n", "STATUS", IMAP_RESPONSE),
        "* STATUS a (SIZE 1)\r\n");
    assert_in_range(tries, 5, 8); /* what was tried before is not tried again */
}

static void halves_values(void **state) {
    (void)state;
    assert_string_equal(trim("a LOGIN {40}\r\n0123456789abcdefghij0123456789ABCDEFGHIJ x\r\n",
                             "FGHIJ", IMAP_COMMAND),
                        "a LOGIN {5}\r\nFGHIJ x\r\n");
    assert_string_equal(trim("a LOGIN {20+}\r\n0123456789abcdefghij x\r\n", "ij", IMAP_COMMAND),
                        "a LOGIN {5+}\r\nfghij x\r\n");
    assert_string_equal(trim("a LOGIN \"0123456789abcdefghij\" x\r\n", "0123", IMAP_COMMAND),
                        "a LOGIN \"0123456789\" x\r\n");
    /* No literal, whatever it looks like. */
    assert_string_equal(trim("* OK {99}aaaaaaaaaaaaaaaaaaaaaab\r\n", "aaab", IMAP_RESPONSE),
                        "* OK {99}aaaaaaaaaaaaaaaaaaaaaab\r\n");
}

static void leaves_out_octets_that_are_refused(void **state) {
    (void)state;
    assert_string_equal(
        trim("* 1 FETCH (FLAGS (\\Seen \\Flagged) FOO\r\n???\r\n", "FOO", IMAP_RESPONSE),
        "* 1 FETCH (FLAGS () FOO");
    assert_string_equal(trim("* 1 EXISTS 0123456789 abc 0123456789\r\n", "abc", IMAP_RESPONSE),
                        "* 1 EXISTSabc");
    assert_string_equal(trim("????????????x??????????????????", "x", IMAP_RESPONSE), "x");
    assert_string_equal(trim("* 1 FETCH (UID 7 BODY[] {99}\r\nabcdefgh", "e", IMAP_RESPONSE), "e");
    assert_string_equal(trim("", "", IMAP_RESPONSE), "");
    assert_string_equal(trim("x", "x", IMAP_RESPONSE), "x");
}

/* What was tried before is not tried again. */
static void goes_on_behind_what_was_left_out(void **state) {
    char input[2001] = "";

    (void)state;
    memset(input, '?', sizeof input - 1);
    memcpy(input + 1000, "abc", 3);
    assert_string_equal(trim(input, "abc", IMAP_RESPONSE), "abc");
    assert_in_range(tries, 11, 24);
}

/* Of what has many octets each try is an execution. */
static void tries_are_bounded(void **state) {
    enum { SIZE = 4000 };
    struct trimmer *trimmer = trimmer_new(IMAP_RESPONSE);
    uint8_t octets[SIZE];
    size_t size;

    (void)state;
    tries = 0;
    memset(octets, '?', sizeof octets);
    assert_non_null(trimmer);
    assert_true(trimmer_start(trimmer, octets, sizeof octets));
    while (trimmer_next(trimmer, &size)) {
        tries++;
    }
    assert_in_range(tries, 64, 256);
    trimmer_free(trimmer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_out_messages),
        cmocka_unit_test(leaves_out_items),
        cmocka_unit_test(takes_what_is_within),
        cmocka_unit_test(takes_the_shortest_texts),
        cmocka_unit_test(halves_values),
        cmocka_unit_test(leaves_out_octets_that_are_refused),
        cmocka_unit_test(goes_on_behind_what_was_left_out),
        cmocka_unit_test(tries_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
