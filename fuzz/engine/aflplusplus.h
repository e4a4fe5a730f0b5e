/* What AFL++ calls of a library that mutates: its docs/custom_mutators.md. */
#ifndef AFLPLUSPLUS_H
#define AFLPLUSPLUS_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)
void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *data, uint8_t *input, size_t size, uint8_t **output, uint8_t *other,
                       size_t other_size, size_t max_size);
int32_t afl_custom_init_trim(void *data, uint8_t *input, size_t size);
size_t afl_custom_trim(void *data, uint8_t **output);
int32_t afl_custom_post_trim(void *data, uint8_t is_as_good);
void afl_custom_deinit(void *data);
#pragma GCC visibility pop

#endif
