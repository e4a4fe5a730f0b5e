/* Each check finds what it is for, where it stands, and nothing beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "imapspec.h"

enum { NODES = 256, TEXT = 1024 };

struct findings {
    char text[TEXT];
    size_t length;
};

/* The checks that have found something in any test. */
static bool found[64];

static void note(void *context, const struct imap_check *check, uint64_t start, uint64_t end) {
    struct findings *findings = context;
    found[check - imap_check_at(0)] = true;
    int length = snprintf(findings->text + findings->length, TEXT - findings->length,
                          "%s%s %llu..%llu", findings->length > 0 ? ", " : "", check->name,
                          (unsigned long long)start, (unsigned long long)end);
    findings->length += (size_t)length;
    assert_true(findings->length < TEXT);
}

/* All findings in `octets`, as text. */
static void find(struct findings *findings, enum imap_root root, const char *dialect,
                 const char *octets, size_t size) {
    static struct imap_node nodes[NODES];
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct imap_parser parser;
    struct imap_tree tree;
    struct imap_extensions extensions;
    assert_true(imap_extensions_of_dialect(grammar, dialect, &extensions));
    imap_tree_init(&tree, nodes, NODES);
    if (!imap_tree_parse(&tree, &parser, grammar, root, octets, size)) {
        char explanation[IMAP_EXPLANATION_TEXT];
        imap_parser_explain(&parser, explanation, sizeof explanation);
        fail_msg("%s: at %llu: %s", octets, (unsigned long long)imap_parser_error(&parser)->offset,
                 explanation);
    }
    *findings = (struct findings){0};
    imap_check_message(&tree, grammar, &extensions, octets, note, findings);
}

struct sample {
    const char *octets, *findings;
};

static void run(enum imap_root root, const char *dialect, const struct sample *samples,
                size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct findings findings;
        find(&findings, root, dialect, samples[i].octets, strlen(samples[i].octets));
        if (strcmp(findings.text, samples[i].findings) != 0) {
            fail_msg("%s--- expected\n%s\n--- got\n%s", samples[i].octets, samples[i].findings,
                     findings.text);
        }
    }
}

#define RUN(root, dialect, samples) run(root, dialect, samples, sizeof samples / sizeof *samples)

static void test_mailbox_names(void **state) {
    (void)state;
    static const struct sample samples[] = {
        {"a SELECT ~peter/mail/&U,BTFw-/&ZeVnLIqe-\r\n", ""},
        {"a SELECT &-\r\n", ""},
        {"a SELECT R&-D\r\n", ""},
        {"a SELECT &AOk-&-\r\n", ""},
        {"a SELECT &2Dzf9w-\r\n", ""}, /* U+1F3F7 */
        {"a SELECT \"x\\\\&AOk-\"\r\n", ""},
        {"a SELECT &Jjo!\r\n", "utf7-shift 9..14"},
        {"a SELECT &Jjo\r\n", "utf7-shift 9..13"},
        {"a SELECT AT&T\r\n", "utf7-shift 11..13"},
        {"a SELECT \"AT&T \\\\\"\r\n", "utf7-shift 12..15"},
        {"a SELECT x&\r\n", "utf7-shift 10..11"},
        {"a SELECT &AOl-\r\n", "utf7-bits 9..14"},
        {"a SELECT &AOkA-\r\n", "utf7-bits 9..15"},
        {"a SELECT &A-\r\n", "utf7-bits 9..12"},
        {"a SELECT &2Dw-\r\n", "utf7-surrogate 9..14"},
        {"a SELECT &2DwA6Q-\r\n", "utf7-surrogate 9..16"},
        {"a SELECT &3ew-\r\n", "utf7-surrogate 9..13"},
        {"a SELECT &AGE-\r\n", "utf7-ascii 9..13"},
        {"a SELECT &ACA-\r\n", "utf7-ascii 9..13"}, /* SP */
        {"a SELECT &AH4-\r\n", "utf7-ascii 9..13"}, /* "~" */
        {"a SELECT &AB8-&-&AH8-\r\n", ""},
        {"a SELECT &2ADcAA-x&2,,f,w-\r\n", ""},         /* U+10000, U+10FFFF */
        {"a SELECT &3AA-\r\n", "utf7-surrogate 9..13"}, /* U+DC00 */
        {"a SELECT &3,8-\r\n", "utf7-surrogate 9..13"}, /* U+DFFF */
        {"a SELECT &2AA-\r\n", "utf7-surrogate 9..14"}, /* U+D800 */
        {"a SELECT &2,8-\r\n", "utf7-surrogate 9..14"}, /* U+DBFF */
        {"a SELECT &AGE-x&AGE-\r\n", "utf7-ascii 9..13"},
        {"a SELECT &2Dw-x&AGE-\r\n", "utf7-surrogate 9..14"},
        {"a SELECT &AOl-x&AGE-\r\n", "utf7-bits 9..14"},
        {"a SELECT &x!&AGE-\r\n", "utf7-shift 9..12"},
        {"a SELECT \"a b\"\r\n", ""},
        {"a SELECT &ACY-\r\n", ""}, /* "&" doesn't represent itself */
        {"a SELECT &U,BTFw-&ZeVnLIqe-\r\n", "utf7-superfluous-shift 16..18"},
        {"a SELECT {3}\r\nx\xC3\xA9\r\n", "mailbox-8bit 15..16"},
        {"a SELECT {1}\r\n\x80\r\n", "mailbox-8bit 14..15"},
        {"a SELECT \"x\ty\"\r\n", "mailbox-control 11..12"},
        {"a SELECT {2}\r\nx\x7F\r\n", "mailbox-control 15..16"},
        {"a SELECT NIL\r\n", "mailbox-nil 9..12"},
        {"a SELECT nil\r\n", "mailbox-nil 9..12"},
        {"a SELECT \"NIL\"\r\n", ""},
        {"a SELECT NILE\r\n", ""},
        {"a LIST \"\" &*\r\n", ""},
        {"a CREATE \"50%\"\r\n", "mailbox-wildcard 9..14"},
        {"a RENAME \"50%\" \"a*\"\r\n", "mailbox-wildcard 15..19"},
        {"a RENAME \"50%\" x\r\n", ""},
        {"a SELECT \"50%\"\r\n", ""},
        {"a CREATE x\r\n", ""},
    };
    RUN(IMAP_COMMAND, "rev1", samples);
}

