/* The push parser: a loop over the packed transducer. */
#include <string.h>

#include "accelerate.h"
#include "reader.h"

enum { DEFAULT_LINE = 65536, DEFAULT_LITERAL = 64 << 20, DEFAULT_MESSAGE = 128 << 20 };

/* What a function does that is called seldom: so its caller need not save registers for it. */
#define OUT_OF_LINE __attribute__((noinline))

/* ---- errors -------------------------------------------------------------------------------- */

static const char *const sentences[] = {
    [IMAP_NO_ERROR] = "no error",
    [IMAP_UNEXPECTED_OCTET] = "no rule goes on with this octet",
    [IMAP_NUL_IN_LITERAL] = "a literal holds NUL, which only a literal8 may",
    [IMAP_NUMBER_TOO_LARGE] = "the number is over the range of its rule",
    [IMAP_LITERAL_TOO_LARGE] = "the literal is larger than the limit",
    [IMAP_LINE_TOO_LONG] = "the line is longer than the limit",
    [IMAP_MESSAGE_TOO_LONG] = "the message is longer than the limit",
    [IMAP_NESTING_TOO_DEEP] = "the rules nest deeper than the limit",
};

bool parser_fail(struct imap_parser *p, enum imap_error_code code, uint64_t offset, int got) {
    bool literal = p->phase >= PHASE_HEADER_TILDE;
    p->error = (struct imap_error){.code = code,
                                   .offset = offset,
                                   .message = p->message_start,
                                   .rule = literal ? p->grammar->literal
                                                   : grammar_state_rule(p->grammar, p->state),
                                   .got = got,
                                   .sentence = sentences[code]};
    return false;
}

/* ---- messages ------------------------------------------------------------------------------ */

void parser_start_message(struct imap_parser *p, uint64_t offset) {
    p->message_start = offset;
    p->line_end = offset + p->limits.line;
    p->message_end = offset + p->limits.message;
    p->state = p->grammar->entries[p->root];
    p->depth = p->base = p->catch_depth = 0;
    p->phase = PHASE_MESSAGE;
    p->simple_end = 0;
}

void imap_parser_init(struct imap_parser *p, const struct imap_grammar *grammar,
                      enum imap_root root, imap_sink *sink, void *context) {
    memset(p, 0, sizeof *p);
    p->grammar = grammar;
    p->sink = sink;
    p->context = context;
    p->root = (uint8_t)root;
    p->extensions = grammar->dialects[DIALECT_REV1];
    imap_parser_limit(p, &(struct imap_limits){0});
}

void imap_parser_allow(struct imap_parser *p, const struct imap_extensions *extensions) {
    p->extensions = *extensions;
}

bool imap_parser_enable(struct imap_parser *p, const char *capability) {
    return imap_extensions_add(p->grammar, capability, strlen(capability), &p->extensions);
}

/* No limit is over what a mark can hold, so that no sum with an offset overflows. */
static uint64_t limit_or(uint64_t limit, uint64_t standard) {
    return limit == 0 ? standard : limit < UINT32_MAX ? limit : UINT32_MAX;
}

void imap_parser_limit(struct imap_parser *p, const struct imap_limits *limits) {
    p->limits.line = limit_or(limits->line, DEFAULT_LINE);
    p->limits.literal = limit_or(limits->literal, DEFAULT_LITERAL);
    p->limits.message = limit_or(limits->message, DEFAULT_MESSAGE);
    p->limits.depth = limits->depth;
    if (p->limits.depth == 0 || p->limits.depth > IMAP_MAX_DEPTH) {
        p->limits.depth = IMAP_MAX_DEPTH;
    }
    parser_start_message(p, p->offset);
}

void imap_parser_expect(struct imap_parser *p, enum imap_root root) {
    p->root = (uint8_t)root;
    if (imap_parser_at_start(p)) {
        parser_start_message(p, p->offset);
    }
}

bool imap_parser_at_start(const struct imap_parser *p) {
    return p->phase == PHASE_MESSAGE && p->offset == p->message_start;
}

const struct imap_error *imap_parser_error(const struct imap_parser *p) {
    return &p->error;
}

