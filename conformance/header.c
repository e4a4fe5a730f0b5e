#include "header.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marker.h"
#include "names.h"

/* A part of a header line, and where it stands. */
struct field {
    const char *text;
    size_t size;
    size_t line, column; /* from 1 */
};

struct header {
    const struct source *source;
    struct dialog *dialog;
};

static bool fail(const struct header *header, const struct field *field, const char *sentence) {
    return source_fail(header->source, field->line, field->column, "%s", sentence);
}

/* Allocated copy in *text; false with the diagnostic set. */
static bool keep(const struct header *header, const struct field *field, char **text) {
    char *copy = malloc(field->size + 1);

    if (!copy)
        return source_fail_memory(header->source);
    memcpy(copy, field->text, field->size);
    copy[field->size] = '\0';
    free(*text);
    *text = copy;
    return true;
}

static bool equals(const struct field *field, const char *word) {
    return field->size == strlen(word) && memcmp(field->text, word, field->size) == 0;
}

static bool is_space(char octet) {
    return octet == ' ' || octet == '\t';
}

/* Takes the first word off `rest`. An empty word when there is none. */
static struct field next_word(struct field *rest) {
    struct field word;
    size_t start = 0;

    while (start < rest->size && is_space(rest->text[start]))
        start++;
    size_t end = start;
    while (end < rest->size && !is_space(rest->text[end]))
        end++;
    word = (struct field){rest->text + start, end - start, rest->line, rest->column + start};
    while (end < rest->size && is_space(rest->text[end]))
        end++;
    *rest = (struct field){rest->text + end, rest->size - end, rest->line, rest->column + end};
    return word;
}

/* A whole number from `low` to `high`. */
static bool read_number(const struct header *header, const struct field *field, unsigned low,
                        unsigned high, unsigned *number) {
    unsigned long value = 0;

    for (size_t i = 0; i < field->size && value <= high; i++) {
        if (field->text[i] < '0' || field->text[i] > '9')
            return source_fail(header->source, field->line, field->column + i,
                               "a number from %u to %u must stand here", low, high);
        value = value * 10 + (unsigned long)(field->text[i] - '0');
    }
    if (field->size == 0 || value < low || value > high)
        return source_fail(header->source, field->line, field->column,
                           "a number from %u to %u must stand here", low, high);
    *number = (unsigned)value;
    return true;
}

/* Which of the words (ended by NULL) is it? */
static bool read_choice(const struct header *header, const struct field *field,
                        const char *const *words, unsigned *choice) {
    char list[128] = "";

    for (unsigned i = 0; words[i]; i++) {
        if (equals(field, words[i])) {
            *choice = i;
            return true;
        }
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s`%s`", i > 0 ? ", " : "", words[i]);
    }
    return source_fail(header->source, field->line, field->column, "`%.*s` is none of %s",
                       field->size < 64 ? (int)field->size : 64, field->text, list);
}

/* Words, parted by one space each. */
static bool read_words(const struct header *header, const struct field *value, char **words) {
    struct field rest = *value;
    size_t length = 0;
    char *joined = malloc(value->size + 1);

    if (!joined)
        return source_fail_memory(header->source);
    while (rest.size > 0) {
        struct field word = next_word(&rest);
        if (length > 0)
            joined[length++] = ' ';
        memcpy(joined + length, word.text, word.size);
        length += word.size;
    }
    joined[length] = '\0';
    free(*words);
    *words = joined;
    return true;
}

static bool make_disposable(const struct header *header, const struct field *field,
                            const char *sentence) {
    char reason[256];

    if (header->dialog->disposable)
        return true;
    snprintf(reason, sizeof reason, "line %zu: %s", field->line, sentence);
    header->dialog->disposable = true;
    header->dialog->disposable_reason = strdup(reason);
    return header->dialog->disposable_reason || source_fail_memory(header->source);
}

static bool read_section(const struct header *header, const struct field *value) {
    return keep(header, value, &header->dialog->section);
}

static bool read_proves(const struct header *header, const struct field *value) {
    return read_words(header, value, &header->dialog->proves);
}

static bool read_needs(const struct header *header, const struct field *value) {
    return read_words(header, value, &header->dialog->needs);
}

static bool read_uses(const struct header *header, const struct field *value) {
    return read_words(header, value, &header->dialog->uses);
}

static bool read_level(const struct header *header, const struct field *value) {
    static const char *const words[] = {"MUST", "SHOULD", NULL};
    unsigned choice;

    if (!read_choice(header, value, words, &choice))
        return false;
    header->dialog->recommended = choice == 1;
    return true;
}

