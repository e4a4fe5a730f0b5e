#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "compare.h"

#define NODES 512

/* A message of the server, without its CRLF. */
struct message {
    char octets[2048];
    size_t size;
    struct imap_node nodes[NODES];
    struct imap_tree tree;
};

static bool add(void *context, const struct imap_event *event) {
    imap_tree_add(context, event);
    return true;
}

/* Spaces too many are let through. */
static void read_message(struct message *message, const char *text) {
    struct imap_parser parser;
    size_t consumed;

    message->size = (size_t)snprintf(message->octets, sizeof message->octets, "%s\r\n", text);
    imap_tree_init(&message->tree, message->nodes, NODES);
    imap_parser_init(&parser, imap_grammar_builtin(), IMAP_RESPONSE, add, &message->tree);
    imap_parser_tolerate(&parser, IMAP_QUIRK_EXTRA_SPACE);
    imap_parser_feed(&parser, message->octets, message->size, &consumed);
    if (!imap_tree_root(&message->tree)) {
        fail_msg("not a response: %s", text);
    }
}

static struct pattern *read_pattern(const char *text) {
    char problem[256];
    unsigned column;
    struct pattern *pattern =
        pattern_compile(imap_grammar_builtin(), IMAP_RESPONSE, (const uint8_t *)text, strlen(text),
                        problem, &column);

    if (!pattern) {
        fail_msg("%s: %u: %s", text, column, problem);
    }
    return pattern;
}

struct trial {
    const char *expected, *actual;
    const char *sentence; /* NULL: they are equal */
};

typedef bool comparer(const struct pattern *, const uint8_t *, size_t, const struct imap_tree *,
                      const struct variables *, struct variables *, struct difference *);

static void try_all(comparer *compares, const struct trial *trials, size_t count) {
    static struct message message;
    struct variables known = {0};
    unsigned failures = 0;

    assert_true(variables_set(&known, "seven", "7", 1));
    assert_true(variables_set(&known, "box", "blob", 4));
    for (size_t i = 0; i < count; i++) {
        struct pattern *pattern = read_pattern(trials[i].expected);
        struct variables captures = {0};
        struct difference difference = {.rule = 0};
        read_message(&message, trials[i].actual);
        bool is_equal = compares(pattern, (uint8_t *)message.octets, message.size, &message.tree,
                                 &known, &captures, &difference);
        const char *sentence = is_equal ? "equal" : difference.sentence;
        const char *wanted = trials[i].sentence ? trials[i].sentence : "equal";
        if (strcmp(sentence, wanted) != 0) {
            print_error("%s\n%s\n  says  %s\n  wants %s\n", trials[i].expected, trials[i].actual,
                        sentence, wanted);
            failures++;
        }
        variables_free(&captures);
        pattern_free(pattern);
    }
    variables_free(&known);
    assert_int_equal(failures, 0);
}

#define TRY_ALL(compares, trials) try_all(compares, trials, sizeof trials / sizeof *trials)

static void numbers(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"* 172 EXISTS", "* 172 EXISTS", NULL},
        {"* 172 EXISTS", "* 172 exists", NULL},
        {"* 172 EXISTS", "* 0172 EXISTS", NULL},
        {"* 172 EXISTS", "* 171 EXISTS", "number: 171, expected 172"},
        {"* 172 EXISTS", "* 172 RECENT", "mailbox-data: \"RECENT\", expected \"EXISTS\""},
        {"* 172 EXISTS", "* 172 EXPUNGE", "message-data 172 EXPUNGE, expected mailbox-data"},
        {"* 44 EXPUNGE", "* 43 EXPUNGE", "number: 43, expected 44"},
    };

    TRY_ALL(compare_message, trials);
}

static void numbers_in_order(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"* ${:number>seven} EXISTS", "* 8 EXISTS", NULL},
        {"* ${:number>seven} EXISTS", "* 10 EXISTS", NULL},
        {"* ${:number>seven} EXISTS", "* 7 EXISTS",
         "number: 7 is not greater than ${seven}, which is 7"},
        {"* ${n:number>seven} EXISTS", "* 6 EXISTS",
         "number: 6 is not greater than ${seven}, which is 7"},
        {"* ${:number<seven} EXISTS", "* 6 EXISTS", NULL},
        {"* ${:number<seven} EXISTS", "* 7 EXISTS",
         "number: 7 is not less than ${seven}, which is 7"},
        {"* ${:number<seven} EXISTS", "* 70 EXISTS",
         "number: 70 is not less than ${seven}, which is 7"},
        {"* ${:number>nothing} EXISTS", "* 8 EXISTS",
         "number: ${nothing} was not captured before these lines"},
        {"* ${:number>box} EXISTS", "* 8 EXISTS",
         "number: 8 is not greater than ${box}, which is blob"},
        {"* STATUS x (UIDVALIDITY ${:nz-number>seven})", "* STATUS x (UIDVALIDITY 4294967295)",
         NULL},
    };

    TRY_ALL(compare_message, trials);
}

