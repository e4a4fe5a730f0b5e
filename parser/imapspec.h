/* libimapspec: an incremental IMAP parser, driven by a machine compiled from the RFCs' own ABNF.
 *
 * Three steps: take a grammar, initialise a parser for one direction of a connection, feed octets
 * in pieces of any size. The parser reports through a sink, in the order in which rules end; the
 * events and the errors don't depend on where the pieces end. Neither the parser nor the tree
 * allocates; both live in memory of the caller, and there is no global state.
 *
 * Offsets are absolute: octets since imap_parser_init, from 0. */
#ifndef IMAPSPEC_H
#define IMAPSPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAPSPEC_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif
/* In the shared library, what is declared here is all there is to see. */
#pragma GCC visibility push(default)

/* ---- grammar ------------------------------------------------------------------------------- */

/* A compiled grammar. Immutable, so any number of parsers and threads may share one. */
struct imap_grammar;

/* A rule of a grammar, by number; 0 is no rule. Valid only with the grammar that gave it. */
typedef uint16_t imap_rule;

/* Where a message starts, chosen by the state of the session. */
enum imap_root {
    IMAP_GREETING,           /* greeting: the server's first message */
    IMAP_RESPONSE,           /* continue-req / response-data / response-tagged */
    IMAP_COMMAND,            /* command */
    IMAP_CONTINUATION,       /* continue-req alone */
    IMAP_SASL_LINE,          /* a client's line in an AUTHENTICATE exchange: base64 or "*" */
    IMAP_DONE,               /* the end of IDLE (RFC 2177) */
    IMAP_AFTER_AUTHENTICATE, /* sasl-line / command, for a capture of the client's side alone */
    IMAP_AFTER_IDLE,         /* idle-done / command, likewise */
    IMAP_ROOT_COUNT
};

/* The built-in grammar: IMAP4rev1 and rev2 with all their extensions. Lives as long as the program.
 */
const struct imap_grammar *imap_grammar_builtin(void);

/* The rule of that name (in any case: RFC 5234, 2.1), 0 when the grammar has none. */
imap_rule imap_grammar_rule(const struct imap_grammar *, const char *name);

/* Rules are numbered 1..count. */
imap_rule imap_grammar_rule_count(const struct imap_grammar *);

/* What the root is called: "greeting", "sasl-line", "after-idle". Constant. */
const char *imap_root_name(enum imap_root);

/* Sets the root of that name. False if there is none. */
bool imap_root_find(const char *name, enum imap_root *);

/* The rule that messages of the root are. */
imap_rule imap_root_rule(const struct imap_grammar *, enum imap_root);

/* The rule's name as its RFC spells it; "" for 0, and for a number that no rule has. Lives as long
 * as the grammar. */
const char *imap_rule_name(const struct imap_grammar *, imap_rule);

/* Where the rule is defined, as a person would cite it: "RFC 3501"; "" as above. Lives as long as
 * the grammar. */
const char *imap_rule_source(const struct imap_grammar *, imap_rule);

/* The shortest text that the rule matches, in plain characters where there is a choice ("a", "1",
 * "OK"); NULL when that text would need a literal. Lives as long as the grammar. */
const char *imap_rule_example(const struct imap_grammar *, imap_rule);

/* Does the rule make nodes, i.e. IMAP_EVENT_NODE events? False for a number that no rule has. */
bool imap_rule_is_node(const struct imap_grammar *, imap_rule);

/* ---- grammars made at run time -------------------------------------------------------------- */

/* ABNF in the language of parser/grammar/overlay.abnf, and where it comes from. */
struct imap_grammar_text {
    const char *file; /* for messages; "…/rfc1234.abnf" is cited as "RFC 1234" */
    const char *text; /* need not end in NUL; not NULL, even if it is empty */
    size_t size;      /* octets of the text, at most 4 MiB */
};

