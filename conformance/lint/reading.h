/* A printed line as it is read: misprints repaired, and for each octet where in the line it
 * stands. */
#ifndef READING_H
#define READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zeros is empty. */
struct reading {
    uint8_t *octets;
    size_t *origins; /* size + 1 of them: indices into the line */
    size_t size, capacity;
};

/* Reads line[start, size). False when memory is out, as below; the reading is then unchanged. */
bool reading_set(struct reading *, const uint8_t *line, size_t size, size_t start);

/* Replaces `removed` octets at index `at`; what is inserted stands where they stood. */
bool reading_replace(struct reading *, size_t at, size_t removed, const char *inserted);

bool reading_copy(struct reading *, const struct reading *from);

void reading_free(struct reading *);

#endif
