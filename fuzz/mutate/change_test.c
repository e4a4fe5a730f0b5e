#include "change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 3000, ROOM = 4096 };

/* What a change may make of an input. */
struct bench {
    struct specimen specimen, other;
    struct imap_generator *generator;
    struct edges *edges;
    uint8_t text[CHANGE_TEXT];
    uint8_t output[ROOM + 1];
    size_t size; /* of the output */
};

static void read_into(struct specimen *specimen, enum imap_root root, const char *message) {
    struct imap_extensions all;

    imap_extensions_of_dialect(imap_grammar_builtin(), "all", &all);
    specimen_read(specimen, imap_grammar_builtin(), &all, root, (const uint8_t *)message,
                  strlen(message));
}

/* The change as the seed makes it, as a string; NULL: it had nothing to change. */
static const char *make(struct bench *bench, change *change_it, uint64_t seed) {
    struct random random = random_stream(seed, 0);
    struct draft draft = {bench->output, bench->specimen.size, ROOM};
    struct changing changing = {.grammar = imap_grammar_builtin(),
                                .generator = bench->generator,
                                .edges = bench->edges,
                                .specimen = &bench->specimen,
                                .other = &bench->other,
                                .draft = &draft,
                                .random = &random,
                                .text = bench->text};

    memcpy(bench->output, bench->specimen.octets, bench->specimen.size);
    memset(bench->text, '?', ROOM); /* what is not written, but read */
    if (!change_it(&changing)) {
        return NULL;
    }
    bench->size = draft.size;
    bench->output[draft.size] = '\0';
    return (const char *)bench->output;
}

/* Some seed makes it. */
static void makes(struct bench *bench, change *change_it, enum imap_root root, const char *input,
                  const char *output) {
    bool made = false;

    read_into(&bench->specimen, root, input);
    for (uint64_t seed = 0; seed < SEEDS && !made; seed++) {
        const char *text = make(bench, change_it, seed);
        made = text && bench->size == strlen(output) && memcmp(text, output, bench->size) == 0;
    }
    if (!made) {
        fail_msg("never made: %s", output);
    }
}

static int set_up(void **state) {
    struct bench *bench = malloc(sizeof *bench);
    struct imap_grammar_problem problem;

    assert_non_null(bench);
    bench->generator = imap_generator_new(NULL, 0, NULL, &problem);
    bench->edges = edges_new(imap_grammar_builtin());
    read_into(&bench->other, IMAP_RESPONSE, "* LIST (\\X) \"|\" there\r\n");
    *state = bench;
    return bench->generator && bench->edges ? 0 : -1;
}

static int tear_down(void **state) {
    struct bench *bench = *state;

    imap_generator_free(bench->generator);
    edges_free(bench->edges);
    free(bench);
    return 0;
}

static void items_are_repeated_dropped_and_swapped(void **state) {
    const char list[] = "* FLAGS (\\A \\B \\C)\r\n";

    makes(*state, change_repeat, IMAP_RESPONSE, list, "* FLAGS (\\A \\B \\C \\C)\r\n");
    makes(*state, change_repeat, IMAP_RESPONSE, list, "* FLAGS (\\A \\B \\B \\C)\r\n");
    makes(*state, change_repeat, IMAP_RESPONSE, list, "* FLAGS (\\A \\B \\C \\C \\C \\C)\r\n");
    makes(*state, change_drop, IMAP_RESPONSE, list, "* FLAGS (\\A \\B)\r\n");
    makes(*state, change_drop, IMAP_RESPONSE, list, "* FLAGS (\\B \\C)\r\n");
    makes(*state, change_swap, IMAP_RESPONSE, list, "* FLAGS (\\B \\A \\C)\r\n");
    makes(*state, change_repeat, IMAP_RESPONSE, "* SEARCH 1 2\r\n", "* SEARCH 1 2 2\r\n");
    makes(*state, change_drop, IMAP_COMMAND, "a FETCH 1 (UID FLAGS)\r\n", "a FETCH 1 (UID)\r\n");
    makes(*state, change_swap, IMAP_RESPONSE, "* 1 FETCH (FLAGS () UID 7)\r\n",
          "* 1 FETCH (UID 7 FLAGS ())\r\n");
}

