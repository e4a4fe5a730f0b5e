#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "line_change.h"
#include "mutant.h"
#include "response_change.h"

enum { IN_MAILBOX = WHEN_TLS | WHEN_AUTHENTICATED | WHEN_SELECTED };

/* ---- responses ----------------------------------------------------------------------------- */

struct passage {
    struct mutant mutant;
    struct pending_command command;
    struct buffer out;
    bool closed;
};

static void pass(void *context, const struct response *response, const uint8_t *octets,
                 size_t size) {
    struct passage *passage = context;

    if (!response) {
        buffer_add(&passage->out, octets, size);
        return;
    }
    passage->closed =
        mutant_response(&passage->mutant, &passage->command, IN_MAILBOX, response, &passage->out) ||
        passage->closed;
}

/* What a client sees of what a server says to a command; in pieces of `piece` octets. */
static void pass_responses(struct passage *passage, const char *said, size_t piece) {
    struct response_stream stream;
    size_t size = strlen(said);

    assert_true(response_stream_init(&stream, imap_grammar_builtin(), pass, passage));
    response_stream_restart(&stream, IMAP_RESPONSE);
    for (size_t at = 0; at < size;) {
        size_t left = size - at < piece ? size - at : piece;
        at += response_stream_feed(&stream, said + at, left);
    }
    response_stream_end(&stream);
    response_stream_free(&stream);
    buffer_add(&passage->out, "", 1);
}

static void begin(struct passage *passage, const char *mutation, const char *command) {
    *passage = (struct passage){.mutant.mutation = mutation_find(mutation), .command.tag = "a"};
    assert_non_null(passage->mutant.mutation);
    snprintf(passage->command.name, sizeof passage->command.name, "%s", command);
}

static void end(struct passage *passage) {
    buffer_free(&passage->out);
    mutant_free(&passage->mutant);
}

struct example {
    const char *mutation, *command, *said, *seen;
};

