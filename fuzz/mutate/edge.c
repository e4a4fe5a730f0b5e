#include "edge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EDGE_TEXTS = 40, /* of a rule at most */
    NEAR = 4         /* a number is changed by so much at most, if not to an edge */
};

static const char *const numbers[] = {"0",
                                      "1",
                                      "2",
                                      "-1",
                                      "00",
                                      "127",
                                      "128",
                                      "255",
                                      "256",
                                      "32767",
                                      "32768",
                                      "65535",
                                      "65536",
                                      "2147483647",
                                      "2147483648",
                                      "4294967294",
                                      "4294967295",
                                      "4294967296",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "99999999999999999999999999999999999999999"};

/* By rule: some that RFC 3501 and RFC 9051 allow, and what they forbid where readers have stumbled
 * over it. */
static const struct {
    const char *rule;
    const char *texts[EDGE_TEXTS + 1]; /* NULL behind the last */
} edges_of[] = {
    {"tag",
     {"a", "A", "0", "*", "+", "{3}", "A00000000000000000000000000000000000000000000000000000001"}},
    /* INBOX in any case, modified UTF-7 (RFC 3501, 5.1.3) right and wrong, UTF-8 right and wrong,
     * levels of hierarchy, and what LIST takes for wildcards. */
    {"mailbox",
     {"INBOX",
      "inBox",
      "\"iNBOX\"",
      "{5}\r\nInbox",
      "INBOX/a",
      "INBOX.a",
      "INBOXES",
      "\"\"",
      "{0}\r\n",
      "&-",
      "\"a&-b\"",
      "\"&Jjo-\"",
      "\"&U,BTFw-\"",
      "\"&2D3eAA-\"",
      "\"&\"",
      "\"&Jjo\"",
      "\"&Jjo-&Jjo-\"",
      "\"&AGE-\"",
      "\"&J-\"",
      "\"&Jjp-\"",
      "\"&2AA-\"",
      "\"&AAA-\"",
      "\"&****-\"",
      "\"\xC3\xA9\"",
      "\"\xE5\x8F\xB0\"",
      "\"\xF0\x9F\x98\x80\"",
      "\"\xC3\"",
      "\"\xC0\xAF\"",
      "\"\xED\xA0\x80\"",
      "\"\xF4\x90\x80\x80\"",
      "\"/\"",
      "\"..\"",
      "\"../../x\"",
      "\"a//b/\"",
      "\"a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z\"",
      "\"%\"",
      "\"a*\"",
      "\"\\\\\"",
      "~",
      "#news."}},
    {"list-mailbox",
     {"*", "%", "\"\"", "INBOX", "inbox%", "%/%/%", "*%*%*", "\"*&Jjo-%\"", "../*"}},
    {"flag",
     {"\\Seen", "\\SEEN", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "\\Recent", "\\*",
      "\\X", "\\", "$MDNSent", "$Junk", "NIL", "]", "\\\\Seen"}},
    {"flag-fetch", {"\\Recent", "\\Seen", "\\seen", "\\*", "\\X", "\\", "$Forwarded"}},
    {"flag-perm", {"\\*", "\\Seen", "\\Recent", "\\", "$Forwarded"}},
    {"mbx-list-sflag", {"\\Noselect", "\\Marked", "\\Unmarked", "\\NonExistent"}},
    {"mbx-list-oflag", {"\\Noinferiors", "\\HasChildren", "\\HasNoChildren", "\\", "\\*"}},
    /* Days that are not in the calendar, the ends of time_t, of years, of zones. */
    {"date",
     {"1-Jan-1970", "31-Dec-1969", "19-Jan-2038", "1-Jan-0000", "\"31-Dec-9999\"", "29-Feb-2000",
      "29-Feb-1900", "30-Feb-2024", "\"31-Apr-2000\"", "0-Jan-0000", "0-Jan-2000", "00-Jan-0000",
      "32-Dec-1999", "99-Dec-1999", "1-jan-2000", "1-Foo-2000", "1-Jan-99", "1-Jan-99999"}},
    {"date-time",
     {"\" 1-Jan-0000 00:00:00 +0000\"", "\"31-Dec-9999 23:59:60 -1400\"",
      "\"29-Feb-1900 24:00:00 +9999\"", "\"00-Jan-1970 00:00:00 -0000\"",
      "\"31-Dec-1969 23:59:59 +0000\"", "\" 1-Jan-1970 00:00:00 +1400\"",
      "\"19-Jan-2038 03:14:08 +0000\"", "\"29-Feb-2000 12:00:00 +0545\"",
      "\"30-Feb-2024 23:59:59 +0000\"", "\"31-Apr-2000 00:60:61 -9999\"",
      "\"99-Dec-1999 99:99:99 +2400\"", "\"1-Jan-2000 00:00:00 +0000\"",
      "\" 1-Foo-2000 00:00:00 +0000\"", "\" 1-Jan-2000 00:00:00 GMT\"", "\"\""}},
    {"env-date",
     {"NIL", "\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\"", "\"Thu, 32 Foo 99999 99:99:99 +99999\""}},
    {"env-subject", {"NIL", "\"=?utf-8?B?w6k=?=\"", "\"=?x?Q?=FF=?=\""}},
    {"sequence-set", {"*", "*:*", "1:*", "1:4294967295", "4294967295:1", "$", "1,1,1"}},
    {"uid-set", {"1:4294967295", "4294967295:1"}},
    {"known-uids", {"1:4294967295"}},
    {"nstring", {"NIL", "\"\"", "{0}\r\n", "{1}\r\n\r"}},
    {"string", {"\"\"", "{0}\r\n", "\"\\\\\"", "\"\\\"\""}},
    {"astring", {"\"\"", "{0}\r\n", "NIL"}},
    {"literal8", {"~{0}\r\n"}},
    {"text", {"[ALERT] x", "[]", "[", "]"}},
    {"resp-text", {"[ALERT] x", "[X] x", "[UIDNEXT 4294967295] x", "[PERMANENTFLAGS ()] x"}},
    {"hierarchy-delimiter", {"NIL", "\"\\\\\"", "\"\\\"\"", "\"/\"", "\".\""}},
    {"section",
     {"[]", "[1]", "[4294967295.4294967295.MIME]",
      "[1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1]",
      "[HEADER.FIELDS.NOT (\"\")]", "[TEXT]", "[1.HEADER]"}},
    {"body-fld-lang", {"NIL"}},
    {"body-fld-dsp", {"NIL", "(\"\" NIL)"}},
    {"body-fld-param", {"NIL"}},
    {"address", {"(NIL NIL NIL NIL)", "(NIL NIL \"group\" NIL)", "(NIL \"@a,@b\" \"c\" \"d\")"}},
    {"env-from", {"NIL"}},
    {"env-to", {"NIL"}},
    {"envelope", {"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"}},
    {"sasl-line", {"*\r\n", "\r\n", "=\r\n"}},
    {"base64", {"=", "AA=="}},
};