static void human_text_and_codes(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"a1 OK done", "a1 OK something else", NULL},
        {"a1 OK done", "a1 ok done", NULL},
        {"a1 OK done", "a1 NO done", "status: \"NO\", expected \"OK\""},
        {"a1 OK done", "a2 OK done", "tag: a2, expected a1"},
        {"a1 OK done", "A1 OK done", "tag: A1, expected a1"},
        {"a1 OK done", "* OK done", "untagged response * OK done, expected tagged response"},
        {"a1 OK done", "a1 OK [READ-WRITE] done", NULL},
        {"a1 OK [READ-WRITE] done", "a1 OK [read-write] Done.", NULL},
        {"a1 OK [READ-WRITE] done", "a1 OK done", "response code READ-WRITE is missing"},
        {"a1 OK [READ-WRITE] done", "a1 OK [READ-ONLY] done",
         "response code: \"READ-ONLY\", expected \"READ-WRITE\""},
        {"a1 OK [READ-WRITE] ...", "a1 OK [READ-WRITE] x", NULL},
        {"a1 OK ...", "a1 OK [ALERT] x", NULL},
        {"* OK [UNSEEN 12] x", "* OK [UNSEEN 12] y", NULL},
        {"* OK [UNSEEN 12] x", "* OK [UNSEEN 11] y", "number: 11, expected 12"},
        {"* OK [UNSEEN 12] x", "* OK [UIDNEXT 12] y",
         "response code: \"UIDNEXT\", expected \"UNSEEN\""},
        {"* NO [X-CODE a b] x", "* NO [x-code a b] x", NULL},
        {"* NO [X-CODE a b] x", "* NO [X-CODE a c] x",
         "resp-text-code-argument: a c, expected a b"},
        {"* NO [X-CODE] x", "* NO [Y-CODE] x", "response code: Y-CODE, expected X-CODE"},
        {"* OK [CAPABILITY IMAP4rev1 IDLE] x", "* OK [CAPABILITY IDLE IMAP4rev1] x", NULL},
        {"* BYE bye", "* BYE see you", NULL},
        {"+ Ready for more", "+ go ahead", NULL},
        {"+", "+ go ahead", NULL},
        {"+ ...", "+ AmFYig==", NULL},
        {"+ ready", "+ ", NULL},
        {"+ ${:base64}", "+ AmFYig==", NULL},
        {"+ ready", "* OK ready", "untagged response * OK ready, expected go-ahead"},
    };

    TRY_ALL(compare_message, trials);
}

static void sets(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"* FLAGS (\\Seen \\Deleted)", "* FLAGS (\\Deleted \\SEEN)", NULL},
        {"* FLAGS (\\Seen \\Deleted)", "* FLAGS (\\Seen)", "flag \\Deleted is missing"},
        {"* FLAGS (\\Seen)", "* FLAGS (\\Seen Work)", "flag Work is not expected"},
        {"* FLAGS (\\Seen)", "* FLAGS (\\Draft)", "flag \\Seen is missing"},
        {"* FLAGS ()", "* FLAGS ()", NULL},
        {"* FLAGS ()", "* FLAGS (\\Seen)", "flag \\Seen is not expected"},
        {"* FLAGS (\\Seen)", "* FLAGS ()", "flag \\Seen is missing"},
        {"* FLAGS (a a b)", "* FLAGS (a b a)", NULL},
        {"* FLAGS (a a)", "* FLAGS (a b)", "flag a is missing"},
        {"* FLAGS (a)", "* FLAGS (a a)", "flag a is not expected"},
        {"* CAPABILITY IMAP4rev1 IDLE", "* CAPABILITY idle imap4REV1", NULL},
        {"* CAPABILITY IMAP4rev1 IDLE", "* CAPABILITY IMAP4rev1 ID", "capability IDLE is missing"},
        {"* CAPABILITY IMAP4rev1 AUTH=PLAIN", "* CAPABILITY IMAP4rev1 auth=plain", NULL},
        {"* SEARCH 2 84 882", "* SEARCH 882 2 84", NULL},
        {"* SEARCH 2 84 882", "* SEARCH 882 2 85", "number: 85, expected 84"},
        {"* SEARCH 2 84 882", "* SEARCH 2", "number 84 is missing"},
        {"* SEARCH 2", "* SEARCH 2 84", "number 84 is not expected"},
        {"* SEARCH 2", "* SEARCH 3", "number: 3, expected 2"},
        {"* SEARCH", "* SEARCH", NULL},
        {"* SEARCH", "* SEARCH 1", "number 1 is not expected"},
        {"* SEARCH 1", "* SEARCH", "number 1 is missing"},
        {"* OK [PERMANENTFLAGS (\\Seen \\*)] x", "* OK [PERMANENTFLAGS (\\* \\seen)] y", NULL},
        {"* OK [PERMANENTFLAGS (\\Seen \\*)] x", "* OK [PERMANENTFLAGS (\\Seen)] y",
         "flag \\* is missing"},
        {"* OK [PERMANENTFLAGS ()] x", "* OK [PERMANENTFLAGS (\\Seen)] y",
         "flag \\Seen is not expected"},
    };

    TRY_ALL(compare_message, trials);
}

