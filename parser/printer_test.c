/* Messages written anew: single ones as they must look, and all that the machine's transitions give
 * in every encoding: they parse, their values are the same, and written again they stay so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "imapspec.h"

enum { NODES = 8192, MAX_MESSAGE = 1 << 16, ENCODINGS = IMAP_LITERAL8 + 1, MESSAGES = 2000 };

struct sample {
    const struct imap_grammar *grammar;
    enum imap_root root;
    struct imap_tree tree;
    struct imap_node nodes[NODES];
    uint8_t text[MAX_MESSAGE];
    size_t size;
};

static enum imap_encoding always(void *encoding, const struct imap_node *node) {
    (void)node;
    return *(const enum imap_encoding *)encoding;
}

static void parse(struct sample *sample, const void *octets, size_t size) {
    struct imap_parser parser;
    imap_tree_init(&sample->tree, sample->nodes, NODES);
    assert_true(size <= MAX_MESSAGE);
    memcpy(sample->text, octets, size);
    sample->size = size;
    if (!imap_tree_parse(&sample->tree, &parser, sample->grammar, sample->root, octets, size)) {
        char why[IMAP_EXPLANATION_TEXT];
        imap_parser_explain(&parser, why, sizeof why);
        fail_msg("%zu octets: %.*s\n%s at %llu", size, (int)size, (const char *)octets, why,
                 (unsigned long long)parser.offset);
    }
}

static size_t print(const struct sample *sample, enum imap_encoding encoding, uint8_t *text,
                    size_t size) {
    return imap_print(&sample->tree, sample->grammar, sample->root, sample->text, always, &encoding,
                      text, size);
}

/* ---- single messages ----------------------------------------------------------------------- */

struct print_case {
    enum imap_root root;
    const char *message;
    enum imap_encoding encoding;
    const char *printed;
};

static void check(const struct print_case *cases, size_t count) {
    static struct sample sample;
    sample.grammar = imap_grammar_builtin();
    for (size_t i = 0; i < count; i++) {
        char text[512];
        sample.root = cases[i].root;
        parse(&sample, cases[i].message, strlen(cases[i].message));
        size_t length = print(&sample, cases[i].encoding, (uint8_t *)text, sizeof text - 1);
        assert_true(length < sizeof text);
        text[length] = '\0';
        assert_string_equal(text, cases[i].printed);
    }
}

#define CHECK(cases) check((cases), sizeof(cases) / sizeof *(cases))

static void test_encodings(void **state) {
    (void)state;
    static const struct print_case cases[] = {
        {IMAP_COMMAND, "a LOGIN joe \"x y\"\r\n", IMAP_AS_IT_IS, "a LOGIN joe \"x y\"\r\n"},
        {IMAP_COMMAND, "a LOGIN joe \"xy\"\r\n", IMAP_ATOM, "a LOGIN joe xy\r\n"},
        {IMAP_COMMAND, "a LOGIN joe xy\r\n", IMAP_QUOTED, "a LOGIN \"joe\" \"xy\"\r\n"},
        {IMAP_COMMAND, "a LOGIN joe \"\"\r\n", IMAP_LITERAL, "a LOGIN {3}\r\njoe {0}\r\n\r\n"},
        {IMAP_COMMAND, "a LOGIN joe xy\r\n", IMAP_LITERAL_PLUS,
         "a LOGIN {3+}\r\njoe {2+}\r\nxy\r\n"},
        {IMAP_COMMAND, "a LOGIN {3}\r\nj\"\\ {5+}\r\nabcde\r\n", IMAP_QUOTED,
         "a LOGIN \"j\\\"\\\\\" \"abcde\"\r\n"},
        {IMAP_RESPONSE, "* LIST (\\Noselect) \"/\" \"foo\"\r\n", IMAP_LITERAL,
         "* LIST (\\Noselect) \"/\" {3}\r\nfoo\r\n"},
    };
    CHECK(cases);
}

/* RFC 3501, 4.3 and 9: what an atom, a quoted string and a literal can hold. */
static void test_values_that_an_encoding_cannot_hold(void **state) {
    (void)state;
    static const struct print_case cases[] = {
        {IMAP_COMMAND, "a LOGIN \"x y\" \"\"\r\n", IMAP_ATOM, "a LOGIN \"x y\" \"\"\r\n"},
        {IMAP_COMMAND, "a LOGIN {3}\r\nx\ry {1}\r\n\xe9\r\n", IMAP_ATOM,
         "a LOGIN {3}\r\nx\ry {1}\r\n\xe9\r\n"},
        {IMAP_COMMAND, "a LOGIN {3+}\r\nx\ny {1}\r\n\xe9\r\n", IMAP_QUOTED,
         "a LOGIN {3}\r\nx\ny {1}\r\n\xe9\r\n"},
        /* "%" and "]": of a pattern, of a mailbox, of neither */
        {IMAP_COMMAND, "a LIST \"]\" \"%\"\r\n", IMAP_ATOM, "a LIST ] %\r\n"},
        {IMAP_COMMAND, "a LIST \"%\" \"(\"\r\n", IMAP_ATOM, "a LIST \"%\" \"(\"\r\n"},
    };
    CHECK(cases);
}

