/* Memory that is freed all at once. The grammar compiler takes everything from one arena, so that
 * any error, memory running out included, is one jump out and one arena_free. */
#ifndef ARENA_H
#define ARENA_H

#include <setjmp.h>
#include <stddef.h>

#define ARENA_MAXIMUM ((size_t)512 << 20)

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t size;            /* of them all, at most ARENA_MAXIMUM: more is as if memory were out */
    jmp_buf *out_of_memory; /* where to go when malloc fails */
};

/* Zeroed memory, aligned for any type. Never NULL: jumps to *out_of_memory instead. */
void *arena_take(struct arena *, size_t count, size_t size);

/* A copy of `length` characters, with a NUL added. */
char *arena_text(struct arena *, const char *text, size_t length);

/* Makes room for at least one more item: returns `items`, or a larger copy of it with *capacity
 * doubled. */
void *arena_grow(struct arena *, void *items, size_t count, size_t *capacity, size_t size);

void arena_free(struct arena *);

#endif
