#include "inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The tree of a larger message isn't looked through. */
#define NODES 8192

/* The longest response code that is compared with the known ones. */
#define CODE_MAXIMUM 32

/* Is one word the other with at most one character more, less or other? */
static bool is_near(const char *word, const char *other) {
    size_t length = strlen(word), other_length = strlen(other), same = 0;

    while (same < length && same < other_length && strncasecmp(word + same, other + same, 1) == 0) {
        same++;
    }
    size_t skip = length >= other_length && same < length ? 1 : 0;
    size_t other_skip = other_length >= length && same < other_length ? 1 : 0;
    return strcasecmp(word + same + skip, other + same + other_skip) == 0;
}

/* The known code that this one was meant to be; NULL if it is known itself, or like none. */
static const char *meant_code(const char *name, const char *joined) {
    const char *near = NULL, *code;

    for (size_t i = 0; (code = imap_response_code(i)); i++) {
        if (strcasecmp(name, code) == 0) {
            return NULL;
        }
        if (strcasecmp(joined, code) == 0 || (!near && is_near(name, code))) {
            near = code;
        }
    }
    return near;
}

/* `PERMANENT FLAGS (…)`: the code that was meant, by its name, or its name joined with the next
 * word.
 */
static void spell_code(const uint8_t *octets, size_t length, char hint[REPAIR_HINT]) {
    char name[CODE_MAXIMUM], joined[2 * CODE_MAXIMUM];
    size_t word = 0;

    if (length >= sizeof name) {
        return;
    }
    memcpy(name, octets, length);
    name[length] = '\0';
    memcpy(joined, name, length);
    while (
        octets[length] == ' ' && word < CODE_MAXIMUM - 1 &&
        ((octets[length + 1 + word] | 0x20) >= 'a' && (octets[length + 1 + word] | 0x20) <= 'z')) {
        joined[length + word] = (char)octets[length + 1 + word];
        word++;
    }
    joined[length + word] = '\0';
    const char *meant = meant_code(name, joined);
    if (meant) {
        snprintf(hint, REPAIR_HINT, "%s meant?", meant);
    }
}

static void inspect_tree(const struct lint *lint, const struct imap_tree *tree,
                         struct inspection *inspection) {
    for (uint32_t i = 1; i < tree->count; i++) {
        const struct imap_node *node = &tree->nodes[i];
        const char *rule = imap_rule_name(lint->grammar, node->rule);
        if (strcmp(rule, "authenticate") == 0) {
            inspection->begins_authenticate = true;
        } else if (strcmp(rule, "idle") == 0) {
            inspection->begins_idle = true;
        }
    }
}

/* A response code that is malformed is text, which is legal. */
static void check_malformed(struct lint *lint, const struct printed_message *message) {
    const struct trial_events *events = &message->after.events;
    size_t at;

    if (!events->malformed || events->malformed_at >= message->octets.size) {
        return;
    }
    /* The octet before the line end. */
    bool is_bare = message->octets.octets[message->octets.size - 3] == ']';
    const struct row *row = printed_message_place(message, (size_t)events->malformed_at, &at);
    lint_remark(lint, LINT_WARNING, row, at, imap_rule_name(lint->grammar, events->malformed_rule),
                "malformed response code, read as text",
                is_bare ? "a space and text must follow the bracket" : "");
}

static void check_extension(struct lint *lint, const struct printed_message *message) {
    const struct trial_events *events = &message->after.events;
    char name[IMAP_EXTENSION_TEXT], sentence[sizeof name + 64];
    size_t at;

    if (events->extension == 0 || events->extension_at >= message->octets.size) {
        return;
    }
    imap_extension_name(lint->grammar, events->extension, name, sizeof name);
    snprintf(sentence, sizeof sentence, "belongs to %s (%s), which isn't enabled", name,
             imap_extension_source(lint->grammar, events->extension));
    const struct row *row = printed_message_place(message, (size_t)events->extension_at, &at);
    lint_remark(lint, LINT_WARNING, row, at, "extension", sentence, "");
}

static void check_quirks(struct lint *lint, const struct printed_message *message) {
    const struct trial_events *events = &message->after.events;
    size_t at;

    for (int i = 0; i < IMAP_QUIRK_COUNT; i++) {
        enum imap_quirk quirk = (enum imap_quirk)i;
        if (events->quirks[i] && events->quirks_at[i] < message->octets.size) {
            const struct row *row =
                printed_message_place(message, (size_t)events->quirks_at[i], &at);
            lint_remark(lint, LINT_WARNING, row, at, imap_quirk_name(quirk),
                        imap_quirk_sentence(quirk), "");
        }
    }
}

