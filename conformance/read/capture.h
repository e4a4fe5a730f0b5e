/* The captures of a dialog while it is read: which names are known, and what rule they have. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "transcript.h"

/* Checks the placeholders of a text that is sent: all are known. */
bool capture_check_sent(const struct transcript *, const struct piece *);

/* The same of an expected message: rules exist, and `${name}` is known from a line above or from
 * the same line. */
bool capture_check_expected(struct transcript *, const struct piece *);

/* From here on the captures of an expected message may be used. */
bool capture_define(struct transcript *, const struct piece *);

/* Writes `${name}` as `${name:rule}`, so that a message can be compared before the one that the
 * capture comes from: untagged messages have no order. */
bool capture_spell_out(const struct transcript *, struct piece *);

#endif
