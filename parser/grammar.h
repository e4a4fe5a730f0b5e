/* A compiled grammar as the parser reads it: the transducer's tables, packed. */
#ifndef GRAMMAR_H
#define GRAMMAR_H

#include "imapspec.h"

/* A state is the index of its row's first cell. The rows are laid over each other so that each
 * cell belongs to at most one: cell `state + class` is the state's own if it names that class. */
#define CELL_CLASS(cell)  ((cell) >> 24)
#define CELL_SPECIAL      UINT32_C(0x800000)
#define CELL_TARGET(cell) ((cell)&UINT32_C(0x7FFFFF))
#define CELL_EMPTY        UINT32_C(0xFF000000)

/* Octet classes count from 1; class 0 is what happens when no octet goes on. */
#define CLASS_OTHERWISE 0

/* Open nodes of one machine at a time; each has a slot that holds where it began. The last is for
 * the word that makes use of an extension. */
#define MAX_SLOTS      16
#define EXTENSION_SLOT 15

enum operation {
    OPERATION_GO,      /* read the octet, go to target */
    OPERATION_CALL,    /* push target, go to the machine's entry; the octet is read there */
    OPERATION_CATCH,   /* the same; when the machine fails, go to caught instead */
    OPERATION_LITERAL, /* read a literal, then go to target */
    OPERATION_FINISH,  /* read the octet; the message is complete */
    OPERATION_RETURN   /* where no octet goes on: pop; the octet is read there */
};

/* What a special cell's target is the index of. A plain cell just goes to its target. */
struct grammar_transition {
    uint32_t target; /* state after the octet; after the return, of a call */
    uint32_t caught; /* state when a CATCH fails */
    uint32_t entry;  /* of the called machine */
    uint16_t action; /* before the octet is read: index into actions */
    uint16_t final;  /* FINISH: after it */
    uint8_t operation;
    uint8_t slots;  /* of the caller's marks in use, of a call */
    uint8_t binary; /* LITERAL: a literal8 */
};

/* actions[i] is how many nodes end and << 8 how many begin; then as many ACTION_ENDs, then slots.
 */
#define ACTION_END_LABEL(end) ((end)&0xFFF)
#define ACTION_END_SLOT(end)  ((end) >> 12)

/* A label is a rule, or with this bit an extension. */
#define LABEL_EXTENSION 0x800U

struct grammar_rule {
    const char *name, *source, *example;
    uint64_t maximum; /* of a number rule, else 0 */
    uint8_t node;
};

/* A rule that is a set of octets, for a person: "ATOM-CHAR". */
struct grammar_set {
    uint64_t bits[4];
    const char *name;
};

struct grammar_extension {
    const char *names; /* its own, then all that enable it, between spaces */
    const char *source;
};

struct grammar_state_rule {
    uint32_t state;
    imap_rule rule;
};

/* The sets of extensions that have names of their own, in the order of imap_dialect_name. */
enum { DIALECT_REV1, DIALECT_REV1_2060, DIALECT_REV2, DIALECT_ALL, DIALECT_COUNT };

struct imap_grammar {
    uint8_t classes[256];
    const uint32_t *cells;
    const struct grammar_transition *transitions;
    const uint16_t *actions;
    const struct grammar_rule *rules; /* by number; 0 is unused */
    const struct grammar_set *sets;
    const struct grammar_extension *extensions;   /* by number; 0 is unused */
    const struct grammar_state_rule *state_rules; /* sorted by state */
    uint32_t cell_count, transition_count, state_count;
    uint16_t rule_count, set_count, action_count; /* rule_count includes the unused 0 */
    uint16_t extension_count;                     /* likewise */
    imap_rule resp_text_code, literal;            /* rules that the parser itself names */
    uint32_t entries[IMAP_ROOT_COUNT];
    imap_rule root_rules[IMAP_ROOT_COUNT];
    struct imap_extensions dialects[DIALECT_COUNT];
};

/* ---- what a state does: for all but the parser's innermost loop, which looks at cells itself ---
 */

/* Does the state go on with an octet of this class? */
bool grammar_reads(const struct imap_grammar *, uint32_t state, unsigned class);

/* What the state does on an octet of this class. A GO without actions is made up in *transition.
 * False: it doesn't go on with it. */
bool grammar_transition_at(const struct imap_grammar *, uint32_t state, unsigned class,
                           struct grammar_transition *transition);

/* The RETURN of a state, NULL if it has none. */
const struct grammar_transition *grammar_otherwise(const struct imap_grammar *, uint32_t state);

/* The rule that a state is in the middle of. */
imap_rule grammar_state_rule(const struct imap_grammar *, uint32_t state);

/* Is the name one of the extension's? `X=y` is a name of `X` too. */
bool grammar_extension_is(const struct grammar_extension *, const char *name, size_t size);

#endif
