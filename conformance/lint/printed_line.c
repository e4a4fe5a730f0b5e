#include "printed_line.h"

#include <string.h>

/* The misprints of one line that are repaired before it is given up. */
#define MAXIMUM_REPAIRS 8

/* How well a row goes on with a line that reads to the row's end, and may go on still. */
#define FIT (SIZE_MAX - 1)

static const struct row *row_at(const struct printed_message *message, size_t index) {
    return &message->lint->printed.rows[index];
}

/* Tells of the refusal in message->after, at an index of the row. */
static void remark(struct printed_message *message, size_t index, size_t at, const char *hint) {
    char sentence[IMAP_EXPLANATION_TEXT];

    message->refused = true;
    if (message->quiet) {
        return;
    }
    imap_parser_explain(&message->after.parser, sentence, sizeof sentence);
    lint_remark(message->lint, LINT_REFUSED, row_at(message, index), at,
                trial_rule(&message->after), sentence, hint);
}

/* Does the refused octet stand where the text leaves something out: `...`, `<base64 data>`? */
static bool is_left_out(const struct reading *reading, size_t at) {
    const uint8_t *octets = reading->octets;

    while (at < reading->size && octets[at] == ' ') {
        at++;
    }
    if (at == reading->size) {
        return false;
    }
    bool is_placeholder = octets[at] == '<' && memchr(octets + at, '>', reading->size - at) &&
                          (octets[at + 1] < '0' || octets[at + 1] > '9'); /* <0.10>: octets */
    return at >= repair_ellipsis(reading) || is_placeholder;
}

/* `…   <=== like this`, `…  // like this`: true if there was such a note, and it is cut off. Of the
 * spaces before it, the grammar may have allowed one. */
static bool cut_note(struct reading *reading, size_t at) {
    size_t note = at, end = at;

    while (end > 0 && reading->octets[end - 1] == ' ') {
        end--;
    }
    while (note < reading->size && reading->octets[note] == ' ') {
        note++;
    }
    size_t left = reading->size - note;
    const uint8_t *octets = reading->octets + note;
    bool is_note = note > end && ((left > 1 && octets[0] == '<' && strchr("-=", octets[1])) ||
                                  (left > 1 && octets[0] == '/' && octets[1] == '/') ||
                                  (left > 1 && octets[0] == ';'));
    return is_note && reading_replace(reading, end, reading->size - end, "");
}

/* A space at the end of a line can't be seen in print: "+" has one. */
static bool add_lost_space(struct reading *reading) {
    return reading->size == 1 && reading->octets[0] == '+' && reading_replace(reading, 1, 0, " ");
}

/* Reads the row as the rest of the line: after a space, or without one. */
static bool read_fold(struct printed_message *message, const struct trial *open, size_t index,
                      const char *joint, struct printed_line *fold, struct trial *trial) {
    const struct row *row = row_at(message, index);

    fold->index = index;
    if (!reading_set(&fold->reading, row->octets, row->size, row->text) ||
        !reading_replace(&fold->reading, 0, 0, joint)) {
        return lint_fail(message->lint);
    }
    trial_run(trial, open, fold->reading.octets, fold->reading.size, true);
    return true;
}

/* How well does a row go on with a line? 0: it doesn't. */
static size_t rate_fold(const struct printed_line *fold, const struct trial *trial) {
    const struct reading *reading = &fold->reading;

    if (trial->verdict != TRIAL_REFUSED && trial->events.malformed) {
        return reading->octets[reading->size - 1] == ']' ? 1 : 0;
    }
    if (trial->verdict != TRIAL_REFUSED) {
        return FIT + 1;
    }
    if (trial->at == reading->size) {
        return FIT;
    }
    return trial->at >= repair_ellipsis(reading) || trial->at > reading->size / 2 ? trial->at + 1
                                                                                  : 0;
}

/* The row that may go on with the line: the next one, or the first one on the next page. The count
 * of rows if there is none. */
static size_t next_row(const struct printed_message *message) {
    const struct printed *printed = &message->lint->printed;
    size_t index = printed_skip_blank(printed, message->next), last = message->next - 1;

    if (index == printed->count || printed->rows[index].kind != ROW_UNMARKED) {
        return printed->count;
    }
    bool is_page_break = printed->rows[index].line - printed->rows[last].line > index - last;
    return index == message->next || is_page_break ? index : printed->count;
}

/* Must the line go on? One that is refused where it ends; one whose response code isn't complete; a
 * base64 line may. */
static bool is_unfinished(const struct printed_message *message, const struct reading *reading) {
    const struct trial *after = &message->after;

    return after->verdict == TRIAL_REFUSED
               ? after->at == reading->size
               : after->events.malformed || message->root == IMAP_SASL_LINE;
}

/* `...` alone: lines were left out. */
static bool is_ellipsis(const struct row *row) {
    return row->size - row->text == 3 && memcmp(row->octets + row->text, "...", 3) == 0;
}

/* Does the next row go on with this line? Then *fold is that row. A line that would do without goes
 * on only right below itself, and there must be more sense in it the less it stands to the right.
 */
static bool find_fold(struct printed_message *message, const struct printed_line *line,
                      struct printed_line *fold) {
    const struct row *first = row_at(message, message->first);
    size_t index = next_row(message);
    bool is_certain = is_unfinished(message, &line->reading);
    struct printed_line joined = {0};
    struct trial open, with_space, without_space;

    if (index == message->lint->printed.count || (!is_certain && index > message->next) ||
        (!is_certain &&
         (row_at(message, index)->text < first->marker || is_ellipsis(row_at(message, index))))) {
        return false;
    }
    trial_run(&open, &message->before, line->reading.octets, line->reading.size, false);
    bool read = read_fold(message, &open, index, " ", fold, &with_space) &&
                read_fold(message, &open, index, "", &joined, &without_space);
    size_t space_rate = read ? rate_fold(fold, &with_space) : 0;
    size_t plain_rate = read ? rate_fold(&joined, &without_space) : 0;
    size_t best = plain_rate > space_rate ? plain_rate : space_rate;
    if (plain_rate > space_rate) {
        struct printed_line other = *fold;
        *fold = joined;
        joined = other;
    }
    reading_free(&joined.reading);
    return best >= FIT || (best > 0 && (is_certain || row_at(message, index)->text >= first->text));
}

enum line_end printed_line_read(struct printed_message *message, struct printed_line *line,
                                struct printed_line *fold) {
    struct reading *reading = &line->reading;
    struct trial *after = &message->after;
    bool is_repaired = true;

    for (unsigned repairs = 0; is_repaired;) {
        trial_run(after, &message->before, reading->octets, reading->size, true);
        bool may_fold = after->verdict == TRIAL_COMPLETE ||
                        (after->verdict == TRIAL_REFUSED && after->at == reading->size);
        if (may_fold && find_fold(message, line, fold)) {
            return LINE_FOLDED;
        }
        if (after->verdict != TRIAL_REFUSED) {
            return after->verdict == TRIAL_COMPLETE ? LINE_COMPLETE : LINE_LITERAL;
        }
        if (is_left_out(reading, after->at)) {
            return LINE_PARTIAL;
        }
        if (cut_note(reading, after->at) || add_lost_space(reading)) {
            continue;
        }
        char hint[REPAIR_HINT] = "";
        size_t at = reading->origins[after->at];
        is_repaired = !message->quiet && repairs++ < MAXIMUM_REPAIRS &&
                      repair_find(reading, &message->before, after, hint);
        remark(message, line->index, at, hint);
    }
    return LINE_HOPELESS;
}
