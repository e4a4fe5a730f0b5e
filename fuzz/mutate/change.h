/* The ways to change an input, each on its own. */
#ifndef CHANGE_H
#define CHANGE_H

#include "draft.h"
#include "specimen.h"

#define CHANGE_TEXT 65536 /* octets of what is generated, printed or exchanged at once */

/* What a change works on. The draft holds the specimen's octets when the change begins. */
struct changing {
    const struct imap_generator *generator;
    enum imap_root root;
    struct specimen *specimen;
    struct specimen *other; /* parts may be taken from it; NULL: none */
    struct draft *draft;
    struct random *random;
    uint8_t *text; /* CHANGE_TEXT octets */
};

/* False: it didn't fit, and nothing was changed. */
typedef bool change(struct changing *);

/* What stands there of one rule, by a random text of that rule. */
change change_regenerate;

/* By what stands in the other input of the same rule. */
change change_splice;

/* An item of a list: once more or many times, no more, or at its brother's place. */
change change_repeat, change_drop, change_swap;

/* Something within something of the same rule: once more around itself, or in its place. */
change change_grow, change_shrink;

/* The strings of the message, in other encodings of the same values. */
change change_encoding;

/* A number, by one at an edge or near to it. */
change change_number;

/* A string's value, octets of it changed; its literal's count is right. */
change change_value;

/* A message: once more, no more, at another place, or a random one beside it. */
change change_message;

/* The count of a literal: wrong. */
change change_count;

/* Octets, whatever they are. */
change change_octets;

#endif
