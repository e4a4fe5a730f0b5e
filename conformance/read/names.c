#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "../buffer.h"
#include "../compare/pattern.h"

/* ---- finding -------------------------------------------------------------------------------- */

struct finder {
    struct name_places places;
    imap_rule mailbox, list_mailbox, separator;
    size_t messages;
};

static bool take_event(void *context, const struct imap_event *event) {
    struct finder *finder = context;
    struct name_places *places = &finder->places;
    struct name_place place = {.start = (size_t)event->start, .end = (size_t)event->end};

    finder->messages += event->kind == IMAP_EVENT_MESSAGE;
    if (event->kind != IMAP_EVENT_NODE) {
        return true;
    }
    if (event->rule == finder->mailbox) {
        place.kind = NAME_MAILBOX;
    } else if (event->rule == finder->list_mailbox) {
        place.kind = NAME_PATTERN;
    } else if (event->rule == finder->separator) {
        place.kind = NAME_SEPARATOR;
    } else {
        return true;
    }
    places->overflow = places->count == NAMES_MAX_PLACES;
    if (places->overflow) {
        return false;
    }
    if (place.kind == NAME_PATTERN && places->count > 0) {
        places->items[places->count - 1].kind = NAME_REFERENCE;
    }
    places->items[places->count++] = place;
    return true;
}

struct name_places names_find(const struct imap_grammar *grammar, enum imap_root root,
                              const uint8_t *octets, size_t size) {
    struct finder finder = {.mailbox = imap_grammar_rule(grammar, "mailbox"),
                            .list_mailbox = imap_grammar_rule(grammar, "list-mailbox"),
                            .separator = imap_grammar_rule(grammar, "hierarchy-delimiter")};
    struct imap_parser parser;
    size_t consumed;

    imap_parser_init(&parser, grammar, root, take_event, &finder);
    enum imap_status status = imap_parser_feed(&parser, octets, size, &consumed);
    finder.places.is_readable = status == IMAP_MORE;
    finder.places.is_whole =
        status == IMAP_MORE && finder.messages == 1 && imap_parser_at_start(&parser);
    return finder.places;
}

/* ---- names ---------------------------------------------------------------------------------- */

bool names_is_inbox(const char *name) {
    static const char inbox[] = "INBOX";
    size_t i = 0;

    while (inbox[i] && (name[i] == inbox[i] || name[i] == inbox[i] + ('a' - 'A'))) {
        i++;
    }
    return !inbox[i] && !name[i];
}

/* Stands for the separator where the server has no hierarchy. */
#define FLAT_SEPARATOR '-'

static char separator_of(const struct names *names) {
    return names->separator ? names->separator : FLAT_SEPARATOR;
}

/* The server's separator for the dialog's. */
static void replace_separators(const struct names *names, char *name) {
    for (; *name; name++) {
        if (*name == names->dialog->separator) {
            *name = separator_of(names);
        }
    }
}

/* Is it INBOX, a name or pattern below it, or a pattern that INBOX is among? */
static bool is_within_inbox(const struct names *names, const char *name) {
    char start[] = "INBOX";
    size_t size = sizeof start - 1;

    if (strlen(name) <= size || *name == '*') {
        return *name == '*' || names_is_inbox(name);
    }
    memcpy(start, name, size);
    return names_is_inbox(start) &&
           (name[size] == names->dialog->separator || name[size] == '*' || name[size] == '%');
}

char *names_on_server(const struct names *names, const char *name) {
    struct buffer moved = {0};

    if (names->scratch && !names_is_inbox(name)) {
        buffer_format(&moved, "%s%c", names->scratch, separator_of(names));
    } else if (!names->scratch && names->prefix && !is_within_inbox(names, name)) {
        buffer_add_text(&moved, names->prefix);
    }
    size_t folder = moved.size;
    buffer_add(&moved, name, strlen(name) + 1);
    if (moved.failed) {
        buffer_free(&moved);
        return NULL;
    }
    replace_separators(names, (char *)moved.octets + folder);
    return (char *)moved.octets;
}

/* ---- rewriting ------------------------------------------------------------------------------ */

static bool needs_quotes(const char *name, bool is_pattern) {
    if (!*name) {
        return true;
    }
    for (; *name; name++) {
        if (*name <= ' ' || *name == 0x7F || strchr("(){\"\\", *name) ||
            (!is_pattern && strchr("%*", *name))) {
            return true;
        }
    }
    return false;
}

/* The value that stands at a place, NUL-terminated; NULL when memory is out. */
static char *read_value(const uint8_t *octets, const struct name_place *place) {
    size_t size = imap_value(octets + place->start, place->end - place->start, NULL, 0);
    char *value = malloc(size + 1);

    if (!value) {
        return NULL;
    }
    imap_value(octets + place->start, place->end - place->start, (uint8_t *)value, size);
    value[size] = '\0';
    return value;
}

