/* Errors in grammars: each has a place and a sentence; conflicts: each is found in a grammar made
 * to have it; and small grammars compiled and read with, octet by octet and at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compilation.h"

/* Compiles a grammar; the result is "" or file:line:column: message. */
static void compile(struct compilation *c, const char *text, const char *settled_text, char *result,
                    size_t size) {
    struct imap_grammar_text grammar = {"g", text, strlen(text)};
    struct imap_grammar_text settled = {"c", settled_text, strlen(settled_text)};
    if (compilation_read(c, &grammar, 1, &settled) && compilation_run(c) &&
        compilation_check_settled(c)) {
        snprintf(result, size, "%s", "");
    } else {
        snprintf(result, size, "%s:%u:%u: %s", c->abnf.place.file, c->abnf.place.line,
                 c->abnf.place.column, c->abnf.message);
    }
}

static void compile_only(const char *text, const char *settled_text, char *result, size_t size) {
    struct compilation c;
    compile(&c, text, settled_text, result, size);
    compilation_free(&c);
}

struct grammar_case {
    const char *text, *result;
};

static void check(const struct grammar_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char result[640];
        compile_only(cases[i].text, "", result, sizeof result);
        if (strcmp(result, cases[i].result) != 0) {
            fail_msg("%s\n--- expected\n%s\n--- got\n%s", cases[i].text, cases[i].result, result);
        }
    }
}

#define CHECK(cases) check((cases), sizeof(cases) / sizeof *(cases))

static void test_syntax(void **state) {
    (void)state;
    static const struct grammar_case cases[] = {
        {"r = \"a\" / %x41-5A x!", "g:1:20: expected a rule name, got '!'"},
        {"r = \"a\" )\n", "g:1:9: expected an element, \"/\" or the next rule, got ')'"},
        {"r \"a\"\n", "g:1:3: expected \"=\" or \"=/\", got '\"'"},
        {"r = \n", "g:2:1: expected an element, got the end of the file"},
        {"r = (\"a\"\n", "g:1:5: the group is not closed by ')'"},
        {"r = \"a\n", "g:1:6: the string is not closed on its line"},
        {"r = <a\n", "g:1:6: the prose is not closed on its line"},
        {"r = %q41\n", "g:1:6: expected x, d, b, s or i after \"%\", got 'q'"},
        {"r = %x100\n", "g:1:9: the number is over 255"},
        {"r = %x42-41\n", "g:1:7: the range is empty"},
        {"r = 3*2\"a\"\n", "g:1:5: the repetition can't happen"},
        {"r = 1001\"a\"\n", "g:1:8: the number is over 1000"},
        {"r = b\n", "g:1:5: no rule b"},
        {"r = \"a\"\nR = \"b\"\n", "g:2:1: R is defined twice, first in line 1"},
        {"r =/ \"a\"\n", "g:1:1: r is extended but not defined"},
        {"  r = \"a\"\n", "g:1:3: expected a rule, which begins in column 1, got 'r'"},
        {"r = \"a\"\n@foo r\n", "g:2:1: no directive @foo"},
        {"r = \"a\"\n@node x\n", "g:2:7: no rule x"},
        {"r = 1*d\nd = %x30-3A\n@number r 9\n", "g:1:1: r is a number, but reads more than digits"},
        {"r = \"1\" / r \"2\"\n@number r 9\n", "g:1:1: r is a number, but reads more than digits"},
        {"r = 1*(\"1\" / \"2a\")\n@number r 9\n",
         "g:1:1: r is a number, but reads more than digits"},
        {"r = \"a\" - \"b\"\n", "g:1:9: only *X and 1*X can have words taken out"},
        {"r = *%x41-42 - (%x41)\n", "g:1:17: only strings can be taken out"},
        {"@extension  A \tB;c\n@extension \x01",
         "g:2:12: expected an extension's name, got octet %x01"},
        {"@extension A 3456789012345678901234567890123456789012345678901234567890123456\n",
         "g:1:14: the extension's name has more than 63 characters"},
        {"\xff", "g:1:1: expected a rule name, got octet %xFF"},
    };
    CHECK(cases);
}

static void test_deep_groups(void **state) {
    (void)state;
    char text[4096] = "r = ", result[640];
    memset(text + 4, '(', 4000);
    compile_only(text, "", result, sizeof result);
    assert_string_equal(result, "g:1:37: more than 32 groups within each other");
}

