/* Memory for a library that is not compiled to be watched: each block ends where a page begins that
 * nobody may touch, so that what goes beyond the end of a block is met there and then, and leaves
 * other blocks alone. */
#ifndef FENCE_H
#define FENCE_H

#include <stddef.h>

/* To be called once, before all else. */
void fence_open(void);

enum { FENCE_ROOM = 1 << 15 }; /* octets of a block, at most */

/* A block, at no boundary; NULL where there is no room. */
void *fence_get(size_t size);

/* The block's first octets in another block; NULL where there is no room, and the block stays. */
void *fence_resize(void *block, size_t size);

/* What isn't a block is given to free. What was given before aborts. */
void fence_give(void *block);

/* To be called before each execution, and after those that come to an end. What the others took is
 * given back before the next. */
void fence_begin(void);
void fence_end(void);

#endif
