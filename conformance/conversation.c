#include "conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct imap_check checks[CONVERSATION_RULE_COUNT] = {
    [CONVERSATION_TAG_UNASKED] = {"tag-unasked", "RFC 3501, 2.2.2",
                                  "no command in progress has this tag", IMAP_VIOLATION},
    [CONVERSATION_TAG_IN_USE] = {"tag-in-use", "RFC 3501, 2.2.1",
                                 "a command in progress has this tag already", IMAP_WARNING},
    [CONVERSATION_NUMBERS_UNSURE] = {"numbers-unsure", "RFC 3501, 5.5",
                                     "message numbers, while a command is in progress that may "
                                     "bring EXPUNGE",
                                     IMAP_VIOLATION},
    [CONVERSATION_STATUS_SELECTED] = {"status-selected", "RFC 3501, 6.3.10",
                                      "STATUS of the mailbox that is selected", IMAP_WARNING},
    [CONVERSATION_ENABLE_SELECTED] = {"enable-selected", "RFC 5161, 3.1",
                                      "ENABLE while a mailbox is selected", IMAP_VIOLATION},
    [CONVERSATION_LOGIN_DISABLED] = {"login-disabled", "RFC 3501, 6.2.3",
                                     "LOGIN, although the server announces LOGINDISABLED",
                                     IMAP_VIOLATION},
    [CONVERSATION_TLS_PENDING] = {"tls-pending", "RFC 3501, 6.2.1",
                                  "a command after STARTTLS, before TLS is there", IMAP_VIOLATION},
    [CONVERSATION_CHARSET_ENABLED] = {"charset-enabled", "RFC 6855, 3",
                                      "SEARCH with CHARSET, after UTF8=ACCEPT was enabled",
                                      IMAP_VIOLATION},
    [CONVERSATION_EXPUNGE_UNASKED] = {"expunge-unasked", "RFC 3501, 7.4.1",
                                      "EXPUNGE while no command is in progress, or none but FETCH, "
                                      "STORE and SEARCH",
                                      IMAP_VIOLATION},
    [CONVERSATION_EXISTS_SHRINKS] = {"exists-shrinks", "RFC 3501, 7.3.1",
                                     "fewer messages than before, without an EXPUNGE",
                                     IMAP_VIOLATION},
    [CONVERSATION_NUMBER_BEYOND] = {"number-beyond", "RFC 3501, 2.3.1.2",
                                    "the mailbox has no message of this number", IMAP_VIOLATION},
    [CONVERSATION_RECENT_BEYOND] = {"recent-beyond", "RFC 3501, 7.3.2",
                                    "more recent messages than there are messages", IMAP_VIOLATION},
    [CONVERSATION_UID_CHANGED] = {"uid-changed", "RFC 3501, 2.3.1.1",
                                  "the message had another UID before", IMAP_VIOLATION},
    [CONVERSATION_UID_ORDER] = {"uid-order", "RFC 3501, 2.3.1.1",
                                "UIDs that do not ascend with the message numbers", IMAP_VIOLATION},
    [CONVERSATION_BYE_MISSING] = {"bye-missing", "RFC 3501, 6.1.3",
                                  "LOGOUT is completed, and no BYE has come", IMAP_VIOLATION},
};

const struct imap_check *conversation_check(enum conversation_rule rule) {
    return &checks[rule];
}

/* The message that is heard. */
struct hearing {
    struct conversation *conversation;
    const struct imap_tree *tree; /* of a response */
    const uint8_t *octets;
    uint64_t start; /* offset of octets[0] */
    imap_check_sink *sink;
    void *context;
};

static void report(const struct hearing *hearing, enum conversation_rule rule, uint64_t start,
                   uint64_t end) {
    if (hearing->sink) {
        hearing->sink(hearing->context, &checks[rule], start, end);
    }
}

/* ---- words ----------------------------------------------------------------------------------- */

struct word {
    const uint8_t *octets;
    size_t at, size;
};

