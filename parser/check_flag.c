/* Flags of messages, attributes of mailboxes. */
#include "check.h"

#include <string.h>
#include <strings.h>

#include "registry.h"

static const char *const system_flags[] = {"\\Answered", "\\Flagged", "\\Deleted",
                                           "\\Seen",     "\\Draft",   "\\Recent"};

void check_keyword(const struct subject *subject, uint32_t node) {
    for (size_t i = 0; i < sizeof system_flags / sizeof *system_flags; i++) {
        if (check_is_word(subject, node, system_flags[i] + 1)) {
            check_report_node(subject, CHECK_FLAG_BACKSLASH, node);
        }
    }
}

static bool is_known(const struct subject *subject, uint32_t node) {
    for (size_t i = 0; i < sizeof system_flags / sizeof *system_flags; i++) {
        if (check_is_word(subject, node, system_flags[i])) {
            return true;
        }
    }
    return check_is_word(subject, node, "\\*");
}

/* Of all rules for flags, flag-fetch alone has \Recent. */
void check_flag(const struct subject *subject, uint32_t node) {
    size_t size;
    if (*check_octets(subject, node, &size) != '\\') {
        check_keyword(subject, node);
        return;
    }
    if (check_is_word(subject, node, "\\Recent") && !check_is_rule(subject, node, "flag-fetch")) {
        check_report_node(subject, CHECK_FLAG_RECENT, node);
    }
    if (!subject->client && !is_known(subject, node)) {
        check_report_node(subject, CHECK_FLAG_UNKNOWN, node);
    }
}

static bool is_flag(const struct subject *subject, uint32_t node) {
    return check_is_rule(subject, node, "flag") || check_is_rule(subject, node, "flag-fetch") ||
           check_is_rule(subject, node, "flag-perm");
}

void check_flag_twins(const struct subject *subject, uint32_t list) {
    uint32_t first = subject->nodes[list].children;
    for (uint32_t node = first; node != 0; node = subject->nodes[node].next) {
        if (is_flag(subject, node) && check_has_twin(subject, first, node)) {
            check_report_node(subject, CHECK_FLAG_DUPLICATE, node);
        }
    }
}

void check_list_attributes(const struct subject *subject, uint32_t list) {
    bool has = false, has_no = false, cannot_have = false;
    unsigned marks = 0;
    for (uint32_t node = subject->nodes[list].children; node != 0;
         node = subject->nodes[node].next) {
        has = has || check_is_word(subject, node, "\\HasChildren");
        has_no = has_no || check_is_word(subject, node, "\\HasNoChildren");
        cannot_have = cannot_have || check_is_word(subject, node, "\\Noinferiors");
        marks += check_is_word(subject, node, "\\Marked") ||
                 check_is_word(subject, node, "\\Unmarked") ||
                 check_is_word(subject, node, "\\Noselect");
        size_t size;
        const uint8_t *octets = check_octets(subject, node, &size);
        if (!registry_has_attribute(octets, size)) {
            check_report_node(subject, CHECK_LIST_ATTRIBUTE, node);
        }
    }
    if (marks > 1) {
        check_report_node(subject, CHECK_LIST_MARKED, list);
    }
    if (has && (has_no || cannot_have)) {
        check_report_node(subject, CHECK_LIST_CHILDREN, list);
    }
    if (has_no && cannot_have) {
        check_report_node(subject, CHECK_LIST_NO_CHILDREN, list);
    }
}
