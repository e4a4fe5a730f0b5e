#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "pattern.h"
#include "placeholder.h"

static struct pattern *compile(const char *text, char error[320]) {
    char problem[256];
    unsigned column;
    struct pattern *pattern =
        pattern_compile(imap_grammar_builtin(), IMAP_RESPONSE, (const uint8_t *)text, strlen(text),
                        problem, &column);

    error[0] = '\0';
    if (!pattern) {
        snprintf(error, 320, "%u: %s", column, problem);
    }
    return pattern;
}

/* Draws the holes: name, `...` or rule, the rule of the node that is marked. */
static void draw_holes(const struct pattern *pattern, char *text, size_t capacity) {
    text[0] = '\0';
    for (size_t i = 0; i < pattern->hole_count; i++) {
        const struct pattern_hole *hole = &pattern->holes[i];
        const struct imap_node *node = &pattern->nodes[hole->node];
        size_t length = strlen(text);
        assert_true(hole->end <= pattern->size && hole->start < hole->end);
        if (hole->node) {
            assert_int_equal(node->start, hole->start);
            assert_int_equal(node->end, hole->end);
        }
        snprintf(text + length, capacity - length, "%s%s:%s=%s", i > 0 ? " " : "",
                 hole->name ? hole->name : "",
                 hole->rest ? "..." : imap_rule_name(pattern->grammar, hole->rule),
                 hole->node ? imap_rule_name(pattern->grammar, node->rule) : "text");
    }
}

static void holes_mark_nodes(void **state) {
    (void)state;
    static const struct {
        const char *text, *holes;
    } patterns[] = {
        {"* 172 EXISTS", ""},
        {"* ${n:number} EXISTS", "n:number=number"},
        {"* ${n:nz-number} EXPUNGE", "n:nz-number=number"},
        {"* 10 FETCH (FLAGS (\\Seen) ...)", ":...=msg-att-dynamic"},
        {"* 10 FETCH (FLAGS (\\Seen ...))", ":...=flag-fetch"},
        {"* 11 FETCH ...", ":...=msg-att"},
        {"* CAPABILITY IMAP4rev1 ...", ":...=capability"},
        {"* SEARCH 2 ...", ":...=nz-number"},
        {"* SEARCH ${a:nz-number} ...", "a:nz-number=nz-number :...=nz-number"},
        {"* STATUS blob (MESSAGES 3 ...)", ":...=status-att-val"},
        {"* STATUS blob (UIDVALIDITY ${validity:uniqueid})", "validity:uniqueid=number"},
        {"* FLAGS (\\Seen ...)", ":...=flag"},
        {"* LIST (...) \"/\" foo", ":...=mbx-list-flags"},
        {"* LIST (${:mbx-list-oflag}) \"/\" foo", ":mbx-list-oflag=mbx-list-oflag"},
        {"* LIST (...) \"/\" ${m:mailbox}", ":...=mbx-list-flags m:mailbox=mailbox"},
        {"* OK ...", ":...=resp-text"},
        {"* OK ${:text}", ":text=text"},
        {"* OK Welcome ...", ":...=text"},
        {"* OK [UIDNEXT ${n:nz-number}] ...", "n:nz-number=nz-number :...=text"},
        {"* OK [UNSEEN ...] x", ":...=nz-number"},
        {"* OK [...] ...", ":...=resp-text-code :...=text"},
        {"a ${:resp-cond-state}", ":resp-cond-state=resp-cond-state"},
        {"* 1 FETCH (BODY[TEXT] ${:nstring})", ":nstring=nstring"},
        {"* 1 FETCH (BODY[TEXT] ${:string})", ":string=nstring"},
        {"* 1 FETCH (ENVELOPE ...)", ":...=envelope"},
        {"* 1 FETCH (BODY[1] {9}\r\n ... ${x} UID ... FLAGS ())", ":...=nz-number"},
        {"+", ":...=resp-text"},
        {"* OK Logging in...", ""},
        {"* OK {5} ...", ":...=text"},
        {"* OK {3", ""},
    };
    unsigned failures = 0;

    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        char error[320], holes[256];
        struct pattern *pattern = compile(patterns[i].text, error);
        if (!pattern) {
            fail_msg("%s: %s", patterns[i].text, error);
        }
        draw_holes(pattern, holes, sizeof holes);
        if (strcmp(holes, patterns[i].holes) != 0) {
            print_error("%s: %s\n", patterns[i].text, holes);
            failures++;
        }
        assert_memory_equal(pattern->octets + pattern->size - 2, "\r\n", 2);
        pattern_free(pattern);
    }
    assert_int_equal(failures, 0);
}

static void holes_are_written_as_they_were(void **state) {
    (void)state;
    static const char *const texts[] = {"${:number>seven}", "${n:nz-number<seven}", "${n:number}",
                                        "${:nz-number}"};
    char message[320], error[320], text[PLACEHOLDER_TEXT];

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        snprintf(message, sizeof message, "* %s FETCH (FLAGS (...))", texts[i]);
        struct pattern *pattern = compile(message, error);
        assert_non_null(pattern);
        pattern_write_hole(pattern, &pattern->holes[0], text, sizeof text);
        assert_string_equal(text, texts[i]);
        pattern_write_hole(pattern, &pattern->holes[1], text, sizeof text);
        assert_string_equal(text, "...");
        pattern_free(pattern);
    }
}

static void errors_are_placed_in_the_text(void **state) {
    (void)state;
    static const struct {
        const char *text, *error;
    } patterns[] = {
        {"* ${n:nonsense} EXISTS", "7: the grammar has no rule of this name"},
        {"* ${n} EXISTS", "3: this is not captured yet"},
        {"* ${n:number EXISTS", "3: the placeholder has no end: ${name:rule}, ${name}, ${:rule} or "
                                "${hex:00}"},
        {"* 1 FETCH (UID ${x:tag})", "16: nz-number: expected digit-nz, got \"a\""},
        {"* 1${n:number} EXISTS", "4: a placeholder must stand for a whole element of the message"},
        {"* OK ${name:atom} is here",
         "6: a placeholder must stand for a whole element of the message"},
        {"* 1 FETCH (BODY[TEXT] {3}\r\nab", "30: nstring: expected SP / \")\", got LF"},
        {"* 1 FETCH (BODY[TEXT] {9}\r\nab", "30: the message is incomplete: expected CHAR8"},
        {"* OK [UNSEEN 0] x", "6: this begins like a response code, but isn't one"},
    };
    unsigned failures = 0;

    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        char error[320];
        pattern_free(compile(patterns[i].text, error));
        if (strcmp(error, patterns[i].error) != 0) {
            print_error("%s: %s\n", patterns[i].text, error);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
}

static void work_is_bounded(void **state) {
    (void)state;
    static char text[64 * 20];
    char error[320];

    strcpy(text, "* SEARCH");
    for (int i = 0; i < 65; i++) {
        strcat(text, " ...");
    }
    assert_null(compile(text, error));
    assert_string_equal(error, "266: a message has at most 64 placeholders");
    text[strlen(text) - 4] = '\0';
    struct pattern *pattern = compile(text, error);
    assert_non_null(pattern);
    assert_int_equal(pattern->hole_count, 64);
    pattern_free(pattern);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_mark_nodes),
        cmocka_unit_test(holes_are_written_as_they_were),
        cmocka_unit_test(errors_are_placed_in_the_text),
        cmocka_unit_test(work_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
