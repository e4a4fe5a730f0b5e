#include "mutator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutate/session.h"
#include "mutate/specimen.h"

enum { ROOM = 4096, MUTANTS = 4000 };

static const char *const responses[] = {
    "* 12 FETCH (FLAGS (\\Seen) UID 7 BODY[HEADER] {5}\r\nabcde RFC822.SIZE 44827)\r\n",
    "* LIST (\\Noselect \\Marked) \"/\" ~/Mail/foo\r\n* SEARCH 2 5 8\r\na OK done\r\n",
    "* 1 FETCH (ENVELOPE (\"Wed\" \"x\" ((\"T\" NIL \"t\" \"c\")) NIL NIL NIL NIL NIL NIL "
    "\"<B>\"))\r\n",
    "* 2 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 1)(\"C\" \"D\" NIL NIL NIL \"X\" 3) "
    "\"E\"))\r\n",
    "* THREAD (2)(3 6 (4 23)(44 7 96))\r\n* OK [UIDVALIDITY 3857529045] UIDs valid\r\n+ idling\r\n",
};

static const char *const commands[] = {
    "a1 LOGIN smith {6}\r\nsesame\r\na2 SELECT \"in box\"\r\n",
    "a3 SEARCH OR (FROM smith NOT SEEN) (SINCE 1-Feb-1994 UID 1:*)\r\n",
    "a4 AUTHENTICATE PLAIN\r\nAHNtaXRoAHNlc2FtZQ==\r\na5 IDLE\r\nDONE\r\n",
    "a6 APPEND saved (\\Seen) \" 7-Feb-1994 22:43:04 -0800\" {3}\r\nabc\r\na7 CHECK\r\n",
    "a8 UID FETCH 1:* (FLAGS BODY[1.2.HEADER.FIELDS (DATE FROM)]<0.5>)\r\n",
};

static bool until_message(void *context, const struct imap_event *event) {
    (void)context;
    return event->kind != IMAP_EVENT_MESSAGE;
}

static bool is_read(enum imap_root root, const uint8_t *octets, size_t size) {
    struct imap_extensions all;
    struct imap_parser parser;
    size_t read = 0;

    imap_extensions_of_dialect(imap_grammar_builtin(), "all", &all);
    for (size_t index = 0, at = 0; at < size; index++, at += read) {
        const uint8_t *lf = memchr(octets + at, '\n', size - at);
        size_t line = lf ? (size_t)(lf - octets) + 1 - at : size - at;
        imap_parser_init(&parser, imap_grammar_builtin(),
                         session_root(root, index, octets + at, line), until_message, NULL);
        imap_parser_allow(&parser, &all);
        if (imap_parser_feed(&parser, octets + at, size - at, &read) != IMAP_PAUSED) {
            return false;
        }
    }
    return true;
}

static struct mutator *new_mutator(enum imap_root root, unsigned lies, unsigned wrong) {
    const struct mutator_settings settings = {.root = root, .lies = lies, .wrong = wrong};
    struct mutator *mutator = mutator_new(&settings);

    assert_non_null(mutator);
    return mutator;
}

static size_t mutate(struct mutator *mutator, uint64_t seed, const char *input, const char *other,
                     uint8_t *output, size_t room) {
    return mutator_mutate(mutator, seed, (const uint8_t *)input, strlen(input),
                          (const uint8_t *)other, other ? strlen(other) : 0, output, room);
}

/* How many mutants of the inputs, each of the one before now and then, the grammar reads. */
static size_t count_read(struct mutator *mutator, enum imap_root root, const char *const *inputs,
                         size_t count) {
    uint8_t output[ROOM];
    size_t good = 0;

    for (size_t i = 0; i < MUTANTS; i++) {
        const char *other = i % 3 ? inputs[i * 7 % count] : NULL;
        size_t size = mutate(mutator, i, inputs[i % count], other, output, sizeof output);
        good += is_read(root, output, size);
    }
    return good;
}