static void mailboxes(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"* LIST (\\Noselect) \"/\" blob", "* LIST (\\NOSELECT) \"/\" \"blob\"", NULL},
        {"* LIST (\\Noselect) \"/\" blob", "* LIST (\\Noselect) \"/\" {4}\r\nblob", NULL},
        {"* LIST () \"/\" \"a b\"", "* LIST () \"/\" {3}\r\na b", NULL},
        {"* LIST () \"/\" \"a\\\"b\"", "* LIST () \"/\" {3}\r\na\"b", NULL},
        {"* LIST () \"/\" \"\"", "* LIST () \"/\" {0}\r\n", NULL},
        {"* LIST () \"/\" blob", "* LIST () \"/\" Blob", "mailbox: Blob, expected blob"},
        {"* LIST () \"/\" blob", "* LIST () \"/\" blo", "mailbox: blo, expected blob"},
        {"* LIST () \"/\" INBOX", "* LIST () \"/\" inBox", NULL},
        {"* LIST () \"/\" INBOX", "* LIST () \"/\" \"inbox\"", NULL},
        {"* LIST () \"/\" INBOX/a", "* LIST () \"/\" inbox/a",
         "mailbox: inbox/a, expected INBOX/a"},
        {"* LIST () \"/\" \"NIL\"", "* LIST () \"/\" NIL", NULL},
        {"* LIST () \"/\" blob", "* LIST () \".\" blob",
         "hierarchy separator: \".\", expected \"/\""},
        {"* LIST () NIL blob", "* LIST () nil blob", NULL},
        {"* LIST () NIL blob", "* LIST () \"/\" blob", "hierarchy separator: \"/\", expected NIL"},
        {"* LIST () \"/\" blob", "* LSUB () \"/\" blob",
         "mailbox-data: \"LSUB\", expected \"LIST\""},
        {"* LIST () \"/\" blob", "* LIST (\\Marked) \"/\" blob",
         "attributes \\Marked is not expected"},
        {"* LIST (\\Marked) \"/\" blob", "* LIST () \"/\" blob", "attributes \\Marked is missing"},
        {"* LIST (\\Marked \\X) \"/\" blob", "* LIST (\\X \\Marked) \"/\" blob", NULL},
        {"* LIST (\\Marked \\X) \"/\" blob", "* LIST (\\X) \"/\" blob",
         "attribute \\Marked is missing"},
        {"* LIST (...) \"/\" blob", "* LIST () \"/\" blob", NULL},
        {"* LIST (...) \"/\" blob", "* LIST (\\Marked \\X) \"/\" blob", NULL},
        {"* LIST (...) \"/\" blob", "* LIST (\\Marked \\X) \"/\" blo",
         "mailbox: blo, expected blob"},
        {"* LIST (\\X ...) \"/\" blob", "* LIST (\\Marked \\X) \"/\" blob", NULL},
        {"* LIST (\\X ...) \"/\" blob", "* LIST (\\Marked \\Y) \"/\" blob",
         "attribute \\X is missing"},
        {"* LIST (...) ... ...", "* LIST () NIL x", NULL},
        {"* STATUS blob (MESSAGES 231 UNSEEN 12)", "* STATUS \"blob\" (unseen 12 messages 231)",
         NULL},
        {"* STATUS blob (MESSAGES 231 UNSEEN 12)", "* STATUS blob (UNSEEN 11 MESSAGES 231)",
         "number: 11, expected 12"},
        {"* STATUS blob (MESSAGES 231 UNSEEN 12)", "* STATUS blob (MESSAGES 231)",
         "STATUS item UNSEEN is missing"},
        {"* STATUS blob (MESSAGES 231)", "* STATUS blob (MESSAGES 231 UNSEEN 1)",
         "STATUS item UNSEEN is not expected"},
        {"* STATUS blob (MESSAGES 231 ...)", "* STATUS blob (UNSEEN 1 MESSAGES 231)", NULL},
        {"* STATUS blob ()", "* STATUS blob ()", NULL},
    };

    TRY_ALL(compare_message, trials);
}

