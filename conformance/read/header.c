#include "header.h"

#include <string.h>

#include "mailbox_header.h"
#include "marker.h"
#include "names.h"
#include "scope.h"

static bool read_section(const struct source *source, struct dialog *dialog,
                         const struct field *value) {
    return field_keep(source, value, &dialog->section);
}

static bool read_proves(const struct source *source, struct dialog *dialog,
                        const struct field *value) {
    return field_keep_words(source, value, &dialog->proves);
}

static bool read_needs(const struct source *source, struct dialog *dialog,
                       const struct field *value) {
    return field_keep_words(source, value, &dialog->needs);
}

static bool read_uses(const struct source *source, struct dialog *dialog,
                      const struct field *value) {
    return field_keep_words(source, value, &dialog->uses);
}

static bool read_level(const struct source *source, struct dialog *dialog,
                       const struct field *value) {
    static const char *const words[] = {"MUST", "SHOULD", NULL};
    unsigned choice;

    if (!field_choice(source, value, words, &choice)) {
        return false;
    }
    dialog->recommended = choice == 1;
    return true;
}

static bool read_mode(const struct source *source, struct dialog *dialog,
                      const struct field *value) {
    static const char *const words[] = {"live", "syntax", "octets", NULL};
    unsigned choice;

    if (!field_choice(source, value, words, &choice)) {
        return false;
    }
    dialog->mode = (enum dialog_mode)choice;
    return true;
}

#define MAX_DIALECTS 15

static bool read_dialect(const struct source *source, struct dialog *dialog,
                         const struct field *value) {
    const char *names[MAX_DIALECTS + 1] = {0};
    unsigned choice;

    for (size_t i = 0; i < MAX_DIALECTS && imap_dialect_name(i); i++) {
        names[i] = imap_dialect_name(i);
    }
    if (!field_choice(source, value, names, &choice)) {
        return false;
    }
    return imap_extensions_of_dialect(dialog->grammar, names[choice], &dialog->extensions);
}

static bool read_state(const struct source *source, struct dialog *dialog,
                       const struct field *value) {
    static const char *const words[] = {"greeting", "tls",      "authenticated",
                                        "created",  "selected", NULL};
    struct field rest = *value, word = field_next_word(&rest);
    unsigned choice;

    if (!field_choice(source, &word, words, &choice)) {
        return false;
    }
    dialog->state = (enum ladder)choice;
    if (rest.size == 0) {
        return true;
    }
    if (choice != STATE_SELECTED) {
        return field_fail(source, &rest, "only `selected` is followed by a mailbox");
    }
    return field_keep(source, &rest, &dialog->selected);
}

static bool read_connections(const struct source *source, struct dialog *dialog,
                             const struct field *value) {
    return field_number(source, value, 1, HEADER_MAX_CONNECTIONS, &dialog->connections);
}

static bool read_account(const struct source *source, struct dialog *dialog,
                         const struct field *value) {
    if (!field_equals(value, "disposable")) {
        return field_fail(source, value, "an account is `disposable`, or the line is left out");
    }
    return scope_leave(dialog, value->line, "`account: disposable`") || source_fail_memory(source);
}

static bool read_separator(const struct source *source, struct dialog *dialog,
                           const struct field *value) {
    if (value->size != 1 || value->text[0] <= ' ' || value->text[0] > '~') {
        return field_fail(source, value, "a separator is one printable character of ASCII");
    }
    dialog->separator = value->text[0];
    dialog->separator_significant = true;
    return true;
}

struct header_key {
    const char *name;
    bool (*read)(const struct source *, struct dialog *, const struct field *value);
    bool repeats;
    bool of_mailbox; /* belongs to the mailbox: above it */
};

static const struct header_key keys[] = {
    {"section", read_section, false, false},
    {"proves", read_proves, false, false},
    {"level", read_level, false, false},
    {"needs", read_needs, false, false},
    {"mode", read_mode, false, false},
    {"dialect", read_dialect, false, false},
    {"state", read_state, false, false},
    {"connections", read_connections, false, false},
    {"account", read_account, false, false},
    {"separator", read_separator, false, false},
    {"uses", read_uses, false, false},
    {"mailbox", mailbox_header_add, true, false},
    {"flags", mailbox_header_flags, true, true},
    {"internaldate", mailbox_header_internaldate, true, true},
    {"message", mailbox_header_message, true, true},
    {"recent", mailbox_header_recent, false, true},
    {"subscribed", mailbox_header_subscribed, false, true},
};

#define KEY_COUNT (sizeof keys / sizeof *keys)

