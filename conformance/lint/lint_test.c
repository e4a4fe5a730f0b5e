#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lint.h"

static bool lint_all(struct lint *lint, const char *text, size_t size, bool is_dialog) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct imap_extensions extensions;

    imap_extensions_of_dialect(grammar, "all", &extensions);
    return lint_text(lint, grammar, &extensions, &(struct tolerance){0}, (const uint8_t *)text,
                     size, is_dialog);
}

/* Every remark on the text as `line:index hint`, warnings with a "?" before them. */
static char *remarks_on(const char *text, size_t size, bool is_dialog, unsigned *not_judged) {
    struct lint lint;
    char *list = NULL;
    size_t list_size;
    FILE *stream = open_memstream(&list, &list_size);

    assert_non_null(stream);
    assert_true(lint_all(&lint, text, size, is_dialog));
    for (size_t i = 0; i < lint.remark_count; i++) {
        const struct remark *remark = &lint.remarks[i];
        fprintf(stream, "%s%u:%zu %s\n", remark->severity == LINT_WARNING ? "?" : "",
                remark->row->line, remark->at, remark->hint);
    }
    *not_judged = lint.not_judged;
    assert_int_equal(lint.refused + lint.warnings, lint.remark_count);
    lint_free(&lint);
    fclose(stream);
    return list;
}

static void assert_remarks(const char *text, const char *expected) {
    unsigned not_judged;
    char *list = remarks_on(text, strlen(text), false, &not_judged);

    assert_string_equal(list, expected);
    free(list);
}

static void assert_not_judged(const char *text, unsigned expected) {
    unsigned not_judged;
    char *list = remarks_on(text, strlen(text), false, &not_judged);

    assert_string_equal(list, "");
    assert_int_equal(not_judged, expected);
    free(list);
}

/* ---- misprints ----------------------------------------------------------------------------- */

static void finds_letters_that_only_look_like_the_marker(void **state) {
    (void)state;
    assert_remarks("С: b1 NOOP\nS: b1 OK done\n",
                   "1:0 U+0421 CYRILLIC CAPITAL LETTER ES looks like C\n");
    assert_remarks("C: b1 NOOP\nЅ: b1 OK done\n",
                   "2:0 U+0405 CYRILLIC CAPITAL LETTER DZE looks like S\n");
}

static void finds_look_alikes_in_tags_and_goes_on(void **state) {
    (void)state;
    assert_remarks("C: А017 STORE 5 +FLAGS (\\Seen)\nS: А017 OK done\n",
                   "1:3 U+0410 CYRILLIC CAPITAL LETTER A looks like A\n"
                   "2:3 U+0410 CYRILLIC CAPITAL LETTER A looks like A\n");
    assert_remarks("С: ВОЗ SEARCH SINCE l-Jan-2001\n",
                   "1:0 U+0421 CYRILLIC CAPITAL LETTER ES looks like C\n"
                   "1:4 U+0412 CYRILLIC CAPITAL LETTER VE looks like B, "
                   "U+041E CYRILLIC CAPITAL LETTER O looks like O, "
                   "U+0417 CYRILLIC CAPITAL LETTER ZE looks like 3\n"
                   "?1:4 B03 meant?\n"
                   "1:24 the letter l looks like the digit 1: "
                   "`BO3 SEARCH SINCE 1-Jan-2001`\n");
}

static void finds_markers_without_their_colon(void **state) {
    (void)state;
    assert_remarks("  C b7 EXAMINE folder\n  S * 3 EXISTS\n  S b7 OK done\n",
                   "1:3 `C:` is meant?\n"
                   "2:3 `S:` is meant?\n"
                   "3:3 `S:` is meant?\n");
    assert_remarks("C : b7 NOOP\nS: b7 OK done\n", "1:1 `C:` is meant?\n");
    assert_remarks("C b7 is a chess square, S a b c is none\n", "");
    assert_remarks("C b7 a1b c\nS b7 okay\nC abcdefghijkl7 NOOP\nC NOOP\nS*\n", "");
}

static void finds_two_markers_in_one_line(void **state) {
    (void)state;
    assert_remarks("C: b8 APPEND box {5}\nC: Yes\nC: S b8 OK done\n",
                   "3:3 a line end is missing before it?\n"
                   "3:4 `S:` is meant?\n");
}