/* The next word of the line, after `*at`, which moves on. Empty at its end. */
static struct word next_word(const uint8_t *octets, size_t size, size_t *at) {
    while (*at < size && octets[*at] == ' ') {
        ++*at;
    }
    struct word word = {octets + *at, *at, 0};
    while (*at < size && octets[*at] > ' ') {
        ++*at;
        word.size++;
    }
    return word;
}

static bool is_word(const struct word *word, const char *text) {
    return strlen(text) == word->size &&
           strncasecmp((const char *)word->octets, text, word->size) == 0;
}

/* The tag, cut after what is told apart. */
static void copy_tag(const struct word *word, char tag[CONVERSATION_TAG]) {
    int size = word->size < CONVERSATION_TAG ? (int)word->size : CONVERSATION_TAG;

    snprintf(tag, CONVERSATION_TAG, "%.*s", size, (const char *)word->octets);
}

/* A string's value as a C string; "" if there is no room for it, or it holds NUL. INBOX is INBOX.
 */
static void copy_mailbox(const uint8_t *octets, size_t size, char mailbox[CONVERSATION_MAILBOX]) {
    uint8_t value[CONVERSATION_MAILBOX];
    size_t length = imap_value(octets, size, value, sizeof value);
    bool fits = length < CONVERSATION_MAILBOX && !memchr(value, '\0', length);

    snprintf(mailbox, CONVERSATION_MAILBOX, "%.*s", fits ? (int)length : 0, (const char *)value);
    if (strcasecmp(mailbox, "INBOX") == 0) {
        snprintf(mailbox, CONVERSATION_MAILBOX, "INBOX");
    }
}

/* The mailbox that a command names first: what follows its name, up to a space that isn't quoted.
 */
static void read_mailbox(const uint8_t *octets, size_t size, size_t at,
                         char mailbox[CONVERSATION_MAILBOX]) {
    bool quoted = false;

    while (at < size && octets[at] == ' ') {
        at++;
    }
    size_t end = at;
    for (; end < size && (quoted || octets[end] > ' ') && octets[end] != '\r'; end++) {
        bool escapes = quoted && octets[end] == '\\' && end + 1 < size;
        quoted ^= octets[end] == '"';
        end += escapes;
    }
    if (at < size && octets[at] == '{') {
        end = size; /* a literal: the whole rest, which is the argument of SELECT */
        end -= size >= 2 && octets[size - 1] == '\n' ? 2 : 0;
    }
    copy_mailbox(octets + at, end > at ? end - at : 0, mailbox);
}

/* ---- commands in progress -------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum conversation_command_kind kind;
} kinds[] = {
    {"SELECT", COMMAND_SELECT},
    {"EXAMINE", COMMAND_SELECT},
    {"CLOSE", COMMAND_UNSELECT},
    {"UNSELECT", COMMAND_UNSELECT},
    {"FETCH", COMMAND_READ},
    {"STORE", COMMAND_READ},
    {"SEARCH", COMMAND_READ},
    {"COPY", COMMAND_COPY},
    {"MOVE", COMMAND_COPY},
    {"STARTTLS", COMMAND_STARTTLS},
    {"AUTHENTICATE", COMMAND_AUTHENTICATE},
    {"IDLE", COMMAND_IDLE},
    {"LOGOUT", COMMAND_LOGOUT},
};

static enum conversation_command_kind kind_of(const struct word *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (is_word(name, kinds[i].name)) {
            return kinds[i].kind;
        }
    }
    return COMMAND_OTHER;
}

/* The index of the command with that tag; command_count if there is none. */
static size_t find_command(const struct conversation *conversation, const char *tag) {
    size_t i = 0;

    while (i < conversation->command_count && strcmp(conversation->commands[i].tag, tag) != 0) {
        i++;
    }
    return i;
}

static bool is_in_progress(const struct conversation *conversation,
                           enum conversation_command_kind kind) {
    size_t i = 0;

    while (i < conversation->command_count && conversation->commands[i].kind != kind) {
        i++;
    }
    return i < conversation->command_count;
}

