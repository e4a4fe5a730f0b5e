/* Options of LIST, items of ESEARCH, response codes and text: words that should stand once, or
 * otherwise. */
#include "check.h"

#include <string.h>
#include <strings.h>

#include "registry.h"

void check_list_options(const struct subject *subject, uint32_t list) {
    uint32_t first = subject->nodes[list].children;
    for (uint32_t node = first; node != 0; node = subject->nodes[node].next) {
        if (check_has_twin(subject, first, node)) {
            check_report_node(subject, CHECK_LIST_OPTION_DUPLICATE, node);
        }
    }
}

/* The length of the first word of an item: `ALL 1:3` */
static size_t word_length(const uint8_t *octets, size_t size) {
    const uint8_t *space = memchr(octets, ' ', size);
    return space != NULL ? (size_t)(space - octets) : size;
}

/* Has one of the items before this one the same first word? */
static bool has_namesake(const struct subject *subject, uint32_t first, uint32_t node) {
    size_t size, other_size;
    const uint8_t *octets = check_octets(subject, node, &size);
    size_t length = word_length(octets, size);
    unsigned compared = 0;
    for (uint32_t other = first; other != node && compared < CHECK_WORDS_COMPARED; compared++) {
        const uint8_t *others = check_octets(subject, other, &other_size);
        if (word_length(others, other_size) == length &&
            strncasecmp((const char *)octets, (const char *)others, length) == 0) {
            return true;
        }
        other = subject->nodes[other].next;
    }
    return false;
}

/* ADDTO and REMOVEFROM tell of one change each (RFC 5267, 4.3). */
static bool stands_once(const struct subject *subject, uint32_t node) {
    size_t size;
    const uint8_t *octets = check_octets(subject, node, &size);
    return check_is_rule(subject, node, "search-return-data") &&
           strncasecmp((const char *)octets, "ADDTO ", size < 6 ? size : 6) != 0 &&
           strncasecmp((const char *)octets, "REMOVEFROM ", size < 11 ? size : 11) != 0;
}

void check_esearch(const struct subject *subject, uint32_t response) {
    uint32_t first = subject->nodes[response].children;
    for (uint32_t node = first; node != 0; node = subject->nodes[node].next) {
        if (stands_once(subject, node) && has_namesake(subject, first, node)) {
            check_report_node(subject, CHECK_ESEARCH_DUPLICATE, node);
        }
    }
}

void check_code_name(const struct subject *subject, uint32_t node) {
    size_t size;
    const uint8_t *octets = check_octets(subject, node, &size);
    if (!registry_has_code(octets, size)) {
        check_report_node(subject, CHECK_CODE_UNREGISTERED, node);
    }
}

/* An encoded word begins so on purpose. */
void check_text(const struct subject *subject, uint32_t node) {
    size_t size;
    const uint8_t *octets = check_octets(subject, node, &size);
    if (size > 0 && octets[0] == '=' && !(size > 1 && octets[1] == '?')) {
        check_report_node(subject, CHECK_TEXT_START, node);
    }
}