static void fetched_items(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"* 1 FETCH (FLAGS (\\Seen) UID 4)", "* 1 FETCH (UID 4 FLAGS (\\seen))", NULL},
        {"* 1 FETCH (FLAGS (\\Seen) UID 4)", "* 1 FETCH (UID 5 FLAGS (\\Seen))",
         "number: 5, expected 4"},
        {"* 1 FETCH (FLAGS (\\Seen) UID 4)", "* 1 FETCH (FLAGS (\\Seen))",
         "FETCH item UID is missing"},
        {"* 1 FETCH (FLAGS (\\Seen))", "* 1 FETCH (UID 5 FLAGS (\\Seen))",
         "FETCH item UID is not expected"},
        {"* 1 FETCH (FLAGS (\\Seen))", "* 1 FETCH (FLAGS (\\Seen \\Recent))",
         "flag \\Recent is not expected"},
        {"* 1 FETCH (FLAGS (\\Seen ...))", "* 1 FETCH (FLAGS (\\Recent \\Seen))", NULL},
        {"* 1 FETCH (FLAGS (...))", "* 1 FETCH (FLAGS ())", NULL},
        {"* 1 FETCH (FLAGS (\\Seen) ...)", "* 1 FETCH (UID 7 FLAGS (\\Seen))", NULL},
        {"* 1 FETCH (FLAGS (\\Seen) ...)", "* 1 FETCH (FLAGS (\\Seen))", NULL},
        {"* 1 FETCH (FLAGS (\\Seen) ...)", "* 1 FETCH (UID 7)", "FETCH item FLAGS is missing"},
        {"* 1 FETCH ...", "* 1 FETCH (UID 7)", NULL},
        {"* 1 FETCH (...)", "* 1 FETCH (UID 7 FLAGS ())", NULL},
        {"* 1 FETCH (...)", "* 2 FETCH (UID 7)", "number: 2, expected 1"},
        {"* 1 FETCH (BODY[TEXT] \"x\")", "* 1 FETCH (body[text] {1}\r\nx)", NULL},
        {"* 1 FETCH (BODY[TEXT] \"x\")", "* 1 FETCH (BODY[TEXT] \"X\")",
         "nstring: \"X\", expected \"x\""},
        {"* 1 FETCH (BODY[TEXT] \"x\")", "* 1 FETCH (BODY[HEADER] \"x\")",
         "FETCH item BODY[TEXT] is missing"},
        {"* 1 FETCH (BODY[TEXT] {4}\r\na\r\nb)", "* 1 FETCH (BODY[TEXT] {4}\r\na\r\nb)", NULL},
        {"* 1 FETCH (BODY[TEXT] {4}\r\na\r\nb)", "* 1 FETCH (BODY[TEXT] {3}\r\na\nb)",
         "nstring: {3}\\r\\na\\nb, expected {4}\\r\\na\\r\\nb"},
        {"* 1 FETCH (BODY[TEXT] {44}\r\nThe first forty octets are the same in both.)",
         "* 1 FETCH (BODY[TEXT] {43}\r\nThe first forty octets are the same in each)",
         "nstring has 43 octets, expected 44; after 39 octets: \"each\", expected \"both.\""},
        {"* 1 FETCH (BODY[TEXT] \"The first forty octets are the same in both.\")",
         "* 1 FETCH (BODY[TEXT] \"The first forty octets are the same in many.\")",
         "nstring after 39 octets: \"many.\"\", expected \"both.\"\""},
        {"* 1 FETCH (BODY[TEXT] NIL)", "* 1 FETCH (BODY[TEXT] nil)", NULL},
        {"* 1 FETCH (BODY[TEXT] NIL)", "* 1 FETCH (BODY[TEXT] \"NIL\")",
         "nstring: \"NIL\", expected NIL"},
        {"* 1 FETCH (BODY[TEXT] \"\")", "* 1 FETCH (BODY[TEXT] NIL)",
         "nstring: NIL, expected \"\""},
        {"* 1 FETCH (BODY[TEXT] \"\")", "* 1 FETCH (BODY[TEXT] {0}\r\n)", NULL},
        {"* 1 FETCH (BODY[HEADER.FIELDS (DATE FROM)] \"\")",
         "* 1 FETCH (BODY[HEADER.FIELDS (\"From\" date)] \"\")", NULL},
        {"* 1 FETCH (BODY[HEADER.FIELDS (DATE FROM)] \"\")",
         "* 1 FETCH (BODY[HEADER.FIELDS (DATE)] \"\")",
         "FETCH item BODY[HEADER.FIELDS (DATE FROM)] is missing"},
        {"* 1 FETCH (BODY[TEXT]<0> \"x\")", "* 1 FETCH (BODY[TEXT]<0> \"x\")", NULL},
        {"* 1 FETCH (BINARY[1] \"x\")", "* 1 FETCH (BINARY[1] ~{1}\r\nx)", NULL},
        {"* 1 FETCH (BINARY[1] ~{1}\r\nx)", "* 1 FETCH (BINARY[1] {1}\r\nx)", NULL},
        {"* 1 FETCH (BINARY[1] \"x\")", "* 1 FETCH (BINARY[1] ~{1}\r\ny)",
         "literal8 ~{1}\\r\\ny, expected nstring"},
        {"* 1 FETCH (BODY[TEXT]<0> \"x\")", "* 1 FETCH (BODY[TEXT]<1> \"x\")",
         "FETCH item BODY[TEXT]<0> is missing"},
        {"* 1 FETCH (RFC822.SIZE 310)", "* 1 FETCH (RFC822.SIZE 309)", "number: 309, expected 310"},
        {"* 1 FETCH (INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")",
         "* 1 FETCH (INTERNALDATE \"17-Jul-1996 09:44:25 +0000\")", NULL},
        {"* 1 FETCH (INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")",
         "* 1 FETCH (INTERNALDATE \"17-Jul-1996 02:44:26 -0700\")",
         "date-time: \"17-Jul-1996 02:44:26 -0700\", expected \"17-Jul-1996 02:44:25 -0700\""},
    };

    TRY_ALL(compare_message, trials);
}

