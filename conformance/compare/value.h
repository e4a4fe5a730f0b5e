/* What the octets of a leaf mean, and whether two mean the same. */
#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Are both numbers, and is the left one less? */
bool value_is_less(const uint8_t *left, size_t left_size, const uint8_t *right, size_t right_size);

/* Do two texts that one rule reads mean the same? `flags` are the traits of the rule. */
bool value_equals(unsigned flags, const uint8_t *left, size_t left_size, const uint8_t *right,
                  size_t right_size);

/* Are the octets themselves equal, ASCII letters in any case if `ignore_case`? */
bool value_octets_equal(const uint8_t *left, size_t left_size, const uint8_t *right,
                        size_t right_size, bool ignore_case);

#endif