/* ---- hostile grammars: refused soon, or read, but never endless -------------------------------
 */

enum { HOSTILE_TEXT = 3 << 20 };

struct hostile_case {
    const char *start;
    const char *repeated; /* "#" is how many there were before, "$" one more */
    unsigned count;
    const char *end, *result;
};

static char *hostile_text(const struct hostile_case *hostile) {
    char *text = calloc(HOSTILE_TEXT, 1);
    assert_non_null(text);
    size_t size = (size_t)snprintf(text, HOSTILE_TEXT, "%s", hostile->start);
    for (unsigned i = 0; i < hostile->count; i++) {
        for (const char *at = hostile->repeated; *at != '\0'; at++) {
            if (*at == '#') {
                size += (size_t)snprintf(text + size, HOSTILE_TEXT - size, "%u", i);
            } else if (*at == '$') {
                size += (size_t)snprintf(text + size, HOSTILE_TEXT - size, "%u", i + 1);
            } else {
                text[size++] = *at;
            }
        }
    }
    assert_true(size + strlen(hostile->end) < HOSTILE_TEXT);
    memcpy(text + size, hostile->end, strlen(hostile->end));
    return text;
}

static void test_hostile(void **state) {
    (void)state;
    static const struct hostile_case cases[] = {
        /* repetitions that are unrolled, and rules that double */
        {"r = 1000000\"a\"\n", "", 0, "", "g:1:9: the number is over 1000"},
        {"r = 1000(1000(1000\"a\"))\n@root response r\n", "", 0, "",
         "g:1:15: the grammar needs more than 1048576 vertices"},
        {"r = x60 %x0A\nx0 = \"ab\"\n", "x$ = x# x#\n", 60, "@root response r\n",
         "g:3:6: the grammar needs more than 1048576 vertices"},
        {"r = x60 %x0A\nx0 = \"a\"\n", "x$ = x# / x#\n", 60, "@root response r\n", ""},
        {"r = 1*\"a\" - <first words of x60> %x0A\nx0 = \"a\"\n", "x$ = x# / x#\n", 60,
         "@root response r\n", "g:1:11: rules refer to each other endlessly"},
        {"r = 1*\"a\" - <first words of x> %x0A\nx = x / \"a\"\n", "", 0, "@root response r\n",
         "g:1:11: rules refer to each other endlessly"},
        /* rules within each other without end */
        {"r = x0 %x0A\n", "x# = \"a\" x$\n", 1600, "x1600 = \"a\"\n@root response r\n",
         "g:751:8: more than 1500 rules within each other"},
        {"r = x %x0A\nx = x\n@call x\n@root response r\n", "", 0, "", ""},
        /* states that double with each part, and ways that are many everywhere */
        {"r = *%x61-62 \"a\" 30%x61-62 %x0A\n@root response r\n", "", 0, "",
         "g:1:1: the grammar needs more than 200000 states"},
        /* long names, many alternatives, many lines */
        {"r = \"a\"", "\nr =/ \"a\"", 200000, " %x0A\n@root response r\n",
         "g:200001:6: conflict in r after '' on %x41: the message is complete, or goes on (the "
         "other way: g:1:5)"},
        {"r = %x0A\n", "x", 1 << 20, " = \"a\"\n@root response r\n", ""},
        {"", "x# = \"a\"\n", 3000, "", "g:2048:1: more than 2047 rules"},
        {"", "@extension X#\n", 300, "", "g:256:12: more than 255 extensions"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char result[640];
        char *text = hostile_text(&cases[i]);
        compile_only(text, "", result, sizeof result);
        free(text);
        if (strcmp(result, cases[i].result) != 0) {
            fail_msg("%s%s\n--- expected\n%s\n--- got\n%s", cases[i].start, cases[i].repeated,
                     cases[i].result, result);
        }
    }
}

/* A grammar that is within all limits, but takes its time. */
static void test_work(void **state) {
    (void)state;
    jmp_buf out_of_memory, failed;
    struct arena arena = {.out_of_memory = &out_of_memory};
    struct abnf abnf;
    abnf_init(&abnf, &arena, &failed);
    if (setjmp(failed) == 0) {
        for (unsigned i = 0; i < 1000; i++) {
            abnf_work(&abnf, 1000);
        }
        assert_int_equal(abnf.work, 1000000);
        abnf_work(&abnf, SIZE_MAX / 2);
        fail();
    }
    assert_string_equal(abnf.message, "the grammar takes too many steps to compile");
    arena_free(&arena);
}

static void test_octets_in_strings(void **state) {
    (void)state;
    static const char text[] = "r = \"a\0b\"\n";
    struct imap_grammar_text grammar = {"g", text, sizeof text - 1}, none = {"c", "", 0};
    struct compilation c;
    assert_false(compilation_read(&c, &grammar, 1, &none));
    assert_int_equal(c.abnf.place.column, 7);
    assert_string_equal(c.abnf.message, "octet %x00 in the string");
    compilation_free(&c);
}

static void test_structure(void **state) {
    (void)state;
    static const struct grammar_case cases[] = {
        {"r = <prose> %x0A\n@root response r\n", "g:1:5: prose <prose> must be replaced by octets"},
        {"r = \"(\" r \")\" / \"x\"\n@root response r\n",
         "g:1:9: r refers to itself: it needs @call or @nested"},
        {"r = a %x0A\na = \"(\" a \")\" / \"x\"\n@call a\n@root response r\n", ""},
        {"r = a %x0A\na = *\"x\" - (\"xx\")\n@root response r\n", ""},
    };
    CHECK(cases);
}

static void test_conflicts(void **state) {
    (void)state;
    static const struct grammar_case cases[] = {
        /* two rules end on the same octet */
        {"r = (a / b \"!\") %x0A\na = 1*\"1\"\nb = 1*\"1\"\n@leaf a b\n@root response r\n", ""},
        {"r = (a \"?\" / b \"?!\") %x0A\na = 1*\"1\"\nb = 1*\"1\"\n@leaf a b\n@root response r\n",
         "g:1:16: conflict in r after '1' on %x3F: a | b (the other way: g:1:8)"},
        /* a call, or an octet */
        {"r = (c / \"xy\") %x0A\nc = \"x\" [c]\n@call c\n@root response r\n",
         "g:1:10: conflict in r after '' on %x58: a call, or an octet that is read here (the other "
         "way: g:1:6)"},
        {"r = (c / d) %x0A\nc = \"x\"\nd = \"xy\"\n@call c d\n@root response r\n",
         "g:1:10: conflict in r after '' on %x58: two machines could be called (the other way: "
         "g:1:6)"},
        /* return, or go on */
        {"r = c *\"x\" %x0A\nc = 1*\"x\"\n@call c\n@root response r\n",
         "g:2:7: conflict in c after 'X' on %x58: the machine returns, or goes on (the other way: "
         "g:1:5)"},
        /* the message is complete, or goes on */
        {"r = 1*\"x\"\n@root response r\n",
         "g:1:7: conflict in r after '' on %x58: the message is complete, or goes on"},
        /* two ways read the same octets and begin differently */
        {"r = a %x0A / \"1\" b %x0A\na = \"11\"\nb = \"1\"\n@leaf a b\n@root response r\n",
         "g:3:5: conflict in r after '1' on %x31: a node begins where another way has one open "
         "(the other way: g:2:5)"},
        /* the words of two extensions begin at different octets */
        {"r = (c / \"a\" d) %x0A\nc = \"x\"\nd = \"y\"\n@root response r\n"
         "@extension ONE\nc =/ \"abd\"\n@extension TWO\nd =/ \"bc\"\n",
         "g:8:6: conflict in r after 'A' on %x42: a node begins where another way has one open "
         "(the other way: g:6:6)"},
    };
    CHECK(cases);
}

/* A conflict that the list settles is none; the winner must be one of the ways; the list holds no
 * conflict that isn't there. */
static void test_settled(void **state) {
    (void)state;
    static const char grammar[] =
        "r = (a \"?\" / b \"?!\") %x0A\na = 1*\"1\"\nb = 1*\"1\"\n@leaf a b\n@root response r\n";
    char result[640];
    compile_only(grammar, "# list\na | b -> b ; because\n", result, sizeof result);
    assert_string_equal(result, "");
    compile_only(grammar, "a | b -> c ; because\n", result, sizeof result);
    assert_string_equal(result, "c:1:1: 'c' is none of the ways");
    compile_only(grammar, "# list\na | b -> b ; because\nb | c -> b ; because\n", result,
                 sizeof result);
    assert_string_equal(result, "c:3:1: there is no conflict 'b | c'");
    compile_only(grammar, "a | b\n", result, sizeof result);
    assert_string_equal(result, "c:1:1: expected WAYS -> WINNER ; reason");
}

/* When the caught rule fails, what it read must be readable by the other way. */
static void test_catch(void **state) {
    (void)state;
    static const struct grammar_case cases[] = {
        {"r = (c \"!\" / t) %x0A\nc = \"[a]\"\nt = 1*%x20-7E\n@catch c\n@root response r\n", ""},
        {"r = (c \"!\" / t) %x0A\nc = \"[\" %x0D \"]\"\nt = 1*%x20-7E\n@catch c\n@root response "
         "r\n",
         "g:2:9: conflict in c after '[' on %x0D: the way that goes on when this fails doesn't "
         "read this"},
        /* text stays in its state, whatever else it may hold */
        {"r = (c \"!\" / t) %x0A\nc = \"[a]\"\nt = 1*(%x20-7E / %xC3 %x80-BF)\n@catch c\n"
         "@root response r\n",
         ""},
    };
    CHECK(cases);
}

/* ---- reading with small grammars ------------------------------------------------------------- */

struct log {
    const struct imap_grammar *grammar;
    char text[512];
};

static bool log_event(void *context, const struct imap_event *event) {
    static const char *const kinds[] = {"", "literal ", "finding ", "message "};
    struct log *log = context;
    size_t length = strlen(log->text);
    char extension[IMAP_EXTENSION_TEXT];
    const char *name = event->kind == IMAP_EVENT_LITERAL && event->binary
                           ? "8"
                           : imap_rule_name(log->grammar, event->rule);
    if (event->finding == IMAP_EXTENSION_NOT_ENABLED) {
        imap_extension_name(log->grammar, (unsigned)event->value, extension, sizeof extension);
        name = extension;
    }
    snprintf(log->text + length, sizeof log->text - length, "%s%llu-%llu %s%s",
             length > 0 ? ", " : "", (unsigned long long)event->start,
             (unsigned long long)event->end, kinds[event->kind], name);
    return true;
}

static void read_with(const struct imap_grammar *grammar, const char *octets, size_t size,
                      size_t chunk, struct log *log) {
    struct imap_parser parser;
    *log = (struct log){.grammar = grammar};
    imap_parser_init(&parser, grammar, IMAP_RESPONSE, log_event, log);
    for (size_t at = 0; at < size; at += chunk) {
        size_t consumed, count = size - at < chunk ? size - at : chunk;
        if (imap_parser_feed(&parser, octets + at, count, &consumed) == IMAP_FAILED) {
            size_t length = strlen(log->text);
            snprintf(log->text + length, sizeof log->text - length, "%s%llu error",
                     length > 0 ? ", " : "",
                     (unsigned long long)imap_parser_error(&parser)->offset);
            return;
        }
    }
}

struct reading_case {
    const char *octets; /* without the final LF */
    size_t size;
    const char *log;
};

#define OCTETS(text) text "\n", sizeof(text)

static void check_reading(const char *text, const struct reading_case *cases, size_t count) {
    struct compilation c;
    char result[640];
    compile(&c, text, "", result, sizeof result);
    assert_string_equal(result, "");
    for (size_t i = 0; i < count; i++) {
        struct log log;
        read_with(&c.grammar, cases[i].octets, cases[i].size, SIZE_MAX, &log);
        assert_string_equal(log.text, cases[i].log);
        read_with(&c.grammar, cases[i].octets, cases[i].size, 1, &log);
        assert_string_equal(log.text, cases[i].log);
    }
    compilation_free(&c);
}

#define CHECK_READING(grammar, cases)                                                              \
    check_reading((grammar), (cases), sizeof(cases) / sizeof *(cases))

static void test_read_nodes(void **state) {
    (void)state;
    static const struct reading_case cases[] = {
        {OCTETS("a1"), "1-2 n, 0-2 x, 0-3 message r"},
        {OCTETS("b1!"), "1-2 m, 0-2 y, 0-4 message r"},
        {OCTETS("a"), "1 error"},
    };
    /* x and y begin alike at first: only their ends are told apart. */
    CHECK_READING("r = (x / y \"!\") %x0A\nx = %x61-62 n\ny = %x62 m\nn = \"1\"\nm = \"1\"\n"
                  "@node x y\n@leaf n m\n@root response r\n",
                  cases);
}

/* RFC 5234's numbers in three bases, chains of them, and RFC 7405's strings with case. */
static void test_read_values(void **state) {
    (void)state;
    static const struct reading_case cases[] = {
        {OCTETS("aBCd!?"), "0-7 message r"}, {OCTETS("aBcD!?"), "0-7 message r"},
        {OCTETS("AbCd!?"), "0 error"},       {OCTETS("abcd!?"), "1 error"},
        {OCTETS("aBcd?!"), "4 error"},
    };
    CHECK_READING("r = %s\"aB\" %i\"cD\" %d33.63 %b1010\n@root response r\n", cases);
}

static void test_read_calls(void **state) {
    (void)state;
    static const struct reading_case cases[] = {
        {OCTETS("x"), "0-1 t, 0-2 message r"},
        {OCTETS("(x(xx))"), "1-2 t, 3-4 t, 4-5 t, 2-6 t, 0-7 t, 0-8 message r"},
        {OCTETS("(x"), "2 error"},
        {OCTETS("()"), "1 error"},
    };
    CHECK_READING("r = t %x0A\nt = \"x\" / \"(\" 1*t \")\"\n@node t\n@call t\n@root response r\n",
                  cases);
    CHECK_READING("r = t %x0A\nt = \"x\" / \"(\" 1*t \")\"\n@node t\n@nested t\n@root response r\n",
                  cases);
}

static void test_read_catch(void **state) {
    (void)state;
    static const struct reading_case cases[] = {
        {OCTETS("[11]x"), "1-3 n, 4-5 t, 0-6 message r"},
        {OCTETS("[1x]x"), "0-2 finding , 0-5 t, 0-6 message r"},
        {OCTETS("[21]x"), "0-3 finding , 0-5 t, 0-6 message r"},
        {OCTETS("[1"), "0-2 finding , 0-2 t, 0-3 message r"},
    };
    CHECK_READING("r = [c] t %x0A\nc = \"[\" n \"]\"\nn = 1*%x30-39\nt = 1*%x20-7E\n"
                  "@number n 20\n@leaf t\n@catch c\n@root response r\n",
                  cases);
}

static void test_read_differences(void **state) {
    (void)state;
    static const struct reading_case cases[] = {
        {OCTETS("abc"), "0-3 w, 0-4 message r"},
        {OCTETS("ab"), "2 error"},
        {OCTETS("AB"), "2 error"},
        {OCTETS("a"), "0-1 w, 0-2 message r"},
        {OCTETS("abcd"), "0-4 w, 0-5 message r"},
        {OCTETS("b"), "0-1 w, 0-2 message r"},
        {OCTETS("abd"), "3 error"},
    };
    CHECK_READING("r = w %x0A\nw = 1*%x41-7A - (\"ab\" / \"abd\")\n@leaf w\n@root response r\n",
                  cases);
    CHECK_READING("r = w %x0A\nw = 1*x - (\"ab\" / \"abd\")\nx = y / \"d\"\ny = %x41-63\n@leaf w\n"
                  "@root response r\n",
                  cases);
    /* a first word that the rule can't read anyway is not in the way */
    static const struct reading_case first[] = {
        {OCTETS("{"), "0-2 message r"},   {OCTETS("{a"), "1 error"},
        {OCTETS("ab!"), "0-4 message r"}, {OCTETS("abc"), "0-3 w, 0-4 message r"},
        {OCTETS("a{"), "1 error"},
    };
    CHECK_READING("r = s %x0A\ns = w / \"{\" / \"ab\" \"!\"\nw = 1*%x41-7A - <first words of s>\n"
                  "@leaf w\n@root response r\n",
                  first);
}

static void test_read_literals(void **state) {
    (void)state;
    static const struct reading_case cases[] = {
        {OCTETS("{2}\r\nab"), "0-5 literal , 0-7 l, 0-8 message r"},
        {OCTETS("{2}\r\na\0"), "0-5 literal , 6 error"},
        {OCTETS("~{2}\r\na\0"), "0-6 literal 8, 0-8 b, 0-9 message r"},
        {OCTETS("~~{2}"), "1 error"},
        {OCTETS("~{2+}"), "3 error"},
    };
    CHECK_READING("r = (l / b) %x0A\nl = \"{\"\nb = \"~{\"\n@literal l\n@literal b 8\n@leaf l b\n"
                  "@root response r\n",
                  cases);
}

/* What an extension adds is marked by its first word, wherever a rule of none comes to it. */
static void test_read_extensions(void **state) {
    (void)state;
    static const char grammar[] =
        "r = c [more] %x0A\nc = \"a\" [n] / d\nd = 1*(%x61-7A) - <first words of d> / \"dd\" [n]\n"
        "n = 1*%x30-39\nmore = \"(\" n \")\"\nchar = %x21-22\n@root response r\n@leaf c n\n"
        "@extension ONE\nc =/ \"b\" n / two \"!\"\ntwo = \"C\" / *n \"E\"\nd =/ \"ff\" / n \"x\"\n"
        "@extension TWO ONE\nmore =/ SP \"(\" \"F\" n \")\"\nchar =/ %x23\nSP = \" \"\n"
        "c =/ %x41 *char\n@belongs c \"a\"\n@extension\nc =/ \"zz\"\n";
    static const struct reading_case cases[] = {
        {OCTETS("b1"), "0-1 finding ONE, 0-2 c, 0-3 message r"},
        {OCTETS("C!"), "0-1 finding ONE, 0-2 c, 0-3 message r"},
        {OCTETS("1E!"), "1-2 finding ONE, 0-3 c, 0-4 message r"},
        {OCTETS("ff"), "0-2 c, 0-3 message r"},
        {OCTETS("a2"), "0-1 finding TWO, 0-2 c, 0-3 message r"},
        {OCTETS("zz (F1)"), "0-2 c, 4-5 finding TWO, 5-6 n, 0-8 message r"},
        {OCTETS("A!#\""), "0-1 finding TWO, 2-3 finding TWO, 0-4 c, 0-5 message r"},
    };
    CHECK_READING(grammar, cases);
}

static void test_enable(void **state) {
    (void)state;
    struct compilation c;
    char result[640];
    compile(&c,
            "r = \"a\" %x0A\n@root response r\n@extension ONE=A\nr =/ \"b\" %x0A\n"
            "@extension TWO one=a RFC99 RFC rev2\nr =/ \"c\" %x0A\n",
            "", result, sizeof result);
    assert_string_equal(result, "");
    struct imap_extensions set = {{0}};
    assert_int_equal(imap_extension_count(&c.grammar), 2);
    assert_string_equal(imap_extension_source(&c.grammar, 1), "g");
    assert_string_equal(imap_extension_source(&c.grammar, 2), "RFC 99");
    assert_false(imap_extensions_add(&c.grammar, "ONE", strlen("ONE"), &set));
    assert_false(imap_extensions_add(&c.grammar, "TWOFOLD", strlen("TWOFOLD"), &set));
    assert_true(imap_extensions_add(&c.grammar, "two=x", strlen("two=x"), &set));
    assert_int_equal(set.bits[0], 4);
    assert_true(imap_extensions_add(&c.grammar, "ONE=A", strlen("ONE=A"), &set));
    assert_int_equal(set.bits[0], 6);
    set = (struct imap_extensions){{0}};
    assert_false(imap_extensions_add(&c.grammar, "X ONE=A  TWO ", 13, &set));
    assert_int_equal(set.bits[0], 6);
    assert_false(imap_extensions_add(&c.grammar, "TWO", 2, &set));
    assert_true(imap_extensions_of_dialect(&c.grammar, "rev2", &set));
    assert_int_equal(set.bits[0], 4);
    assert_true(imap_extensions_of_dialect(&c.grammar, "all", &set));
    assert_int_equal(set.bits[0], 6);
    assert_false(imap_extensions_of_dialect(&c.grammar, "rev3", &set));
    char name[3];
    assert_int_equal(imap_extension_name(&c.grammar, 1, name, sizeof name), 5);
    assert_string_equal(name, "ON");
    compilation_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_deep_groups),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_work),
        cmocka_unit_test(test_octets_in_strings),
        cmocka_unit_test(test_structure),
        cmocka_unit_test(test_conflicts),
        cmocka_unit_test(test_settled),
        cmocka_unit_test(test_catch),
        cmocka_unit_test(test_read_nodes),
        cmocka_unit_test(test_read_values),
        cmocka_unit_test(test_read_calls),
        cmocka_unit_test(test_read_catch),
        cmocka_unit_test(test_read_differences),
        cmocka_unit_test(test_read_literals),
        cmocka_unit_test(test_read_extensions),
        cmocka_unit_test(test_enable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
