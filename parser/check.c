/* What is wrong with a message that the grammar allows. */
#include "check.h"

#include <string.h>
#include <strings.h>

/* ---- the checks ---------------------------------------------------------------------------- */

static const struct imap_check checks[CHECK_COUNT] = {
    [CHECK_MAILBOX_NIL] = {"mailbox-nil", "RFC 3501, 4.5",
                           "NIL as the name of a mailbox is a name like any other, but may be "
                           "taken for none: quote it",
                           IMAP_WARNING},
    [CHECK_MAILBOX_WILDCARD] = {"mailbox-wildcard", "RFC 3501, 5.1",
                                "a new mailbox with \"%\" or \"*\" in its name is hard to LIST",
                                IMAP_WARNING},
    [CHECK_MAILBOX_8BIT] = {"mailbox-8bit", "RFC 3501, 5.1", "mailbox names are 7-bit",
                            IMAP_VIOLATION},
    [CHECK_MAILBOX_CONTROL] = {"mailbox-control", "RFC 3501, 5.1.3",
                               "a control character in the name of a mailbox is not in BASE64",
                               IMAP_VIOLATION},
    [CHECK_MAILBOX_UTF8] = {"mailbox-utf8", "RFC 3629, 4",
                            "the name of the mailbox is not well-formed UTF-8", IMAP_VIOLATION},
    [CHECK_UTF7_SHIFT] = {"utf7-shift", "RFC 3501, 5.1.3",
                          "\"&\" begins modified BASE64 in the name of a mailbox, which must end "
                          "with \"-\"",
                          IMAP_VIOLATION},
    [CHECK_UTF7_BITS] = {"utf7-bits", "RFC 3501, 5.1.3",
                         "modified BASE64 that ends within a character, or with bits that are "
                         "not 0",
                         IMAP_VIOLATION},
    [CHECK_UTF7_SURROGATE] = {"utf7-surrogate", "RFC 2781, 2",
                              "a surrogate without its other half in modified BASE64",
                              IMAP_VIOLATION},
    [CHECK_UTF7_ASCII] = {"utf7-ascii", "RFC 3501, 5.1.3",
                          "printable US-ASCII in modified BASE64, which must represent itself",
                          IMAP_VIOLATION},
    [CHECK_UTF7_SUPERFLUOUS_SHIFT] = {"utf7-superfluous-shift", "RFC 3501, 5.1.3",
                                      "a shift out of modified BASE64 and into it again",
                                      IMAP_VIOLATION},
    [CHECK_DATE_DAY] = {"date-day", "RFC 3501, 9", "the month has no such day", IMAP_VIOLATION},
    [CHECK_TIME] = {"time", "RFC 3501, 9", "the day has no such time", IMAP_VIOLATION},
    [CHECK_ZONE] = {"zone", "RFC 3501, 9", "a time zone is hours and minutes", IMAP_VIOLATION},
    [CHECK_FLAG_RECENT] = {"flag-recent", "RFC 3501, 2.3.2",
                           "\\Recent is the server's to set, and only FETCH tells of it",
                           IMAP_VIOLATION},
    [CHECK_FLAG_UNKNOWN] = {"flag-unknown", "RFC 3501, 9",
                            "no standard defines this system flag: a server must not make up any",
                            IMAP_VIOLATION},
    [CHECK_FLAG_BACKSLASH] = {"flag-backslash", "RFC 3501, 2.3.2",
                              "a keyword that is named like a system flag", IMAP_WARNING},
    [CHECK_FLAG_DUPLICATE] = {"flag-duplicate", "RFC 3501, 2.3.2", "the same flag twice",
                              IMAP_WARNING},
    [CHECK_LIST_CHILDREN] = {"list-children", "RFC 5258, 4",
                             "\\HasChildren with \\HasNoChildren or \\Noinferiors", IMAP_VIOLATION},
    [CHECK_LIST_NO_CHILDREN] = {"list-no-children", "RFC 3348, 3",
                                "\\HasNoChildren, which \\Noinferiors says already", IMAP_WARNING},
    [CHECK_LIST_ATTRIBUTE] = {"list-attribute", "RFC 6154, 6",
                              "no standard defines this attribute of a mailbox", IMAP_WARNING},
    [CHECK_LIST_MARKED] = {"list-marked", "RFC 9051, 7.3.1",
                           "more than one of \\Marked, \\Unmarked and \\Noselect", IMAP_WARNING},
    [CHECK_LIST_OPTION_DUPLICATE] = {"list-option-duplicate", "RFC 9051, 6.3.9",
                                     "the same option twice", IMAP_WARNING},
    [CHECK_ESEARCH_DUPLICATE] = {"esearch-duplicate", "RFC 9051, 7.3.4",
                                 "the same item twice in a search result", IMAP_WARNING},
    [CHECK_CAPABILITY_DUPLICATE] = {"capability-duplicate", "RFC 3501, 7.2.1",
                                    "the same capability twice", IMAP_WARNING},
    [CHECK_CAPABILITY_LITERALS] = {"capability-literals", "RFC 7888, 5",
                                   "LITERAL+ and LITERAL- at the same time", IMAP_VIOLATION},
    [CHECK_CAPABILITY_RIGHTS] = {"capability-rights", "RFC 4314, 2.2",
                                 "RIGHTS= without t, e, x or k, or with a right that it isn't for",
                                 IMAP_VIOLATION},
    [CHECK_CAPABILITY_UTF8] = {"capability-utf8", "RFC 6855, 6",
                               "UTF8=ACCEPT and UTF8=ONLY at the same time", IMAP_VIOLATION},
    [CHECK_CAPABILITY_REVISION] = {"capability-revision", "RFC 9051, 7.2.2",
                                   "the revision of IMAP that is spoken is not among the "
                                   "capabilities",
                                   IMAP_VIOLATION},
    [CHECK_CAPABILITY_FIRST] = {"capability-first", "RFC 3501, 9",
                                "IMAP4 must be the first capability", IMAP_VIOLATION},
    [CHECK_CAPABILITY_UNREGISTERED] = {"capability-unregistered", "RFC 3501, 7.2.1",
                                       "a capability that is neither registered nor begins with X",
                                       IMAP_WARNING},
    [CHECK_CODE_UNREGISTERED] = {"code-unregistered", "RFC 3501, 7.1",
                                 "a response code that is neither registered nor begins with X",
                                 IMAP_WARNING},
    [CHECK_TEXT_START] = {"text-start", "RFC 2060, 9",
                          "text that begins with \"=\", as encoded words do", IMAP_WARNING},
    [CHECK_SASL_MECHANISM] = {"sasl-mechanism", "RFC 4422, 3.1",
                              "the name of a SASL mechanism is 1 to 20 letters, digits, \"-\" and "
                              "\"_\"",
                              IMAP_VIOLATION},
    [CHECK_UID_ZERO] = {"uid-zero", "RFC 3501, 2.3.1.1", "UIDVALIDITY and UIDNEXT are never 0",
                        IMAP_VIOLATION},
    [CHECK_COUNT_32] = {"count-32", "RFC 3501, 9",
                        "a count of more than 32 bits, which only IMAP4rev2 has", IMAP_VIOLATION},
    [CHECK_SET_STAR] = {"set-star", "RFC 9051, 4.1.1",
                        "\"*\" in a set of numbers that a server sends, who knows the number",
                        IMAP_WARNING},
    [CHECK_SET_ORDER] = {"set-order", "RFC 7162, 3.2.5.2",
                         "what is known of a mailbox stands in ascending order", IMAP_VIOLATION},
    [CHECK_OBJECTID_SIZE] = {"objectid-size", "RFC 8474, 7",
                             "the ID of a mailbox, message or thread of more than 255 characters",
                             IMAP_VIOLATION},
    [CHECK_ID_SIZE] = {"id-size", "RFC 2971, 3.3",
                       "more than 30 pairs, or 30 octets of a field, or 1024 of a value",
                       IMAP_VIOLATION},
    [CHECK_ID_DUPLICATE] = {"id-duplicate", "RFC 2971, 3.3", "the same field twice",
                            IMAP_VIOLATION},
    [CHECK_LITERAL_SIZE] = {"literal-size", "RFC 7888, 5",
                            "a non-synchronizing literal of more than 4096 octets is for a server "
                            "with LITERAL+ alone",
                            IMAP_WARNING},
    [CHECK_LITERAL_IN_CODE] = {"literal-in-code", "RFC 9051, 9",
                               "a literal in a response code, which RFC 3501 allows but not all "
                               "clients read",
                               IMAP_WARNING},
    [CHECK_COMMAND_LENGTH] = {"command-length", "RFC 7162, 4",
                              "a command line of more than 8192 octets, literals not counted",
                              IMAP_WARNING},
    [CHECK_BASE64_BITS] = {"base64-bits", "RFC 4648, 3.5",
                           "BASE64 whose last bits, which are padding, are not 0", IMAP_VIOLATION},
    [CHECK_FIELD_NAME] = {"field-name", "RFC 5322, 2.2",
                          "the name of a header field is printable US-ASCII without a colon",
                          IMAP_VIOLATION},
    [CHECK_RIGHTS] = {"rights", "RFC 4314, 7",
                      "rights of an access control list are lower-case letters and digits",
                      IMAP_VIOLATION},
    [CHECK_RIGHTS_DUPLICATE] = {"rights-duplicate", "RFC 4314, 3.7", "the same right twice",
                                IMAP_VIOLATION},
    [CHECK_NAMESPACE_EXTENSION] = {"namespace-extension", "RFC 2342, 5",
                                   "an extension of NAMESPACE that doesn't begin with X-",
                                   IMAP_WARNING},
    [CHECK_ENTRY] = {"entry", "RFC 5464, 3.2",
                     "the name of an annotation is a path of US-ASCII, without \"*\", "
                     "\"%\", an empty part or \"/\" at its end",
                     IMAP_VIOLATION},
    [CHECK_ENVELOPE_DEFAULT] = {"envelope-default", "RFC 3501, 7.4.2",
                                "NIL where the server sets what From is", IMAP_VIOLATION},
    [CHECK_ENVELOPE_GROUP] = {"envelope-group", "RFC 3501, 7.4.2",
                              "a group of addresses that has no end, no beginning, or another "
                              "group in it",
                              IMAP_VIOLATION},
    [CHECK_BODY_LINES] = {"body-lines", "RFC 3501, 7.4.2", "a body of more lines than octets",
                          IMAP_VIOLATION},
    [CHECK_BODY_EXTENSION] = {"body-extension", "RFC 3501, 9",
                              "no standard defines extension data of a body: a server must not "
                              "make up any",
                              IMAP_VIOLATION},
    [CHECK_BODY_EXTENDED] = {"body-extended", "RFC 3501, 9",
                             "extension data in BODY, which BODYSTRUCTURE alone has",
                             IMAP_VIOLATION},
};