static void structures(void **state) {
    (void)state;
#define ENVELOPE(date, from)                                                                       \
    "* 1 FETCH (ENVELOPE (" date " \"s\" " from " NIL NIL NIL NIL NIL NIL \"<i>\"))"
#define BODY(body) "* 1 FETCH (BODY " body ")"
    static const struct trial trials[] = {
        {ENVELOPE("\"d\"", "((\"n\" NIL \"m\" \"h\"))"),
         ENVELOPE("{1}\r\nd", "((\"n\" nil {1}\r\nm \"h\"))"), NULL},
        {ENVELOPE("\"d\"", "((\"n\" NIL \"m\" \"h\"))"),
         ENVELOPE("\"d\"", "((\"n\" NIL \"m\" \"H\"))"), "addr-host: \"H\", expected \"h\""},
        {ENVELOPE("\"d\"", "((NIL NIL \"m\" \"h\"))"),
         ENVELOPE("\"d\"", "((NIL NIL \"m\" \"h\")(NIL NIL \"o\" \"h\"))"),
         "address (NIL NIL \"o\" \"h\") is not expected"},
        {ENVELOPE("\"d\"", "((NIL NIL \"m\" \"h\")(NIL NIL \"o\" \"h\"))"),
         ENVELOPE("\"d\"", "((NIL NIL \"o\" \"h\")(NIL NIL \"m\" \"h\"))"),
         "addr-mailbox: \"o\", expected \"m\""},
        {ENVELOPE("\"d\"", "NIL"), ENVELOPE("\"d\"", "((NIL NIL \"m\" \"h\"))"),
         "env-from: ((NIL NIL \"m\" \"h\")), expected NIL"},
        {ENVELOPE("NIL", "NIL"), ENVELOPE("\"\"", "NIL"), "env-date: \"\", expected NIL"},
        {"* 1 FETCH (ENVELOPE ...)", ENVELOPE("NIL", "NIL"), NULL},
        {BODY("(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 29 1)"),
         BODY("(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 29 1)"), NULL},
        {BODY("(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 29 1)"),
         BODY("(\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 29 1)"),
         "string: \"utf-8\", expected \"US-ASCII\""},
        {BODY("(\"TEXT\" \"PLAIN\" (\"NAME\" \"a\") NIL NIL \"7BIT\" 29 1)"),
         BODY("(\"TEXT\" \"PLAIN\" (\"name\" \"a\") NIL NIL \"7BIT\" 29 1)"), NULL},
        {BODY("(\"TEXT\" \"PLAIN\" (\"NAME\" \"a\") NIL NIL \"7BIT\" 29 1)"),
         BODY("(\"TEXT\" \"PLAIN\" (\"name\" \"A\") NIL NIL \"7BIT\" 29 1)"),
         "string: \"A\", expected \"a\""},
        {BODY("(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 29 1)"),
         BODY("(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 29 2)"), "number: 2, expected 1"},
        {BODY("(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 29 1)"),
         BODY("(\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 29 1)"),
         "media subtype: \"HTML\", expected \"PLAIN\""},
        {BODY("(\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 9)"),
         BODY("(\"image\" \"png\" NIL NIL NIL \"base64\" 9)"), NULL},
        {BODY("((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1)(\"TEXT\" \"HTML\" NIL NIL NIL "
              "\"7BIT\" 2 1) \"MIXED\")"),
         BODY("((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1)(\"TEXT\" \"HTML\" NIL NIL NIL "
              "\"7BIT\" 2 1) \"mixed\")"),
         NULL},
        {BODY("((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1)(\"TEXT\" \"HTML\" NIL NIL NIL "
              "\"7BIT\" 2 1) \"MIXED\")"),
         BODY("((\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 2 1)(\"TEXT\" \"PLAIN\" NIL NIL NIL "
              "\"7BIT\" 1 1) \"MIXED\")"),
         "media subtype: \"HTML\", expected \"PLAIN\""},
        {BODY("${:body}"), BODY("(\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 9)"), NULL},
        {BODY("(\"TEXT\" \"PLAIN\" ${:body-fld-param} NIL NIL \"7BIT\" 29 1)"),
         BODY("(\"TEXT\" \"PLAIN\" (\"charset\" \"x\") NIL NIL \"7BIT\" 29 1)"), NULL},
        {"* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1 NIL (\"INLINE\" "
         "(\"FILENAME\" \"a\")) \"EN\"))",
         "* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1 NIL (\"inline\" "
         "(\"filename\" \"a\")) \"EN\"))",
         NULL},
        {"* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1 NIL NIL NIL NIL))",
         "* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1))",
         "body-fld-md5 NIL is missing"},
    };

    TRY_ALL(compare_message, trials);
}

static void spaces_too_many(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"* LIST () \"/\" blob", "* LIST ( )  \"/\"  blob", NULL},
        {"* FLAGS (\\Seen a)", "* FLAGS ( \\Seen  a )", NULL},
        {"* 1 FETCH (BODY ((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1)(\"TEXT\" \"HTML\" NIL NIL "
         "NIL "
         "\"7BIT\" 2 1) \"MIXED\"))",
         "* 1 FETCH (BODY ((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1) (\"TEXT\" \"HTML\" NIL "
         "NIL NIL "
         "\"7BIT\" 2 1) \"MIXED\"))",
         NULL},
    };
    TRY_ALL(compare_message, trials);
}

