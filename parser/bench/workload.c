/* Writes a workload of the benchmark: IMAP as it is on the wire, made up, and the same octets each
 * time.
 *
 *   workload NAME OCTETS > FILE     whole messages, until there are at least OCTETS
 *
 * Tags are 1, 2, 3…, as libetpan wants them. Nothing here needs an extension. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct writer {
    uint64_t random;
    size_t written;
    unsigned tag, uid;
};

__attribute__((format(printf, 2, 3))) static void put(struct writer *w, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int count = vprintf(format, arguments);
    va_end(arguments);
    if (count < 0) {
        perror("workload");
        exit(2);
    }
    w->written += (size_t)count;
}

/* From 0 to below `limit` (Marsaglia's xorshift). */
static unsigned below(struct writer *w, unsigned limit) {
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (unsigned)((w->random >> 32) % limit);
}

static bool chance(struct writer *w, unsigned percent) {
    return below(w, 100) < percent;
}

#define PICK(w, array) (array)[below(w, COUNT(array))]

static const char *const words[] = {
    "meeting", "notes",  "invoice",   "for",    "the",  "quarterly", "report", "draft",
    "of",      "agenda", "reminder",  "please", "read", "before",    "lunch",  "tickets",
    "holiday", "photos", "interview", "urgent", "and",  "minutes",   "budget", "release",
};
static const char *const people[] = {"alice", "bob", "carol", "dave", "erin", "frank", "grace"};
static const char *const surnames[] = {"Smith", "Gray", "Tanaka", "Novak", "Okafor", "Lindqvist"};
static const char *const hosts[] = {"example.com", "example.org", "mail.example.net"};
static const char *const mailboxes[] = {"INBOX",
                                        "Sent",
                                        "Drafts",
                                        "Archive/2025",
                                        "Archive/2026",
                                        "lists/imap-protocol",
                                        "\"Deleted Items\"",
                                        "Junk"};
static const struct {
    const char *name;
    unsigned percent; /* of the messages that have it */
} flags[] = {{"\\Seen", 75},     {"\\Answered", 25}, {"\\Flagged", 10}, {"\\Draft", 3},
             {"$Forwarded", 10}, {"$MDNSent", 5},    {"NonJunk", 20}};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "Sep", "Oct", "Nov", "Dec"};

static void put_words(struct writer *w, unsigned count) {
    for (; count > 0; count--) {
        put(w, "%s%s", PICK(w, words), count > 1 ? " " : "");
    }
}

static void put_flags(struct writer *w) {
    const char *before = "";
    put(w, "(");
    for (size_t i = 0; i < COUNT(flags); i++) {
        if (chance(w, flags[i].percent)) {
            put(w, "%s%s", before, flags[i].name);
            before = " ";
        }
    }
    put(w, ")");
}

static void put_completion(struct writer *w, const char *text) {
    put(w, "%u OK %s\r\n", ++w->tag, text);
}

/* ---- flags: what a client asks to see what is new -------------------------------------------- */

static void put_flag_fetches(struct writer *w) {
    unsigned count = 100 + below(w, 400);
    for (unsigned i = 1; i <= count; i++) {
        w->uid += 1 + below(w, 5);
        put(w, "* %u FETCH (", i);
        if (chance(w, 80)) {
            put(w, "UID %u FLAGS ", w->uid);
            put_flags(w);
        } else {
            put(w, "FLAGS ");
            put_flags(w);
            put(w, " UID %u", w->uid);
        }
        put(w, ")\r\n");
    }
    put_completion(w, "Fetch completed.");
}

/* ---- mix: a mailbox is opened, listed and searched, its messages shown ----------------------- */

static void put_date(struct writer *w) {
    put(w, "\"Mon, %u %s 2026 %02u:%02u:%02u +0100\"", 1 + below(w, 28), PICK(w, months),
        below(w, 24), below(w, 60), below(w, 60));
}

static void put_address(struct writer *w) {
    const char *person = PICK(w, people);
    put(w, "(");
    if (chance(w, 75)) {
        put(w, "\"%s %s\"", person, PICK(w, surnames));
    } else {
        put(w, "NIL");
    }
    put(w, " NIL \"%s\" \"%s\")", person, PICK(w, hosts));
}

static void put_addresses(struct writer *w, unsigned count) {
    if (count == 0) {
        put(w, " NIL");
        return;
    }
    put(w, " (");
    for (; count > 0; count--) {
        put_address(w);
    }
    put(w, ")");
}

