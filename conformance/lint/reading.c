#include "reading.h"

#include <stdlib.h>
#include <string.h>

/* Makes room for `size` octets. */
static bool reserve(struct reading *reading, size_t size) {
    if (reading->origins && size <= reading->capacity) {
        return true;
    }
    size_t capacity = size + size / 2 + 16;
    uint8_t *octets = realloc(reading->octets, capacity);
    if (!octets) {
        return false;
    }
    reading->octets = octets;
    size_t *origins = realloc(reading->origins, (capacity + 1) * sizeof *origins);
    if (!origins) {
        return false;
    }
    reading->origins = origins;
    reading->capacity = capacity;
    return true;
}

bool reading_set(struct reading *reading, const uint8_t *line, size_t size, size_t start) {
    if (!reserve(reading, size - start)) {
        return false;
    }
    reading->size = size - start;
    if (reading->size > 0) {
        memcpy(reading->octets, line + start, reading->size);
    }
    for (size_t i = 0; i <= reading->size; i++) {
        reading->origins[i] = start + i;
    }
    return true;
}

bool reading_replace(struct reading *reading, size_t at, size_t removed, const char *inserted) {
    size_t length = strlen(inserted), end = at + removed, kept = reading->size - end;
    size_t origin = reading->origins[at];

    if (!reserve(reading, reading->size + length)) {
        return false;
    }
    memmove(reading->octets + at + length, reading->octets + end, kept);
    memmove(reading->origins + at + length, reading->origins + end,
            (kept + 1) * sizeof *reading->origins);
    memcpy(reading->octets + at, inserted, length);
    for (size_t i = 0; i < length; i++) {
        reading->origins[at + i] = origin;
    }
    reading->size = reading->size - removed + length;
    return true;
}

bool reading_copy(struct reading *reading, const struct reading *from) {
    if (!reserve(reading, from->size)) {
        return false;
    }
    if (from->size > 0) {
        memcpy(reading->octets, from->octets, from->size);
    }
    memcpy(reading->origins, from->origins, (from->size + 1) * sizeof *from->origins);
    reading->size = from->size;
    return true;
}

void reading_free(struct reading *reading) {
    free(reading->octets);
    free(reading->origins);
    *reading = (struct reading){0};
}
