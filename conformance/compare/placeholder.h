/* The placeholders of the dialog language that stand for octets: `${name:rule}`, `${name}`,
 * `${:rule}`, `${:rule>name}`, `${hex:00 ff}`, `${repeat:1000 "("}`, `{#name}`. (`...` is
 * pattern.c's: only there it is one.) */
#ifndef PLACEHOLDER_H
#define PLACEHOLDER_H

#include "variables.h"

enum placeholder_kind {
    PLACEHOLDER_NONE,    /* none begins here */
    PLACEHOLDER_BROKEN,  /* one begins here and isn't well formed: `problem` says why */
    PLACEHOLDER_CAPTURE, /* ${name:rule}, ${name}: rule is "" */
    PLACEHOLDER_ANY,     /* ${:rule} */
    PLACEHOLDER_OCTETS,  /* ${hex:00 ff}, ${repeat:1000 00 ff}, ${repeat:1000 "("} */
    PLACEHOLDER_LENGTH   /* {#name}, {#name+} */
};

/* The longest name of a capture or a rule, NUL included. */
#define PLACEHOLDER_WORD 64

/* The most octets that one placeholder can repeat. */
#define PLACEHOLDER_MAX_REPEATED (16u << 20)

/* Enough for a whole placeholder of three words. */
#define PLACEHOLDER_TEXT 256

struct placeholder {
    enum placeholder_kind kind;
    size_t end;                  /* of its text: the index of the octet after it */
    size_t rule_at;              /* CAPTURE, ANY: index of the rule's name */
    size_t octets_at;            /* OCTETS: index of the first hexadecimal digit, or of the quote */
    size_t times;                /* OCTETS: how often they come */
    char name[PLACEHOLDER_WORD]; /* CAPTURE, LENGTH */
    char rule[PLACEHOLDER_WORD]; /* CAPTURE, ANY */
    char order;                  /* CAPTURE, ANY: > or <, than the number of `bound`; 0: neither */
    size_t bound_at;             /* index of the bound's name */
    char bound[PLACEHOLDER_WORD];
    bool non_synchronizing; /* LENGTH: {#name+} */
    const char *problem;    /* BROKEN: constant sentence */
};

/* The placeholder that begins at text[at]. */
struct placeholder placeholder_at(const char *text, size_t size, size_t at);

/* The octets that stand for a placeholder of the text: of OCTETS its own, of CAPTURE and LENGTH
 * what `variables` (may be NULL) hold. At most `capacity` are written, and their number is set in
 * any case. False when it has no octets: any other kind, or not a variable. */
bool placeholder_octets(const struct placeholder *, const char *text,
                        const struct variables *variables, uint8_t *octets, size_t capacity,
                        size_t *count);

/* Where does octet `offset` of the expanded text come from? The index in `text`; of a replaced
 * placeholder, its first octet. */
size_t placeholder_origin(const char *text, size_t size, const struct variables *, size_t offset);

#endif