const struct imap_check *imap_check_at(size_t index) {
    return index < CHECK_COUNT ? &checks[index] : NULL;
}

/* ---- which rule is looked at by which ------------------------------------------------------- */

static const struct {
    const char *rule;
    check_function *check;
} rules[] = {
    {"mailbox", check_mailbox},
    {"create", check_new_mailbox},
    {"rename", check_new_mailbox},
    {"date", check_date},
    {"date-time", check_date_time},
    {"flag", check_flag},
    {"flag-fetch", check_flag},
    {"flag-perm", check_flag},
    {"flag-keyword", check_keyword},
    {"flag-list", check_flag_twins},
    {"msg-att-dynamic", check_flag_twins},
    {"store-att-flags", check_flag_twins},
    {"resp-text-code", check_flag_twins},
    {"resp-text-code", check_code_literals},
    {"mbx-list-flags", check_list_attributes},
    {"list-select-opts", check_list_options},
    {"list-return-opts", check_list_options},
    {"esearch-response", check_esearch},
    {"listrights-data", check_listed_rights},
    {"known-sequence-set", check_set_order},
    {"known-uid-set", check_set_order},
    {"namespace-response-extension", check_namespace_extension},
    {"resp-text-code-name", check_code_name},
    {"text", check_text},
    {"capability-data", check_capabilities},
    {"capability", check_capability},
    {"auth-type", check_mechanism},
    {"status-att-val", check_status_value},
    {"sequence-set", check_set},
    {"id-params-list", check_id},
    {"entry", check_entry},
    {"command", check_command_length},
    {"base64", check_base64},
    {"header-fld-name", check_field_name},
    {"rights", check_rights},
    {"mod-rights", check_rights},
    {"envelope", check_envelope},
    {"env-from", check_addresses},
    {"env-sender", check_addresses},
    {"env-reply-to", check_addresses},
    {"env-to", check_addresses},
    {"env-cc", check_addresses},
    {"env-bcc", check_addresses},
    {"body", check_body},
    {"body", check_counts},
    {"objectid", check_objectid},
    {"body-extension", check_counts},
    {"fetch-att", check_counts},
    {"msg-att-static", check_counts},
    {"search-key", check_counts},
    {"body-extension", check_body_extension},
    {"msg-att-static", check_plain_body},
};

