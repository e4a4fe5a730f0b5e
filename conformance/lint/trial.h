/* What would the parser make of this? Tries text from a copy of its state. */
#ifndef TRIAL_H
#define TRIAL_H

#include "../tolerance.h"

/* What the sink saw in a trial. */
struct trial_events {
    uint64_t literal;      /* octets that the last literal announced */
    bool malformed;        /* a response code was malformed, and read as text */
    uint64_t malformed_at; /* absolute offset of its first octet */
    imap_rule malformed_rule;
    unsigned extension;            /* the first that is made use of and isn't enabled; 0 for none */
    uint64_t extension_at;         /* absolute offset of the word */
    bool quirks[IMAP_QUIRK_COUNT]; /* that were made use of */
    uint64_t quirks_at[IMAP_QUIRK_COUNT]; /* absolute offset of each one's first octet */
};

enum verdict {
    TRIAL_COMPLETE, /* the message is complete */
    TRIAL_LITERAL,  /* the line is complete, a literal follows */
    TRIAL_OPEN,     /* all of the text was read, no line end was tried */
    TRIAL_REFUSED
};

struct trial {
    enum verdict verdict;
    size_t at; /* REFUSED: index of the refused octet; `size` when it was the line end */
    struct imap_parser parser; /* afterwards */
    struct trial_events events;
    struct trial_events *sink; /* where the parser's sink writes */
    const struct imap_grammar *grammar;
    uint64_t offset; /* of the octet after the text and its line end */
};

/* Begins a message: a trial to go on from. `events` must outlive all the trials that do. */
void trial_begin(struct trial *, struct trial_events *events, const struct imap_grammar *,
                 const struct imap_extensions *, const struct tolerance *, enum imap_root);

/* Feeds `size` octets, and then CRLF if `line_end`, to a copy of `before`. */
void trial_run(struct trial *, const struct trial *before, const uint8_t *octets, size_t size,
               bool line_end);

/* The name of the rule in which a trial was refused. */
const char *trial_rule(const struct trial *);

#endif