static void add_separator(const struct names *names, struct buffer *text) {
    if (names->separator) {
        buffer_add_quoted(text, &names->separator, 1);
    } else {
        buffer_add_text(text, "NIL");
    }
}

/* Is the name taken relative to another, so that only its separators change? */
static bool is_relative(const struct name_places *places, size_t index, const uint8_t *octets) {
    const struct name_place *reference = index > 0 ? &places->items[index - 1] : NULL;

    return places->items[index].kind == NAME_PATTERN && reference &&
           reference->kind == NAME_REFERENCE &&
           imap_value(octets + reference->start, reference->end - reference->start, NULL, 0) > 0;
}

static bool add_name(const struct names *names, bool is_moved, bool is_quoted, bool is_pattern,
                     char *value, struct buffer *text) {
    char *name = is_moved ? names_on_server(names, value) : value;

    if (!name) {
        return false;
    }
    if (!is_moved) {
        replace_separators(names, name);
    }
    if (is_quoted) {
        buffer_add_utf8_quoted(text, name, strlen(name));
    } else if (!needs_quotes(name, is_pattern) || !buffer_add_quoted(text, name, strlen(name))) {
        buffer_add_text(text, name);
    }
    if (is_moved) {
        free(name);
    }
    return true;
}

/* Adds what stands at place `index` as the server knows it; false when memory is out. */
static bool add_place(const struct names *names, const struct name_places *places, size_t index,
                      const uint8_t *octets, struct buffer *text) {
    const struct name_place *place = &places->items[index];
    const char separator[] = {names->dialog->separator, '\0'};
    bool is_quoted = octets[place->start] == '"', is_literal = octets[place->start] == '{';
    bool is_written = true;
    char *value = read_value(octets, place);

    if (!value) {
        return false;
    }
    if (place->kind == NAME_SEPARATOR && strcmp(value, separator) == 0) {
        add_separator(names, text);
    } else if (place->kind == NAME_SEPARATOR || is_literal || !value[0]) {
        buffer_add(text, octets + place->start, place->end - place->start);
    } else {
        is_written = add_name(names, !is_relative(places, index, octets), is_quoted,
                              place->kind == NAME_PATTERN, value, text);
    }
    free(value);
    return is_written;
}

/* Moves a place from the pattern's octets to the text that it was compiled from; false when a
 * placeholder stands there. */
static bool move_to_text(const struct pattern *pattern, struct name_place *place) {
    size_t start = place->start, end = place->end;

    for (size_t i = 0; i < pattern->hole_count; i++) {
        const struct pattern_hole *hole = &pattern->holes[i];
        if (hole->start >= end) {
            break;
        }
        if (hole->end > start) {
            return false;
        }
        place->start = hole->text_end + (start - hole->end);
        place->end = hole->text_end + (end - hole->end);
    }
    return true;
}

/* The places of an expected message, which may hold placeholders. */
static struct name_places find_in_text(const struct imap_grammar *grammar, enum imap_root root,
                                       const uint8_t *text, size_t size) {
    char problem[256];
    unsigned column;
    struct pattern *pattern = pattern_compile(grammar, root, text, size, problem, &column);
    struct name_places found = {0}, moved = {0};

    if (!pattern) {
        return moved;
    }
    found = names_find(grammar, root, pattern->octets, pattern->size);
    for (size_t i = 0; i < found.count; i++) {
        if (move_to_text(pattern, &found.items[i])) {
            moved.items[moved.count++] = found.items[i];
        }
    }
    moved.is_readable = found.is_readable;
    pattern_free(pattern);
    return moved;
}

uint8_t *names_map(const struct names *names, const struct imap_grammar *grammar,
                   enum imap_root root, const uint8_t *octets, size_t size, size_t *mapped) {
    bool is_expected = root == IMAP_RESPONSE || root == IMAP_GREETING;
    bool is_changed =
        names->scratch || names->prefix || names->separator != names->dialog->separator;
    struct name_places places = {0};
    struct buffer text = {0};
    size_t at = 0;

    if (is_changed) {
        places = is_expected ? find_in_text(grammar, root, octets, size)
                             : names_find(grammar, root, octets, size);
    }
    for (size_t i = 0; places.is_readable && i < places.count; i++) {
        buffer_add(&text, octets + at, places.items[i].start - at);
        if (!add_place(names, &places, i, octets, &text)) {
            text.failed = true;
        }
        at = places.items[i].end;
    }
    buffer_add(&text, octets + at, size - at);
    *mapped = text.size;
    buffer_add(&text, "", 1);
    if (!text.failed) {
        return text.octets;
    }
    buffer_free(&text);
    return NULL;
}
