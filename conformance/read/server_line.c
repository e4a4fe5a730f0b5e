#include "server_line.h"

#include <stdio.h>
#include <stdlib.h>

#include "../compare/pattern.h"
#include "../compare/placeholder.h"
#include "capture.h"
#include "literal.h"

/* The most octets that are read, over and over, to find the end of a `{}`: thousands of lines. */
#define MAX_TRIED (2u << 20)

/* Does the grammar read the text as one message? Otherwise *offset is where not, and `problem` why.
 */
static bool is_message(const struct transcript *transcript, const struct marked_line *first,
                       const struct buffer *text, char problem[256], size_t *offset) {
    const struct dialog *dialog = transcript->dialog;
    const char *octets = (const char *)text->octets;
    enum imap_root root =
        dialog_root_after(dialog, dialog->step_count, first->marker.connection, SERVER);
    struct pattern *pattern = NULL;
    size_t size;
    unsigned column = 1;
    uint8_t *expanded = dialog_expand(octets, text->size, &dialog->examples, &size);

    snprintf(problem, 256, "memory is out");
    if (expanded) {
        pattern = pattern_compile(dialog->grammar, root, expanded, size, problem, &column);
    }
    *offset = placeholder_origin(octets, text->size, &dialog->examples, column - 1);
    bool is_read = pattern != NULL;
    pattern_free(pattern);
    free(expanded);
    return is_read;
}

/* Would the message be complete with an empty literal and this rest? */
static bool completes(const struct transcript *transcript, const struct piece *piece,
                      const char *rest, size_t size) {
    struct buffer text = {0};
    char problem[256];
    size_t offset;

    buffer_add(&text, piece->text.octets, piece->text.size);
    buffer_add_text(&text, "{0}\r\n");
    buffer_add(&text, rest, size);
    bool is_complete =
        !text.failed && is_message(transcript, piece->first, &text, problem, &offset);
    buffer_free(&text);
    return is_complete;
}

/* The end of `{}`: before the first line that completes the message, or, where a literal may end
 * it, after the first line. What the literal holds doesn't matter for that. */
static bool measure_open(const struct transcript *transcript, const struct piece *piece,
                         const struct literal_header *header, size_t line,
                         struct literal *literal) {
    bool may_end = completes(transcript, piece, "", 0);
    size_t count, tried = 0;

    *literal = (struct literal){.line = line};
    for (; transcript_continues(transcript, piece->first, line); line++) {
        const struct marked_line *rest = &transcript->lines[line];
        tried += piece->text.size + rest->size;
        if (tried > MAX_TRIED) {
            return transcript_fail(transcript, header->line, header->start,
                                   "the end of the literal is too far away: count its octets");
        }
        literal->line = line;
        if (completes(transcript, piece, rest->text, rest->size)) {
            return true;
        }
        if (!literal_measure_line(transcript, rest, &count)) {
            return false;
        }
        literal->count += count;
        literal->rest = may_end ? rest->size : 0;
        if (may_end) {
            return true;
        }
        literal->count += 2; /* its CRLF */
    }
    return transcript_fail(transcript, header->line, header->start,
                           "the literal has no end: no line that follows completes the message");
}

/* Adds a literal to the message, and moves on to the line and place of its rest. */
static bool read_literal(const struct transcript *transcript, struct piece *piece,
                         const struct literal_header *header, size_t *at, size_t *from) {
    struct literal literal;

    if (header->form == LITERAL_WRONG || header->form == LITERAL_NAMED) {
        return transcript_fail(transcript, header->line, header->start,
                               "only a line that is sent has this");
    }
    buffer_add(&piece->text, header->line->text + *from, header->start - *from);
    bool is_measured = header->form == LITERAL_OPEN
                           ? measure_open(transcript, piece, header, *at + 1, &literal)
                           : literal_measure(transcript, piece->first, header, *at + 1, &literal);
    if (!is_measured) {
        return false;
    }
    literal_add_header(&piece->text, header, literal.count);
    literal_add(&piece->text, transcript, *at + 1, &literal);
    *at = literal.line;
    *from = literal.rest;
    return true;
}

/* Puts the message together from line *at on, which moves past its last line. */
static bool read_message(const struct transcript *transcript, struct piece *piece, size_t *at) {
    struct literal_header header = literal_header_read(piece->first, 0);
    size_t from = 0;

    while (header.form != LITERAL_NONE) {
        if (!read_literal(transcript, piece, &header, at, &from)) {
            return false;
        }
        header = literal_header_read(&transcript->lines[*at], from);
    }
    buffer_add(&piece->text, transcript->lines[*at].text + from,
               transcript->lines[*at].size - from);
    ++*at;
    return !piece->text.failed || source_fail_memory(transcript->source);
}

static enum expectation read_sign(char sign) {
    switch (sign) {
    case '?':
        return EXPECT_OPTIONAL;
    case '~':
        return EXPECT_ANY_ORDER;
    case '>':
        return EXPECT_AFTER;
    case '!':
        return EXPECT_ABSENT;
    case '=':
        return EXPECT_EXACT;
    default:
        return EXPECT_MESSAGE;
    }
}

static bool add_message(struct transcript *transcript, struct piece *piece) {
    enum expectation expectation = read_sign(piece->first->marker.sign);
    const struct dialog *dialog = transcript->dialog;
    bool must_come = expectation != EXPECT_OPTIONAL && expectation != EXPECT_ABSENT &&
                     !dialog_may_close(dialog, dialog->step_count, piece->first->marker.connection);
    char problem[256];
    size_t offset;

    if (!capture_check_expected(transcript, piece)) {
        return false;
    }
    if (!is_message(transcript, piece->first, &piece->text, problem, &offset)) {
        return transcript_fail_piece(transcript, piece, offset, problem);
    }
    if (must_come && !capture_define(transcript, piece)) {
        return false;
    }
    struct dialog_step step = {.kind = STEP_EXPECT, .expectation = expectation};
    return capture_spell_out(transcript, piece) && transcript_add_piece(transcript, piece, step);
}

bool server_line_read(struct transcript *transcript, size_t *at) {
    struct piece piece = {.first = &transcript->lines[*at]};
    bool is_read = read_message(transcript, &piece, at) && add_message(transcript, &piece);

    buffer_free(&piece.text);
    return is_read;
}
