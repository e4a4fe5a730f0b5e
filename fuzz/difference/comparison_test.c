#include "comparison.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state) {
    struct comparison *comparison = malloc(sizeof *comparison);
    if (!comparison) {
        return -1;
    }
    comparison_init(comparison);
    *state = comparison;
    return 0;
}

static int teardown(void **state) {
    comparison_free(*state);
    free(*state);
    return 0;
}

static void assert_form(const struct form *form, const char *expected) {
    char text[MOST_OCTETS];
    assert_true(form->text.size < sizeof text);
    memcpy(text, form->text.octets, form->text.size);
    text[form->text.size] = '\0';
    assert_string_equal(text, expected);
}

static enum verdict verdict_on(struct comparison *comparison, const char *response) {
    return compare(comparison, IMAP_RESPONSE, response, strlen(response));
}

/* Each kind of response in its neutral form, of which both sides write the same. */
static void test_forms(void **state) {
    static const struct {
        const char *response, *form;
    } cases[] = {
        {"* 12 fetch (flags (\\seen $x) UID 3)\r\n", "* 12 FETCH (FLAGS (\\SEEN $X) UID 3)"},
        {"* 1 FETCH (INTERNALDATE \"01-Jul-1996 02:44:25 -0000\" RFC822.SIZE 09)\r\n",
         "* 1 FETCH (INTERNALDATE \" 1-JUL-1996 02:44:25 +0000\" RFC822.SIZE 9)"},
        {"* 1 FETCH (ENVELOPE (\"d\" {1}\r\ns ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL \"r\" "
         "NIL))\r\n",
         "* 1 FETCH (ENVELOPE (\"d\" \"s\" ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL \"r\"))"},
        {"* 1 FETCH (BODYSTRUCTURE ((\"text\" \"plain\" (\"a\" \"b\") NIL NIL \"7bit\" 3 1 \"m\""
         " (\"inline\" NIL) (\"en\" \"de\") \"l\" (1 NIL))"
         "(\"message\" \"rfc822\" NIL NIL NIL \"x\" 4 "
         "(NIL NIL NIL NIL NIL NIL NIL NIL NIL \"i\") (\"a\" \"b\" NIL NIL NIL \"7bit\" 3) 5)"
         " \"mixed\" NIL NIL \"en\"))\r\n",
         "* 1 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"a\" \"b\") NIL NIL \"7BIT\" 3 1 \"m\""
         " (\"inline\")(\"en\" \"de\") \"l\" (1))"
         "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"X\" 4 "
         "(NIL NIL NIL NIL NIL NIL NIL NIL NIL \"i\")(\"A\" \"B\" NIL NIL NIL \"7BIT\" 3) 5)"
         " \"MIXED\" NIL NIL \"en\"))"},
        {"* 1 FETCH (BODY[1.2.HEADER.FIELDS (A \"b\")]<3> {3}\r\nabc BODY[]<0> NIL)\r\n",
         "* 1 FETCH (BODY[1.2.HEADER.FIELDS (\"A\" \"b\")]<3> \"abc\" BODY[])"},
        {"* 3 FETCH (MODSEQ (12) X-GM-LABELS (a \"b\") X-GM-MSGID 1)\r\n",
         "* 3 FETCH (MODSEQ (12) X-GM-LABELS (\"a\" \"b\") X-GM-MSGID 1)"},
        {"* LIST (\\Noselect \\x) \"/\" {3}\r\na b\r\n", "* LIST (\\X) \"/\" \"a b\" \\NOSELECT"},
        {"* LSUB () NIL x\r\n", "* LSUB () NIL \"x\""},
        {"* STATUS x (MESSAGES 3 HIGHESTMODSEQ 4)\r\n",
         "* STATUS \"x\" (MESSAGES 3 HIGHESTMODSEQ 4)"},
        {"* SEARCH 1 2\r\n", "* SEARCH 1 2"},
        {"* SORT 2 1\r\n", "* SORT 2 1"},
        {"* CAPABILITY imap4rev1 AUTH=plain\r\n", "* CAPABILITY IMAP4REV1 AUTH=PLAIN"},
        {"* ENABLED CONDSTORE\r\n", "* ENABLED CONDSTORE"},
        {"* FLAGS (\\Seen x)\r\n", "* FLAGS (\\SEEN X)"},
        {"* 3 EXISTS\r\n", "* 3 EXISTS"},
        {"* 3 RECENT\r\n", "* 3 RECENT"},
        {"* 3 EXPUNGE\r\n", "* 3 EXPUNGE"},
        {"* VANISHED (EARLIER) 1:3,5:5\r\n", "* VANISHED (EARLIER) 1:3,5"},
        {"* ACL x a lrs \"b c\" l\r\n", "* ACL \"x\" \"a\" \"lrs\" \"b c\" \"l\""},
        {"* LISTRIGHTS x a l r s\r\n", "* LISTRIGHTS \"x\" \"a\" \"l\" \"r\" \"s\""},
        {"* MYRIGHTS x lr\r\n", "* MYRIGHTS \"x\" \"lr\""},
        {"* QUOTA \"\" (STORAGE 10 20)\r\n", "* QUOTA \"\" (STORAGE 10 20)"},
        {"* QUOTAROOT INBOX \"\"\r\n", "* QUOTAROOT \"INBOX\" \"\""},
        {"* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n", "* NAMESPACE ((\"\" \"/\")) NIL NIL"},
        {"* ID (\"name\" NIL \"v\" \"1\")\r\n", "* ID (\"name\" NIL \"v\" \"1\")"},
        {"* OK [BADCHARSET (a \"b\")] Text\r\n", "* OK [BADCHARSET (\"a\" \"b\")] Text"},
        {"* NO [PERMANENTFLAGS (\\* a)] x\r\n", "* NO [PERMANENTFLAGS (\\* A)] x"},
        {"* BAD [HIGHESTMODSEQ 3] x\r\n", "* BAD [HIGHESTMODSEQ 3] x"},
        {"* BYE [X-ODD some thing] x\r\n", "* BYE [X-ODD SOME THING] x"},
        {"+ YWJj\r\n", "+ YWJj"},
        {"A1 OK [COPYUID 1 2:3,4:4 5] x\r\n", "A1 OK [COPYUID 1 2:3,4 5] x"},
    };
    struct comparison *comparison = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum verdict verdict = verdict_on(comparison, cases[i].response);
        assert_form(&comparison->ours_form, cases[i].form);
        assert_form(&comparison->theirs_form, cases[i].form);
        assert_int_equal(verdict, VERDICT_ALIKE);
    }
}

