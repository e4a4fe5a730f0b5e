/* Deviations that are known from the field, each with the octets that the grammar has for it. */
#include "quirk.h"

#include <string.h>
#include <strings.h>

#include "reader.h"

/* ---- what stands here -------------------------------------------------------------------------
 */

bool quirk_is_tolerated(const struct imap_parser *parser, enum imap_quirk quirk) {
    return (parser->quirks >> quirk & 1) != 0;
}

/* CR, also for the LF of a line that has none. */
static uint8_t as_line_end(const struct imap_parser *parser, uint8_t octet) {
    return octet == '\n' && quirk_is_tolerated(parser, IMAP_QUIRK_BARE_LF) ? '\r' : octet;
}

static bool accepts_after(const struct quirk_refusal *refusal, const char *octets, uint8_t octet) {
    struct imap_parser after;
    return parser_try(refusal->parser, octets, &after) && parser_accepts(&after, octet);
}

/* Anything but CR and LF can stand in the text of a response; in a quoted string, anything else
 * but DQUOTE and "\". */
enum place { PLACE_ATOM, PLACE_QUOTED, PLACE_TEXT, PLACE_OTHER };

static enum place place_after(const struct imap_parser *parser, const char *octets) {
    struct imap_parser after;
    if (!parser_try(parser, octets, &after) || !parser_accepts(&after, '!') ||
        !parser_accepts(&after, 'x')) {
        return PLACE_OTHER;
    }
    if (!parser_accepts(&after, '{') || !parser_accepts(&after, '(')) {
        return PLACE_ATOM;
    }
    return parser_accepts(&after, '\r') ? PLACE_TEXT : PLACE_QUOTED;
}

/* ---- the quirks --------------------------------------------------------------------------------
 */

static bool read_bare_lf(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    remedy->instead = "\r";
    return refusal->octet == '\n' && parser_accepts(refusal->parser, '\r');
}

static bool read_empty_line(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    remedy->skip = refusal->octet == '\r';
    remedy->rest = QUIRK_EMPTY_LINE;
    return refusal->position == 0 && as_line_end(refusal->parser, refusal->octet) == '\r';
}

static bool read_bare_plus(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    remedy->instead = " ";
    return refusal->position == 1 && refusal->before == '+' &&
           accepts_after(refusal, " ", as_line_end(refusal->parser, refusal->octet));
}

static bool read_trailing_space(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    remedy->instead = "\r";
    remedy->skip = true;
    remedy->rest = QUIRK_LINE_END;
    return refusal->octet == ' ' && parser_accepts(refusal->parser, '\r');
}

/* Between ")" and "(" it is not known yet what the first of them ends. */
static bool read_extra_space(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    bool between = refusal->before == ')' && parser_accepts(refusal->parser, '(');
    bool beside = refusal->before == '(' || refusal->before == '[' || refusal->before == ' ';
    remedy->skip = true;
    remedy->rest = between ? QUIRK_SPACE : QUIRK_NO_REST;
    return refusal->octet == ' ' && (between || beside);
}

static bool read_missing_text(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    static const char *const texts[] = {".", " ."};
    bool ends = as_line_end(refusal->parser, refusal->octet) == '\r' && refusal->before != '+';
    for (size_t i = 0; i < sizeof texts / sizeof *texts && ends; i++) {
        if (place_after(refusal->parser, texts[i]) == PLACE_TEXT) {
            remedy->instead = texts[i];
            return true;
        }
    }
    return false;
}

/* While a response code is being read, it may yet turn out to be text: the parser remembers. */
static bool read_code_without_space(const struct quirk_refusal *refusal,
                                    struct quirk_remedy *remedy) {
    remedy->instead = " ";
    return refusal->before == ']' && refusal->parser->catch_depth != 0 &&
           accepts_after(refusal, " ", refusal->octet);
}

static bool read_unquoted_special(const struct quirk_refusal *refusal,
                                  struct quirk_remedy *remedy) {
    bool special = refusal->octet >= 0x80 ||
                   (refusal->octet != 0 && strchr("\"%*\\]{", refusal->octet) != NULL);
    remedy->instead = "x";
    remedy->skip = true;
    return special && refusal->position > 0 && place_after(refusal->parser, "x") == PLACE_ATOM &&
           place_after(refusal->parser, "") == PLACE_ATOM;
}

/* A character of UTF-8 that breaks off is completed; else the octet is read as one would be that no
 * word of the grammar has, as a medium of "TE", the octet and "T" is not "TEXT". */
static bool read_8bit(const struct quirk_refusal *refusal, struct quirk_remedy *remedy,
                      enum place place) {
    static const char *const tails[] = {"\x80", "\x80\x80", "\x80\x80\x80", "\xA0\x80",
                                        "\x90\x80\x80"};
    remedy->instead = "~";
    remedy->skip = true;
    if (refusal->octet >= 0x80 && place_after(refusal->parser, "~") == place) {
        return true;
    }
    remedy->skip = false;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        remedy->instead = tails[i];
        if (place_after(refusal->parser, tails[i]) == place) {
            return true;
        }
    }
    return false;
}

static bool read_8bit_quoted(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    return read_8bit(refusal, remedy, PLACE_QUOTED);
}

