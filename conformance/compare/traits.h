/* How the nodes of a rule are compared, and what they are called. */
#ifndef TRAITS_H
#define TRAITS_H

#include "../../parser/imapspec.h"

enum trait_flag {
    TRAIT_SET = 1,          /* the order of its children is free */
    TRAIT_IGNORE_CASE = 2,  /* of a leaf, or of a node that has no children at the moment */
    TRAIT_FREE = 4,         /* human text */
    TRAIT_INBOX = 8,        /* INBOX in any case is one name */
    TRAIT_NIL = 16,         /* NIL is no string */
    TRAIT_NUMBER = 32,      /* compared by its number */
    TRAIT_ADDITIONS = 64,   /* children that aren't expected are allowed */
    TRAIT_TOKENS = 128,     /* strings in it ignore case */
    TRAIT_PARAMETERS = 256, /* strings in it are names, which ignore case, and values */
    TRAIT_ELEMENT = 512,    /* one of a list, known by its value: it is there or missing */
    TRAIT_ITEM = 1024,      /* one of a list, known by its first word */
    TRAIT_MOMENT = 2048,    /* a date-time: the zone that it is told in does not count */
    TRAIT_ARGUMENTS = 4096, /* what follows its name is free where none is expected */
    TRAIT_OCTETS = 8192,    /* one of the forms that the same octets may come in */
    TRAIT_LETTERS = 16384   /* a set of letters, in whatever order */
};

struct trait {
    const char *rule;
    unsigned flags;
    const char *noun; /* for a person; NULL: the rule's name */
};

/* The traits of a rule; of one that has none, no flags and no noun. */
const struct trait *trait_of(const struct imap_grammar *, imap_rule);

/* Could text that begins like this (`size` > 0) be what the rule reads? Says no only of the rules
 * that may stand in the node of another: string, quoted, literal, nil, atom, nz-number. */
bool trait_reads(const struct imap_grammar *, imap_rule, const uint8_t *octets, size_t size);

#endif