static size_t find_key(const struct field *name) {
    size_t key = 0;

    while (key < KEY_COUNT && !field_equals(name, keys[key].name)) {
        key++;
    }
    return key;
}

/* `key: value`, without the spaces around the value. */
static bool split(const struct source *source, const struct source_line *line, size_t number,
                  struct field *name, struct field *value) {
    const char *colon = memchr(line->text, ':', line->size);

    *name = (struct field){line->text, line->size, number, 1};
    if (!colon && (unsigned char)line->text[0] >= 0x80) {
        return field_fail(source, name,
                          "neither `key: value` nor a marker; its first letter is not of ASCII (a "
                          "look-alike of C or S?)");
    }
    if (!colon) {
        return field_fail(source, name, "neither `key: value` nor a marker (C: S: !action)");
    }
    name->size = (size_t)(colon - line->text);
    *value = (struct field){colon + 1, line->size - name->size - 1, number, name->size + 2};
    field_trim(value);
    return true;
}

static bool read_line(const struct source *source, struct dialog *dialog,
                      const struct source_line *line, size_t number, size_t seen[KEY_COUNT]) {
    struct field name, value;

    if (!split(source, line, number, &name, &value)) {
        return false;
    }
    size_t key = find_key(&name);
    if (key == KEY_COUNT) {
        return source_fail(source, number, 1, "unknown header `%.*s:`",
                           name.size < 64 ? (int)name.size : 64, name.text);
    }
    if (keys[key].of_mailbox && dialog->mailbox_count == 0) {
        return source_fail(source, number, 1, "`%s:` must stand below a `mailbox:`",
                           keys[key].name);
    }
    /* What belongs to a mailbox may stand once below each. */
    size_t since = keys[key].of_mailbox ? dialog->mailboxes[dialog->mailbox_count - 1].line : 0;
    if (!keys[key].repeats && seen[key] > since) {
        return source_fail(source, number, 1, "`%s:` stands in line %zu already", keys[key].name,
                           seen[key]);
    }
    seen[key] = number;
    if (value.size == 0) {
        return source_fail(source, number, value.column, "`%s:` has no value", keys[key].name);
    }
    return keys[key].read(source, dialog, &value);
}

static bool set_defaults(const struct source *source, struct dialog *dialog) {
    struct field none = {"", 0, 1, 1};

    imap_extensions_of_dialect(dialog->grammar, imap_dialect_name(0), &dialog->extensions);
    dialog->state = STATE_AUTHENTICATED;
    dialog->connections = 1;
    dialog->separator = '/';
    return field_keep(source, &none, &dialog->section) &&
           field_keep(source, &none, &dialog->proves) &&
           field_keep(source, &none, &dialog->needs) && field_keep(source, &none, &dialog->uses);
}

/* What can only be said once the whole header is known. */
static bool finish(const struct source *source, struct dialog *dialog, size_t state_line) {
    struct field state = {"", 0, state_line, 1};

    imap_extensions_add(dialog->grammar, dialog->needs, strlen(dialog->needs), &dialog->extensions);
    if (dialog->state != STATE_SELECTED) {
        return true;
    }
    if (!dialog->selected) {
        if (dialog->mailbox_count == 0) {
            return field_fail(source, &state, "`state: selected` needs a `mailbox:` or a name");
        }
        dialog->selected = strdup(dialog->mailboxes[0].name);
        return dialog->selected || source_fail_memory(source);
    }
    if (mailbox_header_find(dialog, dialog->selected)) {
        return true;
    }
    if (names_is_inbox(dialog->selected)) {
        return scope_leave(dialog, state_line, SCOPE_INBOX) || source_fail_memory(source);
    }
    return source_fail(source, state_line, 1, "no `mailbox:` builds `%s`", dialog->selected);
}

bool header_read(const struct source *source, struct dialog *dialog, size_t *end) {
    size_t seen[KEY_COUNT] = {0}; /* the line where each key stood last */
    struct field state = {"state", strlen("state"), 0, 0};

    if (!set_defaults(source, dialog)) {
        return false;
    }
    for (*end = 0; *end < source->line_count; ++*end) {
        const struct source_line *line = &source->lines[*end];
        if (marker_read(line).kind != MARKER_NONE) {
            break;
        }
        if (source_is_blank(line) || line->text[0] == '#') {
            continue;
        }
        if (!read_line(source, dialog, line, *end + 1, seen)) {
            return false;
        }
    }
    return finish(source, dialog, seen[find_key(&state)]);
}
