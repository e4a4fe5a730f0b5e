/* Groups of expectations, played by a replay against a server that says all at once. */
#include "group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../session/script_test.h"

#define GREETING "* OK ready\r\n"

enum { TIMEOUT = 150 /* milliseconds, for what must not come */ };

struct play {
    struct script script;
    struct server server;
    struct run_options options;
    struct names names;
    struct dialog *dialog;
    struct replay_connection connection;
    struct replay replay;
    struct result result;
};

static struct dialog *load(const char *text) {
    char path[] = "/tmp/group-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    struct diagnostic diagnostic;

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    struct dialog *dialog = dialog_load(path, "/tmp", imap_grammar_builtin(), &diagnostic);
    remove(path);
    if (!dialog) {
        fail_msg("%u:%u: %s", diagnostic.line, diagnostic.column, diagnostic.message);
    }
    return dialog;
}

/* Plays the dialog of one connection in state greeting. */
static void play(struct play *play, const char *text, const char *said, bool closes) {
    char problem[512];

    *play = (struct play){.script = {.octets = said, .size = strlen(said), .closes = closes}};
    script_start(&play->script);
    play->dialog = load(text);
    play->server = (struct server){.host = "127.0.0.1", .port = play->script.port};
    play->options = (struct run_options){.timeout_milliseconds = TIMEOUT};
    play->names = (struct names){.dialog = play->dialog, .separator = '/'};
    result_begin(&play->result, play->dialog);
    play->connection.greeting_unread = true;
    play->connection.session =
        session_open(&play->server, play->dialog->grammar, &play->dialog->extensions, 1, TIMEOUT,
                     NULL, &play->result, problem);
    assert_non_null(play->connection.session);
    play->replay = (struct replay){.dialog = play->dialog,
                                   .options = &play->options,
                                   .names = &play->names,
                                   .user = "user",
                                   .connections = &play->connection,
                                   .result = &play->result};
    replay_steps(&play->replay);
}

static void end(struct play *play) {
    session_close(play->connection.session);
    script_stop(&play->script);
    variables_free(&play->replay.wire);
    variables_free(&play->replay.shown);
    result_free(&play->result);
    dialog_free(play->dialog);
}

/* Every dialog begins on line 3, after a header. */
#define HEADER "state: greeting\nmailbox: blob 0\n"

struct example {
    const char *name;
    const char *dialog;
    const char *said;
    unsigned line;        /* of the first failure; 0: it passes */
    const char *sentence; /* a part of it */
};