static void finds_spaces_too_many_and_too_few(void **state) {
    (void)state;
    assert_remarks("S: *7 EXPUNGE\n", "1:4 a space is missing: `* 7 EXPUNGE`\n");
    assert_remarks("S: * LIST (\\Marked ) \"/\" box\n",
                   "1:19 there is a space too many: `* LIST (\\Marked) \"/\" box`\n");
    assert_remarks("S: * LIST (XNoselect ) \"/\" box\n",
                   "1:11 a backslash became an X: `* LIST (\\Noselect ) \"/\" box`\n"
                   "1:21 there is a space too many: "
                   "`* LIST (\\Noselect) \"/\" box`\n");
    assert_remarks("S: * STATUS box (UNSEEN 1) '\n", "1:26 the line is complete without the rest: "
                                                     "`* STATUS box (UNSEEN 1)`\n");
}

static void finds_missing_parentheses(void **state) {
    (void)state;
    assert_remarks("S: * 9 FETCH FLAGS (\\Draft)\n",
                   "1:13 the parentheses are missing: `* 9 FETCH (FLAGS (\\Draft))`\n");
    assert_remarks("S: * 9 FETCH (FLAGS (\\Draft)\n", "1:28 a closing parenthesis is missing: "
                                                      "`* 9 FETCH (FLAGS (\\Draft))`\n");
}

static void finds_a_missing_condition(void **state) {
    (void)state;
    assert_remarks("C: b9 CHECK\nS: b9 CHECK done\n",
                   "2:6 the OK, NO or BAD is missing: `b9 OK CHECK done`\n");
}

static void guesses_nothing_far_fetched(void **state) {
    (void)state;
    assert_remarks("S: * WIBBLE \"\" (STORAGE 10 512)\n", "1:5 `WIBBLE` is not known here\n");
    assert_remarks("C: b1 AUTHENTICATE PLAIN YWJjZGV\n", "1:32 \n");
    assert_remarks("C: b1 TWIDDLE box jane lr\n", "1:7 `TWIDDLE` is not known here\n");
}

/* ---- literals ------------------------------------------------------------------------------ */

static void counts_literals(void **state) {
    (void)state;
    assert_remarks("C: c1 APPEND box {11}\nS: + go on\nC: Yes, please\nS: c1 OK done\n", "");
    assert_remarks("C: c1 APPEND box {14}\nC: Yes, please\nC:\nS: c1 OK done\n",
                   "1:17 with one CRLF for each line: {13}\n");
    assert_remarks("S: * 1 FETCH (BODY[] {8}\nS: a: b\nS:\nS:  UID 7)\n", "");
    assert_remarks("S: * 1 FETCH (BODY[] {99}\nS: a: b\nS:\nS: )\nS: c2 OK done\n",
                   "1:21 with one CRLF for each line: {8}\n");
    assert_remarks("S: * 1 FETCH (BODY[] (6)\nS: a: b\nS: )\n",
                   "1:21 a literal's count stands in braces: `* 1 FETCH (BODY[] {6}`\n");
    assert_remarks("C: c3 LOGIN {3}\nS: + more\nC: ann {3}\nS: + more\nC: key\nS: c3 OK in\n", "");
}

static void counts_octets_of_literals(void **state) {
    (void)state;
    assert_remarks("C: c1 APPEND box {6}\nC: Три\nS: c1 OK done\n", "");
    assert_remarks("C: c1 APPEND box {3}\nC: Три\nS: c1 OK done\n",
                   "1:17 with one CRLF for each line: {6}\n");
}

static void takes_literals_that_are_refused_or_left_out(void **state) {
    (void)state;
    assert_remarks("C: c1 APPEND box {9999}\nS: c1 NO too large\nC: c2 NOOP\nS: c2 OK done\n", "");
    assert_remarks("S: * 1 FETCH (BODY[] {9999}\nS: ...\nS: )\nS: c1 OK done\n", "");
    assert_remarks("C: c1 APPEND box {9999}\n", "");
    assert_remarks("S: * 1 FETCH (BODY[] {6}\nS: half\n", "");
    assert_remarks("C: c1 APPEND box (Seen) {5}\nC: Yes\nS: c1 OK done\n", "?1:18 \\Seen meant?\n");
    assert_remarks("C: c1 APPEND box {99}\nC: half\n     ...\nC: of it\nS: c1 OK done\n", "");
    assert_remarks("C: c1 APPEND box {99}\nC: half\n     <more>\nC:\nS: c1 OK done\n", "");
}