static void an_item_that_is_alone_is_repeated(void **state) {
    makes(*state, change_repeat, IMAP_RESPONSE, "* FLAGS (\\A)\r\n", "* FLAGS (\\A \\A)\r\n");
    makes(*state, change_repeat, IMAP_COMMAND, "a FETCH 1 UID\r\n", "a FETCH 1,1 UID\r\n");
    makes(*state, change_repeat, IMAP_RESPONSE,
          "* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 1) \"MIXED\"))\r\n",
          "* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 1)(\"A\" \"B\" NIL NIL NIL \"7BIT\" "
          "1) \"MIXED\"))\r\n");
}

static void recursion_grows_and_shrinks(void **state) {
    makes(*state, change_grow, IMAP_COMMAND, "a SEARCH NOT SEEN\r\n", "a SEARCH NOT NOT SEEN\r\n");
    makes(*state, change_shrink, IMAP_COMMAND, "a SEARCH NOT SEEN\r\n", "a SEARCH SEEN\r\n");
    makes(*state, change_shrink, IMAP_RESPONSE,
          "* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 1) \"MIXED\"))\r\n",
          "* 1 FETCH (BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1))\r\n");
}

/* Deeper than the grammar's reader goes, and as deep as there is room. */
static void recursion_gets_deeper_than_readers(void **state) {
    struct bench *bench = *state;
    size_t deepest = 0;

    read_into(&bench->specimen, IMAP_COMMAND, "a SEARCH (SEEN)\r\n");
    for (uint64_t seed = 0; seed < SEEDS / 10; seed++) {
        const char *text = make(bench, change_deepen, seed);
        if (text) {
            size_t depth = strspn(text + strlen("a SEARCH "), "(");
            assert_in_range(depth, IMAP_MAX_DEPTH + 1, ROOM / 2);
            assert_int_equal(strspn(text + strlen("a SEARCH ") + depth + strlen("SEEN"), ")"),
                             depth);
            deepest = depth > deepest ? depth : deepest;
        }
    }
    assert_in_range(deepest, ROOM / 2 - 20, ROOM / 2);
}

/* Such a change would be none. */
static void what_grows_or_shrinks_is_another(void **state) {
    struct bench *bench = *state;

    read_into(&bench->specimen, IMAP_COMMAND, "a SEARCH SEEN\r\n");
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        assert_null(make(bench, change_grow, seed));
        assert_null(make(bench, change_shrink, seed));
    }
}

static void parts_of_the_other_are_taken(void **state) {
    makes(*state, change_splice, IMAP_RESPONSE, "* LIST () \"/\" here\r\n",
          "* LIST () \"/\" there\r\n");
    makes(*state, change_splice, IMAP_RESPONSE, "* LSUB (\\Y) NIL here\r\n",
          "* LSUB (\\X) NIL here\r\n");
}

static void what_is_the_same_is_not_taken(void **state) {
    struct bench *bench = *state;
    const char input[] = "* LIST (\\X) \"|\" here\r\n";

    read_into(&bench->specimen, IMAP_RESPONSE, input);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const char *text = make(bench, change_splice, seed);
        assert_true(!text || strcmp(text, input) != 0);
    }
}

static void strings_are_written_in_other_ways(void **state) {
    const char input[] = "a SELECT box\r\n";

    makes(*state, change_encoding, IMAP_COMMAND, input, "a SELECT \"box\"\r\n");
    makes(*state, change_encoding, IMAP_COMMAND, input, "a SELECT {3}\r\nbox\r\n");
    makes(*state, change_encoding, IMAP_COMMAND, input, "a SELECT {3+}\r\nbox\r\n");
    makes(*state, change_encoding, IMAP_COMMAND, "a SELECT {3}\r\nbox\r\n", input);
}

static void values_go_to_their_edges(void **state) {
    makes(*state, change_edge, IMAP_RESPONSE, "* 3 EXISTS\r\n", "* 4294967295 EXISTS\r\n");
    makes(*state, change_edge, IMAP_RESPONSE, "* 3 EXISTS\r\n", "* 4 EXISTS\r\n");
    makes(*state, change_edge, IMAP_RESPONSE, "* FLAGS (\\A)\r\n", "* FLAGS (\\Recent)\r\n");
    makes(*state, change_edge, IMAP_COMMAND, "a SELECT b\r\n", "a SELECT \"&Jjo\"\r\n");
    makes(*state, change_edge, IMAP_COMMAND, "a NOOP\r\n", "* NOOP\r\n");
    makes(*state, change_edge, IMAP_COMMAND, "a SEARCH ON 2-Feb-1994\r\n",
          "a SEARCH ON 0-Jan-2000\r\n");
    makes(*state, change_edge, IMAP_COMMAND, "a SEARCH ON 2-Feb-1994\r\n",
          "a SEARCH ON 29-Feb-1900\r\n");
    makes(*state, change_edge, IMAP_COMMAND, "a SELECT b\r\n", "a SELECT INBOX/a\r\n");
    makes(*state, change_edge, IMAP_COMMAND, "a LOGIN me b\r\n", "a LOGIN me \"\\\\\"\r\n");
    makes(*state, change_edge, IMAP_COMMAND, "a EXPUNGE\r\n", "+ EXPUNGE\r\n");
}

