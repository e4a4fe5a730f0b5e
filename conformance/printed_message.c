#include "printed_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "literal_body.h"
#include "literal_header.h"

/* The misprints of one line that are repaired before it is given up. */
#define MAXIMUM_REPAIRS 8

enum progress {
    LINE_COMPLETE, /* the message is complete */
    LINE_LITERAL,  /* a literal follows */
    LINE_FOLDED,   /* the next row goes on with the line */
    LINE_PARTIAL,  /* the rest isn't printed */
    LINE_HOPELESS
};

/* Where reading goes on. */
struct cursor {
    size_t index; /* of the row */
    struct reading reading;
};

static const struct row *row_at(const struct printed_message *message, size_t index) {
    return &message->lint->printed.rows[index];
}

static bool fail(struct printed_message *message) {
    message->lint->failed = true;
    return false;
}

/* The first row from `index` on that isn't blank; the number of rows if there is none. */
static size_t skip_blank_rows(const struct printed_message *message, size_t index) {
    while (index < message->lint->printed.count && row_at(message, index)->kind == ROW_BLANK)
        index++;
    return index;
}

static void remark(struct printed_message *message, const struct cursor *cursor, const char *hint) {
    char sentence[256];
    const struct trial *refused = &message->after;

    message->refused = true;
    if (message->quiet)
        return;
    trial_explain(refused, sentence, sizeof sentence);
    lint_remark(message->lint, LINT_REFUSED, row_at(message, cursor->index),
                cursor->reading.origins[refused->at], trial_rule(refused), sentence, hint);
}

/* Takes the line over into the message. */
static bool accept(struct printed_message *message, const struct cursor *cursor, bool line_end) {
    size_t count = message->piece_count + 1;
    struct piece *pieces = realloc(message->pieces, count * sizeof *pieces);

    if (!pieces)
        return fail(message);
    message->pieces = pieces;
    struct piece *piece = &pieces[message->piece_count];
    *piece = (struct piece){.start = message->octets.size, .row = row_at(message, cursor->index)};
    if (!reading_copy(&piece->reading, &cursor->reading)) {
        reading_free(&piece->reading);
        return fail(message);
    }
    message->piece_count = count;
    buffer_add(&message->octets, cursor->reading.octets, cursor->reading.size);
    if (line_end)
        buffer_add_text(&message->octets, "\r\n");
    return true;
}

/* ---- lines --------------------------------------------------------------------------------- */

/* Does the refused octet stand where the text leaves something out: `...`, `<base64 data>`? */
static bool is_left_out(const struct reading *reading, size_t at) {
    const uint8_t *octets = reading->octets;

    if (at == reading->size)
        return false;
    return at >= repair_ellipsis(reading) ||
           (octets[at] == '<' && memchr(octets + at, '>', reading->size - at));
}

/* `…   <=== like this`, `…  // like this`: true if there was such a note, and it is cut off. */
static bool cut_note(struct reading *reading, size_t at) {
    size_t note = at;

    while (note < reading->size && reading->octets[note] == ' ')
        note++;
    size_t left = reading->size - note;
    const uint8_t *octets = reading->octets + note;
    bool is_note = note > at && ((left > 1 && octets[0] == '<' && strchr("-=", octets[1])) ||
                                 (left > 1 && octets[0] == '/' && octets[1] == '/') ||
                                 (left > 1 && octets[0] == ';'));
    return is_note && reading_replace(reading, at, reading->size - at, "");
}

/* A space at the end of a line can't be seen in print: "+" has one. */
static bool add_lost_space(struct reading *reading) {
    return reading->size == 1 && reading->octets[0] == '+' && reading_replace(reading, 1, 0, " ");
}

/* Reads the row as the rest of the line: after a space, or without one. */
static bool read_fold(struct printed_message *message, const struct trial *open, size_t index,
                      const char *joint, struct cursor *fold, struct trial *trial) {
    const struct row *row = row_at(message, index);

    fold->index = index;
    if (!reading_set(&fold->reading, row->octets, row->size, row->text) ||
        !reading_replace(&fold->reading, 0, 0, joint))
        return fail(message);
    trial_run(trial, open, fold->reading.octets, fold->reading.size, true);
    return true;
}

/* How well does a fold go on with the line? 0: it doesn't. */
static size_t rate_fold(const struct cursor *fold, const struct trial *trial) {
    if (trial->verdict != TRIAL_REFUSED)
        return trial->events.malformed ? 0 : SIZE_MAX;
    if (trial->at >= repair_ellipsis(&fold->reading) || trial->at > fold->reading.size / 2)
        return trial->at + 1;
    return 0;
}