static void takes_the_next_literals_of_a_miscounted_command(void **state) {
    (void)state;
    assert_remarks("C: c1 APPEND box {9}\nS: + go on\nC: Yes\nS: + go on\nC: (no command)\n"
                   "C: nor this\nS: c1 OK done\nC: c2 FROB\n",
                   "1:17 with one CRLF for each line: {3}\n8:7 `FROB` is not known here\n");
    assert_remarks("C: c1 APPEND box {9}\nC: Yes\nS: c1 OK done\nC: c2 FROB\n",
                   "1:17 with one CRLF for each line: {3}\n4:7 `FROB` is not known here\n");
    assert_remarks("C: c1 APPEND box {7+}\nC: Yes, no\nS: c1 OK done\n", "");
    assert_remarks("C: c1 LOGIN {9}\nS: + go on\nC: smith\nC:  {6}\nS: + go on\nC: sesame\n"
                   "S: c1 OK done\nC: c2 FROB\n",
                   "1:12 with one CRLF for each line: {7}\n8:7 `FROB` is not known here\n");
    assert_remarks("S: * 1 FROB (X {3}\nS: ((( {4}\nS: ((((\nS: c1 OK done\nS: *1 EXISTS\n",
                   "1:8 `FROB` is not known here\n5:4 a space is missing: `* 1 EXISTS`\n");
}

static void takes_literals_without_markers(void **state) {
    (void)state;
    assert_remarks("   S: * 1 FETCH (BODY[] {8}\n      a: b\n\n   S: )\n   S: c1 OK done\n", "");
    assert_remarks("S: * 1 FETCH (BODY[] {4}\nmore\n)\nS: c1 OK done\n", "");
    assert_remarks("S: * 1 FETCH (BODY[] {3}\nmore\n)\nS: c1 OK done\n",
                   "1:21 with one CRLF for each line: {6}\n");
}

static void leaves_the_lines_of_a_refused_command_alone(void **state) {
    (void)state;
    assert_remarks("C: c1 FROB box {2}\nS: + go on\nC: ))\nC: ((\nS: c1 OK done\nC: c2 FROB\n",
                   "1:7 `FROB` is not known here\n6:7 `FROB` is not known here\n");
}

/* ---- layout -------------------------------------------------------------------------------- */

static void reads_labels_folds_and_page_breaks(void **state) {
    (void)state;
    assert_remarks("   Example:    C: d1 CAPABILITY\n"
                   "               S: * CAPABILITY AUTH=PLAIN\n"
                   "\n"
                   "\n"
                   "Doe            Some Track                    [Page 28]\n"
                   "\f\n"
                   "RFC 9999                Title                May 1999\n"
                   "\n"
                   "                  IMAP4rev1\n"
                   "               S: d1 OK done\n",
                   "");
    assert_remarks("S: * 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL\n"
                   "   ((NIL NIL \"a\" \"b\")\n"
                   "   (NIL NIL \"c\" \"d\")) NIL NIL NIL NIL))\n",
                   "");
    assert_remarks("S: * OK [PERMANENTFLAGS (\\Seen\n    \\Draft)] few\n", "");
    assert_remarks("C: d2 AUTHENTICATE X\nS: +\nC: YWJj\n   YWJj\n   YWJj\nS: d2 OK in\n", "");
    assert_remarks("S: * 1 FETCH (FLAGS (\\Seen)\n   INTERNALDATE yesterday)\n",
                   "2:16 `yesterday` is not known here\n");
}