static void all_mutants_are_read(void **state) {
    struct mutator *mutator = new_mutator(IMAP_RESPONSE, 0, 0);

    (void)state;
    assert_int_equal(
        count_read(mutator, IMAP_RESPONSE, responses, sizeof responses / sizeof *responses),
        MUTANTS);
    mutator_free(mutator);
    mutator = new_mutator(IMAP_COMMAND, 0, 0);
    assert_int_equal(
        count_read(mutator, IMAP_COMMAND, commands, sizeof commands / sizeof *commands), MUTANTS);
    mutator_free(mutator);
}

/* Of more nodes than a tree has, and of more octets than are looked at. */
static void long_messages_are_mutated(void **state) {
    enum { LARGE = 1 << 17, TIMES = 200 };
    struct mutator *mutator = new_mutator(IMAP_RESPONSE, 0, 0);
    char *input = calloc(1, LARGE);
    uint8_t *output = malloc(LARGE);
    size_t start = (size_t)sprintf(input, "* SEARCH"), changed = 0;

    (void)state;
    assert_non_null(output);
    for (size_t size = 10000; size < 90000; size += 70000) {
        memset(input + start, ' ', size);
        for (size_t i = 1; i < size; i += 2) {
            input[start + i] = '1';
        }
        sprintf(input + start + size, "\r\n");
        for (uint64_t seed = 0; seed < TIMES; seed++) {
            size_t made = mutate(mutator, seed, input, NULL, output, LARGE);
            changed += made != strlen(input) || memcmp(output, input, made) != 0;
            assert_true(size > SPECIMEN_OCTETS || is_read(IMAP_RESPONSE, output, made));
        }
    }
    assert_in_range(changed, 2 * TIMES - 10, 2 * TIMES); /* a change may undo another */
    free(input);
    free(output);
    mutator_free(mutator);
}

/* Of half a message's room and more, all that is done to a value leaves it, or takes its place. */
static void long_values_are_mutated(void **state) {
    enum { LARGE = 1 << 17, SIZE = 40000, TIMES = 1000 };
    static const char start[] = "* LIST () NIL ";
    struct mutator *mutators[] = {new_mutator(IMAP_RESPONSE, 0, 0),
                                  new_mutator(IMAP_RESPONSE, 1000, 0)};
    char *input = calloc(1, LARGE);
    uint8_t *output = malloc(LARGE);

    (void)state;
    assert_non_null(input);
    assert_non_null(output);
    memcpy(input, start, strlen(start));
    memset(input + strlen(start), 'x', SIZE);
    memcpy(input + strlen(start) + SIZE, "\r\n", 2);
    for (uint64_t seed = 0; seed < TIMES; seed++) {
        size_t size = mutate(mutators[0], seed, input, NULL, output, LARGE);
        assert_true(is_read(IMAP_RESPONSE, output, size));
        size = mutate(mutators[1], seed, input, NULL, output, LARGE);
        assert_memory_equal(output, "* LIST () NIL {", strlen(start) + 1);
    }
    free(input);
    free(output);
    mutator_free(mutators[0]);
    mutator_free(mutators[1]);
}

static size_t count_made(struct mutator *mutator, const char *input, const char *other,
                         const char *mutant) {
    uint8_t output[ROOM];
    size_t made = 0;

    for (uint64_t seed = 0; seed < MUTANTS; seed++) {
        size_t size = mutate(mutator, seed, input, other, output, sizeof output);
        made += size == strlen(mutant) && memcmp(output, mutant, size) == 0;
    }
    return made;
}

static void what_is_wrong_is_beyond_what_can_be(void **state) {
    struct mutator *mutator = new_mutator(MUTATOR_ANY_SIDE, 0, 1000);

    (void)state;
    assert_true(count_made(mutator, "* 3 EXISTS\r\n", NULL, "* 4294967296 EXISTS\r\n") > 0);
    assert_true(count_made(mutator, "a NOOP\r\n", NULL, "* NOOP\r\n") > 0);
    assert_true(count_made(mutator, "a STORE 1 FLAGS \\Seen\r\n", NULL, "a STORE 1 FLAGS \\*\r\n") >
                0);
    mutator_free(mutator);
}