static bool read_8bit_text(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    return read_8bit(refusal, remedy, PLACE_TEXT);
}

/* "N" is read as the quote that begins an empty string; "L" will end it. */
static bool read_nil_string(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    remedy->instead = "\"";
    remedy->skip = true;
    remedy->rest = QUIRK_NIL;
    return (refusal->octet == 'N' || refusal->octet == 'n') && accepts_after(refusal, "\"", '"');
}

static bool read_empty_list(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    static const char *const lists[] = {"(NIL NIL NIL NIL))", "\"\" \"\")"};
    struct imap_parser after;
    remedy->skip = true;
    remedy->made_up = true;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        remedy->instead = lists[i];
        if (refusal->octet == ')' && refusal->before == '(' &&
            parser_try(refusal->parser, lists[i], &after)) {
            return true;
        }
    }
    return false;
}

/* The count of a literal is no such number. */
static bool read_negative_number(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    remedy->instead = "0";
    remedy->skip = true;
    remedy->rest = QUIRK_DIGITS;
    return refusal->octet == '-' &&
           (accepts_after(refusal, "0", ' ') || accepts_after(refusal, "0", ')'));
}

static const struct {
    const char *name, *sentence;
    bool (*read)(const struct quirk_refusal *, struct quirk_remedy *);
} quirks[IMAP_QUIRK_COUNT] = {
    [IMAP_QUIRK_BARE_LF] = {"bare-lf", "a line ends with LF alone", read_bare_lf},
    [IMAP_QUIRK_EMPTY_LINE] = {"empty-line", "an empty line before a message", read_empty_line},
    [IMAP_QUIRK_BARE_PLUS] = {"bare-plus", "no space after \"+\"", read_bare_plus},
    [IMAP_QUIRK_TRAILING_SPACE] = {"trailing-space", "a space before the end of the line",
                                   read_trailing_space},
    [IMAP_QUIRK_EXTRA_SPACE] = {"extra-space",
                                "a space too many beside a space, a parenthesis or a bracket",
                                read_extra_space},
    [IMAP_QUIRK_MISSING_TEXT] = {"missing-text", "OK, NO, BAD, BYE or a response code without text",
                                 read_missing_text},
    [IMAP_QUIRK_CODE_WITHOUT_SPACE] = {"code-without-space", "no space after a response code",
                                       read_code_without_space},
    [IMAP_QUIRK_UNQUOTED_SPECIAL] = {"unquoted-special",
                                     "one of \"%*\\]{ or an 8-bit octet in an atom",
                                     read_unquoted_special},
    [IMAP_QUIRK_8BIT_QUOTED] = {"8bit-quoted", "an 8-bit octet in a quoted string",
                                read_8bit_quoted},
    [IMAP_QUIRK_8BIT_TEXT] = {"8bit-text", "an 8-bit octet in the text of a response",
                              read_8bit_text},
    [IMAP_QUIRK_NIL_STRING] = {"nil-string", "NIL where a string must stand", read_nil_string},
    [IMAP_QUIRK_EMPTY_LIST] = {"empty-list", "() where NIL must stand", read_empty_list},
    [IMAP_QUIRK_NEGATIVE_NUMBER] = {"negative-number", "\"-\" before a number",
                                    read_negative_number},
};

bool quirk_find(const struct quirk_refusal *refusal, struct quirk_remedy *remedy) {
    for (int quirk = 0; quirk < IMAP_QUIRK_COUNT; quirk++) {
        *remedy = (struct quirk_remedy){.quirk = (enum imap_quirk)quirk, .instead = ""};
        if (quirk_is_tolerated(refusal->parser, remedy->quirk) &&
            quirks[quirk].read(refusal, remedy)) {
            return true;
        }
    }
    return false;
}

bool quirk_drops_space(const struct imap_parser *parser, uint8_t next, enum imap_quirk *quirk) {
    struct imap_parser after;
    uint8_t octet = as_line_end(parser, next);
    *quirk = octet == '\r' ? IMAP_QUIRK_TRAILING_SPACE : IMAP_QUIRK_EXTRA_SPACE;
    return octet != 0 && strchr("()[] \r", octet) != NULL && quirk_is_tolerated(parser, *quirk) &&
           parser_accepts(parser, octet) && parser_try(parser, " ", &after) &&
           !parser_accepts(&after, octet);
}

/* ---- for everybody ------------------------------------------------------------------------------
 */

const char *imap_quirk_name(enum imap_quirk quirk) {
    return quirk < IMAP_QUIRK_COUNT ? quirks[quirk].name : NULL;
}

const char *imap_quirk_sentence(enum imap_quirk quirk) {
    return quirk < IMAP_QUIRK_COUNT ? quirks[quirk].sentence : NULL;
}

bool imap_quirk_find(const char *name, enum imap_quirk *quirk) {
    for (int i = 0; i < IMAP_QUIRK_COUNT; i++) {
        if (strcasecmp(quirks[i].name, name) == 0) {
            *quirk = (enum imap_quirk)i;
            return true;
        }
    }
    return false;
}

void imap_parser_tolerate(struct imap_parser *parser, enum imap_quirk quirk) {
    if (quirk < IMAP_QUIRK_COUNT) {
        parser->quirks |= UINT32_C(1) << quirk;
        parser->simple_end = 0;
    }
}
