#include "action_line.h"

#include <stdlib.h>
#include <string.h>

#include "field.h"

/* Takes the digits that the field begins with. A number over `limit` (far below UINT_MAX) may come
 * out as another one over it. */
static unsigned take_number(struct field *field, unsigned limit) {
    unsigned number = 0;

    for (; field->size > 0 && *field->text >= '0' && *field->text <= '9'; field->text++) {
        unsigned digit = (unsigned)(*field->text - '0');
        number = number > limit ? limit + 1 : number * 10 + digit;
        field->size--;
    }
    return number;
}

/* `500ms` or `2s`. */
static bool read_duration(const struct source *source, const struct field *word,
                          unsigned *milliseconds) {
    struct field unit = *word;
    unsigned number = take_number(&unit, ACTION_MAX_WAIT);
    unsigned factor = field_equals(&unit, "s") ? 1000 : field_equals(&unit, "ms") ? 1 : 0;

    if (unit.size == word->size || factor == 0 || number > ACTION_MAX_WAIT / factor) {
        return field_fail(source, word, "a time must stand here: 500ms, 2s; 60s at most");
    }
    *milliseconds = number * factor;
    return true;
}

/* A file beside the dialog. */
static bool read_file(const struct source *source, const struct field *word,
                      struct dialog_step *step) {
    if (word->size == 0) {
        return field_fail(source, word, "a file must stand here");
    }
    step->text = source_beside(source, word->line, word->column, word->text, word->size);
    step->size = step->text ? strlen(step->text) : 0;
    return step->text != NULL;
}

static bool read_action(const struct source *source, const struct field *word,
                        enum action *action) {
    static const char *const names[] = {[ACTION_STARTTLS] = "starttls",
                                        [ACTION_COMPRESS] = "compress",
                                        [ACTION_CLOSE] = "close",
                                        [ACTION_EXPECT_CLOSE] = "expect-close",
                                        [ACTION_MAY_CLOSE] = "may-close",
                                        [ACTION_CONNECT] = "connect",
                                        [ACTION_WAIT] = "wait",
                                        [ACTION_DELIVER] = "deliver",
                                        [ACTION_IDLE] = "idle"};
    const size_t count = sizeof names / sizeof *names;
    size_t index = 0;

    while (index < count && !field_equals(word, names[index])) {
        index++;
    }
    *action = (enum action)index;
    return index < count ||
           field_fail(
               source, word,
               "no such action: !starttls !compress !close !expect-close !may-close !connect !wait "
               "!idle !deliver");
}

/* What the action needs, if anything, off the rest of the line. */
static bool read_argument(const struct source *source, struct field *rest,
                          struct dialog_step *step) {
    bool is_timed = step->action == ACTION_WAIT || step->action == ACTION_IDLE;

    if (!is_timed && step->action != ACTION_DELIVER) {
        return true;
    }
    struct field word = field_next_word(rest);
    return is_timed ? read_duration(source, &word, &step->milliseconds)
                    : read_file(source, &word, step);
}

/* The connection, if it is named, and the end of the line. */
static bool read_connection(const struct transcript *transcript, struct field *rest,
                            unsigned *connection) {
    unsigned connections = transcript->dialog->connections;
    struct field word = field_next_word(rest), digits = word;

    if (rest->size > 0) {
        return field_fail(transcript->source, rest, "nothing more may stand here");
    }
    if (word.size == 0) {
        return true;
    }
    *connection = take_number(&digits, connections);
    return (digits.size == 0 && *connection >= 1 && *connection <= connections) ||
           source_fail(transcript->source, word.line, word.column,
                       "there is no connection `%.*s` (`connections: %u`)",
                       word.size < 32 ? (int)word.size : 32, word.text, connections);
}

bool action_line_read(struct transcript *transcript, const struct marked_line *line) {
    const struct source *source = transcript->source;
    struct field rest = {line->text, line->size, line->number, line->marker.text + 1};
    struct dialog_step step = {.kind = STEP_ACTION};
    struct marked_line acted = *line;
    struct field word = field_next_word(&rest);

    bool is_read = read_action(source, &word, &step.action) &&
                   read_argument(source, &rest, &step) &&
                   read_connection(transcript, &rest, &acted.marker.connection);
    if (is_read && !step.text && !(step.text = strdup(""))) {
        is_read = source_fail_memory(source);
    }
    if (is_read && transcript_add(transcript, &acted, step)) {
        return true;
    }
    free(step.text);
    return false;
}
