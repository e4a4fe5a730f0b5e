/* What is read is written back: each form of ABNF, and all of the built-in grammar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addition.h"
#include "notation.h"

enum { MAX_DEFINITION = 8192, MAX_GRAMMAR = 1 << 20 };

static void read_texts(struct compilation *c, const char *text) {
    struct imap_grammar_text texts = {"t", text, strlen(text)}, none = {"none", "", 0};
    if (!compilation_read(c, &texts, 1, &none)) {
        fail_msg("%u:%u: %s", c->abnf.place.line, c->abnf.place.column, c->abnf.message);
    }
}

static void test_forms(void **state) {
    (void)state;
    static const struct {
        const char *read, *written;
    } cases[] = {
        {"\"a\" ( b / %x41-5A )", "\"a\" (b / %x41-5A)"},
        {"b / (%d13) / %b1010-1101", "b / %x0D / %x0A-0D"},
        {"%x0D.0A b", "%x0D.0A b"},
        {"2%x0D.0A", "2%x0D.0A"},
        {"(b b) / (b / b)", "b b / (b / b)"},
        {"b (b b) b", "b (b b) b"},
        {"*b 1*b 2*3b *4b 5b 6*6b 0*1b [b] *1(b)", "*b 1*b 2*3b *4b 5b 6b [b] [b] [b]"},
        {"[b / b b] *[b] *(*b)", "[b / b b] *[b] *(*b)"},
        {"2(b b) *(b / b) *%s\"Aa\" %i\"Aa\" \"\"", "2(b b) *(b / b) *%s\"Aa\" \"Aa\" \"\""},
        {"1*b - \"x\" b", "1*b - \"x\" b"},
        {"b *%x41 - (\"x\" / \"y\")", "b *%x41 - (\"x\" / \"y\")"},
        {"(1*b - <first words of r>) b", "1*b - <first words of r> b"},
        {"*(1*b - \"x\") <what ; is \"left\">", "*(1*b - \"x\") <what ; is \"left\">"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct compilation c;
        char text[256], written[256];
        snprintf(text, sizeof text, "r = %s\nb = \"b\"\n", cases[i].read);
        read_texts(&c, text);
        size_t length = notation_write(c.abnf.rules[1].definition, written, sizeof written);
        assert_string_equal(written, cases[i].written);
        assert_int_equal(length, strlen(written));
        assert_int_equal(notation_write(c.abnf.rules[1].definition, written, 4), length);
        assert_memory_equal(written, cases[i].written, 3);
        assert_int_equal(written[3], '\0');
        assert_int_equal(notation_write(c.abnf.rules[1].definition, NULL, 0), length);
        compilation_free(&c);
    }
}

/* All rules of the grammar, written, read and written again, are the same. */
static void test_whole_grammar(void **state) {
    (void)state;
    struct compilation first, second;
    char *text = calloc(MAX_GRAMMAR, 1), one[MAX_DEFINITION], other[MAX_DEFINITION];
    size_t size = 0;
    assert_non_null(text);
    assert_true(addition_read(&first, NULL, 0));
    for (size_t i = 1; i < first.abnf.rule_count; i++) {
        const struct abnf_rule *rule = &first.abnf.rules[i];
        assert_true(notation_write(rule->definition, one, sizeof one) < sizeof one);
        size += (size_t)snprintf(text + size, MAX_GRAMMAR - size, "%s = %s\n", rule->name, one);
        assert_true(size < MAX_GRAMMAR);
    }
    read_texts(&second, text);
    assert_int_equal(first.abnf.rule_count, second.abnf.rule_count);
    for (size_t i = 1; i < first.abnf.rule_count; i++) {
        notation_write(first.abnf.rules[i].definition, one, sizeof one);
        notation_write(second.abnf.rules[i].definition, other, sizeof other);
        assert_string_equal(one, other);
    }
    compilation_free(&first);
    compilation_free(&second);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_whole_grammar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
