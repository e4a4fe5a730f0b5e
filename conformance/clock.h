/* The time that has passed, by a clock that is never set. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment. */
uint64_t clock_milliseconds(void);

#endif