static void extensions(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"* QUOTA \"\" (STORAGE 10 512 MESSAGE 1 2)", "* quota \"\" (message 01 2 storage 10 512)",
         NULL},
        {"* QUOTA \"\" (STORAGE 10 512)", "* QUOTA \"\" (STORAGE 11 512)",
         "usage: 11, expected 10"},
        {"* QUOTA \"\" (STORAGE 10 512)", "* QUOTA \"\" (MESSAGE 10 512)",
         "resource STORAGE is missing"},
        {"* QUOTAROOT INBOX a b", "* QUOTAROOT inbox \"b\" a", NULL},
        {"* ACL a smith lrs jones x", "* acl a jones x smith \"srl\"", NULL},
        {"* ACL a smith lrs", "* ACL a smith lr", "rights: lr, expected lrs"},
        {"* ACL a smith lr", "* ACL a smith lrs", "rights: lrs, expected lr"},
        {"* ACL a smith lr", "* ACL a jones lr", "identifier smith is missing"},
        {"* ACL a smith lr ...", "* ACL a jones x smith rl", NULL},
        {"* MYRIGHTS a \"\"", "* MYRIGHTS a l", "rights: l, expected \"\""},
        {"* NAMESPACE ((\"\" \"/\")) NIL NIL", "* NAMESPACE ((\"\" \"/\")) nil NIL", NULL},
        {"* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\")) NIL NIL",
         "* NAMESPACE ((\"#mh/\" \"/\")(\"\" \"/\")) NIL NIL", NULL},
        {"* ID (\"name\" \"x\")", "* ID (\"NAME\" \"x\")", NULL},
        {"* LANGUAGE (EN DE)", "* LANGUAGE (de \"en\")", NULL},
        {"* LANGUAGE (EN DE)", "* LANGUAGE (EN)", "language DE is missing"},
        {"* SORT 2 1", "* sort 2 1", NULL},
        {"* LIST () \"/\" a (\"CHILDINFO\" (\"SUBSCRIBED\"))",
         "* LIST () \"/\" a (\"childinfo\" (\"subscribed\"))", NULL},
        {"* LIST () \"/\" a (\"CHILDINFO\" (\"SUBSCRIBED\"))",
         "* LIST () \"/\" a (childinfo (\"subscribed\"))", NULL},
        {"* LIST () \"/\" a (\"OLDNAME\" (b))", "* LIST () \"/\" a (oldname (\"b\"))", NULL},
        {"* LIST () \"/\" a (OLDNAME (b))", "* LIST () \"/\" a (oldname (c))",
         "mailbox: c, expected b"},
        {"* LIST () \"/\" a (X 1 Y (b))", "* LIST () \"/\" a (\"y\" (b) x 1)", NULL},
        {"* METADATA \"\" (/a \"1\" /b NIL)", "* METADATA \"\" (\"/B\" NIL /A \"1\")", NULL},
        {"* METADATA \"\" (/a \"NIL\")", "* METADATA \"\" (/a NIL)",
         "value: NIL, expected \"NIL\""},
    };

    TRY_ALL(compare_message, trials);
}

static void placeholders(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"* ${n:number} EXISTS", "* 5 EXISTS", NULL},
        {"* ${n:nz-number} EXPUNGE", "* 5 EXPUNGE", NULL},
        {"* ${n:nz-number} EXISTS", "* 0 EXISTS", "number: 0 is no nz-number"},
        {"* ${seven:number} EXISTS", "* 7 EXISTS", NULL},
        {"* ${seven:number} EXISTS", "* 8 EXISTS", "number: 8, but ${seven} is 7"},
        {"* LIST () \"/\" ${box:mailbox}", "* LIST () \"/\" \"blob\"", NULL},
        {"* LIST () \"/\" ${box:mailbox}", "* LIST () \"/\" blub",
         "mailbox: blub, but ${box} is blob"},
        {"* LIST () \"/\" ${:mailbox}", "* LIST () \"/\" {4}\r\nblub", NULL},
        {"* 1 FETCH (BODY[TEXT] ${:nstring})", "* 1 FETCH (BODY[TEXT] NIL)", NULL},
        {"* 1 FETCH (BODY[TEXT] ${:string})", "* 1 FETCH (BODY[TEXT] \"NIL\")", NULL},
        {"* 1 FETCH (BODY[TEXT] ${:string})", "* 1 FETCH (BODY[TEXT] NIL)",
         "nstring: NIL is no string"},
        {"* SEARCH ${a:nz-number} 7", "* SEARCH 7 8", NULL},
        {"* SEARCH ${a:nz-number} 7", "* SEARCH 7", "number ${a:nz-number} is missing"},
        {"* SEARCH ${a:nz-number} ${seven:nz-number}", "* SEARCH 7 8", NULL},
        {"* SEARCH ${a:nz-number} ...", "* SEARCH 7 8 9", NULL},
        {"* SEARCH ...", "* SEARCH", NULL},
        {"* SEARCH ...", "* SEARCH 1 2", NULL},
        {"* SEARCH 2 ...", "* SEARCH 1 2", NULL},
        {"* SEARCH 2 ...", "* SEARCH 1 3", "number 2 is missing"},
        {"* CAPABILITY IMAP4rev1 ...", "* CAPABILITY IMAP4rev1", NULL},
        {"* CAPABILITY IMAP4rev1 ...", "* CAPABILITY IDLE IMAP4rev1 ID", NULL},
        {"* CAPABILITY ...", "* CAPABILITY IDLE IMAP4rev1 ID", NULL},
        {"* CAPABILITY IMAP4rev1 IDLE ...", "* CAPABILITY IMAP4rev1 ID",
         "capability IDLE is missing"},
        {"* FLAGS (\\Seen ...)", "* FLAGS (\\Draft \\Seen)", NULL},
        {"* FLAGS (\\Seen ...)", "* FLAGS (\\Draft)", "flag \\Seen is missing"},
        {"* FLAGS (${:flag} ...)", "* FLAGS (\\Draft)", NULL},
        {"* OK [PERMANENTFLAGS (${:flag-perm} ...)] x", "* OK [PERMANENTFLAGS (\\Seen)] x", NULL},
        {"* OK [PERMANENTFLAGS (${:flag-perm} ...)] x", "* OK [PERMANENTFLAGS ()] x",
         "flag ${:flag-perm} is missing"},
        {"a1 ${:resp-cond-state}", "a1 NO [ALERT] x", NULL},
        {"a1 ${:resp-cond-state}", "a2 NO x", "tag: a2, expected a1"},
        {"* ${n:nz-number} FETCH (UID ${n})", "* 4 FETCH (UID 4)", NULL},
        {"* ${n:nz-number} FETCH (UID ${n})", "* 4 FETCH (UID 5)",
         "n: this is not what it stood for before"},
        {"* OK [${:resp-text-code}] x", "* OK [UNSEEN 3] x", NULL},
        {"* OK [...] x", "* OK [ALERT] x", NULL},
        {"a1 NO [BADCHARSET] x", "a1 NO [BadCharset (US-ASCII UTF-8)] x", NULL},
        {"a1 NO [X-BAD] x", "a1 NO [X-BADCHARSET (UTF-8)] x",
         "response code: X-BADCHARSET, expected X-BAD"},
        {"a1 NO [BADCHARSET (UTF-8)] x", "a1 NO [BADCHARSET] x",
         "response code: \"\", expected \" \""},
    };

    TRY_ALL(compare_message, trials);
}

