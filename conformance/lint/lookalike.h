/* Letters that look like others: Cyrillic, Greek and typographic characters that stand for ASCII in
 * what was scanned or typed on another keyboard. */
#ifndef LOOKALIKE_H
#define LOOKALIKE_H

#include <stddef.h>
#include <stdint.h>

struct lookalike {
    uint32_t character;
    char ascii;
    const char *name; /* as Unicode names it */
};

/* The look-alike that is encoded in UTF-8 at `octets`, NULL if there is none; *length is then set
 * to how many octets it has. */
const struct lookalike *lookalike_at(const uint8_t *octets, size_t size, size_t *length);

#endif
