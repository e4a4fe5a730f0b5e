#include "literal.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../compare/placeholder.h"

/* ---- headers -------------------------------------------------------------------------------- */

/* The index of the "{" that belongs to the "}" at the end of the line; `size` if there is none. */
static size_t find_brace(const char *text, size_t size, size_t from) {
    size_t at = size;

    if (size - from < 2 || text[size - 1] != '}') {
        return size;
    }
    while (at > from && text[at - 1] != '{') {
        at--;
    }
    return at > from ? at - 1 : size;
}

struct literal_header literal_header_read(const struct marked_line *line, size_t from) {
    const struct literal_header none = {.form = LITERAL_NONE};
    const char *text = line->text;
    struct literal_header header = {.line = line, .start = find_brace(text, line->size, from)};
    size_t at = header.start + 1, end = line->size - 1; /* of what stands in the braces */

    if (header.start == line->size || (header.start > 0 && text[header.start - 1] == '$')) {
        return none;
    }
    if (end > at && text[end - 1] == '+') {
        header.non_synchronizing = true;
        end--;
    }
    if (at < end && text[at] == '#') {
        header.form = LITERAL_NAMED;
        return header;
    }
    for (; at < end && text[at] >= '0' && text[at] <= '9'; at++) {
        size_t digit = (size_t)(text[at] - '0');
        header.count =
            header.count > (SIZE_MAX - digit) / 10 ? SIZE_MAX : header.count * 10 + digit;
        header.digits++;
    }
    bool is_wrong = at + 1 == end && text[at] == '!' && header.digits > 0;
    if (at != end && !is_wrong) {
        return none;
    }
    header.form = is_wrong ? LITERAL_WRONG : header.digits > 0 ? LITERAL_COUNTED : LITERAL_OPEN;
    return header;
}

static bool fail(const struct transcript *transcript, const struct literal_header *header,
                 const char *sentence) {
    return transcript_fail(transcript, header->line, header->start, sentence);
}

/* ---- measuring ------------------------------------------------------------------------------ */

/* How far do `limit` octets reach into the line? Sets *count to the octets that it finds there and
 * *end to the index after them. */
static bool measure_part(const struct transcript *transcript, const struct marked_line *line,
                         size_t limit, size_t *count, size_t *end) {
    *count = *end = 0;
    while (*end < line->size && *count < limit) {
        struct placeholder placeholder = placeholder_at(line->text, line->size, *end);
        size_t octets = 1;
        if (placeholder.kind == PLACEHOLDER_NONE) {
            placeholder.end = *end + 1;
        } else if (placeholder.kind == PLACEHOLDER_BROKEN) {
            return transcript_fail(transcript, line, *end, placeholder.problem);
        } else if (!placeholder_octets(&placeholder, line->text, NULL, NULL, 0, &octets)) {
            return transcript_fail(transcript, line, *end,
                                   "its length isn't known, so that a literal cannot be counted: "
                                   "use {#name} before the value");
        }
        *count += octets;
        *end = placeholder.end;
    }
    return true;
}

bool literal_measure_line(const struct transcript *transcript, const struct marked_line *line,
                          size_t *count) {
    size_t end;

    return measure_part(transcript, line, SIZE_MAX, count, &end);
}

static bool measure_all(const struct transcript *transcript, const struct marked_line *first,
                        size_t line, struct literal *literal) {
    const size_t start = line;
    size_t count;

    *literal = (struct literal){.line = line};
    for (; transcript_continues(transcript, first, line); line++) {
        if (!literal_measure_line(transcript, &transcript->lines[line], &count)) {
            return false;
        }
        literal->count += count + (line > start ? strlen("\r\n") : 0);
        literal->line = line;
        literal->rest = transcript->lines[line].size;
    }
    return true;
}

/* `{}` and `{310!}` */
static bool measure_rest(const struct transcript *transcript, const struct marked_line *first,
                         const struct literal_header *header, size_t line,
                         struct literal *literal) {
    if (header->form == LITERAL_OPEN && !transcript_continues(transcript, first, line)) {
        return fail(transcript, header, "no line follows for the literal to count");
    }
    return measure_all(transcript, first, line, literal);
}

