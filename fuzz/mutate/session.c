#include "session.h"

#include <string.h>
#include <strings.h>

/* Does the line announce a literal at its end, as "{5}" or "{5+}"? `end` is behind its LF. */
static bool announces(const uint8_t *line, const uint8_t *end, size_t *count) {
    const uint8_t *at = end - 1;
    size_t factor = 1;

    *count = 0;
    at -= at > line && at[-1] == '\r';
    if (at == line || *--at != '}') {
        return false;
    }
    at -= at > line && at[-1] == '+';
    while (at > line && at[-1] >= '0' && at[-1] <= '9' && factor <= SIZE_MAX / 1000) {
        *count += factor * (size_t)(*--at - '0');
        factor *= 10;
    }
    return at > line && at[-1] == '{';
}

static size_t message_end(const uint8_t *octets, size_t size, size_t start) {
    for (size_t at = start; at < size;) {
        const uint8_t *lf = memchr(octets + at, '\n', size - at);
        size_t literal;
        if (!lf) {
            return size;
        }
        size_t end = (size_t)(lf - octets) + 1;
        if (!announces(octets + at, octets + end, &literal) || literal > size - end) {
            return end;
        }
        at = end + literal;
    }
    return size;
}

void session_cut(struct session *session, const uint8_t *octets, size_t size) {
    session->count = 0;
    for (size_t at = 0; at < size && session->count < SESSION_MESSAGES;) {
        session->starts[session->count++] = at;
        at = message_end(octets, size, at);
    }
    session->starts[session->count] = size;
}

/* Is the line's second word one of those? */
static bool is_second_word(const uint8_t *line, size_t size, const char *const words[],
                           size_t count) {
    const uint8_t *space = memchr(line, ' ', size);
    const char *word = space ? (const char *)space + 1 : NULL;
    size_t left = space ? size - (size_t)(space - line) - 1 : 0;

    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(words[i]);
        if (left > length && strncasecmp(word, words[i], length) == 0 &&
            memchr(" \r\n", word[length], 3)) {
            return true;
        }
    }
    return false;
}

enum imap_root session_guess(const uint8_t *octets, size_t size) {
    static const char *const greetings[] = {"OK", "PREAUTH", "BYE"};
    static const char *const results[] = {"OK", "NO", "BAD"};
    const uint8_t *lf = size > 0 ? memchr(octets, '\n', size) : NULL;
    size_t line = lf ? (size_t)(lf - octets) + 1 : size;

    if (line > 1 && (octets[0] == '*' || octets[0] == '+') && memchr(" \r\n", octets[1], 3)) {
        return octets[0] == '*' && is_second_word(octets, line, greetings, 3) ? IMAP_GREETING
                                                                              : IMAP_RESPONSE;
    }
    return line > 0 && is_second_word(octets, line, results, 3) ? IMAP_RESPONSE : IMAP_COMMAND;
}

enum imap_root session_root(enum imap_root root, size_t index, const uint8_t *message,
                            size_t size) {
    static const char done[] = "DONE\r\n";

    if (root == IMAP_GREETING) {
        return index == 0 && session_guess(message, size) == IMAP_GREETING ? IMAP_GREETING
                                                                           : IMAP_RESPONSE;
    }
    if (root != IMAP_COMMAND || memchr(message, ' ', size)) {
        return root;
    }
    return size == strlen(done) && memcmp(message, done, size) == 0 ? IMAP_DONE : IMAP_SASL_LINE;
}
