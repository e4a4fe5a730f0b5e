#include "printed_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "literal_body.h"
#include "printed_line.h"

static const struct row *row_at(const struct printed_message *message, size_t index) {
    return &message->lint->printed.rows[index];
}

/* Takes the line over into the message. */
static bool accept(struct printed_message *message, const struct printed_line *cursor,
                   bool line_end) {
    size_t count = message->piece_count + 1;
    struct piece *pieces = realloc(message->pieces, count * sizeof *pieces);

    if (!pieces) {
        return lint_fail(message->lint);
    }
    message->pieces = pieces;
    struct piece *piece = &pieces[message->piece_count];
    *piece = (struct piece){.start = message->octets.size, .row = row_at(message, cursor->index)};
    if (!reading_copy(&piece->reading, &cursor->reading)) {
        reading_free(&piece->reading);
        return lint_fail(message->lint);
    }
    message->piece_count = count;
    buffer_add(&message->octets, cursor->reading.octets, cursor->reading.size);
    if (line_end) {
        buffer_add_text(&message->octets, "\r\n");
    }
    return !message->octets.failed || lint_fail(message->lint);
}

/* ---- literals ------------------------------------------------------------------------------ */

static bool read_body(struct printed_message *message, const struct row *header, uint64_t wanted,
                      struct literal_body *body) {
    return literal_body_read(body, message->lint, header, message->next, wanted) ||
           lint_fail(message->lint);
}

/* Tries the literal of `size` octets with the rest of line `tail` after it. */
static enum verdict try_tail(const struct literal_body *body, const struct trial *header,
                             size_t size, size_t tail, size_t at, struct trial *before) {
    const struct body_line *line = &body->lines[tail];
    struct trial trial;

    trial_run(before, header, body->octets.octets, size, false);
    if (before->verdict == TRIAL_REFUSED) {
        return TRIAL_REFUSED;
    }
    trial_run(&trial, before, body->octets.octets + line->offset + at, line->size - at, true);
    return trial.verdict == TRIAL_REFUSED && trial.at > 0 ? TRIAL_OPEN : trial.verdict;
}

/* Goes on with line `tail` of the body, after a literal of `size` octets. */
static bool go_on(struct printed_message *message, const struct literal_body *body, size_t size,
                  size_t tail, size_t at, struct printed_line *cursor) {
    const struct body_line *line = &body->lines[tail];
    const struct row *row = row_at(message, line->index);

    buffer_add(&message->octets, body->octets.octets, size);
    cursor->index = line->index;
    message->next = line->index + 1;
    return reading_set(&cursor->reading, row->octets, row->size, line->start + at) ||
           lint_fail(message->lint);
}

static struct literal_announcement announcement(const struct reading *reading) {
    return literal_announced(reading->octets, reading->size);
}

/* The parser's state after the header with another count. */
static bool recount(struct printed_message *message, const struct printed_line *header, size_t size,
                    struct trial *trial) {
    const struct reading *reading = &header->reading;
    struct literal_announcement literal = announcement(reading);
    struct reading recounted = {0};
    char count[32];

    snprintf(count, sizeof count, "{%zu%s}", size, literal.non_synchronizing ? "+" : "");
    bool read = reading_copy(&recounted, reading) &&
                reading_replace(&recounted, literal.start, reading->size - literal.start, count);
    if (read) {
        trial_run(trial, &message->before, recounted.octets, recounted.size, true);
    }
    reading_free(&recounted);
    return read ? trial->verdict == TRIAL_LITERAL : lint_fail(message->lint);
}

static void remark_count(struct printed_message *message, const struct printed_line *header,
                         uint64_t announced, size_t shown) {
    size_t open = announcement(&header->reading).start;
    char sentence[128], hint[64];

    message->refused = true;
    if (message->quiet) {
        return;
    }
    snprintf(sentence, sizeof sentence, "%llu octets announced, %zu shown",
             (unsigned long long)announced, shown);
    snprintf(hint, sizeof hint, "with one CRLF for each line: {%zu}", shown);
    lint_remark(message->lint, LINT_REFUSED, row_at(message, header->index),
                header->reading.origins[open], "literal", sentence, hint);
}

