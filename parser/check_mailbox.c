/* The names of mailboxes: modified UTF-7 (RFC 3501, 5.1.3) or UTF-8 (RFC 6855, RFC 9051, 5.1). */
#include "check.h"

#include <string.h>

/* ---- modified UTF-7 -------------------------------------------------------------------------- */

/* A shift to modified BASE64 that is being read. */
struct shift {
    uint64_t start; /* offset of its "&" */
    uint32_t bits;  /* not yet of a whole UTF-16 unit */
    unsigned bit_count;
    unsigned digits;
    bool high; /* the unit before was the first half of a pair */
};

/* The value of a digit of modified BASE64, -1 of what is none. */
static int digit_value(int octet) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    const char *digit = octet > 0 ? strchr(digits, octet) : NULL;
    return digit != NULL ? (int)(digit - digits) : -1;
}

static bool take_unit(const struct subject *subject, struct shift *shift, unsigned unit,
                      uint64_t end) {
    bool low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (low != shift->high) {
        check_report(subject, CHECK_UTF7_SURROGATE, shift->start, end);
        return false;
    }
    shift->high = unit >= 0xD800 && unit <= 0xDBFF;
    if (unit >= 0x20 && unit <= 0x7E && unit != '&') {
        check_report(subject, CHECK_UTF7_ASCII, shift->start, end);
        return false;
    }
    return true;
}

static bool take_digit(const struct subject *subject, struct shift *shift, unsigned digit,
                       uint64_t end) {
    shift->bits = shift->bits << 6 | digit;
    shift->bit_count += 6;
    shift->digits++;
    if (shift->bit_count < 16) {
        return true;
    }
    shift->bit_count -= 16;
    unsigned unit = shift->bits >> shift->bit_count & 0xFFFF;
    shift->bits &= (1U << shift->bit_count) - 1;
    return take_unit(subject, shift, unit, end);
}

/* At the "-" of a shift. */
static bool end_shift(const struct subject *subject, const struct shift *shift, uint64_t end) {
    if (shift->high) {
        check_report(subject, CHECK_UTF7_SURROGATE, shift->start, end);
        return false;
    }
    if (shift->bit_count >= 6 || shift->bits != 0) {
        check_report(subject, CHECK_UTF7_BITS, shift->start, end);
        return false;
    }
    return true;
}

/* What follows "&", to its "-". False: it is wrong, and told of. *digits is how many there were. */
static bool read_shift(const struct subject *subject, struct check_value *value, unsigned *digits) {
    struct shift shift = {.start = check_value_offset(subject, value) - 1};
    for (;;) {
        int octet = check_value_next(value);
        int digit = digit_value(octet);
        uint64_t end = check_value_offset(subject, value);
        *digits = shift.digits;
        if (octet == '-') {
            return end_shift(subject, &shift, end);
        }
        if (digit < 0) {
            check_report(subject, CHECK_UTF7_SHIFT, shift.start, end);
            return false;
        }
        if (!take_digit(subject, &shift, (unsigned)digit, end)) {
            return false;
        }
    }
}

static void check_utf7(const struct subject *subject, uint32_t node) {
    struct check_value value = check_value(subject, node);
    bool after_shift = false;
    for (int octet; (octet = check_value_next(&value)) >= 0;) {
        uint64_t end = check_value_offset(subject, &value);
        bool was_shift = after_shift;
        unsigned digits = 0;
        after_shift = false;
        if (octet >= 0x80 || octet < 0x20 || octet == 0x7F) {
            enum check check = octet >= 0x80 ? CHECK_MAILBOX_8BIT : CHECK_MAILBOX_CONTROL;
            check_report(subject, check, end - 1, end);
            return;
        }
        if (octet != '&') {
            continue;
        }
        if (!read_shift(subject, &value, &digits)) {
            return;
        }
        after_shift = digits > 0;
        if (was_shift && after_shift) {
            check_report(subject, CHECK_UTF7_SUPERFLUOUS_SHIFT, end - 2, end);
            return;
        }
    }
}

/* ---- UTF-8 ------------------------------------------------------------------------------------
 */

/* How many octets follow the first of a character, and the range of the second (RFC 3629, 4). */
static const struct {
    uint8_t first, last, second_low, second_high, following;
} characters[] = {
    {0x00, 0x7F, 0, 0, 0},       {0xC2, 0xDF, 0x80, 0xBF, 1}, {0xE0, 0xE0, 0xA0, 0xBF, 2},
    {0xE1, 0xEC, 0x80, 0xBF, 2}, {0xED, 0xED, 0x80, 0x9F, 2}, {0xEE, 0xEF, 0x80, 0xBF, 2},
    {0xF0, 0xF0, 0x90, 0xBF, 3}, {0xF1, 0xF3, 0x80, 0xBF, 3}, {0xF4, 0xF4, 0x80, 0x8F, 3}};

static bool read_character(struct check_value *value, int first) {
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        if (first < characters[i].first || first > characters[i].last) {
            continue;
        }
        for (unsigned following = 0; following < characters[i].following; following++) {
            int low = following == 0 ? characters[i].second_low : 0x80;
            int high = following == 0 ? characters[i].second_high : 0xBF;
            int octet = check_value_next(value);
            if (octet < low || octet > high) {
                return false;
            }
        }
        return true;
    }
    return false;
}

static void check_utf8(const struct subject *subject, uint32_t node) {
    struct check_value value = check_value(subject, node);
    for (int octet; (octet = check_value_next(&value)) >= 0;) {
        uint64_t start = check_value_offset(subject, &value) - 1;
        if (!read_character(&value, octet)) {
            check_report(subject, CHECK_MAILBOX_UTF8, start, start + 1);
            return;
        }
    }
}

/* ---- names ------------------------------------------------------------------------------------
 */

static bool is_ascii(const struct subject *subject, uint32_t node) {
    struct check_value value = check_value(subject, node);
    int octet = 0;
    while (octet >= 0 && octet < 0x80) {
        octet = check_value_next(&value);
    }
    return octet < 0;
}

void check_mailbox(const struct subject *subject, uint32_t node) {
    if (check_is_word(subject, node, "NIL")) {
        check_report_node(subject, CHECK_MAILBOX_NIL, node);
    }
    if (subject->utf8 && (!subject->utf7 || !is_ascii(subject, node))) {
        check_utf8(subject, node);
    } else {
        check_utf7(subject, node);
    }
}

/* Of CREATE, and the second of RENAME. */
void check_new_mailbox(const struct subject *subject, uint32_t node) {
    uint32_t mailbox = subject->nodes[node].children;
    while (mailbox != 0 && subject->nodes[mailbox].next != 0) {
        mailbox = subject->nodes[mailbox].next;
    }
    if (mailbox == 0 || !check_is_rule(subject, mailbox, "mailbox")) {
        return;
    }
    struct check_value value = check_value(subject, mailbox);
    for (int octet; (octet = check_value_next(&value)) >= 0;) {
        if (octet == '%' || octet == '*') {
            check_report_node(subject, CHECK_MAILBOX_WILDCARD, mailbox);
            return;
        }
    }
}
