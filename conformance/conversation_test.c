#include "conversation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NODES = 256 };

/* What the rules say of a transcript: `3 uid-order` for line 3. */
struct remarks {
    unsigned line;
    char text[512];
};

static void note(void *context, const struct imap_check *check, uint64_t start, uint64_t end) {
    struct remarks *remarks = context;
    size_t length = strlen(remarks->text);

    assert_true(start < end);
    snprintf(remarks->text + length, sizeof remarks->text - length, "%u %s\n", remarks->line,
             check->name);
}

static void hear_response(struct conversation *conversation, const char *octets, size_t size,
                          struct remarks *remarks) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct imap_node nodes[NODES];
    struct imap_parser parser;
    struct imap_tree tree;

    imap_tree_init(&tree, nodes, NODES);
    if (imap_tree_parse(&tree, &parser, grammar, IMAP_RESPONSE, octets, size)) {
        conversation_hear_response(conversation, &tree, (const uint8_t *)octets, note, remarks);
    } else {
        conversation_hear_refused(conversation, (const uint8_t *)octets, size);
    }
}

/* Lines `C: …` and `S: …`; `...` leaves something out. */
static void assert_remarks(const char *transcript, const char *expected) {
    struct conversation conversation;
    struct remarks remarks = {0};
    char line[256];

    conversation_begin(&conversation, imap_grammar_builtin());
    while (*transcript) {
        size_t length = strcspn(transcript, "\n");
        int size = snprintf(line, sizeof line, "%.*s\r\n", (int)length, transcript);
        remarks.line++;
        if (line[0] == '.') {
            conversation_miss(&conversation);
        } else if (line[0] == 'C') {
            conversation_hear_command(&conversation, (uint8_t *)line + 3, (size_t)size - 3, note,
                                      &remarks);
        } else {
            hear_response(&conversation, line + 3, (size_t)size - 3, &remarks);
        }
        transcript += length + (transcript[length] == '\n');
    }
    conversation_free(&conversation);
    assert_string_equal(remarks.text, expected);
}

static void every_rule_is_told_of(void **state) {
    (void)state;
    for (int i = 0; i < CONVERSATION_RULE_COUNT; i++) {
        const struct imap_check *check = conversation_check((enum conversation_rule)i);
        assert_non_null(check->name);
        assert_memory_equal(check->source, "RFC ", 4);
        assert_true(strlen(check->sentence) > 0);
    }
}

static void tags_are_of_commands_in_progress(void **state) {
    (void)state;
    assert_remarks("S: a OK before all\nC: a NOOP\nC: b NOOP\nS: b OK x\nS: a OK x", "");
    assert_remarks("C: a NOOP\nS: b OK x\nS: a OK x\nS: a OK x", "2 tag-unasked\n4 tag-unasked\n");
    assert_remarks("C: a NOOP\nS: a NO\nS: a OK x", "3 tag-unasked\n");
    assert_remarks("C: a NOOP\n...\nS: b OK x", "");
    assert_remarks("C: a NOOP\nC: a NOOP\nS: a OK x", "2 tag-in-use\n");
    assert_remarks("C: a NOOP\nS: a OK x\nC: a NOOP\nS: a OK x", "");
}

static void numbers_wait_for_what_may_expunge(void **state) {
    (void)state;
    assert_remarks("C: a FETCH 1 FLAGS\nC: b STORE 2 FLAGS ()\nC: c SEARCH ALL\nC: d COPY 1 x", "");
    assert_remarks("C: a NOOP\nC: b FETCH 1 FLAGS", "2 numbers-unsure\n");
    assert_remarks("C: a UID FETCH 1 FLAGS\nC: b STORE *:1 FLAGS ()", "2 numbers-unsure\n");
    assert_remarks("C: a NOOP\nC: b UID FETCH 1 FLAGS\nC: c SEARCH ALL\nC: d STORE $ FLAGS ()", "");
    assert_remarks("C: a COPY 1 x\nC: b COPY 2 x", "2 numbers-unsure\n");
    assert_remarks("C: a NOOP\nS: a OK x\nC: b FETCH 1 FLAGS", "");
}

