/* The push parser: a loop over the packed transducer, and counted literals beside it. */
#include <string.h>

#include "accelerate.h"
#include "quirk.h"
#include "reader.h"

enum {
    DEFAULT_LINE = 65536,
    DEFAULT_LITERAL = 64 << 20,
    DEFAULT_MESSAGE = 128 << 20,
    HEADER_END = 3 /* octets that end a literal's header: "}" CR LF */
};

/* What a function does that is called seldom: so its caller need not save registers for it. */
#define OUT_OF_LINE __attribute__((noinline))

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

static uint64_t offset_of(const struct piece *piece) {
    return piece->base + (uint64_t)(piece->at - piece->start);
}

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

static bool fail(struct imap_parser *p, enum imap_error_code code, uint64_t offset, int got) {
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

static void emit(struct imap_parser *p, const struct imap_event *event) {
    if (p->sink != NULL && !p->sink(p->context, event)) {
        p->paused = true;
    }
}

/* ---- messages ------------------------------------------------------------------------------ */

static void start_message(struct imap_parser *p, uint64_t offset) {
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
    start_message(p, p->offset);
}

void imap_parser_expect(struct imap_parser *p, enum imap_root root) {
    p->root = (uint8_t)root;
    if (imap_parser_at_start(p)) {
        start_message(p, p->offset);
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
static void end_piece(struct imap_parser *p, const struct piece *piece) {
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

static void end_use(struct imap_parser *p, unsigned extension, uint64_t start, uint64_t end) {
    if (extension != 0 && (p->extensions.bits[extension / 64] >> extension % 64 & 1) == 0) {
        emit(p, &(struct imap_event){.kind = IMAP_EVENT_FINDING,
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
        end_use(p, event.rule & ~LABEL_EXTENSION, event.start, event.end);
        return true;
    }
    uint64_t maximum = p->grammar->rules[event.rule].maximum;
    if (maximum != 0) {
        struct number number = number_at(p, piece, piece->at, event.start);
        event.value = number.value;
        if (number.over || number.value > maximum) {
            fail(p, IMAP_NUMBER_TOO_LARGE, event.start, -1);
            p->error.rule = event.rule;
            return false;
        }
    }
    emit(p, &event);
    return true;
}

/* Reports the nodes that end here and marks where others begin. False: a number is out of range. */
static bool perform(struct imap_parser *p, const struct piece *piece, uint16_t index) {
    const uint16_t *action = p->grammar->actions + index;
    unsigned ends = ACTION_ENDS(*action), begins = ACTION_BEGINS(*action);
    bool special = ACTION_IS_SPECIAL(*action);
    uint32_t *marks = p->marks + p->base;
    struct imap_event event = {.kind = IMAP_EVENT_NODE, .end = offset_of(piece)};
    for (; ends > 0; ends--) {
        action++;
        event.start = p->message_start + marks[ACTION_END_SLOT(*action)];
        event.rule = ACTION_END_LABEL(*action);
        if (!special) {
            emit(p, &event);
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

static const struct grammar_transition *frame(const struct imap_parser *p, unsigned depth) {
    return &p->grammar->transitions[p->frames[depth]];
}

static void pop(struct imap_parser *p) {
    if (p->depth == p->catch_depth) {
        p->catch_depth = 0;
    }
    p->depth--;
    p->base = (uint16_t)(p->base - frame(p, p->depth)->slots);
    p->state = frame(p, p->depth)->target;
}

/* The rule that may fail has failed: the way beside it goes on, with a finding. */
static bool catch_failure(struct imap_parser *p, const struct piece *piece) {
    if (p->catch_depth == 0) {
        return false;
    }
    struct imap_event event = {.kind = IMAP_EVENT_FINDING,
                               .finding = IMAP_MALFORMED_CODE,
                               .rule = p->grammar->resp_text_code,
                               .start = p->catch_start,
                               .end = offset_of(piece)};
    uint32_t caught = frame(p, p->catch_depth - 1U)->caught;
    while (p->catch_depth != 0) {
        pop(p);
    }
    p->state = caught;
    p->phase = PHASE_MESSAGE;
    p->error = (struct imap_error){0};
    emit(p, &event);
    return true;
}

static bool call(struct imap_parser *p, const struct piece *piece,
                 const struct grammar_transition *transition) {
    bool full =
        p->depth == p->limits.depth || p->base + transition->slots + MAX_SLOTS > IMAP_MAX_MARKS;
    if (full) {
        fail(p, IMAP_NESTING_TOO_DEEP, offset_of(piece), *piece->at);
        return catch_failure(p, piece);
    }
    p->frames[p->depth++] = (uint16_t)(transition - p->grammar->transitions);
    p->base = (uint16_t)(p->base + transition->slots);
    p->state = transition->entry;
    if (transition->operation == OPERATION_CATCH && p->catch_depth == 0) {
        p->catch_depth = p->depth;
        p->catch_start = offset_of(piece);
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
                               .end = offset_of(piece)};
    p->root = (uint8_t)root_after(p->root);
    emit(p, &event);
    start_message(p, event.end);
    return true;
}

/* A transition that does more than go to a state. */
static bool take(struct imap_parser *p, struct piece *piece,
                 const struct grammar_transition *transition) {
    if (transition->action != 0 && !perform(p, piece, transition->action)) {
        return catch_failure(p, piece);
    }
    switch (transition->operation) {
    case OPERATION_CALL:
    case OPERATION_CATCH:
        return call(p, piece, transition);
    case OPERATION_LITERAL:
        p->state = transition->target;
        p->phase = transition->binary ? PHASE_HEADER_TILDE : PHASE_HEADER_OPEN;
        p->binary = transition->binary;
        p->literal_start = offset_of(piece);
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
        state = frame(p, depth - 1)->target;
        if (grammar_reads(p->grammar, state, class)) {
            return (int)(p->depth - depth) + 1;
        }
    }
    return -1;
}

/* Do the tables read this octet next? */
static bool goes_on(const struct imap_parser *p, unsigned octet) {
    unsigned class = p->grammar->classes[octet];
    return grammar_reads(p->grammar, p->state, class) || returns_needed(p, class) >= 0;
}

static bool tolerate(struct imap_parser *p, struct piece *piece, bool *good);

static bool leave(struct imap_parser *p, struct piece *piece) {
    int returns = returns_needed(p, p->grammar->classes[*piece->at]);
    if (returns < 0) {
        bool good;
        if (tolerate(p, piece, &good)) {
            return good;
        }
        fail(p, IMAP_UNEXPECTED_OCTET, offset_of(piece), *piece->at);
        return catch_failure(p, piece);
    }
    for (; returns > 0; returns--) {
        if (!perform(p, piece, grammar_otherwise(p->grammar, p->state)->action)) {
            return catch_failure(p, piece);
        }
        pop(p);
    }
    return true;
}

/* The end of what may be read before a limit. */
static const uint8_t *limited_end(const struct imap_parser *p, const struct piece *piece) {
    uint64_t limit = p->line_end < p->message_end ? p->line_end : p->message_end;
    uint64_t left = limit - offset_of(piece);
    return left < (uint64_t)(piece->end - piece->at) ? piece->at + left : piece->end;
}

static bool fail_limit(struct imap_parser *p, const struct piece *piece) {
    bool line = p->line_end <= p->message_end;
    return fail(p, line ? IMAP_LINE_TOO_LONG : IMAP_MESSAGE_TOO_LONG, offset_of(piece), -1);
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
                            .end = limited_end(p, piece),
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
            emit(p, event);
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
        return catch_failure(p, piece);
    }
    p->state = CELL_TARGET(cell);
    piece->at++;
    return true;
}

/* Until the piece ends, a limit is reached, a literal begins, or the sink pauses. */
static bool read_messages(struct imap_parser *p, struct piece *piece) {
    const struct imap_grammar *grammar = p->grammar;
    struct reading r = resume(p, piece);
    struct imap_event event = {.kind = IMAP_EVENT_NODE};
    if (r.at == r.end) {
        return fail_limit(p, piece);
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

/* ---- literals ------------------------------------------------------------------------------ */

static bool is_client_root(enum imap_root root) {
    return root != IMAP_GREETING && root != IMAP_RESPONSE && root != IMAP_CONTINUATION;
}

/* "{", or "~" before it; a count; "+" from a client (RFC 7888); "}" CR LF. Or the rest of what a
 * quirk allows. */
static bool header_accepts(const struct imap_parser *p, unsigned octet) {
    bool digit = octet >= '0' && octet <= '9';
    switch (p->phase) {
    case PHASE_LINE_END:
        return octet == ' ' || octet == '\r';
    case PHASE_NIL_I:
        return (octet | 0x20) == 'i';
    case PHASE_NIL_L:
        return (octet | 0x20) == 'l';
    case PHASE_DIGIT:
        return digit;
    case PHASE_DIGITS:
        return digit || goes_on(p, octet);
    case PHASE_HEADER_TILDE:
        return octet == '~';
    case PHASE_HEADER_OPEN:
        return octet == '{';
    case PHASE_HEADER_COUNT:
        return digit;
    case PHASE_HEADER_DIGITS:
        return digit || octet == '}' || (octet == '+' && is_client_root(p->root));
    case PHASE_HEADER_PLUS:
        return octet == '}';
    case PHASE_HEADER_CR:
        return octet == '\r';
    default:
        return octet == '\n';
    }
}

static bool add_header_digit(struct imap_parser *p, const struct piece *piece) {
    uint64_t digit = *piece->at - (uint64_t)'0';
    bool first = p->phase == PHASE_HEADER_COUNT;
    uint64_t count = first ? 0 : p->literal_left;
    if (count > (p->limits.literal - digit) / 10 || digit > p->limits.literal) {
        return fail(p, IMAP_LITERAL_TOO_LARGE, offset_of(piece), *piece->at);
    }
    p->literal_left = count * 10 + digit;
    p->phase = PHASE_HEADER_DIGITS;
    return true;
}

static void begin_literal(struct imap_parser *p, uint64_t offset) {
    struct imap_event event = {.kind = IMAP_EVENT_LITERAL,
                               .non_synchronizing = p->non_synchronizing,
                               .binary = p->binary,
                               .start = p->literal_start,
                               .end = offset,
                               .value = p->literal_left};
    p->phase = p->literal_left > 0 ? PHASE_LITERAL : PHASE_MESSAGE;
    p->line_end = offset + p->literal_left + p->limits.line;
    emit(p, &event);
}

static bool take_header_octet(struct imap_parser *p, struct piece *piece) {
    uint8_t octet = *piece->at;
    switch (octet) {
    case '~':
        p->phase = PHASE_HEADER_OPEN;
        break;
    case '{':
        p->phase = PHASE_HEADER_COUNT;
        p->non_synchronizing = false;
        break;
    case '+':
        p->phase = PHASE_HEADER_PLUS;
        p->non_synchronizing = true;
        end_use(p, p->grammar->non_synchronizing, offset_of(piece), offset_of(piece) + 1);
        break;
    case '}':
        if (offset_of(piece) + HEADER_END + p->literal_left > p->message_end) {
            return fail(p, IMAP_MESSAGE_TOO_LONG, offset_of(piece), octet);
        }
        p->phase = PHASE_HEADER_CR;
        break;
    case '\r':
        p->phase = PHASE_HEADER_LF;
        p->catch_depth = 0; /* text has no line ends: there is no way back to it */
        break;
    case '\n':
        begin_literal(p, offset_of(piece) + 1);
        break;
    default:
        if (!add_header_digit(p, piece)) {
            return false;
        }
    }
    piece->at++;
    return true;
}

static bool take_rest(struct imap_parser *p, struct piece *piece);

static bool read_header(struct imap_parser *p, struct piece *piece) {
    if (limited_end(p, piece) == piece->at) {
        return fail_limit(p, piece);
    }
    if (!header_accepts(p, *piece->at)) {
        bool good;
        if (tolerate(p, piece, &good)) {
            return good;
        }
        fail(p, IMAP_UNEXPECTED_OCTET, offset_of(piece), *piece->at);
        return catch_failure(p, piece);
    }
    bool good = p->phase < PHASE_HEADER_TILDE ? take_rest(p, piece) : take_header_octet(p, piece);
    return good || catch_failure(p, piece);
}

static bool read_literal(struct imap_parser *p, struct piece *piece) {
    size_t count = (size_t)(piece->end - piece->at);
    if (count > p->literal_left) {
        count = (size_t)p->literal_left;
    }
    const uint8_t *nul = p->binary ? NULL : memchr(piece->at, '\0', count);
    if (nul != NULL) {
        p->literal_left -= (uint64_t)(nul - piece->at);
        piece->at = nul;
        return fail(p, IMAP_NUL_IN_LITERAL, offset_of(piece), '\0');
    }
    piece->at += count;
    p->literal_left -= count;
    if (p->literal_left == 0) {
        p->phase = PHASE_MESSAGE;
    }
    return true;
}

/* ---- quirks -------------------------------------------------------------------------------- */

static void report_quirk(struct imap_parser *p, enum imap_quirk quirk, uint64_t start,
                         uint64_t end) {
    emit(p, &(struct imap_event){.kind = IMAP_EVENT_FINDING,
                                 .finding = IMAP_QUIRK_USED,
                                 .start = start,
                                 .end = end,
                                 .value = quirk});
}

/* The octets up to here are an ended piece, those from here on another one. */
static void part(struct imap_parser *p, struct piece *piece) {
    end_piece(p, piece);
    p->offset = piece->base = offset_of(piece);
    piece->start = piece->at;
}

/* Reads an octet, which the grammar allows, as if it stood at that offset; after part. */
static bool stand_in(struct imap_parser *p, uint8_t octet, uint64_t offset) {
    struct piece piece = {.start = &octet, .at = &octet, .end = &octet + 1, .base = offset};
    bool good = true, paused = p->paused;
    while (good && piece.at < piece.end) {
        p->paused = false;
        good = p->phase == PHASE_MESSAGE ? read_messages(p, &piece) : read_header(p, &piece);
        paused = paused || p->paused;
    }
    p->paused = paused;
    end_piece(p, &piece);
    return good;
}

bool parser_accepts(const struct imap_parser *p, uint8_t octet) {
    return p->phase == PHASE_MESSAGE ? goes_on(p, octet) : header_accepts(p, octet);
}

bool parser_try(const struct imap_parser *p, const char *octets, struct imap_parser *after) {
    *after = *p;
    after->sink = NULL;
    for (; *octets != '\0'; octets++) {
        uint8_t octet = (uint8_t)*octets;
        if (!parser_accepts(after, octet) || !stand_in(after, octet, p->offset)) {
            return false;
        }
    }
    return true;
}

/* A sink before the parser's own, while octets are read that nobody sent. */
struct filter {
    imap_sink *sink;
    void *context;
    uint64_t offset; /* where they would stand */
};

static bool drop_made_up(void *context, const struct imap_event *event) {
    const struct filter *filter = context;
    bool made_up = event->kind == IMAP_EVENT_NODE && event->start >= filter->offset;
    return made_up || filter->sink(filter->context, event);
}

static bool read_instead(struct imap_parser *p, const struct quirk_remedy *remedy,
                         uint64_t offset) {
    struct filter filter = {p->sink, p->context, offset};
    bool good = true, filtered = remedy->made_up && p->sink != NULL;
    if (filtered) {
        p->sink = drop_made_up;
        p->context = &filter;
    }
    for (const char *octet = remedy->instead; *octet != '\0' && good; octet++) {
        good = stand_in(p, (uint8_t)*octet, offset);
    }
    p->sink = filter.sink;
    p->context = filter.context;
    return good;
}

/* Passes an octet that is not, or not yet, read: the number before it stays known. */
static void pass(struct piece *piece) {
    piece->at++;
    piece->base = offset_of(piece);
    piece->start = piece->at;
}

/* Tries the quirks on a refused octet. False: none helps, and nothing has changed. */
static bool tolerate(struct imap_parser *p, struct piece *piece, bool *good) {
    static const uint8_t phases[] = {[QUIRK_SPACE] = PHASE_SPACE,
                                     [QUIRK_LINE_END] = PHASE_LINE_END,
                                     [QUIRK_EMPTY_LINE] = PHASE_EMPTY_LINE,
                                     [QUIRK_NIL] = PHASE_NIL_I,
                                     [QUIRK_DIGITS] = PHASE_DIGIT};
    struct quirk_remedy remedy;
    if (p->quirks == 0) {
        return false;
    }
    part(p, piece);
    uint64_t offset = offset_of(piece);
    struct quirk_refusal refusal = {p, *piece->at, p->before, offset - p->message_start};
    if (!quirk_find(&refusal, &remedy)) {
        return false;
    }
    if (remedy.rest != QUIRK_EMPTY_LINE && remedy.rest != QUIRK_NIL) { /* more is to come */
        report_quirk(p, remedy.quirk, offset, offset + 1);
    }
    p->space = offset;
    *good = read_instead(p, &remedy, offset);
    if (*good) {
        if (remedy.skip) {
            p->before = *piece->at;
            pass(piece);
        }
        p->phase = remedy.rest == QUIRK_NO_REST ? p->phase : phases[remedy.rest];
    }
    return true;
}

/* An octet of the rest of what a quirk allows. */
static bool take_rest(struct imap_parser *p, struct piece *piece) {
    uint64_t offset = offset_of(piece);
    uint8_t octet = *piece->at++;
    switch (p->phase) {
    case PHASE_LINE_END:
        if (octet == ' ') {
            report_quirk(p, IMAP_QUIRK_TRAILING_SPACE, offset, offset + 1);
        } else {
            p->phase = PHASE_MESSAGE;
        }
        return true;
    case PHASE_EMPTY_LINE:
        report_quirk(p, IMAP_QUIRK_EMPTY_LINE, p->message_start, offset + 1);
        start_message(p, offset + 1);
        return true;
    case PHASE_NIL_I:
        p->phase = PHASE_NIL_L;
        return true;
    case PHASE_DIGIT:
    case PHASE_DIGITS:
        piece->at--;
        p->phase = octet >= '0' && octet <= '9' ? PHASE_DIGITS : PHASE_MESSAGE;
        if (p->phase == PHASE_DIGITS) {
            pass(piece);
        }
        return true;
    default:
        report_quirk(p, IMAP_QUIRK_NIL_STRING, offset - 2, offset + 1);
        part(p, piece);
        p->phase = PHASE_MESSAGE;
        return stand_in(p, '"', offset);
    }
}

/* ---- spaces that may be too many ------------------------------------------------------------ */

static bool holds_spaces(const struct imap_parser *p) {
    return p->quirks != 0 && p->phase <= PHASE_SPACE &&
           (quirk_is_tolerated(p, IMAP_QUIRK_TRAILING_SPACE) ||
            quirk_is_tolerated(p, IMAP_QUIRK_EXTRA_SPACE));
}

/* Reads what stands behind a SP that is too many: the SP is behind what ends with the octet, and
 * before what begins with it. */
static bool drop_space(struct imap_parser *p, struct piece *piece) {
    uint32_t at = (uint32_t)(p->space - p->message_start);
    bool good = stand_in(p, *piece->at, p->space);
    pass(piece);
    for (unsigned i = 0; i < p->base + 0U + MAX_SLOTS && i < IMAP_MAX_MARKS; i++) {
        p->marks[i] += p->marks[i] == at;
    }
    p->catch_start += p->catch_start == p->space;
    return good;
}

/* The octet after a SP that was held back says whether the SP is read. One that the grammar refuses
 * was a quirk already, and isn't. */
static bool release_space(struct imap_parser *p, struct piece *piece) {
    enum imap_quirk quirk;
    uint8_t next = *piece->at;
    p->phase = PHASE_MESSAGE;
    p->offset = p->space;
    bool ends = limited_end(p, piece) == piece->at;
    if (!parser_accepts(p, ' ')) {
        return ends || !parser_accepts(p, next) || drop_space(p, piece);
    }
    if (ends || !quirk_drops_space(p, next, &quirk)) {
        return stand_in(p, ' ', p->space);
    }
    if (next == ' ') {
        report_quirk(p, quirk, offset_of(piece), offset_of(piece) + 1);
        p->phase = PHASE_SPACE;
        pass(piece);
        return true;
    }
    report_quirk(p, quirk, p->space, p->space + 1);
    if (quirk != IMAP_QUIRK_TRAILING_SPACE) {
        return drop_space(p, piece);
    }
    bool good = stand_in(p, '\r', p->space);
    p->phase = good ? PHASE_LINE_END : p->phase;
    return good;
}

/* Reads up to the next SP, which is held back until the octet after it is known. */
static bool read_to_space(struct imap_parser *p, struct piece *piece) {
    if (p->phase == PHASE_SPACE) {
        return release_space(p, piece);
    }
    if (*piece->at == ' ' && limited_end(p, piece) > piece->at && parser_accepts(p, ' ')) {
        part(p, piece);
        p->space = piece->base;
        p->phase = PHASE_SPACE;
        pass(piece);
        return true;
    }
    struct piece word = *piece;
    const uint8_t *space = memchr(word.at + 1, ' ', (size_t)(word.end - word.at) - 1);
    word.end = space != NULL ? space : word.end;
    bool good = read_messages(p, &word);
    word.end = piece->end;
    *piece = word;
    return good;
}

/* ---- after an error ------------------------------------------------------------------------ */

/* A broken line may end in a literal's header: its octets belong to the message that is skipped. */
static void skip_octet(struct imap_parser *p, uint8_t octet) {
    bool digit = octet >= '0' && octet <= '9';
    if (octet == '{') {
        p->literal_left = 0;
        p->phase = PHASE_SKIP_DIGITS;
    } else if (p->phase == PHASE_SKIP_DIGITS && digit && p->literal_left <= p->limits.literal) {
        p->literal_left = p->literal_left * 10 + (octet - (uint64_t)'0');
    } else if (p->phase == PHASE_SKIP_DIGITS && octet == '+') {
        p->phase = PHASE_SKIP_DIGITS;
    } else if (p->phase == PHASE_SKIP_DIGITS && octet == '}') {
        p->phase = PHASE_SKIP_CR;
    } else if (p->phase == PHASE_SKIP_CR && octet == '\r') {
        p->phase = PHASE_SKIP_LF;
    } else {
        p->phase = PHASE_SKIP;
    }
}

static bool skip(struct imap_parser *p, struct piece *piece) {
    if (p->phase == PHASE_SKIP_LITERAL) {
        size_t count = (size_t)(piece->end - piece->at);
        count = count > p->literal_left ? (size_t)p->literal_left : count;
        piece->at += count;
        p->literal_left -= count;
        p->phase = p->literal_left == 0 ? PHASE_SKIP : PHASE_SKIP_LITERAL;
        return true;
    }
    uint8_t octet = *piece->at++;
    bool literal =
        p->phase == PHASE_SKIP_LF && p->literal_left > 0 && p->literal_left <= p->limits.literal;
    if (octet != '\n') {
        skip_octet(p, octet);
    } else if (literal) {
        p->phase = PHASE_SKIP_LITERAL;
    } else {
        start_message(p, offset_of(piece));
    }
    return true;
}

/* ---- feeding ------------------------------------------------------------------------------- */

static bool read_some(struct imap_parser *p, struct piece *piece) {
    switch (p->phase) {
    case PHASE_MESSAGE:
        return read_messages(p, piece);
    case PHASE_LITERAL:
        return read_literal(p, piece);
    case PHASE_SKIP:
    case PHASE_SKIP_DIGITS:
    case PHASE_SKIP_CR:
    case PHASE_SKIP_LF:
    case PHASE_SKIP_LITERAL:
        return skip(p, piece);
    default:
        return read_header(p, piece);
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
        good = holds_spaces(p) ? read_to_space(p, &piece) : read_some(p, &piece);
    }
    end_piece(p, &piece);
    *consumed = (size_t)(piece.at - octets);
    p->offset = offset_of(&piece);
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

/* ---- what could come next ------------------------------------------------------------------ */

static void accept_row(const struct imap_grammar *grammar, uint32_t state, bool accepted[256]) {
    for (unsigned octet = 0; octet < 256; octet++) {
        accepted[octet] |= grammar_reads(grammar, state, grammar->classes[octet]);
    }
}

static void accept_next(const struct imap_parser *p, bool accepted[256]) {
    memset(accepted, 0, 256 * sizeof *accepted);
    if (p->phase >= PHASE_LITERAL) {
        memset(accepted, 1, 256 * sizeof *accepted);
        accepted[0] = p->phase != PHASE_LITERAL || p->binary;
        return;
    }
    if (p->catch_depth != 0) {
        accept_row(p->grammar, frame(p, p->catch_depth - 1U)->caught, accepted);
    }
    if (p->phase != PHASE_MESSAGE) {
        for (unsigned octet = 0; octet < 256; octet++) {
            accepted[octet] |= header_accepts(p, octet);
        }
        return;
    }
    uint32_t state = p->state;
    accept_row(p->grammar, state, accepted);
    for (unsigned depth = p->depth; depth > 0 && grammar_otherwise(p->grammar, state) != NULL;
         depth--) {
        state = frame(p, depth - 1)->target;
        accept_row(p->grammar, state, accepted);
    }
}

void imap_parser_accepted(const struct imap_parser *p, bool accepted[256]) {
    if (p->phase != PHASE_SPACE) {
        accept_next(p, accepted);
        return;
    }
    struct imap_parser before = *p, after;
    before.phase = PHASE_MESSAGE;
    before.offset = p->space;
    parser_try(&before, " ", &after);
    accept_next(&after, accepted);
}
