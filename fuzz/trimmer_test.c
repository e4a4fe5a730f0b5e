#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "mutator.h"
#include "trimmer.h"

/* Keeps what holds the word; the shortest, as a string. */
static const char *trim(const char *input, const char *word, enum imap_root root) {
    static char best[4096];
    struct trimmer *trimmer = trimmer_new(root);
    const uint8_t *shorter;
    size_t size;

    snprintf(best, sizeof best, "%s", input);
    assert_non_null(trimmer);
    assert_true(trimmer_start(trimmer, (const uint8_t *)input, strlen(input)));
    while ((shorter = trimmer_next(trimmer, &size)) != NULL) {
        assert_true(size < strlen(best) && size > 0);
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
}

static void ends_with_what_the_grammar_refuses(void **state) {
    (void)state;
    assert_string_equal(
        trim("* 1 FETCH (FLAGS (\\Seen \\Flagged) FOO\r\n???\r\n", "FOO", IMAP_RESPONSE),
        "* 1 FETCH (FLAGS () FOO\r\n");
    assert_string_equal(trim("", "", IMAP_RESPONSE), "");
    assert_string_equal(trim("x", "x", IMAP_RESPONSE), "x");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_out_messages),
        cmocka_unit_test(leaves_out_items),
        cmocka_unit_test(takes_what_is_within),
        cmocka_unit_test(takes_the_shortest_texts),
        cmocka_unit_test(ends_with_what_the_grammar_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