static bool read_mode(const struct header *header, const struct field *value) {
    static const char *const words[] = {"live", "syntax", NULL};
    unsigned choice;

    if (!read_choice(header, value, words, &choice))
        return false;
    header->dialog->syntax_only = choice == 1;
    return true;
}

#define MAX_DIALECTS 15

static bool read_dialect(const struct header *header, const struct field *value) {
    const char *names[MAX_DIALECTS + 1] = {0};
    unsigned choice;

    for (size_t i = 0; i < MAX_DIALECTS && imap_dialect_name(i); i++)
        names[i] = imap_dialect_name(i);
    if (!read_choice(header, value, names, &choice))
        return false;
    header->dialog->grammar = imap_grammar_builtin(names[choice]);
    return true;
}

static bool read_state(const struct header *header, const struct field *value) {
    static const char *const words[] = {"greeting", "tls",      "authenticated",
                                        "created",  "selected", NULL};
    struct field rest = *value, word = next_word(&rest);
    unsigned choice;

    if (!read_choice(header, &word, words, &choice))
        return false;
    header->dialog->state = (enum ladder)choice;
    if (rest.size == 0)
        return true;
    if (choice != STATE_SELECTED)
        return fail(header, &rest, "only `selected` is followed by a mailbox");
    return keep(header, &rest, &header->dialog->selected);
}

static bool read_connections(const struct header *header, const struct field *value) {
    return read_number(header, value, 1, HEADER_MAX_CONNECTIONS, &header->dialog->connections);
}

static bool read_account(const struct header *header, const struct field *value) {
    if (!equals(value, "disposable"))
        return fail(header, value, "an account is `disposable`, or the line is left out");
    return make_disposable(header, value, "`account: disposable`");
}

static bool read_separator(const struct header *header, const struct field *value) {
    if (value->size != 1 || value->text[0] <= ' ' || value->text[0] > '~')
        return fail(header, value, "a separator is one printable character of ASCII");
    header->dialog->separator = value->text[0];
    header->dialog->separator_significant = true;
    return true;
}

static const struct fixture_mailbox *find_mailbox(const struct dialog *dialog, const char *name) {
    for (size_t i = 0; i < dialog->mailbox_count; i++) {
        if (strcmp(dialog->mailboxes[i].name, name) == 0)
            return &dialog->mailboxes[i];
    }
    return NULL;
}

static bool add_mailbox(const struct header *header, const struct field *name, unsigned messages) {
    struct dialog *dialog = header->dialog;
    struct fixture_mailbox *mailboxes =
        realloc(dialog->mailboxes, (dialog->mailbox_count + 1) * sizeof *mailboxes);

    if (!mailboxes)
        return source_fail_memory(header->source);
    dialog->mailboxes = mailboxes;
    struct fixture_mailbox mailbox = {
        .line = (unsigned)name->line, .messages = messages, .recent = UINT_MAX};
    if (!keep(header, name, &mailbox.name))
        return false;
    if (find_mailbox(dialog, mailbox.name)) {
        free(mailbox.name);
        return fail(header, name, "this mailbox was declared before");
    }
    mailboxes[dialog->mailbox_count++] = mailbox;
    if (names_is_inbox(mailbox.name))
        return make_disposable(header, name, "INBOX is the account's own mailbox");
    return true;
}

/* NAME COUNT; the name may have spaces. */
static bool read_mailbox(const struct header *header, const struct field *value) {
    size_t space = value->size;
    unsigned messages;

    while (space > 0 && !is_space(value->text[space - 1]))
        space--;
    struct field count = {value->text + space, value->size - space, value->line,
                          value->column + space};
    while (space > 0 && is_space(value->text[space - 1]))
        space--;
    struct field name = {value->text, space, value->line, value->column};
    if (name.size == 0)
        return fail(header, value, "a name and a number of messages must stand here");
    if (header->dialog->mailbox_count == HEADER_MAX_MAILBOXES)
        return fail(header, value, "a dialog has at most 64 mailboxes");
    return read_number(header, &count, 0, HEADER_MAX_MESSAGES, &messages) &&
           add_mailbox(header, &name, messages);
}

static struct fixture_mailbox *last_mailbox(const struct header *header) {
    return &header->dialog->mailboxes[header->dialog->mailbox_count - 1];
}

/* A sequence-set of numbers from 1 to `count`, each range in order. */
static bool check_messages(const struct header *header, const struct field *set, unsigned count) {
    size_t start = 0;
    unsigned first = 0, number;

    for (size_t i = 0; i <= set->size; i++) {
        char end = i < set->size ? set->text[i] : ',';
        if (end != ',' && end != ':')
            continue;
        struct field part = {set->text + start, i - start, set->line, set->column + start};
        if (count == 0)
            return fail(header, set, "the mailbox has no messages");
        if (!read_number(header, &part, first > 0 ? first : 1, count, &number))
            return false;
        if (end == ':' && first > 0)
            return source_fail(header->source, set->line, set->column + i,
                               "a range is two numbers: 2:4");
        first = end == ':' ? number : 0;
        start = i + 1;
    }
    return true;
}

