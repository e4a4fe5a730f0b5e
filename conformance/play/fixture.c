#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../session/exchange.h"

enum {
    /* APPENDs sent before the first answer is read: their answers must fit into the socket's
     * buffers, or both sides wait for the other to read. */
    BATCH_MESSAGES = 32,
    BATCH_OCTETS = 65536,
    MESSAGE_FILE_LIMIT = 16 << 20 /* octets of a fixture's message file */
};

static bool fail(char problem[SESSION_PROBLEM], const char *step, const char *mailbox,
                 const char *said) {
    snprintf(problem, SESSION_PROBLEM, "%s %s: %s", step, mailbox, said);
    return false;
}

/* ---- messages ------------------------------------------------------------------------------ */

/* Is the number in a sequence-set without "*"? */
static bool set_holds(const char *set, unsigned number) {
    while (*set) {
        char *end;
        unsigned long first = strtoul(set, &end, 10), last = first;
        if (*end == ':') {
            last = strtoul(end + 1, &end, 10);
        }
        if ((first <= number && number <= last) || (last <= number && number <= first)) {
            return true;
        }
        set = *end ? end + 1 : end;
    }
    return false;
}

static bool read_file(const char *path, struct buffer *text) {
    uint8_t chunk[8192];
    size_t size;
    FILE *file = fopen(path, "rb");

    if (!file) {
        return false;
    }
    while (text->size <= MESSAGE_FILE_LIMIT && (size = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buffer_add(text, chunk, size);
    }
    bool complete = !ferror(file) && feof(file) && !text->failed;
    fclose(file);
    return complete;
}

/* The value of the last attribute of that kind that the message has; NULL: it has none. */
static const char *attribute_of(const struct fixture_mailbox *mailbox, int kind, unsigned number) {
    for (size_t i = mailbox->attribute_count; i > 0; i--) {
        const struct fixture_attribute *attribute = &mailbox->attributes[i - 1];
        if ((int)attribute->kind == kind && set_holds(attribute->messages, number)) {
            return attribute->value;
        }
    }
    return NULL;
}

/* Adds the flags (all that apply) and the date of a message to its APPEND. There is always a list
 * of flags: a server may stumble where it is missing. */
static void add_attributes(struct exchange *append, const struct fixture_mailbox *mailbox,
                           unsigned number) {
    const char *date = attribute_of(mailbox, FIXTURE_INTERNALDATE, number);
    struct buffer text = {0};

    buffer_add_text(&text, "(");
    for (size_t i = 0; i < mailbox->attribute_count; i++) {
        const struct fixture_attribute *attribute = &mailbox->attributes[i];
        if (attribute->kind == FIXTURE_FLAGS && set_holds(attribute->messages, number)) {
            buffer_format(&text, "%s%s", text.size > 1 ? " " : "", attribute->value);
        }
    }
    buffer_add_text(&text, ")");
    if (date) {
        buffer_format(&text, " \"%s\"", date);
    }
    buffer_add(&text, "", 1);
    if (text.failed) {
        append->wire.failed = true;
    } else {
        exchange_add_text(append, (const char *)text.octets);
    }
    buffer_free(&text);
}

/* The text of a message: its file, or a short one with its number. */
static bool write_message(const struct fixture_mailbox *mailbox, unsigned number,
                          struct buffer *text, char problem[SESSION_PROBLEM]) {
    const char *path = attribute_of(mailbox, FIXTURE_MESSAGE, number);

    if (path && !read_file(path, text)) {
        return fail(problem, "message file", path, "it cannot be read, or is too large");
    }
    if (!path) {
        buffer_format(text,
                      "From: imapspec <imapspec@example.org>\r\n"
                      "To: reader@example.org\r\n"
                      "Date: Wed, 17 Jul 1996 02:23:25 -0700\r\n"
                      "Subject: Message %u\r\n"
                      "Message-ID: <%u@imapspec.example.org>\r\n"
                      "MIME-Version: 1.0\r\n"
                      "Content-Type: text/plain; charset=us-ascii\r\n"
                      "\r\n"
                      "This is message %u.\r\n",
                      number, number, number);
    }
    return true;
}

/* ---- building ------------------------------------------------------------------------------ */

/* APPENDs that were sent and not yet answered. */
struct batch {
    char tags[BATCH_MESSAGES][32];
    size_t count, octets;
};

static bool await_batch(struct account *account, const char *name, struct batch *batch,
                        char problem[SESSION_PROBLEM]) {
    char said[EXCHANGE_SAID];

    for (size_t i = 0; i < batch->count; i++) {
        if (exchange_await(account->session, batch->tags[i], NULL, NULL, said) != ANSWER_OK) {
            return fail(problem, "APPEND", name, said);
        }
    }
    batch->count = batch->octets = 0;
    return true;
}

static bool send_append(struct account *account, const char *name,
                        const struct fixture_mailbox *mailbox, unsigned number, struct batch *batch,
                        char problem[SESSION_PROBLEM]) {
    struct exchange append;
    struct buffer text = {0};

    if (!write_message(mailbox, number, &text, problem)) {
        buffer_free(&text);
        return false;
    }
    exchange_begin(&append, account->session, "APPEND");
    exchange_add_mailbox(&append, name);
    add_attributes(&append, mailbox, number);
    exchange_add_literal(&append, text.octets, text.size);
    memcpy(batch->tags[batch->count++], append.tag, sizeof append.tag);
    batch->octets += text.size;
    bool waits = append.cut_count > 0 || text.failed;
    append.wire.failed |= text.failed;
    buffer_free(&text);
    if (!exchange_send(&append)) {
        return fail(problem, "APPEND", name, append.said);
    }
    if (waits || batch->count == BATCH_MESSAGES || batch->octets >= BATCH_OCTETS) {
        return await_batch(account, name, batch, problem);
    }
    return true;
}

/* Appends messages first..last. */
static bool append_messages(struct account *account, const char *name,
                            const struct fixture_mailbox *mailbox, unsigned first, unsigned last,
                            char problem[SESSION_PROBLEM]) {
    struct batch batch = {.count = 0};

    for (unsigned number = first; number <= last; number++) {
        if (!send_append(account, name, mailbox, number, &batch, problem)) {
            return false;
        }
    }
    return await_batch(account, name, &batch, problem);
}

/* Sets the flags again, in the selected mailbox. What the server refuses is left for the dialog to
 * see. */
static void store_flags(struct account *account, const struct fixture_mailbox *mailbox) {
    for (size_t i = 0; i < mailbox->attribute_count; i++) {
        const struct fixture_attribute *attribute = &mailbox->attributes[i];
        struct buffer command = {0};

        buffer_format(&command, "STORE %s +FLAGS.SILENT (%s)", attribute->messages,
                      attribute->value);
        buffer_add(&command, "", 1);
        if (attribute->kind == FIXTURE_FLAGS && !command.failed) {
            exchange_simple(account->session, (const char *)command.octets, NULL,
                            (char[EXCHANGE_SAID]){""});
        }
        buffer_free(&command);
    }
}

/* Leaves the selected mailbox and expunges nothing: CLOSE does this after EXAMINE, not after
 * SELECT; where a server does so all the same, UNSELECT may be better. */
static bool unselect(struct account *account, const char *name, char problem[SESSION_PROBLEM]) {
    if (account_can(account, "UNSELECT", strlen("UNSELECT"))) {
        return account_command(account, "UNSELECT", NULL, problem);
    }
    return account_command(account, "EXAMINE", name, problem) &&
           account_command(account, "CLOSE", NULL, problem);
}

/* The first session that selects a mailbox takes \Recent from its messages. */
static bool take_recent(struct account *account, const char *name,
                        const struct fixture_mailbox *mailbox, char problem[SESSION_PROBLEM]) {
    if (!account_command(account, "SELECT", name, problem)) {
        return false;
    }
    if (account->options->store_flags) {
        store_flags(account, mailbox);
    }
    return unselect(account, name, problem);
}

static bool fill(struct account *account, const char *name, const struct fixture_mailbox *mailbox,
                 char problem[SESSION_PROBLEM]) {
    unsigned recent = mailbox->recent;

    if (recent > mailbox->messages) { /* any */
        recent = account->options->store_flags ? 0 : mailbox->messages;
    }
    unsigned old = mailbox->messages - recent;

    if (old > 0 && !(append_messages(account, name, mailbox, 1, old, problem) &&
                     take_recent(account, name, mailbox, problem))) {
        return false;
    }
    return append_messages(account, name, mailbox, old + 1, mailbox->messages, problem);
}

static bool build_mailbox(struct account *account, const struct names *names,
                          const struct fixture_mailbox *mailbox, char problem[SESSION_PROBLEM]) {
    char *name = names_on_server(names, mailbox->name);

    if (!name) {
        return fail(problem, "CREATE", mailbox->name, "out of memory");
    }
    bool built = (names_is_inbox(name) || account_command(account, "CREATE", name, problem)) &&
                 fill(account, name, mailbox, problem) &&
                 (!mailbox->subscribed || account_command(account, "SUBSCRIBE", name, problem));
    free(name);
    return built;
}

/* The scratch name is a level of hierarchy: the separator at its end says so (RFC 3501, 6.3.3). */
static bool create_scratch(struct account *account, const struct names *names,
                           char problem[SESSION_PROBLEM]) {
    char *level = names_on_server(names, "");

    if (!level) {
        return fail(problem, "CREATE", names->scratch, "out of memory");
    }
    bool created = account_command(account, "CREATE", level, problem);
    free(level);
    return created;
}

bool fixture_build(struct account *account, const struct names *names, const struct dialog *dialog,
                   char problem[SESSION_PROBLEM]) {
    if (dialog->mailbox_count == 0 && !dialog->uses[0]) {
        return true;
    }
    if (names->scratch && names->separator && !create_scratch(account, names, problem)) {
        return false;
    }
    for (size_t i = 0; i < dialog->mailbox_count; i++) {
        if (!build_mailbox(account, names, &dialog->mailboxes[i], problem)) {
            return false;
        }
    }
    return true;
}
