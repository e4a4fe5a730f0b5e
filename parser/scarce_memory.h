/* Memory that runs out where a test wants it to. For one file of a program that is linked with
 * --wrap of malloc and its kin: all calls of them come here. */
#ifndef SCARCE_MEMORY_H
#define SCARCE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last of so many allocations fails, and all that follow it do. SIZE_MAX: none does. */
static size_t allocations_left = SIZE_MAX;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

static bool memory_is_out(void) {
    if (allocations_left != SIZE_MAX) {
        allocations_left -= allocations_left > 0;
    }
    return allocations_left == 0;
}

void *__wrap_malloc(size_t size) {
    return memory_is_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return memory_is_out() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
    return memory_is_out() ? NULL : __real_realloc(block, size);
}

/* The least number of allocations that is enough; `make` says whether it was. */
static inline size_t allocations_of(bool (*make)(void)) {
    size_t count = 0;
    bool done = false;

    while (!done) {
        allocations_left = ++count;
        done = make();
        allocations_left = SIZE_MAX;
    }
    return count;
}

#endif
