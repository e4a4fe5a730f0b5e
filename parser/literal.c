/* Literals: the header, octet by octet, and the counted octets; and what is skipped after an error,
 * which may be literals too. */
#include <string.h>

#include "reader.h"

enum { HEADER_END = 3 /* octets that end a literal's header: "}" CR LF */ };

static bool is_client_root(enum imap_root root) {
    return root != IMAP_GREETING && root != IMAP_RESPONSE && root != IMAP_CONTINUATION;
}

/* "{", or "~" before it; a count; "+" from a client (RFC 7888); "}" CR LF. Or the rest of what a
 * quirk allows. */
bool parser_header_accepts(const struct imap_parser *p, unsigned octet) {
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
        return digit || parser_goes_on(p, octet);
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
        return parser_fail(p, IMAP_LITERAL_TOO_LARGE, piece_offset(piece), *piece->at);
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
    parser_emit(p, &event);
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
        parser_end_use(p, p->grammar->non_synchronizing, piece_offset(piece),
                       piece_offset(piece) + 1);
        break;
    case '}':
        if (piece_offset(piece) + HEADER_END + p->literal_left > p->message_end) {
            return parser_fail(p, IMAP_MESSAGE_TOO_LONG, piece_offset(piece), octet);
        }
        p->phase = PHASE_HEADER_CR;
        break;
    case '\r':
        p->phase = PHASE_HEADER_LF;
        p->catch_depth = 0; /* text has no line ends: there is no way back to it */
        break;
    case '\n':
        begin_literal(p, piece_offset(piece) + 1);
        break;
    default:
        if (!add_header_digit(p, piece)) {
            return false;
        }
    }
    piece->at++;
    return true;
}

bool parser_read_header(struct imap_parser *p, struct piece *piece) {
    if (parser_limited_end(p, piece) == piece->at) {
        return parser_fail_limit(p, piece);
    }
    if (!parser_header_accepts(p, *piece->at)) {
        bool good;
        if (parser_tolerate(p, piece, &good)) {
            return good;
        }
        parser_fail(p, IMAP_UNEXPECTED_OCTET, piece_offset(piece), *piece->at);
        return parser_catch_failure(p, piece);
    }
    bool good =
        p->phase < PHASE_HEADER_TILDE ? parser_take_rest(p, piece) : take_header_octet(p, piece);
    return good || parser_catch_failure(p, piece);
}

bool parser_read_literal(struct imap_parser *p, struct piece *piece) {
    size_t count = (size_t)(piece->end - piece->at);
    if (count > p->literal_left) {
        count = (size_t)p->literal_left;
    }
    const uint8_t *nul = p->binary ? NULL : memchr(piece->at, '\0', count);
    if (nul != NULL) {
        p->literal_left -= (uint64_t)(nul - piece->at);
        piece->at = nul;
        return parser_fail(p, IMAP_NUL_IN_LITERAL, piece_offset(piece), '\0');
    }
    piece->at += count;
    p->literal_left -= count;
    if (p->literal_left == 0) {
        p->phase = PHASE_MESSAGE;
    }
    return true;
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

bool parser_skip(struct imap_parser *p, struct piece *piece) {
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
        parser_start_message(p, piece_offset(piece));
    }
    return true;
}