static void several_messages_are_changed_at_once(void **state) {
    const char input[] = "frobozz NOOP\r\nxyzzy NOOP\r\nplugh NOOP\r\n";
    struct mutator *mutator = new_mutator(IMAP_COMMAND, 0, 0);
    uint8_t output[ROOM];
    size_t both = 0;

    (void)state;
    for (uint64_t seed = 0; seed < MUTANTS; seed++) {
        size_t size = mutate(mutator, seed, input, NULL, output, sizeof output - 1);
        output[size] = '\0';
        both += !strstr((char *)output, "frobozz NOOP") && !strstr((char *)output, "xyzzy NOOP") &&
                !strstr((char *)output, "plugh NOOP");
    }
    assert_in_range(both, MUTANTS / 50, MUTANTS / 2);
    mutator_free(mutator);
}

static void what_cannot_be_changed_gives_way(void **state) {
    struct mutator *mutator = new_mutator(IMAP_COMMAND, 0, 0);

    (void)state;
    assert_in_range(count_made(mutator, "???\r\n", NULL, "???\r\n"), 0, MUTANTS / 200);
    mutator_free(mutator);
}

/* Another greeting seldom goes on as that. */
static void a_greeting_is_followed_by_responses(void **state) {
    const char input[] = "* OK hi\r\n";
    struct mutator *mutator = new_mutator(IMAP_GREETING, 0, 0);
    uint8_t output[ROOM];
    size_t continuations = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 5 * MUTANTS; seed++) {
        size_t size = mutate(mutator, seed, input, NULL, output, sizeof output);
        continuations += size > strlen(input) && memcmp(output, input, strlen(input)) == 0 &&
                         output[strlen(input)] == '+';
    }
    assert_in_range(continuations, 25, MUTANTS / 10);
    mutator_free(mutator);
}

static void the_share_that_is_not_read_is_set(void **state) {
    (void)state;
    for (unsigned wrong = 100; wrong <= 1000; wrong += 300) {
        struct mutator *mutator = new_mutator(IMAP_RESPONSE, 0, wrong);
        size_t good =
            count_read(mutator, IMAP_RESPONSE, responses, sizeof responses / sizeof *responses);
        size_t expected = MUTANTS * (1000 - wrong) / 1000;
        mutator_free(mutator);
        assert_in_range(good, expected - expected / 10, expected + MUTANTS / 50);
    }
}

/* Only the count of the literal is another. */
static void lies_are_about_literals(void **state) {
    const char input[] = "* 1 FETCH (BODY[] {5}\r\nabcde)\r\n";
    struct mutator *mutator = new_mutator(IMAP_RESPONSE, 1000, 0);
    uint8_t output[ROOM];
    const char start[] = "* 1 FETCH (BODY[] {", end[] = "}\r\nabcde)\r\n";

    (void)state;
    for (uint64_t seed = 0; seed < MUTANTS; seed++) {
        size_t size = mutate(mutator, seed, input, NULL, output, sizeof output);
        assert_in_range(size, strlen(start) + strlen(end) + 1, ROOM);
        assert_memory_equal(output, start, strlen(start));
        assert_memory_equal(output + size - strlen(end), end, strlen(end));
        assert_int_not_equal(strtoull((char *)output + strlen(start), NULL, 10), 5);
    }
    mutator_free(mutator);
}

/* What has no literal gets one, of which the grammar reads none. */
static void every_message_can_lie(void **state) {
    struct mutator *mutator = new_mutator(IMAP_RESPONSE, 1000, 0);
    uint8_t output[ROOM];

    (void)state;
    for (uint64_t seed = 0; seed < MUTANTS; seed++) {
        const char *input = seed % 2 ? "* 3 EXISTS\r\n" : "* LIST () NIL box\r\n";
        size_t size = mutate(mutator, seed, input, NULL, output, sizeof output);
        assert_non_null(memchr(output, '{', size));
        assert_true(seed % 2 || memcmp(output, "* LIST () NIL {", 15) == 0);
        assert_false(is_read(IMAP_RESPONSE, output, size));
    }
    mutator_free(mutator);
}