static const struct example responses[] = {
    {"search-drop", "SEARCH", "* SEARCH 2 3\r\na OK x\r\n", "* SEARCH 3\r\na OK x\r\n"},
    {"search-missing", "SEARCH", "* SEARCH\r\na OK x\r\n", "a OK x\r\n"},
    {"search-missing", "SEARCH", "* SEARCH 1\r\na OK x\r\n", "* SEARCH 1\r\na OK x\r\n"},
    {"capability-twice", "CAPABILITY", "* CAPABILITY IMAP4rev1\r\na OK x\r\n",
     "* CAPABILITY IMAP4rev1\r\n* CAPABILITY IMAP4rev1\r\na OK x\r\n"},
    {"capability-late", "CAPABILITY", "* CAPABILITY IMAP4rev1\r\na OK x\r\n",
     "a OK x\r\n* CAPABILITY IMAP4rev1\r\n"},
    {"capability-without-revision", "CAPABILITY", "* CAPABILITY IMAP4rev1 X\r\n",
     "* CAPABILITY X\r\n"},
    {"logout-without-bye", "LOGOUT", "* BYE x\r\na OK x\r\n", "a OK x\r\n"},
    {"wrong-tag", "NOOP", "a OK x\r\n", "xa OK x\r\n"},
    {"untagged-completion", "NOOP", "a OK x\r\n", "* OK x\r\n"},
    {"bad-as-ok", "FOO", "a BAD x\r\n", "a OK x\r\n"},
    {"bad-as-ok", "FOO", "a NO x\r\n", "a NO x\r\n"},
    {"select-without-code", "SELECT", "a OK [READ-WRITE] x\r\n", "a OK x\r\n"},
    {"select-read-only", "SELECT", "a OK [READ-WRITE] x\r\n", "a OK [READ-ONLY] x\r\n"},
    {"select-read-only", "EXAMINE", "a OK [READ-WRITE] x\r\n", "a OK [READ-WRITE] x\r\n"},
    {"exists-renumbered", "SELECT", "* 3 EXISTS\r\n", "* 4 EXISTS\r\n"},
    {"exists-renumbered", "SELECT", "* 3 RECENT\r\n", "* 3 RECENT\r\n"},
    {"uidvalidity-reused", "SELECT", "* OK [UIDVALIDITY 77] x\r\n", "* OK [UIDVALIDITY 1] x\r\n"},
    {"uidnext-stale", "SELECT", "* OK [UIDNEXT 7] x\r\n* OK [UIDNEXT 8] x\r\n",
     "* OK [UIDNEXT 7] x\r\n* OK [UIDNEXT 7] x\r\n"},
    {"expunge-renumbered", "EXPUNGE", "* 2 EXPUNGE\r\n* 2 EXPUNGE\r\n",
     "* 2 EXPUNGE\r\n* 3 EXPUNGE\r\n"},
    {"uid-descends", "FETCH", "* 1 FETCH (UID 3)\r\n", "* 1 FETCH (UID 99997)\r\n"},
    {"uid-fetch-without-uid", "UID FETCH", "* 1 FETCH (FLAGS () UID 3)\r\n",
     "* 1 FETCH (FLAGS ())\r\n"},
    {"uid-fetch-without-uid", "UID FETCH", "* 1 FETCH (UID 3 FLAGS ())\r\n",
     "* 1 FETCH (FLAGS ())\r\n"},
    {"list-name-case", "LIST", "* LIST () \"/\" a/B\r\n", "* LIST () \"/\" A/b\r\n"},
    {"sort-order", "SORT", "* SORT 2 31 4\r\n", "* SORT 31 2 4\r\n"},
    {"sort-order", "SORT", "* SORT 2\r\n", "* SORT 2\r\n"},
    {"unseen-renumbered", "SELECT", "* OK [UNSEEN 9] x\r\n", "* OK [UNSEEN 10] x\r\n"},
    {"login-answers-differ", "LOGIN", "a NO no\r\n", "a NO noa\r\n"},
    {"uid-missing-no", "UID FETCH", "a OK x\r\n", "a NO x\r\n"},
    {"uid-missing-no", "UID FETCH", "* 1 FETCH (UID 1)\r\na OK x\r\n",
     "* 1 FETCH (UID 1)\r\na OK x\r\n"},
    {"expunge-in-fetch", "FETCH", "a OK x\r\n", "* 1 EXPUNGE\r\na OK x\r\n"},
    {"envelope-without-sender", "FETCH",
     "* 1 FETCH (ENVELOPE (NIL NIL NIL ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL))\r\n",
     "* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))\r\n"},
    {"fetch-origin", "FETCH", "* 1 FETCH (BODY[] {3}\r\n<0>)\r\n",
     "* 1 FETCH (BODY[]<0> {3}\r\n<0>)\r\n"},
    {"search-drop", "SEARCH", "*SEARCH 2 3\r\n* SEARCH 2\r\n", "*SEARCH 2 3\r\n* SEARCH\r\n"},
};

static void test_responses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
        const struct example *example = &responses[i];
        for (size_t piece = 1; piece < 100; piece += 49) {
            struct passage passage;
            begin(&passage, example->mutation, example->command);
            pass_responses(&passage, example->said, piece);
            assert_string_equal(passage.out.octets, example->seen);
            assert_int_equal(passage.mutant.applied > 0, strcmp(example->said, example->seen) != 0);
            assert_false(passage.closed);
            end(&passage);
        }
    }
}

static void test_closing(void **state) {
    struct passage passage;

    (void)state;
    begin(&passage, "cut-off", "FETCH");
    pass_responses(&passage, "* 1 FETCH (UID 3)\r\n", 100);
    assert_string_equal(passage.out.octets, "* 1 FETCH");
    assert_true(passage.closed);
    end(&passage);
}

