/* Errors in grammars: each has a place and a sentence; and the conflicts that the compiler must
 * find are found, by grammars made to have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "example.h"
#include "pack.h"

struct compilation {
    struct arena arena;
    jmp_buf failed, out_of_memory;
    struct abnf abnf;
    struct automaton automaton;
    struct transducer transducer;
    struct packed packed;
    const char **examples;
};

/* Compiles a grammar of one root, "r"; the result is "" or line:column: message. */
static void compile(const char *text, const char *settled_text, char *result, size_t size) {
    struct compilation *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->arena.out_of_memory = &c->out_of_memory;
    struct settled_conflicts settled = {0};
    if (setjmp(c->out_of_memory) != 0) {
        snprintf(result, size, "out of memory");
    } else if (setjmp(c->failed) != 0) {
        snprintf(result, size, "%s:%u:%u: %s", c->abnf.place.file, c->abnf.place.line,
                 c->abnf.place.column, c->abnf.message);
    } else {
        abnf_init(&c->abnf, &c->arena, &c->failed);
        abnf_read(&c->abnf, "g", text, strlen(text));
        abnf_resolve(&c->abnf);
        conflicts_read(&settled, &c->abnf, "c", settled_text, strlen(settled_text));
        automaton_build(&c->automaton, &c->abnf);
        transducer_build(&c->transducer, &c->automaton, &settled);
        conflicts_check_used(&settled, &c->abnf);
        pack(&c->packed, &c->transducer);
        c->examples = examples_find(&c->abnf);
        snprintf(result, size, "%s", "");
    }
    arena_free(&c->arena);
    free(c);
}

struct grammar_case {
    const char *text, *result;
};

static void check(const struct grammar_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char result[512];
        compile(cases[i].text, "", result, sizeof result);
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
        {"r = \"a\" - \"b\"\n", "g:1:9: only *X and 1*X can have words taken out"},
        {"r = *%x41-42 - (%x41)\n", "g:1:19: only strings can be taken out"},
        {"\xff", "g:1:1: expected a rule name, got octet %xFF"},
    };
    CHECK(cases);
}

static void test_deep_groups(void **state) {
    (void)state;
    char text[4096] = "r = ", result[256];
    memset(text + 4, '(', 4000);
    compile(text, "", result, sizeof result);
    assert_string_equal(result, "g:1:37: more than 32 groups within each other");
}

static void test_structure(void **state) {
    (void)state;
    static const struct grammar_case cases[] = {
        {"r = <prose> %x0A\n@root r r\n", "g:1:5: prose <prose> must be replaced by octets"},
        {"r = \"(\" r \")\" / \"x\"\n@root r r\n",
         "g:1:9: r refers to itself: it needs @call or @nested"},
        {"r = a %x0A\na = \"(\" a \")\" / \"x\"\n@call a\n@root r r\n", ""},
        {"r = a %x0A\na = *\"x\" - (\"xx\")\n@root r r\n", ""},
    };
    CHECK(cases);
}

static void test_conflicts(void **state) {
    (void)state;
    static const struct grammar_case cases[] = {
        /* two rules end on the same octet */
        {"r = (a / b \"!\") %x0A\na = 1*\"1\"\nb = 1*\"1\"\n@leaf a b\n@root r r\n", ""},
        {"r = (a \"?\" / b \"?!\") %x0A\na = 1*\"1\"\nb = 1*\"1\"\n@leaf a b\n@root r r\n",
         "g:1:1: conflict in r after '1' on %x3F: a | b"},
        /* a call, or an octet */
        {"r = (c / \"xy\") %x0A\nc = \"x\" [c]\n@call c\n@root r r\n",
         "g:1:1: conflict in r after '' on %x58: a call, or an octet that is read here"},
        {"r = (c / d) %x0A\nc = \"x\"\nd = \"xy\"\n@call c d\n@root r r\n",
         "g:1:1: conflict in r after '' on %x58: two machines could be called"},
        /* return, or go on */
        {"r = c *\"x\" %x0A\nc = 1*\"x\"\n@call c\n@root r r\n",
         "g:2:1: conflict in c after 'X' on %x58: the machine returns, or goes on"},
        /* the message is complete, or goes on */
        {"r = 1*\"x\"\n@root r r\n",
         "g:1:1: conflict in r after '' on %x58: the message is complete, or goes on"},
        /* two ways read the same octets and begin differently */
        {"r = a %x0A / \"1\" b %x0A\na = \"11\"\nb = \"1\"\n@leaf a b\n@root r r\n",
         "g:1:1: conflict in r after '1' on %x31: a node begins where another way has one open"},
    };
    CHECK(cases);
}

/* A conflict that the list settles is none; the winner must be one of the ways; the list holds no
 * conflict that isn't there. */
static void test_settled(void **state) {
    (void)state;
    static const char grammar[] =
        "r = (a \"?\" / b \"?!\") %x0A\na = 1*\"1\"\nb = 1*\"1\"\n@leaf a b\n@root r r\n";
    char result[256];
    compile(grammar, "# list\na | b -> b ; because\n", result, sizeof result);
    assert_string_equal(result, "");
    compile(grammar, "a | b -> c ; because\n", result, sizeof result);
    assert_string_equal(result, "c:1:1: 'c' is none of the ways");
    compile(grammar, "# list\na | b -> b ; because\nb | c -> b ; because\n", result, sizeof result);
    assert_string_equal(result, "c:3:1: there is no conflict 'b | c'");
    compile(grammar, "a | b\n", result, sizeof result);
    assert_string_equal(result, "c:1:1: expected WAYS -> WINNER ; reason");
}

/* When the caught rule fails, what it read must be readable by the other way. */
static void test_catch(void **state) {
    (void)state;
    static const struct grammar_case cases[] = {
        {"r = (c \"!\" / t) %x0A\nc = \"[a]\"\nt = 1*%x20-7E\n@catch c\n@root r r\n", ""},
        {"r = (c \"!\" / t) %x0A\nc = \"[\" %x0D \"]\"\nt = 1*%x20-7E\n@catch c\n@root r r\n",
         "g:2:1: conflict in c after '[' on %x0D: the way that goes on when this fails doesn't "
         "read this"},
    };
    CHECK(cases);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syntax),    cmocka_unit_test(test_deep_groups),
        cmocka_unit_test(test_structure), cmocka_unit_test(test_conflicts),
        cmocka_unit_test(test_settled),   cmocka_unit_test(test_catch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