static void check_node(const struct subject *subject, uint32_t node) {
    const char *rule = imap_rule_name(subject->grammar, subject->nodes[node].rule);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const char *looked_at = rules[i].rule;
        if (*looked_at == *rule && strcmp(looked_at, rule) == 0) { /* few calls of strcmp */
            rules[i].check(subject, node);
        }
    }
    if (subject->nodes[node].children == 0) {
        check_literal(subject, node);
    }
}

/* The node that comes after, children first; `pending` are those that come later. */
static uint32_t next_node(const struct subject *subject, uint32_t node, uint32_t *pending,
                          unsigned *count) {
    const struct imap_node *n = &subject->nodes[node];
    if (n->children == 0) {
        return n->next != 0 ? n->next : *count > 0 ? pending[--*count] : 0;
    }
    if (n->next != 0 && *count < IMAP_MAX_MARKS) { /* so many nest at most */
        pending[(*count)++] = n->next;
    }
    return n->children;
}

/* Is the extension of this very name in the set? */
static bool is_enabled(const struct imap_grammar *grammar, const struct imap_extensions *extensions,
                       const char *name) {
    for (unsigned extension = 1; extension <= imap_extension_count(grammar); extension++) {
        char text[IMAP_EXTENSION_TEXT];
        imap_extension_name(grammar, extension, text, sizeof text);
        if (strcmp(text, name) == 0) {
            return (extensions->bits[extension / 64] >> extension % 64 & 1) != 0;
        }
    }
    return false;
}

