#include "../clock.h"
#include "session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "script_test.h"

/* One session with a script. */
struct talk {
    struct script script;
    struct server server;
    struct result result;
    struct session *session;
};

static void open_talk(struct talk *talk, const char *octets, size_t size, size_t piece,
                      bool closes) {
    char problem[512];

    *talk = (struct talk){.script = {octets, size, piece, closes, -1, "", 0}};
    script_start(&talk->script);
    talk->server.host = "127.0.0.1";
    talk->server.port = talk->script.port;
    result_begin(&talk->result, NULL);
    talk->session =
        session_open(&talk->server, imap_grammar_builtin(), &(struct imap_extensions){0}, 1, 2000,
                     NULL, &talk->result, problem);
    assert_non_null(talk->session);
}

static void open_text(struct talk *talk, const char *text, size_t piece, bool closes) {
    open_talk(talk, text, strlen(text), piece, closes);
}

static void close_talk(struct talk *talk) {
    session_close(talk->session);
    script_stop(&talk->script);
    result_free(&talk->result);
}

static enum session_status read_message(struct talk *talk, struct message **message) {
    return session_read(talk->session, session_deadline(talk->session), message);
}

/* The next message has this text; its first node of that rule (NULL: it is refused) spans `node`.
 */
static void assert_message(struct talk *talk, const char *text, const char *rule,
                           const char *node) {
    struct message *message;
    imap_rule number = rule ? imap_grammar_rule(talk->session->grammar, rule) : 0;
    bool found = false;

    assert_int_equal(read_message(talk, &message), SESSION_MESSAGE);
    assert_int_equal(message->size, strlen(text));
    assert_memory_equal(message->octets, text, message->size);
    assert_int_equal(message->refusal != NULL, rule == NULL);
    for (uint32_t i = 1; rule && i < message->tree.count && !found; i++) {
        const struct imap_node *at = &message->nodes[i];
        if (at->rule != number) {
            continue;
        }
        found = true;
        assert_int_equal(at->end - at->start, strlen(node));
        assert_memory_equal(message->octets + at->start, node, strlen(node));
    }
    assert_true(found || !rule);
    message_free(message);
}

static void messages_are_whole_at_every_piece_size(void **state) {
    (void)state;
    const size_t pieces[] = {1, 2, 3, 7, 0};

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct talk talk;
        struct message *message;
        open_text(&talk,
                  "* OK ready\r\n"
                  "* 1 FETCH (BODY[TEXT] {4}\r\na\r\nb)\r\n"
                  "* LIST () \"/\" blob\r\n",
                  pieces[i], true);
        assert_message(&talk, "* OK ready\r\n", "greeting", "* OK ready\r\n");
        assert_message(&talk, "* 1 FETCH (BODY[TEXT] {4}\r\na\r\nb)\r\n", "nstring",
                       "{4}\r\na\r\nb");
        assert_message(&talk, "* LIST () \"/\" blob\r\n", "mailbox", "blob");
        assert_int_equal(read_message(&talk, &message), SESSION_CLOSED);
        assert_int_equal(talk.result.finding_count, 0);
        assert_int_equal(talk.result.transcript_count, 3);
        close_talk(&talk);
    }
}

static void assert_found(const struct talk *talk, size_t index, uint64_t offset,
                         const char *at_caret, const char *sentence) {
    assert_true(index < talk->result.finding_count);
    const struct finding *finding = &talk->result.findings[index];
    assert_int_equal(finding->offset, offset);
    assert_memory_equal(finding->line + finding->caret, at_caret, strlen(at_caret));
    assert_non_null(strstr(finding->sentence, sentence));
}

static void a_line_that_breaks_the_grammar_is_found_and_skipped(void **state) {
    (void)state;
    const size_t pieces[] = {1, 0};

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct talk talk;
        open_text(&talk, "* OK ready\r\n* SEARCH  2\r\n* SEARCH 3\n* SEARCH 4\r\n", pieces[i],
                  true);
        assert_message(&talk, "* OK ready\r\n", "greeting", "* OK ready\r\n");
        assert_message(&talk, "* SEARCH  2\r\n", NULL, NULL);
        assert_message(&talk, "* SEARCH 3\n", NULL, NULL);
        assert_message(&talk, "* SEARCH 4\r\n", "nz-number", "4");
        assert_int_equal(talk.result.finding_count, 2);
        assert_found(&talk, 0, 21, " 2", "got SP");
        assert_found(&talk, 1, 35, "\\n", "got LF");
        assert_int_equal(talk.result.transcript_count, 4);
        close_talk(&talk);
    }
}