/* A UID command is never held to: EXPUNGE may come while it runs (RFC 3501, 7.4.1). */
static bool holds_expunge_back(const struct conversation_command *command) {
    return command->kind == COMMAND_READ && !command->uid;
}

static bool may_expunge(const struct conversation *conversation) {
    for (size_t i = 0; i < conversation->command_count; i++) {
        if (!holds_expunge_back(&conversation->commands[i])) {
            return true;
        }
    }
    return false;
}

/* Nothing is known of the messages any more. */
static void forget_messages(struct conversation *conversation) {
    conversation->sized = false;
    free(conversation->uids);
    conversation->uids = NULL;
}

/* Removes the command; what it did to the state is known by its status now. */
static void complete_command(struct conversation *conversation, size_t index, bool ok) {
    const struct conversation_command command = conversation->commands[index];

    memmove(&conversation->commands[index], &conversation->commands[index + 1],
            (--conversation->command_count - index) * sizeof command);
    if (command.kind == COMMAND_STARTTLS && ok) {
        conversation->login_disabled = false; /* what was announced before is void (6.2.1) */
    }
    if (command.kind == COMMAND_SELECT && ok) {
        conversation->is_selected = true;
        snprintf(conversation->selected, sizeof conversation->selected, "%s", command.mailbox);
    } else if (command.kind == COMMAND_UNSELECT || command.kind == COMMAND_SELECT) {
        conversation->is_selected = false;
        conversation->selected[0] = '\0';
        forget_messages(conversation);
    }
}

/* ---- commands -------------------------------------------------------------------------------- */

/* `FETCH 1:3`: the command says which messages by their numbers. */
static bool has_numbers(const struct conversation_command *command, const struct word *argument) {
    bool takes_set =
        command->kind == COMMAND_COPY || (command->kind == COMMAND_READ && !command->searches);
    uint8_t first = argument->size > 0 ? argument->octets[0] : '\0';

    return takes_set && !command->uid && (first == '*' || (first >= '0' && first <= '9'));
}

static void check_command(const struct hearing *hearing, const struct conversation_command *command,
                          const struct word *tag, const struct word *name,
                          const struct word *argument, const char *mailbox) {
    struct conversation *conversation = hearing->conversation;
    size_t same = find_command(conversation, command->tag);

    if (same < conversation->command_count) {
        report(hearing, CONVERSATION_TAG_IN_USE, tag->at, tag->at + tag->size);
        complete_command(conversation, same, false); /* which of them is answered, nobody knows */
    }
    if (has_numbers(command, argument) && may_expunge(conversation)) {
        report(hearing, CONVERSATION_NUMBERS_UNSURE, name->at, name->at + name->size);
    }
    if (is_word(name, "STATUS") && *mailbox && strcmp(mailbox, conversation->selected) == 0) {
        report(hearing, CONVERSATION_STATUS_SELECTED, name->at, name->at + name->size);
    }
    if (is_word(name, "ENABLE") && conversation->is_selected) {
        report(hearing, CONVERSATION_ENABLE_SELECTED, name->at, name->at + name->size);
    }
    if (is_word(name, "LOGIN") && conversation->login_disabled) {
        report(hearing, CONVERSATION_LOGIN_DISABLED, name->at, name->at + name->size);
    }
    if (command->searches && is_word(argument, "CHARSET") && conversation->utf8) {
        report(hearing, CONVERSATION_CHARSET_ENABLED, name->at, name->at + name->size);
    }
    if (is_in_progress(conversation, COMMAND_STARTTLS)) {
        report(hearing, CONVERSATION_TLS_PENDING, tag->at, tag->at + tag->size);
    }
}

