#include "edge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR = 4 }; /* a number is changed by so much at most, if not to an edge */

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

/* By rule. Most are as RFC 3501 and RFC 9051 allow them: what they forbid stands here where readers
 * have stumbled over it. */
static const struct {
    const char *rule, *text;
} texts[] = {
    {"tag", "*"},
    {"tag", "+"},
    {"tag", "a"},
    {"tag", "0"},
    {"tag", "A00000000000000000000000000000000000000000000000000000000000001"},
    {"mailbox", "INBOX"},
    {"mailbox", "inBox"},
    {"mailbox", "\"\""},
    {"mailbox", "\"INBOX\""},
    {"mailbox", "{0}\r\n"},
    {"mailbox", "{5}\r\nInbox"},
    {"mailbox", "&-"},
    {"mailbox", "\"&\""},
    {"mailbox", "\"&Jjo\""},
    {"mailbox", "\"&Jjo-\""},
    {"mailbox", "\"&2AA-\""},
    {"mailbox", "\"&AAA-\""},
    {"mailbox", "\"..\""},
    {"mailbox", "\"../../x\""},
    {"mailbox", "\"/\""},
    {"mailbox", "\"a//b/\""},
    {"mailbox", "~"},
    {"mailbox", "#news."},
    {"mailbox", "\"\xC3\xA9\""},
    {"list-mailbox", "*"},
    {"list-mailbox", "%"},
    {"list-mailbox", "\"\""},
    {"list-mailbox", "%/%/%"},
    {"list-mailbox", "*%*%*"},
    {"flag", "\\Seen"},
    {"flag", "\\Answered"},
    {"flag", "\\Flagged"},
    {"flag", "\\Deleted"},
    {"flag", "\\Draft"},
    {"flag", "\\Recent"},
    {"flag", "\\*"},
    {"flag", "\\X"},
    {"flag", "$MDNSent"},
    {"flag", "$Junk"},
    {"flag-fetch", "\\Recent"},
    {"flag-fetch", "\\Seen"},
    {"flag-perm", "\\*"},
    {"date-time", "\" 1-Jan-0000 00:00:00 +0000\""},
    {"date-time", "\"31-Dec-9999 23:59:60 -1400\""},
    {"date-time", "\"29-Feb-1900 24:00:00 +9999\""},
    {"date-time", "\"00-Jan-1970 00:00:00 -0000\""},
    {"date", "1-Jan-1970"},
    {"date", "\"31-Feb-2000\""},
    {"date", "0-Jan-0000"},
    {"env-date", "NIL"},
    {"env-date", "\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\""},
    {"env-date", "\"Thu, 32 Foo 99999 99:99:99 +99999\""},
    {"env-subject", "NIL"},
    {"env-subject", "\"=?utf-8?B?w6k=?=\""},
    {"env-subject", "\"=?x?Q?=FF=?=\""},
    {"sequence-set", "*"},
    {"sequence-set", "*:*"},
    {"sequence-set", "1:*"},
    {"sequence-set", "1:4294967295"},
    {"sequence-set", "4294967295:1"},
    {"sequence-set", "$"},
    {"sequence-set", "1,1,1"},
    {"uid-set", "1:4294967295"},
    {"uid-set", "4294967295:1"},
    {"known-uids", "1:4294967295"},
    {"nstring", "NIL"},
    {"nstring", "\"\""},
    {"nstring", "{0}\r\n"},
    {"nstring", "{1}\r\n\r"},
    {"string", "\"\""},
    {"string", "{0}\r\n"},
    {"string", "\"\\\\\""},
    {"string", "\"\\\"\""},
    {"astring", "\"\""},
    {"astring", "{0}\r\n"},
    {"astring", "NIL"},
    {"literal8", "~{0}\r\n"},
    {"text", "[ALERT] x"},
    {"text", "[]"},
    {"text", "["},
    {"text", "]"},
    {"resp-text", "[ALERT] x"},
    {"resp-text", "[X] x"},
    {"resp-text", "[UIDNEXT 4294967295] x"},
    {"resp-text", "[PERMANENTFLAGS ()] x"},
    {"hierarchy-delimiter", "NIL"},
    {"hierarchy-delimiter", "\"\\\\\""},
    {"hierarchy-delimiter", "\"\\\"\""},
    {"hierarchy-delimiter", "\"/\""},
    {"hierarchy-delimiter", "\".\""},
    {"section", "[]"},
    {"section", "[1]"},
    {"section", "[4294967295.4294967295.MIME]"},
    {"section", "[1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1]"},
    {"section", "[HEADER.FIELDS.NOT (\"\")]"},
    {"section", "[TEXT]"},
    {"section", "[1.HEADER]"},
    {"body-fld-lang", "NIL"},
    {"body-fld-dsp", "NIL"},
    {"body-fld-dsp", "(\"\" NIL)"},
    {"body-fld-param", "NIL"},
    {"address", "(NIL NIL NIL NIL)"},
    {"address", "(NIL NIL \"group\" NIL)"},
    {"address", "(NIL \"@a,@b\" \"c\" \"d\")"},
    {"env-from", "NIL"},
    {"env-to", "NIL"},
    {"envelope", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"},
    {"sasl-line", "*\r\n"},
    {"sasl-line", "\r\n"},
    {"sasl-line", "=\r\n"},
    {"base64", "="},
    {"base64", "AA=="},
};

enum { TEXTS = sizeof texts / sizeof *texts, NUMBERS = sizeof numbers / sizeof *numbers };

struct edges {
    imap_rule rules[TEXTS]; /* of texts[], in the same order */
};

struct edges *edges_new(const struct imap_grammar *grammar) {
    struct edges *edges = malloc(sizeof *edges);

    for (size_t i = 0; edges && i < TEXTS; i++) {
        edges->rules[i] = imap_grammar_rule(grammar, texts[i].rule);
    }
    return edges;
}

static bool is_number(const uint8_t *octets, size_t count) {
    bool digits = count > 0 && count < EDGE_SCRATCH;

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
    uint32_t of_rule = 0;

    if (is_number(octets, count)) {
        return edges_number(octets, count, random, scratch);
    }
    for (size_t i = 0; i < TEXTS; i++) {
        of_rule += edges->rules[i] == rule;
    }
    uint32_t wanted = of_rule > 0 ? random_below(random, of_rule) : 0;
    for (size_t i = 0; of_rule > 0 && i < TEXTS; i++) {
        if (edges->rules[i] == rule && wanted-- == 0) {
            return texts[i].text;
        }
    }
    return NULL;
}

const char *edges_rule(size_t index) {
    return index < TEXTS ? texts[index].rule : NULL;
}

void edges_free(struct edges *edges) {
    free(edges);
}