static void exact(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"* OK [UNSEEN 12] Hello", "* OK [UNSEEN 12] Hello", NULL},
        {"* OK Hello", "* OK hello", "text: hello, expected Hello"},
        {"* OK Hello", "* ok Hello", "status: \"ok\", expected \"OK\""},
        {"* OK Hello", "* OK [ALERT] Hello", "response code ALERT is not expected"},
        {"* OK Hello ...", "* OK Hello, world", "text: Hello, world, expected Hello ..."},
        {"* OK Hello, ...", "* OK Hello, world", NULL},
        {"* OK ...", "* OK Hello, world", NULL},
        {"* OK [UNSEEN ${:nz-number}] Hello, ...", "* OK [UNSEEN 3] Hello, world", NULL},
        {"* OK [UNSEEN ${:nz-number}] Hello, ...", "* OK [UNSEEN 3] Hi",
         "text: Hi, expected Hello, ..."},
        {"* LIST () \"/\" ${box:mailbox}", "* LIST () \"/\" blob", NULL},
        {"* LIST () \"/\" ${box:mailbox}", "* LIST () \"/\" Blob",
         "mailbox: Blob, but ${box} is blob"},
        {"* FLAGS (a b)", "* FLAGS (b a)", "flag: b, expected a"},
        {"* LIST () \"/\" blob", "* LIST () \"/\" \"blob\"", "mailbox: \"blob\", expected blob"},
        {"* 12 EXISTS", "* 012 EXISTS", "number: 012, expected 12"},
        {"* ${n:number} EXISTS", "* 012 EXISTS", NULL},
        {"* ${seven:number} EXISTS", "* 07 EXISTS", "number: 07, but ${seven} is 7"},
    };

    TRY_ALL(compare_exactly, trials);
}

static void captures_can_be_sent_again(void **state) {
    (void)state;
    static struct message message;
    static const struct {
        const char *mailbox, *captured;
    } mailboxes[] = {
        {"blob", "blob"},
        {"\"a b\"", "\"a b\""},
        {"{3}\r\na b", "\"a b\""},
        {"{3}\r\na\"b", "\"a\\\"b\""},
        {"{3}\r\na\nb", "{3}\r\na\nb"},
        {"{0}\r\n", "\"\""},
    };

    for (size_t i = 0; i < sizeof mailboxes / sizeof *mailboxes; i++) {
        struct pattern *pattern =
            read_pattern("* STATUS ${box:mailbox} (UIDNEXT ${next:number} ...)");
        struct variables known = {0}, captures = {0};
        char text[128];
        snprintf(text, sizeof text, "* STATUS %s (MESSAGES 3 UIDNEXT 4392)", mailboxes[i].mailbox);
        read_message(&message, text);
        assert_true(compare_message(pattern, (uint8_t *)message.octets, message.size, &message.tree,
                                    &known, &captures, NULL));
        assert_int_equal(captures.count, 2);
        assert_string_equal((char *)variables_get(&captures, "box")->octets, mailboxes[i].captured);
        assert_string_equal((char *)variables_get(&captures, "next")->octets, "4392");
        variables_free(&captures);
        pattern_free(pattern);
    }
}