static void test_utf8_mailbox_names(void **state) {
    (void)state;
    static const struct sample samples[] = {
        {"a SELECT {3}\r\nx\xC3\xA9\r\n", ""},
        {"a SELECT {4}\r\n\xF0\x9F\x8F\xB7\r\n", ""},
        {"a SELECT {3}\r\n\xEF\xBF\xBF\r\n", ""},
        {"a SELECT {4}\r\n\xC2\x80\xDF\xBF\r\n", ""},
        {"a SELECT AT&T\r\n", ""},
        {"a SELECT {2}\r\nx\xC3\r\n", "mailbox-utf8 15..16"},
        {"a SELECT {3}\r\nx\xC3z\r\n", "mailbox-utf8 15..16"},
        {"a SELECT {3}\r\nx\x80z\r\n", "mailbox-utf8 15..16"},
        {"a SELECT {3}\r\nx\xC0\x80\r\n", "mailbox-utf8 15..16"},         /* too long */
        {"a SELECT {4}\r\nx\xED\xA0\x80\r\n", "mailbox-utf8 15..16"},     /* a surrogate */
        {"a SELECT {4}\r\nx\xE0\x9F\x80\r\n", "mailbox-utf8 15..16"},     /* too long */
        {"a SELECT {5}\r\nx\xF4\x90\x80\x80\r\n", "mailbox-utf8 15..16"}, /* over U+10FFFF */
        {"a SELECT {5}\r\nx\xF5\x80\x80\x80\r\n", "mailbox-utf8 15..16"},
    };
    RUN(IMAP_COMMAND, "rev2", samples);
    static const struct sample either[] = {
        {"a SELECT {3}\r\nx\xC3\xA9\r\n", ""},
        {"a SELECT {2}\r\nx\xC3\r\n", "mailbox-utf8 15..16"},
        {"a SELECT AT&T\r\n", "utf7-shift 11..13"},
    };
    RUN(IMAP_COMMAND, "all", either);
}