/* Does the command go on with the last line of the body, which announces the next literal or ends
 * the command? */
static bool is_last_a_tail(const struct literal_body *body, const struct trial *header) {
    const struct body_line *line = &body->lines[body->count - 1];
    struct trial before, tail;

    trial_run(&before, header, body->octets.octets, line->offset, false);
    trial_run(&tail, &before, body->octets.octets + line->offset, line->size, true);
    return line->offset > 0 && line->size > 0 &&
           (tail.verdict != TRIAL_REFUSED || tail.at == line->size);
}

/* The count is wrong: a server's literal ends where the rest of a line makes the message go on. */
static bool find_server_end(struct printed_message *message, const struct printed_line *header,
                            const struct literal_body *body, size_t *size, size_t *tail) {
    struct trial after_header, before_tail;

    for (size_t i = 1; i < body->count && i < LITERAL_BODY_LINES; i++) {
        *size = body->lines[i].offset;
        if (!literal_body_spend(message->lint, *size)) {
            return false;
        }
        *tail = i;
        if (!recount(message, header, *size, &after_header)) {
            return false;
        }
        if (try_tail(body, &after_header, *size, i, 0, &before_tail) != TRIAL_REFUSED) {
            return true;
        }
    }
    return false;
}

/* A client's literal whose count is wrong ends with the last line, whose CRLF ends the command, or
 * right before that line. */
static bool find_client_end(struct printed_message *message, const struct printed_line *header,
                            const struct literal_body *body, size_t *size, size_t *tail,
                            size_t *at) {
    struct trial after_header, before_tail;

    *tail = body->count - 1;
    *size = body->lines[*tail].offset;
    if (!recount(message, header, *size, &after_header)) {
        return false;
    }
    if (is_last_a_tail(body, &after_header)) {
        return true;
    }
    *at = body->lines[*tail].size;
    *size += *at;
    return recount(message, header, *size, &after_header) &&
           try_tail(body, &after_header, *size, *tail, *at, &before_tail) != TRIAL_REFUSED;
}

/* Where does a literal end whose count is wrong? At index *at of line *tail. */
static bool find_end(struct printed_message *message, const struct printed_line *header,
                     const struct literal_body *body, size_t *size, size_t *tail, size_t *at) {
    *at = 0;
    return message->side == SERVER ? find_server_end(message, header, body, size, tail)
                                   : find_client_end(message, header, body, size, tail, at);
}

/* Is one of its lines only an ellipsis, so that there is nothing to count? */
static bool is_abridged(const struct printed_message *message, const struct literal_body *body,
                        size_t count) {
    bool abridged = false;

    for (size_t i = 0; i < count && !abridged; i++) {
        const struct row *row = row_at(message, body->lines[i].index);
        struct reading reading = {0};
        if (reading_set(&reading, row->octets, row->size, row->text)) {
            size_t ellipsis = repair_ellipsis(&reading);
            abridged = reading.size > 0 &&
                       ((ellipsis < 2 && ellipsis < reading.size) || reading.octets[0] == '<');
        }
        reading_free(&reading);
    }
    return abridged;
}

/* The last line belongs to the literal, its line end too. If the message may be complete, its own
 * line end isn't printed; or else all that follows isn't. */
static bool end_with_literal(struct printed_message *message, struct printed_line *cursor,
                             const struct literal_body *body) {
    size_t last = body->count - 1;
    struct trial line_end;

    trial_run(&message->before, &message->after, body->octets.octets, body->octets.size, false);
    trial_run(&line_end, &message->before, body->octets.octets, 0, true);
    if (line_end.verdict == TRIAL_COMPLETE) {
        return go_on(message, body, body->octets.size, last, body->lines[last].size, cursor);
    }
    message->next = body->lines[last].index + 1;
    message->partial = true;
    return false;
}

