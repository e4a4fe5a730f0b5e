/* What is broken is found: each promise is broken here by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "examination.h"

enum { NODES = 64 };

/* ---- trees --------------------------------------------------------------------------------- */

struct reading {
    struct imap_tree tree;
    struct imap_node nodes[NODES];
};

static const char message[] = "* FLAGS (\\Answered \\Seen)\r\n";
enum { SIZE = sizeof message - 1 };

static void read_message(struct reading *reading) {
    struct imap_parser parser;

    imap_tree_init(&reading->tree, reading->nodes, NODES);
    assert_true(imap_tree_parse(&reading->tree, &parser, imap_grammar_builtin(), IMAP_RESPONSE,
                                message, SIZE));
}

/* The first flag, which has a brother and a parent. */
static struct imap_node *flag_of(struct reading *reading) {
    imap_rule flag = imap_grammar_rule(imap_grammar_builtin(), "flag");
    uint32_t node = 1;

    while (reading->nodes[node].rule != flag) {
        node++;
    }
    return &reading->nodes[node];
}

static void test_tree(void **state) {
    struct reading reading;

    (void)state;
    read_message(&reading);
    assert_null(examine_tree(&reading.tree, 0, SIZE));
    assert_string_equal(examine_tree(&reading.tree, 1, SIZE), "the root is the message");
    assert_string_equal(examine_tree(&reading.tree, 0, SIZE - 1), "the root is the message");
}

static void test_broken_trees(void **state) {
    static const char order[] = "children are in order, and within their parent";
    struct reading reading;

    (void)state;
    read_message(&reading);
    flag_of(&reading)->end = flag_of(&reading)->start + 12; /* into its brother */
    assert_string_equal(examine_tree(&reading.tree, 0, SIZE), order);
    read_message(&reading);
    flag_of(&reading)->start = 1; /* before its parent */
    assert_string_equal(examine_tree(&reading.tree, 0, SIZE), order);
    read_message(&reading);
    flag_of(&reading)->end = flag_of(&reading)->start - 1;
    assert_string_equal(examine_tree(&reading.tree, 0, SIZE), order);
    read_message(&reading);
    flag_of(&reading)->children = reading.tree.count - 1; /* its own forefather */
    assert_string_equal(examine_tree(&reading.tree, 0, SIZE),
                        "a node has no child that ends after it");
    read_message(&reading);
    reading.nodes[reading.tree.last].next = 1;
    assert_string_equal(examine_tree(&reading.tree, 0, SIZE), "a message has a root");
}

/* ---- errors -------------------------------------------------------------------------------- */

static struct imap_parser fail_at(const char *text, size_t *consumed) {
    struct imap_parser parser;

    imap_parser_init(&parser, imap_grammar_builtin(), IMAP_RESPONSE, NULL, NULL);
    assert_int_equal(imap_parser_feed(&parser, text, strlen(text), consumed), IMAP_FAILED);
    return parser;
}

static void test_errors(void **state) {
    static const char *const texts[] = {"* 1 EXISTZ\r\n", "* 4294967296 EXISTS\r\n",
                                        "* 1 FETCH (BODY[] {1}\r\n"};
    size_t consumed;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct imap_parser parser = fail_at(texts[i], &consumed);
        assert_null(examine_error(&parser, (const uint8_t *)texts[i], consumed));
        assert_null(examine_accepted(&parser));
        for (size_t size = 0; size < 200; size++) {
            assert_null(examine_explanation(&parser, size));
        }
    }
    struct imap_parser parser = fail_at("* 1 FETCH (BODY[] {1}a", &consumed);
    assert_null(examine_accepted(&parser));
}

static void test_broken_errors(void **state) {
    static const char text[] = "* 1 EXISTZ\r\n";
    const uint8_t *octets = (const uint8_t *)text;
    size_t consumed;
    struct imap_parser good = fail_at(text, &consumed), parser = good;

    (void)state;
    assert_string_equal(examine_error(&parser, octets, consumed + 1),
                        "nothing from the refused octet on is read");
    parser.error.message = consumed + 1;
    assert_string_equal(examine_error(&parser, octets, consumed), "an error stands in its message");
    parser = good;
    parser.error.got = 'Y';
    assert_string_equal(examine_error(&parser, octets, consumed),
                        "the refused octet stands at the error's offset");
    parser.error.got = 'S'; /* EXISTS */
    assert_string_equal(examine_accepted(&parser),
                        "an octet that is refused could not stand there");
    parser.error.got = -1;
    assert_string_equal(examine_accepted(&parser), "an octet that is refused is told");
    parser.error.code = IMAP_NO_ERROR;
    assert_string_equal(examine_error(&parser, octets, consumed), "an error says what it is");
}

/* ---- the whole ----------------------------------------------------------------------------- */

static bool examine_case(void *context, const struct imap_case *message_of) {
    const enum imap_root *root = context;

    examine(*root, message_of->octets, message_of->size);
    return true;
}

static void test_all_messages(void **state) {
    static const enum imap_root roots[] = {IMAP_GREETING, IMAP_COMMAND};

    (void)state;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        enum imap_root root = roots[i];
        assert_true(imap_cases(imap_grammar_builtin(), root, examine_case, &root));
        assert_true(imap_refused_cases(imap_grammar_builtin(), root, examine_case, &root));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),         cmocka_unit_test(test_broken_trees),
        cmocka_unit_test(test_errors),       cmocka_unit_test(test_broken_errors),
        cmocka_unit_test(test_all_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