void conversation_hear_command(struct conversation *conversation, const uint8_t *octets,
                               size_t size, imap_check_sink *sink, void *context) {
    const struct hearing hearing = {conversation, NULL, octets, 0, sink, context};
    struct conversation_command command = {.kind = COMMAND_OTHER};
    char mailbox[CONVERSATION_MAILBOX];
    size_t at = 0;

    struct word tag = next_word(octets, size, &at), name = next_word(octets, size, &at);
    command.uid = is_word(&name, "UID");
    if (command.uid) {
        name = next_word(octets, size, &at);
    }
    copy_tag(&tag, command.tag);
    command.kind = kind_of(&name);
    command.searches = is_word(&name, "SEARCH");
    read_mailbox(octets, size, at, mailbox);
    struct word argument = next_word(octets, size, &at);
    check_command(&hearing, &command, &tag, &name, &argument, mailbox);
    conversation->asked = true;
    conversation->notifies = conversation->notifies || is_word(&name, "NOTIFY");
    if (command.kind == COMMAND_SELECT) {
        snprintf(command.mailbox, sizeof command.mailbox, "%s", mailbox);
        conversation->selected[0] = '\0';
        forget_messages(conversation);
    }
    if (conversation->command_count == CONVERSATION_COMMANDS) {
        conversation->lost = true;
        return;
    }
    conversation->commands[conversation->command_count++] = command;
}

enum imap_root conversation_next_root(const struct conversation *conversation) {
    if (is_in_progress(conversation, COMMAND_AUTHENTICATE)) {
        return IMAP_AFTER_AUTHENTICATE;
    }
    return is_in_progress(conversation, COMMAND_IDLE) ? IMAP_AFTER_IDLE : IMAP_COMMAND;
}

/* ---- responses ------------------------------------------------------------------------------- */

/* The index of the command that a tagged response completes. */
static size_t find_completed(const struct conversation *conversation, const struct word *tag) {
    char text[CONVERSATION_TAG];

    copy_tag(tag, text);
    return find_command(conversation, text);
}

static void hear_tagged(const struct hearing *hearing, const struct word *tag,
                        const struct word *status) {
    struct conversation *conversation = hearing->conversation;
    size_t index = find_completed(conversation, tag);
    uint64_t end = hearing->start + tag->size;

    if (index == conversation->command_count) {
        if (conversation->asked && !conversation->lost) {
            report(hearing, CONVERSATION_TAG_UNASKED, hearing->start, end);
        }
        return;
    }
    bool ok = is_word(status, "OK");
    if (conversation->commands[index].kind == COMMAND_LOGOUT && ok && !conversation->bye) {
        report(hearing, CONVERSATION_BYE_MISSING, hearing->start, end);
    }
    complete_command(conversation, index, ok);
}

/* Are the messages that a response tells of those of the mailbox that is selected now? Not while
 * commands before SELECT may still be answered. */
static bool is_sure(const struct conversation *conversation) {
    for (size_t i = 0; i < conversation->command_count; i++) {
        enum conversation_command_kind kind = conversation->commands[i].kind;
        if ((kind == COMMAND_SELECT || kind == COMMAND_UNSELECT) &&
            conversation->command_count > 1) {
            return false;
        }
    }
    return !conversation->lost;
}

static bool is_beyond(const struct hearing *hearing, uint64_t number, uint64_t start,
                      uint64_t end) {
    const struct conversation *conversation = hearing->conversation;
    bool beyond = conversation->sized && number > conversation->exists;

    if (beyond) {
        report(hearing, CONVERSATION_NUMBER_BEYOND, start, end);
    }
    return beyond;
}

static void hear_exists(const struct hearing *hearing, uint32_t number, const struct word *word) {
    struct conversation *conversation = hearing->conversation;

    if (conversation->sized && number < conversation->exists) {
        report(hearing, CONVERSATION_EXISTS_SHRINKS, hearing->start + word->at,
               hearing->start + word->at + word->size);
        forget_messages(conversation);
    }
    conversation->sized = true;
    conversation->exists = number;
}