/* Does the rest of the message stand below the last line of a literal that has no markers? */
static bool is_tail_below(const struct printed_message *message, const struct literal_body *body,
                          size_t tail, size_t at, const struct trial *before) {
    const struct body_line *below = &body->lines[tail] + 1;
    struct trial trial;

    if (at < body->lines[tail].size || tail + 1 == body->count ||
        row_at(message, below->index)->kind != ROW_UNMARKED) {
        return false;
    }
    trial_run(&trial, before, body->octets.octets + below->offset, below->size, true);
    return trial.verdict != TRIAL_REFUSED;
}

/* Finds where the literal ends and sets *cursor to what follows it. False when nothing does. */
static bool end_literal(struct printed_message *message, struct printed_line *cursor,
                        const struct literal_body *body, uint64_t announced, bool is_counted) {
    size_t size = 0, at = 0,
           tail = is_counted ? literal_body_line(body, announced, &at) : body->count;
    struct trial before;

    /* A count that ends where a line begins is hardly wrong. */
    if (tail < body->count &&
        (try_tail(body, &message->after, (size_t)announced, tail, at, &before) != TRIAL_REFUSED ||
         at == 0 || is_tail_below(message, body, tail, at, &before))) {
        message->before = before;
        return go_on(message, body, (size_t)announced, tail, at, cursor);
    }
    if (is_counted && announced == body->octets.size) {
        return end_with_literal(message, cursor, body);
    }
    bool found = find_end(message, cursor, body, &size, &tail, &at);
    size_t shown = found ? tail + (message->side == CLIENT) : body->count;
    if (is_abridged(message, body, shown)) {
        message->partial = true;
        message->next = body->lines[found ? tail : shown - 1].index + 1;
        return false;
    }
    if (is_counted) {
        remark_count(message, cursor, announced, found ? size : body->octets.size);
    }
    message->miscounted = is_counted;
    if (!found || !recount(message, cursor, size, &message->after)) {
        message->next = body->lines[body->count - 1].index + 1;
        return false;
    }
    trial_run(&message->before, &message->after, body->octets.octets, size, false);
    return go_on(message, body, size, tail, at, cursor);
}

static bool is_answer(const struct row *row) {
    return row->kind == ROW_MARKED && row->side == SERVER && row->text < row->size &&
           row->octets[row->text] == '+';
}

/* An answer "+" between a command's header and its literal is kept for later. */
static size_t skip_answer(struct printed_message *message, size_t index) {
    size_t answer = printed_skip_blank(&message->lint->printed, index);

    if (message->side != CLIENT || answer == message->lint->printed.count ||
        !is_answer(row_at(message, answer)) || message->answer_count == MESSAGE_ANSWERS) {
        return index;
    }
    message->answers[message->answer_count++] = answer;
    return answer + 1;
}

/* Reads the literal that the line at *cursor announces, and sets *cursor to what follows it. */
static bool read_literal(struct printed_message *message, struct printed_line *cursor,
                         bool is_counted) {
    const struct row *header = message->pieces[0].row;
    uint64_t announced = message->after.events.literal;
    struct literal_body body = {0};
    bool goes_on = false;

    message->next = skip_answer(message, message->next);
    if (read_body(message, header, announced, &body)) {
        if (body.count > 0) {
            goes_on = end_literal(message, cursor, &body, announced, is_counted);
        } else {
            message->partial = true;
        }
    }
    literal_body_free(&body);
    return goes_on;
}

static struct literal_announcement announced_by(const struct row *row) {
    return literal_announced(row->octets + row->text, row->size - row->text);
}

/* Skips what belongs to a command that is given up: all that the client sends until the server
 * answers it by something else than "+". */
static void skip_command(struct printed_message *message) {
    size_t index = message->next;

    for (; index < message->lint->printed.count; index++) {
        const struct row *row = row_at(message, index);
        bool is_body = row->kind == ROW_UNMARKED && row_at(message, index - 1)->kind != ROW_BLANK;
        bool is_command = row->kind == ROW_MARKED && row->side == CLIENT;
        if (!is_body && !is_command && !is_answer(row) && row->kind != ROW_BLANK) {
            return;
        }
        message->next = index + 1;
    }
}