void imap_parser_resync(struct imap_parser *p) {
    p->simple_end = 0;
    p->error = (struct imap_error){0};
    switch (p->phase) {
    case PHASE_HEADER_DIGITS:
    case PHASE_HEADER_PLUS:
        p->phase = PHASE_SKIP_DIGITS;
        break;
    case PHASE_LITERAL:
        p->phase = PHASE_SKIP_LITERAL;
        break;
    default:
        p->phase = PHASE_SKIP;
    }
}

static enum imap_root root_after(enum imap_root root) {
    switch (root) {
    case IMAP_GREETING:
        return IMAP_RESPONSE;
    case IMAP_SASL_LINE:
    case IMAP_DONE:
    case IMAP_AFTER_AUTHENTICATE:
    case IMAP_AFTER_IDLE:
        return IMAP_COMMAND;
    default:
        return root;
    }
}

/* ---- actions ------------------------------------------------------------------------------- */

struct number {
    uint64_t value;
    bool over; /* 2^64 or more */
};

static struct number add_digits(struct number number, const uint8_t *digits, const uint8_t *end) {
    for (; digits < end; digits++) {
        uint64_t digit = *digits - (uint64_t)'0';
        number.over = number.over || number.value > (UINT64_MAX - digit) / 10;
        number.value = number.value * 10 + digit;
    }
    return number;
}

/* The number that stands at [start, at). Its first digits may be in an earlier piece. */
static inline struct number number_at(const struct imap_parser *p, const struct piece *piece,
                                      const uint8_t *at, uint64_t start) {
    if (start < piece->base) {
        struct number before = {p->number, p->number_over};
        return add_digits(before, piece->start, at);
    }
    const uint8_t *digits = piece->start + (start - piece->base);
    if (at - digits <= WORD && at - piece->start >= WORD) {
        return (struct number){.value = word_number(at, (unsigned)(at - digits))};
    }
    return add_digits((struct number){0}, digits, at);
}

/* What a later piece needs of this one: the number that its octets end in, digits or none; the last
 * octet. */
void parser_end_piece(struct imap_parser *p, const struct piece *piece) {
    const uint8_t *digits = piece->at;
    if (piece->at > piece->start) {
        p->before = piece->at[-1];
    }
    while (digits > piece->start && digits[-1] >= '0' && digits[-1] <= '9') {
        digits--;
    }
    struct number number = {0};
    if (digits == piece->start) {
        number = (struct number){p->number, p->number_over};
    }
    number = add_digits(number, digits, piece->at);
    p->number = number.value;
    p->number_over = number.over;
}

void parser_end_use(struct imap_parser *p, unsigned extension, uint64_t start, uint64_t end) {
    if (extension != 0 && (p->extensions.bits[extension / 64] >> extension % 64 & 1) == 0) {
        parser_emit(p, &(struct imap_event){.kind = IMAP_EVENT_FINDING,
                                            .finding = IMAP_EXTENSION_NOT_ENABLED,
                                            .start = start,
                                            .end = end,
                                            .value = extension});
    }
}

/* An end that is more than the end of a node: of a number, or of the use of an extension. False:
 * the number is out of range. */
static bool end_special(struct imap_parser *p, const struct piece *piece, struct imap_event event) {
    if ((event.rule & LABEL_EXTENSION) != 0) {
        parser_end_use(p, event.rule & ~LABEL_EXTENSION, event.start, event.end);
        return true;
    }
    uint64_t maximum = p->grammar->rules[event.rule].maximum;
    if (maximum != 0) {
        struct number number = number_at(p, piece, piece->at, event.start);
        event.value = number.value;
        if (number.over || number.value > maximum) {
            parser_fail(p, IMAP_NUMBER_TOO_LARGE, event.start, -1);
            p->error.rule = event.rule;
            return false;
        }
    }
    parser_emit(p, &event);
    return true;
}

/* Reports the nodes that end here and marks where others begin. False: a number is out of range. */
static bool perform(struct imap_parser *p, const struct piece *piece, uint16_t index) {
    const uint16_t *action = p->grammar->actions + index;
    unsigned ends = ACTION_ENDS(*action), begins = ACTION_BEGINS(*action);
    bool special = ACTION_IS_SPECIAL(*action);
    uint32_t *marks = p->marks + p->base;
    struct imap_event event = {.kind = IMAP_EVENT_NODE, .end = piece_offset(piece)};
    for (; ends > 0; ends--) {
        action++;
        event.start = p->message_start + marks[ACTION_END_SLOT(*action)];
        event.rule = ACTION_END_LABEL(*action);
        if (!special) {
            parser_emit(p, &event);
        } else if (!end_special(p, piece, event)) {
            return false;
        }
    }
    for (; begins > 0; begins--) {
        marks[*++action] = (uint32_t)(event.end - p->message_start);
    }
    return true;
}