static void test_greeting(void **state) {
    static const char greeting[] = "* PREAUTH [ALERT] hello\r\n";
    struct comparison *comparison = *state;
    assert_int_equal(compare(comparison, IMAP_GREETING, greeting, strlen(greeting)), VERDICT_ALIKE);
    assert_form(&comparison->theirs_form, "* PREAUTH [ALERT] hello");
}

/* What one side makes of another response is a difference to the form of this one. */
static void test_planted_difference(void **state) {
    static const char *const others[] = {"* 1 FETCH (UID 8)\r\n", "* 2 FETCH (UID 7)\r\n",
                                         "* 1 FETCH (UID 7 FLAGS ())\r\n", "* SEARCH 1\r\n"};
    struct comparison *comparison = *state;
    struct form form = {0};

    assert_int_equal(verdict_on(comparison, "* 1 FETCH (UID 7)\r\n"), VERDICT_ALIKE);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_true(theirs_read(&comparison->theirs, IMAP_RESPONSE, others[i], strlen(others[i])));
        theirs_write(&comparison->theirs, &form);
        assert_false(form.text.size == comparison->ours_form.text.size &&
                     memcmp(form.text.octets, comparison->ours_form.text.octets, form.text.size) ==
                         0);
    }
    form_free(&form);
}

static void test_both_refuse(void **state) {
    assert_int_equal(verdict_on(*state, "* NONSENSE\r\n"), VERDICT_ALIKE);
    assert_int_equal(verdict_on(*state, "* 1 FETCH (UID\r\n"), VERDICT_ALIKE);
}

static void test_beyond(void **state) {
    assert_int_equal(verdict_on(*state, "* ESEARCH (TAG \"a\") ALL 1\r\n"), VERDICT_BEYOND);
}

/* Our parser has a limit there that libetpan has not. */
static void test_deep_nesting(void **state) {
    enum { DEEP = 200 };
    struct buffer response = {0};
    buffer_format(&response,
                  "* 1 FETCH (BODY (\"a\" \"b\" NIL NIL NIL \"7bit\" 1 NIL NIL NIL NIL ");
    for (int i = 0; i < DEEP; i++) {
        buffer_add(&response, "(", 1);
    }
    buffer_add(&response, "1", 1);
    for (int i = 0; i < DEEP; i++) {
        buffer_add(&response, ")", 1);
    }
    buffer_format(&response, "))\r\n");
    assert_int_equal(compare(*state, IMAP_RESPONSE, response.octets, response.size),
                     VERDICT_BEYOND);
    buffer_free(&response);
}

/* A known difference is one in its shape alone. */
static void test_known(void **state) {
    assert_int_equal(verdict_on(*state, "* STATUS \"x\" ()\r\n"), VERDICT_KNOWN);
    assert_int_equal(verdict_on(*state, "* SEARCH 1 (MODSEQ 2)\r\n"), VERDICT_KNOWN);
    assert_int_equal(verdict_on(*state, "* 4  EXISTS\r\n"), VERDICT_KNOWN);
    assert_int_equal(verdict_on(*state, "* 1 FETCH (UID 0)\r\n"), VERDICT_KNOWN);
}

static void test_differences_are_told_in_full(void **state) {
    const struct known *known;
    (void)state;
    for (size_t i = 0; (known = known_at(i)) != NULL; i++) {
        assert_true(strlen(known->name) > 0 && strlen(known->source) > 0);
        assert_true(strlen(known->sentence) > 0);
        assert_true(known->rule == NULL || strchr(known->rule, '*') ||
                    imap_grammar_rule(imap_grammar_builtin(), known->rule) != 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_forms, setup, teardown),
        cmocka_unit_test_setup_teardown(test_greeting, setup, teardown),
        cmocka_unit_test_setup_teardown(test_planted_difference, setup, teardown),
        cmocka_unit_test_setup_teardown(test_both_refuse, setup, teardown),
        cmocka_unit_test_setup_teardown(test_beyond, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deep_nesting, setup, teardown),
        cmocka_unit_test_setup_teardown(test_known, setup, teardown),
        cmocka_unit_test(test_differences_are_told_in_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
