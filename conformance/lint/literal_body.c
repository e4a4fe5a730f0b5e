#include "literal_body.h"

#include <stdlib.h>
#include <string.h>

struct literal_announcement literal_announced(const uint8_t *line, size_t size) {
    struct literal_announcement announced = {0};
    size_t end = size - 1, first;

    if (size < 3 || line[end] != '}') {
        return announced;
    }
    announced.non_synchronizing = line[end - 1] == '+';
    end -= announced.non_synchronizing;
    for (first = end; first > 0 && line[first - 1] >= '0' && line[first - 1] <= '9';) {
        first--;
    }
    announced.found = first > 0 && line[first - 1] == '{' && first < end;
    announced.start = first > 0 ? first - 1 : 0;
    for (size_t i = first; announced.found && i < end; i++) {
        uint64_t digit = line[i] - '0';
        announced.count =
            announced.count > (UINT64_MAX - digit) / 10 ? UINT64_MAX : 10 * announced.count + digit;
    }
    return announced;
}

bool literal_body_spend(struct lint *lint, size_t octets) {
    lint->effort += octets;
    return lint->effort <= LINT_EFFORT;
}

static bool add_line(struct literal_body *body, const struct row *row, size_t index, size_t start) {
    size_t count = body->count;

    if ((count & (count - 1)) == 0) { /* 0 and the powers of two: the array is full */
        size_t capacity = count > 0 ? 2 * count : 1;
        struct body_line *lines = realloc(body->lines, capacity * sizeof *lines);
        if (!lines) {
            return false;
        }
        body->lines = lines;
    }
    body->lines[body->count++] =
        (struct body_line){index, start, row->size - start, body->octets.size};
    buffer_add(&body->octets, row->octets + start, row->size - start);
    buffer_add_text(&body->octets, "\r\n");
    return !body->octets.failed;
}

static bool is_same_side(const struct row *row, const struct row *header) {
    return row->kind == ROW_MARKED && row->side == header->side &&
           row->connection == header->connection;
}

/* `...`, `<the attachment>`: octets of the literal that aren't printed. */
static bool is_placeholder(const struct row *row) {
    const uint8_t *text = row->octets + row->text;
    size_t left = row->size - row->text;

    return row->kind == ROW_UNMARKED &&
           (text[0] == '<' || (left >= 3 && memcmp(text, "...", 3) == 0));
}

/* A marked line goes on at most as far behind its marker as the header does: the rest are spaces of
 * the literal. */
static size_t text_start(const struct row *row, const struct row *header) {
    size_t limit = row->kind == ROW_MARKED ? row->gap + (header->text - header->gap) : header->text;
    return row->text < limit ? row->text : limit;
}

bool literal_body_read(struct literal_body *body, struct lint *lint, const struct row *header,
                       size_t index, uint64_t wanted) {
    const struct printed *printed = &lint->printed;
    bool marked = index == printed->count || printed->rows[index].kind != ROW_UNMARKED;
    bool ended = false;

    for (; index < printed->count && !ended; index++) {
        const struct row *row = &printed->rows[index];
        if (marked && row->kind == ROW_BLANK) {
            continue;
        }
        bool is_other = marked ? !is_placeholder(row) : row->kind == ROW_MARKED;
        if (!is_same_side(row, header) && is_other) {
            break;
        }
        ended = (body->octets.size >= wanted && body->count >= LITERAL_BODY_LINES) ||
                (!marked && row->kind == ROW_MARKED) || !literal_body_spend(lint, row->size + 1);
        if (!add_line(body, row, index, text_start(row, header))) {
            return false;
        }
    }
    return true;
}

size_t literal_body_line(const struct literal_body *body, uint64_t offset, size_t *at) {
    for (size_t i = 0; i < body->count; i++) {
        const struct body_line *line = &body->lines[i];
        if (offset >= line->offset && offset <= line->offset + line->size) {
            *at = (size_t)offset - line->offset;
            return i;
        }
    }
    return body->count;
}

void literal_body_free(struct literal_body *body) {
    free(body->lines);
    buffer_free(&body->octets);
    *body = (struct literal_body){0};
}