static void hear_expunge(const struct hearing *hearing, uint32_t number, const struct word *word) {
    struct conversation *conversation = hearing->conversation;
    uint64_t start = hearing->start + word->at, end = start + word->size;

    if (conversation->asked && !conversation->notifies && !may_expunge(conversation)) {
        report(hearing, CONVERSATION_EXPUNGE_UNASKED, start, end);
    }
    if (!conversation->sized || is_beyond(hearing, number, start, end)) {
        return;
    }
    if (conversation->uids && number <= CONVERSATION_UIDS) {
        memmove(&conversation->uids[number - 1], &conversation->uids[number],
                (CONVERSATION_UIDS - number) * sizeof *conversation->uids);
        conversation->uids[CONVERSATION_UIDS - 1] = 0;
    }
    conversation->exists--;
}

/* A message's UID is compared with what is known of it, and of the nearest messages that are known.
 */
static void hear_uid(const struct hearing *hearing, uint32_t number, const struct imap_node *node) {
    struct conversation *conversation = hearing->conversation;
    uint32_t uid = (uint32_t)node->value;

    if (number == 0 || number > CONVERSATION_UIDS) {
        return;
    }
    if (!conversation->uids) {
        conversation->uids = calloc(CONVERSATION_UIDS, sizeof *conversation->uids);
        if (!conversation->uids) {
            return; /* what isn't remembered isn't judged */
        }
    }
    uint32_t *known = conversation->uids, before = number - 1, after = number + 1;
    uint32_t last =
        conversation->exists < CONVERSATION_UIDS ? conversation->exists : CONVERSATION_UIDS;
    while (before > 0 && known[before - 1] == 0) {
        before--;
    }
    while (after <= last && known[after - 1] == 0) {
        after++;
    }
    if (known[number - 1] != 0 && known[number - 1] != uid) {
        report(hearing, CONVERSATION_UID_CHANGED, node->start, node->end);
    } else if ((before > 0 && known[before - 1] >= uid) ||
               (after <= last && known[after - 1] <= uid)) {
        report(hearing, CONVERSATION_UID_ORDER, node->start, node->end);
    }
    known[number - 1] = uid;
}

/* `UID 4` among the items of a FETCH response. */
static void hear_fetch(const struct hearing *hearing, uint32_t number) {
    const struct conversation *conversation = hearing->conversation;
    const struct imap_tree *tree = hearing->tree;

    for (uint32_t i = 1; conversation->sized && i < tree->count; i++) {
        const struct imap_node *node = &tree->nodes[i];
        const char *rule = imap_rule_name(conversation->grammar, node->rule);
        const uint8_t *octets = hearing->octets + (node->start - hearing->start);
        bool is_uid = strcmp(rule, "msg-att-static") == 0 && node->children != 0 &&
                      node->end - node->start > 4 &&
                      strncasecmp((const char *)octets, "UID ", 4) == 0;
        if (is_uid) {
            hear_uid(hearing, number, &tree->nodes[node->children]);
        }
    }
}

/* Are the numbers of a SEARCH response message numbers? */
static bool finds_numbers(const struct conversation *conversation) {
    size_t searches = 0;
    bool uid = false;

    for (size_t i = 0; i < conversation->command_count; i++) {
        searches += conversation->commands[i].searches;
        uid = uid || (conversation->commands[i].searches && conversation->commands[i].uid);
    }
    return searches > 0 && !uid;
}

static void hear_search(const struct hearing *hearing) {
    const struct imap_tree *tree = hearing->tree;

    for (uint32_t i = 1; finds_numbers(hearing->conversation) && i < tree->count; i++) {
        const struct imap_node *node = &tree->nodes[i];
        const char *rule = imap_rule_name(hearing->conversation->grammar, node->rule);
        bool is_number = strcmp(rule, "nz-number") == 0;
        if (is_number && is_beyond(hearing, node->value, node->start, node->end)) {
            return;
        }
    }
}

static void hear_numbered(const struct hearing *hearing, const struct word *digits,
                          const struct word *name) {
    struct conversation *conversation = hearing->conversation;
    uint32_t number = (uint32_t)strtoul((const char *)digits->octets, NULL, 10);
    uint64_t start = hearing->start + digits->at;

    if (is_word(name, "EXISTS")) {
        hear_exists(hearing, number, digits);
    } else if (is_word(name, "EXPUNGE")) {
        hear_expunge(hearing, number, digits);
    } else if (is_word(name, "RECENT")) {
        if (conversation->sized && number > conversation->exists) {
            report(hearing, CONVERSATION_RECENT_BEYOND, start, start + digits->size);
        }
    } else if (is_word(name, "FETCH") && !is_beyond(hearing, number, start, start + digits->size)) {
        hear_fetch(hearing, number);
    }
}

