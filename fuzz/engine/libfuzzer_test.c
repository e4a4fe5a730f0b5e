#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "libfuzzer.h"

enum { SEEDS = 4000, ROOM = 512 };

/* libFuzzer's own, as far as these tests see it. */
static unsigned own_mutants;
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size) {
    (void)data, (void)size, (void)max_size;
    own_mutants++;
    return 1;
}

static const char list[] = "* LIST (\\HasNoChildren) \"/\" inbox\r\n";
static const char session[] = "* LIST (\\Marked) \"/\" \"other name\"\r\n"
                              "* LIST (\\Noselect) \".\" third\r\n"
                              "* 5 EXISTS\r\n";

static bool holds(const uint8_t *octets, size_t size, const char *word) {
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(octets + i, word, length) == 0) {
            return true;
        }
    }
    return false;
}

static void mutates_in_place(void **state) {
    (void)state;
    unsigned changed = 0;

    for (unsigned seed = 0; seed < SEEDS; seed++) {
        uint8_t data[ROOM], again[ROOM];
        memcpy(data, list, strlen(list));
        memcpy(again, list, strlen(list));
        size_t size = LLVMFuzzerCustomMutator(data, strlen(list), ROOM, seed);
        assert_in_range(size, 1, ROOM);
        assert_int_equal(LLVMFuzzerCustomMutator(again, strlen(list), ROOM, seed), size);
        assert_memory_equal(data, again, size);
        changed += size != strlen(list) || memcmp(data, list, size) != 0;
    }
    assert_in_range(changed, SEEDS * 9 / 10, SEEDS);
}

/* libFuzzer begins with an empty input, and says how long it may get. */
static void keeps_within_the_room(void **state) {
    (void)state;

    for (unsigned seed = 0; seed < SEEDS; seed++) {
        size_t room = 1 + seed % 64, size = seed % 3 == 0 ? 0 : room;
        uint8_t *data = calloc(room, 1), *out = calloc(room, 1);
        memcpy(data, list, size < strlen(list) ? size : strlen(list));
        assert_in_range(LLVMFuzzerCustomMutator(data, size, room, seed), 1, room);
        assert_in_range(LLVMFuzzerCustomCrossOver(data, size, (const uint8_t *)session,
                                                  strlen(session), out, room, seed),
                        0, room);
        free(data);
        free(out);
    }
}

static void leaves_a_share_to_libfuzzer(void **state) {
    (void)state;

    own_mutants = 0;
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        uint8_t data[ROOM];
        memcpy(data, list, strlen(list));
        LLVMFuzzerCustomMutator(data, strlen(list), ROOM, seed);
    }
    assert_in_range(own_mutants, SEEDS * 17 / 100, SEEDS * 23 / 100);
}

/* Messages of both, and parts of the other's messages within one of the first. */
static void takes_messages_and_parts_of_the_other(void **state) {
    (void)state;
    unsigned messages = 0, parts = 0;

    for (unsigned seed = 0; seed < SEEDS; seed++) {
        uint8_t out[ROOM];
        size_t size =
            LLVMFuzzerCustomCrossOver((const uint8_t *)list, strlen(list), (const uint8_t *)session,
                                      strlen(session), out, ROOM, seed);
        messages += holds(out, size, "5 EXISTS") && holds(out, size, list);
        parts += (holds(out, size, "HasNoChildren) \"/\" ") || holds(out, size, "\"/\" inbox")) &&
                 (holds(out, size, "other name") || holds(out, size, "third") ||
                  holds(out, size, "\\Marked) \"/\" inbox")) &&
                 !holds(out, size, "\r\n* ");
    }
    assert_in_range(messages, SEEDS / 50, SEEDS / 2);
    assert_in_range(parts, SEEDS / 200, SEEDS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutates_in_place),
        cmocka_unit_test(keeps_within_the_room),
        cmocka_unit_test(leaves_a_share_to_libfuzzer),
        cmocka_unit_test(takes_messages_and_parts_of_the_other),
    };
    setenv("IMAPSPEC_MUTATOR", "root=response engine=200", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
