#include "cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../session/exchange.h"

enum {
    ATTEMPTS = 2, /* the second with a fresh session, should the first have broken */
    ROUNDS = 3    /* children may have to go before their parents can */
};

#define ALL_RIGHTS "lrswipkxtea" /* of RFC 4314, 2.1 */

static bool fail(char problem[SESSION_PROBLEM], const char *step, const char *mailbox,
                 const char *said) {
    snprintf(problem, SESSION_PROBLEM, "%s%s%s: %s", step, *mailbox ? " " : "", mailbox, said);
    return false;
}

/* A name that a LIST or LSUB gave. */
struct listed {
    char *name;
    bool bare; /* \Noselect: a level of hierarchy, which some servers don't let be deleted */
};

struct listing {
    const struct names *names;
    char *level; /* what the names below the scratch name begin with */
    imap_rule mailbox;
    struct listed *items;
    size_t count;
    const char *problem; /* why it may not be complete; NULL: it is */
};

/* Is this mailbox the dialog's, or (on a disposable account) anybody's? */
static bool is_ours(const struct listing *listing, const char *name) {
    const char *scratch = listing->names->scratch;

    return !scratch || strcmp(name, scratch) == 0 ||
           strncmp(name, listing->level, strlen(listing->level)) == 0;
}

static void add_listed(struct listing *listing, char *name, bool bare) {
    struct listed *items = realloc(listing->items, (listing->count + 1) * sizeof *items);

    if (!items) {
        listing->problem = "out of memory";
        free(name);
        return;
    }
    listing->items = items;
    items[listing->count++] = (struct listed){.name = name, .bare = bare};
}

static bool has_word(const uint8_t *octets, size_t count, const char *word) {
    size_t length = strlen(word);

    for (size_t i = 0; i + length <= count; i++) {
        if (strncasecmp((const char *)octets + i, word, length) == 0) {
            return true;
        }
    }
    return false;
}

static void on_listed(void *context, const struct message *message) {
    struct listing *listing = context;
    const struct imap_node *node = NULL;

    for (uint32_t i = 1; i < message->tree.count && !node; i++) {
        if (message->nodes[i].rule == listing->mailbox) {
            node = &message->nodes[i];
        }
    }
    if (message->refusal) {
        listing->problem = "a response can't be read, and may have told of more mailboxes";
    }
    if (!node) {
        return;
    }
    const uint8_t *octets = message->octets + node->start;
    size_t count = (size_t)(node->end - node->start), size = imap_value(octets, count, NULL, 0);
    char *name = calloc(1, size + 1);
    if (!name) {
        listing->problem = "out of memory";
        return;
    }
    imap_value(octets, count, (uint8_t *)name, size);
    if (is_ours(listing, name)) {
        add_listed(listing, name, has_word(message->octets, node->start, "\\Noselect"));
    } else {
        free(name);
    }
}

static void free_listing(struct listing *listing) {
    for (size_t i = 0; i < listing->count; i++) {
        free(listing->items[i].name);
    }
    free(listing->items);
    free(listing->level);
}

/* Descending: a child comes before its parent, whose name it begins with. */
static int compare_names(const void *left, const void *right) {
    const struct listed *one = left, *other = right;

    return strcmp(other->name, one->name);
}

/* LIST or LSUB of all that is ours, children first. */
static bool list(struct account *account, const struct names *names, const char *name,
                 struct listing *listing, char problem[SESSION_PROBLEM]) {
    struct exchange exchange;
    char arguments[128];

    *listing = (struct listing){
        .names = names,
        .level = names_on_server(names, ""),
        .mailbox = imap_grammar_rule(account->session->grammar, "mailbox"),
    };
    if (!listing->level) {
        return fail(problem, name, "", "out of memory");
    }
    snprintf(arguments, sizeof arguments, "%s \"\" \"%s*\"", name,
             names->scratch ? names->scratch : "");
    exchange_begin(&exchange, account->session, arguments);
    exchange.listener = on_listed;
    exchange.context = listing;
    if (exchange_end(&exchange) != ANSWER_OK) {
        return fail(problem, name, "", exchange.said);
    }
    if (listing->count > 0) {
        qsort(listing->items, listing->count, sizeof *listing->items, compare_names);
    }
    return true;
}