/* The capabilities, in a response or in a code. */
static void hear_capabilities(const struct hearing *hearing) {
    struct conversation *conversation = hearing->conversation;
    const struct imap_tree *tree = hearing->tree;
    bool are_told = false, login_disabled = false;

    for (uint32_t i = 1; i < tree->count; i++) {
        const struct imap_node *node = &tree->nodes[i];
        const char *rule = imap_rule_name(conversation->grammar, node->rule);
        const struct word word = {hearing->octets + (node->start - hearing->start), 0,
                                  (size_t)(node->end - node->start)};
        are_told = are_told || strcmp(rule, "capability-data") == 0;
        login_disabled =
            login_disabled || (strcmp(rule, "capability") == 0 && is_word(&word, "LOGINDISABLED"));
    }
    if (are_told) {
        conversation->login_disabled = login_disabled;
    }
}

static void hear_untagged(const struct hearing *hearing, size_t size, size_t at) {
    struct conversation *conversation = hearing->conversation;
    struct word word = next_word(hearing->octets, size, &at);
    struct word second = next_word(hearing->octets, size, &at);

    if (is_word(&word, "BYE")) {
        conversation->bye = true;
    } else if (is_word(&word, "ENABLED")) {
        for (; second.size > 0; second = next_word(hearing->octets, size, &at)) {
            conversation->utf8 = conversation->utf8 || is_word(&second, "UTF8=ACCEPT");
        }
    } else if (!is_sure(conversation)) {
        forget_messages(conversation);
    } else if (is_word(&word, "VANISHED")) {
        /* How many of these UIDs there were, nobody says. */
        if (!is_word(&second, "(EARLIER)")) {
            forget_messages(conversation);
        }
    } else if (is_word(&word, "SEARCH")) {
        hear_search(hearing);
    } else if (word.size > 0 && word.octets[0] >= '0' && word.octets[0] <= '9') {
        hear_numbered(hearing, &word, &second);
    }
}

void conversation_hear_response(struct conversation *conversation, const struct imap_tree *tree,
                                const uint8_t *octets, imap_check_sink *sink, void *context) {
    uint32_t root = imap_tree_root(tree);
    size_t at = 0;

    if (root == 0) {
        return;
    }
    const struct imap_node *node = &tree->nodes[root];
    size_t size = (size_t)(node->end - node->start);
    const struct hearing hearing = {conversation, tree, octets, node->start, sink, context};
    struct word first = next_word(octets, size, &at);
    hear_capabilities(&hearing);
    if (is_word(&first, "*")) {
        hear_untagged(&hearing, size, at);
    } else if (!is_word(&first, "+")) {
        struct word status = next_word(octets, size, &at);
        hear_tagged(&hearing, &first, &status);
    }
}

void conversation_hear_refused(struct conversation *conversation, const uint8_t *octets,
                               size_t size) {
    size_t at = 0;
    struct word first = next_word(octets, size, &at), status = next_word(octets, size, &at);
    size_t index = find_completed(conversation, &first);

    if (is_word(&first, "*")) {
        forget_messages(conversation); /* whatever it said of them */
    } else if (index < conversation->command_count) {
        complete_command(conversation, index, is_word(&status, "OK"));
    }
}

void conversation_miss(struct conversation *conversation) {
    forget_messages(conversation);
    conversation->command_count = 0;
    conversation->asked = conversation->lost = false;
}

void conversation_begin(struct conversation *conversation, const struct imap_grammar *grammar) {
    *conversation = (struct conversation){.grammar = grammar};
}

void conversation_free(struct conversation *conversation) {
    free(conversation->uids);
    conversation->uids = NULL;
}