/* Does the next row go on with this line? Then *fold is that row. */
static bool find_fold(struct printed_message *message, const struct cursor *line,
                      struct cursor *fold) {
    size_t index = skip_blank_rows(message, message->next);
    struct cursor joined = {0};
    struct trial open, with_space, without_space;

    if (index == message->lint->printed.count || row_at(message, index)->kind != ROW_UNMARKED)
        return false;
    trial_run(&open, &message->before, line->reading.octets, line->reading.size, false);
    bool read = read_fold(message, &open, index, " ", fold, &with_space) &&
                read_fold(message, &open, index, "", &joined, &without_space);
    size_t space_rate = read ? rate_fold(fold, &with_space) : 0;
    size_t plain_rate = read ? rate_fold(&joined, &without_space) : 0;
    if (plain_rate > space_rate) {
        struct cursor other = *fold;
        *fold = joined;
        joined = other;
    }
    reading_free(&joined.reading);
    return space_rate > 0 || plain_rate > 0;
}

/* Reads the rest of a row, repairing what is wrong with it. On LINE_FOLDED *fold is the next row.
 */
static enum progress read_line(struct printed_message *message, struct cursor *line,
                               struct cursor *fold) {
    struct reading *reading = &line->reading;
    struct trial *after = &message->after;
    char hint[REPAIR_HINT] = "";

    for (unsigned i = 0; i <= MAXIMUM_REPAIRS; i++) {
        trial_run(after, &message->before, reading->octets, reading->size, true);
        bool may_fold = after->verdict == TRIAL_REFUSED ? after->at == reading->size
                        : after->verdict == TRIAL_COMPLETE
                            ? after->events.malformed || message->root == IMAP_SASL_LINE
                            : false;
        if (may_fold && find_fold(message, line, fold))
            return LINE_FOLDED;
        if (after->verdict != TRIAL_REFUSED)
            return after->verdict == TRIAL_COMPLETE ? LINE_COMPLETE : LINE_LITERAL;
        if (is_left_out(reading, after->at))
            return LINE_PARTIAL;
        if (cut_note(reading, after->at) || add_lost_space(reading))
            continue;
        struct reading original = {0};
        bool kept = reading_copy(&original, reading);
        bool repaired =
            kept && i < MAXIMUM_REPAIRS && repair_find(reading, &message->before, after, hint);
        remark(message, &(struct cursor){line->index, kept ? original : *reading}, hint);
        reading_free(&original);
        if (!repaired)
            break;
    }
    return LINE_HOPELESS;
}

/* ---- literals ------------------------------------------------------------------------------ */

static bool read_body(struct printed_message *message, const struct row *header, uint64_t wanted,
                      struct literal_body *body) {
    return literal_body_read(body, message->lint, header, message->next, wanted) || fail(message);
}

/* Tries the literal of `size` octets with the rest of line `tail` after it. */
static enum verdict try_tail(const struct literal_body *body, const struct trial *header,
                             size_t size, size_t tail, size_t at, struct trial *before) {
    const struct body_line *line = &body->lines[tail];
    struct trial trial;

    trial_run(before, header, body->octets.octets, size, false);
    if (before->verdict == TRIAL_REFUSED)
        return TRIAL_REFUSED;
    trial_run(&trial, before, body->octets.octets + line->offset + at, line->size - at, true);
    return trial.verdict == TRIAL_REFUSED && trial.at > 0 ? TRIAL_OPEN : trial.verdict;
}

/* Goes on with line `tail` of the body, after a literal of `size` octets. */
static bool go_on(struct printed_message *message, const struct literal_body *body, size_t size,
                  size_t tail, size_t at, struct cursor *cursor) {
    const struct body_line *line = &body->lines[tail];
    const struct row *row = row_at(message, line->index);

    buffer_add(&message->octets, body->octets.octets, size);
    cursor->index = line->index;
    message->next = line->index + 1;
    return reading_set(&cursor->reading, row->octets, row->size, line->start + at) || fail(message);
}

static struct literal_header literal_header(const struct reading *reading) {
    return literal_header_read((const char *)reading->octets, reading->size);
}

/* The parser's state after the header with another count. */
static bool recount(struct printed_message *message, const struct cursor *header, size_t size,
                    struct trial *trial) {
    const struct reading *reading = &header->reading;
    struct literal_header literal = literal_header(reading);
    struct reading recounted = {0};
    char count[32];

    snprintf(count, sizeof count, "{%zu%s}", size, literal.non_synchronizing ? "+" : "");
    bool read = reading_copy(&recounted, reading) &&
                reading_replace(&recounted, literal.start, reading->size - literal.start, count);
    if (read)
        trial_run(trial, &message->before, recounted.octets, recounted.size, true);
    reading_free(&recounted);
    return read ? trial->verdict == TRIAL_LITERAL : fail(message);
}