static void test_dates(void **state) {
    (void)state;
    static const struct sample samples[] = {
        {"a SEARCH ON 29-Feb-2024 ON 29-feb-2000 ON 31-Dec-1999\r\n", ""},
        {"a SEARCH ON \"1-Jan-2024\" ON 01-Jan-2024\r\n", ""},
        {"a SEARCH ON 30-Feb-2024\r\n", "date-day 12..14"},
        {"a SEARCH ON 29-Feb-2023\r\n", "date-day 12..14"},
        {"a SEARCH ON 29-Feb-1900\r\n", "date-day 12..14"},
        {"a SEARCH ON \"31-Apr-2024\"\r\n", "date-day 13..15"},
        {"a SEARCH ON 0-Jan-2024\r\n", "date-day 12..13"},
        {"a SEARCH ON 32-Jan-2024\r\n", "date-day 12..14"},
        {"a APPEND x \" 1-Jan-2024 23:59:60 +2359\" {1}\r\nx\r\n", ""},
        {"a APPEND x \"30-Feb-2024 00:00:00 -0000\" {1}\r\nx\r\n", "date-day 12..14"},
        {"a APPEND x \" 0-Feb-2024 00:00:00 -0000\" {1}\r\nx\r\n", "date-day 12..14"},
        {"a APPEND x \" 1-Jan-2024 24:00:00 +0000\" {1}\r\nx\r\n", "time 24..32"},
        {"a APPEND x \" 1-Jan-2024 00:60:00 +0000\" {1}\r\nx\r\n", "time 24..32"},
        {"a APPEND x \" 1-Jan-2024 00:00:61 +0000\" {1}\r\nx\r\n", "time 24..32"},
        {"a APPEND x \" 1-Jan-2024 00:00:00 +0060\" {1}\r\nx\r\n", "zone 33..38"},
        {"a APPEND x \" 1-Jan-2024 00:00:00 -2400\" {1}\r\nx\r\n", "zone 33..38"},
    };
    RUN(IMAP_COMMAND, "rev1", samples);
    static const struct sample responses[] = {
        {"* 1 FETCH (INTERNALDATE \"31-Nov-2024 12:00:00 +0100\")\r\n", "date-day 25..27"},
    };
    RUN(IMAP_RESPONSE, "rev1", responses);
}

static void test_flags(void **state) {
    (void)state;
    static const struct sample commands[] = {
        {"a STORE 1 FLAGS (\\Seen \\Deleted $x)\r\n", ""},
        {"a STORE 1 +FLAGS \\recent\r\n", "flag-recent 17..24"},
        {"a APPEND x (\\Recent) {1}\r\nx\r\n", "flag-recent 12..19"},
        {"a STORE 1 FLAGS (\\Mine)\r\n", ""}, /* a server must not; nobody asks clients */
        {"a STORE 1 FLAGS (Seen)\r\n", "flag-backslash 17..21"},
        {"a SEARCH KEYWORD draft KEYWORD drafts\r\n", "flag-backslash 17..22"},
        {"a STORE 1 FLAGS (\\Seen x \\SEEN)\r\n", "flag-duplicate 25..30"},
        {"a STORE 1 FLAGS x x X\r\n", "flag-duplicate 18..19, flag-duplicate 20..21"},
    };
    RUN(IMAP_COMMAND, "rev1", commands);
    static const struct sample responses[] = {
        {"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $x)\r\n", ""},
        {"* 1 FETCH (FLAGS (\\Recent \\Seen))\r\n", ""},
        {"* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n", ""},
        {"* FLAGS (\\Recent)\r\n", "flag-recent 9..16"},
        {"* OK [PERMANENTFLAGS (\\Recent)] x\r\n", "flag-recent 22..29"},
        {"* FLAGS (\\Junk)\r\n", "flag-unknown 9..14"},
        {"* 1 FETCH (FLAGS (\\Junk))\r\n", "flag-unknown 18..23"},
        {"* 1 FETCH (FLAGS (recent))\r\n", "flag-backslash 18..24"},
        {"* FLAGS (a b A)\r\n", "flag-duplicate 13..14"},
        {"* 1 FETCH (FLAGS (a a) UID 1)\r\n", "flag-duplicate 20..21"},
        {"* OK [PERMANENTFLAGS (a a)] x\r\n", "flag-duplicate 24..25"},
        {"* LIST (\\HasChildren \\Marked) \"/\" x\r\n", ""},
        {"* LIST (\\HasNoChildren \\Noinferiors) \"/\" x\r\n", "list-no-children 8..35"},
        {"* LIST (\\HasChildren \\Noinferiors) \"/\" x\r\n", "list-children 8..33"},
        {"* LIST (\\HasChildren \\hasnochildren) \"/\" x\r\n", "list-children 8..35"},
    };
    RUN(IMAP_RESPONSE, "rev1", responses);
}

