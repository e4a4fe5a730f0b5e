/* What could have stood at an offset, as a person would write it in ABNF. */
#include <stdio.h>
#include <string.h>

#include "reader.h"

/* ---- octets --------------------------------------------------------------------------------- */

static void accept_row(const struct imap_grammar *grammar, uint32_t state, bool accepted[256]) {
    for (unsigned octet = 0; octet < 256; octet++) {
        accepted[octet] |= grammar_reads(grammar, state, grammar->classes[octet]);
    }
}

static void accept_next(const struct imap_parser *p, bool accepted[256]) {
    memset(accepted, 0, 256 * sizeof *accepted);
    if (p->phase >= PHASE_LITERAL) {
        memset(accepted, 1, 256 * sizeof *accepted);
        accepted[0] = p->phase != PHASE_LITERAL || p->binary;
        return;
    }
    if (p->catch_depth != 0) {
        accept_row(p->grammar, parser_frame(p, p->catch_depth - 1U)->caught, accepted);
    }
    if (p->phase != PHASE_MESSAGE) {
        for (unsigned octet = 0; octet < 256; octet++) {
            accepted[octet] |= parser_header_accepts(p, octet);
        }
        return;
    }
    uint32_t state = p->state;
    accept_row(p->grammar, state, accepted);
    for (unsigned depth = p->depth; depth > 0 && grammar_otherwise(p->grammar, state) != NULL;
         depth--) {
        state = parser_frame(p, depth - 1)->target;
        accept_row(p->grammar, state, accepted);
    }
}

void imap_parser_accepted(const struct imap_parser *p, bool accepted[256]) {
    if (p->phase != PHASE_SPACE) {
        accept_next(p, accepted);
        return;
    }
    struct imap_parser before = *p, after;
    before.phase = PHASE_MESSAGE;
    before.offset = p->space;
    parser_try(&before, " ", &after);
    accept_next(&after, accepted);
}

/* ---- in words ------------------------------------------------------------------------------- */

void imap_octet_text(int octet, char *text) {
    static const struct {
        int octet;
        const char *name;
    } names[] = {{'\0', "NUL"}, {'\t', "HTAB"}, {'\n', "LF"},
                 {'\r', "CR"},  {' ', "SP"},    {'"', "DQUOTE"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].octet == octet) {
            snprintf(text, IMAP_OCTET_TEXT, "%s", names[i].name);
            return;
        }
    }
    snprintf(text, IMAP_OCTET_TEXT, octet > 0x20 && octet < 0x7F ? "\"%c\"" : "%%x%02X",
             (unsigned)octet & 0xFF);
}

struct listing {
    char *text;
    size_t size, length;
};

static void list(struct listing *listing, const char *item) {
    size_t left = listing->length < listing->size ? listing->size - listing->length : 0;
    int added = snprintf(left > 0 ? listing->text + listing->length : NULL, left, "%s%s",
                         listing->length > 0 ? " / " : "", item);
    listing->length += added > 0 ? (size_t)added : 0;
}

static bool has(const uint64_t bits[4], int octet) {
    return bits[octet >> 6] >> (octet & 63) & 1;
}

/* How many of the octets that are left the set names; 0 if it names one that isn't accepted. */
static unsigned coverage(const struct grammar_set *set, const uint64_t accepted[4],
                         const uint64_t left[4]) {
    unsigned covered = 0;
    for (unsigned i = 0; i < 4; i++) {
        if ((set->bits[i] & ~accepted[i]) != 0) {
            return 0;
        }
        covered += (unsigned)__builtin_popcountll(set->bits[i] & left[i]);
    }
    return covered;
}

/* Octets that have no name: those over 127 that follow each other are a range. */
static void list_octets(struct listing *listing, const uint64_t accepted[4],
                        const uint64_t left[4]) {
    for (int octet = 0; octet < 256; octet++) {
        char item[IMAP_OCTET_TEXT + sizeof "-FF"];
        int last = octet;
        bool twin = octet >= 'a' && octet <= 'z' && has(accepted, octet - 'a' + 'A');
        if (!has(left, octet) || twin) {
            continue;
        }
        imap_octet_text(octet, item);
        while (octet > 127 && last < 255 && has(left, last + 1)) {
            last++;
        }
        if (last > octet) {
            snprintf(item, sizeof item, "%%x%02X-%02X", (unsigned)octet, (unsigned)last);
        }
        list(listing, item);
        octet = last;
    }
}

/* A name is worth it from this many octets on. */
enum { NAMED_OCTETS = 3 };

size_t imap_parser_expected(const struct imap_parser *p, char *text, size_t size) {
    struct listing listing = {.text = text, .size = size};
    bool octets[256];
    uint64_t accepted[4] = {0}, left[4];
    imap_parser_accepted(p, octets);
    for (unsigned octet = 0; octet < 256; octet++) {
        accepted[octet >> 6] |= (uint64_t)octets[octet] << (octet & 63);
    }
    memcpy(left, accepted, sizeof left);
    if (size > 0) {
        text[0] = '\0';
    }
    for (;;) {
        const struct grammar_set *best = NULL;
        unsigned most = NAMED_OCTETS - 1;
        for (unsigned i = 0; i < p->grammar->set_count; i++) {
            unsigned covered = coverage(&p->grammar->sets[i], accepted, left);
            if (covered > most) {
                most = covered;
                best = &p->grammar->sets[i];
            }
        }
        if (best == NULL) {
            break;
        }
        for (unsigned i = 0; i < 4; i++) {
            left[i] &= ~best->bits[i];
        }
        list(&listing, best->name);
    }
    list_octets(&listing, accepted, left);
    return listing.length;
}

void imap_parser_explain(const struct imap_parser *p, char *text, size_t size) {
    char expected[IMAP_EXPLANATION_TEXT - 64], got[IMAP_OCTET_TEXT];
    switch (p->error.code) {
    case IMAP_NO_ERROR:
        imap_parser_expected(p, expected, sizeof expected);
        snprintf(text, size, "the message is incomplete: expected %s", expected);
        return;
    case IMAP_UNEXPECTED_OCTET:
        imap_parser_expected(p, expected, sizeof expected);
        imap_octet_text(p->error.got, got);
        snprintf(text, size, "expected %s, got %s", expected, got);
        return;
    default:
        snprintf(text, size, "%s", p->error.sentence);
    }
}
