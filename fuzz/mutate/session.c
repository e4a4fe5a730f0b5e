#include "session.h"

#include <string.h>

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

bool session_is_server(const uint8_t *octets, size_t size) {
    return size > 1 && (octets[0] == '*' || octets[0] == '+') &&
           (octets[1] == ' ' || octets[1] == '\r' || octets[1] == '\n');
}

enum imap_root session_root(enum imap_root root, size_t index, const uint8_t *message,
                            size_t size) {
    static const char done[] = "DONE\r\n";

    if (root == IMAP_GREETING) {
        return index == 0 ? IMAP_GREETING : IMAP_RESPONSE;
    }
    if (root != IMAP_COMMAND || memchr(message, ' ', size)) {
        return root;
    }
    return size == strlen(done) && memcmp(message, done, size) == 0 ? IMAP_DONE : IMAP_SASL_LINE;
}
