#include "placeholder.h"

#include <stdio.h>
#include <string.h>

static bool is_word_octet(char octet) {
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || octet == '-' || octet == '_';
}

/* Copies the word that begins at text[at] and returns the index after it; *fits becomes false when
 * it is longer than `word` can hold. */
static size_t read_word(const char *text, size_t size, size_t at, char word[PLACEHOLDER_WORD],
                        bool *fits) {
    size_t end = at;

    while (end < size && is_word_octet(text[end])) {
        end++;
    }
    if (end - at >= PLACEHOLDER_WORD) {
        *fits = false;
        return end;
    }
    memcpy(word, text + at, end - at);
    word[end - at] = '\0';
    return end;
}

static int hex_value(char octet) {
    static const char digits[] = "0123456789abcdef";
    char lower = octet >= 'A' && octet <= 'F' ? (char)(octet + ('a' - 'A')) : octet;
    const char *found = lower ? strchr(digits, lower) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* The next octet of `${hex:...}` at text[*at], which moves on; -1 at its end, -2 when it is wrong.
 */
static int next_hex_octet(const char *text, size_t size, size_t *at) {
    while (*at < size && text[*at] == ' ') {
        ++*at;
    }
    if (*at < size && text[*at] == '}') {
        return -1;
    }
    if (size - *at < 2 || hex_value(text[*at]) < 0 || hex_value(text[*at + 1]) < 0) {
        return -2;
    }
    int octet = hex_value(text[*at]) << 4 | hex_value(text[*at + 1]);
    *at += 2;
    return octet;
}

static struct placeholder broken(const char *problem) {
    return (struct placeholder){.kind = PLACEHOLDER_BROKEN, .problem = problem};
}

/* `at` is the first octet after "${hex:". */
static struct placeholder read_hex(const char *text, size_t size, size_t at) {
    int octet;

    while ((octet = next_hex_octet(text, size, &at)) >= 0) {
    }
    if (octet == -2) {
        return broken("octets are written ${hex:00 ff}, two hexadecimal digits each");
    }
    return (struct placeholder){.kind = PLACEHOLDER_HEX, .end = at + 1};
}

/* `at` is the first octet after "${". */
static struct placeholder read_capture(const char *text, size_t size, size_t at) {
    struct placeholder capture = {.kind = PLACEHOLDER_CAPTURE};
    bool fits = true;

    at = read_word(text, size, at, capture.name, &fits);
    bool has_rule = at < size && text[at] == ':';
    if (fits && has_rule && strcmp(capture.name, "hex") == 0) {
        return read_hex(text, size, at + 1);
    }
    if (has_rule) {
        capture.rule_at = at + 1;
        at = read_word(text, size, at + 1, capture.rule, &fits);
    }
    if (!fits) {
        return broken("the name is too long (63 octets at most)");
    }
    if (at >= size || text[at] != '}') {
        return broken("the placeholder has no end: ${name:rule}, ${name}, ${:rule} or ${hex:00}");
    }
    if (has_rule && !capture.rule[0]) {
        return broken("a rule's name must follow the colon: ${name:rule}");
    }
    if (!has_rule && !capture.name[0]) {
        return broken("the placeholder has no name: ${name:rule}, ${name} or ${:rule}");
    }
    if (!capture.name[0]) {
        capture.kind = PLACEHOLDER_ANY;
    }
    capture.end = at + 1;
    return capture;
}

/* `at` is the first octet after "{#". */
static struct placeholder read_length(const char *text, size_t size, size_t at) {
    struct placeholder length = {.kind = PLACEHOLDER_LENGTH};
    bool fits = true;

    at = read_word(text, size, at, length.name, &fits);
    length.non_synchronizing = at < size && text[at] == '+';
    if (length.non_synchronizing) {
        at++;
    }
    if (!fits || !length.name[0] || at >= size || text[at] != '}') {
        return broken("a length is written {#name}");
    }
    length.end = at + 1;
    return length;
}

struct placeholder placeholder_at(const char *text, size_t size, size_t at) {
    if (at < size && size - at >= 2) {
        if (text[at] == '$' && text[at + 1] == '{') {
            return read_capture(text, size, at + 2);
        }
        if (text[at] == '{' && text[at + 1] == '#') {
            return read_length(text, size, at + 2);
        }
    }
    return (struct placeholder){.kind = PLACEHOLDER_NONE};
}

static void copy(uint8_t *to, size_t capacity, const void *octets, size_t size) {
    size_t kept = size < capacity ? size : capacity;

    if (kept > 0) {
        memcpy(to, octets, kept);
    }
}

bool placeholder_octets(const struct placeholder *placeholder, const char *text, size_t at,
                        const struct variables *variables, uint8_t *octets, size_t capacity,
                        size_t *count) {
    if (placeholder->kind == PLACEHOLDER_HEX) {
        size_t next = at + strlen("${hex:");
        int octet;
        for (*count = 0; (octet = next_hex_octet(text, placeholder->end, &next)) >= 0; ++*count) {
            if (*count < capacity) {
                octets[*count] = (uint8_t)octet;
            }
        }
        return true;
    }
    bool is_named =
        placeholder->kind == PLACEHOLDER_CAPTURE || placeholder->kind == PLACEHOLDER_LENGTH;
    const struct variable *variable =
        is_named && variables ? variables_get(variables, placeholder->name) : NULL;
    if (!variable) {
        return false;
    }
    if (placeholder->kind == PLACEHOLDER_CAPTURE) {
        *count = variable->size;
        copy(octets, capacity, variable->octets, variable->size);
        return true;
    }
    char header[32];
    *count = (size_t)snprintf(header, sizeof header, "{%zu%s}", variable->size,
                              placeholder->non_synchronizing ? "+" : "");
    copy(octets, capacity, header, *count);
    return true;
}

size_t placeholder_origin(const char *text, size_t size, const struct variables *variables,
                          size_t offset) {
    size_t at = 0, expanded = 0;

    while (at < size && expanded < offset) {
        struct placeholder placeholder = placeholder_at(text, size, at);
        size_t count;
        if (!placeholder_octets(&placeholder, text, at, variables, NULL, 0, &count)) {
            at++;
            expanded++;
        } else if (expanded + count > offset) {
            return at;
        } else {
            at = placeholder.end;
            expanded += count;
        }
    }
    return at;
}
