/* A mutator that changes nothing: what is left is how fast a target and its engine are. */
#include <stddef.h>
#include <stdint.h>

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed) {
    (void)data, (void)max_size, (void)seed;
    return size;
}