void imap_check_message(const struct imap_tree *tree, const struct imap_grammar *grammar,
                        const struct imap_extensions *extensions, const void *octets,
                        imap_check_sink *sink, void *context) {
    uint32_t root = imap_tree_root(tree);
    uint32_t pending[IMAP_MAX_MARKS];
    unsigned count = 0;
    if (root == 0) {
        return;
    }
    struct subject subject = {.grammar = grammar,
                              .nodes = tree->nodes,
                              .octets = octets,
                              .start = tree->nodes[root].start,
                              .sink = sink,
                              .context = context};
    subject.client = check_is_rule(&subject, root, "command");
    subject.utf8 = is_enabled(grammar, extensions, "UTF8=ACCEPT");
    subject.rev1 = is_enabled(grammar, extensions, "IMAP4rev1");
    subject.rev2 = is_enabled(grammar, extensions, "IMAP4rev2");
    subject.utf7 = !subject.utf8 || subject.rev1;
    for (uint32_t node = tree->nodes[root].children; node != 0;) {
        check_node(&subject, node);
        node = next_node(&subject, node, pending, &count);
    }
}

/* ---- what the checks share ------------------------------------------------------------------- */

void check_report(const struct subject *subject, enum check check, uint64_t start, uint64_t end) {
    subject->sink(subject->context, &checks[check], start, end);
}

