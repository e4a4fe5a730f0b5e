#include "value.h"

#include <string.h>

#include "../../parser/imapspec.h"
#include "moment.h"
#include "traits.h"

static uint8_t fold(uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

bool value_octets_equal(const uint8_t *left, size_t left_size, const uint8_t *right,
                        size_t right_size, bool ignore_case) {
    if (left_size != right_size) {
        return false;
    }
    for (size_t i = 0; i < left_size; i++) {
        if (left[i] != right[i] && !(ignore_case && fold(left[i]) == fold(right[i]))) {
            return false;
        }
    }
    return true;
}

static bool is_word(const uint8_t *octets, size_t size, const char *word) {
    return value_octets_equal(octets, size, (const uint8_t *)word, strlen(word), true);
}

/* A string's octets without its quotes, escapes and header, read one by one. */
struct value {
    const uint8_t *at, *end;
    bool is_quoted;
};

static struct value value_of(const uint8_t *octets, size_t size) {
    struct value value = {octets, octets + size, size >= 2 && octets[0] == '"'};
    size_t length = imap_value(octets, size, NULL, 0);

    if (value.is_quoted) {
        value.at++;
        value.end--;
    } else {
        value.at = value.end - length; /* after a literal's header, if there is one */
    }
    return value;
}

/* The next octet, -1 at the end. */
static int next_octet(struct value *value) {
    if (value->at == value->end) {
        return -1;
    }
    if (value->is_quoted && *value->at == '\\' && value->end - value->at > 1) {
        value->at++;
    }
    return *value->at++;
}

static bool values_equal(struct value left, struct value right, bool ignore_case) {
    for (;;) {
        int l = next_octet(&left), r = next_octet(&right);
        if (l != r && !(ignore_case && l >= 0 && r >= 0 && fold((uint8_t)l) == fold((uint8_t)r))) {
            return false;
        }
        if (l < 0) {
            return true;
        }
    }
}

/* Which octets are in it? */
static void mark_letters(struct value value, bool letters[UINT8_MAX + 1]) {
    for (int octet = next_octet(&value); octet >= 0; octet = next_octet(&value)) {
        letters[octet] = true;
    }
}

/* Have both the same octets, in whatever order? */
static bool letters_equal(struct value left, struct value right) {
    bool in_left[UINT8_MAX + 1] = {false}, in_right[UINT8_MAX + 1] = {false};

    mark_letters(left, in_left);
    mark_letters(right, in_right);
    return memcmp(in_left, in_right, sizeof in_left) == 0;
}

/* Is it INBOX, however it is written? */
static bool is_inbox(struct value value) {
    static const uint8_t inbox[] = {'I', 'N', 'B', 'O', 'X'};
    struct value name = {inbox, inbox + sizeof inbox, false};

    return values_equal(value, name, true);
}

static uint64_t number_of(const uint8_t *octets, size_t size) {
    uint64_t number = 0;

    for (size_t i = 0; i < size; i++) {
        number = number * 10 + (uint64_t)(octets[i] - '0');
    }
    return number;
}

static bool is_same_moment(const uint8_t *left, size_t left_size, const uint8_t *right,
                           size_t right_size) {
    int64_t left_seconds, right_seconds;

    return moment_read(left, left_size, &left_seconds) &&
           moment_read(right, right_size, &right_seconds) && left_seconds == right_seconds;
}

enum {
    MAX_DIGITS = 19 /* that surely fit 64 bits */
};

static bool is_number(const uint8_t *octets, size_t size) {
    size_t i = 0;

    while (i < size && octets[i] >= '0' && octets[i] <= '9') {
        i++;
    }
    return size > 0 && size <= MAX_DIGITS && i == size;
}

bool value_is_less(const uint8_t *left, size_t left_size, const uint8_t *right, size_t right_size) {
    return is_number(left, left_size) && is_number(right, right_size) &&
           number_of(left, left_size) < number_of(right, right_size);
}

bool value_equals(unsigned flags, const uint8_t *left, size_t left_size, const uint8_t *right,
                  size_t right_size) {
    if (flags & TRAIT_FREE) {
        return true;
    }
    if (flags & TRAIT_NUMBER) {
        return number_of(left, left_size) == number_of(right, right_size);
    }
    if (flags & TRAIT_MOMENT) {
        return is_same_moment(left, left_size, right, right_size);
    }
    bool left_nil = is_word(left, left_size, "NIL"), right_nil = is_word(right, right_size, "NIL");
    if ((flags & TRAIT_NIL) && (left_nil || right_nil)) {
        return left_nil && right_nil;
    }
    struct value left_value = value_of(left, left_size), right_value = value_of(right, right_size);
    if (flags & TRAIT_LETTERS) {
        return letters_equal(left_value, right_value);
    }
    bool ignore_case = (flags & TRAIT_IGNORE_CASE) ||
                       ((flags & TRAIT_INBOX) && is_inbox(left_value) && is_inbox(right_value));
    return values_equal(left_value, right_value, ignore_case);
}