static void reads_folds_of_lines_that_are_complete(void **state) {
    (void)state;
    assert_remarks("C: d3 SEARCH UNSEEN\n"
                   "       NOT DELETED\n"
                   "       FROM (smith\n"
                   "S: d3 OK done\n",
                   "?3:7 \n");
    assert_remarks("C: d4 SEARCH UNSEEN\n"
                   "   NOT DELETED FRM\n"
                   "S: d4 OK done\n",
                   "2:17 `FRM` is not known here\n");
    assert_remarks("S: * 1 FETCH (FLAGS (\\Seen))\n"
                   "   UID 7)\n"
                   "  C: d5 NOOP\n"
                   "This is for the server to wait.\n"
                   "S: * 1 FETCH (FLAGS (\\Seen))\n"
                   "   (A note,\n"
                   "   and more of it.)\n",
                   "?2:3 \n");
    assert_remarks("S: * OK [PERMANENTFLAGS (\\Seen\n   \\Draft)]\n",
                   "?1:8 a space and text must follow the bracket\n");
}

static void takes_no_prose_for_a_fold(void **state) {
    (void)state;
    assert_remarks("S: * CAPABILITY AUTH=PLAIN\n"
                   "\n"
                   "   LOGINDISABLED may follow.\n",
                   "1:26 \n");
}

static void reads_any_line_end_and_connection(void **state) {
    (void)state;
    assert_remarks("\xEF\xBB\xBF"
                   "C1: e1 NOOP\r\nS1: e1 OK done\r\nC2: e2 NOOP\r\nS2: *1 EXISTS",
                   "4:5 a space is missing: `* 1 EXISTS`\n");
}

static void knows_the_state(void **state) {
    (void)state;
    assert_remarks("S: * PREAUTH hello\nC: f1 NOOP\nS: * PREAUTH hello\n",
                   "3:5 `PREAUTH` is not known here\n");
    assert_remarks("C: f1 AUTHENTICATE X\nS: +\nC: YWJj\nS: f1 OK in\nC: YWJj\n", "5:7 \n");
    assert_remarks("C: f1 AUTHENTICATE X\nS: + YWJj\nC: YW!j\n", "3:5 \n");
    assert_remarks("C: f1 IDLE\nS: + idling\nC: DONE\nS: f1 OK done\n", "");
    assert_remarks("C: f1 NOOP\nS: f1 OK\n   \nC: DONE\n",
                   "2:8 a space is missing: `f1 OK `\n4:7 \n");
}

static void leaves_out_what_the_text_leaves_out(void **state) {
    (void)state;
    assert_remarks("S: * 2 FETCH ....\nS: * 3 FETCH (UID 14 ...\nS: * 4 FETCH (FLAGS\n", "3:19 \n");
    assert_remarks("S: * 2 FETCH (FLAGS (\\Seen) [...])\nS: * SEARCH 2 3 [...]\n"
                   "S: * 2 FETCH (FLAGS [\\Seen])\n",
                   "3:20 \n");
    assert_remarks("S: *2 FETCH ....\n", "1:4 a space is missing: `* 2 FETCH ....`\n");
    assert_not_judged("C: ...a very long line...\nS: (and so on)\nS: <base64>\n", 3);
    assert_not_judged("S: +OK ready\nC: USER ann\nS: +OK\n", 3);
    assert_not_judged("C: g1 FROB {7}\nS: g1 BAD no such command\n", 1);
    assert_remarks("C: g1 FROB\nS: g1 NO\nS: g1 BAD no\n",
                   "1:7 `FROB` is not known here\n2:8 a space is missing: `g1 NO `\n?3:3 \n");
    assert_remarks("S: * LIST () \"/\" a/b   <=== like this\n"
                   "S: * LIST () \"/\" a/b  // like this\n"
                   "S: * LIST () \"/\" a/b ; like this\n"
                   "C: g1 SEARCH UNSEEN  <=== like this\n",
                   "");
    assert_remarks("S: * LIST () \"/\" a/b  / no note\n", "1:21 \n");
    assert_remarks("C: g1 AUTHENTICATE X\nS: + \nC: YWJj<more>\nS: g1 OK in\n", "");
    assert_remarks("C: g1 FETCH 2 UID<0.10>\n", "1:17 \n");
}

/* ---- warnings ------------------------------------------------------------------------------ */