/* A dialog that broke off may have left its user without the rights that DELETE takes. */
static void take_rights(struct account *account, const char *mailbox) {
    struct exchange exchange;

    if (!account->user || !account_can(account, "ACL", strlen("ACL"))) {
        return;
    }
    exchange_begin(&exchange, account->session, "SETACL");
    exchange_add_mailbox(&exchange, mailbox);
    exchange_add_string(&exchange, account->user, strlen(account->user), "${user}");
    exchange_add_text(&exchange, ALL_RIGHTS);
    exchange_end(&exchange); /* DELETE will tell whether it helped */
}

/* Gives each listed name to a command. False if one was refused. INBOX can't be deleted, and on
 * some servers not unsubscribed. A name without messages may stay where nothing else can remove it.
 */
static bool command_each(struct account *account, const char *name, const struct listing *listing,
                         char problem[SESSION_PROBLEM]) {
    bool deletes = strcmp(name, "DELETE") == 0, done = true;

    for (size_t i = 0; i < listing->count; i++) {
        const struct listed *item = &listing->items[i];
        if (deletes && names_is_inbox(item->name)) {
            continue;
        }
        bool may_stay = names_is_inbox(item->name) ||
                        (deletes && item->bare && !account->options->reset_command);
        if (account_command(account, name, item->name, problem) || may_stay) {
            continue;
        }
        done = false;
        if (deletes) {
            take_rights(account, item->name);
        }
    }
    return done;
}

/* Lists by one command (LIST, LSUB), and gives what is listed to another (DELETE, UNSUBSCRIBE). A
 * name that can't be deleted because of its children may be when they are gone, and some servers
 * then have removed it themselves, and say NO. So it is tried until all goes well. */
static bool remove_all(struct account *account, const struct names *names, const char *lists,
                       const char *removes, char problem[SESSION_PROBLEM]) {
    bool done = false;

    for (int round = 0; round < ROUNDS && !done; round++) {
        struct listing listing;
        done = list(account, names, lists, &listing, problem) &&
               command_each(account, removes, &listing, problem);
        if (done && listing.problem) {
            done = fail(problem, lists, "", listing.problem);
        }
        free_listing(&listing);
    }
    return done;
}

static void on_exists(void *context, const struct message *message) {
    static const char empty[] = "* 0 EXISTS\r\n";
    bool *is_empty = context;

    if (message->size == sizeof empty - 1 &&
        strncasecmp((const char *)message->octets, empty, message->size) == 0) {
        *is_empty = true;
    }
}

static bool empty_inbox(struct account *account, char problem[SESSION_PROBLEM]) {
    struct exchange exchange;
    bool is_empty = false;

    exchange_begin(&exchange, account->session, "SELECT INBOX");
    exchange.listener = on_exists;
    exchange.context = &is_empty;
    if (exchange_end(&exchange) != ANSWER_OK) {
        return fail(problem, "SELECT", "INBOX", exchange.said);
    }
    return (is_empty ||
            account_command(account, "STORE 1:* +FLAGS.SILENT (\\Deleted)", NULL, problem)) &&
           account_command(account, "CLOSE", NULL, problem);
}

bool cleanup(struct account *account, const struct names *names, char problem[SESSION_PROBLEM]) {
    bool done = false;

    for (int attempt = 0; attempt < ATTEMPTS && !done; attempt++) {
        done = account_open(account, problem) &&
               remove_all(account, names, "LSUB", "UNSUBSCRIBE", problem) &&
               remove_all(account, names, "LIST", "DELETE", problem) &&
               (names->scratch || empty_inbox(account, problem));
    }
    return done;
}