/* A flag is looked for among the first 64. */
static void test_many_flags(void **state) {
    (void)state;
    for (int count = 63; count <= 65; count++) {
        char octets[TEXT] = "* FLAGS (f1", expected[64] = "";
        struct findings findings;
        for (int i = 2; i <= count; i++) {
            snprintf(octets + strlen(octets), TEXT - strlen(octets), " f%d", i);
        }
        size_t size = strlen(octets);
        snprintf(octets + size, TEXT - size, " f%d)\r\n", count);
        if (count <= 64) {
            snprintf(expected, sizeof expected, "flag-duplicate %zu..%zu", size + 1, size + 4);
        }
        find(&findings, IMAP_RESPONSE, "rev1", octets, strlen(octets));
        assert_string_equal(findings.text, expected);
    }
}

static void test_capabilities(void **state) {
    (void)state;
    static const struct sample responses[] = {
        {"* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=SCRAM-SHA-1 LITERAL+\r\n", ""},
        {"* CAPABILITY IMAP4rev1 AUTH=plain AUTHOR\r\n", "capability-unregistered 34..40"},
        {"* CAPABILITY IMAP4rev1 IDLE idle\r\n", "capability-duplicate 28..32"},
        {"* CAPABILITY IMAP4rev1 LITERAL+ LITERAL-\r\n", "capability-literals 2..40"},
        {"* CAPABILITY IMAP4rev1 LITERAL-\r\n", ""},
        {"* CAPABILITY IMAP4rev1 AUTH=AZ-az_09\r\n", ""},
        {"* CAPABILITY IMAP4rev1 AUTH=\r\n", "sasl-mechanism 28..28"},
        {"* CAPABILITY IMAP4rev1 AUTH=A.B\r\n", "sasl-mechanism 28..31"},
        {"* CAPABILITY IMAP4rev1 AUTH=ABCDEFGHIJKLMNOPQRST\r\n", ""},
        {"* CAPABILITY IMAP4rev1 AUTH=ABCDEFGHIJKLMNOPQRSTU\r\n", "sasl-mechanism 28..49"},
        {"* OK [CAPABILITY IMAP4rev1 XA XA] x\r\n", "capability-duplicate 30..32"},
        {"* CAPABILITY IMAP4 IMAP4rev1\r\n", ""},
        {"* CAPABILITY IMAP4rev1 IMAP4\r\n", "capability-first 23..28"},
        {"* CAPABILITY IMAP4rev2\r\n", "capability-revision 2..22"},
        {"* CAPABILITY IMAP4rev2 imap4REV1\r\n", ""},
        {"* CAPABILITY IMAP4rev1 idle THREAD=ANY I18NLEVEL=1 x-FUTURE\r\n", ""},
        {"* CAPABILITY IMAP4rev1 I18NLEVEL=9 IDLES\r\n",
         "capability-unregistered 23..34, capability-unregistered 35..40"},
    };
    RUN(IMAP_RESPONSE, "rev1", responses);
    static const struct sample revisions[] = {
        {"* CAPABILITY IMAP4rev2\r\n", ""},
        {"* CAPABILITY IMAP4rev1\r\n", "capability-revision 2..22"},
    };
    RUN(IMAP_RESPONSE, "rev2", revisions);
    static const struct sample either[] = {{"* CAPABILITY IMAP4rev1\r\n", ""}};
    RUN(IMAP_RESPONSE, "all", either);
    static const struct sample commands[] = {
        {"a AUTHENTICATE CRAM-MD5\r\n", ""},
        {"a AUTHENTICATE X.Y\r\n", "sasl-mechanism 15..18"},
    };
    RUN(IMAP_COMMAND, "rev1", commands);
}

