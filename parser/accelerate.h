/* Where several octets are looked at at once. Each function could be a loop over octets: the parser
 * would be the same, only slower. */
#ifndef ACCELERATE_H
#define ACCELERATE_H

#include <string.h>

#include "grammar.h"

/* Words of eight octets, whose first octet is their lowest. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LITTLE_ENDIAN_WORDS
#endif
enum { WORD = 8 };

/* ---- numbers ------------------------------------------------------------------------------- */

/* The number that the last `count` octets before `end` are, 1 to 8, where 8 may be read: pairs of
 * digits are added at once, then pairs of pairs, and so on. */
static inline uint64_t word_number(const uint8_t *end, unsigned count) {
#ifdef LITTLE_ENDIAN_WORDS
    uint64_t digits;
    memcpy(&digits, end - sizeof digits, sizeof digits);
    digits = (digits & UINT64_C(0x0F0F0F0F0F0F0F0F)) >> 8 * (8 - count) << 8 * (8 - count);
    digits = (digits * 10 + (digits >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
    digits = (digits * 100 + (digits >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
    return (digits * 10000 + (digits >> 32)) & UINT32_MAX;
#else
    uint64_t number = 0;
    for (const uint8_t *digit = end - count; digit < end; digit++) {
        number = number * 10 + (*digit - (uint64_t)'0');
    }
    return number;
#endif
}

/* ---- chains -------------------------------------------------------------------------------- */

/* How many octets of a chain's text, from `text` on, stand at `at`: at most `length`. */
static inline unsigned match_octets(const uint8_t *text, unsigned length, const uint8_t *at) {
    unsigned matched = 0;
    while (matched < length) {
        unsigned octet = CHAIN_LETTER(text[matched]) ? at[matched] | 0x20U : at[matched];
        if (octet != text[matched]) {
            break;
        }
        matched++;
    }
    return matched;
}

/* The same where eight octets can be read at `at`: eight comparisons at once. Bits 5 and 6 of an
 * octet of the text say that it is a letter, where bit 5 doesn't matter. */
static inline unsigned match_word(const struct grammar_chain *chain, unsigned from,
                                  const uint8_t *at) {
#ifdef LITTLE_ENDIAN_WORDS
    uint64_t text, octets;
    memcpy(&text, chain->text, sizeof text);
    memcpy(&octets, at, sizeof octets);
    text >>= 8 * from;
    uint64_t letters = text & text >> 1 & UINT64_C(0x2020202020202020);
    uint64_t differs = (text ^ octets) & ~letters;
    if (differs << 8 * from == 0) {
        return CHAIN_TEXT - from;
    }
    unsigned matched = 0;
    for (; (differs & 0xFF) == 0; differs >>= 8) {
        matched++;
    }
    return matched;
#else
    return match_octets(chain->text + from, CHAIN_TEXT - from, at);
#endif
}

/* ---- runs ---------------------------------------------------------------------------------- */

/* The end of the run of octets that are in a default set. Four for each look at the end; vectors of
 * 16 don't pay: where the run ends is then only known when they are done, and not foretold. */
static inline const uint8_t *skip_run(const struct imap_grammar *grammar, unsigned set,
                                      const uint8_t *at, const uint8_t *end) {
    const uint64_t *defaults = grammar->defaults, bit = UINT64_C(1) << set;
    const uint8_t *classes = grammar->classes;
    for (; end - at >= 4; at += 4) {
        if ((defaults[classes[at[0]]] & bit) == 0) {
            return at;
        }
        if ((defaults[classes[at[1]]] & bit) == 0) {
            return at + 1;
        }
        if ((defaults[classes[at[2]]] & bit) == 0) {
            return at + 2;
        }
        if ((defaults[classes[at[3]]] & bit) == 0) {
            return at + 3;
        }
    }
    while (at < end && (defaults[classes[*at]] & bit) != 0) {
        at++;
    }
    return at;
}

#endif