static void remark_count(struct printed_message *message, const struct cursor *header,
                         uint64_t announced, size_t shown) {
    size_t open = literal_header(&header->reading).start;
    char sentence[128], hint[64];

    message->refused = true;
    if (message->quiet)
        return;
    snprintf(sentence, sizeof sentence, "%llu octets announced, %zu shown",
             (unsigned long long)announced, shown);
    snprintf(hint, sizeof hint, "with one CRLF for each line: {%zu}", shown);
    lint_remark(message->lint, LINT_REFUSED, row_at(message, header->index),
                header->reading.origins[open], "literal", sentence, hint);
}

/* The count is wrong: where does the literal end? A server's where the rest of a line makes the
 * message go on, a client's with the last line, whose CRLF ends the command. */
static bool find_end(struct printed_message *message, const struct cursor *header,
                     const struct literal_body *body, size_t *size, size_t *tail, size_t *at) {
    struct trial after_header, before_tail;
    size_t last = body->count - 1;

    for (size_t i = 1; message->side == SERVER && i < body->count && i < LITERAL_BODY_LINES; i++) {
        *size = body->lines[i].offset;
        if (!literal_body_spend(message->lint, *size))
            return false;
        *tail = i;
        *at = 0;
        if (!recount(message, header, *size, &after_header))
            return false;
        if (try_tail(body, &after_header, *size, i, 0, &before_tail) != TRIAL_REFUSED)
            return true;
    }
    if (message->side == SERVER)
        return false;
    *size = body->lines[last].offset + body->lines[last].size;
    *tail = last;
    *at = body->lines[last].size;
    return recount(message, header, *size, &after_header) &&
           try_tail(body, &after_header, *size, last, *at, &before_tail) != TRIAL_REFUSED;
}

/* Is one of its lines only an ellipsis, so that there is nothing to count? */
static bool is_abridged(const struct printed_message *message, const struct literal_body *body,
                        size_t count) {
    bool abridged = false;

    for (size_t i = 0; i < count && !abridged; i++) {
        const struct row *row = row_at(message, body->lines[i].index);
        struct reading reading = {0};
        if (reading_set(&reading, row->octets, row->size, body->lines[i].start))
            abridged =
                reading.size > 0 && (repair_ellipsis(&reading) < 2 || reading.octets[0] == '<');
        reading_free(&reading);
    }
    return abridged;
}

/* Finds where the literal ends and sets *cursor to what follows it. False when nothing does. */
static bool end_literal(struct printed_message *message, struct cursor *cursor,
                        const struct literal_body *body, uint64_t announced, bool is_counted) {
    size_t size = 0, at = 0,
           tail = is_counted ? literal_body_line(body, announced, &at) : body->count;
    struct trial before;

    /* A count that ends where a line begins is hardly wrong. */
    if (tail < body->count &&
        (try_tail(body, &message->after, (size_t)announced, tail, at, &before) != TRIAL_REFUSED ||
         at == 0)) {
        message->before = before;
        return go_on(message, body, (size_t)announced, tail, at, cursor);
    }
    if (is_counted && announced == body->octets.size) {
        message->next = body->lines[body->count - 1].index + 1;
        message->partial = true;
        return false;
    }
    bool found = find_end(message, cursor, body, &size, &tail, &at);
    size_t shown = found ? tail + (message->side == CLIENT) : body->count;
    if (is_abridged(message, body, shown)) {
        message->partial = true;
        message->next = body->lines[found ? tail : shown - 1].index + 1;
        return false;
    }
    if (is_counted)
        remark_count(message, cursor, announced, found ? size : body->octets.size);
    message->miscounted = is_counted;
    if (!found || !recount(message, cursor, size, &message->after)) {
        message->next = body->lines[body->count - 1].index + 1;
        return false;
    }
    trial_run(&message->before, &message->after, body->octets.octets, size, false);
    return go_on(message, body, size, tail, at, cursor);
}

/* An answer "+" between a command's header and its literal is kept for later. */
static size_t skip_answer(struct printed_message *message, size_t index) {
    size_t answer = skip_blank_rows(message, index);

    if (message->side != CLIENT || answer == message->lint->printed.count)
        return index;
    const struct row *row = row_at(message, answer);
    if (row->kind != ROW_MARKED || row->side != SERVER || row->text == row->size ||
        row->octets[row->text] != '+' || message->answer_count == MESSAGE_ANSWERS)
        return index;
    message->answers[message->answer_count++] = answer;
    return answer + 1;
}

