#include "line_change.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The offset of what follows the tag. */
static size_t after_tag(const uint8_t *line, size_t size) {
    const uint8_t *space = memchr(line, ' ', size);
    return space ? (size_t)(space - line) + 1 : size;
}

/* The offset of `text` from `at` on, in any case; `size` if there is none. */
static size_t find(const uint8_t *line, size_t size, size_t at, const char *text) {
    size_t length = strlen(text);

    while (at + length <= size && strncasecmp((const char *)line + at, text, length) != 0) {
        at++;
    }
    return at + length <= size ? at : size;
}

/* The same in any other case. */
static size_t find_other_case(const uint8_t *line, size_t size, size_t at, const char *text) {
    size_t length = strlen(text);

    at = find(line, size, at, text);
    while (at < size && memcmp(line + at, text, length) == 0) {
        at = find(line, size, at + 1, text);
    }
    return at;
}

static void add_without(struct buffer *out, const uint8_t *line, size_t size, size_t start,
                        size_t end) {
    buffer_add(out, line, start);
    buffer_add(out, line + end, size - end);
}

typedef size_t finder(const uint8_t *line, size_t size, size_t at, const char *text);

static void replace_all(const struct mutation *mutation, finder *find_next, const uint8_t *line,
                        size_t size, struct buffer *out) {
    size_t done = 0, at = find_next(line, size, after_tag(line, size), mutation->from);

    while (at < size) {
        buffer_add(out, line + done, at - done);
        buffer_add_text(out, mutation->to);
        done = at + strlen(mutation->from);
        at = find_next(line, size, done, mutation->from);
    }
    buffer_add(out, line + done, size - done);
}

void line_replace(struct situation *situation, const uint8_t *line, size_t size,
                  struct buffer *out) {
    replace_all(situation->mutation, find, line, size, out);
}

void line_replace_other_case(struct situation *situation, const uint8_t *line, size_t size,
                             struct buffer *out) {
    replace_all(situation->mutation, find_other_case, line, size, out);
}

void line_replace_number(struct situation *situation, const uint8_t *line, size_t size,
                         struct buffer *out) {
    const struct mutation *mutation = situation->mutation;
    size_t start = find(line, size, after_tag(line, size), mutation->from);
    size_t end = start < size ? start + strlen(mutation->from) : size;

    while (end < size && isdigit(line[end])) {
        end++;
    }
    buffer_add(out, line, start);
    buffer_add_text(out, start < size ? mutation->to : "");
    buffer_add(out, line + end, size - end);
}

static bool ends_in_literal(const uint8_t *line, size_t size) {
    while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r')) {
        size--;
    }
    return size > 0 && line[size - 1] == '}';
}

void line_ignore(struct situation *situation, const uint8_t *line, size_t size,
                 struct buffer *out) {
    const char *from = situation->mutation->from;
    size_t rest = after_tag(line, size);

    if (ends_in_literal(line, size) || (from && find(line, size, rest, from) == size)) {
        buffer_add(out, line, size);
        return;
    }
    buffer_add(out, line, rest);
    buffer_add_text(out, "NOOP\r\n");
}

/* An argument of a line: [start, end). Its first word that isn't the name, or its last one. Words
 * end at SP, but for those in quotes. */
static bool find_argument(const struct situation *situation, const uint8_t *line, size_t size,
                          bool last, size_t *start, size_t *end) {
    size_t at = after_tag(line, size), name = strlen(situation->command->name) + 1, word;

    while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r')) {
        size--;
    }
    bool found = at + name < size;
    for (at += name; found && at < size; at = word + 1) {
        bool quoted = line[at] == '"';
        word = at + quoted;
        while (word < size && line[word] != (quoted ? '"' : ' ')) {
            word++;
        }
        word += quoted && word < size;
        *start = at;
        *end = word;
        if (!last) {
            break;
        }
    }
    return found && line[*end - 1] != '}';
}

/* The command of the template up to "|"; returns what follows that, NULL for the end. */
static const char *add_command(struct buffer *out, const char *template, const uint8_t *argument,
                               size_t size) {
    size_t length = strcspn(template, "|");
    const char *mark = memchr(template, '$', length);

    buffer_add_text(out, MUTATION_TAG " ");
    buffer_add(out, template, mark ? (size_t)(mark - template) : length);
    if (mark) {
        const char *after = strchr(mark, '}') + 1;
        buffer_add(out, argument, size);
        buffer_add(out, after, (size_t)(template + length - after));
    }
    buffer_add_text(out, "\r\n");
    return template[length] == '|' ? template + length + 1 : NULL;
}

void line_preceded(struct situation *situation, const uint8_t *line, size_t size,
                   struct buffer *out) {
    const char *next = situation->mutation->to;
    bool last = strstr(next, "${last}") != NULL, none = strchr(next, '$') == NULL;
    size_t start = 0, end = 0;
    bool found = none || find_argument(situation, line, size, last, &start, &end);

    while (found && next) {
        next = add_command(out, next, line + start, end - start);
    }
    buffer_add(out, line, size);
}

void line_refuse_small(struct situation *situation, const uint8_t *line, size_t size,
                       struct buffer *out) {
    size_t name = after_tag(line, size), end = name;
    bool small = false;

    (void)situation;
    for (; end < size && isalpha(line[end]); end++) {
        small = small || islower(line[end]);
    }
    buffer_add(out, line, name);
    buffer_add_text(out, small ? "UNKNOWN-" : "");
    buffer_add(out, line + name, size - name);
}

void line_without_flags(struct situation *situation, const uint8_t *line, size_t size,
                        struct buffer *out) {
    size_t start = find(line, size, after_tag(line, size), " ("), end;

    (void)situation;
    end = find(line, size, start, ")");
    add_without(out, line, size, start, end < size ? end + 1 : start);
}

/* "17-Jul-1996 02:44:25 -0700", quotes included. */
enum { DATE_TIME = 28 };

void line_without_date(struct situation *situation, const uint8_t *line, size_t size,
                       struct buffer *out) {
    size_t at = find(line, size, after_tag(line, size), " \"");

    (void)situation;
    while (at + 1 + DATE_TIME < size && !(line[at + 4] == '-' && line[at + DATE_TIME] == '"')) {
        at = find(line, size, at + 1, " \"");
    }
    bool found = at + 1 + DATE_TIME < size;
    add_without(out, line, size, at, found ? at + 1 + DATE_TIME : at);
}

void line_small(struct situation *situation, const uint8_t *line, size_t size, struct buffer *out) {
    size_t at = after_tag(line, size);

    (void)situation;
    at += after_tag(line + at, size - at);
    buffer_add(out, line, at);
    for (; at < size; at++) {
        uint8_t small = (uint8_t)tolower(line[at]);
        buffer_add(out, &small, 1);
    }
}

void line_overtaken(struct situation *situation, const uint8_t *line, size_t size,
                    struct buffer *out) {
    struct buffer *saved = &situation->memory->saved;
    bool literal = ends_in_literal(line, size);

    if (saved->size == 0 && !literal) {
        buffer_add(saved, line, size);
        situation->holds = true;
        return;
    }
    buffer_add(out, saved->octets, literal ? saved->size : 0);
    buffer_add(out, line, size);
    buffer_add(out, saved->octets, literal ? 0 : saved->size);
    buffer_clear(saved);
}

void literal_7bit(uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        octets[i] = octets[i] & 0x7F;
    }
}

void literal_small(uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        octets[i] = (uint8_t)tolower(octets[i]);
    }
}