static bool add_node(void *tree, const struct imap_event *event) {
    imap_tree_add(tree, event);
    return true;
}

/* False where the message is none: then it was judged already. */
static bool read_tree(const struct lint *lint, const struct printed_message *message,
                      struct imap_tree *tree) {
    struct imap_parser parser;
    size_t consumed;

    imap_parser_init(&parser, lint->grammar, message->root, add_node, tree);
    tolerance_apply(lint->tolerance, &parser);
    imap_parser_feed(&parser, message->octets.octets, message->octets.size, &consumed);
    return imap_parser_at_start(&parser) && imap_tree_root(tree) != 0;
}

struct checking {
    struct lint *lint;
    const struct printed_message *message;
};

/* `Seen` for `\Seen`, as the RFCs spell it. */
static void spell_flag(const uint8_t *octets, size_t size, char hint[REPAIR_HINT]) {
    int length = snprintf(hint, REPAIR_HINT, "\\%.*s meant?", (int)size, octets);

    for (int i = 1; i < length && i <= (int)size; i++) {
        hint[i] = (char)(i == 1 ? hint[i] & ~0x20 : hint[i] | 0x20);
    }
}

static void note_check(void *context, const struct imap_check *check, uint64_t start,
                       uint64_t end) {
    struct checking *checking = context;
    char sentence[IMAP_EXPLANATION_TEXT], hint[REPAIR_HINT] = "";
    size_t at;

    const uint8_t *octets = checking->message->octets.octets + start;
    if (strcmp(check->name, "flag-backslash") == 0) {
        spell_flag(octets, (size_t)(end - start), hint);
    } else if (strcmp(check->name, "code-unregistered") == 0) {
        spell_code(octets, (size_t)(end - start), hint);
    }
    snprintf(sentence, sizeof sentence, "%s (%s)", check->sentence, check->source);
    const struct row *row = printed_message_place(checking->message, (size_t)start, &at);
    /* What is printed may be an excerpt, without the command. */
    bool is_warning =
        check->severity == IMAP_WARNING || check == conversation_check(CONVERSATION_TAG_UNASKED);
    lint_remark(checking->lint, is_warning ? LINT_WARNING : LINT_REFUSED, row, at, check->name,
                sentence, hint);
}

/* Is it what an AUTHENTICATE or IDLE in progress waits for? */
static bool is_continuation(const struct lint *lint, const struct imap_tree *tree) {
    const char *rule = imap_rule_name(lint->grammar, tree->nodes[imap_tree_root(tree)].rule);

    return strcmp(rule, "command") != 0;
}

/* What is wrong on purpose is part of the conversation all the same. */
static void hear(struct lint *lint, const struct printed_message *message,
                 const struct imap_tree *tree, struct conversation *conversation) {
    struct checking checking = {lint, message};
    imap_check_sink *sink = message->quiet ? NULL : note_check;

    if (message->side == SERVER) {
        conversation_hear_response(conversation, tree, message->octets.octets, sink, &checking);
    } else if (message->root != IMAP_SASL_LINE && !is_continuation(lint, tree)) {
        conversation_hear_command(conversation, message->octets.octets, message->octets.size, sink,
                                  &checking);
    }
}

struct inspection inspect_message(struct lint *lint, const struct printed_message *message,
                                  struct conversation *conversation) {
    struct inspection inspection = {0};
    struct imap_tree tree;
    struct imap_node *nodes = calloc(NODES, sizeof *nodes);

    if (!nodes) {
        lint->failed = true;
        return inspection;
    }
    check_malformed(lint, message);
    check_extension(lint, message);
    check_quirks(lint, message);
    imap_tree_init(&tree, nodes, NODES);
    if (read_tree(lint, message, &tree)) {
        inspect_tree(lint, &tree, &inspection);
        hear(lint, message, &tree, conversation);
        if (!message->quiet) {
            imap_check_message(&tree, lint->grammar, &lint->extensions, message->octets.octets,
                               note_check, &(struct checking){lint, message});
        }
    }
    free(nodes);
    return inspection;
}
