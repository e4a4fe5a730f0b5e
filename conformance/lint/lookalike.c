#include "lookalike.h"

#include "../text.h"

/* In the order of their numbers. */
static const struct lookalike lookalikes[] = {
    {0x00A0, ' ', "NO-BREAK SPACE"},
    {0x0391, 'A', "GREEK CAPITAL LETTER ALPHA"},
    {0x0392, 'B', "GREEK CAPITAL LETTER BETA"},
    {0x0395, 'E', "GREEK CAPITAL LETTER EPSILON"},
    {0x0396, 'Z', "GREEK CAPITAL LETTER ZETA"},
    {0x0397, 'H', "GREEK CAPITAL LETTER ETA"},
    {0x0399, 'I', "GREEK CAPITAL LETTER IOTA"},
    {0x039A, 'K', "GREEK CAPITAL LETTER KAPPA"},
    {0x039C, 'M', "GREEK CAPITAL LETTER MU"},
    {0x039D, 'N', "GREEK CAPITAL LETTER NU"},
    {0x039F, 'O', "GREEK CAPITAL LETTER OMICRON"},
    {0x03A1, 'P', "GREEK CAPITAL LETTER RHO"},
    {0x03A4, 'T', "GREEK CAPITAL LETTER TAU"},
    {0x03A5, 'Y', "GREEK CAPITAL LETTER UPSILON"},
    {0x03A7, 'X', "GREEK CAPITAL LETTER CHI"},
    {0x03BF, 'o', "GREEK SMALL LETTER OMICRON"},
    {0x0405, 'S', "CYRILLIC CAPITAL LETTER DZE"},
    {0x0406, 'I', "CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I"},
    {0x0408, 'J', "CYRILLIC CAPITAL LETTER JE"},
    {0x0410, 'A', "CYRILLIC CAPITAL LETTER A"},
    {0x0412, 'B', "CYRILLIC CAPITAL LETTER VE"},
    {0x0415, 'E', "CYRILLIC CAPITAL LETTER IE"},
    {0x0417, '3', "CYRILLIC CAPITAL LETTER ZE"},
    {0x041A, 'K', "CYRILLIC CAPITAL LETTER KA"},
    {0x041C, 'M', "CYRILLIC CAPITAL LETTER EM"},
    {0x041D, 'H', "CYRILLIC CAPITAL LETTER EN"},
    {0x041E, 'O', "CYRILLIC CAPITAL LETTER O"},
    {0x0420, 'P', "CYRILLIC CAPITAL LETTER ER"},
    {0x0421, 'C', "CYRILLIC CAPITAL LETTER ES"},
    {0x0422, 'T', "CYRILLIC CAPITAL LETTER TE"},
    {0x0423, 'Y', "CYRILLIC CAPITAL LETTER U"},
    {0x0425, 'X', "CYRILLIC CAPITAL LETTER HA"},
    {0x0430, 'a', "CYRILLIC SMALL LETTER A"},
    {0x0435, 'e', "CYRILLIC SMALL LETTER IE"},
    {0x0437, '3', "CYRILLIC SMALL LETTER ZE"},
    {0x043E, 'o', "CYRILLIC SMALL LETTER O"},
    {0x0440, 'p', "CYRILLIC SMALL LETTER ER"},
    {0x0441, 'c', "CYRILLIC SMALL LETTER ES"},
    {0x0443, 'y', "CYRILLIC SMALL LETTER U"},
    {0x0445, 'x', "CYRILLIC SMALL LETTER HA"},
    {0x0455, 's', "CYRILLIC SMALL LETTER DZE"},
    {0x0456, 'i', "CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I"},
    {0x0458, 'j', "CYRILLIC SMALL LETTER JE"},
    {0x2010, '-', "HYPHEN"},
    {0x2011, '-', "NON-BREAKING HYPHEN"},
    {0x2012, '-', "FIGURE DASH"},
    {0x2013, '-', "EN DASH"},
    {0x2014, '-', "EM DASH"},
    {0x2018, '\'', "LEFT SINGLE QUOTATION MARK"},
    {0x2019, '\'', "RIGHT SINGLE QUOTATION MARK"},
    {0x201C, '"', "LEFT DOUBLE QUOTATION MARK"},
    {0x201D, '"', "RIGHT DOUBLE QUOTATION MARK"},
    {0x2212, '-', "MINUS SIGN"},
    {0x2217, '*', "ASTERISK OPERATOR"},
    {0xFF0B, '+', "FULLWIDTH PLUS SIGN"},
    {0xFF1A, ':', "FULLWIDTH COLON"},
};

const struct lookalike *lookalike_at(const uint8_t *octets, size_t size, size_t *length) {
    uint32_t character;
    size_t octet_count = text_decode(octets, size, &character);
    size_t low = 0, high = sizeof lookalikes / sizeof *lookalikes;

    if (octet_count < 2) {
        return NULL;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lookalikes[middle].character < character) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == sizeof lookalikes / sizeof *lookalikes || lookalikes[low].character != character) {
        return NULL;
    }
    *length = octet_count;
    return &lookalikes[low];
}