enum { RULES = sizeof edges_of / sizeof *edges_of, NUMBERS = sizeof numbers / sizeof *numbers };

struct edges {
    imap_rule rules;         /* of the grammar */
    const char *const *of[]; /* of each rule from 0; NULL: none */
};

static const char *const *texts_of(const char *rule) {
    size_t i = 0;

    while (strcmp(edges_of[i].rule, rule) != 0) {
        i++;
    }
    return edges_of[i].texts;
}

struct edges *edges_new(const struct imap_grammar *grammar) {
    imap_rule rules = imap_grammar_rule_count(grammar);
    struct edges *edges = calloc(1, sizeof *edges + (rules + 1) * sizeof *edges->of);

    if (!edges) {
        return NULL;
    }
    edges->rules = rules;
    for (imap_rule rule = 1; rule <= rules; rule++) {
        edges->of[rule] = imap_rule_encodings(grammar, rule) ? texts_of("string") : NULL;
    }
    for (size_t i = 0; i < RULES; i++) {
        edges->of[imap_grammar_rule(grammar, edges_of[i].rule)] = edges_of[i].texts;
    }
    return edges;
}

static bool is_number(const uint8_t *octets, size_t count) {
    bool digits = count > 0;

    for (size_t i = 0; digits && i < count; i++) {
        digits = octets[i] >= '0' && octets[i] <= '9';
    }
    return digits;
}

const char *edges_number(const uint8_t *digits, size_t count, struct random *random,
                         char *scratch) {
    uint64_t number = 0;

    if (random_once_in(random, 2)) {
        return numbers[random_below(random, NUMBERS)];
    }
    for (size_t i = 0; i < count; i++) {
        number = number * 10 + (uint64_t)(digits[i] - '0');
    }
    number += random_below(random, 2 * NEAR + 1);
    snprintf(scratch, EDGE_SCRATCH, "%" PRIu64, number > NEAR ? number - NEAR : number);
    return scratch;
}

const char *edges_choose(const struct edges *edges, imap_rule rule, const uint8_t *octets,
                         size_t count, struct random *random, char *scratch) {
    if (is_number(octets, count)) {
        return edges_number(octets, count, random, scratch);
    }
    const char *const *texts = rule <= edges->rules ? edges->of[rule] : NULL;
    uint32_t size = 0;
    while (texts && texts[size]) {
        size++;
    }
    return size > 0 ? texts[random_below(random, size)] : NULL;
}

const char *edges_rule(size_t index) {
    return index < RULES ? edges_of[index].rule : NULL;
}

void edges_free(struct edges *edges) {
    free(edges);
}
