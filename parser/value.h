/* The octets that a string stands for, one by one, however it is written. */
#ifndef VALUE_H
#define VALUE_H

#include "imapspec.h"

enum value_form { VALUE_ATOM, VALUE_QUOTED, VALUE_LITERAL };

struct value {
    enum value_form form;
    const uint8_t *at, *end;
};

/* What stands at `octets` is not looked at further than its first octets say: it has been parsed.
 */
struct value value_of(const uint8_t *octets, size_t count);

/* The next octet, -1 after the last. */
static inline int value_next(struct value *value) {
    if (value->form == VALUE_QUOTED && value->end - value->at > 1 && *value->at == '\\') {
        value->at++;
    }
    return value->at < value->end ? *value->at++ : -1;
}

#endif
