#include "specimen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 1000 };

static void read_octets(struct specimen *specimen, enum imap_root root, const char *octets,
                        size_t size) {
    struct imap_extensions all;

    imap_extensions_of_dialect(imap_grammar_builtin(), "all", &all);
    specimen_read(specimen, imap_grammar_builtin(), &all, root, (const uint8_t *)octets, size);
}

static void read_text(struct specimen *specimen, enum imap_root root, const char *text) {
    read_octets(specimen, root, text, strlen(text));
}

/* Is that what the node says? */
static bool says(const struct specimen *specimen, uint32_t index, const char *text) {
    const struct imap_node *node = &specimen->nodes[index];

    return index != 0 && node->end - node->start == strlen(text) &&
           memcmp(specimen->octets + node->start, text, strlen(text)) == 0;
}

static uint32_t find(const struct specimen *specimen, const char *text) {
    uint32_t index = 1;

    while (index < specimen->tree.count && !says(specimen, index, text)) {
        index++;
    }
    assert_true(index < specimen->tree.count);
    return index;
}

static int set_up(void **state) {
    *state = malloc(sizeof(struct specimen));
    return *state ? 0 : -1;
}

static int tear_down(void **state) {
    free(*state);
    return 0;
}

static void nodes_know_their_parents_and_brothers(void **state) {
    struct specimen *specimen = *state;

    read_text(specimen, IMAP_COMMAND, "a STORE 1 FLAGS (\\A \\B)\r\n");
    assert_true(specimen->is_whole);
    uint32_t first = find(specimen, "\\A"), second = find(specimen, "\\B");
    assert_int_equal(specimen->before[first], 0);
    assert_int_equal(specimen->before[second], first);
    assert_int_equal(specimen->parents[first], specimen->parents[second]);
    assert_true(says(specimen, specimen->parents[first], "(\\A \\B)"));
    assert_true(says(specimen, specimen->parents[specimen->parents[first]], "FLAGS (\\A \\B)"));
}

static void extensions_are_read(void **state) {
    struct specimen *specimen = *state;

    read_text(specimen, IMAP_COMMAND, "a UID MOVE 1 box\r\n");
    assert_true(specimen->is_whole);
}

static void what_is_refused_is_read_as_far_as_it_goes(void **state) {
    struct specimen *specimen = *state;

    read_text(specimen, IMAP_RESPONSE, "* FLAGS (\\A \\B))\r\n");
    assert_false(specimen->is_whole);
    assert_int_equal(specimen->read, strlen("* FLAGS (\\A \\B)"));
    assert_true(says(specimen, specimen->before[find(specimen, "\\B")], "\\A"));
    assert_int_equal(specimen->parents[find(specimen, "\\B")], 0);
    read_text(specimen, IMAP_RESPONSE, "* 1 EXISTS\r\n* 2 EXISTS\r\n");
    assert_false(specimen->is_whole);
}

static void there_are_limits(void **state) {
    enum { LARGE = SPECIMEN_OCTETS + 2 };
    struct specimen *specimen = *state;
    char *octets = malloc(LARGE);

    assert_non_null(octets);
    for (size_t i = 0; i < LARGE; i++) {
        octets[i] = i % 2 ? '1' : ' ';
    }
    memcpy(octets, "* SEARCH", 8);
    memcpy(octets + LARGE - 2, "\r\n", 2);
    read_octets(specimen, IMAP_RESPONSE, octets, LARGE);
    assert_false(specimen->is_whole);
    assert_int_equal(specimen->size, SPECIMEN_OCTETS);
    memcpy(octets + SPECIMEN_OCTETS - 2, "\r\n", 2);
    read_octets(specimen, IMAP_RESPONSE, octets, SPECIMEN_OCTETS);
    assert_true(specimen->is_whole);
    assert_int_equal(specimen->tree.count, SPECIMEN_NODES);
    free(octets);
}

static bool is_never(const void *context, const struct imap_node *node) {
    (void)context;
    (void)node;
    return false;
}

static bool is_at(const void *start, const struct imap_node *node) {
    return node->start == *(const uint64_t *)start;
}

static void nodes_are_found_wherever_they_are(void **state) {
    struct specimen *specimen = *state;
    struct random random = random_stream(1, 0);

    read_text(specimen, IMAP_RESPONSE, "* FLAGS (\\A \\B)\r\n");
    for (int i = 0; i < SEEDS; i++) {
        uint64_t start = strlen("* FLAGS (");
        assert_int_equal(specimen_find(specimen, &random, is_never, NULL), 0);
        assert_true(says(specimen, specimen_find(specimen, &random, is_at, &start), "\\A"));
    }
    read_text(specimen, IMAP_RESPONSE, "???\r\n");
    assert_int_equal(specimen_find(specimen, &random, is_never, NULL), 0);
    assert_int_equal(specimen_choose(specimen, &random), 0);
    assert_int_equal(specimen_choose_item(specimen, &random), 0);
}

/* Most of the time: the name of the mailbox has a brother, too. */
static void items_are_of_one_rule_if_they_can(void **state) {
    struct specimen *specimen = *state;
    struct random random = random_stream(1, 0);
    size_t flags = 0, names = 0;

    read_text(specimen, IMAP_RESPONSE, "* LIST (\\A \\B) NIL box\r\n");
    for (int i = 0; i < SEEDS; i++) {
        uint32_t node = specimen_choose_item(specimen, &random);
        flags += says(specimen, node, "\\B");
        names += says(specimen, node, "box");
    }
    assert_in_range(flags, SEEDS * 2 / 3, SEEDS - names);
    assert_in_range(names, 1, SEEDS / 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_know_their_parents_and_brothers),
        cmocka_unit_test(extensions_are_read),
        cmocka_unit_test(what_is_refused_is_read_as_far_as_it_goes),
        cmocka_unit_test(there_are_limits),
        cmocka_unit_test(nodes_are_found_wherever_they_are),
        cmocka_unit_test(items_are_of_one_rule_if_they_can),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