/* Why a text is no grammar, or makes none with the others. */
struct imap_grammar_problem {
    const char *file; /* of the text, as it was given, or of one that is built in; "" if it is about
                         none, as when memory is out */
    unsigned line, column; /* from 1; column counts octets */
    char message[512];     /* one sentence */
};

/* Compiles the built-in grammar with `count` texts read after it, in this order: a rule replaces
 * one of its name, "=/" adds to it, and a section `@extension NAME...` makes an extension. NULL on
 * an error, a conflict, or when memory is out; then *problem says why. What it returns is as
 * immutable as the built-in grammar and lives until imap_grammar_free; it keeps nothing of the
 * texts.
 *
 * Takes some tenths of a second, and about 100 MB until it is done. Texts may be anybody's: what
 * would take more than 1 GiB, or many times the steps, is an error. This and what is below
 * "generating" is all of the library that allocates. */
struct imap_grammar *imap_grammar_compile(const struct imap_grammar_text *, size_t count,
                                          struct imap_grammar_problem *problem);

/* Frees what imap_grammar_compile made; NULL is nothing to free. No parser may use it any more. */
void imap_grammar_free(struct imap_grammar *);

/* ---- extensions ----------------------------------------------------------------------------- */

/* One grammar reads all of IMAP. What goes beyond the extensions that a parser has enabled is a
 * finding (IMAP_EXTENSION_NOT_ENABLED), but no error. */

/* Extensions are numbered 1..count. */
unsigned imap_extension_count(const struct imap_grammar *);

/* The capability that the extension is known by ("CONDSTORE"); "" for 0. At most `size` octets are
 * written, NUL included, IMAP_EXTENSION_TEXT are enough for all; returns the length of the name, as
 * snprintf does. */
#define IMAP_EXTENSION_TEXT 64
size_t imap_extension_name(const struct imap_grammar *, unsigned extension, char *name,
                           size_t size);

/* Where the extension is defined: "RFC 7162"; "" for a number that none has. */
const char *imap_extension_source(const struct imap_grammar *, unsigned extension);

/* A set of extensions; extension n is bit n % 64 of bits[n / 64]. All zeros is none. */
#define IMAP_MAX_EXTENSIONS 255
struct imap_extensions {
    uint64_t bits[(IMAP_MAX_EXTENSIONS + 1) / 64];
};

/* The name of dialect `index` from 0, NULL past the last: "rev1" (IMAP4rev1 as in RFC 3501, the
 * default), "rev1-2060" (as in RFC 2060), "rev2" (RFC 9051), "all" (all that RFCs define). */
const char *imap_dialect_name(size_t index);

/* Sets the extensions of a dialect. False if there is none of that name. */
bool imap_extensions_of_dialect(const struct imap_grammar *, const char *dialect,
                                struct imap_extensions *);

/* Adds what capabilities stand for: a list with spaces, in any case, as in a CAPABILITY response
 * ("CONDSTORE THREAD=REFERENCES"). False if one of them is no extension's name. */
bool imap_extensions_add(const struct imap_grammar *, const char *capabilities, size_t size,
                         struct imap_extensions *);

/* ---- quirks --------------------------------------------------------------------------------- */

/* Octets that the grammar refuses and that servers or clients send all the same. A parser takes
 * none of them unless told to by imap_parser_tolerate, quirk by quirk; each time that it does, it
 * reports a finding (IMAP_QUIRK_USED). Nodes span the octets as they were sent.
 *
 * What a quirk endangers: a parser that tolerates it may disagree with one that doesn't on where
 * something ends.
 *
 * What is odd but allowed needs no quirk: of a mailbox named NIL, or a literal in BADCHARSET (RFC
 * 3501, 9), checks tell instead (mailbox-nil, literal-in-code). */
enum imap_quirk {
    /* LF ends a line without CR before it. Endangers what relays lines to others: what is one line
     * to this parser may be a part of one to the next, by which commands are smuggled. */
    IMAP_QUIRK_BARE_LF,

