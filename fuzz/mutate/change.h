/* The ways to change a message, each on its own. */
#ifndef CHANGE_H
#define CHANGE_H

#include "draft.h"
#include "edge.h"
#include "specimen.h"

#define CHANGE_TEXT SPECIMEN_OCTETS /* of what is generated, printed or exchanged at once */

/* What a change works on. The draft holds the specimen's octets when the change begins. */
struct changing {
    const struct imap_grammar *grammar;
    const struct imap_generator *generator;
    const struct edges *edges;
    const struct specimen *specimen;
    const struct specimen *other; /* that change_splice takes parts from */
    struct draft *draft;          /* with room for CHANGE_TEXT octets at most */
    struct random *random;
    uint8_t *text; /* CHANGE_TEXT octets */
};

/* False: there was nothing to change, or no room. The draft may be anything then. */
typedef bool change(struct changing *);

/* What stands there of one rule, by a random text of that rule. */
change change_regenerate;

/* By what stands in the other message of the same rule. */
change change_splice;

/* An item of a list: once more or many times, no more, or at its brother's place. */
change change_repeat, change_drop, change_swap;

/* Something within something of the same rule: once more around itself, or in its place. */
change change_grow, change_shrink;

/* The same as often as there is room: deeper than readers that recurse can go. */
change change_deepen;

/* The strings of the message, in other encodings of the same values. */
change change_encoding;

/* A number, a date, a flag, a mailbox name, ...: one at the edge of what it can be. */
change change_edge;

/* A string's value, octets of it changed; its literal's count is right. */
change change_value;

/* What is no list: its value once more and again, until it is about as long as the buffers that
 * readers have. */
change change_lengthen;

/* What is no list: the same again and again, until it is about as long as readers' buffers are. */
change change_lengthen;

/* A word: an octet of it another, or one more, or its end away: it becomes one that begins as it
 * did. */
change change_word;

/* The count of a literal: wrong. A message without a literal gets one. */
change change_count;

/* Octets, whatever they are; of what the grammar refuses, those where it does. */
change change_octets;

/* Where a node begins or ends: an octet less, more, or another, or nothing from there on. */
change change_break;

/* Writes a random text of the rule, short mostly, into `text` of CHANGE_TEXT octets; 0: there is
 * none that is short enough. */
size_t change_generate(const struct imap_generator *, imap_rule, bool from_client, struct random *,
                       uint8_t *text);

/* One to four octets of the draft from `start` on: another, one more, one fewer, a piece twice. */
bool change_disturb(struct random *, struct draft *, size_t start);

#endif