/* Does a response of these three parts belong to the grammar? If not, *offset is how far into
 * `value` it was read. */
static bool is_response(const struct header *header, const char *before, const struct field *value,
                        const char *after, size_t *offset) {
    char text[SOURCE_MAX_LINE + 64];
    struct imap_parser parser;
    size_t consumed;
    int size =
        snprintf(text, sizeof text, "%s%.*s%s\r\n", before, (int)value->size, value->text, after);

    imap_parser_init(&parser, header->dialog->grammar, IMAP_RESPONSE, NULL, NULL);
    *offset = 0;
    if (imap_parser_feed(&parser, text, (size_t)size, &consumed) == IMAP_MORE)
        return imap_parser_at_start(&parser);
    uint64_t error = imap_parser_error(&parser)->offset;
    if (error > strlen(before))
        *offset = (size_t)error - strlen(before);
    return false;
}

/* Splits "SET VALUE" and adds it to the last mailbox; *text is the new attribute's value. */
static bool add_attribute(const struct header *header, const struct field *set,
                          struct fixture_attribute attribute) {
    struct fixture_mailbox *mailbox = last_mailbox(header);
    struct fixture_attribute *attributes =
        realloc(mailbox->attributes, (mailbox->attribute_count + 1) * sizeof *attributes);

    if (attributes)
        mailbox->attributes = attributes;
    if (!attributes || !keep(header, set, &attribute.messages)) {
        free(attribute.value);
        return attributes ? false : source_fail_memory(header->source);
    }
    attributes[mailbox->attribute_count++] = attribute;
    return true;
}

/* Takes the set off *rest, and checks it. */
static bool take_set(const struct header *header, struct field *rest, struct field *set) {
    *set = next_word(rest);
    if (!check_messages(header, set, last_mailbox(header)->messages))
        return false;
    return rest->size > 0 || fail(header, rest, "a value must follow the messages' numbers");
}

static bool read_flags(const struct header *header, const struct field *value) {
    struct fixture_attribute attribute = {.kind = FIXTURE_FLAGS};
    struct field rest = *value, set;
    size_t offset;

    if (!take_set(header, &rest, &set))
        return false;
    if (!is_response(header, "* FLAGS (", &rest, ")", &offset))
        return source_fail(header->source, rest.line, rest.column + offset,
                           "flags must stand here, parted by one space: \\Seen Work");
    struct field words = rest;
    while (words.size > 0) {
        struct field word = next_word(&words);
        if (word.size == strlen("\\Recent") && word.text[0] == '\\' &&
            (word.text[1] == 'R' || word.text[1] == 'r') && memcmp(word.text + 2, "ecent", 5) == 0)
            return fail(header, &word, "\\Recent is the server's: say `recent: NUMBER`");
    }
    return keep(header, &rest, &attribute.value) && add_attribute(header, &set, attribute);
}

static bool read_internaldate(const struct header *header, const struct field *value) {
    struct fixture_attribute attribute = {.kind = FIXTURE_INTERNALDATE};
    struct field rest = *value, set;
    size_t offset;

    if (!take_set(header, &rest, &set))
        return false;
    if (!is_response(header, "* 1 FETCH (INTERNALDATE ", &rest, ")", &offset))
        return source_fail(header->source, rest.line, rest.column + offset,
                           "a date must stand here: \"17-Jul-1996 02:44:25 -0700\"");
    struct field date = {rest.text + 1, rest.size - 2, rest.line, rest.column + 1};
    return keep(header, &date, &attribute.value) && add_attribute(header, &set, attribute);
}

static bool read_message(const struct header *header, const struct field *value) {
    struct fixture_attribute attribute = {.kind = FIXTURE_MESSAGE};
    struct field rest = *value, set;

    if (!take_set(header, &rest, &set))
        return false;
    attribute.value = source_beside(header->source, rest.line, rest.column, rest.text, rest.size);
    return attribute.value && add_attribute(header, &set, attribute);
}

static bool read_recent(const struct header *header, const struct field *value) {
    struct fixture_mailbox *mailbox = last_mailbox(header);

    return read_number(header, value, 0, mailbox->messages, &mailbox->recent);
}

static bool read_subscribed(const struct header *header, const struct field *value) {
    static const char *const words[] = {"no", "yes", NULL};
    unsigned choice;

    if (!read_choice(header, value, words, &choice))
        return false;
    last_mailbox(header)->subscribed = choice == 1;
    return true;
}

