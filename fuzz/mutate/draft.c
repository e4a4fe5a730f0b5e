#include "draft.h"

#include <string.h>

/* Makes [start, end) `count` octets long; what they are is not defined. */
static bool resize(struct draft *draft, size_t start, size_t end, size_t count) {
    size_t rest = draft->size - end;

    if (count > draft->capacity - start || rest > draft->capacity - start - count) {
        return false;
    }
    memmove(draft->octets + start + count, draft->octets + end, rest);
    draft->size = start + count + rest;
    return true;
}

bool draft_replace(struct draft *draft, size_t start, size_t end, const void *octets,
                   size_t count) {
    if (!resize(draft, start, end, count)) {
        return false;
    }
    memcpy(draft->octets + start, octets, count);
    return true;
}

bool draft_copy(struct draft *draft, size_t start, size_t end, size_t at) {
    size_t count = end - start;

    if (!resize(draft, at, at, count)) {
        return false;
    }
    memcpy(draft->octets + at, draft->octets + (at <= start ? start + count : start), count);
    return true;
}

bool draft_exchange(struct draft *draft, size_t first, size_t first_end, size_t second,
                    size_t second_end, uint8_t *scratch, size_t room) {
    size_t size = second_end - first, second_size = second_end - second;
    size_t between = second - first_end;
    uint8_t *octets = draft->octets + first;

    if (size > room) {
        return false;
    }
    memcpy(scratch, octets, size);
    memcpy(octets, scratch + (second - first), second_size);
    memcpy(octets + second_size, scratch + (first_end - first), between);
    memcpy(octets + second_size + between, scratch, first_end - first);
    return true;
}
