#include "action_line.h"

#include <stdlib.h>
#include <string.h>

/* A word of the line; `at` is where it begins in the line's text. */
struct word {
    const char *text;
    size_t size, at;
};

/* The next word from *at on, which moves past it. */
static struct word next_word(const struct marked_line *line, size_t *at) {
    while (*at < line->size && line->text[*at] == ' ')
        ++*at;
    struct word word = {line->text + *at, 0, *at};
    while (*at < line->size && line->text[*at] != ' ')
        ++*at;
    word.size = *at - word.at;
    return word;
}

static bool equals(struct word word, const char *text) {
    return word.size == strlen(text) && memcmp(word.text, text, word.size) == 0;
}

/* Takes the digits that the word begins with; what is over `limit` becomes limit + 1. */
static unsigned take_number(struct word *word, unsigned limit) {
    unsigned number = 0;

    for (; word->size > 0 && *word->text >= '0' && *word->text <= '9'; word->text++, word->size--) {
        number = number > limit ? limit + 1 : number * 10 + (unsigned)(*word->text - '0');
        number = number > limit ? limit + 1 : number;
    }
    return number;
}

/* `500ms` or `2s`. */
static bool read_duration(const struct transcript *transcript, const struct marked_line *line,
                          struct word word, unsigned *milliseconds) {
    struct word unit = word;
    unsigned number = take_number(&unit, ACTION_MAX_WAIT);
    unsigned factor = equals(unit, "s") ? 1000 : equals(unit, "ms") ? 1 : 0;

    if (unit.size == word.size || factor == 0 || number > ACTION_MAX_WAIT / factor)
        return transcript_fail(transcript, line, word.at,
                               "a time must stand here: 500ms, 2s; 60s at most");
    *milliseconds = number * factor;
    return true;
}

static bool read_connection(const struct transcript *transcript, const struct marked_line *line,
                            struct word word, unsigned *connection) {
    unsigned connections = transcript->dialog->connections;
    struct word rest = word;
    unsigned number = take_number(&rest, connections);

    *connection = number;
    if (rest.size == 0 && number >= 1 && number <= connections)
        return true;
    return source_fail(transcript->source, line->number, line->marker.text + word.at + 1,
                       "there is no connection `%.*s` (`connections: %u`)",
                       word.size < 32 ? (int)word.size : 32, word.text, connections);
}

/* A file beside the dialog. */
static bool read_file(const struct transcript *transcript, const struct marked_line *line,
                      struct word word, struct dialog_step *step) {
    if (word.size == 0)
        return transcript_fail(transcript, line, word.at, "a file must stand here");
    step->text = source_beside(transcript->source, line->number, line->marker.text + word.at + 1,
                               word.text, word.size);
    step->size = step->text ? strlen(step->text) : 0;
    return step->text != NULL;
}

static bool read_action(const struct transcript *transcript, const struct marked_line *line,
                        struct word word, struct dialog_step *step) {
    static const char *const names[] = {
        [ACTION_STARTTLS] = "starttls",         [ACTION_CLOSE] = "close",
        [ACTION_EXPECT_CLOSE] = "expect-close", [ACTION_WAIT] = "wait",
        [ACTION_DELIVER] = "deliver",           [ACTION_IDLE] = "idle"};
    const size_t count = sizeof names / sizeof *names;
    size_t action = 0;

    while (action < count && !equals(word, names[action]))
        action++;
    step->action = (enum action)action;
    return action < count ||
           transcript_fail(transcript, line, 0,
                           "no such action: !starttls !close !expect-close !wait !idle !deliver");
}

static bool read_argument(const struct transcript *transcript, const struct marked_line *line,
                          size_t *at, struct dialog_step *step) {
    if (step->action == ACTION_WAIT || step->action == ACTION_IDLE)
        return read_duration(transcript, line, next_word(line, at), &step->milliseconds);
    if (step->action == ACTION_DELIVER)
        return read_file(transcript, line, next_word(line, at), step);
    return true;
}

/* The connection, if it is named, and the end of the line. */
static bool read_rest(const struct transcript *transcript, struct marked_line *line, size_t at) {
    struct word word = next_word(line, &at);

    if (word.size > 0 && !read_connection(transcript, line, word, &line->marker.connection))
        return false;
    word = next_word(line, &at);
    return word.size == 0 ||
           transcript_fail(transcript, line, word.at, "nothing more may stand here");
}

bool action_line_read(struct transcript *transcript, const struct marked_line *marked) {
    struct marked_line line = *marked;
    struct dialog_step step = {.kind = STEP_ACTION};
    size_t at = 0;

    bool is_read = read_action(transcript, &line, next_word(&line, &at), &step) &&
                   read_argument(transcript, &line, &at, &step) && read_rest(transcript, &line, at);
    if (is_read && !step.text && !(step.text = strdup("")))
        is_read = source_fail_memory(transcript->source);
    if (is_read && transcript_add(transcript, &line, step))
        return true;
    free(step.text);
    return false;
}
