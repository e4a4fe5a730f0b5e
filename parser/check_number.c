/* Numbers and sets of them, beyond their ranges. */
#include "check.h"

#include <string.h>

void check_status_value(const struct subject *subject, uint32_t pair) {
    uint32_t name = subject->nodes[pair].children;
    uint32_t number = name != 0 ? subject->nodes[name].next : 0;
    bool zero = number != 0 && subject->nodes[number].value == 0;
    if (zero &&
        (check_is_word(subject, name, "UIDVALIDITY") || check_is_word(subject, name, "UIDNEXT"))) {
        check_report_node(subject, CHECK_UID_ZERO, number);
    }
}

/* Where IMAP4rev2 has number64 and IMAP4rev1 had number. */
void check_counts(const struct subject *subject, uint32_t node) {
    for (uint32_t child = subject->nodes[node].children; child != 0 && !subject->rev2;
         child = subject->nodes[child].next) {
        bool wide = check_is_rule(subject, child, "number64") ||
                    check_is_rule(subject, child, "nz-number64");
        if (wide && subject->nodes[child].value > UINT32_MAX) {
            check_report_node(subject, CHECK_COUNT_32, child);
        }
    }
}

void check_set(const struct subject *subject, uint32_t set) {
    size_t size;
    const uint8_t *octets = check_octets(subject, set, &size);
    const uint8_t *star = subject->client ? NULL : memchr(octets, '*', size);
    if (star != NULL) {
        uint64_t start = subject->nodes[set].start + (uint64_t)(star - octets);
        check_report(subject, CHECK_SET_STAR, start, start + 1);
    }
}

void check_set_order(const struct subject *subject, uint32_t set) {
    uint64_t before = 0;
    for (uint32_t node = subject->nodes[set].children; node != 0;
         node = subject->nodes[node].next) {
        if (subject->nodes[node].value <= before) {
            check_report_node(subject, CHECK_SET_ORDER, node);
            return;
        }
        before = subject->nodes[node].value;
    }
}