/* Reads the literal that the line at *cursor announces, and sets *cursor to what follows it. */
static bool read_literal(struct printed_message *message, struct cursor *cursor, bool is_counted) {
    const struct row *header = message->pieces[0].row;
    uint64_t announced = message->after.events.literal;
    struct literal_body body = {0};
    bool goes_on = false;

    message->next = skip_answer(message, message->next);
    if (read_body(message, header, announced, &body)) {
        if (body.count > 0)
            goes_on = end_literal(message, cursor, &body, announced, is_counted);
        else
            message->partial = true;
    }
    literal_body_free(&body);
    return goes_on;
}

static bool announces_literal(const struct row *row) {
    struct literal_header literal =
        literal_header_read((const char *)row->octets + row->text, row->size - row->text);
    return literal.form != LITERAL_NONE;
}

/* Skips what belongs to a command that is given up: all that the client sends until the server
 * answers it by something else than "+". */
static void skip_command(struct printed_message *message) {
    size_t index = message->next;

    for (; index < message->lint->printed.count; index++) {
        const struct row *row = row_at(message, index);
        bool is_body = row->kind == ROW_UNMARKED && row_at(message, index - 1)->kind != ROW_BLANK;
        bool is_answer = row->kind == ROW_MARKED && row->side == SERVER && row->text < row->size &&
                         row->octets[row->text] == '+';
        if (!is_body && !is_answer && row->kind != ROW_BLANK &&
            (row->kind != ROW_MARKED || row->side != CLIENT))
            return;
        message->next = index + 1;
    }
}

/* Skips the literals of a response that is given up, `line` being the first to announce one. */
static void skip_literals(struct printed_message *message, size_t line) {
    const struct row *header = row_at(message, line);
    bool goes_on = true;

    while (goes_on) {
        struct literal_header literal = literal_header_read(
            (const char *)row_at(message, line)->octets, row_at(message, line)->size);
        size_t wanted = literal.form == LITERAL_COUNTED ? literal.count : 0, at;
        struct literal_body body = {0};
        goes_on = read_body(message, header, wanted, &body);
        size_t tail = literal_body_line(&body, wanted, &at);
        goes_on = goes_on && literal.form != LITERAL_NONE && tail < body.count;
        if (goes_on) {
            line = body.lines[tail].index;
            message->next = line + 1;
        }
        literal_body_free(&body);
    }
}

/* What follows a line that is given up, and belongs to it: folds, and literals all the same. */
static void give_up(struct printed_message *message, const struct cursor *cursor) {
    const struct printed *printed = &message->lint->printed;
    const struct row *first = row_at(message, cursor->index);
    size_t line = cursor->index;

    while (message->next < printed->count && row_at(message, message->next)->kind == ROW_UNMARKED &&
           row_at(message, message->next)->text >= first->marker) {
        line = message->next++;
    }
    if (!announces_literal(row_at(message, line)))
        return;
    if (message->side == CLIENT)
        skip_command(message);
    else
        skip_literals(message, line);
}

/* ---- messages ------------------------------------------------------------------------------ */

/* `{}` of a dialog file: the literal that follows is to be counted. */
static bool count_later(const struct printed_message *message, struct reading *reading) {
    size_t size = reading->size;

    return message->lint->is_dialog && size >= 2 && reading->octets[size - 2] == '{' &&
           reading->octets[size - 1] == '}' && reading_replace(reading, size - 1, 0, "0");
}

/* Reads one line and what it leads to; true when *line is then the next one. */
static bool read_on(struct printed_message *message, struct cursor *line) {
    struct cursor fold = {0};
    bool is_counted = !count_later(message, &line->reading), goes_on = false;

    switch (read_line(message, line, &fold)) {
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
    struct cursor cursor = {.index = index};

    *message = (struct printed_message){
        .lint = lint, .side = row->side, .root = root, .quiet = quiet, .next = index + 1};
    trial_begin(&message->before, &message->events, lint->grammar, root);
    if (reading_set(&cursor.reading, row->octets, row->size, row->text)) {
        while (read_on(message, &cursor))
            continue;
    } else {
        fail(message);
    }
    reading_free(&cursor.reading);
    if (message->miscounted && message->side == CLIENT &&
        skip_answer(message, message->next) != message->next)
        skip_command(message);
}

const struct row *printed_message_place(const struct printed_message *message, size_t offset,
                                        size_t *at) {
    const struct piece *piece = message->pieces;

    for (size_t i = 1; i < message->piece_count && message->pieces[i].start <= offset; i++)
        piece = &message->pieces[i];
    size_t index = offset - piece->start;
    *at = piece->reading.origins[index < piece->reading.size ? index : piece->reading.size];
    return piece->row;
}

void printed_message_free(struct printed_message *message) {
    for (size_t i = 0; i < message->piece_count; i++)
        reading_free(&message->pieces[i].reading);
    free(message->pieces);
    buffer_free(&message->octets);
}
