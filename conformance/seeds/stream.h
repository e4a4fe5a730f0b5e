/* What the two sides of one connection of a dialog say, as octets: the seeds of a fuzzer. */
#ifndef STREAM_H
#define STREAM_H

#include "../buffer.h"
#include "../read/dialog.h"

/* One connection, from its begin to its end: `!connect` begins another. All zeros is none yet. */
struct stream {
    unsigned connection;
    size_t begin, end; /* the steps that it may be in */
};

/* Moves on to the next stream of the dialog; false when there is none. */
bool stream_next(const struct dialog *, struct stream *);

/* Adds all that a side says, without TLS and compression. Placeholders are examples of their rules;
 * the greeting, and what selects the mailbox, come first, but not in mode: octets; what must not
 * come in a live dialog is left out. Nothing is added where the side has no line. False when memory
 * is out. */
bool stream_write(const struct dialog *, const struct stream *, enum side, struct buffer *);

#endif
