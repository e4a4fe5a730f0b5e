/* What a target must choose follows from the input: the same input is always read the same way, and
 * needs no octets that say how. */
#ifndef CHOICE_H
#define CHOICE_H

#include <stddef.h>
#include <stdint.h>

#include "../../parser/generate/random.h"

/* The numbers of an input. */
struct random choice_of(const uint8_t *octets, size_t size);

#endif