/* Else a fuzzer that gives no other input would never see a part twice. */
static void parts_are_taken_from_the_same_session(void **state) {
    struct mutator *mutator = new_mutator(IMAP_COMMAND, 0, 0);
    uint8_t output[ROOM];
    size_t tags = 0, names = 0, with_other = 0;

    (void)state;
    for (uint64_t seed = 0; seed < MUTANTS; seed++) {
        size_t size = mutate(mutator, seed, "xyzzy CREATE plugh\r\nfrobozz DELETE quux\r\n",
                             seed % 2 ? "a NOOP\r\n" : NULL, output, sizeof output - 1);
        output[size] = '\0';
        tags += strcmp((char *)output, "frobozz CREATE plugh\r\nfrobozz DELETE quux\r\n") == 0;
        with_other += seed % 2 &&
                      strcmp((char *)output, "xyzzy CREATE plugh\r\nfrobozz DELETE plugh\r\n") == 0;
        names += strcmp((char *)output, "xyzzy CREATE plugh\r\nfrobozz DELETE plugh\r\n") == 0;
    }
    assert_in_range(tags, 1, MUTANTS / 20);
    assert_in_range(names, 1, MUTANTS / 20);
    assert_in_range(with_other, 1, names - 1);
    mutator_free(mutator);
}

static void parts_are_taken_from_the_other_side(void **state) {
    struct mutator *mutator = new_mutator(MUTATOR_ANY_SIDE, 0, 0);

    (void)state;
    assert_true(
        count_made(mutator, "a CREATE b\r\n", "* LIST () NIL xyzzy\r\n", "a CREATE xyzzy\r\n") > 0);
    mutator_free(mutator);
}

static void the_same_seed_makes_the_same_mutant(void **state) {
    struct mutator *mutator = new_mutator(IMAP_RESPONSE, 30, 200);
    uint8_t first[ROOM], second[ROOM];
    size_t same = 0;

    (void)state;
    for (uint64_t seed = 0; seed < MUTANTS; seed++) {
        const char *input = responses[seed % (sizeof responses / sizeof *responses)];
        const char *other = commands[seed % (sizeof commands / sizeof *commands)];
        size_t size = mutate(mutator, seed, input, other, first, sizeof first);
        mutate(mutator, seed + 1, responses[1], NULL, second, sizeof second);
        memcpy(second, input, strlen(input)); /* in place */
        assert_int_equal(mutator_mutate(mutator, seed, second, strlen(input),
                                        (const uint8_t *)other, strlen(other), second,
                                        sizeof second),
                         size);
        assert_memory_equal(first, second, size);
        same += size == strlen(input) && memcmp(first, input, size) == 0;
    }
    assert_in_range(same, 0, MUTANTS / 200);
    mutator_free(mutator);
}

static void mutants_keep_to_the_room(void **state) {
    struct mutator *mutator = new_mutator(MUTATOR_ANY_SIDE, 30, 200);

    (void)state;
    for (size_t room = 0; room < 200; room++) {
        uint8_t *output = malloc(room + 1), *crossed = malloc(room + 1); /* the sanitizers look */
        assert_non_null(output);
        assert_non_null(crossed);
        for (uint64_t seed = 0; seed < 50; seed++) {
            const char *input = seed % 2 ? responses[seed % 5] : commands[seed % 5];
            size_t size = mutate(mutator, seed, input, responses[room % 5], output, room);
            assert_in_range(size, room > 0, room);
            size = mutator_cross(mutator, seed, output, size, (const uint8_t *)input, strlen(input),
                                 crossed, room);
            assert_in_range(size, 0, room);
        }
        free(output);
        free(crossed);
    }
    mutator_free(mutator);
}

static void nothing_and_anything_is_mutated(void **state) {
    struct mutator *mutator = new_mutator(MUTATOR_ANY_SIDE, 30, 200);
    uint8_t octets[ROOM];
    size_t size = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 20 * MUTANTS; seed++) {
        size = mutator_mutate(mutator, seed, octets, seed % 1000 ? size : 0, NULL, 0, octets,
                              sizeof octets);
        assert_in_range(size, 1, sizeof octets);
    }
    mutator_free(mutator);
}

