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
    struct placeholder octets = {.kind = PLACEHOLDER_OCTETS, .octets_at = at, .times = 1};
    int octet;

    while ((octet = next_hex_octet(text, size, &at)) >= 0) {
    }
    if (octet == -2) {
        return broken("octets are written ${hex:00 ff}, two hexadecimal digits each");
    }
    octets.end = at + 1;
    return octets;
}

/* The index of the quote before the "}" that ends a quoted text; `size` when there is none. */
static size_t find_quote(const char *text, size_t size, size_t at) {
    while (at < size && !(text[at] == '"' && size - at > 1 && text[at + 1] == '}')) {
        at++;
    }
    return at;
}

/* The octets that are repeated, once; how many there are. At most `capacity` are written. */
static size_t write_once(const struct placeholder *placeholder, const char *text, uint8_t *octets,
                         size_t capacity) {
    bool is_quoted = text[placeholder->octets_at] == '"';
    size_t at = placeholder->octets_at + is_quoted, count = 0;
    size_t quote = is_quoted ? find_quote(text, placeholder->end, at) : 0;

    for (;; count++) {
        int octet = is_quoted ? (at < quote ? (uint8_t)text[at++] : -1)
                              : next_hex_octet(text, placeholder->end, &at);
        if (octet < 0) {
            return count;
        }
        if (count < capacity) {
            octets[count] = (uint8_t)octet;
        }
    }
}

/* `at` is the first octet after "${repeat:". */
static struct placeholder read_repeat(const char *text, size_t size, size_t at) {
    static const char form[] = "a repetition is written ${repeat:1000 \"text\"} or "
                               "${repeat:1000 00 ff}";
    size_t times = 0;

    for (; at < size && text[at] >= '0' && text[at] <= '9'; at++) {
        size_t digit = (size_t)(text[at] - '0');
        times = times > PLACEHOLDER_MAX_REPEATED ? times : times * 10 + digit;
    }
    if (times == 0 || at == size || text[at] != ' ') {
        return broken(form);
    }
    at++;
    bool is_quoted = at < size && text[at] == '"';
    struct placeholder repeat = read_hex(text, size, at);
    if (is_quoted) {
        size_t quote = find_quote(text, size, at + 1);
        repeat =
            (struct placeholder){.kind = quote < size ? PLACEHOLDER_OCTETS : PLACEHOLDER_BROKEN,
                                 .octets_at = at,
                                 .end = quote + strlen("\"}")};
    }
    if (repeat.kind == PLACEHOLDER_BROKEN) {
        return broken(form);
    }
    size_t count = write_once(&repeat, text, NULL, 0);
    if (count > 0 && times > PLACEHOLDER_MAX_REPEATED / count) {
        return broken("16 MiB at most can be repeated");
    }
    repeat.times = times;
    return repeat;
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
    if (fits && has_rule && strcmp(capture.name, "repeat") == 0) {
        return read_repeat(text, size, at + 1);
    }
    if (has_rule) {
        capture.rule_at = at + 1;
        at = read_word(text, size, at + 1, capture.rule, &fits);
    }
    if (has_rule && at < size && (text[at] == '>' || text[at] == '<')) {
        capture.order = text[at];
        capture.bound_at = at + 1;
        at = read_word(text, size, at + 1, capture.bound, &fits);
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
    if (capture.order && !capture.bound[0]) {
        return broken("the name of a capture must follow: ${:rule>name}");
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

bool placeholder_octets(const struct placeholder *placeholder, const char *text,
                        const struct variables *variables, uint8_t *octets, size_t capacity,
                        size_t *count) {
    if (placeholder->kind == PLACEHOLDER_OCTETS) {
        size_t once = write_once(placeholder, text, octets, capacity);
        *count = once * placeholder->times;
        for (size_t i = once; i < *count && i < capacity; i++) {
            octets[i] = octets[i - once];
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
        if (!placeholder_octets(&placeholder, text, variables, NULL, 0, &count)) {
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
