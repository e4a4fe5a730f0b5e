#include "value.h"

#include <string.h>

struct value value_of(const uint8_t *octets, size_t count) {
    struct value value = {VALUE_ATOM, octets, octets + count};
    if (count >= 2 && octets[0] == '"' && octets[count - 1] == '"') {
        return (struct value){VALUE_QUOTED, octets + 1, octets + count - 1};
    }
    bool literal =
        count > 0 && (octets[0] == '{' || (octets[0] == '~' && count > 1 && octets[1] == '{'));
    const uint8_t *header = literal ? memchr(octets, '\n', count) : NULL;
    if (header != NULL) {
        value.form = VALUE_LITERAL;
        value.at = header + 1;
    }
    return value;
}

size_t imap_value(const uint8_t *octets, size_t count, uint8_t *value, size_t size) {
    struct value read = value_of(octets, count);
    size_t length = 0;
    for (int octet = value_next(&read); octet >= 0; octet = value_next(&read)) {
        if (length < size) {
            value[length] = (uint8_t)octet;
        }
        length++;
    }
    return length;
}
