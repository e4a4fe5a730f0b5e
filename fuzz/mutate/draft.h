/* The octets of a mutant while it is made: an edit is refused, and changes nothing, where it would
 * not fit. */
#ifndef DRAFT_H
#define DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct draft {
    uint8_t *octets;
    size_t size, capacity;
};

/* Replaces [start, end) by `count` octets, which may not be the draft's own. */
bool draft_replace(struct draft *, size_t start, size_t end, const void *octets, size_t count);

/* Inserts a copy of the draft's own [start, end) at `at`, which is not within it. */
bool draft_copy(struct draft *, size_t start, size_t end, size_t at);

/* Exchanges [first, first_end) and [second, second_end), in this order, not overlapping. `scratch`
 * has `room` for all octets from the first to the end of the second. */
bool draft_exchange(struct draft *, size_t first, size_t first_end, size_t second,
                    size_t second_end, uint8_t *scratch, size_t room);

#endif