static void test_strings(void **state) {
    (void)state;
    static const struct sample commands[] = {
        {"a FETCH 1 BODY[HEADER.FIELDS (From \"X-y\")]\r\n", ""},
        {"a FETCH 1 BODY[HEADER.FIELDS (From: \"a b\" \"\")]\r\n",
         "field-name 30..35, field-name 36..41, field-name 42..44"},
        {"a FETCH 1 BODY[HEADER.FIELDS ({2}\r\na:)]\r\n", "field-name 30..37"},
        {"a FETCH 1 BODY[HEADER.FIELDS ({2}\r\na\x7F)]\r\n", "field-name 30..37"},
        {"a FETCH 1 BODY[HEADER.FIELDS ({2}\r\n!~)]\r\n", ""},
        {"a SETACL x y +lrs0\r\n", ""},
        {"a SETACL x y \"lR\"\r\n", "rights 13..17"},
        {"a SETACL x y {2}\r\nl-\r\n", "rights 13..20"},
    };
    RUN(IMAP_COMMAND, "rev1", commands);
    static const struct sample lines[] = {
        {"AAAA\r\n", ""},
        {"QQ==\r\n", ""},
        {"QR==\r\n", "base64-bits 1..2"},
        {"AAAAQUI=\r\n", ""},
        {"AAAAQUJ=\r\n", "base64-bits 6..7"},
        {"*\r\n", ""},
    };
    RUN(IMAP_SASL_LINE, "rev1", lines);
    static const struct sample responses[] = {
        {"* STATUS x (UIDNEXT 1 UIDVALIDITY 4294967295 UNSEEN 0)\r\n", ""},
        {"* STATUS x (UIDNEXT 0 uidvalidity 0)\r\n", "uid-zero 20..21, uid-zero 34..35"},
        {"* NO [BADCHARSET (utf-8 \"x\")] y\r\n", ""},
        {"* NO [BADCHARSET (utf-8 {1}\r\nx)] y\r\n", "literal-in-code 24..30"},
        {"* NO [BADCHARSET (utf-8 {0}\r\n)] y\r\n", "literal-in-code 24..29"},
        {"* OK {9999}\r\n", ""},
        {"* MYRIGHTS x lr9\r\n", ""},
        {"* ACL x a lrS b {1}\r\n+\r\n", "rights 10..13, rights 16..22"},
    };
    RUN(IMAP_RESPONSE, "rev1", responses);
}

static void test_counts(void **state) {
    (void)state;
    static const struct sample commands[] = {
        {"a SEARCH LARGER 4294967295 SMALLER 4294967296\r\n", "count-32 35..45"},
        {"a FETCH 1 BODY[]<4294967295.4294967296>\r\n", "count-32 28..38"},
    };
    RUN(IMAP_COMMAND, "rev1", commands);
    static const struct sample responses[] = {
        {"* 1 FETCH (RFC822.SIZE 4294967295)\r\n", ""},
        {"* 1 FETCH (RFC822.SIZE 4294967296)\r\n", "count-32 23..33"},
        {"* STATUS x (SIZE 4294967296)\r\n", ""}, /* RFC 8438 */
    };
    RUN(IMAP_RESPONSE, "rev1", responses);
    static const struct sample wide[] = {{"* 1 FETCH (RFC822.SIZE 4294967296)\r\n", ""}};
    RUN(IMAP_RESPONSE, "rev2", wide);
}

static void test_sets(void **state) {
    (void)state;
    static const struct sample commands[] = {
        {"a FETCH 2:*,7 FLAGS\r\n", ""},
        {"a FETCH 4:2 FLAGS\r\n", ""},
    };
    RUN(IMAP_COMMAND, "all", commands);
    static const struct sample responses[] = {
        {"* ESEARCH (TAG \"x\") UID ALL 4:2,7\r\n", ""},
        {"* ESEARCH (TAG \"x\") UID ALL 1:*\r\n", "set-star 30..31"},
    };
    RUN(IMAP_RESPONSE, "all", responses);
}

static void test_objectid(void **state) {
    (void)state;
    for (int size = 255; size <= 256; size++) {
        char octets[TEXT];
        struct findings findings;
        int length = snprintf(octets, TEXT, "* 1 FETCH (EMAILID (%0*d))\r\n", size, 1);
        find(&findings, IMAP_RESPONSE, "all", octets, (size_t)length);
        assert_string_equal(findings.text, size == 255 ? "" : "objectid-size 20..276");
    }
}

