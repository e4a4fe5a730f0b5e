/* ABNF (RFC 5234, with RFC 7405's %s and %i) as rules and expressions, and the overlay's
 * directives. The overlay's language is described at the head of grammar/overlay.abnf. */
#ifndef ABNF_H
#define ABNF_H

#include <stdbool.h>
#include <stdint.h>

#include "../imapspec.h"
#include "arena.h"

struct abnf_place {
    const char *file;
    unsigned line, column; /* from 1 */
    unsigned text;         /* that was read as this one, from 1 */
};

struct octet_set {
    uint64_t bits[4];
};

static inline bool octet_set_has(const struct octet_set *set, unsigned octet) {
    return set->bits[octet >> 6] >> (octet & 63) & 1;
}

static inline void octet_set_add(struct octet_set *set, unsigned octet) {
    set->bits[octet >> 6] |= UINT64_C(1) << (octet & 63);
}

enum expression_kind {
    EXPRESSION_SET,         /* one octet of set */
    EXPRESSION_STRING,      /* text, letters in any case unless case_sensitive */
    EXPRESSION_SEQUENCE,    /* all of parts, in order */
    EXPRESSION_ALTERNATION, /* one of parts */
    EXPRESSION_REPETITION,  /* the only part, low to high times */
    EXPRESSION_REFERENCE,   /* rule `text` */
    EXPRESSION_DIFFERENCE,  /* the first part, a repetition, but none of the others, strings; or
                               none of the first words of rule `text` */
    EXPRESSION_PROSE        /* text, which nobody can read but a person */
};

#define ABNF_UNBOUNDED UINT32_MAX

struct expression {
    enum expression_kind kind;
    struct abnf_place place;
    struct expression *parts; /* the first; the others follow by `next` */
    struct expression *next;
    const char *text;
    struct octet_set set;
    uint32_t low, high;
    bool case_sensitive;
    unsigned rule;      /* of a REFERENCE, once abnf_resolve has found it */
    unsigned extension; /* that has this where it isn't the rule's own; 0 for none */
};

/* What a rule makes of what it matches. */
enum rule_node { RULE_TRANSPARENT, RULE_NODE, RULE_LEAF };

/* How a reference to a rule is compiled. */
enum rule_linkage { LINK_INLINE, LINK_NESTED, LINK_CALL, LINK_LITERAL, LINK_LITERAL8 };

struct abnf_rule {
    const char *name;
    struct abnf_place place;
    struct expression *definition;
    const struct abnf_rule *former; /* that it replaced, as it was; NULL for none */
    enum rule_node node;
    enum rule_linkage linkage;
    bool caught;        /* @catch */
    bool core;          /* of RFC 5234 */
    const char *origin; /* the file that says so: not the overlay, if another file has the rule */
    uint64_t highest;   /* @number; 0 for other rules */
    unsigned label;     /* the rule that its nodes are named after */
    unsigned extension; /* that defined it; 0 for none */
    bool open;          /* allows any word: those of extensions are nothing special */
    struct expression *last; /* alternative of an extended rule */
    bool is_set;             /* matches one octet, of this set */
    struct octet_set octets;
    bool nullable; /* can match no octet at all */
};

/* What an @extension section adds to the protocol. */
struct abnf_extension {
    const char *names; /* as written: the extension's own, then all that enable it */
    const char *origin;
    bool vendor; /* not an RFC's */
};

struct abnf_root {
    const char *name;
    struct abnf_place place;
    unsigned rule;
};

struct abnf {
    struct arena *arena;
    struct abnf_rule *rules; /* rules[0] is unused, so that 0 is no rule */
    size_t rule_count, rule_capacity;
    struct abnf_root *roots;
    size_t root_count, root_capacity;
    struct abnf_extension *extensions; /* extensions[0] is unused: no extension */
    size_t extension_count, extension_capacity;
    unsigned text_count;    /* read so far */
    struct abnf_place text; /* the beginning of the last: errors of all of the grammar are there */
    size_t expression_count;
    uint64_t work;           /* steps that were taken so far */
    jmp_buf *failed;         /* where an error jumps to */
    struct abnf_place place; /* of the error */
    char message[512];       /* one sentence */
};

/* An empty grammar. Errors in all functions below jump to *failed, with place and message set. */
void abnf_init(struct abnf *, struct arena *, jmp_buf *failed);

/* Reads one file's text: rules, "=/" extensions, directives. `file` is kept. A rule that an earlier
 * file defined is replaced; twice in one file is an error. */
void abnf_read(struct abnf *, const char *file, const char *text, size_t size);

/* Counts steps. A grammar that takes many times those of all RFCs stops with an error, for it might
 * take hours. */
void abnf_work(struct abnf *, size_t steps);

/* Finds every referenced rule, and where extensions are made use of. After the last abnf_read. */
void abnf_resolve(struct abnf *);

/* The extension that a string within the rule belongs to (@belongs), 0 for none. */
unsigned abnf_extension_of(const struct abnf *, unsigned rule, const char *text);

/* The rule's number, 0 when there is none. Names ignore case. */
unsigned abnf_find(const struct abnf *, const char *name);

/* Stops with an error at a place. */
_Noreturn void abnf_fail(struct abnf *, const struct abnf_place *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes a string. */
typedef void abnf_word(void *context, const struct expression *word);

/* Tells of the strings that the rule's ways begin with. False: rules refer to each other endlessly.
 */
bool abnf_first_words(const struct abnf *, unsigned rule, abnf_word *, void *context);

/* Is the rule just a set of octets (ATOM-CHAR, DIGIT)? Then *set is it. */
bool abnf_octets(const struct abnf *, unsigned rule, struct octet_set *set);

/* The same of an expression. */
bool abnf_expression_octets(const struct abnf *, const struct expression *, struct octet_set *set);

/* What an action's label is called: a rule, or an extension by its first name. */
const char *abnf_label_name(const struct abnf *, unsigned label);

/* Can the expression match no octet at all? */
bool abnf_nullable(const struct abnf *, const struct expression *);

#endif