struct header_key {
    const char *name;
    bool (*read)(const struct header *, const struct field *value);
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
    {"mailbox", read_mailbox, true, false},
    {"flags", read_flags, true, true},
    {"internaldate", read_internaldate, true, true},
    {"message", read_message, true, true},
    {"recent", read_recent, false, true},
    {"subscribed", read_subscribed, false, true},
};

#define KEY_COUNT (sizeof keys / sizeof *keys)

static size_t find_key(const struct field *name) {
    size_t key = 0;

    while (key < KEY_COUNT && !equals(name, keys[key].name))
        key++;
    return key;
}

/* `key: value`, without the spaces around the value. */
static bool split(const struct header *header, const struct source_line *line, size_t number,
                  struct field *name, struct field *value) {
    const char *colon = memchr(line->text, ':', line->size);

    *name = (struct field){line->text, line->size, number, 1};
    if (!colon && (unsigned char)line->text[0] >= 0x80)
        return fail(header, name,
                    "neither `key: value` nor a marker; its first letter is not "
                    "of ASCII (a look-alike of C or S?)");
    if (!colon)
        return fail(header, name, "neither `key: value` nor a marker (C: S: !action)");
    name->size = (size_t)(colon - line->text);
    *value = (struct field){colon + 1, line->size - name->size - 1, number, name->size + 2};
    while (value->size > 0 && is_space(value->text[0])) {
        value->text++;
        value->size--;
        value->column++;
    }
    while (value->size > 0 && is_space(value->text[value->size - 1]))
        value->size--;
    return true;
}

static bool read_line(const struct header *header, const struct source_line *line, size_t number,
                      size_t seen[KEY_COUNT]) {
    struct field name, value;

    if (!split(header, line, number, &name, &value))
        return false;
    size_t key = find_key(&name);
    if (key == KEY_COUNT)
        return source_fail(header->source, number, 1, "unknown header `%.*s:`",
                           name.size < 64 ? (int)name.size : 64, name.text);
    if (keys[key].of_mailbox && header->dialog->mailbox_count == 0)
        return source_fail(header->source, number, 1, "`%s:` must stand below a `mailbox:`",
                           keys[key].name);
    /* What belongs to a mailbox may stand once below each. */
    size_t since = keys[key].of_mailbox ? last_mailbox(header)->line : 0;
    if (!keys[key].repeats && seen[key] > since)
        return source_fail(header->source, number, 1, "`%s:` stands in line %zu already",
                           keys[key].name, seen[key]);
    seen[key] = number;
    if (value.size == 0)
        return source_fail(header->source, number, value.column, "`%s:` has no value",
                           keys[key].name);
    return keys[key].read(header, &value);
}

static bool set_defaults(const struct header *header) {
    struct dialog *dialog = header->dialog;
    struct field none = {"", 0, 1, 1};

    dialog->grammar = imap_grammar_builtin(imap_dialect_name(0));
    dialog->state = STATE_AUTHENTICATED;
    dialog->connections = 1;
    dialog->separator = '/';
    return keep(header, &none, &dialog->section) && keep(header, &none, &dialog->proves) &&
           keep(header, &none, &dialog->needs) && keep(header, &none, &dialog->uses);
}

/* What can only be said once the whole header is known. */
static bool finish(const struct header *header, size_t state_line) {
    struct dialog *dialog = header->dialog;
    struct field state = {"", 0, state_line, 1};

    if (dialog->state != STATE_SELECTED)
        return true;
    if (!dialog->selected) {
        if (dialog->mailbox_count == 0)
            return fail(header, &state, "`state: selected` needs a `mailbox:` or a name");
        dialog->selected = strdup(dialog->mailboxes[0].name);
        return dialog->selected || source_fail_memory(header->source);
    }
    if (find_mailbox(dialog, dialog->selected))
        return true;
    if (names_is_inbox(dialog->selected))
        return make_disposable(header, &state, "INBOX is the account's own mailbox");
    return source_fail(header->source, state_line, 1, "no `mailbox:` builds `%s`",
                       dialog->selected);
}

bool header_read(const struct source *source, struct dialog *dialog, size_t *end) {
    struct header header = {source, dialog};
    size_t seen[KEY_COUNT] = {0}; /* the line where each key stood last */
    struct field state = {"state", strlen("state"), 0, 0};

    if (!set_defaults(&header))
        return false;
    for (*end = 0; *end < source->line_count; ++*end) {
        const struct source_line *line = &source->lines[*end];
        if (marker_read(line).kind != MARKER_NONE)
            break;
        if (source_is_blank(line) || line->text[0] == '#')
            continue;
        if (!read_line(&header, line, *end + 1, seen))
            return false;
    }
    return finish(&header, seen[find_key(&state)]);
}