/* Beyond the grammar: the first of what violates an RFC, and no mere warning. */
static void what_the_grammar_allows_is_checked(void **state) {
    (void)state;
    struct talk talk;

    open_text(&talk,
              "* OK ready\r\n"
              "* 1 FETCH (FLAGS (seen) INTERNALDATE \"30-Feb-2024 24:00:00 +0000\")\r\n"
              "* LIST () \"/\" blob\r\n",
              0, true);
    assert_message(&talk, "* OK ready\r\n", "greeting", "* OK ready\r\n");
    assert_message(&talk,
                   "* 1 FETCH (FLAGS (seen) INTERNALDATE \"30-Feb-2024 24:00:00 +0000\")\r\n",
                   "number", "1");
    assert_message(&talk, "* LIST () \"/\" blob\r\n", "mailbox", "blob");
    assert_int_equal(talk.result.finding_count, 1);
    assert_found(&talk, 0, 50, "30-Feb", "no such day");
    assert_string_equal(talk.result.findings[0].rule, "date-day");
    close_talk(&talk);
}

static void a_quirk_is_tolerated_and_found(void **state) {
    (void)state;
    char problem[512];
    struct talk talk = {.script = {"* OK ready\n* SEARCH 2 \r\n", 24, 0, true, -1, "", 0}};
    script_start(&talk.script);
    talk.server.host = "127.0.0.1";
    talk.server.port = talk.script.port;
    assert_true(tolerance_add(&talk.server.tolerance, "bare-lf"));
    talk.session = session_open(&talk.server, imap_grammar_builtin(), &(struct imap_extensions){0},
                                1, 2000, NULL, &talk.result, problem);
    assert_non_null(talk.session);
    assert_message(&talk, "* OK ready\n", "greeting", "* OK ready\n");
    assert_message(&talk, "* SEARCH 2 \r\n", NULL, NULL);
    assert_int_equal(talk.result.finding_count, 2);
    assert_found(&talk, 0, 10, "\\n", "tolerated as bare-lf");
    assert_found(&talk, 1, 22, "\\r", "got CR");
    close_talk(&talk);
}

static void after_a_wrong_greeting_come_responses(void **state) {
    (void)state;
    struct talk talk;

    open_text(&talk, "HTTP/1.1 400\r\n* 1 EXISTS\r\n", 0, true);
    assert_message(&talk, "HTTP/1.1 400\r\n", NULL, NULL);
    assert_message(&talk, "* 1 EXISTS\r\n", "number", "1");
    close_talk(&talk);
}

static void a_malformed_response_code_is_found_and_read(void **state) {
    (void)state;
    struct talk talk;

    open_text(&talk, "* OK [UIDNEXT x] ready\r\n", 0, true);
    assert_message(&talk, "* OK [UIDNEXT x] ready\r\n", "greeting", "* OK [UIDNEXT x] ready\r\n");
    assert_int_equal(talk.result.finding_count, 1);
    close_talk(&talk);
}

static void what_is_put_back_is_read_again(void **state) {
    (void)state;
    struct talk talk;
    struct message *first, *second;

    open_text(&talk, "* OK ready\r\n* 1 EXISTS\r\n* 2 EXISTS\r\n", 0, true);
    assert_int_equal(read_message(&talk, &first), SESSION_MESSAGE);
    assert_int_equal(read_message(&talk, &second), SESSION_MESSAGE);
    session_unread(talk.session, second);
    session_unread(talk.session, first);
    assert_message(&talk, "* OK ready\r\n", "greeting", "* OK ready\r\n");
    assert_message(&talk, "* 1 EXISTS\r\n", "number", "1");
    assert_message(&talk, "* 2 EXISTS\r\n", "number", "2");
    close_talk(&talk);
}

static void silence_ends_at_the_deadline(void **state) {
    (void)state;
    struct talk talk;
    struct message *message;

    open_text(&talk, "* OK rea", 0, false);
    assert_int_equal(session_read(talk.session, clock_milliseconds() + 50, &message),
                     SESSION_TIMED_OUT);
    assert_non_null(strstr(talk.session->problem, "8 octets of a message"));
    assert_int_equal(session_read(talk.session, CONNECTION_NOW, &message), SESSION_TIMED_OUT);
    assert_int_equal(talk.result.finding_count, 0);
    close_talk(&talk);
}

static void a_close_within_a_message_is_found(void **state) {
    (void)state;
    struct talk talk;
    struct message *message;

    open_text(&talk, "* OK ready\r\n* 1 FETCH (BODY[TEXT] {5}\r\nab", 0, true);
    assert_message(&talk, "* OK ready\r\n", "greeting", "* OK ready\r\n");
    assert_int_equal(read_message(&talk, &message), SESSION_CLOSED);
    assert_int_equal(read_message(&talk, &message), SESSION_CLOSED);
    assert_int_equal(talk.result.finding_count, 1);
    assert_int_equal(talk.result.findings[0].offset, 41);
    assert_int_equal(talk.result.transcript_count, 2);
    close_talk(&talk);
}

