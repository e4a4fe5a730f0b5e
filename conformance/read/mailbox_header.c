#include "mailbox_header.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "scope.h"

const struct fixture_mailbox *mailbox_header_find(const struct dialog *dialog, const char *name) {
    for (size_t i = 0; i < dialog->mailbox_count; i++) {
        if (strcmp(dialog->mailboxes[i].name, name) == 0) {
            return &dialog->mailboxes[i];
        }
    }
    return NULL;
}

static bool add_mailbox(const struct source *source, struct dialog *dialog,
                        const struct field *name, unsigned messages) {
    struct fixture_mailbox *mailboxes =
        realloc(dialog->mailboxes, (dialog->mailbox_count + 1) * sizeof *mailboxes);

    if (!mailboxes) {
        return source_fail_memory(source);
    }
    dialog->mailboxes = mailboxes;
    struct fixture_mailbox mailbox = {
        .line = (unsigned)name->line, .messages = messages, .recent = UINT_MAX};
    if (!field_keep(source, name, &mailbox.name)) {
        return false;
    }
    if (mailbox_header_find(dialog, mailbox.name)) {
        free(mailbox.name);
        return field_fail(source, name, "this mailbox was declared before");
    }
    mailboxes[dialog->mailbox_count++] = mailbox;
    if (names_is_inbox(mailbox.name)) {
        return scope_leave(dialog, name->line, SCOPE_INBOX) || source_fail_memory(source);
    }
    return true;
}

/* NAME COUNT; the name may have spaces. */
bool mailbox_header_add(const struct source *source, struct dialog *dialog,
                        const struct field *value) {
    struct field rest = *value, count = *value, name = *value;
    unsigned messages;

    while (rest.size > 0) {
        count = field_next_word(&rest);
    }
    name.size = (size_t)(count.text - value->text);
    field_trim(&name);
    if (name.size == 0) {
        return field_fail(source, value, "a name and a number of messages must stand here");
    }
    if (dialog->mailbox_count == MAILBOX_MAX_MAILBOXES) {
        return field_fail(source, value, "a dialog has at most 64 mailboxes");
    }
    return field_number(source, &count, 0, MAILBOX_MAX_MESSAGES, &messages) &&
           add_mailbox(source, dialog, &name, messages);
}

static struct fixture_mailbox *last_mailbox(struct dialog *dialog) {
    return &dialog->mailboxes[dialog->mailbox_count - 1];
}

/* A sequence-set of numbers from 1 to `count`, each range in order. */
static bool check_messages(const struct source *source, const struct field *set, unsigned count) {
    size_t start = 0;
    unsigned first = 0, number;

    for (size_t i = 0; i <= set->size; i++) {
        char end = i < set->size ? set->text[i] : ',';
        if (end != ',' && end != ':') {
            continue;
        }
        struct field part = {set->text + start, i - start, set->line, set->column + start};
        if (count == 0) {
            return field_fail(source, set, "the mailbox has no messages");
        }
        if (!field_number(source, &part, first > 0 ? first : 1, count, &number)) {
            return false;
        }
        if (end == ':' && first > 0) {
            return source_fail(source, set->line, set->column + i, "a range is two numbers: 2:4");
        }
        first = end == ':' ? number : 0;
        start = i + 1;
    }
    return true;
}

/* Does a response of these three parts belong to the grammar? If not, *offset is how far into
 * `value` it was read. */
static bool is_response(const struct dialog *dialog, const char *before, const struct field *value,
                        const char *after, size_t *offset) {
    char text[SOURCE_MAX_LINE + 64];
    struct imap_parser parser;
    size_t consumed;
    int size =
        snprintf(text, sizeof text, "%s%.*s%s\r\n", before, (int)value->size, value->text, after);

    imap_parser_init(&parser, dialog->grammar, IMAP_RESPONSE, NULL, NULL);
    *offset = 0;
    if (imap_parser_feed(&parser, text, (size_t)size, &consumed) == IMAP_MORE) {
        return imap_parser_at_start(&parser);
    }
    uint64_t error = imap_parser_error(&parser)->offset;
    if (error > strlen(before)) {
        *offset = (size_t)error - strlen(before);
    }
    return false;
}

