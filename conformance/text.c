#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What one octet, or one character, looks like. */
struct glyph {
    char text[5]; /* NUL-terminated */
    size_t length;
    size_t columns;
};

struct range {
    uint32_t first, last;
};

static bool is_in(uint32_t character, const struct range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (character >= ranges[i].first && character <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* Characters that a terminal obeys instead of showing, or shows as nothing. */
static bool is_hidden(uint32_t character) {
    static const struct range hidden[] = {
        {0x0000, 0x001F}, {0x007F, 0x009F}, {0x00AD, 0x00AD}, {0x061C, 0x061C},
        {0x180E, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},
        {0xE000, 0xF8FF}, {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFF}, {0xE0000, 0x10FFFF},
    };
    return is_in(character, hidden, sizeof hidden / sizeof *hidden);
}

/* wcwidth() would depend on the locale; these are the blocks that matter. */
static size_t columns_of(uint32_t character) {
    static const struct range combining[] = {
        {0x0300, 0x036F}, {0x0483, 0x0489}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
    static const struct range wide[] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                                        {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                                        {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};

    if (is_in(character, combining, sizeof combining / sizeof *combining)) {
        return 0;
    }
    return is_in(character, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

size_t text_decode(const uint8_t *octets, size_t size, uint32_t *character) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};

    if (size == 0) {
        return 0;
    }
    size_t length = octets[0] < 0x80   ? 1
                    : octets[0] < 0xC0 ? 0
                    : octets[0] < 0xE0 ? 2
                    : octets[0] < 0xF0 ? 3
                    : octets[0] < 0xF8 ? 4
                                       : 0;
    if (length == 0 || length > size) {
        return 0;
    }
    uint32_t value = length == 1 ? octets[0] : octets[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((octets[i] & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (octets[i] & 0x3FU);
    }
    bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < smallest[length] || value > 0x10FFFF || is_surrogate) {
        return 0;
    }
    *character = value;
    return length;
}

/* Draws what stands at `octets` (size > 0) and returns how many octets that is. */
static size_t draw(enum text_form form, const uint8_t *octets, size_t size, struct glyph *glyph) {
    static const char digits[] = "0123456789ABCDEF";
    uint8_t octet = octets[0];
    uint32_t character;
    size_t length = form == TEXT_UTF8 ? text_decode(octets, size, &character) : 0;

    if (length > 1 && !is_hidden(character)) {
        memcpy(glyph->text, octets, length);
        glyph->length = length;
        glyph->columns = columns_of(character);
    } else if (octet >= 0x20 && octet < 0x7F) {
        glyph->text[0] = (char)octet;
        glyph->length = glyph->columns = length = 1;
    } else {
        const char *named = octet == '\r' ? "\\r" : octet == '\n' ? "\\n" : "\\t";
        char hexadecimal[] = {'\\', 'x', digits[octet >> 4], digits[octet & 15], '\0'};
        bool has_name = octet == '\r' || octet == '\n' || octet == '\t';
        strcpy(glyph->text, has_name ? named : hexadecimal);
        glyph->length = glyph->columns = strlen(glyph->text);
        length = 1;
    }
    glyph->text[glyph->length] = '\0';
    return length;
}

size_t text_escape(enum text_form form, const void *octets, size_t size, char *text,
                   size_t capacity) {
    const uint8_t *input = octets;
    size_t length = 0, written = 0;
    struct glyph glyph;

    for (size_t i = 0; i < size; length += glyph.length) {
        i += draw(form, input + i, size - i, &glyph);
        if (length + glyph.length < capacity) {
            memcpy(text + length, glyph.text, glyph.length);
            written = length + glyph.length;
        } else {
            capacity = written + 1 < capacity ? written + 1 : capacity;
        }
    }
    if (capacity > 0) {
        text[written] = '\0';
    }
    return length;
}

char *text_escaped(enum text_form form, const void *octets, size_t size) {
    size_t capacity = text_escape(form, octets, size, NULL, 0) + 1;
    char *text = malloc(capacity);

    if (text) {
        text_escape(form, octets, size, text, capacity);
    }
    return text;
}

void text_write(FILE *stream, enum text_form form, const void *octets, size_t size) {
    const uint8_t *input = octets;
    struct glyph glyph;

    for (size_t i = 0; i < size;) {
        i += draw(form, input + i, size - i, &glyph);
        fwrite(glyph.text, 1, glyph.length, stream);
    }
}

size_t text_columns(enum text_form form, const void *octets, size_t size) {
    const uint8_t *input = octets;
    size_t columns = 0;
    struct glyph glyph;

    for (size_t i = 0; i < size; columns += glyph.columns) {
        i += draw(form, input + i, size - i, &glyph);
    }
    return columns;
}

/* The index of the first character that stands `columns` columns or more after octets[start]. */
static size_t index_after(enum text_form form, const uint8_t *octets, size_t size, size_t start,
                          size_t columns) {
    struct glyph glyph;

    for (size_t passed = 0; start < size && passed < columns; passed += glyph.columns) {
        start += draw(form, octets + start, size - start, &glyph);
    }
    return start;
}

void text_point(FILE *stream, const char *label, enum text_form form, const void *octets,
                size_t size, size_t caret) {
    const uint8_t *input = octets;
    size_t at = caret < size ? caret : caret == TEXT_NO_CARET ? 0 : size;
    size_t before = text_columns(form, input, at), start = 0, end = size;

    if (text_columns(form, input, size) > TEXT_WIDTH) {
        if (before > TEXT_WIDTH / 2) {
            start = index_after(form, input, size, 0, before - TEXT_WIDTH / 2);
        }
        end = index_after(form, input, size, start, TEXT_WIDTH);
    }
    fputs(label, stream);
    fputs(start > 0 ? "…" : "", stream);
    text_write(stream, form, input + start, end - start);
    fputs(end < size ? "…\n" : "\n", stream);
    if (caret == TEXT_NO_CARET) {
        return;
    }
    size_t indent = text_columns(TEXT_UTF8, label, strlen(label)) + (start > 0 ? 1 : 0) +
                    text_columns(form, input + start, at - start);
    fprintf(stream, "%*s^\n", (int)indent, "");
}

bool text_is_terminal(FILE *stream) {
    int descriptor = fileno(stream);
    return descriptor >= 0 && isatty(descriptor);
}

bool text_is_colored(FILE *stream) {
    const char *no_color = getenv("NO_COLOR");
    return text_is_terminal(stream) && (!no_color || *no_color == '\0');
}

const char *text_plural(size_t number) {
    return number == 1 ? "" : "s";
}
