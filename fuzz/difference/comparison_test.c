#include "comparison.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_KNOWN = 128, FEW = 8 };

/* What libetpan loses by itself is for its own targets. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libetpan";
}

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

/* An input for each known difference. */
#define OCTETS(TEXT) (TEXT), sizeof(TEXT) - 1
static const struct {
    const char *name;
    enum imap_root root;
    const char *octets;
    size_t count;
} cases[] = {
    {"base64-space", IMAP_RESPONSE, OCTETS("+ YWJj \r\n")},
    {"text-space", IMAP_RESPONSE, OCTETS("* OK  x\r\n")},
    {"number64", IMAP_RESPONSE, OCTETS("* 1 FETCH (RFC822.SIZE 4294967297)\r\n")},
    {"number64", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL NIL NIL \"7bit\" 3 NIL NIL NIL NIL "
            "4294967297))\r\n")},
    {"status-mailbox", IMAP_RESPONSE, OCTETS("* STATUS \"x\" (MESSAGES 1)\r\n")},
    {"status-mailbox", IMAP_RESPONSE, OCTETS("* STATUS {1}\r\nx (MESSAGES 1)\r\n")},
    {"code-annotatemore", IMAP_RESPONSE, OCTETS("* NO [ANNOTATEMORE TOOBIG] x\r\n")},
    {"quota-number64", IMAP_RESPONSE, OCTETS("* QUOTA \"\" (STORAGE 4294967297 1)\r\n")},
    {"quota-limit-number64", IMAP_RESPONSE, OCTETS("* QUOTA \"\" (STORAGE 1 4294967297)\r\n")},
    {"acl-empty", IMAP_RESPONSE, OCTETS("* ACL x\r\n")},
    {"search-modseq", IMAP_RESPONSE, OCTETS("* SEARCH 1 (MODSEQ 2)\r\n")},
    {"x-response", IMAP_RESPONSE, OCTETS("* XFOO bar\r\n")},
    {"id-empty", IMAP_RESPONSE, OCTETS("* ID ()\r\n")},
    {"namespace-extension", IMAP_RESPONSE,
     OCTETS("* NAMESPACE ((\"\" \"/\" \"X\" (\"a\"))) NIL NIL\r\n")},
    {"list-flag", IMAP_RESPONSE, OCTETS("* LIST (\\Markedx) \"/\" x\r\n")},
    {"malformed-code", IMAP_RESPONSE, OCTETS("* OK [ALERT]x\r\n")},
    {"malformed-code", IMAP_RESPONSE, OCTETS("* OK [BADCHARSET ( {3}\r\nabc)] x\r\n")},
    {"code-prefix", IMAP_RESPONSE, OCTETS("* OK [ALERTX] x\r\n")},
    {"code-prefix", IMAP_RESPONSE, OCTETS("* OK [NOMODSEQX] x\r\n")},
    {"malformed-code-literal", IMAP_RESPONSE, OCTETS("* OK [BADCHARSET ( {3}\r\n")},
    {"code-literal", IMAP_RESPONSE, OCTETS("* NO [BADCHARSET ({1}\r\na b] x\r\n")},
    {"code-literal", IMAP_GREETING, OCTETS("* PREAUTH [BADCHARSET ({1}\r\na b] x\r\n")},
    {"quoted-backslash", IMAP_RESPONSE, OCTETS("* LIST () \"/\" \"a\\b\"\r\n")},
    {"date-time", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (INTERNALDATE \"1-Jul-1996 02:44:25 -0700\")\r\n")},
    {"space-extra", IMAP_GREETING, OCTETS(" * OK x\r\n")},
    {"flag-prefix", IMAP_RESPONSE, OCTETS("* FLAGS (\\Seenx)\r\n")},
    {"flag-prefix", IMAP_RESPONSE, OCTETS("* 1 FETCH (FLAGS (\\Recentx))\r\n")},
    {"flag-prefix", IMAP_RESPONSE, OCTETS("* OK [PERMANENTFLAGS (\\Draftx)] x\r\n")},
    {"number-over", IMAP_RESPONSE, OCTETS("* 4294967297 EXISTS\r\n")},
    {"number-negative", IMAP_RESPONSE, OCTETS("* 1 FETCH (UID -1)\r\n")},
    {"number-negative", IMAP_RESPONSE, OCTETS("* VANISHED -1\r\n")},
    {"number-negative", IMAP_RESPONSE, OCTETS("* SEARCH -1\r\n")},
    {"literal-negative", IMAP_RESPONSE, OCTETS("* LIST () \"/\" {-9}\r\n\r\n\r\n")},
    {"status-words", IMAP_RESPONSE, OCTETS("* STATUS a b (MESSAGES 1)\r\n")},
    {"text-lines", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"text\" \"plain\" NIL NIL NIL \"7bit\" 3))\r\n")},
    {"text-lines", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 NIL))\r\n")},
    {"number-zero", IMAP_RESPONSE, OCTETS("* 0 FETCH (UID 1)\r\n")},
    {"number-zero", IMAP_RESPONSE, OCTETS("* 00 FETCH (UID 1)\r\n")},
    {"number-zero", IMAP_RESPONSE, OCTETS("* 1 FETCH (UID 0)\r\n")},
    {"number-zero", IMAP_RESPONSE, OCTETS("* 1 FETCH (UID 00)\r\n")},
    {"number-zero", IMAP_RESPONSE, OCTETS("* 1 FETCH (BODY[0] NIL)\r\n")},
    {"number-zero", IMAP_RESPONSE, OCTETS("* 1 FETCH (BODY[1.0] NIL)\r\n")},
    {"space-extra", IMAP_RESPONSE, OCTETS("* 1 FETCH (BODY[1 .1] NIL)\r\n")},
    {"space-extra", IMAP_RESPONSE, OCTETS("* 1 FETCH (BODY[]< 1> NIL)\r\n")},
    {"capability-rev1", IMAP_RESPONSE, OCTETS("* CAPABILITY IDLE\r\n")},
    {"nul", IMAP_RESPONSE, OCTETS("* LIST () \"/\" \"a\000b\"\r\n")},
    {"quoted-line", IMAP_RESPONSE, OCTETS("* LIST () \"/\" \"a\nb\"\r\n")},
    {"envelope-short", IMAP_RESPONSE, OCTETS("* 1 FETCH (ENVELOPE (\"d\" \"s\" NIL))\r\n")},
    {"envelope-short", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (ENVELOPE (\"d\" \"s\" NIL NIL NIL NIL NIL NIL \"r\"))\r\n")},
    {"envelope-short", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (ENVELOPE (\"d\" \"s\" ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL "
            "\"r\"))\r\n")},
    {"body-encoding", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL NIL NIL 7bit 3))\r\n")},
    {"body-lines", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL NIL NIL \"7bit\" 3 4))\r\n")},
    {"media-subtype", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" (\"b\" \"c\") NIL NIL \"7bit\" 3))\r\n")},
    {"media-subtype", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"mixed\" (\"b\" \"c\") NIL NIL \"7bit\" 3 (\"a\")))\r\n")},
    {"delivery-status", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"message\" \"delivery-status\" NIL NIL NIL \"7bit\" 3 (NIL NIL "
            "NIL NIL NIL NIL NIL NIL NIL NIL) (\"a\" \"b\" NIL NIL NIL \"7bit\" 3) 4))\r\n")},
    {"address-qq", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (ENVELOPE (NIL NIL ((NIL NIL \"a\" \"qq.com\\\"\")) NIL NIL NIL NIL NIL "
            "NIL NIL))\r\n")},
    {"body-disposition", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL NIL NIL \"7bit\" 3 NIL \"inline\" NIL))\r\n")},
    {"body-disposition", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL NIL NIL \"7bit\" 3 NIL \"inline\" (\"a\" "
            "\"b)\")))\r\n")},
    {"string-atom", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" (a \"b\") NIL NIL \"7bit\" 3))\r\n")},
    {"parameters-odd", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" (\"a\") NIL NIL \"7bit\" 3))\r\n")},
    {"octets-nil", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL NIL NIL \"7bit\" NIL))\r\n")},
    {"message-empty", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 3 (NIL NIL NIL NIL "
            "NIL NIL NIL NIL NIL NIL) () 4))\r\n")},
    {"literal-length", IMAP_RESPONSE,
     OCTETS("* LIST () \"/\" {18446744073709551617}\r\nx\r\n\r\n")},
    {"space-missing", IMAP_RESPONSE, OCTETS("* QUOTA a (b 8 1c 1 1)\r\n")},
    {"nil-string", IMAP_RESPONSE, OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL NIL NIL NIL 3))\r\n")},
    {"nil-string", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (NIL \"b\" NIL NIL NIL \"7bit\" 3))\r\n")},
    {"media-subtype", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"TEXT\" NIL \"a\" NIL NIL \"7bit\" 1))\r\n")},
    {"nil-string", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" (\"c\" NIL) NIL NIL \"7bit\" 3))\r\n")},
    {"list-empty", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" () NIL NIL \"7bit\" 3))\r\n")},
    {"list-empty", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (ENVELOPE (NIL NIL () NIL NIL NIL NIL NIL NIL NIL))\r\n")},
    {"malformed-code", IMAP_RESPONSE, OCTETS("* OK [ALERT]\r\n")},
    {"plus-bare", IMAP_RESPONSE, OCTETS("+\r\n")},
    {"plus-bare", IMAP_RESPONSE, OCTETS("+)\r\n")},
    {"code-bracket", IMAP_RESPONSE, OCTETS("* OK [NOUPDATE \"a]b\"] x\r\n")},
    {"envelope-lists", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL ((NIL NIL \"a\" \"b)\")) NIL "
            "NIL))\r\n")},
    {"number-zero", IMAP_RESPONSE, OCTETS("* SORT 0 1\r\n")},
    {"rights", IMAP_RESPONSE, OCTETS("* ACL a a a=2\r\n")},
    {"envelope-short", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL \"a\" \"b\"))\r\n")},
    {"message-short", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"x\" 1 NIL))\r\n")},
    {"body-id", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL NNIL NIL \"7bit\" 3))\r\n")},
    {"body-id", IMAP_RESPONSE, OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL N NIL \"7bit\" 3))\r\n")},
    {"code-literal", IMAP_RESPONSE, OCTETS("* BYE [BADCHARSET (\"Y\r\")] x\r\n")},
    {"list-flag", IMAP_RESPONSE, OCTETS("* LIST (\\Noinferiorsx) NIL x\r\n")},
    {"space-missing", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (INTERNALDATE \"01-Jan-1970 00:00:00 -0000\"UID 1)\r\n")},
    {"envelope-long", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL \"b\"\"c\"))\r\n")},
    {"string-atom", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" (\377 \"b\") NIL NIL \"7bit\" 3))\r\n")},
    {"capability-auth", IMAP_RESPONSE, OCTETS("* CAPABILITY IMAP4rev1 AUTH= IDLE\r\n")},
    {"list-slash", IMAP_RESPONSE, OCTETS("* LIST (/Marked) NIL x\r\n")},
    {"flag-star", IMAP_RESPONSE, OCTETS("* LIST (\\*) NIL x\r\n")},
    {"literal-negative", IMAP_RESPONSE, OCTETS("* LIST () \"/\" {--9}\r\n\r\n\r\n")},
    {"envelope-long", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (ENVELOPE (\"d\" \"s\" NIL NIL NIL NIL NIL NIL NIL \"m\" \"x\"))\r\n")},
    {"rights", IMAP_RESPONSE, OCTETS("* MYRIGHTS INBOX ]rS\r\n")},
    {"body-space", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY ( \"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 12 1))\r\n")},
    {"parameters-odd", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"message\" \"global\" (\"\") NIL NIL \"7bit\" 1))\r\n")},
    {"namespace-after", IMAP_RESPONSE,
     OCTETS("* NAMESPACE ((\"\" \"/\") \"a\" (\"b\")) NIL NIL\r\n")},
    {"rights", IMAP_RESPONSE, OCTETS("* MYRIGHTS INBOX [l\r\n")},
    {"namespace-delimiter", IMAP_RESPONSE, OCTETS("* NAMESPACE ((\"INBOX.\" \"\")) NIL NIL\r\n")},
    {"number-zero", IMAP_RESPONSE, OCTETS("* 1 FETCH (MODSEQ (0))\r\n")},
    {"number-zero", IMAP_RESPONSE, OCTETS("*  0 FETCH (UID 1)\r\n")},
    {"string-atom", IMAP_RESPONSE,
     OCTETS("* 1 FETCH (BODY (\"a\" \"b\" (] \"b\") NIL NIL \"7bit\" 3))\r\n")},
    {"atom-string", IMAP_RESPONSE, OCTETS("* FLAGS ({-1}\r\na)\r\n\r\n")},
    {"atom-string", IMAP_RESPONSE, OCTETS("* FLAGS (\"a b\" {1}\r\n))\r\n\r\n")},
    {"body-id", IMAP_RESPONSE, OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL NO NIL \"7bit\" 3))\r\n")},
    {"flag-star", IMAP_RESPONSE, OCTETS("* FLAGS (\\*)\r\n")},
    {"atom-8bit", IMAP_RESPONSE, OCTETS("* LIST () \"/\" \377\r\n")},
    {"atom-8bit", IMAP_RESPONSE, OCTETS("\336a OK x\r\n")},
    {"rights", IMAP_RESPONSE, OCTETS("* MYRIGHTS x \"\\\"\"\r\n")},
    {"rights", IMAP_RESPONSE, OCTETS("* MYRIGHTS x \"(\"\r\n")},
    {"atom-8bit", IMAP_RESPONSE, OCTETS("* FLAGS (\177)\r\n")},
    {"tab", IMAP_RESPONSE, OCTETS("* 1\tEXISTS\r\n")},
    {"rights", IMAP_RESPONSE, OCTETS("* LISTRIGHTS x a +\r\n")},
    {"body-id", IMAP_RESPONSE, OCTETS("* 1 FETCH (BODY (\"a\" \"b\" NIL x NIL \"7bit\" 3))\r\n")},
    {"gm-label", IMAP_RESPONSE, OCTETS("* 1 FETCH (X-GM-LABELS (\\Inbox))\r\n")},
    {"tagged-end", IMAP_RESPONSE, OCTETS("a OK x\rb\n")},
    {"literal-header", IMAP_RESPONSE, OCTETS("* 1 FETCH (BODY[] {1}x)\r\n\r\n")},
    {"literal-header", IMAP_RESPONSE, OCTETS("* 1 FETCH (BODY[] {2}\rx)\r\n\r\n")},
    {"capability-empty", IMAP_RESPONSE, OCTETS("* CAPABILITY\r\n")},
    {"capability-empty", IMAP_RESPONSE, OCTETS("* CAPABILITY \r\n")},
};