/* Skips the literals of a response that is given up, `line` being the first to announce one. */
static void skip_literals(struct printed_message *message, size_t line) {
    const struct row *header = row_at(message, line);
    struct literal_announcement literal = announced_by(header);

    while (literal.found) {
        struct literal_body body = {0};
        bool read = read_body(message, header, literal.count, &body);
        size_t at, tail = literal_body_line(&body, literal.count, &at);
        bool ends = read && tail < body.count;
        if (ends) {
            line = body.lines[tail].index;
        }
        literal_body_free(&body);
        if (!ends) {
            return;
        }
        message->next = line + 1;
        literal = announced_by(row_at(message, line));
    }
}

/* What follows a line that is given up, and belongs to it: folds, and literals all the same. */
static void give_up(struct printed_message *message, const struct printed_line *cursor) {
    const struct printed *printed = &message->lint->printed;
    const struct row *first = row_at(message, cursor->index);
    size_t line = cursor->index;

    while (message->next < printed->count && row_at(message, message->next)->kind == ROW_UNMARKED &&
           row_at(message, message->next)->text >= first->marker) {
        line = message->next++;
    }
    if (!announced_by(row_at(message, line)).found) {
        return;
    }
    if (message->side == CLIENT) {
        skip_command(message);
    } else {
        skip_literals(message, line);
    }
}

/* ---- messages ------------------------------------------------------------------------------ */

/* `{}` of a dialog file: the literal that follows is to be counted. */
static bool count_later(const struct printed_message *message, struct reading *reading) {
    size_t size = reading->size;

    return message->lint->is_dialog && size >= 2 && reading->octets[size - 2] == '{' &&
           reading->octets[size - 1] == '}' && reading_replace(reading, size - 1, 0, "0");
}

/* Reads one line and what it leads to; true when *line is then the next one. */
static bool read_on(struct printed_message *message, struct printed_line *line) {
    struct printed_line fold = {0};
    bool is_counted = !count_later(message, &line->reading), goes_on = false;

    switch (printed_line_read(message, line, &fold)) {
    case LINE_FOLDED:
        goes_on = accept(message, line, false);
        trial_run(&message->after, &message->before, line->reading.octets, line->reading.size,
                  false);
        message->before = message->after;
        message->next = fold.index + 1;
        reading_free(&line->reading);
        *line = fold;
        return goes_on;
    case LINE_LITERAL:
        goes_on = accept(message, line, true) && read_literal(message, line, is_counted);
        break;
    case LINE_COMPLETE:
        message->complete = accept(message, line, true);
        break;
    case LINE_PARTIAL:
        message->partial = true;
        break;
    case LINE_HOPELESS:
        give_up(message, line);
        break;
    }
    reading_free(&fold.reading);
    return goes_on;
}

void printed_message_read(struct printed_message *message, struct lint *lint, size_t index,
                          enum imap_root root, bool quiet) {
    const struct row *row = &lint->printed.rows[index];
    struct printed_line cursor = {.index = index};

    *message = (struct printed_message){.lint = lint,
                                        .side = row->side,
                                        .root = root,
                                        .quiet = quiet,
                                        .first = index,
                                        .next = index + 1};
    trial_begin(&message->before, &message->events, lint->grammar, &lint->extensions,
                lint->tolerance, root);
    if (reading_set(&cursor.reading, row->octets, row->size, row->text)) {
        while (read_on(message, &cursor)) {
        }
    } else {
        lint_fail(message->lint);
    }
    reading_free(&cursor.reading);
    if (message->miscounted && message->side == CLIENT &&
        skip_answer(message, message->next) != message->next) {
        skip_command(message);
    }
}

const struct row *printed_message_place(const struct printed_message *message, size_t offset,
                                        size_t *at) {
    const struct piece *piece = message->pieces;

    for (size_t i = 1; i < message->piece_count && message->pieces[i].start <= offset; i++) {
        piece = &message->pieces[i];
    }
    size_t index = offset - piece->start;
    *at = piece->reading.origins[index < piece->reading.size ? index : piece->reading.size];
    return piece->row;
}

void printed_message_free(struct printed_message *message) {
    for (size_t i = 0; i < message->piece_count; i++) {
        reading_free(&message->pieces[i].reading);
    }
    free(message->pieces);
    buffer_free(&message->octets);
}
