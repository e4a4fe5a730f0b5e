/* AFL++'s side of the mutator, a library that afl-fuzz loads, as of 4.04c: later versions have more
 * functions, all optional. */
#include "aflplusplus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../parser/generate/random.h"
#include "../mutator.h"
#include "../trimmer.h"
#include "settings.h"

enum {
    SMALL = 4096,    /* octets; a longer input grows to its double at most */
    TRIM_TRIES = 512 /* of one input, each of which is an execution */
};

struct adapter {
    struct settings settings;
    struct mutator *mutator;
    struct trimmer *trimmer;
    struct random random;
    uint8_t *output;
    size_t room;            /* octets of the output */
    const uint8_t *shorter; /* the trimmer's next; NULL: none */
    size_t shorter_size;
    unsigned tries; /* to trim this input */
};

void *afl_custom_init(void *afl, unsigned seed) {
    struct adapter *adapter = calloc(1, sizeof *adapter);

    (void)afl;
    if (adapter) {
        adapter->settings = settings_of_environment();
        adapter->mutator = mutator_new(&adapter->settings.mutator);
        adapter->trimmer = trimmer_new(adapter->settings.mutator.root);
        adapter->random = random_stream(seed, 0);
    }
    /* afl-fuzz would go on with NULL. */
    if (!adapter || !adapter->mutator || !adapter->trimmer) {
        fputs("imapspec's mutator: out of memory\n", stderr);
        abort();
    }
    return adapter;
}

void afl_custom_deinit(void *data) {
    struct adapter *adapter = data;

    mutator_free(adapter->mutator);
    trimmer_free(adapter->trimmer);
    free(adapter->output);
    free(adapter);
}

/* ---- mutants --------------------------------------------------------------------------------- */

static bool make_room(struct adapter *adapter, size_t room) {
    if (adapter->room < room) {
        free(adapter->output);
        adapter->output = malloc(room);
        adapter->room = adapter->output ? room : 0;
    }
    return adapter->room >= room;
}

static size_t mutate(struct adapter *adapter, const uint8_t *input, size_t size,
                     const uint8_t *other, size_t other_size, size_t room) {
    bool crosses = random_below(&adapter->random, SETTINGS_SHARES) < adapter->settings.crosses;
    uint64_t seed = random_next(&adapter->random);
    size_t mutant_size = other && crosses ? mutator_cross(adapter->mutator, seed, input, size,
                                                          other, other_size, adapter->output, room)
                                          : 0;

    return mutant_size > 0 ? mutant_size
                           : mutator_mutate(adapter->mutator, seed, input, size, other, other_size,
                                            adapter->output, room);
}

/* The mutant of size 0 is not tried. */
size_t afl_custom_fuzz(void *data, uint8_t *input, size_t size, uint8_t **output, uint8_t *other,
                       size_t other_size, size_t max_size) {
    struct adapter *adapter = data;
    size_t room = size < SMALL / 2 ? SMALL : 2 * size;

    room = room < max_size ? room : max_size;
    if (!make_room(adapter, room)) {
        *output = input;
        return 0;
    }
    *output = adapter->output;
    return mutate(adapter, input, size, other, other_size, room);
}

/* ---- trimming -------------------------------------------------------------------------------- */

/* How many there will be isn't known: AFL++ may be told of one step that lasts. 0: it goes on. */
static int32_t find_shorter(struct adapter *adapter) {
    adapter->shorter = adapter->tries++ < TRIM_TRIES
                           ? trimmer_next(adapter->trimmer, &adapter->shorter_size)
                           : NULL;
    return adapter->shorter ? 0 : 1;
}

int32_t afl_custom_init_trim(void *data, uint8_t *input, size_t size) {
    struct adapter *adapter = data;

    adapter->tries = 0;
    return trimmer_start(adapter->trimmer, input, size) && find_shorter(adapter) == 0 ? 1 : 0;
}

/* AFL++ copies the octets before it says what they are worth. */
size_t afl_custom_trim(void *data, uint8_t **output) {
    struct adapter *adapter = data;

    *output = (uint8_t *)adapter->shorter;
    return adapter->shorter_size;
}

int32_t afl_custom_post_trim(void *data, uint8_t is_as_good) {
    struct adapter *adapter = data;

    if (is_as_good) {
        trimmer_keep(adapter->trimmer);
    }
    return find_shorter(adapter);
}
