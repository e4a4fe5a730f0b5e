#include "repair.h"

#include <stdio.h>
#include <string.h>

#include "../text.h"
#include "lookalike.h"

/* A change that doesn't make the whole line right must help for this many octets at least. */
#define LEAST_GAIN 4

/* How many look-alikes a hint names. */
#define NAMED_LOOKALIKES 3

/* The longest rest of a line that is taken for something left over. */
#define LONGEST_REST 4

/* One change: at the refused octet, or `offset` octets from it. */
struct change {
    int offset;
    char only;            /* what must stand there; 0: anything */
    size_t removed;       /* octets there */
    const char *inserted; /* there */
    const char *appended; /* at the line's end */
    bool whole;           /* a good guess only if the whole line is right then */
    const char *sentence;
};

/* The likelier before the rarer: the first that makes the line right is taken. */
static const struct change changes[] = {
    {0, 0, 0, " ", "", false, "a space is missing"},
    {-1, ' ', 1, "", "", false, "there is a space too many"},
    {0, ' ', 1, "", "", false, "there is a space too many"},
    {0, 'l', 1, "1", "", false, "the letter l looks like the digit 1"},
    {0, 'I', 1, "1", "", false, "the letter I looks like the digit 1"},
    {0, 'O', 1, "0", "", false, "the letter O looks like the digit 0"},
    {0, 'o', 1, "0", "", false, "the letter o looks like the digit 0"},
    {0, 'S', 1, "5", "", false, "the letter S looks like the digit 5"},
    {0, 'B', 1, "8", "", false, "the letter B looks like the digit 8"},
    {0, 'J', 1, "]", "", false, "the letter J looks like ]"},
    {0, '(', 1, "[", "", true, "a bracket became a parenthesis"},
    {0, 'X', 1, "\\", "", false, "a backslash became an X"},
    {0, '/', 1, "\\", "", false, "a backslash became a slash"},
    {0, 0, 0, "\\", "", false, "a backslash is missing"},
    {0, 0, 0, "(", ")", true, "the parentheses are missing"},
    {0, 0, 0, ")", "", true, "a closing parenthesis is missing"},
    {0, 0, 0, "(", "", true, "an opening parenthesis is missing"},
    {0, 0, 0, "OK ", "", true, "the OK, NO or BAD is missing"},
    {0, 0, 0, "\"", "", true, "a quotation mark is missing"},
    {0, 0, 0, "]", "", true, "a closing bracket is missing"},
    {0, 0, 0, "[", "", true, "an opening bracket is missing"},
    {0, 0, 1, "", "", true, "there is a character too many"},
};

static bool is_delimiter(const struct reading *reading, size_t at) {
    return at >= reading->size || memchr(" ()[]<>", reading->octets[at], 7);
}

/* Changes that would make sense of another line than the one that was meant: two words made one,
 * a condition for an untagged response of another name. */
static bool is_far_fetched(const struct reading *reading, const struct change *change, size_t at) {
    bool joins = change->removed == 1 && *change->inserted == '\0' && reading->octets[at] == ' ';
    bool between_words = at > 0 && !is_delimiter(reading, at - 1) && !is_delimiter(reading, at + 1);
    bool is_condition = change->inserted[0] == 'O';

    return (joins && between_words) || (is_condition && reading->octets[0] == '*');
}

static bool apply(struct reading *reading, const struct change *change, size_t at) {
    if (change->offset < 0 && at < (size_t)-change->offset) {
        return false;
    }
    at = change->offset < 0 ? at - (size_t)-change->offset : at;
    if (at + change->removed > reading->size ||
        (change->only && (at == reading->size || reading->octets[at] != (uint8_t)change->only)) ||
        reading->size == 0 || is_far_fetched(reading, change, at)) {
        return false;
    }
    return reading_replace(reading, at, change->removed, change->inserted) &&
           reading_replace(reading, reading->size, 0, change->appended);
}

static bool is_at(const struct reading *reading, size_t at, const char *text) {
    size_t length = strlen(text);
    return length <= reading->size - at && memcmp(reading->octets + at, text, length) == 0;
}

size_t repair_ellipsis(const struct reading *reading) {
    size_t at = 0;

    while (at < reading->size && !is_at(reading, at, "...") && !is_at(reading, at, "[...") &&
           !is_at(reading, at, ". . .") && !is_at(reading, at, "…")) {
        at++;
    }
    return at;
}

/* How far does the line make sense? SIZE_MAX: to its end. */
static size_t reach(const struct reading *reading, const struct trial *before) {
    struct trial trial;

    trial_run(&trial, before, reading->octets, reading->size, true);
    bool left_out = trial.at < reading->size && trial.at >= repair_ellipsis(reading);
    return trial.verdict != TRIAL_REFUSED || left_out ? SIZE_MAX : reading->origins[trial.at];
}

/* Adds `U+0421 CYRILLIC CAPITAL LETTER ES looks like C` to a hint. */
static void name_lookalike(const struct lookalike *lookalike, char hint[REPAIR_HINT]) {
    size_t used = strlen(hint);

    snprintf(hint + used, REPAIR_HINT - used, "%sU+%04X %s looks like %c", used > 0 ? ", " : "",
             (unsigned)lookalike->character, lookalike->name, lookalike->ascii);
}

