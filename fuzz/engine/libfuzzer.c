/* libFuzzer's side of the mutator: a target that is linked with this mutates IMAP. */
#include <stdlib.h>

#include "../mutator.h"
#include "settings.h"

/* libFuzzer's contract: https://llvm.org/docs/LibFuzzer.html and FuzzerInterface.h. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_out_size,
                                 unsigned seed);

/* libFuzzer calls from one thread, and gives no place to keep anything. */
static struct mutator *the_mutator(void) {
    static struct mutator *mutator;

    if (!mutator) {
        struct mutator_settings settings = settings_of_environment();
        mutator = mutator_new(&settings);
    }
    if (!mutator) {
        abort();
    }
    return mutator;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    return mutator_mutate(the_mutator(), seed, data, size, NULL, 0, data, max_size);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_out_size,
                                 unsigned seed) {
    return mutator_cross(the_mutator(), seed, data, size, other, other_size, out, max_out_size);
}