static void test_rules_that_forbid_an_encoding(void **state) {
    (void)state;
    static const struct print_case cases[] = {
        /* no literal8 in a mailbox, no {n+} from a server, no atom in an nstring */
        {IMAP_COMMAND, "a SELECT x\r\n", IMAP_LITERAL8, "a SELECT {1}\r\nx\r\n"},
        {IMAP_RESPONSE, "* STATUS x (UNSEEN 1)\r\n", IMAP_LITERAL_PLUS,
         "* STATUS {1}\r\nx (UNSEEN 1)\r\n"},
        {IMAP_RESPONSE, "* 1 FETCH (BODY[] {1}\r\na)\r\n", IMAP_ATOM,
         "* 1 FETCH (BODY[] \"a\")\r\n"},
        /* rights are letters and digits (RFC 4314), in quotes too */
        {IMAP_RESPONSE, "* MYRIGHTS x {2}\r\nlr\r\n", IMAP_QUOTED, "* MYRIGHTS \"x\" \"lr\"\r\n"},
        {IMAP_RESPONSE, "* MYRIGHTS x {3}\r\nl r\r\n", IMAP_QUOTED,
         "* MYRIGHTS \"x\" {3}\r\nl r\r\n"},
        /* what looks like a string, but isn't one */
        {IMAP_RESPONSE, "* OK [BADCHARSET (\"a\" x\r\n", IMAP_LITERAL,
         "* OK [BADCHARSET (\"a\" x\r\n"},
        {IMAP_RESPONSE, "* OK \"hi\"\r\n", IMAP_LITERAL, "* OK \"hi\"\r\n"},
        {IMAP_RESPONSE, "* 1 FETCH (INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")\r\n", IMAP_LITERAL,
         "* 1 FETCH (INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")\r\n"},
        {IMAP_COMMAND, "a SEARCH BEFORE \"1-Jan-2000\" TO x\r\n", IMAP_LITERAL,
         "a SEARCH BEFORE \"1-Jan-2000\" TO {1}\r\nx\r\n"},
    };
    CHECK(cases);
}

/* NIL is no string, "NIL" is one; a mailbox may be called NIL. */
static void test_nil(void **state) {
    (void)state;
    static const struct print_case cases[] = {
        {IMAP_RESPONSE, "* 1 FETCH (BODY[] nil)\r\n", IMAP_QUOTED, "* 1 FETCH (BODY[] nil)\r\n"},
        {IMAP_RESPONSE, "* 1 FETCH (BODY[] \"NIL\")\r\n", IMAP_ATOM,
         "* 1 FETCH (BODY[] \"NIL\")\r\n"},
        {IMAP_COMMAND, "a SELECT NIL\r\n", IMAP_QUOTED, "a SELECT \"NIL\"\r\n"},
        {IMAP_COMMAND, "a SELECT \"NIL\"\r\n", IMAP_ATOM, "a SELECT NIL\r\n"},
    };
    CHECK(cases);
}

static void test_short_buffer(void **state) {
    (void)state;
    static const char message[] = "a LOGIN joe \"x y\"\r\n";
    static struct sample sample;
    sample.grammar = imap_grammar_builtin();
    sample.root = IMAP_COMMAND;
    parse(&sample, message, strlen(message));
    uint8_t whole[64], cut[64];
    size_t length = print(&sample, IMAP_LITERAL, whole, sizeof whole);
    assert_int_equal(length, strlen("a LOGIN {3}\r\njoe {3}\r\nx y\r\n"));
    assert_int_equal(print(&sample, IMAP_LITERAL, NULL, 0), length);
    for (size_t size = 0; size < length; size++) {
        memset(cut, 0xAA, sizeof cut);
        assert_int_equal(print(&sample, IMAP_LITERAL, cut, size), length);
        assert_memory_equal(cut, whole, size);
        assert_int_equal(cut[size], 0xAA);
    }
}

