/* Does a message say what a pattern expects? Trees are compared, not octets: atom, quoted and
 * literal of one value are equal, lists whose order IMAP leaves free are sets, names that are
 * case-insensitive are compared so, human text is free. */
#ifndef COMPARE_H
#define COMPARE_H

#include "pattern.h"

/* The first difference, for a person: carets go under these places. */
struct difference {
    size_t expected_at, actual_at; /* octets from the start of either message */
    imap_rule rule;                /* of the node that differs */
    char sentence[192];            /* `number: 171, expected 172` */
};

/* Compares one message (`octets`, `size`, its tree with offsets from the message's first octet).
 * Holes whose name is in `variables` compare with its value; others match any node of their rule
 * and are added to `captures`. On false, *difference holds the first difference, and `captures` may
 * hold part of them. `difference` may be NULL. */
bool compare_message(const struct pattern *, const uint8_t *octets, size_t size,
                     const struct imap_tree *, const struct variables *variables,
                     struct variables *captures, struct difference *difference);

/* The same octet by octet, holes excepted (S=). */
bool compare_exactly(const struct pattern *, const uint8_t *octets, size_t size,
                     const struct imap_tree *, const struct variables *variables,
                     struct variables *captures, struct difference *difference);

/* How alike are they, 0 (nothing) to 100 (equal)? Picks the nearest message to show beside an
 * expectation that nothing met. */
unsigned compare_likeness(const struct pattern *, const uint8_t *octets, size_t size,
                          const struct imap_tree *);

#endif
