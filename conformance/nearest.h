/* The name that was probably meant. */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

struct nearest {
    const char *name; /* as it was typed */
    const char *best; /* of the candidates; NULL while none is near enough */
    size_t distance;  /* letters to change, add or drop */
};

struct nearest nearest_to(const char *name);

/* Looks at a candidate; the first of those that are equally near stays. It is kept. */
void nearest_offer(struct nearest *, const char *candidate);

#endif