/* Offsets of a tree are those of the stream. */
static void test_later_message(void **state) {
    (void)state;
    static const char stream[] = "a NOOP\r\nb SELECT x\r\n";
    static struct sample sample;
    struct imap_node nodes[16];
    struct imap_tree tree;
    struct imap_event message = {.kind = IMAP_EVENT_MESSAGE, .start = 8, .end = 20};
    sample.grammar = imap_grammar_builtin();
    message.rule = imap_grammar_rule(sample.grammar, "command");
    imap_tree_init(&tree, nodes, 16);
    imap_tree_add(&tree, &(struct imap_event){.kind = IMAP_EVENT_NODE,
                                              .rule = imap_grammar_rule(sample.grammar, "mailbox"),
                                              .start = 17,
                                              .end = 18});
    imap_tree_add(&tree, &message);
    uint8_t text[64];
    enum imap_encoding encoding = IMAP_QUOTED;
    size_t length = imap_print(&tree, sample.grammar, IMAP_COMMAND, stream + 8, always, &encoding,
                               text, sizeof text);
    assert_int_equal(length, strlen("b SELECT \"x\"\r\n"));
    assert_memory_equal(text, "b SELECT \"x\"\r\n", length);
}

/* ---- all transitions ----------------------------------------------------------------------- */

static void assert_same_value(const struct sample *one, const struct imap_node *a,
                              const struct sample *other, const struct imap_node *b) {
    static uint8_t values[2][MAX_MESSAGE];
    size_t length =
        imap_value(one->text + a->start, (size_t)(a->end - a->start), values[0], MAX_MESSAGE);
    size_t again =
        imap_value(other->text + b->start, (size_t)(b->end - b->start), values[1], MAX_MESSAGE);
    assert_int_equal(length, again);
    assert_memory_equal(values[0], values[1], length);
}

/* The same nodes in the same order, and the same values. */
static void assert_same_tree(const struct sample *one, const struct sample *other) {
    assert_int_equal(one->tree.count, other->tree.count);
    for (uint32_t i = 1; i < one->tree.count; i++) {
        const struct imap_node *a = &one->nodes[i], *b = &other->nodes[i];
        assert_string_equal(imap_rule_name(one->grammar, a->rule),
                            imap_rule_name(one->grammar, b->rule));
        assert_int_equal(a->children == 0, b->children == 0);
        if (imap_rule_encodings(one->grammar, a->rule) != 0) {
            assert_same_value(one, a, other, b);
        }
    }
}

static bool check_round_trip(void *context, const struct imap_case *message) {
    static struct sample printed;
    static uint8_t text[MAX_MESSAGE], again[MAX_MESSAGE];
    struct sample *sample = context;
    parse(sample, message->octets, message->size);
    printed.grammar = sample->grammar;
    printed.root = sample->root;
    for (unsigned encoding = 0; encoding < ENCODINGS; encoding++) {
        size_t length = print(sample, encoding, text, sizeof text);
        parse(&printed, text, length);
        assert_same_tree(sample, &printed);
        size_t second = print(&printed, encoding, again, sizeof again);
        assert_int_equal(second, length);
        assert_memory_equal(again, text, length);
        second = print(&printed, IMAP_QUOTED, again, sizeof again);
        assert_int_equal(second, print(sample, IMAP_QUOTED, text, sizeof text));
        assert_memory_equal(again, text, second);
    }
    return true;
}

static void test_round_trips(void **state) {
    (void)state;
    static struct sample sample;
    sample.grammar = imap_grammar_builtin();
    for (sample.root = IMAP_GREETING; sample.root <= IMAP_COMMAND; sample.root++) {
        assert_true(imap_cases(sample.grammar, sample.root, check_round_trip, &sample));
    }
}

/* ---- random messages ----------------------------------------------------------------------- */

static void test_random_round_trips(void **state) {
    (void)state;
    static struct sample sample;
    struct imap_grammar_problem problem;
    struct imap_generator *generator = imap_generator_new(NULL, 0, NULL, &problem);
    assert_non_null(generator);
    sample.grammar = imap_grammar_builtin();
    for (sample.root = IMAP_GREETING; sample.root <= IMAP_COMMAND; sample.root++) {
        imap_rule rule = imap_root_rule(sample.grammar, sample.root);
        struct imap_generation generation = {.seed = 2, .from_client = sample.root == IMAP_COMMAND};
        for (generation.number = 0; generation.number < MESSAGES; generation.number++) {
            uint8_t octets[1000];
            struct imap_case message = {.octets = octets};
            message.size = imap_generate(generator, rule, &generation, octets, sizeof octets);
            check_round_trip(&sample, &message);
        }
    }
    imap_generator_free(generator);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_values_that_an_encoding_cannot_hold),
        cmocka_unit_test(test_rules_that_forbid_an_encoding),
        cmocka_unit_test(test_nil),
        cmocka_unit_test(test_short_buffer),
        cmocka_unit_test(test_later_message),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_random_round_trips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
