#include "scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../text.h"
#include "names.h"

/* The longest name or command that a reason quotes, in octets. */
#define QUOTED_MAX 80

bool scope_leave(struct dialog *dialog, size_t line, const char *sentence) {
    char escaped[256], reason[sizeof escaped + 32];

    if (dialog->disposable) {
        return true;
    }
    text_escape(TEXT_UTF8, sentence, strlen(sentence), escaped, sizeof escaped);
    snprintf(reason, sizeof reason, "line %zu: %s", line, escaped);
    dialog->disposable = true;
    dialog->disposable_reason = strdup(reason);
    return dialog->disposable_reason != NULL;
}

/* Is `inner` the mailbox `outer` or one below it? Separators at the end don't count. */
static bool is_within(const struct dialog *dialog, const char *inner, size_t inner_size,
                      const char *outer, size_t outer_size) {
    if (inner_size > 1 && inner[inner_size - 1] == dialog->separator) {
        inner_size--;
    }
    if (outer_size > 1 && outer[outer_size - 1] == dialog->separator) {
        outer_size--;
    }
    return inner_size >= outer_size && memcmp(inner, outer, outer_size) == 0 &&
           (inner_size == outer_size || inner[outer_size] == dialog->separator);
}

/* Is the name within a declared one or, if `or_above`, is a declared one within it? */
static bool is_declared(const struct dialog *dialog, const char *name, size_t size, bool or_above) {
    for (size_t i = 0; i < dialog->mailbox_count; i++) {
        const char *declared = dialog->mailboxes[i].name;
        if (is_within(dialog, name, size, declared, strlen(declared)) ||
            (or_above && is_within(dialog, declared, strlen(declared), name, size))) {
            return true;
        }
    }
    for (const char *word = dialog->uses; *word;) {
        size_t length = strcspn(word, " ");
        if (is_within(dialog, name, size, word, length) ||
            (or_above && is_within(dialog, word, length, name, size))) {
            return true;
        }
        word += length + (word[length] == ' ');
    }
    return false;
}

/* The value at a place, NUL-terminated, appended to what `text` holds; cut where it is full. */
static void append_value(const uint8_t *octets, const struct name_place *place, char *text,
                         size_t capacity) {
    size_t used = strlen(text);
    size_t length = imap_value(octets + place->start, place->end - place->start,
                               (uint8_t *)text + used, capacity - used - 1);

    text[length < capacity - used - 1 ? used + length : capacity - 1] = '\0';
}

/* The longest name that is looked up; a longer one is taken as not declared. */
#define NAME_MAX_OCTETS 1024

static bool check_mailbox(struct dialog *dialog, const struct dialog_step *step,
                          const uint8_t *octets, const struct name_place *place) {
    char name[NAME_MAX_OCTETS] = "", sentence[QUOTED_MAX + 64];

    append_value(octets, place, name, sizeof name);
    if (octets[place->start] == '{') {
        return scope_leave(dialog, step->line, "a name in a literal cannot be moved below another");
    }
    if (strlen(name) < sizeof name - 1 && is_declared(dialog, name, strlen(name), false)) {
        return true;
    }
    if (names_is_inbox(name)) {
        return scope_leave(dialog, step->line, SCOPE_INBOX);
    }
    snprintf(sentence, sizeof sentence, "no `mailbox:` or `uses:` declares `%.*s`", QUOTED_MAX,
             name);
    return scope_leave(dialog, step->line, sentence);
}

/* What a LIST or LSUB looks at lies within the mailbox before its first wildcard. */
static bool check_list(struct dialog *dialog, const struct dialog_step *step, const uint8_t *octets,
                       size_t size, const struct name_places *places, size_t index) {
    const struct name_place *pattern = &places->items[index];
    char name[NAME_MAX_OCTETS] = "", sentence[QUOTED_MAX + 64];

    if (index > 0 && pattern[-1].kind == NAME_REFERENCE) {
        append_value(octets, pattern - 1, name, sizeof name);
    }
    append_value(octets, pattern, name, sizeof name);
    size_t fixed = strcspn(name, "%*");
    if (name[fixed]) {
        while (fixed > 0 && name[fixed - 1] != dialog->separator) {
            fixed--;
        }
    }
    bool is_literal = octets[pattern->start] == '{';
    bool asks_for_separator = !name[0];
    bool is_within_declared = fixed > 0 && fixed < sizeof name - 1 && !is_literal &&
                              is_declared(dialog, name, fixed, true);
    if (asks_for_separator || is_within_declared) {
        return true;
    }
    const uint8_t *command = memchr(octets, ' ', size);
    size_t start = command ? (size_t)(command - octets) + 1 : 0;
    size_t length = pattern->end - start;
    snprintf(sentence, sizeof sentence, "%.*s looks at more than the declared mailboxes",
             length < QUOTED_MAX ? (int)length : QUOTED_MAX, (const char *)octets + start);
    return scope_leave(dialog, step->line, sentence);
}

/* Checks the message that begins at a step. False only when memory is out. */
static bool check_message(struct dialog *dialog, size_t index) {
    const struct dialog_step *step = &dialog->steps[index];
    size_t size;
    uint8_t *octets = dialog_client_message(dialog, index, &size);
    bool has_memory = true;

    if (!octets) {
        return false;
    }
    struct name_places places =
        names_find(dialog->grammar, dialog_root(dialog, index), octets, size);
    if (!places.is_whole || places.overflow) {
        has_memory = scope_leave(dialog, step->line, "the grammar cannot read what is sent");
    }
    for (size_t i = 0; i < places.count && has_memory && !dialog->disposable; i++) {
        if (places.items[i].kind == NAME_MAILBOX) {
            has_memory = check_mailbox(dialog, step, octets, &places.items[i]);
        } else if (places.items[i].kind == NAME_PATTERN) {
            has_memory = check_list(dialog, step, octets, size, &places, i);
        }
    }
    free(octets);
    return has_memory;
}

bool scope_check(struct dialog *dialog) {
    bool has_memory = true;

    if (dialog->mode != MODE_LIVE) {
        return true;
    }
    for (size_t i = 0; i < dialog->step_count && has_memory && !dialog->disposable; i++) {
        if (dialog->steps[i].kind == STEP_SEND && dialog_begins_message(dialog, i)) {
            has_memory = check_message(dialog, i);
        }
    }
    return has_memory;
}
