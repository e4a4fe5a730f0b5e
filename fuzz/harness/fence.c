/* A library's allocator gets no context. */
#define _GNU_SOURCE
#include "fence.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    PAGE = 4096,
    MOST = 1 << 13, /* blocks of a size; each is two of 65530 mappings, which is Linux's limit */
    FRESH = 0xbe,   /* what stands in a new block, */
    GIVEN = 0xdb,   /* and in one that was given: no address */
};

struct pool {
    size_t room, count; /* of a block, in octets; blocks */
    char *memory;
    uint32_t taken[MOST]; /* the execution in which a block was; 0: it is free */
    uint32_t free[MOST];  /* a ring: what was given last is taken last */
    size_t first, left;
};

static struct {
    struct pool pools[2];
    uint32_t execution;
    bool executing;
} fence = {.pools = {{.room = PAGE, .count = MOST}, {.room = FENCE_ROOM, .count = MOST / 32}},
           .execution = 1};

static size_t stride(const struct pool *pool) {
    return pool->room + PAGE;
}

/* The address behind a block, where its fence stands. */
static char *end_of(const struct pool *pool, size_t number) {
    return pool->memory + number * stride(pool) + pool->room;
}

static void open_pool(struct pool *pool) {
    char *memory = mmap(NULL, pool->count * stride(pool), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED) {
        abort();
    }
    pool->memory = memory;
    for (size_t i = 0; i < pool->count; i++) {
        if (mprotect(end_of(pool, i), PAGE, PROT_NONE) != 0) {
            abort();
        }
        pool->free[i] = (uint32_t)i;
    }
    pool->left = pool->count;
}

void fence_open(void) {
    for (size_t i = 0; i < sizeof fence.pools / sizeof *fence.pools; i++) {
        open_pool(&fence.pools[i]);
    }
}

static struct pool *pool_of(const void *block) {
    for (size_t i = 0; i < sizeof fence.pools / sizeof *fence.pools; i++) {
        struct pool *pool = &fence.pools[i];
        uintptr_t offset = (uintptr_t)block - (uintptr_t)pool->memory;
        if (offset < pool->count * stride(pool)) {
            return pool;
        }
    }
    return NULL;
}

static size_t number_of(const struct pool *pool, const char *block) {
    return (size_t)(block - pool->memory) / stride(pool);
}

void *fence_get(size_t size) {
    struct pool *pool = &fence.pools[size > PAGE];

    if (size > pool->room || pool->left == 0) {
        return NULL;
    }
    size_t number = pool->free[pool->first];
    pool->first = (pool->first + 1) % pool->count;
    pool->left--;
    pool->taken[number] = fence.execution;
    /* A block of no octets is one, too, and has an address of its own. */
    char *block = end_of(pool, number) - (size > 0 ? size : 1);
    memset(block, FRESH, size);
    return block;
}

static void give_back(struct pool *pool, size_t number) {
    pool->taken[number] = 0;
    pool->free[(pool->first + pool->left) % pool->count] = (uint32_t)number;
    pool->left++;
}

void fence_give(void *block) {
    struct pool *pool = pool_of(block);

    if (!pool) {
        free(block);
        return;
    }
    size_t number = number_of(pool, block);
    if (!pool->taken[number]) {
        abort();
    }
    memset(block, GIVEN, (size_t)(end_of(pool, number) - (char *)block));
    give_back(pool, number);
}

void *fence_resize(void *block, size_t size) {
    struct pool *pool = pool_of(block);
    char *other = pool || !block ? fence_get(size) : NULL;

    if (other && pool) {
        size_t had = (size_t)(end_of(pool, number_of(pool, block)) - (char *)block);
        memcpy(other, block, had < size ? had : size);
        fence_give(block);
    }
    return other;
}

void fence_begin(void) {
    for (size_t i = 0; fence.executing && i < sizeof fence.pools / sizeof *fence.pools; i++) {
        struct pool *pool = &fence.pools[i];
        for (size_t number = 0; number < pool->count; number++) {
            if (pool->taken[number] == fence.execution) {
                give_back(pool, number);
            }
        }
    }
    fence.execution++;
    fence.executing = true;
}

void fence_end(void) {
    fence.executing = false;
}
