/* Capabilities, and the names of SASL mechanisms among them. */
#include "check.h"

#include <string.h>
#include <strings.h>

#include "registry.h"

enum { MECHANISM_SIZE = 20 /* octets of its name at most (RFC 4422, 3.1) */ };

void check_capabilities(const struct subject *subject, uint32_t list) {
    uint32_t first = subject->nodes[list].children;
    bool all = false, small = false, rev1 = false, rev2 = false, accept = false, only = false;
    for (uint32_t node = first; node != 0; node = subject->nodes[node].next) {
        accept = accept || check_is_word(subject, node, "UTF8=ACCEPT");
        only = only || check_is_word(subject, node, "UTF8=ONLY");
        rev1 = rev1 || check_is_word(subject, node, "IMAP4rev1");
        rev2 = rev2 || check_is_word(subject, node, "IMAP4rev2");
        if (node != first && check_is_word(subject, node, "IMAP4")) {
            check_report_node(subject, CHECK_CAPABILITY_FIRST, node);
        }
        all = all || check_is_word(subject, node, "LITERAL+");
        small = small || check_is_word(subject, node, "LITERAL-");
        if (check_has_twin(subject, first, node)) {
            check_report_node(subject, CHECK_CAPABILITY_DUPLICATE, node);
        }
    }
    if (all && small) {
        check_report_node(subject, CHECK_CAPABILITY_LITERALS, list);
    }
    if (accept && only) {
        check_report_node(subject, CHECK_CAPABILITY_UTF8, list);
    }
    bool is_one = subject->rev1 != subject->rev2; /* otherwise either will do */
    if (is_one && !(subject->rev1 ? rev1 : rev2)) {
        check_report_node(subject, CHECK_CAPABILITY_REVISION, list);
    }
}

/* In any case: RFC 4422 has capital letters alone, but IMAP's capabilities have no case. */
static bool is_mechanism(const uint8_t *name, size_t size) {
    static const char others[] = "0123456789-_";
    bool good = size > 0 && size <= MECHANISM_SIZE;
    for (size_t i = 0; i < size && good; i++) {
        uint8_t letter = name[i] & 0xDF;
        good = (letter >= 'A' && letter <= 'Z') || (name[i] != 0 && strchr(others, name[i]));
    }
    return good;
}

static void check_name(const struct subject *subject, uint32_t node, size_t at) {
    size_t size;
    const uint8_t *octets = check_octets(subject, node, &size);
    if (!is_mechanism(octets + at, size - at)) {
        check_report(subject, CHECK_SASL_MECHANISM, subject->nodes[node].start + at,
                     subject->nodes[node].end);
    }
}

static bool begins_with(const uint8_t *octets, size_t size, const char *prefix) {
    size_t length = strlen(prefix);
    return size >= length && strncasecmp((const char *)octets, prefix, length) == 0;
}

/* `RIGHTS=texk`: these four (RFC 4314, 5.1.1), and of others none that RFC 2086 has. */
static void check_new_rights(const struct subject *subject, uint32_t node) {
    static const char needed[] = "texk", others[] = "lrswipacd0123456789";
    size_t size, at = strlen("RIGHTS="), found = 0;
    const uint8_t *octets = check_octets(subject, node, &size);
    while (needed[found] && memchr(octets + at, needed[found], size - at)) {
        found++;
    }
    while (at < size && octets[at] != 0 && !strchr(others, octets[at])) {
        at++;
    }
    if (at < size || needed[found]) {
        check_report_node(subject, CHECK_CAPABILITY_RIGHTS, node);
    }
}

void check_capability(const struct subject *subject, uint32_t node) {
    size_t size;
    const uint8_t *octets = check_octets(subject, node, &size);
    if (begins_with(octets, size, "AUTH=")) {
        check_name(subject, node, strlen("AUTH="));
    } else if (begins_with(octets, size, "RIGHTS=")) {
        check_new_rights(subject, node);
    }
    if (!registry_has_capability(octets, size)) {
        check_report_node(subject, CHECK_CAPABILITY_UNREGISTERED, node);
    }
}

void check_mechanism(const struct subject *subject, uint32_t node) {
    check_name(subject, node, 0);
}