static void assert_given_up(const char *octets, size_t size) {
    struct talk talk;
    struct message *message;

    open_talk(&talk, octets, size, 0, false);
    assert_message(&talk, "* OK ready\r\n", "greeting", "* OK ready\r\n");
    assert_int_equal(read_message(&talk, &message), SESSION_FAILED);
    assert_int_equal(talk.result.finding_count, 1);
    assert_true(talk.session->message.capacity <= 4 * SESSION_REFUSED_LINE);
    close_talk(&talk);
}

static void what_does_not_end_is_given_up(void **state) {
    (void)state;
    static char text[400000] = "* OK ready\r\n* OK ";
    static char refused[400000] = "* OK ready\r\n+OK";
    static const char literal[] = "* OK ready\r\n* 1 FETCH (BODY[TEXT] {999999999}\r\n";

    memset(text + strlen(text), 'a', sizeof text - strlen(text));
    memset(refused + strlen(refused), 'a', sizeof refused - strlen(refused));
    assert_given_up(text, sizeof text);
    assert_given_up(refused, sizeof refused);
    assert_given_up(literal, strlen(literal));
}

static void responses_without_end_are_given_up(void **state) {
    (void)state;
    static const char line[] = "* 1 EXISTS\r\n";
    size_t length = strlen(line), size = (SESSION_MESSAGES + 100) * length;
    char *octets = malloc(size);
    struct talk talk;
    struct message *message;
    size_t count = 0;

    assert_non_null(octets);
    for (size_t i = 0; i < size; i += length) {
        memcpy(octets + i, line, length);
    }
    memcpy(octets, "* OK ready\r\n", length);
    open_talk(&talk, octets, size, 0, false);
    while (read_message(&talk, &message) == SESSION_MESSAGE) {
        message_free(message);
        count++;
    }
    assert_int_equal(count, SESSION_MESSAGES);
    assert_true(talk.result.transcript_count <= RESULT_TRANSCRIPT_LINES);
    close_talk(&talk);
    free(octets);
}

static void octets_in_clear_before_tls_are_found(void **state) {
    (void)state;
    struct talk talk;
    struct message *message;

    open_text(&talk, "* OK ready\r\n* 1 EXISTS\r\n", 0, true);
    assert_message(&talk, "* OK ready\r\n", "greeting", "* OK ready\r\n");
    assert_false(session_start_tls(talk.session));
    assert_found(&talk, 0, 24, "", "in clear");
    close_talk(&talk);

    open_text(&talk, "* OK ready\r\n* 1 EXISTS\r\n", 0, true);
    assert_message(&talk, "* OK ready\r\n", "greeting", "* OK ready\r\n");
    assert_int_equal(read_message(&talk, &message), SESSION_MESSAGE);
    session_unread(talk.session, message);
    assert_false(session_start_tls(talk.session));
    assert_found(&talk, 0, 24, "* 1 EXISTS", "in clear");
    assert_null(talk.session->unread);
    close_talk(&talk);
}

static void the_transcript_shows_what_it_is_told_to(void **state) {
    (void)state;
    struct talk talk;
    struct buffer shown = {0};

    open_text(&talk, "", 0, true);
    buffer_add_text(&shown, "a LOGIN ${user} ${password}\r\n");
    assert_int_equal(session_write(talk.session, "a LOGIN u p\r\n", 13, &shown), SESSION_MESSAGE);
    assert_int_equal(session_write(talk.session, "b NOOP\r\n", 8, NULL), SESSION_MESSAGE);
    assert_int_equal(talk.result.transcript_count, 2);
    assert_memory_equal(talk.result.transcript[0].octets, "a LOGIN ${user}", 15);
    assert_memory_equal(talk.result.transcript[1].octets, "b NOOP\r\n", 8);
    buffer_free(&shown);
    close_talk(&talk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_whole_at_every_piece_size),
        cmocka_unit_test(a_line_that_breaks_the_grammar_is_found_and_skipped),
        cmocka_unit_test(what_the_grammar_allows_is_checked),
        cmocka_unit_test(a_quirk_is_tolerated_and_found),
        cmocka_unit_test(after_a_wrong_greeting_come_responses),
        cmocka_unit_test(a_malformed_response_code_is_found_and_read),
        cmocka_unit_test(what_is_put_back_is_read_again),
        cmocka_unit_test(silence_ends_at_the_deadline),
        cmocka_unit_test(a_close_within_a_message_is_found),
        cmocka_unit_test(what_does_not_end_is_given_up),
        cmocka_unit_test(responses_without_end_are_given_up),
        cmocka_unit_test(octets_in_clear_before_tls_are_found),
        cmocka_unit_test(the_transcript_shows_what_it_is_told_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