/* Can a message go on at this place after a literal? */
static bool is_rest(const struct transcript *transcript, const struct marked_line *first,
                    const struct literal *literal) {
    const struct marked_line *line = &transcript->lines[literal->line];

    if (literal->rest < line->size) {
        return line->text[literal->rest] == ' ' || line->text[literal->rest] == ')';
    }
    /* An empty line that follows is the last line end of a literal that was counted without it. */
    return !transcript_continues(transcript, first, literal->line + 1) || line[1].size > 0;
}

/* `{310}` */
static bool measure_counted(const struct transcript *transcript, const struct marked_line *first,
                            const struct literal_header *header, size_t start,
                            struct literal *literal) {
    size_t left = header->count, count;
    struct literal all;
    char sentence[128];

    for (size_t i = start; transcript_continues(transcript, first, i); i++) {
        *literal = (struct literal){.count = header->count, .line = i};
        if (!measure_part(transcript, &transcript->lines[i], left, &count, &literal->rest)) {
            return false;
        }
        if (count == left && is_rest(transcript, first, literal)) {
            return true;
        }
        if (count >= left || left - count < strlen("\r\n")) {
            break;
        }
        left -= count + strlen("\r\n");
    }
    if (!measure_all(transcript, first, start, &all)) {
        return false;
    }
    snprintf(sentence, sizeof sentence, "the literal has %.*s octets by its header, but %zu follow",
             (int)header->digits, header->line->text + header->start + 1, all.count);
    return fail(transcript, header, sentence);
}

/* `{#name}`: the next line begins with the value. */
static bool measure_named(const struct transcript *transcript, const struct marked_line *first,
                          const struct literal_header *header, size_t line,
                          struct literal *literal) {
    struct placeholder length =
        placeholder_at(header->line->text, header->line->size, header->start);
    char sentence[160];

    *literal = (struct literal){.line = line};
    if (length.kind == PLACEHOLDER_BROKEN) {
        return fail(transcript, header, length.problem);
    }
    if (transcript_continues(transcript, first, line)) {
        const struct marked_line *value = &transcript->lines[line];
        struct placeholder capture = placeholder_at(value->text, value->size, 0);
        if (capture.kind == PLACEHOLDER_CAPTURE && strcmp(capture.name, length.name) == 0) {
            return true;
        }
    }
    snprintf(sentence, sizeof sentence, "the next line must begin with the value, ${%s}",
             length.name);
    return fail(transcript, header, sentence);
}

bool literal_measure(const struct transcript *transcript, const struct marked_line *first,
                     const struct literal_header *header, size_t line, struct literal *literal) {
    switch (header->form) {
    case LITERAL_NAMED:
        return measure_named(transcript, first, header, line, literal);
    case LITERAL_COUNTED:
        return measure_counted(transcript, first, header, line, literal);
    default:
        return measure_rest(transcript, first, header, line, literal);
    }
}

/* ---- writing -------------------------------------------------------------------------------- */

void literal_add_header(struct buffer *text, const struct literal_header *header, size_t count) {
    const char *brace = header->line->text + header->start;
    const char *plus = header->non_synchronizing ? "+" : "";

    if (header->form == LITERAL_NAMED) {
        buffer_add(text, brace, header->line->size - header->start);
    } else if (header->form == LITERAL_OPEN) {
        buffer_format(text, "{%zu%s}", count, plus);
    } else {
        buffer_format(text, "{%.*s%s}", (int)header->digits, brace + 1, plus);
    }
    buffer_add_text(text, "\r\n");
}

void literal_add(struct buffer *text, const struct transcript *transcript, size_t line,
                 const struct literal *literal) {
    for (; line < literal->line; line++) {
        buffer_add(text, transcript->lines[line].text, transcript->lines[line].size);
        buffer_add_text(text, "\r\n");
    }
    buffer_add(text, transcript->lines[line].text, literal->rest);
}