/* Replaces all the look-alikes from the refused octet on, and names the first ones. */
static bool replace_lookalikes(struct reading *reading, size_t at, char hint[REPAIR_HINT]) {
    const struct lookalike *named[NAMED_LOOKALIKES];
    size_t length = 0, count = 0, kept = at;

    if (at == reading->size || !lookalike_at(reading->octets + at, reading->size - at, &length)) {
        return false;
    }
    for (size_t i = at; i < reading->size; i += length) {
        const struct lookalike *lookalike =
            lookalike_at(reading->octets + i, reading->size - i, &length);
        bool is_new = lookalike && count < NAMED_LOOKALIKES;
        for (size_t j = 0; j < count && is_new; j++) {
            is_new = named[j] != lookalike;
        }
        if (is_new) {
            name_lookalike(lookalike, hint);
            named[count++] = lookalike;
        }
        length = lookalike ? length : 1;
        reading->octets[kept] = lookalike ? (uint8_t)lookalike->ascii : reading->octets[i];
        reading->origins[kept++] = reading->origins[i];
    }
    reading->origins[kept] = reading->origins[reading->size];
    reading->size = kept;
    return true;
}

/* `(350)` at the end of the line, where a literal may stand. */
static bool replace_parentheses(struct reading *reading, size_t at) {
    size_t digits = at + 1;

    while (digits < reading->size && reading->octets[digits] >= '0' &&
           reading->octets[digits] <= '9') {
        digits++;
    }
    if (at >= reading->size || reading->octets[at] != '(' || digits == at + 1 ||
        digits + 1 != reading->size || reading->octets[digits] != ')') {
        return false;
    }
    return reading_replace(reading, at, 1, "{") && reading_replace(reading, digits, 1, "}");
}

static void describe(const struct reading *reading, const char *sentence, char hint[REPAIR_HINT]) {
    char line[REPAIR_HINT - 64];

    text_escape(TEXT_UTF8, reading->octets, reading->size, line, sizeof line);
    snprintf(hint, REPAIR_HINT, "%s: `%s`", sentence, line);
}

/* Takes the best of the changes; false if none helps or memory is out. */
static bool find_change(struct reading *reading, const struct trial *before, size_t at,
                        char hint[REPAIR_HINT]) {
    struct reading tried = {0}, best = {0};
    size_t best_reach = reading->origins[at] + LEAST_GAIN - 1;
    const char *sentence = NULL;

    for (size_t i = 0; i < sizeof changes / sizeof *changes && best_reach != SIZE_MAX; i++) {
        if (!reading_copy(&tried, reading) || !apply(&tried, &changes[i], at)) {
            continue;
        }
        size_t reached = reach(&tried, before);
        if (changes[i].whole ? reached == SIZE_MAX : reached > best_reach) {
            struct reading other = best;
            best = tried;
            tried = other;
            best_reach = reached;
            sentence = changes[i].sentence;
        }
    }
    bool found = sentence && reading_copy(reading, &best);
    if (found) {
        describe(reading, sentence, hint);
    }
    reading_free(&tried);
    reading_free(&best);
    return found;
}

/* Cuts off what is left over; false if the line couldn't end there. */
static bool cut(struct reading *reading, const struct trial *before, size_t at) {
    struct trial trial;

    while (at > 0 && reading->octets[at - 1] == ' ') {
        at--;
    }
    if (reading->size - at > LONGEST_REST) {
        return false;
    }
    trial_run(&trial, before, reading->octets, at, true);
    return trial.verdict == TRIAL_COMPLETE && reading_replace(reading, at, reading->size - at, "");
}

static bool is_word(uint8_t octet) {
    return (octet | 0x20) >= 'a' ? (octet | 0x20) <= 'z'
                                 : (octet >= '0' && octet <= '9') || octet == '-' || octet == '.';
}

/* The word that was refused: a command, an item, a flag of an extension? */
static void name_word(const struct reading *reading, size_t at, char hint[REPAIR_HINT]) {
    size_t start = at, end = at;

    while (start > 0 && is_word(reading->octets[start - 1])) {
        start--;
    }
    while (end < reading->size && is_word(reading->octets[end])) {
        end++;
    }
    if (end > at && end - start > 1 && end - start < REPAIR_HINT / 2) {
        snprintf(hint, REPAIR_HINT, "`%.*s` is not known here", (int)(end - start),
                 (const char *)reading->octets + start);
    }
}

bool repair_find(struct reading *reading, const struct trial *before, const struct trial *refused,
                 char hint[REPAIR_HINT]) {
    *hint = '\0';
    if (imap_parser_error(&refused->parser)->code != IMAP_UNEXPECTED_OCTET) {
        return false;
    }
    if (replace_lookalikes(reading, refused->at, hint)) {
        return true;
    }
    if (replace_parentheses(reading, refused->at)) {
        describe(reading, "a literal's count stands in braces", hint);
        return true;
    }
    if (find_change(reading, before, refused->at, hint)) {
        return true;
    }
    if (cut(reading, before, refused->at)) {
        describe(reading, "the line is complete without the rest", hint);
        return true;
    }
    name_word(reading, refused->at, hint);
    return false;
}