static void test_id(void **state) {
    (void)state;
#define OCTETS_30 "123456789012345678901234567890"
    static const struct sample responses[] = {
        {"* ID NIL\r\n", ""},
        {"* ID (\"" OCTETS_30 "\" \"x\" \"b\" NIL)\r\n", ""},
        {"* ID (\"" OCTETS_30 "1\" \"x\")\r\n", "id-size 6..43"},
        {"* ID (\"Name\" \"x\" \"o\" \"x\" {4}\r\nnAME \"y\")\r\n", "id-duplicate 25..34"},
        {"* ID (\"azAZ\" NIL \"b\" NIL \"AZaz\" NIL \"B\" NIL)\r\n",
         "id-duplicate 25..31, id-duplicate 36..39"},
        {"* ID (\"1234567890123456789012345678\\\"\\\\\" NIL)\r\n", ""},
        {"* ID (\"12345678901234567890123456789\\\"\\\\\" NIL)\r\n", "id-size 6..45"},
        {"* ID (\"a{\" \"x\" \"a[\" \"x\")\r\n", ""},
    };
    RUN(IMAP_RESPONSE, "all", responses);
    for (int pairs = 30; pairs <= 31; pairs++) {
        char octets[TEXT] = "* ID (\"0\" NIL";
        for (int i = 1; i < pairs; i++) {
            snprintf(octets + strlen(octets), TEXT - strlen(octets), " \"%d\" NIL", i);
        }
        struct findings findings;
        strcat(octets, ")\r\n");
        find(&findings, IMAP_RESPONSE, "all", octets, strlen(octets));
        assert_string_equal(findings.text, pairs == 30 ? "" : "id-size 266..274");
    }
    for (int size = 1024; size <= 1025; size++) {
        char octets[2 * TEXT];
        struct findings findings;
        int length = snprintf(octets, sizeof octets, "* ID (\"a\" \"%0*d\")\r\n", size, 0);
        find(&findings, IMAP_RESPONSE, "all", octets, (size_t)length);
        assert_string_equal(findings.text, size == 1024 ? "" : "id-size 6..1037");
    }
}

static void test_entries(void **state) {
    (void)state;
    static const struct sample commands[] = {
        {"a GETMETADATA x /private/comment\r\n", ""},
        {"a GETMETADATA x (/private//x \"/a/\" /a)\r\n", "entry 17..28, entry 29..34"},
        {"a GETMETADATA x {4}\r\n/\xC3\xA9z\r\n", "entry 16..25"},
        {"a GETMETADATA x {2}\r\n/*\r\n", "entry 16..23"},
        {"a GETMETADATA x {2}\r\n/\x19\r\n", "entry 16..23"},
        {"a GETMETADATA x {3}\r\n/\x1A~\r\n", ""},
        {"a GETMETADATA x {2}\r\n/\x80\r\n", "entry 16..23"},
    };
    RUN(IMAP_COMMAND, "all", commands);
}

static void test_sizes(void **state) {
    (void)state;
    static char octets[16384];
    struct findings findings;
    for (int size = 4096; size <= 4097; size++) {
        int header = snprintf(octets, sizeof octets, "a APPEND x {%d+}\r\n", size);
        memset(octets + header, 'x', (size_t)size);
        memcpy(octets + header + size, "\r\n", 2);
        find(&findings, IMAP_COMMAND, "rev1", octets, (size_t)(header + size + 2));
        assert_string_equal(findings.text, size == 4096 ? "" : "literal-size 11..18");
        octets[header - 4] = '}'; /* synchronizing: of any size */
        memmove(octets + header - 3, octets + header - 2, (size_t)(size + 4));
        find(&findings, IMAP_COMMAND, "rev1", octets, (size_t)(header + size + 1));
        assert_string_equal(findings.text, "");
    }
    for (int size = 8192; size <= 8193; size++) {
        memset(octets, 'x', (size_t)size);
        memcpy(octets, "a SELECT ", 9);
        memcpy(octets + size - 2, "\r\n", 2);
        find(&findings, IMAP_COMMAND, "rev1", octets, (size_t)size);
        assert_string_equal(findings.text, size == 8192 ? "" : "command-length 0..8193");
    }
    int header =
        snprintf(octets, sizeof octets, "a LOGIN {5000}\r\n%05000d {5000}\r\n%05000d\r\n", 0, 0);
    find(&findings, IMAP_COMMAND, "rev1", octets, (size_t)header);
    assert_string_equal(findings.text, "");
    header = snprintf(octets, sizeof octets, "a APPEND x {9000}\r\n");
    memset(octets + header, 'x', 9000);
    memcpy(octets + header + 9000, "\r\n", 2);
    find(&findings, IMAP_COMMAND, "rev1", octets, (size_t)(header + 9002));
    assert_string_equal(findings.text, "");
}

