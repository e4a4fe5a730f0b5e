#include "printed.h"

#include <stdlib.h>
#include <string.h>

#include "lookalike.h"

/* The longest word (`Examples:`) that may stand before a marker. */
#define LABEL_MAXIMUM 20

/* The longest tag that makes up for a missing colon. */
#define TAG_MAXIMUM 12

/* An RFC's page header is among the first lines after a form feed. */
#define HEADER_LINES 3

static bool is_blank(uint8_t octet) {
    return octet == ' ' || octet == '\t';
}

static bool is_digit(uint8_t octet) {
    return octet >= '0' && octet <= '9';
}

static bool is_letter(uint8_t octet) {
    return (octet | 0x20) >= 'a' && (octet | 0x20) <= 'z';
}

static size_t skip_blanks(const struct row *row, size_t at) {
    while (at < row->size && is_blank(row->octets[at])) {
        at++;
    }
    return at;
}

/* The character at `at` as ASCII, 0 if it neither is nor looks like that; moves `at` past it. */
static char ascii_at(const struct row *row, size_t *at, bool *is_lookalike) {
    size_t length;
    const struct lookalike *lookalike =
        *at < row->size ? lookalike_at(row->octets + *at, row->size - *at, &length) : NULL;

    *is_lookalike = lookalike != NULL;
    if (lookalike) {
        *at += length;
        return lookalike->ascii;
    }
    return *at < row->size && row->octets[*at] < 0x80 ? (char)row->octets[(*at)++] : '\0';
}

/* The word at `at`, look-alikes replaced; moves `at` past it. False if it doesn't fit. */
static bool read_word(const struct row *row, size_t *at, char word[TAG_MAXIMUM + 1]) {
    size_t length = 0;
    bool is_lookalike;

    while (*at < row->size && !is_blank(row->octets[*at])) {
        char character = ascii_at(row, at, &is_lookalike);
        if (character == '\0' || length == TAG_MAXIMUM) {
            return false;
        }
        word[length++] = character;
    }
    word[length] = '\0';
    return length > 0;
}

static bool is_condition(const char *word) {
    return strcmp(word, "OK") == 0 || strcmp(word, "NO") == 0 || strcmp(word, "BAD") == 0;
}

/* Without a colon, only what follows can tell a marker: `S * …`, `S + …`, `S A142 OK`, `C A142
 * SELECT`. */
static bool follows_marker(const struct row *row, enum side side, size_t at) {
    char tag[TAG_MAXIMUM + 1], word[TAG_MAXIMUM + 1];
    bool has_digit = false, is_word = true;

    if (at >= row->size || !is_blank(row->octets[at])) {
        return false;
    }
    at = skip_blanks(row, at);
    if (side == SERVER && at < row->size && (row->octets[at] == '*' || row->octets[at] == '+')) {
        return true;
    }
    if (!read_word(row, &at, tag)) {
        return false;
    }
    for (const char *character = tag; *character != '\0'; character++) {
        has_digit = has_digit || is_digit((uint8_t)*character);
    }
    at = skip_blanks(row, at);
    if (!has_digit || !is_letter((uint8_t)tag[0]) || !read_word(row, &at, word)) {
        return false;
    }
    for (const char *character = word; *character != '\0'; character++) {
        is_word = is_word && is_letter((uint8_t)*character);
    }
    return side == SERVER ? is_condition(word) : is_word && strlen(word) > 2;
}

/* Reads the marker at `at`, if there is one, into the row. */
static bool read_marker(struct row *row, size_t at) {
    size_t start = at;
    unsigned connection = 0, misprints = 0;
    bool is_lookalike;
    char letter = ascii_at(row, &at, &is_lookalike);

    if (letter != 'C' && letter != 'S') {
        return false;
    }
    enum side side = letter == 'C' ? CLIENT : SERVER;
    size_t after_letter = at;
    while (at < row->size && is_digit(row->octets[at]) && connection < 100) {
        connection = 10 * connection + (unsigned)(row->octets[at++] - '0');
    }
    bool is_forbidden = at < row->size && row->octets[at] == '!';
    if (at < row->size && strchr("-?~>!=", row->octets[at]) && row->octets[at] != '\0') {
        at++;
    }
    size_t colon = skip_blanks(row, at);
    if (colon < row->size && row->octets[colon] == ':' && colon - at <= 1) {
        misprints |= colon > at ? MISPRINT_SPACE : 0;
        at = colon + 1;
    } else if (follows_marker(row, side, after_letter)) {
        misprints |= MISPRINT_NO_COLON;
        at = after_letter;
    } else {
        return false;
    }
    row->kind = ROW_MARKED;
    row->side = side;
    row->connection = connection > 0 ? connection : 1;
    row->forbidden = is_forbidden;
    row->misprints = misprints | (is_lookalike ? MISPRINT_LETTER : 0);
    row->marker = start;
    row->gap = at;
    row->text = skip_blanks(row, at);
    return true;
}