/* A message that was captured from in this group already binds the next one. */
static void captures_bind_the_next_message(void **state) {
    (void)state;
    static struct message message;
    struct pattern *pattern = read_pattern("* ${n:number} EXISTS");
    struct variables known = {0}, captures = {0};
    struct difference difference;

    read_message(&message, "* 3 EXISTS");
    assert_true(compare_message(pattern, (uint8_t *)message.octets, message.size, &message.tree,
                                &known, &captures, &difference));
    read_message(&message, "* 4 EXISTS");
    assert_false(compare_message(pattern, (uint8_t *)message.octets, message.size, &message.tree,
                                 &known, &captures, &difference));
    assert_string_equal(difference.sentence, "number: 4, but ${n} is 3");
    variables_free(&captures);
    pattern_free(pattern);
}

static void half_a_message_is_none(void **state) {
    (void)state;
    static struct message message;
    struct pattern *pattern = read_pattern("* 3 EXISTS");
    struct variables known = {0}, captures = {0};
    struct difference difference;

    read_message(&message, "* 3 EXISTS");
    assert_false(compare_message(pattern, (uint8_t *)message.octets, message.size - 1,
                                 &message.tree, &known, &captures, &difference));
    assert_string_equal(difference.sentence, "this is no message");
    imap_tree_clear(&message.tree);
    assert_false(compare_message(pattern, (uint8_t *)message.octets, message.size, &message.tree,
                                 &known, &captures, &difference));
    assert_int_equal(
        compare_likeness(pattern, (uint8_t *)message.octets, message.size, &message.tree), 0);
    pattern_free(pattern);
}

/* The carets of the difference: where the first octet of `mark` stands in either message. */
static void assert_carets(const char *expected, const char *expected_mark, const char *actual,
                          const char *actual_mark) {
    static struct message message;
    struct pattern *pattern = read_pattern(expected);
    struct variables known = {0}, captures = {0};
    struct difference difference;

    read_message(&message, actual);
    assert_false(compare_message(pattern, (uint8_t *)message.octets, message.size, &message.tree,
                                 &known, &captures, &difference));
    assert_int_equal(difference.expected_at, strstr(expected, expected_mark) - expected);
    assert_int_equal(difference.actual_at, strstr(actual, actual_mark) - actual);
    variables_free(&captures);
    pattern_free(pattern);
}

static void carets_stand_at_the_difference(void **state) {
    (void)state;
    assert_carets("* 172 EXISTS", "172", "* 171 EXISTS", "171");
    assert_carets("* 172 EXISTS", "EXISTS", "* 172 RECENT", "RECENT");
    assert_carets("a1 OK x", "OK", "a1 NO x", "NO");
    assert_carets("* 1 FETCH (UID 4 FLAGS (\\Seen))", "\\Seen", "* 1 FETCH (FLAGS () UID 4)",
                  "FLAGS");
    assert_carets("* 1 FETCH (FLAGS ())", "FLAGS", "* 1 FETCH (FLAGS (a))", "a)");
    assert_carets(
        "* 1 FETCH (BODY[] \"a long text that goes on for quite a while, and ends\")", "ends",
        "* 1 FETCH (BODY[] \"a long text that goes on for quite a while, and so\")", "so");
}

static unsigned likeness(const char *expected, const char *actual) {
    static struct message message;
    struct pattern *pattern = read_pattern(expected);

    read_message(&message, actual);
    unsigned likeness =
        compare_likeness(pattern, (uint8_t *)message.octets, message.size, &message.tree);
    pattern_free(pattern);
    return likeness;
}

static void the_nearest_is_most_alike(void **state) {
    (void)state;
    assert_int_equal(likeness("* 172 EXISTS", "* 172 EXISTS"), 100);
    assert_in_range(likeness("* 172 EXISTS", "a1 OK done"), 0, 20);
    assert_true(likeness("* 172 EXISTS", "* 171 EXISTS") >
                likeness("* 172 EXISTS", "* 172 RECENT"));
    assert_true(likeness("* 172 EXISTS", "* 172 RECENT") >
                likeness("* 172 EXISTS", "* FLAGS (\\Seen)"));
    assert_true(likeness("a1 OK done", "a1 NO failed") > likeness("a1 OK done", "* OK still here"));
    assert_true(likeness("* 2 FETCH (FLAGS (\\Seen))", "* 2 FETCH (FLAGS (\\Seen \\Draft))") >
                likeness("* 2 FETCH (FLAGS (\\Seen))", "* 3 FETCH (UID 3)"));
    assert_true(likeness("* OK [UNSEEN 12] x", "* OK [UNSEEN 11] y") >
                likeness("* OK [UNSEEN 12] x", "* OK [UIDNEXT 12] y"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(numbers_in_order),
        cmocka_unit_test(human_text_and_codes),
        cmocka_unit_test(sets),
        cmocka_unit_test(mailboxes),
        cmocka_unit_test(fetched_items),
        cmocka_unit_test(structures),
        cmocka_unit_test(spaces_too_many),
        cmocka_unit_test(extensions),
        cmocka_unit_test(placeholders),
        cmocka_unit_test(exact),
        cmocka_unit_test(captures_can_be_sent_again),
        cmocka_unit_test(captures_bind_the_next_message),
        cmocka_unit_test(half_a_message_is_none),
        cmocka_unit_test(carets_stand_at_the_difference),
        cmocka_unit_test(the_nearest_is_most_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
