/* The lines of a dialog that are done: !starttls, !wait 2s, !connect 2 */
#ifndef ACTION_LINE_H
#define ACTION_LINE_H

#include "transcript.h"

#define ACTION_MAX_WAIT 60000u /* milliseconds, of !wait and !idle */

/* Reads `!word [argument] [connection]`. False with the diagnostic set. */
bool action_line_read(struct transcript *, const struct marked_line *);

#endif