static void test_envelopes(void **state) {
    (void)state;
#define ENVELOPE(from, sender, to)                                                                 \
    "* 1 FETCH (ENVELOPE (NIL NIL " from " " sender " " sender " " to " NIL NIL NIL NIL))\r\n"
    static const struct sample samples[] = {
        {ENVELOPE("((NIL NIL \"a\" \"b\"))", "((NIL NIL \"a\" \"b\"))", "NIL"), ""},
        {ENVELOPE("NIL", "NIL", "NIL"), ""},
        {ENVELOPE("((NIL NIL \"a\" \"b\"))", "NIL", "NIL"),
         "envelope-default 49..52, envelope-default 53..56"},
        {ENVELOPE("NIL", "NIL", "((NIL NIL \"g\" NIL)(NIL NIL NIL NIL))"), ""},
        {ENVELOPE("NIL", "NIL", "((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"b\"))"),
         "envelope-group 41..77"},
        {ENVELOPE("NIL", "NIL", "((NIL NIL NIL NIL))"), "envelope-group 41..60"},
        {ENVELOPE("NIL", "NIL", "((NIL NIL \"g\" NIL)(NIL NIL \"h\" NIL)(NIL NIL NIL NIL))"),
         "envelope-group 41..94"},
    };
    RUN(IMAP_RESPONSE, "rev1", samples);
}

static void test_bodies(void **state) {
    (void)state;
#define TEXT_BODY(octets, lines)                                                                   \
    "* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" " octets " " lines "))\r\n"
    static const struct sample samples[] = {
        {TEXT_BODY("10", "10"), ""},
        {TEXT_BODY("10", "11"), "body-lines 54..56"},
        {"* 1 FETCH (BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1))\r\n", ""},
        {"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1 NIL NIL NIL NIL))\r\n", ""},
        {"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1 NIL NIL NIL NIL 7))\r\n",
         "body-extension 71..72"},
    };
    RUN(IMAP_RESPONSE, "rev1", samples);
}

static void test_plain_bodies(void **state) {
    (void)state;
    static const struct sample samples[] = {
        {"* 1 FETCH (BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1))\r\n", ""},
        {"* 1 FETCH (body (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1 NIL))\r\n", "body-extended 46..49"},
        {"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1 NIL))\r\n", ""},
        {"* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 1) \"MIXED\"))\r\n", ""},
        {"* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 1) \"MIXED\" NIL))\r\n",
         "body-extended 56..59"},
        {"* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 1 NIL) \"MIXED\"))\r\n",
         "body-extended 47..50"},
        {"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1 NIL) BODY[TEXT] NIL)\r\n",
         ""},
    };
    RUN(IMAP_RESPONSE, "rev1", samples);
}