static void test_late(void **state) {
    struct passage passage;

    (void)state;
    begin(&passage, "late", "NOOP");
    pass_responses(&passage, "* 1 EXISTS\r\na OK x\r\n", 100);
    assert_string_equal(passage.out.octets, "* 1 EXISTS\r\n");
    end(&passage);
}

/* What no message is held for is passed on, in whatever pieces it comes. */
static void test_too_large(void **state) {
    static char text[2 * RESPONSE_OCTETS];
    struct passage passage;

    (void)state;
    size_t size =
        (size_t)snprintf(text, sizeof text, "* 1 FETCH (BODY[] {%d}\r\n", RESPONSE_OCTETS);
    memset(text + size, 'a', RESPONSE_OCTETS);
    strcpy(text + size + RESPONSE_OCTETS, ")\r\n* SEARCH 1 2\r\n");
    begin(&passage, "search-drop", "SEARCH");
    pass_responses(&passage, text, 10000);
    strcpy(text + size + RESPONSE_OCTETS, ")\r\n* SEARCH 2\r\n");
    assert_string_equal(passage.out.octets, text);
    end(&passage);
}

static void test_spared(void **state) {
    struct mutant mutant = {.mutation = mutation_find("search-drop")};
    struct pending_command command = {.name = "SEARCH"};

    (void)state;
    assert_true(mutant_fits(&mutant, &command, IN_MAILBOX));
    command.spared = true;
    assert_false(mutant_fits(&mutant, &command, IN_MAILBOX));
    mutant.mutation = mutation_find("append-untold");
    command = (struct pending_command){.name = "APPEND"};
    assert_true(mutant_fits(&mutant, &command, WHEN_SELECTED));
    assert_false(mutant_fits(&mutant, &command, WHEN_NOT_SELECTED));
    assert_false(mutant_fits(&mutant, NULL, WHEN_SELECTED));
}

static void test_after(void **state) {
    struct mutant mutant = {.mutation = mutation_find("delete-inferiors")};
    struct pending_command list = {.name = "LIST"}, delete = {.name = "DELETE"};

    (void)state;
    mutant_done(&mutant, &list);
    assert_false(mutant_fits(&mutant, &list, IN_MAILBOX));
    mutant_done(&mutant, &delete);
    assert_true(mutant_fits(&mutant, &list, IN_MAILBOX));
}

/* ---- commands ------------------------------------------------------------------------------ */

static void pass_piece(void *context, enum piece_kind kind, const struct pending_command *command,
                       uint8_t *octets, size_t size) {
    struct passage *passage = context;

    if (kind == PIECE_COMMAND) {
        mutant_line(&passage->mutant, command, IN_MAILBOX, octets, size, &passage->out);
        return;
    }
    if (kind == PIECE_LITERAL) {
        mutant_literal(&passage->mutant, command, IN_MAILBOX, octets, size);
    }
    buffer_add(&passage->out, octets, size);
}

