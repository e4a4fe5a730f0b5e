/* Random texts of a grammar's rules. The rules are made into a table of parts once; a text is then
 * derived from it with an explicit stack, and a budget of octets that the shortest derivation of
 * all that is still to come is always kept from: so every derivation ends, within its size. */
#ifndef GENERATOR_H
#define GENERATOR_H

#include "../compiler/abnf.h"
#include "../imapspec.h"

enum part_kind {
    PART_SET,         /* one octet of sets[set] */
    PART_STRING,      /* text */
    PART_SEQUENCE,    /* all children */
    PART_ALTERNATION, /* one of them */
    PART_REPETITION,  /* the only child, low to high times */
    PART_DIFFERENCE,  /* the only child, a repetition, but none of words */
    PART_NESTED,      /* the only child, which may hold itself */
    PART_NUMBER,      /* low to highest, in digits */
    PART_LITERAL,     /* "{" count "}" CRLF and octets of sets[set] */
    PART_LITERAL8,    /* the same after "~", of any octets */
    PART_PROSE        /* nobody can write it */
};

#define PART_IMPOSSIBLE UINT32_MAX /* the shortest text of a part that has none */

struct part {
    enum part_kind kind;
    uint32_t children, child_count; /* from generator.children[children] on */
    uint32_t shortest;              /* octets of the shortest text */
    uint32_t way;                   /* ALTERNATION: the child that has it */
    uint32_t nesting;               /* NESTED parts within each other, at the least */
    uint32_t weight;                /* how many ways there are, for a fair choice */
    uint32_t low, high;
    uint64_t highest; /* of a NUMBER */
    uint32_t set;
    uint32_t words, word_count; /* from generator.words[words] on */
    const char *text;
    uint32_t length;
    uint8_t plain;       /* DIFFERENCE: an octet that is none of the words */
    bool case_sensitive; /* of a STRING */
    bool leading_zeros;  /* may a NUMBER have them? */
    bool plus;           /* may a LITERAL be {n+}? */
};

/* A set, and those of its octets that a person would write most. */
struct part_set {
    struct octet_set set;
    uint32_t all_count, plain_count;
    uint8_t all[256], plain[128];
};

struct part_child {
    uint32_t part;
    uint32_t weight; /* of this and the children before it */
};

struct part_word {
    const char *text;
    size_t length;
};

struct imap_generator {
    struct arena arena;
    struct part *parts; /* parts[rule], then the parts of rules; parts[0] is an impossible one */
    struct part_child *children;
    struct part_set *sets;
    struct part_word *words;
    size_t rule_count, part_count, child_count, set_count, word_count;
    size_t part_capacity, child_capacity, set_capacity, word_capacity;
};

/* Makes the parts of all rules, after abnf_resolve, without what belongs to an extension that is
 * not enabled (NULL: all are). Nothing of *abnf is kept. NULL when memory is out. */
struct imap_generator *generator_new(const struct abnf *, const struct imap_extensions *enabled);

#endif
