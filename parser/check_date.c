/* Dates and times that exist (RFC 3501, 9: date, date-time). */
#include "check.h"

#include <string.h>
#include <strings.h>

enum { DATE_TIME_SIZE = 28 /* `"17-Jul-1996 02:44:25 -0700"` with its quotes */ };

static unsigned number(const uint8_t *digits, size_t count) {
    unsigned value = 0;
    for (size_t i = 0; i < count; i++) {
        value = value * 10 + (digits[i] == ' ' ? 0 : digits[i] - (unsigned)'0');
    }
    return value;
}

static unsigned days_of(const uint8_t *month, unsigned year) {
    static const struct {
        const char *name;
        unsigned days;
    } months[] = {{"Jan", 31}, {"Feb", 28}, {"Mar", 31}, {"Apr", 30}, {"May", 31}, {"Jun", 30},
                  {"Jul", 31}, {"Aug", 31}, {"Sep", 30}, {"Oct", 31}, {"Nov", 30}, {"Dec", 31}};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
        if (strncasecmp((const char *)month, months[i].name, 3) == 0) {
            return months[i].days + (i == 1 && leap);
        }
    }
    return 0;
}

/* `day_size` digits, "-", a month, "-", four digits, at that index in the node. */
static void check_day(const struct subject *subject, uint32_t node, size_t at, size_t day_size) {
    size_t size;
    const uint8_t *date = check_octets(subject, node, &size) + at;
    unsigned day = number(date, day_size);
    unsigned year = number(date + day_size + 5, 4);
    if (day == 0 || day > days_of(date + day_size + 1, year)) {
        uint64_t start = subject->nodes[node].start + at;
        check_report(subject, CHECK_DATE_DAY, start, start + day_size);
    }
}

void check_date(const struct subject *subject, uint32_t node) {
    size_t size;
    const uint8_t *octets = check_octets(subject, node, &size);
    size_t quotes = size > 0 && octets[0] == '"' ? 2 : 0;
    if (size < quotes + 10 || size > quotes + 11) {
        return;
    }
    check_day(subject, node, quotes / 2, size - quotes - 9);
}

void check_date_time(const struct subject *subject, uint32_t node) {
    size_t size;
    const uint8_t *octets = check_octets(subject, node, &size);
    uint64_t start = subject->nodes[node].start;
    if (size != DATE_TIME_SIZE) {
        return;
    }
    check_day(subject, node, 1, 2);
    /* 60: a leap second. */
    if (number(octets + 13, 2) > 23 || number(octets + 16, 2) > 59 || number(octets + 19, 2) > 60) {
        check_report(subject, CHECK_TIME, start + 13, start + 21);
    }
    if (number(octets + 23, 2) > 23 || number(octets + 25, 2) > 59) {
        check_report(subject, CHECK_ZONE, start + 22, start + 27);
    }
}