    /* CRLF alone before a message, as after a literal whose CRLF was sent twice; skipped. Endangers
     * little: a client that is out of step with its literals stays unnoticed for longer. */
    IMAP_QUIRK_EMPTY_LINE,

    /* "+" without the SP after it (RFC 3501, 9: continue-req). Endangers nothing else. */
    IMAP_QUIRK_BARE_PLUS,

    /* SP before the CRLF. Endangers arguments that end in one: a password, for instance, that was
     * meant to have it and should have been quoted, is read without. */
    IMAP_QUIRK_TRAILING_SPACE,

    /* SP beside SP, after "(" or "[", before ")" or "]", between ")" and "(", where none can stand.
     * Endangers what counts on positions: an argument that was left out is not missed. */
    IMAP_QUIRK_EXTRA_SPACE,

    /* A response that ends after OK, NO, BAD, BYE or a response code, or the SP after them; its
     * text is empty. Endangers the notice of responses that are cut off. */
    IMAP_QUIRK_MISSING_TEXT,

    /* No SP between "]" and the text. Endangers text that begins with a bracket, and hardly was
     * meant to be a code. */
    IMAP_QUIRK_CODE_WITHOUT_SPACE,

    /* DQUOTE "%" "*" "\" "]" "{" or an octet from 0x80 on within an atom, a mailbox name most of
     * all; read as a letter would be. Endangers literals, which begin with "{": one without the SP
     * before it is taken for a part of a name, and its octets for the protocol. */
    IMAP_QUIRK_UNQUOTED_SPECIAL,

    /* Octets from 0x80 on in a quoted string, of whatever charset. Endangers all that takes the
     * value for US-ASCII or UTF-8 without a look at it. */
    IMAP_QUIRK_8BIT_QUOTED,

    /* The same in the text of a response. Endangers the display of it. */
    IMAP_QUIRK_8BIT_TEXT,

    /* NIL where only a string can stand, as for the encoding of a body; the node spans its three
     * letters. Endangers a value that is the string "NIL". */
    IMAP_QUIRK_NIL_STRING,

    /* () where NIL should say that there is no address or no parameter; no address or string is
     * reported. Endangers nothing else. */
    IMAP_QUIRK_EMPTY_LIST,

    /* "-" before a number, as the size or the lines of a body that are not known; its value is 0.
     * Endangers what trusts sizes. */
    IMAP_QUIRK_NEGATIVE_NUMBER,

    IMAP_QUIRK_COUNT
};

/* The quirk's name, as "bare-lf", and what it is in a few words. Live as long as the program; NULL
 * from IMAP_QUIRK_COUNT on. */
const char *imap_quirk_name(enum imap_quirk);
const char *imap_quirk_sentence(enum imap_quirk);

/* The quirk of that name, in any case. False if there is none. */
bool imap_quirk_find(const char *name, enum imap_quirk *);

/* ---- events -------------------------------------------------------------------------------- */

enum imap_event_kind {
    IMAP_EVENT_NODE,    /* rule matched [start, end); its parts were reported before it */
    IMAP_EVENT_LITERAL, /* a literal's header stands at [start, end), `value` octets follow */
    IMAP_EVENT_FINDING, /* [start, end) is not as it should be, but reading goes on */
    IMAP_EVENT_MESSAGE  /* the whole message, CRLF included, stands at [start, end) */
};

enum imap_finding {
    IMAP_NO_FINDING,
    IMAP_MALFORMED_CODE,        /* `rule` (resp-text-code) is broken: it is read as text instead */
    IMAP_EXTENSION_NOT_ENABLED, /* extension `value` is made use of, by this word */
    IMAP_QUIRK_USED             /* these octets are refused but for quirk `value` */
};