static void put_subject(struct writer *w) {
    static const char literal[] = "Re: \"draft\" of the quarterly report";
    if (chance(w, 3)) {
        put(w, " {%zu}\r\n%s", strlen(literal), literal);
    } else if (chance(w, 15)) {
        put(w, " \"=?utf-8?Q?Gr=C3=BC=C3=9Fe?= %s\"", PICK(w, words));
    } else {
        put(w, " \"%s", chance(w, 40) ? "Re: " : "");
        put_words(w, 2 + below(w, 5));
        put(w, "\"");
    }
}

static void put_message_id(struct writer *w) {
    put(w, " \"<%08x.%08x@%s>\"", below(w, UINT32_MAX), below(w, UINT32_MAX), PICK(w, hosts));
}

static void put_envelope(struct writer *w) {
    put(w, "ENVELOPE (");
    put_date(w);
    put_subject(w);
    for (unsigned i = 0; i < 3; i++) { /* from, sender, reply-to */
        put_addresses(w, 1);
    }
    put_addresses(w, 1 + below(w, 3));
    put_addresses(w, chance(w, 30) ? 1 + below(w, 3) : 0);
    put_addresses(w, 0);
    if (chance(w, 40)) {
        put_message_id(w);
    } else {
        put(w, " NIL");
    }
    put_message_id(w);
    put(w, ")");
}

static void put_text_part(struct writer *w, const char *subtype) {
    put(w,
        "(\"text\" \"%s\" (\"charset\" \"utf-8\") NIL NIL \"quoted-printable\" %u %u "
        "NIL NIL NIL NIL)",
        subtype, 200 + below(w, 20000), 10 + below(w, 400));
}

static void put_alternative(struct writer *w) {
    put(w, "(");
    put_text_part(w, "plain");
    put_text_part(w, "html");
    put(w, " \"alternative\" (\"boundary\" \"=_%08x\") NIL NIL NIL)", below(w, UINT32_MAX));
}

static void put_mixed(struct writer *w) {
    put(w, "(");
    if (chance(w, 50)) {
        put_alternative(w);
    } else {
        put_text_part(w, "plain");
    }
    for (unsigned count = 1 + below(w, 3); count > 0; count--) {
        unsigned number = below(w, 1000);
        put(w,
            "(\"application\" \"pdf\" (\"name\" \"%s-%u.pdf\") NIL NIL \"base64\" %u NIL "
            "(\"attachment\" (\"filename\" \"%s-%u.pdf\")) NIL NIL)",
            words[number % COUNT(words)], number, 1000 + below(w, 900000),
            words[number % COUNT(words)], number);
    }
    put(w, " \"mixed\" (\"boundary\" \"=_%08x\") NIL (\"en\") NIL)", below(w, UINT32_MAX));
}

static void put_body_structure(struct writer *w) {
    put(w, " BODYSTRUCTURE ");
    if (chance(w, 30)) {
        put_text_part(w, "plain");
    } else if (chance(w, 60)) {
        put_alternative(w);
    } else {
        put_mixed(w);
    }
}

static void put_listing(struct writer *w) {
    for (size_t i = 0; i < COUNT(mailboxes); i++) {
        put(w, "* LIST (%s) \"/\" %s\r\n", chance(w, 20) ? "\\Noselect" : "\\Marked", mailboxes[i]);
    }
    put_completion(w, "List completed.");
}

static void put_selection(struct writer *w) {
    put(w,
        "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded)\r\n"
        "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\*)] Flags permitted.\r\n"
        "* %u EXISTS\r\n* %u RECENT\r\n* OK [UNSEEN %u] First unseen.\r\n"
        "* OK [UIDVALIDITY 1767225600] UIDs valid\r\n* OK [UIDNEXT %u] Predicted next UID\r\n",
        1000 + below(w, 9000), below(w, 10), 1 + below(w, 999), w->uid + 1);
    put_completion(w, "[READ-WRITE] Select completed.");
}

static void put_search(struct writer *w) {
    unsigned number = 1 + below(w, 10);
    put(w, "* SEARCH");
    for (unsigned count = below(w, 200); count > 0; count--, number += 1 + below(w, 20)) {
        put(w, " %u", number);
    }
    put(w, "\r\n");
    put_completion(w, "Search completed.");
}

static void put_mix(struct writer *w) {
    put_listing(w);
    put_selection(w);
    put_search(w);
    put(w, "* STATUS %s (MESSAGES %u UIDNEXT %u UNSEEN %u)\r\n", PICK(w, mailboxes), below(w, 5000),
        5000 + below(w, 5000), below(w, 100));
    put_completion(w, "Status completed.");
    for (unsigned i = 1; i <= 20; i++) {
        w->uid += 1 + below(w, 5);
        put(w, "* %u FETCH (UID %u RFC822.SIZE %u ", i, w->uid, 1000 + below(w, 900000));
        put_envelope(w);
        put_body_structure(w);
        put(w, ")\r\n");
    }
    put_completion(w, "Fetch completed.");
}

