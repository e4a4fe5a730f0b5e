/* The differences between libetpan 1.9.4 and the RFCs that are known: each with the section that
 * says so. In all of them it is libetpan that is wrong, or more lenient than the RFC. */
#ifndef KNOWN_H
#define KNOWN_H

#include "ours.h"

enum known_kind {
    KNOWN_VALUE,    /* libetpan makes another value of it: this one */
    KNOWN_VAGUE,    /* libetpan makes another value of it, it isn't said which */
    KNOWN_REFUSED,  /* libetpan refuses it, the RFC allows it */
    KNOWN_ACCEPTED, /* libetpan accepts it, the RFC doesn't allow it */
};

/* A piece of a response. */
struct piece {
    const uint8_t *octets;
    size_t count;
    const uint8_t *response; /* that it is of */
    size_t parts;            /* nodes that it consists of */
    bool space;              /* SP could stand where our parser refuses it */
    bool quoted;             /* it is in a quoted string */
    bool over;               /* it is a number that is over the range of its rule */
};

struct known {
    const char *name;   /* "status-mailbox" */
    const char *source; /* "RFC 3501, 9" */
    const char *sentence;
    enum known_kind kind;
    const char *rule; /* that it is about; NULL: any; "env-*": any that begins so */
    /* VALUE: writes what libetpan makes of a piece that the rule matched; false: nothing special.
     * VAGUE, REFUSED: is it this, in a piece that the rule matched?
     * ACCEPTED: the same of the rest of the response, from the octet on that the rule refuses. */
    bool (*shape)(struct form *, const struct piece *);
};

/* Difference `index` from 0, NULL past the last. */
const struct known *known_at(size_t index);

/* What is to be written as libetpan does where that is known to differ. */
struct imitation {
    const struct ours *ours;
    size_t count; /* how often it differed */
};

/* An ours_writer, with an imitation as its context. */
bool known_write(void *imitation, struct form *, const struct imap_node *);

/* Why libetpan refuses what we accept; NULL: that isn't known. */
const struct known *known_refusal(const struct ours *);

/* Why libetpan makes another value of a node; NULL: that isn't known. */
const struct known *known_vagueness(const struct ours *, uint32_t node);

/* Why libetpan accepts what we refuse, whatever is tolerated; NULL: that isn't known. */
const struct known *known_acceptance(const struct ours *);

#endif