struct imap_event {
    enum imap_event_kind kind;
    enum imap_finding finding; /* of a FINDING */
    imap_rule rule;            /* of a NODE, or FINDING about one; of a MESSAGE: its root rule */
    bool non_synchronizing;    /* LITERAL: {n+} */
    bool binary;               /* LITERAL: ~{n} */
    uint64_t start, end;
    uint64_t value; /* LITERAL: octets that follow; NODE of a number rule: the number; FINDING: as
                       above */
};

/* Receives each event. Returning false pauses: imap_parser_feed returns right after the octet that
 * caused the event, with IMAP_PAUSED. It may call imap_parser_expect on IMAP_EVENT_MESSAGE. */
typedef bool imap_sink(void *context, const struct imap_event *);

/* ---- errors -------------------------------------------------------------------------------- */

enum imap_error_code {
    IMAP_NO_ERROR,
    IMAP_UNEXPECTED_OCTET,  /* no rule goes on with this octet */
    IMAP_NUL_IN_LITERAL,    /* RFC 3501, 9: literal is *CHAR8, NUL only in a literal8 */
    IMAP_NUMBER_TOO_LARGE,  /* over the range of the rule; offset is the number's first octet */
    IMAP_LITERAL_TOO_LARGE, /* declared over limits.literal, or over 2^64-1 */
    IMAP_LINE_TOO_LONG,     /* over limits.line octets without a literal or an end */
    IMAP_MESSAGE_TOO_LONG,  /* over limits.message, declared literals included */
    IMAP_NESTING_TOO_DEEP   /* over limits.depth, or over IMAP_MAX_MARKS open nodes */
};

struct imap_error {
    enum imap_error_code code;
    uint64_t offset;      /* of the octet that was refused; nothing from it on was read */
    uint64_t message;     /* offset at which the message began */
    imap_rule rule;       /* the innermost rule being read */
    int got;              /* the refused octet, -1 where it is not about one octet */
    const char *sentence; /* constant; one sentence without the details above */
};

/* ---- parser -------------------------------------------------------------------------------- */

/* Every limit is in octets, at most 4 GiB - 1, but depth, which is in calls of one part of the
 * grammar by another: each body within a body is one. 0 takes the default. */
struct imap_limits {
    uint64_t line;    /* default 65,536 (RFC 2683, 3.2.1.5 asks for at least 8,000) */
    uint64_t literal; /* default 64 MiB */
    uint64_t message; /* default 128 MiB */
    uint16_t depth;   /* default and maximum IMAP_MAX_DEPTH */
};

#define IMAP_MAX_DEPTH 64
#define IMAP_MAX_MARKS 256

enum imap_status {
    IMAP_MORE,   /* all octets were read */
    IMAP_PAUSED, /* the sink asked to pause; feed the rest, if there is any, to go on */
    IMAP_FAILED  /* an error stands; the octets from error.offset on were not read */
};

/* All fields are private; the size is public so that a parser can live anywhere. */
struct imap_parser {
    const struct imap_grammar *grammar;
    imap_sink *sink;
    void *context;
    struct imap_limits limits;
    struct imap_extensions extensions; /* that are enabled */
    uint64_t offset;                   /* octets read */
    uint64_t message_start;            /* where the current message began */
    uint64_t line_end;                 /* the first offset over limits.line */
    uint64_t message_end;              /* the first offset over limits.message */
    uint64_t literal_left;             /* octets of the literal that are still to come */
    uint64_t literal_start;            /* where its header began */
    uint64_t number;                   /* the digits that the octets read so far end in */
    uint64_t catch_start;              /* where the rule began that may fail */
    uint64_t space;                    /* where the SP stands that is held back */
    uint64_t simple_end;               /* up to here octets need only a look at the tables */
    struct imap_error error;
    uint32_t state;
    uint32_t quirks;      /* a bit for each that is tolerated */
    uint16_t depth;       /* calls */
    uint16_t base;        /* the current machine's first mark */
    uint16_t catch_depth; /* of the call that may fail, 0 for none */
    uint8_t root, phase;
    uint8_t before;   /* the octet before the next one, where quirks want to know */
    bool number_over; /* `number` would be 2^64 or more */
    bool binary, non_synchronizing, paused;
    uint16_t frames[IMAP_MAX_DEPTH];    /* the transitions that called */
    uint32_t marks[IMAP_MAX_MARKS + 1]; /* where each open node began, from message_start */
};