static void words_go_wrong_in_their_middle(void **state) {
    const char input[] = "* STATUS a (UNSEEN 1)\r\n";

    makes(*state, change_word, IMAP_RESPONSE, input, "* STATUS a (UN 1)\r\n");
    makes(*state, change_word, IMAP_RESPONSE, input, "* STATUS a (UNSXEEN 1)\r\n");
    makes(*state, change_word, IMAP_RESPONSE, input, "* STATUS a (UXSEEN 1)\r\n");
}

/* Whatever becomes of a value, its literal says how long it is: but for a NUL it can be read. */
static void counts_stay_right(void **state) {
    struct bench *bench = *state;
    const char input[] = "a LOGIN {2}\r\nme {3}\r\nbox\r\n";
    struct imap_extensions all;
    size_t others = 0;

    imap_extensions_of_dialect(imap_grammar_builtin(), "all", &all);
    read_into(&bench->specimen, IMAP_COMMAND, input);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const char *text = make(bench, change_value, seed);
        if (text && !memchr(text, '\0', bench->size)) {
            others += strcmp(text, input) != 0;
            assert_true(specimen_can_be(imap_grammar_builtin(), &all, IMAP_COMMAND, bench->output,
                                        bench->size));
        }
    }
    assert_in_range(others, SEEDS / 2, SEEDS);
    makes(*state, change_value, IMAP_COMMAND, "a LOGIN me {3}\r\nbox\r\n",
          "a LOGIN me {2}\r\nox\r\n");
    makes(*state, change_value, IMAP_COMMAND, "a LOGIN me {3}\r\nbox\r\n", "a LOGIN me \"ox\"\r\n");
}

static void values_get_as_long_as_buffers(void **state) {
    makes(*state, change_lengthen, IMAP_COMMAND, "a CREATE ab\r\n",
          "a CREATE \"ababababababababa\"\r\n");
    makes(*state, change_lengthen, IMAP_COMMAND, "a CREATE ab\r\n",
          "a CREATE {16}\r\nabababababababab\r\n");
    makes(*state, change_lengthen, IMAP_COMMAND, "a CREATE \"\"\r\n", "a CREATE \"aaaaaaa\"\r\n");
    makes(*state, change_lengthen, IMAP_RESPONSE, "* FLAGS (\\ab)\r\n",
          "* FLAGS (\\abbbbbbbb)\r\n");
}

static void texts_are_long_now_and_then(void **state) {
    struct bench *bench = *state;
    size_t longest = 0, sum = 0;

    read_into(&bench->specimen, IMAP_COMMAND, "a CREATE box\r\n");
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        if (make(bench, change_regenerate, seed)) {
            sum += bench->size;
            longest = bench->size > longest ? bench->size : longest;
        }
    }
    assert_in_range(longest, 1000, ROOM);
    assert_in_range(sum, SEEDS * 15, SEEDS * 150);
}

static void what_is_no_rule_has_no_text(void **state) {
    struct bench *bench = *state;
    struct random random = random_stream(1, 0);

    assert_int_equal(change_generate(bench->generator, 0, false, &random, bench->text), 0);
}

/* As often as not one that means something to IMAP. */
static void octets_become_any(void **state) {
    struct bench *bench = *state;
    bool seen[256] = {false};
    size_t kinds = 0;

    read_into(&bench->specimen, IMAP_COMMAND, "a\r\n");
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        make(bench, change_octets, seed);
        for (size_t i = 0; i < bench->size; i++) {
            kinds += !seen[bench->output[i]];
            seen[bench->output[i]] = true;
        }
    }
    assert_in_range(kinds, 250, 256);
}

static void counts_lie_when_asked(void **state) {
    makes(*state, change_count, IMAP_COMMAND, "a LOGIN me {3}\r\nbox\r\n",
          "a LOGIN me {4294967295}\r\nbox\r\n");
    makes(*state, change_count, IMAP_COMMAND, "a LOGIN me {3}\r\nbox\r\n",
          "a LOGIN me {4}\r\nbox\r\n");
    makes(*state, change_count, IMAP_RESPONSE, "* 1 FETCH (BINARY[1] ~{1}\r\nx)\r\n",
          "* 1 FETCH (BINARY[1] ~{0}\r\nx)\r\n");
}

