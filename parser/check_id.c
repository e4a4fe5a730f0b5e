/* The limits of ID (RFC 2971, 3.3). */
#include "check.h"

enum { PAIRS = 30, FIELD_OCTETS = 30, VALUE_OCTETS = 1024 };

static size_t value_size(const struct subject *subject, uint32_t node) {
    struct check_value value = check_value(subject, node);
    size_t size = 0;
    while (check_value_next(&value) >= 0) {
        size++;
    }
    return size;
}

/* The values are compared, since a name may be quoted or a literal. */
static bool is_same(const struct subject *subject, uint32_t node, uint32_t other) {
    struct check_value value = check_value(subject, node), others = check_value(subject, other);
    int octet, another;
    do {
        octet = check_value_next(&value);
        another = check_value_next(&others);
        bool letter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
        if (octet != another && !(letter && another >= 0 && (octet | 0x20) == (another | 0x20))) {
            return false;
        }
    } while (octet >= 0);
    return true;
}

static bool is_given_twice(const struct subject *subject, uint32_t first, uint32_t field) {
    uint32_t other = first;
    for (unsigned i = 0; i < PAIRS && other != field; i++) {
        if (is_same(subject, field, other)) {
            return true;
        }
        other = subject->nodes[subject->nodes[other].next].next;
    }
    return false;
}

/* Fields and values take turns. */
void check_id(const struct subject *subject, uint32_t list) {
    uint32_t first = subject->nodes[list].children, field = first;
    for (unsigned pairs = 1; field != 0 && subject->nodes[field].next != 0; pairs++) {
        uint32_t value = subject->nodes[field].next;
        bool wrong = pairs > PAIRS || value_size(subject, field) > FIELD_OCTETS ||
                     value_size(subject, value) > VALUE_OCTETS;
        if (wrong) {
            check_report(subject, CHECK_ID_SIZE, subject->nodes[field].start,
                         subject->nodes[value].end);
        }
        if (is_given_twice(subject, first, field)) {
            check_report_node(subject, CHECK_ID_DUPLICATE, field);
        }
        field = subject->nodes[value].next;
    }
}