static const struct example examples[] = {
    {"untagged messages in any order", "C: a NOOP\nS: * 1 EXISTS\nS: * 2 RECENT\nS: a OK x\n",
     GREETING "* 2 RECENT\r\n* 1 EXISTS\r\na OK x\r\n", 0, NULL},
    {"unexpected ones are let through", "C: a NOOP\nS: * 1 EXISTS\nS: a OK x\n",
     GREETING "* 2 RECENT\r\n* 1 EXISTS\r\n* 1 EXISTS\r\na OK x\r\n", 0, NULL},
    {"one message meets one line", "C: a NOOP\nS: * 1 EXISTS\nS: * 1 EXISTS\nS: a OK x\n",
     GREETING "* 1 EXISTS\r\na OK x\r\n", 5, "less often"},
    {"a free line leaves a message to a choosy one",
     "C: a NOOP\nS: * ${:number} EXISTS\nS: * 1 EXISTS\nS: a OK x\n",
     GREETING "* 1 EXISTS\r\n* 2 EXISTS\r\na OK x\r\n", 0, NULL},
    {"nothing counts after the completion", "C: a NOOP\nS: * 1 EXISTS\nS: a OK x\n",
     GREETING "a OK x\r\n* 1 EXISTS\r\n", 4, "did not come"},
    {"NO for OK is the cause of the rest", "C: a NOOP\nS: * 1 EXISTS\nS: a OK x\n",
     GREETING "a NO x\r\n", 5, "\"NO\""},
    {"another tag", "C: a NOOP\nS: * 1 EXISTS\nS: a OK x\n", GREETING "* 1 EXISTS\r\nb OK x\r\n", 5,
     NULL},
    {"a + that nobody expects", "C: a NOOP\nS: a OK x\n", GREETING "+ go on\r\na OK x\r\n", 4,
     NULL},
    {"silence", "C: a NOOP\nS: * 1 EXISTS\nS: a OK x\n", GREETING "* 1 EXISTS\r\n", 5,
     "no answer within"},
    {"the greeting is expected", "S: * OK x\nC: a NOOP\nS: a OK x\n", GREETING "a OK x\r\n", 0,
     NULL},
    {"the greeting is another", "S: * PREAUTH x\nC: a NOOP\nS: a OK x\n", GREETING "a OK x\r\n", 3,
     NULL},

    {"S? may be missing", "C: a NOOP\nS?: * 1 EXISTS\nS: a OK x\n", GREETING "a OK x\r\n", 0, NULL},
    {"S? takes what others leave",
     "C: a NOOP\nS?: * ${n:number} EXISTS\nS: * 1 EXISTS\nS: a OK x\n",
     GREETING "* 1 EXISTS\r\na OK x\r\n", 0, NULL},

    {"S? excuses it from S!", "C: a NOOP\nS?: * 1 EXISTS\nS!: * ${:number} EXISTS\nS: a OK x\n",
     GREETING "* 1 EXISTS\r\na OK x\r\n", 0, NULL},

    {"S! must not come", "C: a NOOP\nS!: * 1 EXISTS\nS: a OK x\n",
     GREETING "* 1 EXISTS\r\na OK x\r\n", 4, "must not"},
    {"S! may come later", "C: a NOOP\nS!: * 1 EXISTS\nS: a OK x\nC: b NOOP\nS: b OK x\n",
     GREETING "a OK x\r\n* 1 EXISTS\r\nb OK x\r\n", 0, NULL},
    {"S! spares what another line expects",
     "C: a NOOP\nS: * 1 EXISTS\nS!: * ${:number} EXISTS\nS: a OK x\n",
     GREETING "* 1 EXISTS\r\na OK x\r\n", 0, NULL},
    {"but only once", "C: a NOOP\nS: * 1 EXISTS\nS!: * ${:number} EXISTS\nS: a OK x\n",
     GREETING "* 1 EXISTS\r\n* 1 EXISTS\r\na OK x\r\n", 5, "must not"},
    {"S! of a tagged response spares none", "C: a NOOP\nS!: a OK [READ-ONLY] x\nS: a OK x\n",
     GREETING "a OK [READ-ONLY] x\r\n", 4, "must not"},

    {"S~ in any order", "C: a NOOP\nC: b NOOP\nS~: a OK x\nS~: b OK x\n",
     GREETING "b OK x\r\na OK x\r\n", 0, NULL},
    {"without ~ in this one", "C: a NOOP\nC: b NOOP\nS: a OK x\nS: b OK x\n",
     GREETING "b OK x\r\na OK x\r\n", 5, NULL},
    {"S~ but one is missing", "C: a NOOP\nC: b NOOP\nS~: a OK x\nS~: b OK x\n",
     GREETING "b OK x\r\n", 5, "no answer within"},
    {"S~ of an untagged message", "C: a NOOP\nS~: * 1 EXISTS\nS~: * 2 RECENT\nS: a OK x\n",
     GREETING "* 2 RECENT\r\n* 1 EXISTS\r\na OK x\r\n", 0, NULL},

    {"S> after the line above", "C: a NOOP\nS: * 1 EXISTS\nS>: * 2 RECENT\nS: a OK x\n",
     GREETING "* 1 EXISTS\r\n* 2 RECENT\r\na OK x\r\n", 0, NULL},
    {"S> but it came before", "C: a NOOP\nS: * 1 EXISTS\nS>: * 2 RECENT\nS: a OK x\n",
     GREETING "* 2 RECENT\r\n* 1 EXISTS\r\na OK x\r\n", 5, "did not come"},
    {"S> and its neighbours in any order",
     "C: a NOOP\nS: * 1 EXISTS\nS>: * 2 RECENT\nS>: * ${n:number} EXISTS\nS>: * ${n} RECENT\n"
     "S: a OK x\n",
     GREETING "* 1 EXISTS\r\n* 3 EXISTS\r\n* 3 RECENT\r\n* 2 RECENT\r\na OK x\r\n", 0, NULL},
    {"S> and then any line", "C: a NOOP\nS: * 1 EXISTS\nS>: * 2 RECENT\nS: * 4 EXISTS\nS: a OK x\n",
     GREETING "* 4 EXISTS\r\n* 1 EXISTS\r\n* 2 RECENT\r\na OK x\r\n", 0, NULL},

    {"S= text", "C: a NOOP\nS=: a OK x\n", GREETING "a OK y\r\n", 4, NULL},
    {"S= the same text", "C: a NOOP\nS=: a OK x\n", GREETING "a OK x\r\n", 0, NULL},

    {"a capture of the same group",
     "C: a NOOP\nS: * ${n:number} EXISTS\nS: * ${n} RECENT\nS: a OK x\n",
     GREETING "* 3 RECENT\r\n* 3 EXISTS\r\na OK x\r\n", 0, NULL},
    {"a capture that differs", "C: a NOOP\nS: * ${n:number} EXISTS\nS: * ${n} RECENT\nS: a OK x\n",
     GREETING "* 4 RECENT\r\n* 3 EXISTS\r\na OK x\r\n", 5, "4"},
    {"a capture of an earlier group",
     "C: a NOOP\nS: * ${n:number} EXISTS\nS: a OK x\nC: b NOOP\nS: * ${n} RECENT\nS: b OK x\n",
     GREETING "* 3 EXISTS\r\na OK x\r\n* 4 RECENT\r\nb OK x\r\n", 7, "4"},

    {"a group without an end waits", "C: a NOOP\nS: * 1 EXISTS\nC: b NOOP\nS: b OK x\n",
     GREETING "* 2 RECENT\r\n", 4, "no answer within"},
    {"what it does not need is for the next",
     "C: a NOOP\nS: * 1 EXISTS\nC: b NOOP\nS: * 2 RECENT\nS: b OK x\n",
     GREETING "* 2 RECENT\r\n* 1 EXISTS\r\nb OK x\r\n", 0, NULL},
    {"S! after a wait", "C: a NOOP\nS: a OK x\n!wait 20ms\nS!: * 1 EXISTS\n",
     GREETING "a OK x\r\n* 1 EXISTS\r\n", 6, "must not"},
    {"a tagged response ends it too", "C: a NOOP\nS: * 1 EXISTS\nC: b NOOP\nS: b OK x\n",
     GREETING "a BAD x\r\n* 1 EXISTS\r\nb OK x\r\n", 4, NULL},

    {"a line that can't be read is shown", "C: a NOOP\nS: * SEARCH 1\nS: a OK x\n",
     GREETING "* SEARCH  1\r\na OK x\r\n", 4, "expected "},
    {"nor is what is left of it an answer", "C: a NOOP\nS: * 1 FETCH (FLAGS ())\nS: a OK x\n",
     GREETING "* 1 FETCH (BODY[TEXT] {2}\r\na\r\nb)\r\na OK x\r\n", 4, NULL},
    {"a tagged line that can't be read", "C: a NOOP\nS: a OK x\n", GREETING "a OK\r\n", 4,
     "expected "},

    {"a literal's + need not be shown", "C: a APPEND blob {2}\nC: hi\nS: a OK x\n",
     GREETING "* 1 EXISTS\r\n+ go\r\na OK x\r\n", 0, NULL},
    {"a literal's + is shown", "C: a APPEND blob {2}\nS: + x\nC: hi\nS: a OK x\n",
     GREETING "+ go\r\na OK x\r\n", 0, NULL},
    {"a literal is refused", "C: a APPEND blob {2}\nC: hi\nS: * 1 EXISTS\nS: a NO x\n",
     GREETING "* 1 EXISTS\r\na NO x\r\n", 0, NULL},
    {"a literal is refused where it must not", "C: a APPEND blob {2}\nC: hi\nS: a OK x\n",
     GREETING "a NO x\r\n", 5, "\"NO\""},
    {"a literal is met with silence", "C: a APPEND blob {2}\nC: hi\nS: a OK x\n", GREETING, 4,
     "no answer within"},

    {"IDLE", "C: a IDLE\nS: + x\n!idle 10ms\nC: DONE\nS: a OK x\n", GREETING "+ x\r\na OK x\r\n", 0,
     NULL},
    {"no IDLE", "C: a NOOP\nS: a OK x\n!idle 10ms\n", GREETING "a OK x\r\n", 5, "not in IDLE"},
    {"IDLE is not just any +", "C: a AUTHENTICATE PLAIN\nS: + x\n!idle 10ms\n",
     GREETING "+ x\r\na OK x\r\n", 5, "not in IDLE"},
    {"the server must close", "C: a NOOP\nS: a OK x\n!expect-close\n", GREETING "a OK x\r\n", 5,
     "did not close"},
    {"the client has closed", "!close\nC: a NOOP\nS: a OK x\n", GREETING, 4, "closed already"},
    {"a server that may close may not keep silent", "!may-close\nC: a NOOP\nS: a NO x\n", GREETING,
     5, "no answer within"},
};