static void crossing_keeps_the_order(void **state) {
    const char first[] = "a NOOP\r\nb CHECK\r\nc CLOSE\r\n",
               second[] = "x {3}\r\n\r\n\n y\r\nz\r\n";
    struct mutator *mutator = new_mutator(IMAP_COMMAND, 0, 0);
    uint8_t output[ROOM + 1];
    bool mixed = false;

    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        size_t size =
            mutator_cross(mutator, seed, (const uint8_t *)first, strlen(first),
                          (const uint8_t *)second, strlen(second), output, sizeof output - 1);
        output[size] = '\0';
        const char *at = (const char *)output, *a = strstr(at, "a NOOP\r\n");
        const char *c = strstr(at, "c CLOSE\r\n"), *x = strstr(at, "x {3}\r\n\r\n\n y\r\n");
        assert_true(!a || !c || a < c);
        assert_true(x || !strstr(at, "x {3}"));
        mixed |= a && c && x && a < x && x < c;
    }
    assert_true(mixed);
    for (uint64_t seed = 0; seed < 100; seed++) { /* of each at least one */
        assert_int_equal(mutator_cross(mutator, seed, (const uint8_t *)"a NOOP\r\n", 8,
                                       (const uint8_t *)"b NOOP\r\n", 8, output, sizeof output),
                         16);
    }
    mutator_free(mutator);
}

/* Of inputs that take the place of one another, whichever they are. */
static void inputs_do_not_grow(void **state) {
    enum { INPUTS = 20, STEPS = 4000, LARGE = 65536, SEED_SIZE = 2000 };
    struct mutator *mutator = new_mutator(IMAP_COMMAND, 30, 200);
    uint8_t(*inputs)[LARGE] = malloc(INPUTS * sizeof *inputs), *output = malloc(LARGE);
    size_t sizes[INPUTS], line = strlen(commands[0]), grown = 0, shrunk = 0;

    (void)state;
    assert_non_null(inputs);
    assert_non_null(output);
    for (size_t i = 0; i < INPUTS; i++) {
        for (sizes[i] = 0; sizes[i] < SEED_SIZE; sizes[i] += line) {
            memcpy(inputs[i] + sizes[i], commands[0], line);
        }
    }
    for (uint64_t step = 0; step < STEPS; step++) {
        size_t i = (step * 6 + step / 5) % INPUTS, j = step * 11 % (INPUTS - 1);
        size_t size = step % 5 == 0 ? mutator_cross(mutator, step, inputs[i], sizes[i], inputs[j],
                                                    sizes[j], output, LARGE)
                                    : mutator_mutate(mutator, step, inputs[i], sizes[i], inputs[j],
                                                     sizes[j], output, LARGE);
        memcpy(inputs[i], output, size);
        sizes[i] = size;
    }
    for (size_t i = 0; i < INPUTS; i++) {
        grown += sizes[i] > 2 * SEED_SIZE;
        shrunk += sizes[i] < SEED_SIZE / 10;
    }
    assert_in_range(grown, 0, INPUTS / 2);
    assert_in_range(shrunk, 0, INPUTS / 2);
    free(inputs);
    free(output);
    mutator_free(mutator);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_mutants_are_read),
        cmocka_unit_test(long_messages_are_mutated),
        cmocka_unit_test(long_values_are_mutated),
        cmocka_unit_test(what_is_wrong_is_beyond_what_can_be),
        cmocka_unit_test(several_messages_are_changed_at_once),
        cmocka_unit_test(what_cannot_be_changed_gives_way),
        cmocka_unit_test(a_greeting_is_followed_by_responses),
        cmocka_unit_test(the_share_that_is_not_read_is_set),
        cmocka_unit_test(lies_are_about_literals),
        cmocka_unit_test(every_message_can_lie),
        cmocka_unit_test(parts_are_taken_from_the_same_session),
        cmocka_unit_test(parts_are_taken_from_the_other_side),
        cmocka_unit_test(the_same_seed_makes_the_same_mutant),
        cmocka_unit_test(mutants_keep_to_the_room),
        cmocka_unit_test(nothing_and_anything_is_mutated),
        cmocka_unit_test(crossing_keeps_the_order),
        cmocka_unit_test(inputs_do_not_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