static const struct example commands[] = {
    {"examine-as-select", NULL, "a examine b\r\n", "a SELECT b\r\n"},
    {"examine-as-select", NULL, "a SELECT examine \r\n", "a SELECT examine \r\n"},
    {"small-letters-refused", NULL, "a Noop\r\n", "a UNKNOWN-Noop\r\n"},
    {"small-letters-refused", NULL, "a NOOP b\r\n", "a NOOP b\r\n"},
    {"fetch-peek-sets-seen", NULL, "a FETCH 1 (BODY.PEEK[1] body.peek[2])\r\n",
     "a FETCH 1 (BODY[1] BODY[2])\r\n"},
    {"uid-as-number", NULL, "a UID FETCH 1 FLAGS\r\n", "a FETCH 1 FLAGS\r\n"},
    {"rename-nothing", NULL, "a RENAME b c\r\n", "a NOOP\r\n"},
    {"rename-nothing", NULL, "a RENAME b {1+}\r\nc\r\n", "a RENAME b {1+}\r\nc\r\n"},
    {"append-without-flags", NULL, "a APPEND b (\\Seen) {1+}\r\nx\r\n", "a APPEND b {1+}\r\nx\r\n"},
    {"append-without-flags", NULL, "a APPEND b {1+}\r\nx\r\n", "a APPEND b {1+}\r\nx\r\n"},
    {"append-without-date", NULL,
     "a APPEND \"b c\" (\\Seen) \"17-Jul-1996 02:44:25 -0700\" {1+}\r\nx\r\n",
     "a APPEND \"b c\" (\\Seen) {1+}\r\nx\r\n"},
    {"append-without-date", NULL, "a APPEND \"b c\" {1+}\r\nx\r\n",
     "a APPEND \"b c\" {1+}\r\nx\r\n"},
    {"append-7bit", NULL, "a APPEND b {2+}\r\n\xC3x\r\n", "a APPEND b {2+}\r\nCx\r\n"},
    {"name-small", NULL, "a CREATE Ab/C\r\n", "a CREATE ab/c\r\n"},
    {"delete-unsubscribes", NULL, "a DELETE \"b c\"\r\n",
     MUTATION_TAG " UNSUBSCRIBE \"b c\"\r\na DELETE \"b c\"\r\n"},
    {"delete-unsubscribes", NULL, "a DELETE {1+}\r\nb\r\n", "a DELETE {1+}\r\nb\r\n"},
    {"delete-unsubscribes", NULL, "a DELETE\r\n", "a DELETE\r\n"},
    {"copy-creates", NULL, "a UID COPY 1:2 b\r\n",
     MUTATION_TAG " CREATE b\r\na UID COPY 1:2 b\r\n"},
    {"inbox-capitals-only", NULL, "a SELECT \"inBox\"\r\n", "a SELECT \"another/inbox\"\r\n"},
    {"inbox-capitals-only", NULL, "a SELECT INBOX\r\n", "a SELECT INBOX\r\n"},
    {"out-of-order", NULL, "a STORE 1 FLAGS ()\r\nb FETCH 1 FLAGS\r\n",
     "b FETCH 1 FLAGS\r\na STORE 1 FLAGS ()\r\n"},
};

static void pass_commands(struct passage *passage, const char *sent, size_t piece) {
    struct command_stream stream;
    size_t size = strlen(sent);

    command_stream_init(&stream, "", pass_piece, passage);
    for (size_t at = 0; at < size; at += piece) {
        command_stream_feed(&stream, sent + at, size - at < piece ? size - at : piece);
    }
    command_stream_end(&stream);
    command_stream_free(&stream);
    mutant_release(&passage->mutant, &passage->out);
    buffer_add(&passage->out, "", 1);
}

static void test_commands(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const struct example *example = &commands[i];
        for (size_t piece = 1; piece < 100; piece += 49) {
            struct passage passage;
            begin(&passage, example->mutation, "");
            pass_commands(&passage, example->said, piece);
            assert_string_equal(passage.out.octets, example->seen);
            assert_int_equal(passage.mutant.applied > 0, strcmp(example->said, example->seen) != 0);
            end(&passage);
        }
    }
}

/* ---- cutting commands ---------------------------------------------------------------------- */

struct cut {
    char kinds[64]; /* c, l, x for a literal, r */
    size_t count;
};

static void note_piece(void *context, enum piece_kind kind, const struct pending_command *command,
                       uint8_t *octets, size_t size) {
    struct cut *cut = context;

    (void)command, (void)octets, (void)size;
    assert_true(cut->count + 1 < sizeof cut->kinds);
    cut->kinds[cut->count++] = "clxr"[kind];
}

static void test_synchronizing_literal(void **state) {
    struct command_stream stream;
    struct cut cut = {0};

    (void)state;
    command_stream_init(&stream, "", note_piece, &cut);
    command_stream_feed(&stream, "a LOGIN {3}\r\nfoo bar\r\nb NOOP\r\n", 30);
    assert_string_equal(cut.kinds, "c");
    command_stream_continue(&stream);
    assert_string_equal(cut.kinds, "cxlc");
    assert_int_equal(stream.count, 2);
    command_stream_free(&stream);
}