/* ---- calls --------------------------------------------------------------------------------- */

static void pop(struct imap_parser *p) {
    if (p->depth == p->catch_depth) {
        p->catch_depth = 0;
    }
    p->depth--;
    p->base = (uint16_t)(p->base - parser_frame(p, p->depth)->slots);
    p->state = parser_frame(p, p->depth)->target;
}

/* The rule that may fail has failed: the way beside it goes on, with a finding. */
bool parser_catch_failure(struct imap_parser *p, const struct piece *piece) {
    if (p->catch_depth == 0) {
        return false;
    }
    struct imap_event event = {.kind = IMAP_EVENT_FINDING,
                               .finding = IMAP_MALFORMED_CODE,
                               .rule = p->grammar->resp_text_code,
                               .start = p->catch_start,
                               .end = piece_offset(piece)};
    uint32_t caught = parser_frame(p, p->catch_depth - 1U)->caught;
    while (p->catch_depth != 0) {
        pop(p);
    }
    p->state = caught;
    p->phase = PHASE_MESSAGE;
    p->error = (struct imap_error){0};
    parser_emit(p, &event);
    return true;
}

static bool call(struct imap_parser *p, const struct piece *piece,
                 const struct grammar_transition *transition) {
    bool full =
        p->depth == p->limits.depth || p->base + transition->slots + MAX_SLOTS > IMAP_MAX_MARKS;
    if (full) {
        parser_fail(p, IMAP_NESTING_TOO_DEEP, piece_offset(piece), *piece->at);
        return parser_catch_failure(p, piece);
    }
    p->frames[p->depth++] = (uint16_t)(transition - p->grammar->transitions);
    p->base = (uint16_t)(p->base + transition->slots);
    p->state = transition->entry;
    if (transition->operation == OPERATION_CATCH && p->catch_depth == 0) {
        p->catch_depth = p->depth;
        p->catch_start = piece_offset(piece);
    }
    return true;
}

/* ---- the tables ---------------------------------------------------------------------------- */

static bool finish(struct imap_parser *p, struct piece *piece,
                   const struct grammar_transition *transition) {
    imap_rule rule = p->grammar->root_rules[p->root];
    piece->at++;
    if (!perform(p, piece, transition->final)) {
        return false;
    }
    struct imap_event event = {.kind = IMAP_EVENT_MESSAGE,
                               .rule = rule,
                               .start = p->message_start,
                               .end = piece_offset(piece)};
    p->root = (uint8_t)root_after(p->root);
    parser_emit(p, &event);
    parser_start_message(p, event.end);
    return true;
}

/* A transition that does more than go to a state. */
static bool take(struct imap_parser *p, struct piece *piece,
                 const struct grammar_transition *transition) {
    if (transition->action != 0 && !perform(p, piece, transition->action)) {
        return parser_catch_failure(p, piece);
    }
    switch (transition->operation) {
    case OPERATION_CALL:
    case OPERATION_CATCH:
        return call(p, piece, transition);
    case OPERATION_LITERAL:
        p->state = transition->target;
        p->phase = transition->binary ? PHASE_HEADER_TILDE : PHASE_HEADER_OPEN;
        p->binary = transition->binary;
        p->literal_start = piece_offset(piece);
        return true;
    case OPERATION_FINISH:
        return finish(p, piece, transition);
    default:
        p->state = transition->target;
        piece->at++;
        return true;
    }
}

/* How many calls must return before the octet can be read; -1 if no number of them helps. Nothing
 * returns before that is known, so that an error still knows all that could have stood here. */
static int returns_needed(const struct imap_parser *p, unsigned class) {
    uint32_t state = p->state;
    for (unsigned depth = p->depth; depth > 0; depth--) {
        if (grammar_otherwise(p->grammar, state) == NULL) {
            return -1;
        }
        state = parser_frame(p, depth - 1)->target;
        if (grammar_reads(p->grammar, state, class)) {
            return (int)(p->depth - depth) + 1;
        }
    }
    return -1;
}

