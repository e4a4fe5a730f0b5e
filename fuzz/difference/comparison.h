/* One message read by both, and what is to be said of it. */
#ifndef COMPARISON_H
#define COMPARISON_H

#include <stdio.h>

#include "known.h"
#include "ours.h"
#include "theirs.h"

enum verdict {
    VERDICT_ALIKE,  /* both refuse it, or both make the same of it */
    VERDICT_KNOWN,  /* they differ in what is known */
    VERDICT_BEYOND, /* it needs an extension that libetpan doesn't have, or nests deeper than our
                       parser goes: not compared */
    VERDICT_NEW     /* they differ */
};

enum { MOST_MENDS = 32 }; /* of one message; what has more differences isn't compared */

/* A known difference is mended: what both would read alike stands in its place, and what comes of
 * it is compared in turn, until both agree. So nothing new hides behind what is known. */
struct comparison {
    struct ours ours, tolerant; /* as the RFCs say; with quirks tolerated */
    struct theirs theirs;
    struct form ours_form, theirs_form; /* where both accept it */
    enum imap_root root;
    size_t read; /* octets of the message as it came, 0 if our parser refuses it */
    uint8_t mended[MOST_OCTETS];
    struct knowledge knowledge;
    enum verdict verdict;
};

/* Ends the program when memory is out. */
void comparison_init(struct comparison *);

/* Compares what both make of the message that the octets begin with. At most MOST_OCTETS. */
enum verdict compare(struct comparison *, enum imap_root, const void *octets, size_t count);

/* Tells of the difference that was found: both forms, or who refuses; the rule and the octet. */
void comparison_tell(const struct comparison *, FILE *);

void comparison_free(struct comparison *);

#endif
