#include "marker.h"

#include <limits.h>
#include <string.h>

/* Reads digits at line->text[*at], which moves on. Saturates. */
static unsigned read_number(const struct source_line *line, size_t *at) {
    unsigned number = 0;

    for (; *at < line->size && line->text[*at] >= '0' && line->text[*at] <= '9'; ++*at) {
        unsigned digit = (unsigned)(line->text[*at] - '0');
        number = number > (UINT_MAX - digit) / 10 ? UINT_MAX : number * 10 + digit;
    }
    return number;
}

struct marker marker_read(const struct source_line *line) {
    const struct marker none = {.kind = MARKER_NONE};
    struct marker marker = {.connection = 1};
    size_t at = 1;

    if (line->size == 0) {
        return none;
    }
    if (line->text[0] == '!') {
        marker.kind = MARKER_ACTION;
        marker.text = 1;
        return marker;
    }
    if (line->text[0] != 'C' && line->text[0] != 'S') {
        return none;
    }
    marker.kind = line->text[0] == 'C' ? MARKER_CLIENT : MARKER_SERVER;
    unsigned number = read_number(line, &at);
    if (at > 1) {
        marker.connection = number;
    }
    const char *signs = marker.kind == MARKER_CLIENT ? "-!" : "?~>!=-";
    if (at < line->size && strchr(signs, line->text[at])) {
        marker.sign = line->text[at++];
    }
    if (at >= line->size || line->text[at] != ':') {
        return none;
    }
    at++;
    marker.text = at < line->size && line->text[at] == ' ' ? at + 1 : at;
    return marker;
}