/* Starts reading at offset 0 with a message of `root`; every following message of an IMAP_GREETING
 * stream is an IMAP_RESPONSE, of IMAP_SASL_LINE, IMAP_DONE, IMAP_AFTER_AUTHENTICATE and
 * IMAP_AFTER_IDLE an IMAP_COMMAND, of the others the same again. `sink` may be NULL: recognise
 * only. */
void imap_parser_init(struct imap_parser *, const struct imap_grammar *, enum imap_root,
                      imap_sink *, void *context);

/* Enables these extensions, and no others. Between messages only. A new parser has "rev1". */
void imap_parser_allow(struct imap_parser *, const struct imap_extensions *);

/* Enables what a capability stands for, beside what is enabled. Between messages only. False if no
 * extension is called so. */
bool imap_parser_enable(struct imap_parser *, const char *capability);

/* Tolerates a quirk, beside those that are tolerated. Between messages only. See enum imap_quirk
 * for what each of them endangers. A quirk costs time where it is made use of, but
 * IMAP_QUIRK_EXTRA_SPACE and IMAP_QUIRK_TRAILING_SPACE on each SP: with them, what a SP ends is
 * reported when the octet after it has been read. */
void imap_parser_tolerate(struct imap_parser *, enum imap_quirk);

/* Replaces the limits (zeros: defaults). Between messages only. */
void imap_parser_limit(struct imap_parser *, const struct imap_limits *);

/* The next message is a `root`. Between messages, or in the sink on IMAP_EVENT_MESSAGE. */
void imap_parser_expect(struct imap_parser *, enum imap_root);

/* Reads up to `count` octets, sets *consumed to how many it took: all with IMAP_MORE. `octets` are
 * not looked at any more when it has returned. After IMAP_FAILED every call fails at once, with 0
 * consumed, until imap_parser_resync. */
enum imap_status imap_parser_feed(struct imap_parser *, const void *octets, size_t count,
                                  size_t *consumed);

/* True between messages: nothing of the current message has been read. */
bool imap_parser_at_start(const struct imap_parser *);

/* The error that stands, code IMAP_NO_ERROR when none does. Lives as long as the parser, and is
 * that error until imap_parser_resync. */
const struct imap_error *imap_parser_error(const struct imap_parser *);

/* Forgets the error and the broken message, and skips the octets of the next feeds up to and
 * including the next LF; a new message of the same root starts there. Of a message that broke
 * within a literal, or in its header, the rest of the literal is skipped first. */
void imap_parser_resync(struct imap_parser *);

/* Which octets would the parser read next? Sets accepted[octet] for all 256. Answers for the state
 * at an error too: what it was that could have stood there. */
void imap_parser_accepted(const struct imap_parser *, bool accepted[256]);

/* The same in words, as ABNF: `SP / "(" / DIGIT`. Writes at most `size` octets, NUL included, cuts
 * what doesn't fit; returns the length that all of it would have had, as snprintf does. */
size_t imap_parser_expected(const struct imap_parser *, char *text, size_t size);

/* The error in one sentence, without its place: `expected SP / ")", got CR`. Of a parser without an
 * error: that the message is incomplete, and what was expected next. Never more than `size` octets,
 * NUL included; IMAP_EXPLANATION_TEXT are enough for most. */
#define IMAP_EXPLANATION_TEXT 512
void imap_parser_explain(const struct imap_parser *, char *text, size_t size);

/* An octet (0 to 255) for a person: `"a"`, SP, CR, NUL, %xC3. `text` holds at least
 * IMAP_OCTET_TEXT. */
#define IMAP_OCTET_TEXT 8
void imap_octet_text(int octet, char *text);

