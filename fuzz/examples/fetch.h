/* Somebody's parser: what a small client knows of FETCH responses. It has a bug, for a fuzzer to
 * find. */
#ifndef FETCH_H
#define FETCH_H

#include <stddef.h>
#include <stdint.h>

/* Reads `* 12 FETCH (...)` at the beginning of the octets: how many octets it has, 0 if it isn't
 * one; *uid is what it says of the UID, if anything. */
size_t fetch_read(const uint8_t *octets, size_t size, uint32_t *uid);

#endif