static void status_is_not_of_the_selected_mailbox(void **state) {
    (void)state;
    assert_remarks("C: a SELECT \"b x\"\nS: a OK x\nC: b STATUS \"b x\" (MESSAGES)",
                   "3 status-selected\n");
    assert_remarks("C: a SELECT inbox\nS: a OK x\nC: b STATUS InBox (MESSAGES)",
                   "3 status-selected\n");
    assert_remarks("C: a SELECT b\nS: a NO x\nC: b STATUS b (MESSAGES)", "");
    assert_remarks("C: a SELECT b\nS: a OK x\nC: b STATUS B (MESSAGES)", "");
    assert_remarks("C: a EXAMINE b\nS: a OK x\nC: c CLOSE\nS: c OK x\nC: b STATUS b (MESSAGES)",
                   "");
}

static void enable_comes_before_select(void **state) {
    (void)state;
    assert_remarks("C: a ENABLE X\nS: a OK x\nC: b SELECT x\nS: b OK x\nC: c ENABLE X",
                   "5 enable-selected\n");
    assert_remarks("C: b SELECT x\nS: b NO x\nC: c ENABLE X", "");
    assert_remarks("C: b SELECT x\nS: b OK x\nC: c CLOSE\nS: c OK x\nC: d ENABLE X", "");
}

static void login_is_as_the_server_announces(void **state) {
    (void)state;
    assert_remarks("S: * CAPABILITY IMAP4rev1 LOGINDISABLED\nC: a LOGIN b c", "2 login-disabled\n");
    assert_remarks("S: * OK [CAPABILITY IMAP4rev1 logindisabled] x\nC: a NOOP\nC: b login b c",
                   "3 login-disabled\n");
    assert_remarks("S: * CAPABILITY IMAP4rev1 LOGINDISABLED\nS: * CAPABILITY IMAP4rev1\n"
                   "C: a LOGIN b c",
                   "");
    assert_remarks("S: * CAPABILITY IMAP4rev1 LOGINDISABLED\nC: a STARTTLS\nS: a OK x\n"
                   "C: b LOGIN b c",
                   "");
}

static void nothing_follows_starttls(void **state) {
    (void)state;
    assert_remarks("C: a STARTTLS\nC: b NOOP\nS: a OK x\nC: c NOOP", "2 tls-pending\n");
    assert_remarks("C: a STARTTLS\nS: a NO x\nC: b NOOP", "");
}

static void search_with_utf8_names_no_charset(void **state) {
    (void)state;
    assert_remarks("C: a SEARCH CHARSET UTF-8 ALL\nS: a OK x\nS: * ENABLED CONDSTORE\n"
                   "C: b SEARCH CHARSET UTF-8 ALL\nS: b OK x\n"
                   "S: * ENABLED CONDSTORE UTF8=ACCEPT\nC: c SEARCH ALL\n"
                   "C: d UID SEARCH CHARSET UTF-8 ALL",
                   "8 charset-enabled\n");
}

static void expunge_comes_with_a_command_that_allows_it(void **state) {
    (void)state;
    assert_remarks("C: a NOOP\nS: * 1 EXPUNGE\nS: a OK x\nS: * 1 EXPUNGE", "4 expunge-unasked\n");
    assert_remarks("C: a FETCH 1 FLAGS\nS: * 1 EXPUNGE\nS: a OK x", "2 expunge-unasked\n");
    assert_remarks("C: a SEARCH ALL\nS: * 1 EXPUNGE\nS: a OK x", "2 expunge-unasked\n");
    assert_remarks("C: a UID FETCH 1 FLAGS\nS: * 1 EXPUNGE\nS: a OK x", "");
    assert_remarks("C: a IDLE\nS: + go\nS: * 1 EXPUNGE\nS: a OK x", "");
    assert_remarks("C: a NOTIFY SET NONE\nS: a OK x\nS: * 1 EXPUNGE", "");
    assert_remarks("S: * 1 EXPUNGE", "");
}

