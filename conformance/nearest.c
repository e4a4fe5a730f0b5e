#include "nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { MAX_NAME = 64 };

static size_t least(size_t one, size_t two, size_t three) {
    size_t less = one < two ? one : two;
    return less < three ? less : three;
}

/* Levenshtein's distance, ignoring case; both have at most MAX_NAME letters. */
static size_t distance_of(const char *one, const char *other) {
    size_t row[MAX_NAME + 1], length = strlen(other);
    for (size_t i = 0; i <= length; i++) {
        row[i] = i;
    }
    for (; *one != '\0'; one++) {
        size_t diagonal = row[0]++;
        for (size_t i = 0; i < length; i++) {
            bool same = tolower((unsigned char)*one) == tolower((unsigned char)other[i]);
            size_t changed = diagonal + !same;
            diagonal = row[i + 1];
            row[i + 1] = least(changed, diagonal + 1, row[i] + 1);
        }
    }
    return row[length];
}

struct nearest nearest_to(const char *name) {
    size_t length = strlen(name);
    return (struct nearest){.name = name, .distance = length > MAX_NAME ? 0 : 1 + length / 3};
}

void nearest_offer(struct nearest *nearest, const char *candidate) {
    if (nearest->distance == 0 || strlen(candidate) > MAX_NAME) {
        return;
    }
    size_t distance = distance_of(nearest->name, candidate);
    if (distance < nearest->distance || (nearest->best == NULL && distance == nearest->distance)) {
        nearest->best = candidate;
        nearest->distance = distance;
    }
}
