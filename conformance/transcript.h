/* The transcript of a dialog file: marked lines become steps. */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include "source.h"

#define TRANSCRIPT_MAX_STEPS 4096u
#define TRANSCRIPT_MAX_WAIT  60000u /* milliseconds, of !wait and !idle */

/* Reads the lines from index `begin` on into dialog->steps and dialog->examples; the header must
 * have been read. False with the diagnostic set. */
bool transcript_read(const struct source *, struct dialog *, size_t begin);

#endif