static void test_words_that_stand_once(void **state) {
    (void)state;
    static const struct sample responses[] = {
        {"* LIST (\\Marked \\HasChildren) \"/\" x\r\n", ""},
        {"* LIST (\\Noselect \\Marked) \"/\" x\r\n", "list-marked 8..25"},
        {"* LIST (\\marked \\Unmarked) \"/\" x\r\n", "list-marked 8..25"},
        {"* LIST (\\HasNoChildren \\Sent \\x-Own) \"/\" x\r\n", ""},
        {"* LIST (\\Spam) \"/\" x\r\n", "list-attribute 8..13"},
        {"* CAPABILITY IMAP4rev1 UTF8=ACCEPT UTF8=ONLY\r\n", "capability-utf8 2..44"},
        {"* CAPABILITY IMAP4rev1 RIGHTS=texk\r\n", ""},
        {"* CAPABILITY IMAP4rev1 RIGHTS=kxten\r\n", ""},
        {"* CAPABILITY IMAP4rev1 RIGHTS=tex\r\n", "capability-rights 23..33"},
        {"* CAPABILITY IMAP4rev1 RIGHTS=texkc\r\n", "capability-rights 23..35"},
        {"* CAPABILITY IMAP4rev1 RIGHTS=texk0\r\n", "capability-rights 23..35"},
        {"* LISTRIGHTS x ll l r sw\r\n", ""},
        {"* LISTRIGHTS x y l r srw\r\n", "rights-duplicate 21..24"},
        {"* NAMESPACE ((\"\" \"/\" \"x-y\" (\"z\"))) NIL NIL\r\n", ""},
        {"* NAMESPACE ((\"\" \"/\" \"Translation\" (\"z\"))) NIL NIL\r\n", ""},
        {"* NAMESPACE ((\"\" \"/\" \"TRANSLATIONS\" (\"z\"))) NIL NIL\r\n",
         "namespace-extension 21..35"},
        {"* ESEARCH (TAG \"a\") ALL 1 COUNT 1\r\n", ""},
        {"* ESEARCH (TAG \"a\") X-ALL 1 X-A 1\r\n", ""},
        {"* ESEARCH (TAG \"a\") ALL 1 COUNT 1 all 1\r\n", "esearch-duplicate 34..39"},
        {"* ESEARCH (TAG \"a\") UID ADDTO (1 3) ADDTO (1 2)\r\n", ""},
        {"* OK [x-FOO 3] x\r\n", ""},
        {"* OK [FOO 3] x\r\n", "code-unregistered 6..9"},
        {"* OK [Alert] x\r\n", ""},
        {"* OK =?utf-8?q?x?=\r\n", ""},
        {"* OK =x\r\n", "text-start 5..7"},
    };
    RUN(IMAP_RESPONSE, "all", responses);
    static const struct sample commands[] = {
        {"a LIST (SUBSCRIBED REMOTE) \"\" * RETURN (SUBSCRIBED)\r\n", ""},
        {"a SELECT x (QRESYNC (1 2 9:3 (1,3:4 7:8)))\r\n", ""},
        {"a SELECT x (QRESYNC (1 2 9:3 (1,4:3 7:8)))\r\n", "set-order 34..35"},
        {"a SELECT x (QRESYNC (1 2 9:3 (1 8,8)))\r\n", "set-order 34..35"},
        {"a LIST (REMOTE remote) \"\" *\r\n", "list-option-duplicate 15..21"},
        {"a LIST \"\" * RETURN (CHILDREN CHILDREN)\r\n", "list-option-duplicate 29..37"},
    };
    RUN(IMAP_COMMAND, "all", commands);
}

/* Offsets are the stream's, and what a failed response code was made of is not looked at. */
static void test_later_message(void **state) {
    (void)state;
    static const char octets[] = "* OK hello\r\n* 1 FETCH (FLAGS (Seen))\r\n";
    struct imap_node nodes[NODES];
    struct imap_parser parser;
    struct imap_tree tree;
    struct findings findings = {0};
    const struct imap_grammar *grammar = imap_grammar_builtin();
    imap_tree_init(&tree, nodes, NODES);
    assert_true(
        imap_tree_parse(&tree, &parser, grammar, IMAP_RESPONSE, octets + 12, strlen(octets + 12)));
    for (uint32_t i = 1; i < tree.count; i++) {
        nodes[i].start += 12;
        nodes[i].end += 12;
    }
    imap_check_message(&tree, grammar, &(struct imap_extensions){0}, octets + 12, note, &findings);
    assert_string_equal(findings.text, "flag-backslash 30..34");
    find(&findings, IMAP_RESPONSE, "rev1", "* OK [PERMANENTFLAGS (Seen x[] y\r\n", 34);
    assert_string_equal(findings.text, "");
    imap_tree_clear(&tree);
    imap_check_message(&tree, grammar, &(struct imap_extensions){0}, octets, note, &findings);
    assert_string_equal(findings.text, "");
}

/* Every check has all of its texts, a name that no other has, and is found by one of the above. */
static void test_table(void **state) {
    (void)state;
    size_t count = 0;
    for (const struct imap_check *check; (check = imap_check_at(count)) != NULL; count++) {
        assert_non_null(check->name);
        assert_non_null(check->sentence);
        assert_memory_equal(check->source, "RFC ", 4);
        if (!found[count]) {
            fail_msg("no test finds %s", check->name);
        }
        for (size_t i = 0; i < count; i++) {
            assert_string_not_equal(imap_check_at(i)->name, check->name);
        }
    }
    assert_true(count > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mailbox_names),
        cmocka_unit_test(test_utf8_mailbox_names),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_many_flags),
        cmocka_unit_test(test_capabilities),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_objectid),
        cmocka_unit_test(test_id),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_envelopes),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_plain_bodies),
        cmocka_unit_test(test_words_that_stand_once),
        cmocka_unit_test(test_later_message),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