/* Each is known, and new if it isn't known. */
static void test_known(void **state) {
    struct comparison *comparison = *state;
    struct knowledge *knowledge = &comparison->knowledge;
    bool seen[MOST_KNOWN] = {false};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        knowledge->without = NULL;
        enum verdict verdict = compare(comparison, cases[i].root, cases[i].octets, cases[i].count);
        if (verdict != VERDICT_KNOWN || knowledge->count == 0 || knowledge->count > FEW ||
            strcmp(knowledge->met[0]->name, cases[i].name) != 0) {
            fail_msg("not known as %s: %s", cases[i].name, cases[i].octets);
        }
        knowledge->without = knowledge->met[0];
        seen[knowledge->without - known_at(0)] = true;
        if (compare(comparison, cases[i].root, cases[i].octets, cases[i].count) != VERDICT_NEW) {
            fail_msg("not new without %s: %s", cases[i].name, cases[i].octets);
        }
    }
    for (size_t i = 0; known_at(i) != NULL; i++) {
        if (!seen[i]) {
            fail_msg("not seen: %s of %s", known_at(i)->name, known_at(i)->rule);
        }
    }
}

/* What is new doesn't hide behind what is known. */
static void test_new_beside_known(void **state) {
    static const char *const responses[] = {
        "* 1 FETCH (FLAGS (\\Seenx) RFC822.SIZE 4294967297)\r\n",
        "* 1 FETCH (RFC822.SIZE 4294967297 FLAGS (\\Seenx))\r\n",
        "* 1 FETCH (X-GM-LABELS (\\Inbox) RFC822.SIZE 4294967297)\r\n",
        "* 1 FETCH (UID 0 RFC822.SIZE 4294967297)\r\n",
        "* 1\tFETCH (RFC822.SIZE 4294967297)\r\n",
        "* 1 FETCH (ENVELOPE (\"d\" \"s\" NIL) RFC822.SIZE 4294967297)\r\n",
    };
    struct comparison *comparison = *state;

    for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
        comparison->knowledge.without = NULL;
        assert_int_equal(verdict_on(comparison, responses[i]), VERDICT_KNOWN);
        comparison->knowledge.without = known_called("number64");
        assert_int_equal(verdict_on(comparison, responses[i]), VERDICT_NEW);
    }
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
        cmocka_unit_test_setup_teardown(test_new_beside_known, setup, teardown),
        cmocka_unit_test(test_differences_are_told_in_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
