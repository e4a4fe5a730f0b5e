#include "printed_line.h"

#include <string.h>

/* The misprints of one line that are repaired before it is given up. */
#define MAXIMUM_REPAIRS 8

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

    if (at == reading->size) {
        return false;
    }
    return at >= repair_ellipsis(reading) ||
           (octets[at] == '<' && memchr(octets + at, '>', reading->size - at));
}

/* `…   <=== like this`, `…  // like this`: true if there was such a note, and it is cut off. */
static bool cut_note(struct reading *reading, size_t at) {
    size_t note = at;

    while (note < reading->size && reading->octets[note] == ' ') {
        note++;
    }
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

/* How well does a fold go on with the line? 0: it doesn't. */
static size_t rate_fold(const struct printed_line *fold, const struct trial *trial) {
    if (trial->verdict != TRIAL_REFUSED) {
        return trial->events.malformed ? 0 : SIZE_MAX;
    }
    if (trial->at >= repair_ellipsis(&fold->reading) || trial->at > fold->reading.size / 2) {
        return trial->at + 1;
    }
    return 0;
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

/* Does the next row go on with this line? Then *fold is that row. */
static bool find_fold(struct printed_message *message, const struct printed_line *line,
                      struct printed_line *fold) {
    size_t index = next_row(message);
    struct printed_line joined = {0};
    struct trial open, with_space, without_space;

    if (index == message->lint->printed.count) {
        return false;
    }
    trial_run(&open, &message->before, line->reading.octets, line->reading.size, false);
    bool read = read_fold(message, &open, index, " ", fold, &with_space) &&
                read_fold(message, &open, index, "", &joined, &without_space);
    size_t space_rate = read ? rate_fold(fold, &with_space) : 0;
    size_t plain_rate = read ? rate_fold(&joined, &without_space) : 0;
    if (plain_rate > space_rate) {
        struct printed_line other = *fold;
        *fold = joined;
        joined = other;
    }
    reading_free(&joined.reading);
    return space_rate > 0 || plain_rate > 0;
}

/* May a line be folded that would do without? A base64 line, and one whose response code isn't
 * complete. */
static bool may_fold(const struct printed_message *message, const struct reading *reading) {
    const struct trial *after = &message->after;

    if (after->verdict == TRIAL_REFUSED) {
        return after->at == reading->size;
    }
    return after->verdict == TRIAL_COMPLETE &&
           (after->events.malformed || message->root == IMAP_SASL_LINE);
}

enum line_end printed_line_read(struct printed_message *message, struct printed_line *line,
                                struct printed_line *fold) {
    struct reading *reading = &line->reading;
    struct trial *after = &message->after;
    bool is_repaired = true;

    for (unsigned repairs = 0; is_repaired;) {
        trial_run(after, &message->before, reading->octets, reading->size, true);
        if (may_fold(message, reading) && find_fold(message, line, fold)) {
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