static void warns_of_codes_that_nobody_knows(void **state) {
    (void)state;
    assert_remarks("S: * OK [PERMANENT FLAGS (\\Seen)] few\n", "?1:9 PERMANENTFLAGS meant?\n");
    assert_remarks("S: * OK [UIDVALDITY 7] few\nS: * OK [UIDVALIDITYX 7] few\n"
                   "S: * OK [TRYCREATED] few\n",
                   "?1:9 UIDVALIDITY meant?\n"
                   "?2:9 UIDVALIDITY meant?\n"
                   "?3:9 TRYCREATE meant?\n");
    assert_remarks("S: * OK [HIGHESTMODSEQ 7] few\nS: * OK [X-OWN 7] few\n", "");
    assert_remarks("S: * OK [UIDNEXT 9]\n", "?1:8 a space and text must follow the bracket\n");
}

static void warns_of_keywords_like_flags(void **state) {
    (void)state;
    assert_remarks("S: * FLAGS (Seen \\Draft Junk)\n", "?1:12 \\Seen meant?\n");
    assert_remarks("S: * 1 FETCH (FLAGS (deleted))\nS: * OK [PERMANENTFLAGS (Flagged)] few\n"
                   "C: h1 STORE 1 FLAGS (Answered)\n",
                   "?1:21 \\Deleted meant?\n?2:25 \\Flagged meant?\n?3:21 \\Answered meant?\n");
}

static void warns_of_tags_of_no_command(void **state) {
    (void)state;
    assert_remarks("C: h1 NOOP\nS: h2 OK done\n", "?2:3 \n");
    assert_remarks("C: h1 NOOP\nS: h1 OK done\n\nProse.\n\nS: h2 OK done\n", "");
    assert_remarks("C: h1 NOOP\n(Time passes.)\nS: h2 OK done\n", "");
    assert_remarks("C: h1 NOOP\nS: * BYE now\n...\nS: h2 OK done\n", "");
    assert_remarks("C: h1 NOOP\nS: h1 OK done\nS: h1 OK done\n", "?3:3 \n");
    assert_remarks("C: h1 NOOP\nS: h1 OK this text is\n   too long\nS: h2 OK done\n", "?4:3 \n");
}

static void warns_of_tags_with_letters_for_digits(void **state) {
    (void)state;
    assert_remarks("C: bOOl NOOP\nS: bOOl OK done\n", "?1:3 b001 meant?\n");
    assert_remarks("C: БО NOOP\nC: bO7 NOOP\nC: ool NOOP\nC: tall NOOP\nC: b01 NOOP\n",
                   "1:3 \n?2:3 b07 meant?\n");
}

static void dialogs_have_their_own_lines(void **state) {
    static const char text[] = "# C: no line\nC: i1 APPEND box {}\nC: any\nC:\nS: i1 OK done\n"
                               "!wait 1s\nC-: i2 ${x:tag}\nS?: *1 EXISTS\nS: i2 OK ${:text}\n"
                               "S: i2 OK done\nC: i3 LOGIN {#x}\nC: ${x} y\nS: i3 OK in\n";
    unsigned not_judged;

    (void)state;
    char *list = remarks_on(text, strlen(text), true, &not_judged);
    assert_string_equal(list, "8:5 a space is missing: `* 1 EXISTS`\n");
    assert_int_equal(not_judged, 3);
    free(list);
}

/* ---- arbitrary input ----------------------------------------------------------------------- */

/* Whatever the octets are, a lint ends. The texts are made of pieces that mean something. */
static void survives_any_octets(void **state) {
    static const char *const pieces[] = {
        "C: ",  "S: ",     "\n",       "* ", "{3}", "{99999999999999999999}", "{}",  "\r",  "\xD0",
        "С: ",  "FETCH ",  "(BODY[] ", ")",  "+ ",  "a1 APPEND x ",           "OK ", "...", "\0",
        "NIL ", "[UNSEEN", "] \"\\",   "1 ", "\f",  "a1 AUTHENTICATE X",      "<",   "  "};
    uint32_t random = 1;

    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        char text[512];
        size_t size = 0;
        for (unsigned i = 0; i < 40; i++) {
            random = random * 1664525 + 1013904223;
            const char *piece = pieces[(random >> 16) % (sizeof pieces / sizeof *pieces)];
            size_t length = *piece == '\0' ? 1 : strlen(piece);
            if (size + length <= sizeof text) {
                memcpy(text + size, piece, length);
                size += length;
            }
        }
        unsigned not_judged;
        char *exact = malloc(size);
        memcpy(exact, text, size);
        free(remarks_on(exact, size, round % 2 == 0, &not_judged));
        free(exact);
    }
}

