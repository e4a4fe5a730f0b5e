/* Named octets: the captures of one replay of a dialog, and what the runner knows (user, password).
 */
#ifndef VARIABLES_H
#define VARIABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct variable {
    char *name;
    uint8_t *octets;
    size_t size;
};

/* All zeros is an empty set. */
struct variables {
    struct variable *items;
    size_t count;
};

/* Sets or replaces. False only when memory is out. */
bool variables_set(struct variables *, const char *name, const void *octets, size_t size);

/* NULL when there is none. */
const struct variable *variables_get(const struct variables *, const char *name);

void variables_free(struct variables *);

#endif
