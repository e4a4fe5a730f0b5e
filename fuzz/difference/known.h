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
    /* Of one that our parser refuses: what could stand there instead. */
    bool space, atom, string, list;
    bool digit;  /* from 1 on */
    bool quoted; /* more of a quoted string, or its end */
    bool over;   /* it is a number that is over the range of its rule */
};

/* Octets of a response. */
struct part {
    const uint8_t *octets;
    size_t count;
};

struct known {
    const char *name;   /* "status-mailbox" */
    const char *source; /* "RFC 3501, 9" */
    const char *sentence;
    enum known_kind kind;
    const char *rule; /* that it is about; NULL: any; "env-*": any that begins so */
    /* VAGUE, REFUSED: is it this, in a piece that the rule matched? ACCEPTED: the same of the rest
     * of the response, from the octet on that the rule refuses. */
    bool (*shape)(const struct piece *);
    /* What it lies in, and what both would read alike there. NULL: what follows isn't compared. */
    struct part (*part)(const struct piece *);
    const char *instead;
    /* VALUE: writes what libetpan makes of a piece that the rule matched; false: nothing special.
     */
    bool (*imitate)(struct form *, const struct piece *);
};

/* Difference `index` from 0, NULL past the last. */
const struct known *known_at(size_t index);

/* The first of that name, NULL if there is none. */
const struct known *known_called(const char *name);

enum { MOST_MET = 64 };

/* What is known, and what of it was met in one message. */
struct knowledge {
    const struct known *without; /* as if this were not known */
    const struct known *met[MOST_MET];
    size_t count;
};

/* A known difference where it was met. */
struct meeting {
    const struct known *known; /* NULL: none */
    struct piece piece;
};

/* An ours_writer with this as its context writes as libetpan does what is known to differ. */
struct imitation {
    const struct ours *ours;
    struct knowledge *knowledge;
};
bool known_write(void *imitation, struct form *, const struct imap_node *);

/* Why libetpan refuses what we accept. */
struct meeting known_refusal(struct knowledge *, const struct ours *);

/* Why libetpan makes another value of a node. */
struct meeting known_vagueness(struct knowledge *, const struct ours *, uint32_t node);

/* Why libetpan accepts what we refuse, whatever is tolerated. */
struct meeting known_acceptance(struct knowledge *, const struct ours *);

#endif