/* Do the tables read this octet next? */
bool parser_goes_on(const struct imap_parser *p, unsigned octet) {
    unsigned class = p->grammar->classes[octet];
    return grammar_reads(p->grammar, p->state, class) || returns_needed(p, class) >= 0;
}

static bool leave(struct imap_parser *p, struct piece *piece) {
    int returns = returns_needed(p, p->grammar->classes[*piece->at]);
    if (returns < 0) {
        bool good;
        if (parser_tolerate(p, piece, &good)) {
            return good;
        }
        parser_fail(p, IMAP_UNEXPECTED_OCTET, piece_offset(piece), *piece->at);
        return parser_catch_failure(p, piece);
    }
    for (; returns > 0; returns--) {
        if (!perform(p, piece, grammar_otherwise(p->grammar, p->state)->action)) {
            return parser_catch_failure(p, piece);
        }
        pop(p);
    }
    return true;
}

bool parser_fail_limit(struct imap_parser *p, const struct piece *piece) {
    bool line = p->line_end <= p->message_end;
    return parser_fail(p, line ? IMAP_LINE_TOO_LONG : IMAP_MESSAGE_TOO_LONG, piece_offset(piece),
                       -1);
}

/* Acceleration: without it, a chain would be read a state at a time.
 * Reads on in a chain: to the state after it, or to the end of the octets. False: to an octet that
 * isn't its. */
static inline bool read_chain(const struct imap_grammar *grammar, uint32_t *state,
                              const uint8_t **at, const uint8_t *end) {
    uint32_t place = *state - FIRST_CHAIN, from = place % CHAIN_TEXT;
    const struct grammar_chain *chain = &grammar->chains[place / CHAIN_TEXT];
    unsigned length = CHAIN_TEXT - from, matched;
    size_t left = (size_t)(end - *at);
    if (left >= CHAIN_TEXT) {
        matched = match_word(chain, from, *at);
    } else {
        length = left < length ? (unsigned)left : length;
        matched = match_octets(chain->text + from, length, *at);
    }
    *at += matched;
    *state = from + matched == CHAIN_TEXT ? chain->target : *state + matched;
    return matched == length;
}

/* Where the parser is in a message, while it reads it: in registers. */
struct reading {
    const uint8_t *at, *end;
    uint32_t state;
    uint32_t *marks;
    uint64_t message; /* offset of its beginning, */
    uintptr_t origin; /* and the address that this would have in this piece */
};

static inline struct reading resume(struct imap_parser *p, const struct piece *piece) {
    return (struct reading){.at = piece->at,
                            .end = parser_limited_end(p, piece),
                            .state = p->state,
                            .marks = p->marks + p->base,
                            .message = p->message_start,
                            .origin = (uintptr_t)piece->start -
                                      (uintptr_t)(piece->base - p->message_start)};
}

/* What the state does on the next octet, after all those that do no more than lead from state to
 * state, or begin nodes. CELL_NONE: it doesn't go on, or is at the end. */
static inline uint32_t next_cell(const struct imap_grammar *grammar, struct reading *r) {
    while (r->at < r->end) {
        if (r->state >= FIRST_CHAIN) {
            if (!read_chain(grammar, &r->state, &r->at, r->end)) {
                return CELL_NONE;
            }
            continue;
        }
        unsigned class = grammar->classes[*r->at];
        uint32_t cell = grammar->cells[r->state + class];
        bool own = CELL_CLASS(cell) == class;
        if (!own) {
            cell = grammar->cells[r->state];
            if ((grammar->defaults[class] >> (CELL_CLASS(cell) - DEFAULT_SETS) & 1) == 0) {
                return CELL_NONE;
            }
        }
        unsigned action = CELL_ACTION(cell);
        if (action >= FIRST_ENDS) {
            return cell;
        }
        uint32_t offset = (uint32_t)((uintptr_t)r->at - r->origin);
        r->marks[grammar->begins[action].slot] = offset;
        r->marks[grammar->begins[action].other] = offset;
        r->state = CELL_TARGET(cell);
        r->at++;
        if (!own && r->state < FIRST_CHAIN) {
            cell = grammar->cells[r->state];
            if (cell == CELL(CELL_CLASS(cell), 0, r->state)) {
                r->at = skip_run(grammar, CELL_CLASS(cell) - DEFAULT_SETS, r->at, r->end);
            }
        }
    }
    return CELL_NONE;
}