static void messages_are_counted(void **state) {
    (void)state;
    assert_remarks("S: * 3 EXISTS\nS: * 3 FETCH (FLAGS ())\nS: * 4 FETCH (FLAGS ())",
                   "3 number-beyond\n");
    assert_remarks("S: * 3 EXISTS\nS: * 2 EXISTS\nS: * 3 FETCH (FLAGS ())",
                   "2 exists-shrinks\n3 number-beyond\n");
    assert_remarks("C: a NOOP\nS: * 3 EXISTS\nS: * 3 EXPUNGE\nS: * 2 EXISTS\nS: * 3 EXPUNGE",
                   "5 number-beyond\n");
    assert_remarks("S: * 3 EXISTS\nS: * 3 RECENT\nS: * 4 RECENT", "3 recent-beyond\n");
    assert_remarks("S: * 3 EXISTS\nC: a SEARCH ALL\nS: * SEARCH 3 4\nS: a OK x",
                   "3 number-beyond\n");
    assert_remarks("S: * 3 EXISTS\nC: a UID SEARCH ALL\nS: * SEARCH 3 4\nS: a OK x", "");
    assert_remarks("S: * 3 EXISTS\nC: a SELECT x\nS: * 1 EXISTS\nS: a OK x", "");
    assert_remarks("S: * 3 EXISTS\nC: a NOOP\nC: b SELECT x\nS: * 1 EXISTS\nS: a OK x", "");
    assert_remarks("S: * 3 EXISTS\nC: a CLOSE\nS: a OK x\nS: * 1 EXISTS", "");
    assert_remarks("C: a NOOP\nS: * 3 EXISTS\nS: * VANISHED 1\nS: * 2 EXISTS", "");
    assert_remarks("S: * 3 EXISTS\nS: * VANISHED (EARLIER) 1\nS: * 2 EXISTS", "3 exists-shrinks\n");
    assert_remarks("S: * 3 EXISTS\n...\nS: * 2 EXISTS", "");
    assert_remarks("S: * 3 EXISTS\nS: * 4 EX ISTS\nS: * 2 EXISTS", "");
}

static void uids_stay_and_ascend(void **state) {
    (void)state;
    assert_remarks("S: * 3 EXISTS\nS: * 2 FETCH (UID 7)\nS: * 2 FETCH (FLAGS () UID 8)",
                   "3 uid-changed\n");
    assert_remarks("S: * 3 EXISTS\nS: * 1 FETCH (UID 7)\nS: * 3 FETCH (UID 7)", "3 uid-order\n");
    assert_remarks("S: * 3 EXISTS\nS: * 3 FETCH (UID 7)\nS: * 1 FETCH (UID 8)", "3 uid-order\n");
    assert_remarks("C: a NOOP\nS: * 3 EXISTS\nS: * 3 FETCH (UID 7)\nS: * 1 EXPUNGE\n"
                   "S: * 2 FETCH (UID 7)\nS: * 1 FETCH (UID 7)",
                   "6 uid-order\n");
    assert_remarks("S: * 3 EXISTS\nS: * 2 FETCH (UID 7)\nC: a SELECT x\nS: * 3 EXISTS\n"
                   "S: * 2 FETCH (UID 8)",
                   "");
    assert_remarks("S: * 70000 EXISTS\nS: * 70000 FETCH (UID 70000)\nS: * 1 FETCH (UID 70001)", "");
    assert_remarks("S: * 3 EXISTS\nS: * 1 FETCH (BODY[TEXT] \"UID 4\")\nS: * 1 FETCH (UID 7)", "");
}

static void logout_brings_bye(void **state) {
    (void)state;
    assert_remarks("C: a LOGOUT\nS: * BYE x\nS: a OK x", "");
    assert_remarks("C: a LOGOUT\nS: a OK x", "2 bye-missing\n");
    assert_remarks("C: a LOGOUT\nS: a BAD x", "");
}

static void with_too_many_commands_rules_rest(void **state) {
    (void)state;
    char transcript[4096] = "";
    size_t length = 0;

    for (int i = 0; i <= CONVERSATION_COMMANDS; i++) {
        length += (size_t)snprintf(transcript + length, sizeof transcript - length,
                                   "C: t%d FETCH 1 FLAGS\n", i);
    }
    snprintf(transcript + length, sizeof transcript - length, "S: t%d OK x\nS: t0 OK x",
             CONVERSATION_COMMANDS);
    assert_remarks(transcript, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_told_of),
        cmocka_unit_test(tags_are_of_commands_in_progress),
        cmocka_unit_test(numbers_wait_for_what_may_expunge),
        cmocka_unit_test(status_is_not_of_the_selected_mailbox),
        cmocka_unit_test(enable_comes_before_select),
        cmocka_unit_test(login_is_as_the_server_announces),
        cmocka_unit_test(nothing_follows_starttls),
        cmocka_unit_test(search_with_utf8_names_no_charset),
        cmocka_unit_test(expunge_comes_with_a_command_that_allows_it),
        cmocka_unit_test(messages_are_counted),
        cmocka_unit_test(uids_stay_and_ascend),
        cmocka_unit_test(logout_brings_bye),
        cmocka_unit_test(with_too_many_commands_rules_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