void check_report_node(const struct subject *subject, enum check check, uint32_t node) {
    check_report(subject, check, subject->nodes[node].start, subject->nodes[node].end);
}

const uint8_t *check_octets(const struct subject *subject, uint32_t node, size_t *size) {
    const struct imap_node *n = &subject->nodes[node];
    *size = (size_t)(n->end - n->start);
    return subject->octets + (n->start - subject->start);
}

bool check_is_rule(const struct subject *subject, uint32_t node, const char *rule) {
    return strcmp(imap_rule_name(subject->grammar, subject->nodes[node].rule), rule) == 0;
}

static bool is_same(const uint8_t *octets, size_t size, const void *others, size_t other_size) {
    return size == other_size && strncasecmp((const char *)octets, others, size) == 0;
}

bool check_is_word(const struct subject *subject, uint32_t node, const char *word) {
    size_t size;
    const uint8_t *octets = check_octets(subject, node, &size);
    return is_same(octets, size, word, strlen(word));
}

bool check_has_twin(const struct subject *subject, uint32_t first, uint32_t node) {
    size_t size, other_size;
    const uint8_t *octets = check_octets(subject, node, &size);
    unsigned compared = 0;
    for (uint32_t other = first; other != node && compared < CHECK_WORDS_COMPARED; compared++) {
        const uint8_t *others = check_octets(subject, other, &other_size);
        if (is_same(octets, size, others, other_size)) {
            return true;
        }
        other = subject->nodes[other].next;
    }
    return false;
}

/* ---- values ---------------------------------------------------------------------------------- */

size_t check_literal_header(const uint8_t *octets, size_t size, uint64_t *count,
                            bool *non_synchronizing) {
    size_t at = size > 0 && octets[0] == '~' ? 1 : 0;
    if (at == size || octets[at] != '{') {
        return 0;
    }
    *count = 0;
    for (at++; at < size && octets[at] >= '0' && octets[at] <= '9'; at++) {
        *count = *count * 10 + (octets[at] - (uint64_t)'0');
    }
    *non_synchronizing = at < size && octets[at] == '+';
    at += *non_synchronizing ? 1 : 0;
    bool ends = size - at >= 3 && memcmp(octets + at, "}\r\n", 3) == 0;
    return ends ? at + 3 : 0;
}

struct check_value check_value(const struct subject *subject, uint32_t node) {
    size_t size;
    uint64_t count;
    bool non_synchronizing;
    const uint8_t *octets = check_octets(subject, node, &size);
    struct check_value value = {.at = octets, .end = octets + size};
    value.quoted = size >= 2 && octets[0] == '"' && octets[size - 1] == '"';
    if (value.quoted) {
        value.at++;
        value.end--;
    } else {
        value.at += check_literal_header(octets, size, &count, &non_synchronizing);
    }
    return value;
}

int check_value_next(struct check_value *value) {
    if (value->quoted && value->end - value->at >= 2 && *value->at == '\\') {
        value->at++;
    }
    return value->at < value->end ? *value->at++ : -1;
}

uint64_t check_value_offset(const struct subject *subject, const struct check_value *value) {
    return subject->start + (uint64_t)(value->at - subject->octets);
}