static void test_refused_literal(void **state) {
    struct command_stream stream;
    struct pending_command answered;
    struct cut cut = {0};

    (void)state;
    command_stream_init(&stream, "", note_piece, &cut);
    command_stream_feed(&stream, "a LOGIN {3}\r\n", 13);
    assert_true(command_stream_answer(&stream, "a", &answered));
    assert_string_equal(answered.name, "LOGIN");
    command_stream_feed(&stream, "b NOOP\r\n", 8);
    assert_string_equal(cut.kinds, "cc");
    assert_string_equal(command_stream_current(&stream)->name, "NOOP");
    assert_false(command_stream_answer(&stream, "c", &answered));
    command_stream_free(&stream);
}

static void test_sasl_and_idle(void **state) {
    struct command_stream stream;
    struct pending_command answered;
    struct cut cut = {0};

    (void)state;
    command_stream_init(&stream, "", note_piece, &cut);
    command_stream_feed(&stream, "a AUTHENTICATE LOGIN\r\n", 22);
    command_stream_continue(&stream);
    command_stream_feed(&stream, "dXNlcg==\r\n", 10);
    assert_string_equal(cut.kinds, "cl");
    assert_true(command_stream_answer(&stream, "a", &answered));
    command_stream_feed(&stream, "b IDLE\r\nDONE\r\nc NOOP\r\n", 22);
    assert_string_equal(cut.kinds, "clclc");
    command_stream_free(&stream);
}

static void test_line_without_tag(void **state) {
    struct command_stream stream;
    struct cut cut = {0};

    (void)state;
    command_stream_init(&stream, "", note_piece, &cut);
    command_stream_feed(&stream, "\r\n\n NOOP\r\na NOOP\r\n", 19);
    assert_string_equal(cut.kinds, "lllc");
    assert_int_equal(stream.count, 1);
    command_stream_free(&stream);
}

static void test_long_line(void **state) {
    static const char text[COMMAND_LINE] = {0};
    struct command_stream stream;
    struct cut cut = {0};

    (void)state;
    command_stream_init(&stream, "", note_piece, &cut);
    command_stream_feed(&stream, text, sizeof text);
    command_stream_feed(&stream, "abc\r\nb NOOP\r\n", 13);
    assert_string_equal(cut.kinds, "rrc");
    command_stream_free(&stream);
}

static void test_many_commands(void **state) {
    struct command_stream stream;
    struct cut cut = {0};

    (void)state;
    command_stream_init(&stream, "", note_piece, &cut);
    for (unsigned i = 0; i < COMMANDS + 10; i++) {
        cut.count = 0;
        command_stream_feed(&stream, "a NOOP\r\n", 8);
    }
    assert_int_equal(stream.count, COMMANDS);
    command_stream_free(&stream);
}

/* ---- the table ----------------------------------------------------------------------------- */

static void test_table(void **state) {
    (void)state;
    assert_true(mutation_count() > 60);
    assert_string_equal(mutation_at(0)->name, "none");
    assert_null(mutation_at(mutation_count()));
    assert_null(mutation_find("nothing-of-the-kind"));
    for (size_t i = 1; i < mutation_count(); i++) {
        const struct mutation *mutation = mutation_at(i);
        assert_ptr_equal(mutation_find(mutation->name), mutation);
        assert_int_equal(mutation_index(mutation), i);
        assert_true(*mutation->sentence && *mutation->requirements);
        assert_true(mutation->line || mutation->literal || mutation->behavior ||
                    mutation->responses[0].change);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_responses),
        cmocka_unit_test(test_closing),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_spared),
        cmocka_unit_test(test_after),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_synchronizing_literal),
        cmocka_unit_test(test_refused_literal),
        cmocka_unit_test(test_sasl_and_idle),
        cmocka_unit_test(test_line_without_tag),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_many_commands),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