/* Splits "SET VALUE" and adds it to the last mailbox; *text is the new attribute's value. */
static bool add_attribute(const struct source *source, struct dialog *dialog,
                          const struct field *set, struct fixture_attribute attribute) {
    struct fixture_mailbox *mailbox = last_mailbox(dialog);
    struct fixture_attribute *attributes =
        realloc(mailbox->attributes, (mailbox->attribute_count + 1) * sizeof *attributes);

    if (attributes) {
        mailbox->attributes = attributes;
    }
    if (!attributes || !field_keep(source, set, &attribute.messages)) {
        free(attribute.value);
        return attributes ? false : source_fail_memory(source);
    }
    attributes[mailbox->attribute_count++] = attribute;
    return true;
}

/* Takes the set off *rest, and checks it. */
static bool take_set(const struct source *source, struct dialog *dialog, struct field *rest,
                     struct field *set) {
    *set = field_next_word(rest);
    if (!check_messages(source, set, last_mailbox(dialog)->messages)) {
        return false;
    }
    return rest->size > 0 || field_fail(source, rest, "a value must follow the messages' numbers");
}

bool mailbox_header_flags(const struct source *source, struct dialog *dialog,
                          const struct field *value) {
    struct fixture_attribute attribute = {.kind = FIXTURE_FLAGS};
    struct field rest = *value, set;
    size_t offset;

    if (!take_set(source, dialog, &rest, &set)) {
        return false;
    }
    if (!is_response(dialog, "* FLAGS (", &rest, ")", &offset)) {
        return source_fail(source, rest.line, rest.column + offset,
                           "flags must stand here, parted by one space: \\Seen Work");
    }
    struct field words = rest;
    while (words.size > 0) {
        struct field word = field_next_word(&words);
        if (word.size == strlen("\\Recent") && word.text[0] == '\\' &&
            (word.text[1] == 'R' || word.text[1] == 'r') &&
            memcmp(word.text + 2, "ecent", 5) == 0) {
            return field_fail(source, &word, "\\Recent is the server's: say `recent: NUMBER`");
        }
    }
    return field_keep(source, &rest, &attribute.value) &&
           add_attribute(source, dialog, &set, attribute);
}

bool mailbox_header_internaldate(const struct source *source, struct dialog *dialog,
                                 const struct field *value) {
    struct fixture_attribute attribute = {.kind = FIXTURE_INTERNALDATE};
    struct field rest = *value, set;
    size_t offset;

    if (!take_set(source, dialog, &rest, &set)) {
        return false;
    }
    if (!is_response(dialog, "* 1 FETCH (INTERNALDATE ", &rest, ")", &offset)) {
        return source_fail(source, rest.line, rest.column + offset,
                           "a date must stand here: \"17-Jul-1996 02:44:25 -0700\"");
    }
    struct field date = {rest.text + 1, rest.size - 2, rest.line, rest.column + 1};
    return field_keep(source, &date, &attribute.value) &&
           add_attribute(source, dialog, &set, attribute);
}

bool mailbox_header_message(const struct source *source, struct dialog *dialog,
                            const struct field *value) {
    struct fixture_attribute attribute = {.kind = FIXTURE_MESSAGE};
    struct field rest = *value, set;

    if (!take_set(source, dialog, &rest, &set)) {
        return false;
    }
    attribute.value = source_beside(source, rest.line, rest.column, rest.text, rest.size);
    return attribute.value && add_attribute(source, dialog, &set, attribute);
}

bool mailbox_header_recent(const struct source *source, struct dialog *dialog,
                           const struct field *value) {
    struct fixture_mailbox *mailbox = last_mailbox(dialog);

    return field_number(source, value, 0, mailbox->messages, &mailbox->recent);
}

bool mailbox_header_subscribed(const struct source *source, struct dialog *dialog,
                               const struct field *value) {
    static const char *const words[] = {"no", "yes", NULL};
    unsigned choice;

    if (!field_choice(source, value, words, &choice)) {
        return false;
    }
    last_mailbox(dialog)->subscribed = choice == 1;
    return true;
}