/* Does an action that only ends nodes, of which the first may be a number. False, and nothing is
 * done: the number is out of range. *event is a NODE, without value. */
static inline bool end_nodes(struct imap_parser *p, const struct piece *piece,
                             const struct reading *r, unsigned shortcut, struct imap_event *event) {
    const struct imap_grammar *grammar = p->grammar;
    const uint16_t *word = grammar->actions + grammar->shortcuts[shortcut];
    event->end = r->message + (uint64_t)((uintptr_t)r->at - r->origin);
    if (shortcut >= FIRST_NUMBERS) {
        uint64_t start = r->message + r->marks[ACTION_END_SLOT(word[1])];
        struct number number = number_at(p, piece, r->at, start);
        if (number.over || number.value > grammar->rules[ACTION_END_LABEL(word[1])].maximum) {
            return false;
        }
        event->value = number.value;
    }
    if (p->sink != NULL) {
        const uint16_t *last = word + ACTION_ENDS(*word);
        do {
            word++;
            event->start = r->message + r->marks[ACTION_END_SLOT(*word)];
            event->rule = ACTION_END_LABEL(*word);
            parser_emit(p, event);
            event->value = 0;
        } while (word != last);
    }
    return true;
}

/* Does all that a cell says, or what is to be done where there is none. */
static bool act(struct imap_parser *p, struct piece *piece, uint32_t cell) {
    if (cell == CELL_NONE) {
        return leave(p, piece);
    }
    if (CELL_ACTION(cell) == CELL_TRANSITION) {
        return take(p, piece, &p->grammar->transitions[CELL_TARGET(cell)]);
    }
    if (!perform(p, piece, p->grammar->shortcuts[CELL_ACTION(cell)])) {
        return parser_catch_failure(p, piece);
    }
    p->state = CELL_TARGET(cell);
    piece->at++;
    return true;
}

/* Until the piece ends, a limit is reached, a literal begins, or the sink pauses. */
bool parser_read_messages(struct imap_parser *p, struct piece *piece) {
    const struct imap_grammar *grammar = p->grammar;
    struct reading r = resume(p, piece);
    struct imap_event event = {.kind = IMAP_EVENT_NODE};
    if (r.at == r.end) {
        return parser_fail_limit(p, piece);
    }
    for (;;) {
        uint32_t cell = next_cell(grammar, &r);
        unsigned action = CELL_ACTION(cell);
        bool ended = action < FIRST_OTHERS && end_nodes(p, piece, &r, action, &event);
        if (ended) {
            r.state = CELL_TARGET(cell);
            r.at++;
            if (!p->paused) {
                continue;
            }
        }
        p->state = r.state;
        piece->at = r.at;
        if (r.at == r.end || ended) {
            return true;
        }
        if (!act(p, piece, cell)) {
            return false;
        }
        if (p->paused || p->phase != PHASE_MESSAGE) {
            return true;
        }
        r = resume(p, piece);
    }
}

/* ---- feeding ------------------------------------------------------------------------------- */

static bool read_some(struct imap_parser *p, struct piece *piece) {
    switch (p->phase) {
    case PHASE_MESSAGE:
        return parser_read_messages(p, piece);
    case PHASE_LITERAL:
        return parser_read_literal(p, piece);
    case PHASE_SKIP:
    case PHASE_SKIP_DIGITS:
    case PHASE_SKIP_CR:
    case PHASE_SKIP_LF:
    case PHASE_SKIP_LITERAL:
        return parser_skip(p, piece);
    default:
        return parser_read_header(p, piece);
    }
}

static uint64_t simple_end(const struct imap_parser *);

