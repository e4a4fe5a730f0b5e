/* Literals, BASE64, the names of header fields, of annotations and of objects, rights. */
#include "check.h"

#include <string.h>
#include <strings.h>

enum {
    SMALL_LITERAL = 4096, /* octets (RFC 7888, 5) */
    COMMAND_LINE = 8192,  /* octets (RFC 7162, 4) */
    OBJECTID = 255        /* characters (RFC 8474, 7) */
};

void check_objectid(const struct subject *subject, uint32_t node) {
    const struct imap_node *id = &subject->nodes[node];
    if (id->end - id->start > OBJECTID) {
        check_report_node(subject, CHECK_OBJECTID_SIZE, node);
    }
}

void check_literal(const struct subject *subject, uint32_t node) {
    size_t size;
    uint64_t count;
    bool non_synchronizing;
    const uint8_t *octets = check_octets(subject, node, &size);
    size_t header = check_literal_header(octets, size, &count, &non_synchronizing);
    if (header > 0 && non_synchronizing && count > SMALL_LITERAL) {
        uint64_t start = subject->nodes[node].start;
        check_report(subject, CHECK_LITERAL_SIZE, start, start + header - 2);
    }
}

/* The nodes within a node are those before it that began where it did or later. */
static uint32_t first_within(const struct subject *subject, uint32_t node) {
    uint32_t first = node;
    while (first > 1 && subject->nodes[first - 1].start >= subject->nodes[node].start) {
        first--;
    }
    return first;
}

/* Is the node, which holds no others, a literal? Then *count is its octets. */
static bool is_literal(const struct subject *subject, uint32_t node, uint64_t *count) {
    size_t size;
    bool non_synchronizing;
    const uint8_t *octets = check_octets(subject, node, &size);
    return subject->nodes[node].children == 0 &&
           check_literal_header(octets, size, count, &non_synchronizing) > 0;
}

void check_code_literals(const struct subject *subject, uint32_t code) {
    for (uint32_t node = first_within(subject, code); node < code; node++) {
        uint64_t count;
        if (is_literal(subject, node, &count)) {
            check_report_node(subject, CHECK_LITERAL_IN_CODE, node);
        }
    }
}

void check_command_length(const struct subject *subject, uint32_t command) {
    uint64_t length = subject->nodes[command].end - subject->nodes[command].start;
    for (uint32_t node = first_within(subject, command); node < command; node++) {
        uint64_t count;
        if (is_literal(subject, node, &count)) {
            length -= count;
        }
    }
    if (length > COMMAND_LINE) {
        check_report_node(subject, CHECK_COMMAND_LENGTH, command);
    }
}

/* How many of the last digit's bits, from the lowest, are padding. */
static unsigned padding_bits(const uint8_t *octets, size_t size) {
    bool one = size >= 4 && octets[size - 1] == '=';
    bool two = one && octets[size - 2] == '=';
    return two ? 4 : one ? 2 : 0;
}

void check_base64(const struct subject *subject, uint32_t node) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size;
    const uint8_t *octets = check_octets(subject, node, &size);
    unsigned padding = padding_bits(octets, size);
    if (padding == 0) {
        return;
    }
    size_t last = size - 1 - padding / 2;
    const char *digit = octets[last] != 0 ? strchr(digits, octets[last]) : NULL;
    if (digit != NULL && ((unsigned)(digit - digits) & ((1U << padding) - 1)) != 0) {
        uint64_t start = subject->nodes[node].start + last;
        check_report(subject, CHECK_BASE64_BITS, start, start + 1);
    }
}

void check_field_name(const struct subject *subject, uint32_t node) {
    struct check_value value = check_value(subject, node);
    bool good = value.at < value.end;
    for (int octet; (octet = check_value_next(&value)) >= 0;) {
        good = good && octet > 0x20 && octet < 0x7F && octet != ':';
    }
    if (!good) {
        check_report_node(subject, CHECK_FIELD_NAME, node);
    }
}

/* The name of an annotation: a path. */
void check_entry(const struct subject *subject, uint32_t node) {
    struct check_value value = check_value(subject, node);
    int octet, before = 0;
    bool good = true;
    while ((octet = check_value_next(&value)) >= 0) {
        good = good && octet > 0x19 && octet < 0x80 && octet != '*' && octet != '%' &&
               !(octet == '/' && before == '/');
        before = octet;
    }
    if (!good || before == '/') {
        check_report_node(subject, CHECK_ENTRY, node);
    }
}

void check_rights(const struct subject *subject, uint32_t node) {
    struct check_value value = check_value(subject, node);
    bool may_be_sign = check_is_rule(subject, node, "mod-rights");
    for (int octet = check_value_next(&value); octet >= 0; octet = check_value_next(&value)) {
        bool right = (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9');
        bool sign = may_be_sign && (octet == '+' || octet == '-');
        if (!right && !sign) {
            check_report_node(subject, CHECK_RIGHTS, node);
            return;
        }
        may_be_sign = false;
    }
}

/* All rights of one LISTRIGHTS response: those that go together, and those that are alone. */
void check_listed_rights(const struct subject *subject, uint32_t response) {
    bool seen[256] = {false};
    for (uint32_t node = subject->nodes[response].children; node != 0;
         node = subject->nodes[node].next) {
        struct check_value value = check_value(subject, node);
        bool twice = false;
        for (int octet; (octet = check_value_next(&value)) >= 0;) {
            twice = twice || seen[octet];
            seen[octet] = true;
        }
        if (!check_is_rule(subject, node, "rights")) {
            memset(seen, 0, sizeof seen); /* the mailbox, the identifier */
        } else if (twice) {
            check_report_node(subject, CHECK_RIGHTS_DUPLICATE, node);
        }
    }
}

/* A standard has one: TRANSLATION (RFC 5255, 3.4). */
void check_namespace_extension(const struct subject *subject, uint32_t node) {
    static const char standard[] = "TRANSLATION";
    uint32_t name = subject->nodes[node].children;
    struct check_value value = check_value(subject, name);
    char begin[sizeof standard] = "";
    for (size_t i = 0; i < sizeof begin - 1; i++) {
        int octet = check_value_next(&value);
        begin[i] = (char)(octet > 0 ? octet : 0);
    }
    bool is_standard = strcasecmp(begin, standard) == 0 && check_value_next(&value) < 0;
    if (!is_standard && strncasecmp(begin, "X-", 2) != 0) {
        check_report_node(subject, CHECK_NAMESPACE_EXTENSION, name);
    }
}
