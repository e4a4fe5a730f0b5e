/* Grammars made at run time: the built-in one again, with more, and what is wrong with more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../grammar.h"

static struct imap_grammar *compile(const char *text, struct imap_grammar_problem *problem) {
    struct imap_grammar_text more = {"x.abnf", text, strlen(text)};
    *problem = (struct imap_grammar_problem){0};
    return imap_grammar_compile(&more, 1, problem);
}

/* From the same texts come the same tables as at build time. */
static void test_nothing_added(void **state) {
    (void)state;
    struct imap_grammar_problem problem;
    const struct imap_grammar *built = imap_grammar_builtin();
    struct imap_grammar *made = imap_grammar_compile(NULL, 0, &problem);
    assert_non_null(made);
    assert_int_equal(made->cell_count, built->cell_count);
    assert_memory_equal(made->cells, built->cells, built->cell_count * sizeof *built->cells);
    assert_memory_equal(made->entries, built->entries, sizeof built->entries);
    assert_int_equal(imap_grammar_rule_count(made), imap_grammar_rule_count(built));
    for (imap_rule rule = 1; rule <= imap_grammar_rule_count(made); rule++) {
        assert_string_equal(imap_rule_name(made, rule), imap_rule_name(built, rule));
        assert_string_equal(imap_rule_source(made, rule), imap_rule_source(built, rule));
    }
    imap_grammar_free(made);
    imap_grammar_free(NULL);
}

struct log {
    const struct imap_grammar *grammar;
    char text[512];
};

static bool log_event(void *context, const struct imap_event *event) {
    struct log *log = context;
    size_t length = strlen(log->text);
    const char *name =
        event->kind == IMAP_EVENT_FINDING ? "finding" : imap_rule_name(log->grammar, event->rule);
    snprintf(log->text + length, sizeof log->text - length, "%s%d-%d %s", length > 0 ? ", " : "",
             (int)event->start, (int)event->end, name);
    return true;
}

static const char *read_response(struct imap_parser *parser, struct log *log,
                                 const struct imap_grammar *grammar, const char *octets) {
    size_t consumed;
    *log = (struct log){.grammar = grammar};
    if (imap_parser_feed(parser, octets, strlen(octets), &consumed) == IMAP_FAILED) {
        imap_parser_explain(parser, log->text, sizeof log->text);
    }
    return log->text;
}

static void test_extension_added(void **state) {
    (void)state;
    struct imap_grammar_problem problem;
    struct log log;
    struct imap_parser parser;
    struct imap_grammar *grammar =
        compile("@extension X-COLOR\nmessage-data =/ nz-number SP \"COLOR\" SP color\n"
                "color = \"red\" / \"green\"\n@leaf color\n",
                &problem);
    assert_non_null(grammar);
    assert_string_equal(imap_rule_source(grammar, imap_grammar_rule(grammar, "color")), "x");
    imap_parser_init(&parser, grammar, IMAP_RESPONSE, log_event, &log);
    assert_string_equal(read_response(&parser, &log, grammar, "* 7 COLOR red\r\n"),
                        "2-3 number, 4-9 finding, 10-13 color, 2-13 message-data, "
                        "0-15 response-data, 0-15 response");
    imap_parser_init(&parser, grammar, IMAP_RESPONSE, log_event, &log);
    assert_true(imap_parser_enable(&parser, "X-COLOR"));
    assert_string_equal(read_response(&parser, &log, grammar, "* 7 COLOR red\r\n"),
                        "2-3 number, 10-13 color, 2-13 message-data, 0-15 response-data, "
                        "0-15 response");
    imap_grammar_free(grammar);
    imap_parser_init(&parser, imap_grammar_builtin(), IMAP_RESPONSE, log_event, &log);
    assert_false(imap_parser_enable(&parser, "X-COLOR"));
}

/* A later text replaces and extends what an earlier one says; each error has its own file. */
static void test_several_texts(void **state) {
    (void)state;
    static const char first[] = "x-thing = \"a\"\nx-response =/ x-thing \"!\"\n";
    static const char second[] = "x-thing = \"b\"\nx-thing =/ \"c\" x-other\n";
    struct imap_grammar_text texts[] = {{"first", first, strlen(first)},
                                        {"second", second, strlen(second)}};
    struct imap_grammar_problem problem;
    assert_null(imap_grammar_compile(texts, 2, &problem));
    assert_string_equal(problem.file, "second");
    assert_int_equal(problem.line, 2);
    assert_int_equal(problem.column, 16);
    assert_string_equal(problem.message, "no rule x-other");
}

/* A conflict is at the place in the text that was added, whatever rules of the others it is within;
 * the machine that it is found in, and the octets that lead there, are the others' affair. */
static void test_conflicts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        unsigned line, column;
        const char *ways;
    } cases[] = {
        {"flag-list =/ \"(\" flag-keyword \")\"\n", 1, 31,
         " on %x29: flag | flag-keyword (the other way: parser/grammar/"},
        {"search-key =/ \"ALL\" SP nz-number\n", 1, 21,
         " on %x20: nothing | search-key (the other way: parser/grammar/"},
        {"x-thing = tag\nmessage-data =/ nz-number SP (\"X\" tag / x-thing) SP \"Y\"\n"
         "@leaf x-thing\n",
         2, 35, ": a node begins where another way has one open (the other way: x.abnf:1:11)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct imap_grammar_problem problem;
        assert_null(compile(cases[i].text, &problem));
        assert_string_equal(problem.file, "x.abnf");
        assert_int_equal(problem.line, cases[i].line);
        assert_int_equal(problem.column, cases[i].column);
        assert_non_null(strstr(problem.message, cases[i].ways));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_added),
        cmocka_unit_test(test_extension_added),
        cmocka_unit_test(test_several_texts),
        cmocka_unit_test(test_conflicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
