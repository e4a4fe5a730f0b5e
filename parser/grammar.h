/* A compiled grammar as the parser reads it: the transducer's tables, packed. */
#ifndef GRAMMAR_H
#define GRAMMAR_H

#include "imapspec.h"

/* A state is a number: below FIRST_CHAIN the index of its row's first cell, from there on a place
 * in a chain.
 *
 * Rows hold only what is special about a state. They are laid over each other so that each cell
 * belongs to at most one: cell `state + class` is the state's own if it names that class. If it
 * isn't, the octet may be in the default set of the row, and the row's first cell applies. */
#define CELL(class, action, target)                                                                \
    ((uint32_t)(class) << 24 | (uint32_t)(action) << 16 | (uint32_t)(target))
#define CELL_CLASS(cell)  ((cell) >> 24)
#define CELL_ACTION(cell) ((cell) >> 16 & 0xFFU)
#define CELL_TARGET(cell) ((cell)&0xFFFFU)

enum {
    CELL_EMPTY = 0,
    CELL_NONE = 0xFF0000, /* what there is where there is none */
    FIRST_CHAIN = 0xA000,
    MAX_STATE = 0xFFFF,

    /* classes: 0 is the row's first cell, which names DEFAULT_SETS and a set instead */
    CLASS_RETURN = 1, /* what happens where no octet goes on */
    FIRST_CLASS = 2,  /* of octets */
    DEFAULT_SETS = 0x80,
    MAX_DEFAULT_SETS = 64, /* set 0 is empty */

    /* actions: 0 is none, others are indices into shortcuts, in the order of how much they do */
    FIRST_ENDS = 24,       /* before it, they begin nodes as begins[] says */
    FIRST_NUMBERS = 208,   /* before it, they end nodes */
    FIRST_OTHERS = 248,    /* before it, they end a number, and then nodes */
    CELL_TRANSITION = 0xFF /* the target is an index into transitions */
};

/* States that have one way on, in a row: a word, or part of it. The text stands at the end of its
 * eight octets. State FIRST_CHAIN + CHAIN_TEXT * the chain's index + i is the one before octet i.
 */
enum { CHAIN_TEXT = 8 };
#define CHAIN_LETTER(octet) (((octet)&0x60) == 0x60)

struct grammar_chain {
    uint8_t text[CHAIN_TEXT]; /* letters, in lower case, stand for both cases */
    uint16_t target;          /* state after the last octet */
};

/* Open nodes of one machine at a time; each has a slot that holds where it began. The last is for
 * the word that makes use of an extension. */
#define MAX_SLOTS      16
#define EXTENSION_SLOT 15
#define NO_SLOT        16

enum operation {
    OPERATION_GO,      /* read the octet, go to target */
    OPERATION_CALL,    /* push target, go to the machine's entry; the octet is read there */
    OPERATION_CATCH,   /* the same; when the machine fails, go to caught instead */
    OPERATION_LITERAL, /* read a literal, then go to target */
    OPERATION_FINISH,  /* read the octet; the message is complete */
    OPERATION_RETURN   /* where no octet goes on: pop; the octet is read there */
};

struct grammar_transition {
    uint16_t target; /* state after the octet; after the return, of a call */
    uint16_t caught; /* state when a CATCH fails */
    uint16_t entry;  /* of the called machine */
    uint16_t action; /* before the octet is read: index into actions */
    uint16_t final;  /* FINISH: after it */
    uint8_t operation;
    uint8_t slots;  /* of the caller's marks in use, of a call */
    uint8_t binary; /* LITERAL: a literal8 */
};

/* actions[i] is how many nodes end and begin; then as many ACTION_ENDs, then slots. The action is
 * special if not all ends are just nodes: some are numbers, or the use of an extension. */
#define ACTION_ENDS(word)       ((word)&0x7FU)
#define ACTION_IS_SPECIAL(word) (((word)&0x80U) != 0)
#define ACTION_BEGINS(word)     ((word) >> 8)
#define ACTION_END_LABEL(end)   ((end)&0xFFF)
#define ACTION_END_SLOT(end)    ((end) >> 12)

/* The slots of one node that begins, or two; NO_SLOT is there to be written to in vain. */
struct grammar_begin {
    uint8_t slot, other;
};

/* A label is a rule, or with this bit an extension. */
#define LABEL_EXTENSION 0x800U

struct grammar_rule {
    const char *name, *source, *example;
    uint64_t maximum; /* of a number rule, else 0 */
    uint8_t node;
    uint16_t string; /* index into strings, of a leaf that is one, else 0 */
};

/* How a string may be written. */
struct grammar_string {
    uint64_t atom[4], quoted[4]; /* octets of an atom, and between quotes */
    uint32_t encodings;          /* 1 << IMAP_ATOM... */
    uint16_t escapes;            /* may quotes hold \" and \\? */
    uint16_t nil;                /* may it be missing? */
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

/* From this state on, up to the next entry's, states are in the middle of this rule. */
struct grammar_state_rule {
    uint16_t state;
    imap_rule rule;
};

/* The sets of extensions that have names of their own, in the order of imap_dialect_name. */
enum { DIALECT_REV1, DIALECT_REV1_2060, DIALECT_REV2, DIALECT_ALL, DIALECT_COUNT };

struct imap_grammar {
    uint8_t classes[256];
    uint64_t defaults[DEFAULT_SETS];     /* by class; bit i: default set i has it */
    uint16_t shortcuts[CELL_TRANSITION]; /* what the actions in cells are: indices into actions */
    struct grammar_begin begins[FIRST_ENDS];
    const uint32_t *cells;
    const struct grammar_chain *chains;
    const struct grammar_transition *transitions;
    const uint16_t *actions;
    const struct grammar_rule *rules; /* by number; 0 is unused */
    const struct grammar_set *sets;
    const struct grammar_string *strings;         /* by number; 0 is unused */
    const struct grammar_extension *extensions;   /* by number; 0 is unused */
    const struct grammar_state_rule *state_rules; /* sorted by state */
    uint32_t cell_count, chain_count, transition_count, state_rule_count;
    uint32_t state_count;                         /* for a person */
    uint16_t rule_count, set_count, action_count; /* rule_count includes the unused 0 */
    uint16_t extension_count, string_count;       /* likewise */
    uint16_t non_synchronizing;                   /* the extension of {n+}, 0 for none */
    imap_rule resp_text_code, literal;            /* rules that the parser itself names */
    uint32_t entries[IMAP_ROOT_COUNT];
    imap_rule root_rules[IMAP_ROOT_COUNT];
    struct imap_extensions dialects[DIALECT_COUNT];
};

/* What the row of a state does on an octet of this class; CELL_NONE if it doesn't go on with it. */
static inline uint32_t grammar_cell(const struct imap_grammar *grammar, uint32_t state,
                                    unsigned class) {
    uint32_t cell = grammar->cells[state + class];
    if (CELL_CLASS(cell) == class) {
        return cell;
    }
    cell = grammar->cells[state];
    return grammar->defaults[class] >> (CELL_CLASS(cell) - DEFAULT_SETS) & 1 ? cell : CELL_NONE;
}

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