/* ---- tree ---------------------------------------------------------------------------------- */

/* A node of the tree of one message. `children` is the first child, `next` the next sibling, both
 * as indices into nodes[], 0 for none (the root is never a child, and nodes[0] is unused). */
struct imap_node {
    uint64_t start, end; /* absolute offsets */
    uint64_t value;      /* the number, of a number rule */
    uint32_t children, next;
    imap_rule rule;
};

/* Built by feeding it the parser's events; the caller gives the memory. */
struct imap_tree {
    struct imap_node *nodes;
    uint32_t capacity; /* of nodes, the unused first included */
    uint32_t count;    /* in use, the unused first included */
    uint32_t last;     /* the youngest node that has no parent yet */
    bool overflow;     /* more nodes than capacity: the tree is not usable */
};

/* An empty tree in `nodes`, which must outlive it; it never has more than `capacity` - 1. */
void imap_tree_init(struct imap_tree *, struct imap_node *nodes, uint32_t capacity);

/* Forgets all nodes, for the next message. */
void imap_tree_clear(struct imap_tree *);

/* Takes NODE and MESSAGE events, ignores others. The MESSAGE makes the root. */
void imap_tree_add(struct imap_tree *, const struct imap_event *);

/* The index of the root after IMAP_EVENT_MESSAGE, 0 before it or after an overflow. */
uint32_t imap_tree_root(const struct imap_tree *);

/* Parses one whole message of `root` at once into `tree` (offsets from 0). True when `octets` is
 * exactly one message; otherwise *parser tells why: the error, or none when it is incomplete
 * or longer than one message. */
bool imap_tree_parse(struct imap_tree *, struct imap_parser *, const struct imap_grammar *,
                     enum imap_root, const void *octets, size_t count);

/* The value that [start, end) of `octets` stands for: an atom is itself, a quoted string loses its
 * quotes and backslashes, a literal its header. Writes at most `size` octets to `value` (which may
 * be NULL if size is 0) and returns the value's length. */
size_t imap_value(const uint8_t *octets, size_t count, uint8_t *value, size_t size);

/* ---- checks -------------------------------------------------------------------------------- */

/* What a grammar can't say of one message: dates that exist, names that are well-formed, ... */

enum imap_severity {
    IMAP_VIOLATION, /* the RFC says MUST, or says it as a fact */
    IMAP_WARNING    /* the RFC says SHOULD, or warns of it */
};

struct imap_check {
    const char *name;     /* "date-day"; constant, as all that follows */
    const char *source;   /* "RFC 3501, 9": the RFC that says so, and its section */
    const char *sentence; /* what is wrong where the check finds something */
    enum imap_severity severity;
};

/* Check `index` from 0, NULL past the last. Lives as long as the program. */
const struct imap_check *imap_check_at(size_t index);

/* Receives what a check found: [start, end) in the offsets of the tree. */
typedef void imap_check_sink(void *context, const struct imap_check *, uint64_t start,
                             uint64_t end);

/* Makes all checks of one message. `tree` is its whole tree (with imap_tree_root 0 nothing is
 * checked), `octets` are its octets from the root's start on. The extensions say whether the names
 * of mailboxes are modified UTF-7 (IMAP4rev1: RFC 3501, 5.1.3), UTF-8 (UTF8=ACCEPT, of which
 * IMAP4rev2 is: RFC 6855, 3; RFC 9051, 5.1) or, with both, UTF-8 where they are not ASCII. Tells of
 * what it finds in the order of the tree. Allocates nothing. */
void imap_check_message(const struct imap_tree *tree, const struct imap_grammar *,
                        const struct imap_extensions *, const void *octets, imap_check_sink *,
                        void *context);

/* The name of a response code that IANA has registered, by index from 0; NULL past the last. In
 * alphabetical order; lives as long as the program. */
const char *imap_response_code(size_t index);

/* ---- printing ------------------------------------------------------------------------------ */

