/* What becomes of an octet that the grammar refuses and a quirk allows. */
#include <string.h>

#include "reader.h"

static void report_quirk(struct imap_parser *p, enum imap_quirk quirk, uint64_t start,
                         uint64_t end) {
    parser_emit(p, &(struct imap_event){.kind = IMAP_EVENT_FINDING,
                                        .finding = IMAP_QUIRK_USED,
                                        .start = start,
                                        .end = end,
                                        .value = quirk});
}

/* The octets up to here are an ended piece, those from here on another one. */
static void part(struct imap_parser *p, struct piece *piece) {
    parser_end_piece(p, piece);
    p->offset = piece->base = piece_offset(piece);
    piece->start = piece->at;
}

/* Reads an octet, which the grammar allows, as if it stood at that offset; after part. */
static bool stand_in(struct imap_parser *p, uint8_t octet, uint64_t offset) {
    struct piece piece = {.start = &octet, .at = &octet, .end = &octet + 1, .base = offset};
    bool good = true, paused = p->paused;
    while (good && piece.at < piece.end) {
        p->paused = false;
        good = p->phase == PHASE_MESSAGE ? parser_read_messages(p, &piece)
                                         : parser_read_header(p, &piece);
        paused = paused || p->paused;
    }
    p->paused = paused;
    parser_end_piece(p, &piece);
    return good;
}

bool parser_accepts(const struct imap_parser *p, uint8_t octet) {
    return p->phase == PHASE_MESSAGE ? parser_goes_on(p, octet) : parser_header_accepts(p, octet);
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
    piece->base = piece_offset(piece);
    piece->start = piece->at;
}

/* Tries the quirks on a refused octet. False: none helps, and nothing has changed. */
bool parser_tolerate(struct imap_parser *p, struct piece *piece, bool *good) {
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
    uint64_t offset = piece_offset(piece);
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
bool parser_take_rest(struct imap_parser *p, struct piece *piece) {
    uint64_t offset = piece_offset(piece);
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
        parser_start_message(p, offset + 1);
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

bool parser_holds_spaces(const struct imap_parser *p) {
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
    bool ends = parser_limited_end(p, piece) == piece->at;
    if (!parser_accepts(p, ' ')) {
        return ends || !parser_accepts(p, next) || drop_space(p, piece);
    }
    if (ends || !quirk_drops_space(p, next, &quirk)) {
        return stand_in(p, ' ', p->space);
    }
    if (next == ' ') {
        report_quirk(p, quirk, piece_offset(piece), piece_offset(piece) + 1);
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
bool parser_read_to_space(struct imap_parser *p, struct piece *piece) {
    if (p->phase == PHASE_SPACE) {
        return release_space(p, piece);
    }
    if (*piece->at == ' ' && parser_limited_end(p, piece) > piece->at && parser_accepts(p, ' ')) {
        part(p, piece);
        p->space = piece->base;
        p->phase = PHASE_SPACE;
        pass(piece);
        return true;
    }
    struct piece word = *piece;
    const uint8_t *space = memchr(word.at + 1, ' ', (size_t)(word.end - word.at) - 1);
    word.end = space != NULL ? space : word.end;
    bool good = parser_read_messages(p, &word);
    word.end = piece->end;
    *piece = word;
    return good;
}
