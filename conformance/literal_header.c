#include "literal_header.h"

#include <stdint.h>

/* The index of the "{" that belongs to the "}" at the end of the line; `size` if there is none. */
static size_t find_brace(const char *line, size_t size) {
    size_t at = size;

    if (size < 2 || line[size - 1] != '}')
        return size;
    while (at > 0 && line[at - 1] != '{')
        at--;
    return at > 0 ? at - 1 : size;
}

struct literal_header literal_header_read(const char *line, size_t size) {
    const struct literal_header none = {.form = LITERAL_NONE};
    struct literal_header header = {.start = find_brace(line, size)};
    size_t at = header.start + 1, end = size - 1; /* of what stands in the braces */

    if (header.start == size || (header.start > 0 && line[header.start - 1] == '$'))
        return none;
    if (end > at && line[end - 1] == '+') {
        header.non_synchronizing = true;
        end--;
    }
    if (at < end && line[at] == '#') {
        header.form = LITERAL_NAMED;
        return header;
    }
    for (; at < end && line[at] >= '0' && line[at] <= '9'; at++) {
        size_t digit = (size_t)(line[at] - '0');
        header.count =
            header.count > (SIZE_MAX - digit) / 10 ? SIZE_MAX : header.count * 10 + digit;
        header.digits++;
    }
    bool is_wrong = at + 1 == end && line[at] == '!' && header.digits > 0;
    if (at != end && !is_wrong)
        return none;
    header.form = is_wrong ? LITERAL_WRONG : header.digits > 0 ? LITERAL_COUNTED : LITERAL_OPEN;
    return header;
}