/* The ways to write a string. */
enum imap_encoding {
    IMAP_AS_IT_IS,     /* the same octets as before */
    IMAP_ATOM,         /* value */
    IMAP_QUOTED,       /* "value" */
    IMAP_LITERAL,      /* {5} CRLF value */
    IMAP_LITERAL_PLUS, /* {5+} CRLF value, from clients (RFC 7888) */
    IMAP_LITERAL8      /* ~{5} CRLF value (RFC 3516) */
};

/* Which encodings the rule permits: bit 1 << IMAP_ATOM and so on. 0: it isn't a leaf that is a
 * string. (A string is what can be a literal, whatever else it can be.) */
unsigned imap_rule_encodings(const struct imap_grammar *, imap_rule);

/* Says how to write a string: is asked for every node that is one, in the order of the message. */
typedef enum imap_encoding imap_encoder(void *context, const struct imap_node *);

/* Writes a message anew: its strings as the encoder says, the rest as it is. The values stay the
 * same. `octets` are the message that the tree is of, from its first octet on. An encoding that the
 * rule or the value doesn't permit is replaced: an atom by a quoted string, that by a literal, that
 * by a literal8; {5+} in what a server says, and a literal8, by a literal; where nothing is
 * permitted the string is copied. Quotes hold ASCII only. NIL is no string: it is copied.
 * Writes at most `size` octets to `text` (which may be NULL if size is 0) and returns the length
 * of all. */
size_t imap_print(const struct imap_tree *, const struct imap_grammar *, enum imap_root,
                  const void *octets, imap_encoder *, void *context, void *text, size_t size);

/* ---- generating ---------------------------------------------------------------------------- */

/* Writes random texts of a grammar's rules: messages, if the rule is a root's. Immutable once made,
 * so any number of threads may share one. */
struct imap_generator;

/* For the built-in grammar with `count` texts read after it, as imap_grammar_compile: a rule has
 * the same number in both. Without what belongs to an extension that is not enabled (NULL: nothing
 * is left out). NULL on an error in the texts (not on a conflict), or when memory is out; then
 * *problem says why. Keeps nothing of what it is given; free it. */
struct imap_generator *imap_generator_new(const struct imap_grammar_text *, size_t count,
                                          const struct imap_extensions *enabled,
                                          struct imap_grammar_problem *problem);

struct imap_generation {
    uint64_t seed;    /* the same seed, number, rule and size make the same text everywhere */
    uint64_t number;  /* of the text, among those of the seed */
    bool from_client; /* literals may be non-synchronising (RFC 7888) */
};

/* Writes a random text of the rule, of at most `size` octets, and returns its length. Where even
 * the shortest is longer, returns the length of that, and writes nothing. SIZE_MAX: there is no
 * such rule, or it says in prose only what it matches. Allocates nothing. */
size_t imap_generate(const struct imap_generator *, imap_rule, const struct imap_generation *,
                     void *octets, size_t size);

/* Frees the generator; NULL is allowed. */
void imap_generator_free(struct imap_generator *);

/* One message of a complete set: it is about one octet, at `offset`. */
struct imap_case {
    const uint8_t *octets; /* valid during the call */
    size_t size;
    uint64_t offset;
    imap_rule rule; /* that the octet stands in; of one that is refused, that the error names */
};

/* Receives each case. Returning false ends it. */
typedef bool imap_case_sink(void *context, const struct imap_case *);

/* Hands out a shortest message of the root through every transition of the machine (so each octet
 * class that any state reads is read once), and through each part of a literal's header.
 * In the same order always. False: memory is out, which this allocates while it runs. */
bool imap_cases(const struct imap_grammar *, enum imap_root, imap_case_sink *, void *context);

/* The same with a message for every state: the shortest way to it, then an octet that the state
 * refuses, at `offset`, then CRLF. */
bool imap_refused_cases(const struct imap_grammar *, enum imap_root, imap_case_sink *,
                        void *context);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
