#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 256 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    max_align_t data[];
};

static struct arena_block *add_block(struct arena *arena, size_t size) {
    if (size < BLOCK_SIZE) {
        size = BLOCK_SIZE;
    }
    struct arena_block *block =
        size <= ARENA_MAXIMUM - arena->size ? calloc(1, sizeof *block + size) : NULL;
    if (block == NULL) {
        longjmp(*arena->out_of_memory, 1);
    }
    block->size = size;
    arena->size += size;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void *arena_take(struct arena *arena, size_t count, size_t size) {
    size_t align = sizeof(max_align_t);
    if (size != 0 && count > (SIZE_MAX - align) / size) {
        longjmp(*arena->out_of_memory, 1);
    }
    size_t need = (count * size + align - 1) / align * align;
    struct arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < need) {
        block = add_block(arena, need);
    }
    void *memory = (char *)block->data + block->used;
    block->used += need;
    return memory;
}

char *arena_text(struct arena *arena, const char *text, size_t length) {
    char *copy = arena_take(arena, length + 1, 1);
    memcpy(copy, text, length);
    return copy;
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) {
        return items;
    }
    size_t larger = *capacity == 0 ? 16 : *capacity * 2;
    void *copy = arena_take(arena, larger, size);
    if (count > 0) {
        memcpy(copy, items, count * size);
    }
    *capacity = larger;
    return copy;
}

void arena_free(struct arena *arena) {
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->size = 0;
}