/* What looks like the header of a literal is none. */
static void texts_have_no_counts(void **state) {
    struct bench *bench = *state;

    read_into(&bench->specimen, IMAP_RESPONSE, "* OK {5 x\r\n");
    for (uint64_t seed = 0; seed < SEEDS / 10; seed++) {
        const char *text = make(bench, change_count, seed);
        assert_non_null(text);
        assert_non_null(strstr(text, "}\r\n"));
    }
}

/* Of what the grammar refuses the nodes before are changed too, and the octets there. */
static void broken_messages_are_changed(void **state) {
    struct bench *bench = *state;
    const char input[] = "* FLAGS (\\A \\B \\C))\r\n";
    size_t near = 0, changed = 0;

    makes(*state, change_drop, IMAP_RESPONSE, input, "* FLAGS (\\A \\B))\r\n");
    read_into(&bench->specimen, IMAP_RESPONSE, input);
    assert_false(bench->specimen.is_whole);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const char *text = make(bench, change_octets, seed);
        changed += text && memcmp(text, input, sizeof input) != 0;
        near += text && memcmp(text, input, strlen("* FLAGS (\\A ")) == 0;
    }
    assert_in_range(changed, SEEDS * 9 / 10, SEEDS);
    assert_in_range(near, SEEDS / 2, SEEDS);
}

static void messages_are_broken_beside_nodes(void **state) {
    const char input[] = "* FLAGS (\\A \\B)\r\n";

    makes(*state, change_break, IMAP_RESPONSE, input, "* FLAGS (\\A\\B)\r\n");
    makes(*state, change_break, IMAP_RESPONSE, input, "* FLAGS (\\A \\B\r\n");
    makes(*state, change_break, IMAP_RESPONSE, input, "* FLAGS (\\A \\B}\r\n");
    makes(*state, change_break, IMAP_RESPONSE, input, "* FLAGS (\\A \\B))\r\n");
    makes(*state, change_break, IMAP_RESPONSE, input, "* FLAGS (\\A\r\n");
    makes(*state, change_break, IMAP_RESPONSE, input, "* FLAGS (\\A ");
}

static void there_may_be_nothing_to_change(void **state) {
    struct bench *bench = *state;

    read_into(&bench->specimen, IMAP_RESPONSE, "???\r\n");
    assert_null(make(bench, change_regenerate, 0));
    assert_null(make(bench, change_splice, 0));
    assert_null(make(bench, change_repeat, 0));
    assert_null(make(bench, change_grow, 0));
    assert_null(make(bench, change_encoding, 0));
    assert_null(make(bench, change_edge, 0));
    assert_null(make(bench, change_value, 0));
    assert_null(make(bench, change_word, 0));
    assert_null(make(bench, change_count, 0));
    assert_null(make(bench, change_break, 0));
    read_into(&bench->specimen, IMAP_RESPONSE, "* LIST () NIL box box\r\n");
    assert_null(make(bench, change_encoding, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_repeated_dropped_and_swapped),
        cmocka_unit_test(an_item_that_is_alone_is_repeated),
        cmocka_unit_test(recursion_grows_and_shrinks),
        cmocka_unit_test(recursion_gets_deeper_than_readers),
        cmocka_unit_test(what_grows_or_shrinks_is_another),
        cmocka_unit_test(parts_of_the_other_are_taken),
        cmocka_unit_test(what_is_the_same_is_not_taken),
        cmocka_unit_test(strings_are_written_in_other_ways),
        cmocka_unit_test(values_go_to_their_edges),
        cmocka_unit_test(words_go_wrong_in_their_middle),
        cmocka_unit_test(counts_stay_right),
        cmocka_unit_test(values_get_as_long_as_buffers),
        cmocka_unit_test(texts_are_long_now_and_then),
        cmocka_unit_test(what_is_no_rule_has_no_text),
        cmocka_unit_test(octets_become_any),
        cmocka_unit_test(counts_lie_when_asked),
        cmocka_unit_test(texts_have_no_counts),
        cmocka_unit_test(broken_messages_are_changed),
        cmocka_unit_test(messages_are_broken_beside_nodes),
        cmocka_unit_test(there_may_be_nothing_to_change),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
