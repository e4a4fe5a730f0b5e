/* libFuzzer's side of the mutator: a target that is linked with this mutates IMAP. */
#include "libfuzzer.h"

#include <stdlib.h>

#include "../../parser/generate/random.h"
#include "../mutator.h"
#include "settings.h"

/* Its own mutator, which has the dictionary, and what the target compared with what. It is there
 * when the main program is libFuzzer's. */
#pragma weak LLVMFuzzerMutate

struct adapter {
    struct settings settings;
    struct mutator *mutator;
};

/* libFuzzer calls from one thread, and gives no place to keep anything. */
static const struct adapter *the_adapter(void) {
    static struct adapter adapter;

    if (!adapter.mutator) {
        adapter.settings = settings_of_environment();
        adapter.mutator = mutator_new(&adapter.settings.mutator);
    }
    if (!adapter.mutator) {
        abort();
    }
    return &adapter;
}

static bool is_of_share(struct random *random, unsigned share) {
    return random_below(random, SETTINGS_SHARES) < share;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    const struct adapter *adapter = the_adapter();
    struct random random = random_stream(seed, size);

    if (is_of_share(&random, adapter->settings.engine) && LLVMFuzzerMutate) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    return mutator_mutate(adapter->mutator, random_next(&random), data, size, NULL, 0, data,
                          max_size);
}

/* libFuzzer asks for this as often as for the other one, so that most of it is not about whole
 * messages. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_out_size,
                                 unsigned seed) {
    const struct adapter *adapter = the_adapter();
    struct random random = random_stream(seed, size);

    if (is_of_share(&random, adapter->settings.crosses)) {
        return mutator_cross(adapter->mutator, random_next(&random), data, size, other, other_size,
                             out, max_out_size);
    }
    return mutator_mutate(adapter->mutator, random_next(&random), data, size, other, other_size,
                          out, max_out_size);
}
