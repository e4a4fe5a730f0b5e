/* Octets that the grammar refuses, and what a quirk reads them as. */
#ifndef QUIRK_H
#define QUIRK_H

#include "imapspec.h"

/* A refused octet. */
struct quirk_refusal {
    const struct imap_parser *parser;
    uint8_t octet;
    uint8_t before;    /* the octet before it */
    uint64_t position; /* from the start of the message */
};

/* What of a construct is still to be skipped. */
enum quirk_rest {
    QUIRK_NO_REST,
    QUIRK_SPACE,      /* SP before what is read next */
    QUIRK_LINE_END,   /* SP and CR before the LF */
    QUIRK_EMPTY_LINE, /* its LF; then the message begins */
    QUIRK_NIL,        /* "IL" */
    QUIRK_DIGITS      /* digits */
};

struct quirk_remedy {
    enum imap_quirk quirk;
    const char *instead; /* octets that are read as if they stood here */
    bool skip;           /* the refused octet is not read */
    bool made_up;        /* no node within what is read instead is told of */
    enum quirk_rest rest;
};

/* False: no quirk that the parser tolerates helps. */
bool quirk_find(const struct quirk_refusal *, struct quirk_remedy *);

bool quirk_is_tolerated(const struct imap_parser *, enum imap_quirk);

/* Is the SP too many that stands before this octet, where the grammar allows one? */
bool quirk_drops_space(const struct imap_parser *, uint8_t next, enum imap_quirk *);

#endif
