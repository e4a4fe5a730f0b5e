/* The transitions that a walk takes are those that imap_cases has a message for, one each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "side.h"

enum { MAX_TEXT = 1 << 16 };

struct taking {
    struct side side;
    const char *before; /* what is said before a message */
    uint8_t *taken;
    uint32_t last;
};

static struct taking taking_of(enum imap_root root) {
    struct taking taking = {.side = side_of(root), .before = ""};

    assert_non_null(taking.side.transitions);
    taking.taken = calloc(transitions_count(taking.side.transitions), 1);
    assert_non_null(taking.taken);
    return taking;
}

static void take(void *context, uint32_t transition) {
    struct taking *taking = context;

    assert_true(transition < transitions_count(taking->side.transitions));
    taking->taken[transition] = 1;
    taking->last = transition;
}

static uint32_t count_taken(const struct taking *taking) {
    uint32_t count = 0;

    for (uint32_t i = 0; i < transitions_count(taking->side.transitions); i++) {
        count += taking->taken[i];
    }
    return count;
}

static void free_taking(struct taking *taking) {
    side_free(&taking->side);
    free(taking->taken);
}

static bool take_case(void *context, const struct imap_case *message) {
    struct taking *taking = context;
    static uint8_t text[MAX_TEXT];
    size_t before = strlen(taking->before);

    assert_true(before + message->size <= sizeof text);
    memcpy(text, taking->before, before);
    memcpy(text + before, message->octets, message->size);
    side_walk(&taking->side, text, before + message->size, take, taking);
    return true;
}

static void test_all_of_server(void **state) {
    struct taking taking = taking_of(IMAP_GREETING);
    const struct imap_grammar *grammar = imap_grammar_builtin();

    (void)state;
    assert_true(imap_cases(grammar, IMAP_GREETING, take_case, &taking));
    assert_true(count_taken(&taking) < transitions_count(taking.side.transitions));
    taking.before = "* OK hi\r\n";
    assert_true(imap_cases(grammar, IMAP_RESPONSE, take_case, &taking));
    assert_int_equal(count_taken(&taking), transitions_count(taking.side.transitions));
    free_taking(&taking);
}

static void test_all_of_client(void **state) {
    struct taking taking = taking_of(IMAP_COMMAND);
    const struct imap_grammar *grammar = imap_grammar_builtin();

    (void)state;
    assert_true(imap_cases(grammar, IMAP_COMMAND, take_case, &taking));
    taking.before = "a AUTHENTICATE X\r\n";
    assert_true(imap_cases(grammar, IMAP_AFTER_AUTHENTICATE, take_case, &taking));
    assert_true(count_taken(&taking) < transitions_count(taking.side.transitions));
    taking.before = "a IDLE\r\n";
    assert_true(imap_cases(grammar, IMAP_AFTER_IDLE, take_case, &taking));
    assert_int_equal(count_taken(&taking), transitions_count(taking.side.transitions));
    free_taking(&taking);
}

/* What is refused takes none beyond what comes before it; a broken line is left behind. */
static void test_refused(void **state) {
    static const char *const texts[] = {"* 1 X", "* 1 X\xff\xff\r\n", "* 1 X\xff{2}\r\nab\r\n"};
    uint32_t counts[sizeof texts / sizeof *texts];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct taking taking = taking_of(IMAP_GREETING);
        side_walk(&taking.side, (const uint8_t *)texts[i], strlen(texts[i]), take, &taking);
        counts[i] = count_taken(&taking);
        assert_int_equal(counts[i], counts[0]);
        side_walk(&taking.side, (const uint8_t *)"* OK hi\r\n", 9, take, &taking);
        assert_true(count_taken(&taking) > counts[0]);
        free_taking(&taking);
    }
}

static void test_names(void **state) {
    struct taking taking = taking_of(IMAP_GREETING);
    const struct imap_grammar *grammar = imap_grammar_builtin();
    bool found = false;

    (void)state;
    side_walk(&taking.side, (const uint8_t *)"* OK [UNSEEN 1", 14, take, &taking);
    for (uint32_t i = 0; i < transitions_count(taking.side.transitions); i++) {
        const char *name = imap_rule_name(grammar, transitions_rule(taking.side.transitions, i));
        bool is_digit = transitions_octet(taking.side.transitions, i) == '1';
        found |= taking.taken[i] && is_digit && strcmp(name, "nz-number") == 0;
    }
    assert_true(found);
    free_taking(&taking);
}

/* Another word than BYE could have begun with B, none with BY. */
static void test_forced(void **state) {
    static const char text[] = "* OK hi\r\n* BYE";
    struct taking taking = taking_of(IMAP_GREETING);

    (void)state;
    side_walk(&taking.side, (const uint8_t *)text, strlen(text) - 1, take, &taking);
    assert_false(transitions_is_forced(taking.side.transitions, taking.last));
    side_walk(&taking.side, (const uint8_t *)text, strlen(text), take, &taking);
    assert_true(transitions_is_forced(taking.side.transitions, taking.last));
    free_taking(&taking);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_server), cmocka_unit_test(test_all_of_client),
        cmocka_unit_test(test_refused),       cmocka_unit_test(test_names),
        cmocka_unit_test(test_forced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