/* ---- literals: messages are downloaded ------------------------------------------------------- */

static void put_body_fetch(struct writer *w) {
    static const char line[] =
        "TWFpbCBhdHRhY2htZW50cyBhcmUgYmFzZTY0LCBtb3N0bHksIHNvIG1vc3Qgb2YgaXQgaXMg\r\n";
    unsigned lines = 200 + below(w, 2000);
    w->uid += 1 + below(w, 5);
    put(w, "* %u FETCH (UID %u BODY[] {%zu}\r\n", 1 + below(w, 9000), w->uid, lines * strlen(line));
    for (; lines > 0; lines--) {
        put(w, "%s", line);
    }
    put(w, ")\r\n");
    put_completion(w, "Fetch completed.");
}

/* ---- commands: what a server reads ----------------------------------------------------------- */

static void put_append(struct writer *w) {
    char text[200];
    const char *from = PICK(w, people);
    int size = snprintf(text, sizeof text,
                        "From: %s@example.com\r\nSubject: %s %s\r\n\r\nSee you at %u.\r\n", from,
                        PICK(w, words), PICK(w, words), 10 + below(w, 9));
    put(w, "%u APPEND %s (\\Seen) \"23-Nov-2026 08:15:00 +0100\" {%d}\r\n%s\r\n", ++w->tag,
        PICK(w, mailboxes), size, text);
}

static void put_search_command(struct writer *w) {
    switch (below(w, 3)) {
    case 0:
        put(w, "%u UID SEARCH UNSEEN NOT DELETED\r\n", ++w->tag);
        break;
    case 1:
        put(w, "%u SEARCH SINCE %u-Nov-2026 FROM \"%s\" SUBJECT %s\r\n", ++w->tag, 1 + below(w, 28),
            PICK(w, people), PICK(w, words));
        break;
    default:
        put(w, "%u UID SEARCH OR (FROM %s LARGER %u) (TO \"%s@example.com\" FLAGGED)\r\n", ++w->tag,
            PICK(w, people), below(w, 100000), PICK(w, people));
    }
}

static void put_command(struct writer *w) {
    const char *mailbox = PICK(w, mailboxes);
    unsigned uid = 1 + below(w, 90000);
    switch (below(w, 10)) {
    case 0:
        put(w, "%u SELECT %s\r\n", ++w->tag, mailbox);
        break;
    case 1:
        put(w, "%u STATUS %s (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)\r\n", ++w->tag, mailbox);
        break;
    case 2:
        put(w,
            "%u UID FETCH %u:* (UID FLAGS RFC822.SIZE INTERNALDATE ENVELOPE "
            "BODY.PEEK[HEADER.FIELDS (References List-Id)])\r\n",
            ++w->tag, uid);
        break;
    case 3:
        put(w, "%u UID FETCH %u,%u:%u (UID BODY.PEEK[1.2]<0.65536>)\r\n", ++w->tag, uid, uid + 2,
            uid + 9);
        break;
    case 4:
        put(w, "%u UID STORE %u +FLAGS.SILENT (\\Seen $Forwarded)\r\n", ++w->tag, uid);
        break;
    case 5:
        put(w, "%u UID COPY %u:%u %s\r\n", ++w->tag, uid, uid + below(w, 9), mailbox);
        break;
    case 6:
        put(w, "%u LIST \"\" \"%%\"\r\n%u NOOP\r\n", w->tag + 1, w->tag + 2);
        w->tag += 2;
        break;
    case 7:
        put(w, "%u LOGIN %s {%u}\r\n%08x\r\n", ++w->tag, PICK(w, people), 8, below(w, UINT32_MAX));
        break;
    case 8:
        put_append(w);
        break;
    default:
        put_search_command(w);
    }
}

/* ---- the workloads --------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*put_some)(struct writer *);
} workloads[] = {
    {"commands", put_command},
    {"flags", put_flag_fetches},
    {"mix", put_mix},
    {"literals", put_body_fetch},
};

int main(int argc, char **argv) {
    struct writer writer = {.random = 9051, .uid = 4000};
    size_t wanted = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    for (size_t i = 0; wanted > 0 && i < COUNT(workloads); i++) {
        if (strcmp(workloads[i].name, argv[1]) == 0) {
            while (writer.written < wanted) {
                workloads[i].put_some(&writer);
            }
            return fflush(stdout) == 0 ? 0 : 2;
        }
    }
    fputs("usage: workload commands|flags|mix|literals OCTETS\n", stderr);
    return 2;
}
