#include "moment.h"

#include <string.h>

/* The number of `count` digits, -1 if there are others; a leading space counts as 0. */
static int read_digits(const uint8_t *octets, size_t count) {
    int number = 0;

    for (size_t i = 0; i < count; i++) {
        bool is_digit = octets[i] >= '0' && octets[i] <= '9';
        if (!is_digit && !(i == 0 && octets[i] == ' ')) {
            return -1;
        }
        number = number * 10 + (is_digit ? octets[i] - '0' : 0);
    }
    return number;
}

/* 1 to 12, 0 if it is none. */
static int read_month(const uint8_t *octets) {
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    for (int month = 0; month < 12; month++) {
        bool is_equal = true;
        for (int i = 0; i < 3; i++) {
            is_equal = is_equal && (octets[i] | 0x20) == months[month * 3 + i];
        }
        if (is_equal) {
            return month + 1;
        }
    }
    return 0;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. The year begins in March here, so that
 * a leap day is its last. */
static int64_t count_days(int year, int month, int day) {
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
}

bool moment_read(const uint8_t *octets, size_t size, int64_t *seconds) {
    static const char form[] = "\"dd-mmm-yyyy hh:mm:ss +zzzz\"";

    if (size != sizeof form - 1) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        bool is_fixed = strchr("\"-: ", form[i]) != NULL;
        if (is_fixed && octets[i] != (uint8_t)form[i]) {
            return false;
        }
    }
    int day = read_digits(octets + 1, 2), month = read_month(octets + 4);
    int year = read_digits(octets + 8, 4), hour = read_digits(octets + 13, 2);
    int minute = read_digits(octets + 16, 2), second = read_digits(octets + 19, 2);
    int zone_hour = read_digits(octets + 23, 2), zone_minute = read_digits(octets + 25, 2);
    int sign = octets[22] == '-' ? -1 : octets[22] == '+' ? 1 : 0;
    if (day < 0 || !month || year < 0 || hour < 0 || minute < 0 || second < 0 || zone_hour < 0 ||
        zone_minute < 0 || !sign) {
        return false;
    }
    int offset = sign * (zone_hour * 60 + zone_minute);
    *seconds = count_days(year, month, day) * 86400 + hour * 3600 + (minute - offset) * 60 + second;
    return true;
}
