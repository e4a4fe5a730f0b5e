#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "imapspec.h"

enum { NODES = 64 };

struct sample {
    const struct imap_grammar *grammar;
    struct imap_parser parser;
    struct imap_tree tree;
    struct imap_node nodes[NODES];
};

static bool parse(struct sample *sample, enum imap_root root, const char *text) {
    sample->grammar = imap_grammar_builtin();
    imap_tree_init(&sample->tree, sample->nodes, NODES);
    return imap_tree_parse(&sample->tree, &sample->parser, sample->grammar, root, text,
                           strlen(text));
}

/* The children's rules and places, as text. */
static void describe(const struct sample *sample, uint32_t node, char *text, size_t size) {
    text[0] = '\0';
    for (uint32_t child = sample->nodes[node].children; child != 0;
         child = sample->nodes[child].next) {
        const struct imap_node *n = &sample->nodes[child];
        size_t length = strlen(text);
        snprintf(text + length, size - length, "%s%s %llu..%llu", length > 0 ? ", " : "",
                 imap_rule_name(sample->grammar, n->rule), (unsigned long long)n->start,
                 (unsigned long long)n->end);
    }
}

static void test_children(void **state) {
    (void)state;
    struct sample sample;
    char text[256];
    assert_true(parse(&sample, IMAP_RESPONSE, "* STATUS blob (MESSAGES 231 UNSEEN 12)\r\n"));
    uint32_t node = imap_tree_root(&sample.tree);
    describe(&sample, node, text, sizeof text);
    assert_string_equal(text, "response-data 0..40");
    node = sample.nodes[node].children;
    describe(&sample, node, text, sizeof text);
    assert_string_equal(text, "mailbox-data 2..38");
    node = sample.nodes[node].children;
    describe(&sample, node, text, sizeof text);
    assert_string_equal(text, "mailbox 9..13, status-att-list 15..37");
    node = sample.nodes[sample.nodes[node].children].next;
    describe(&sample, node, text, sizeof text);
    assert_string_equal(text, "status-att-val 15..27, status-att-val 28..37");
    node = sample.nodes[sample.nodes[node].children].children;
    assert_int_equal(sample.nodes[sample.nodes[node].next].value, 231);
}

/* What a malformed code was made of isn't part of the text that it turned out to be. */
static void test_finding(void **state) {
    (void)state;
    struct sample sample;
    char text[256];
    assert_true(parse(&sample, IMAP_RESPONSE, "* OK [UNSEEN 12 x] y\r\n"));
    uint32_t node = imap_tree_root(&sample.tree);
    while (imap_grammar_rule(sample.grammar, "resp-text") != sample.nodes[node].rule) {
        node = sample.nodes[node].children;
        assert_int_not_equal(node, 0);
    }
    describe(&sample, node, text, sizeof text);
    assert_string_equal(text, "text 5..20");
    assert_int_equal(sample.nodes[sample.nodes[node].children].children, 0);
}

static void test_not_one_message(void **state) {
    (void)state;
    struct sample sample;
    assert_false(parse(&sample, IMAP_RESPONSE, "* 1 EXISTS\r\n* 2 EXISTS\r\n"));
    assert_int_equal(imap_parser_error(&sample.parser)->code, IMAP_NO_ERROR);
    assert_false(parse(&sample, IMAP_RESPONSE, "* 1 EXISTS\r"));
    assert_int_equal(imap_parser_error(&sample.parser)->code, IMAP_NO_ERROR);
    assert_false(parse(&sample, IMAP_RESPONSE, "* 1 EXISTZ\r\n"));
    assert_int_equal(imap_parser_error(&sample.parser)->offset, 9);
    assert_false(parse(&sample, IMAP_RESPONSE, ""));
}

/* Each capacity below what is needed overflows, and touches nothing beyond itself. */
static void test_overflow(void **state) {
    (void)state;
    static const char text[] = "* FLAGS (\\A \\B)\r\n";
    const struct imap_grammar *grammar = imap_grammar_builtin();
    for (uint32_t capacity = 0; capacity < 9; capacity++) {
        struct imap_parser parser;
        struct imap_tree tree;
        struct imap_node nodes[10];
        memset(nodes, 0x55, sizeof nodes);
        struct imap_node untouched = nodes[9];
        imap_tree_init(&tree, nodes, capacity);
        bool whole = imap_tree_parse(&tree, &parser, grammar, IMAP_RESPONSE, text, strlen(text));
        assert_int_equal(whole, capacity >= 7);
        assert_int_equal(imap_tree_root(&tree) != 0, capacity >= 7);
        for (uint32_t i = capacity; i < 10; i++) {
            assert_memory_equal(&nodes[i], &untouched, sizeof untouched);
        }
    }
}

static void test_value(void **state) {
    (void)state;
    static const struct {
        const char *octets, *value;
    } values[] = {{"atom", "atom"},
                  {"\"\"", ""},
                  {"\"a b\"", "a b"},
                  {"\"a\\\"b\\\\c\"", "a\"b\\c"},
                  {"{3}\r\na\r\n", "a\r\n"},
                  {"{0}\r\n", ""},
                  {"~{2}\r\nab", "ab"},
                  {"{2+}\r\nab", "ab"},
                  {"\"", "\""},
                  {"{", "{"},
                  {"", ""},
                  {"\"\\", "\"\\"}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        uint8_t value[32];
        size_t size = strlen(values[i].octets), length = strlen(values[i].value);
        assert_int_equal(imap_value((const uint8_t *)values[i].octets, size, NULL, 0), length);
        assert_int_equal(imap_value((const uint8_t *)values[i].octets, size, value, 32), length);
        assert_memory_equal(value, values[i].value, length);
    }
}

static void test_value_is_cut(void **state) {
    (void)state;
    uint8_t value[4] = {'.', '.', '.', '.'};
    assert_int_equal(imap_value((const uint8_t *)"\"abcdef\"", 8, value, 3), 6);
    assert_memory_equal(value, "abc.", 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_children),        cmocka_unit_test(test_finding),
        cmocka_unit_test(test_not_one_message), cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_value),           cmocka_unit_test(test_value_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