/* The server closes the connection when all is said. */
static const struct example closing_examples[] = {
    {"the server may close", "!may-close\nC: a NOOP\nS: * 1 EXISTS\nS: a OK x\nC: b NOOP\n",
     GREETING "* BYE x\r\n", 0, NULL},
    {"the server must not close", "C: a NOOP\nS: a OK x\n!may-close\n", GREETING, 4,
     "closed the connection"},
    {"but say nothing wrong before", "!may-close\nC: a NOOP\nS!: * 1 EXISTS\nS: a OK x\n",
     GREETING "* 1 EXISTS\r\n", 5, "must not"},
    {"nor answer wrongly", "!may-close\nC: a NOOP\nS: a NO x\n", GREETING "a OK x\r\n", 5,
     "\"OK\""},
    {"it may close instead of asking for a literal",
     "!may-close\nC: a APPEND blob {2}\nC: hi\nS: a NO x\n", GREETING "* BYE x\r\n", 0, NULL},
    {"and while one waits", "!may-close\nC: a NOOP\n!wait 20ms\nC: b NOOP\nS: b OK x\n",
     GREETING "* BYE x\r\n", 0, NULL},
};

static void check(const struct example *example, bool closes) {
    struct play result;
    char text[512];

    snprintf(text, sizeof text, "%s%s", HEADER, example->dialog);
    play(&result, text, example->said, closes);
    unsigned line = result.result.failure_count ? result.result.failures[0].line : 0;
    const char *sentence = line ? result.result.failures[0].sentence : "";
    bool is_told = !example->sentence || strstr(sentence, example->sentence);
    if (line != example->line || !is_told) {
        fail_msg("%s: line %u, expected %u: %s", example->name, line, example->line, sentence);
    }
    end(&result);
}

