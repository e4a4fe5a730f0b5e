/* The parser's parts, among themselves: parser.c reads by the tables, literal.c what is counted,
 * remedy.c what the grammar refuses and a quirk allows, expected.c tells what could come next. */
#ifndef READER_H
#define READER_H

#include "grammar.h"
#include "quirk.h"

enum phase {
    PHASE_MESSAGE,    /* the tables read */
    PHASE_SPACE,      /* a SP was read, and is held back */
    PHASE_LINE_END,   /* by quirks: SP and CR before LF */
    PHASE_EMPTY_LINE, /* the LF of an empty line */
    PHASE_NIL_I,      /* of a NIL that stands for a string */
    PHASE_NIL_L,
    PHASE_DIGIT, /* the first of a number that is negative */
    PHASE_DIGITS,
    PHASE_HEADER_TILDE, /* of a literal8 */
    PHASE_HEADER_OPEN,
    PHASE_HEADER_COUNT, /* no digit yet */
    PHASE_HEADER_DIGITS,
    PHASE_HEADER_PLUS, /* after "+" */
    PHASE_HEADER_CR,
    PHASE_HEADER_LF,
    PHASE_LITERAL,
    PHASE_SKIP, /* to the end of a broken line */
    PHASE_SKIP_DIGITS,
    PHASE_SKIP_CR,
    PHASE_SKIP_LF,
    PHASE_SKIP_LITERAL
};

/* The octets of one feed, and how far they are read. */
struct piece {
    const uint8_t *start, *at, *end;
    uint64_t base; /* offset of start */
};

static inline uint64_t piece_offset(const struct piece *piece) {
    return piece->base + (uint64_t)(piece->at - piece->start);
}

static inline void parser_emit(struct imap_parser *p, const struct imap_event *event) {
    if (p->sink != NULL && !p->sink(p->context, event)) {
        p->paused = true;
    }
}

/* The end of what may be read before a limit. */
static inline const uint8_t *parser_limited_end(const struct imap_parser *p,
                                                const struct piece *piece) {
    uint64_t limit = p->line_end < p->message_end ? p->line_end : p->message_end;
    uint64_t left = limit - piece_offset(piece);
    return left < (uint64_t)(piece->end - piece->at) ? piece->at + left : piece->end;
}

/* The transition that made a call. */
static inline const struct grammar_transition *parser_frame(const struct imap_parser *p,
                                                            unsigned depth) {
    return &p->grammar->transitions[p->frames[depth]];
}

/* ---- parser.c ------------------------------------------------------------------------------ */

/* Sets the error, of an octet or -1. Always false. */
bool parser_fail(struct imap_parser *, enum imap_error_code, uint64_t offset, int got);

/* The same, where the piece has come to the end of what a limit allows. */
bool parser_fail_limit(struct imap_parser *, const struct piece *);

/* After an error: goes on beside the rule that failed, if it may fail. */
bool parser_catch_failure(struct imap_parser *, const struct piece *);

void parser_start_message(struct imap_parser *, uint64_t offset);

/* A finding, unless the extension is enabled. */
void parser_end_use(struct imap_parser *, unsigned extension, uint64_t start, uint64_t end);

/* Keeps what a later piece needs of this one. */
void parser_end_piece(struct imap_parser *, const struct piece *);

/* Until the piece ends, a limit is reached, a literal begins, or the sink pauses. */
bool parser_read_messages(struct imap_parser *, struct piece *);

/* Do the tables read this octet next? */
bool parser_goes_on(const struct imap_parser *, unsigned octet);

/* ---- literal.c ----------------------------------------------------------------------------- */

/* A literal's header, or the rest of what a quirk allows: octet by octet. */
bool parser_read_header(struct imap_parser *, struct piece *);
bool parser_header_accepts(const struct imap_parser *, unsigned octet);

bool parser_read_literal(struct imap_parser *, struct piece *);

/* What is left of a broken message. */
bool parser_skip(struct imap_parser *, struct piece *);

/* ---- remedy.c ------------------------------------------------------------------------------ */

/* Tries the quirks on a refused octet. False: none helps, and nothing has changed. */
bool parser_tolerate(struct imap_parser *, struct piece *, bool *good);

/* An octet of the rest of what a quirk allows. */
bool parser_take_rest(struct imap_parser *, struct piece *);

/* Reads up to the next SP, which is held back until the octet after it is known: where
 * parser_holds_spaces. */
bool parser_read_to_space(struct imap_parser *, struct piece *);
bool parser_holds_spaces(const struct imap_parser *);

/* Could this octet stand here, by the grammar alone? */
bool parser_accepts(const struct imap_parser *, uint8_t octet);

/* What *parser would be after these octets, without telling its sink. False: they are refused. */
bool parser_try(const struct imap_parser *parser, const char *octets, struct imap_parser *after);

#endif
