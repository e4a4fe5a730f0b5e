/* The moment that a date-time (RFC 3501, 9) names. */
#ifndef MOMENT_H
#define MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads `"17-Jul-1996 02:44:25 -0700"`, quotes included, as seconds since 1970 in UTC. False when
 * these octets aren't a date-time. */
bool moment_read(const uint8_t *octets, size_t size, int64_t *seconds);

#endif