/* `Example:   C: …`: the index behind the label, 0 if there is none. */
static size_t skip_label(const struct row *row, size_t at) {
    size_t end = at;

    while (end < row->size && end - at < LABEL_MAXIMUM &&
           (is_letter(row->octets[end]) || is_digit(row->octets[end]) || row->octets[end] == ' ')) {
        end++;
    }
    bool is_label = end < row->size && end > at + 2 && row->octets[end] == ':';
    return is_label && end + 1 < row->size && is_blank(row->octets[end + 1])
               ? skip_blanks(row, end + 1)
               : 0;
}

static void classify(struct row *row) {
    size_t start = skip_blanks(row, 0);

    row->kind = start == row->size ? ROW_BLANK : ROW_UNMARKED;
    row->gap = 0;
    row->text = start;
    if (row->kind == ROW_BLANK || read_marker(row, start)) {
        return;
    }
    size_t after_label = skip_label(row, start);
    if (after_label > 0) {
        read_marker(row, after_label);
    }
}

static bool contains(const struct row *row, const char *word) {
    size_t length = strlen(word);

    for (size_t i = 0; i + length <= row->size; i++) {
        if (memcmp(row->octets + i, word, length) == 0) {
            return true;
        }
    }
    return false;
}

/* Footers, form feeds, and the header that follows them. */
static bool is_furniture(const struct row *row, unsigned *header_lines) {
    if (row->size > 0 && row->octets[0] == '\f') {
        *header_lines = HEADER_LINES;
        return skip_blanks(row, 1) == row->size || contains(row, "RFC ");
    }
    if (*header_lines > 0) {
        (*header_lines)--;
        if (row->size > 4 && memcmp(row->octets, "RFC ", 4) == 0) {
            *header_lines = 0;
            return true;
        }
    }
    return row->size > 0 && row->octets[row->size - 1] == ']' && contains(row, "[Page ");
}

static bool add_row(struct printed *printed, size_t *capacity, const struct row *row) {
    if (printed->count == *capacity) {
        size_t larger = *capacity > 0 ? 2 * *capacity : 256;
        struct row *rows = realloc(printed->rows, larger * sizeof *rows);
        if (!rows) {
            return false;
        }
        printed->rows = rows;
        *capacity = larger;
    }
    printed->rows[printed->count++] = *row;
    return true;
}

/* `C : S A003 OK …`: the marker of the next line, behind the one of an empty line. */
static bool split_row(struct printed *printed, size_t *capacity) {
    struct row *first = &printed->rows[printed->count - 1], second = *first;

    if (first->kind != ROW_MARKED || !read_marker(&second, first->text) ||
        second.side == first->side || !(second.misprints & MISPRINT_NO_COLON)) {
        return true;
    }
    second.misprints |= MISPRINT_SECOND_MARKER;
    first->size = first->gap;
    first->text = first->gap;
    return add_row(printed, capacity, &second);
}

bool printed_read(struct printed *printed, const uint8_t *octets, size_t size, bool is_dialog) {
    static const uint8_t byte_order_mark[] = {0xEF, 0xBB, 0xBF};
    unsigned line = 0, header_lines = 0;
    size_t capacity = 0, start = 0;

    *printed = (struct printed){0};
    if (size >= sizeof byte_order_mark && memcmp(octets, byte_order_mark, 3) == 0) {
        start = sizeof byte_order_mark;
    }
    while (start < size) {
        const uint8_t *end = memchr(octets + start, '\n', size - start);
        size_t length = end ? (size_t)(end - octets) - start : size - start;
        struct row row = {.line = ++line, .octets = octets + start, .size = length};
        start += length + 1;
        if (row.size > 0 && row.octets[row.size - 1] == '\r') {
            row.size--;
        }
        row.printed = row.size;
        bool is_note = is_dialog && row.size > 0 && (row.octets[0] == '#' || row.octets[0] == '!');
        if (is_note || is_furniture(&row, &header_lines)) {
            continue;
        }
        classify(&row);
        if (!add_row(printed, &capacity, &row) || !split_row(printed, &capacity)) {
            printed_free(printed);
            return false;
        }
    }
    return true;
}

size_t printed_skip_blank(const struct printed *printed, size_t index) {
    while (index < printed->count && printed->rows[index].kind == ROW_BLANK) {
        index++;
    }
    return index;
}

void printed_free(struct printed *printed) {
    free(printed->rows);
    *printed = (struct printed){0};
}