static OUT_OF_LINE enum imap_status read_piece(struct imap_parser *p, const uint8_t *octets,
                                               size_t count, size_t *consumed) {
    *consumed = 0;
    if (p->error.code != IMAP_NO_ERROR) {
        return IMAP_FAILED;
    }
    struct piece piece = {.start = octets, .at = octets, .base = p->offset};
    piece.end = piece.start + count;
    bool good = true;
    while (good && !p->paused && piece.at < piece.end) {
        good = parser_holds_spaces(p) ? parser_read_to_space(p, &piece) : read_some(p, &piece);
    }
    parser_end_piece(p, &piece);
    *consumed = (size_t)(piece.at - octets);
    p->offset = piece_offset(&piece);
    p->simple_end = simple_end(p);
    return !good ? IMAP_FAILED : p->paused ? IMAP_PAUSED : IMAP_MORE;
}

/* ---- octet by octet ------------------------------------------------------------------------ */

#define LARGE_NUMBER (UINT64_MAX / 16) /* to which a digit can still be added */

/* The offset up to which only the tables need to be looked at: no limit is reached, nothing is held
 * back, no number can be over 64 bits. */
static uint64_t simple_end(const struct imap_parser *p) {
    uint64_t limit = p->line_end < p->message_end ? p->line_end : p->message_end;
    bool simple = p->phase == PHASE_MESSAGE && p->quirks == 0 && p->number < LARGE_NUMBER &&
                  !p->number_over && p->error.code == IMAP_NO_ERROR;
    return simple ? limit : 0;
}

static inline void accept_octet(struct imap_parser *p, uint8_t octet, size_t *consumed) {
    unsigned digit = octet - (unsigned)'0';
    if (digit <= 9) {
        p->number = p->number * 10 + digit;
        p->simple_end = p->number < LARGE_NUMBER ? p->simple_end : 0;
    } else {
        p->number = 0;
    }
    p->before = octet;
    p->offset++;
    *consumed = 1;
}

/* Where the cell says more than to go on, or begin nodes. */
static OUT_OF_LINE enum imap_status act_on_octet(struct imap_parser *p, const uint8_t *octet,
                                                 uint32_t cell, size_t *consumed) {
    const struct imap_grammar *grammar = p->grammar;
    unsigned shortcut = CELL_ACTION(cell);
    bool in_range = true;
    if (shortcut >= FIRST_NUMBERS && shortcut < FIRST_OTHERS) {
        const uint16_t *action = grammar->actions + grammar->shortcuts[shortcut];
        in_range = p->number <= grammar->rules[ACTION_END_LABEL(action[1])].maximum;
    }
    if (shortcut >= FIRST_OTHERS || !in_range) {
        return read_piece(p, octet, 1, consumed);
    }
    struct piece piece = {.start = octet, .at = octet, .end = octet + 1, .base = p->offset};
    perform(p, &piece, grammar->shortcuts[shortcut]);
    p->state = CELL_TARGET(cell);
    accept_octet(p, *octet, consumed);
    return p->paused ? IMAP_PAUSED : IMAP_MORE;
}

static OUT_OF_LINE enum imap_status read_chain_octet(struct imap_parser *p, const uint8_t *octet,
                                                     size_t *consumed) {
    const uint8_t *at = octet;
    if (!read_chain(p->grammar, &p->state, &at, octet + 1)) {
        return read_piece(p, octet, 1, consumed);
    }
    accept_octet(p, *octet, consumed);
    return IMAP_MORE;
}

enum imap_status imap_parser_feed(struct imap_parser *p, const void *octets, size_t count,
                                  size_t *consumed) {
    const struct imap_grammar *grammar = p->grammar;
    p->paused = false;
    if (count != 1 || p->offset >= p->simple_end) {
        return read_piece(p, octets, count, consumed);
    }
    if (p->state >= FIRST_CHAIN) {
        return read_chain_octet(p, octets, consumed);
    }
    uint8_t octet = *(const uint8_t *)octets;
    uint32_t cell = grammar_cell(grammar, p->state, grammar->classes[octet]);
    unsigned action = CELL_ACTION(cell);
    if (action >= FIRST_ENDS) {
        return act_on_octet(p, octets, cell, consumed);
    }
    uint32_t *marks = p->marks + p->base, offset = (uint32_t)(p->offset - p->message_start);
    marks[grammar->begins[action].slot] = offset;
    marks[grammar->begins[action].other] = offset;
    p->state = CELL_TARGET(cell);
    accept_octet(p, octet, consumed);
    return IMAP_MORE;
}
