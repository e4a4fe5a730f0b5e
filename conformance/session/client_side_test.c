#include "client_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct conversation conversation;
    struct client_side client;
};

static int set_up(void **state) {
    struct fixture *fixture = malloc(sizeof *fixture);

    assert_non_null(fixture);
    conversation_begin(&fixture->conversation, imap_grammar_builtin());
    client_side_begin(&fixture->client, &fixture->conversation);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;

    conversation_free(&fixture->conversation);
    free(fixture);
    return 0;
}

/* In pieces of `chunk` octets. */
static void send(struct fixture *fixture, const char *text, size_t chunk) {
    for (size_t size = strlen(text); size > 0;) {
        size_t count = size < chunk ? size : chunk;
        client_side_send(&fixture->client, (const uint8_t *)text, count);
        text += count;
        size -= count;
    }
}

static void answer(struct fixture *fixture, const char *response) {
    size_t size = strlen(response);

    client_side_answered(&fixture->client, (const uint8_t *)response, size);
    conversation_hear_refused(&fixture->conversation, (const uint8_t *)response, size);
}

/* The commands in progress, as `a1 b2 `. */
static void assert_progress(const struct fixture *fixture, const char *wanted) {
    char text[512] = "";

    for (size_t i = 0; i < fixture->conversation.command_count; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s ", fixture->conversation.commands[i].tag);
    }
    assert_string_equal(text, wanted);
}

static void commands_are_heard_however_they_are_cut(void **state) {
    struct fixture *fixture = *state;

    for (size_t chunk = 1; chunk < 20; chunk++) {
        send(fixture, "a1 NOOP\r\na2 SELECT {4+}\r\nblob\r\na3 NO SUCH\r\na4 FETCH 1 FLAGS\r\n",
             chunk);
        assert_progress(fixture, "a1 a2 a3 a4 ");
        assert_int_equal(fixture->conversation.commands[3].kind, COMMAND_READ);
        answer(fixture, "a1 OK x\r\n");
        answer(fixture, "a2 OK x\r\n");
        answer(fixture, "a3 OK x\r\n");
        answer(fixture, "a4 OK x\r\n");
        assert_progress(fixture, "");
    }
}

static void a_command_is_heard_before_its_literal(void **state) {
    struct fixture *fixture = *state;

    send(fixture, "a1 LOGIN {3}\r\n", 5);
    assert_progress(fixture, "a1 ");
    send(fixture, "b c {2}\r\n", 5);
    assert_progress(fixture, "a1 ");
    answer(fixture, "a1 NO x\r\n");
    send(fixture, "a2 NOOP\r\n", 5);
    assert_progress(fixture, "a2 ");
}

static void a_command_that_breaks_after_a_literal_is_over(void **state) {
    struct fixture *fixture = *state;

    for (size_t chunk = 1; chunk < 60; chunk++) {
        send(fixture, "a1 APPEND x {3}\r\n", chunk);
        send(fixture, "abc \"17-Bul-1996 02:44:25 -0700\" {22}\r\n", chunk);
        answer(fixture, "a1 BAD x\r\n");
        send(fixture, "a2 NOOP\r\n", chunk);
        assert_progress(fixture, "a2 ");
        answer(fixture, "a2 OK x\r\n");
    }
}

static void what_is_answered_too_early_was_a_command(void **state) {
    struct fixture *fixture = *state;

    send(fixture, "a1 NOOP NOOP NOOP", 100);
    assert_progress(fixture, "");
    answer(fixture, "* BAD x\r\n");
    assert_progress(fixture, "");
    answer(fixture, "a1 BAD x\r\n");
    send(fixture, "a2 NOOP\r\n", 100);
    assert_progress(fixture, "a2 ");
}

static void lines_of_other_commands_are_no_commands(void **state) {
    struct fixture *fixture = *state;

    send(fixture, "a1 AUTHENTICATE PLAIN\r\n", 100);
    send(fixture, "AGEAYg==\r\n", 100);
    send(fixture, "n0 base64!\r\n", 100);
    assert_progress(fixture, "a1 ");
    answer(fixture, "a1 OK x\r\n");
    send(fixture, "a2 IDLE\r\n", 100);
    send(fixture, "DONE\r\n", 100);
    assert_progress(fixture, "a2 ");
    answer(fixture, "a2 OK x\r\n");
    send(fixture, "DONE\r\n", 100);
    assert_progress(fixture, "DONE ");
}

static void an_endless_line_takes_no_memory(void **state) {
    struct fixture *fixture = *state;

    send(fixture, "a1 NOOP ", 100);
    for (int i = 0; i < 10000; i++) {
        send(fixture, "((((((((((((((((((((((((((((((((((((((((((((((((((", 100);
    }
    assert_true(fixture->client.size <= CLIENT_SIDE_LINE);
    send(fixture, "\r\na2 NOOP\r\n", 100);
    assert_progress(fixture, "a1 a2 ");
}

static void survives_any_octets(void **state) {
    struct fixture *fixture = *state;
    unsigned seed = 1;

    for (int i = 0; i < 20000; i++) {
        static const char words[] =
            "a1 b{3}\r\n {2+}\r\nUID FETCH IDLE AUTHENTICATE PLAIN =\n\r\"(";
        seed = seed * 1103515245U + 12345U;
        size_t at = (seed >> 16) % (sizeof words - 1), left = sizeof words - 1 - at;
        seed = seed * 1103515245U + 12345U;
        size_t size = (seed >> 16) % 12;
        client_side_send(&fixture->client, (const uint8_t *)words + at, size < left ? size : left);
        if (i % 7 == 0) {
            answer(fixture, "a1 OK x\r\n");
        }
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(commands_are_heard_however_they_are_cut),
        TEST(a_command_is_heard_before_its_literal),
        TEST(a_command_that_breaks_after_a_literal_is_over),
        TEST(what_is_answered_too_early_was_a_command),
        TEST(lines_of_other_commands_are_no_commands),
        TEST(an_endless_line_takes_no_memory),
        TEST(survives_any_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