static void names_the_rule_and_what_it_expected(void **state) {
    static const char text[] = "S: * 1 FETCH (INTERNALDATE now)\n";
    struct lint lint;

    (void)state;
    assert_true(lint_all(&lint, text, sizeof text - 1, false));
    assert_int_equal(lint.remark_count, 1);
    assert_string_equal(lint.remarks[0].rule, "date-time");
    assert_string_equal(lint.remarks[0].sentence, "expected DQUOTE, got \"n\"");
    lint_free(&lint);
}

static void gives_up_after_too_many_remarks(void **state) {
    static const char line[] = "S: *1 EXISTS\n";
    size_t size = sizeof line - 1, count = LINT_MAXIMUM + 100;
    char *text = malloc(size * count);
    struct lint lint;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * size, line, size);
    }
    assert_true(lint_all(&lint, text, size * count, false));
    assert_int_equal(lint.remark_count, LINT_MAXIMUM);
    lint_free(&lint);
    free(text);
}

static void writes_a_remark_with_its_caret(void **state) {
    static const char text[] = "   С: b1 NOOP\n";
    struct lint lint;
    char *written = NULL;
    size_t size;
    FILE *stream = open_memstream(&written, &size);

    (void)state;
    assert_true(lint_all(&lint, text, sizeof text - 1, false));
    lint_remark(&lint, LINT_WARNING, lint.remarks[0].row, 6, "tag", "just so", "");
    lint_write(stream, "x.txt", &lint.remarks[0]);
    lint_write(stream, "x.txt", &lint.remarks[1]);
    fclose(stream);
    assert_string_equal(written,
                        "x.txt:1:4: marker: a letter that only looks like the C of a marker\n"
                        "    С: b1 NOOP\n"
                        "    ^\n"
                        "  hint: U+0421 CYRILLIC CAPITAL LETTER ES looks like C\n"
                        "x.txt:1:6: warning: tag: just so\n"
                        "    С: b1 NOOP\n"
                        "      ^\n");
    lint_free(&lint);
    free(written);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_letters_that_only_look_like_the_marker),
        cmocka_unit_test(finds_look_alikes_in_tags_and_goes_on),
        cmocka_unit_test(finds_markers_without_their_colon),
        cmocka_unit_test(finds_two_markers_in_one_line),
        cmocka_unit_test(finds_spaces_too_many_and_too_few),
        cmocka_unit_test(finds_missing_parentheses),
        cmocka_unit_test(finds_a_missing_condition),
        cmocka_unit_test(guesses_nothing_far_fetched),
        cmocka_unit_test(counts_literals),
        cmocka_unit_test(counts_octets_of_literals),
        cmocka_unit_test(takes_literals_that_are_refused_or_left_out),
        cmocka_unit_test(takes_the_next_literals_of_a_miscounted_command),
        cmocka_unit_test(takes_literals_without_markers),
        cmocka_unit_test(leaves_the_lines_of_a_refused_command_alone),
        cmocka_unit_test(reads_labels_folds_and_page_breaks),
        cmocka_unit_test(reads_folds_of_lines_that_are_complete),
        cmocka_unit_test(takes_no_prose_for_a_fold),
        cmocka_unit_test(reads_any_line_end_and_connection),
        cmocka_unit_test(knows_the_state),
        cmocka_unit_test(leaves_out_what_the_text_leaves_out),
        cmocka_unit_test(warns_of_codes_that_nobody_knows),
        cmocka_unit_test(warns_of_keywords_like_flags),
        cmocka_unit_test(warns_of_tags_of_no_command),
        cmocka_unit_test(warns_of_tags_with_letters_for_digits),
        cmocka_unit_test(dialogs_have_their_own_lines),
        cmocka_unit_test(survives_any_octets),
        cmocka_unit_test(names_the_rule_and_what_it_expected),
        cmocka_unit_test(gives_up_after_too_many_remarks),
        cmocka_unit_test(writes_a_remark_with_its_caret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