static void every_example_fails_where_it_must(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        check(&examples[i], false);
    }
    for (size_t i = 0; i < sizeof closing_examples / sizeof *closing_examples; i++) {
        check(&closing_examples[i], true);
    }
}

/* The transcript is this, the sides before each message. */
static void assert_transcript(const struct result *result, const char *expected) {
    char text[1024] = "";

    for (size_t i = 0; i < result->transcript_count; i++) {
        const struct transcript_line *line = &result->transcript[i];
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%c: %.*s", line->side == CLIENT ? 'C' : 'S',
                 (int)line->size, (const char *)line->octets);
    }
    assert_string_equal(text, expected);
}

static void a_refused_literal_is_not_sent(void **state) {
    (void)state;
    struct play result;

    play(&result, HEADER "C: a APPEND blob {2}\nC: hi\nS: a NO x\nC: b NOOP\nS: b OK x\n",
         GREETING "a NO x\r\nb OK x\r\n", false);
    assert_int_equal(result.result.outcome, OUTCOME_PASS);
    assert_transcript(&result.result, "S: * OK ready\r\n"
                                      "C: a APPEND blob {2}\r\n"
                                      "S: a NO x\r\n"
                                      "C: b NOOP\r\n"
                                      "S: b OK x\r\n");
    end(&result);
}

static void a_failure_shows_both_sides(void **state) {
    (void)state;
    struct play result;

    play(&result,
         HEADER
         "C: a SEARCH ALL\nS: * LIST (...) \"/\" ${box:mailbox}\nS: * 12 EXISTS\nS: a OK x\n",
         GREETING "* LIST () \"/\" blob\r\n* 2 RECENT\r\n* 13 EXISTS\r\na OK x\r\n", false);
    assert_int_equal(result.result.failure_count, 1);
    const struct failure *failure = &result.result.failures[0];
    assert_string_equal(failure->expected, "* 12 EXISTS");
    assert_string_equal(failure->actual, "* 13 EXISTS");
    assert_int_equal(failure->expected_caret, failure->actual_caret);
    assert_non_null(failure->rule);
    end(&result);
}

static void placeholders_are_shown_as_written(void **state) {
    (void)state;
    struct play result;

    play(&result, HEADER "C: a LIST \"\" *\nS: * LIST (...) \"/\" ${box:mailbox}\nS: a OK x\n",
         GREETING "* LSUB () \"/\" blob\r\na OK x\r\n", false);
    assert_int_equal(result.result.failure_count, 1);
    assert_string_equal(result.result.failures[0].expected, "* LIST (...) \"/\" ${box:mailbox}");
    end(&result);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_fails_where_it_must),
        cmocka_unit_test(a_refused_literal_is_not_sent),
        cmocka_unit_test(a_failure_shows_both_sides),
        cmocka_unit_test(placeholders_are_shown_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
