#include "known.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool begins(const struct piece *piece, const char *word) {
    return piece->count >= strlen(word) &&
           strncasecmp((const char *)piece->octets, word, strlen(word)) == 0;
}

static bool is_blank(uint8_t octet) {
    return octet == ' ' || octet == '\t';
}

/* ---- values -------------------------------------------------------------------------------- */

static bool leading_space(struct form *form, const struct piece *piece) {
    size_t spaces = 0;
    while (spaces < piece->count && is_blank(piece->octets[spaces])) {
        spaces++;
    }
    if (spaces > 0) {
        form_text(form, piece->octets + spaces, piece->count - spaces);
    }
    return spaces > 0;
}

static bool wide_number(struct form *form, const struct piece *piece) {
    uint64_t number = 0;
    for (size_t i = 0; i < piece->count; i++) {
        number = number * 10 + (uint64_t)(piece->octets[i] - '0');
    }
    if (number > UINT32_MAX) {
        form_number(form, (uint32_t)number);
    }
    return number > UINT32_MAX;
}

/* It is raw: what stands between the quotes of a quoted string, and the header of a literal. */
static bool raw_mailbox(struct form *form, const struct piece *piece) {
    static const char header[] = "{0}\r\n";
    if (!begins(&(struct piece){.octets = piece->response, .count = SIZE_MAX}, "* STATUS ")) {
        return false;
    }
    if (*piece->octets == '{') {
        form_string(form, header, strlen(header));
        return true;
    }
    if (*piece->octets == '"') {
        form_string(form, piece->octets, piece->count);
        return true;
    }
    return false;
}

/* Base64 with SP after it, in a continuation: it takes the base64 alone. */
static bool base64(struct form *form, const struct piece *piece) {
    const uint8_t *start = piece->octets, *end = start + piece->count;
    while (start < end && is_blank(*start)) {
        start++;
    }
    while (start < end && is_blank(end[-1])) {
        end--;
    }
    bool is = *piece->response == '+' && piece->octets == piece->response + 2 && start < end &&
              (size_t)(end - start) < piece->count && (end - start) % 4 == 0;
    for (const uint8_t *octet = start; is && octet < end; octet++) {
        is = isalnum(*octet) || *octet == '+' || *octet == '/' ||
             (*octet == '=' && octet + 2 >= end);
    }
    if (is) {
        form_text(form, start, (size_t)(end - start));
    }
    return is;
}

static bool annotatemore_code(struct form *form, const struct piece *piece) {
    bool is = begins(piece, "ANNOTATEMORE ");
    form_word(form, is ? "?" : "");
    return is;
}

/* Of a text it is a code that is none. */
static bool is_bracket(struct form *form, const struct piece *piece) {
    size_t at = 0;
    (void)form;
    while (at < piece->count && is_blank(piece->octets[at])) {
        at++;
    }
    return at < piece->count && piece->octets[at] == '[';
}

static bool is_system_flag(struct form *form, const struct piece *piece) {
    static const char *const flags[] = {"\\Answered", "\\Deleted", "\\Draft",
                                        "\\Flagged",  "\\Recent",  "\\Seen"};
    (void)form;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (begins(piece, flags[i]) && piece->count > strlen(flags[i])) {
            return true;
        }
    }
    return false;
}

static bool is_longer_code(struct form *form, const struct piece *piece) {
    static const char *const codes[] = {
        "ALERT", "BADCHARSET", "CAPABILITY", "CLOSED",    "NOMODSEQ",
        "PARSE", "READ-ONLY",  "READ-WRITE", "TRYCREATE", "UIDNOTSTICKY",
    };
    (void)form;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (begins(piece, codes[i]) && piece->count > strlen(codes[i])) {
            return true;
        }
    }
    return false;
}

static bool has_bracket(struct form *form, const struct piece *piece) {
    (void)form;
    return memchr(piece->octets, ']', piece->count) != NULL;
}

/* ---- refused ------------------------------------------------------------------------------- */

static bool any(struct form *form, const struct piece *piece) {
    (void)form, (void)piece;
    return true;
}

static bool is_empty(struct form *form, const struct piece *piece) {
    (void)form;
    return begins(piece, "()");
}

/* There is a mailbox, and no more. */
static bool is_mailbox_alone(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->parts == 1;
}

/* A code that is none, and seems to hold a literal. */
static bool seems_literal(struct form *form, const struct piece *piece) {
    return is_bracket(form, piece) && memchr(piece->octets, '{', piece->count) != NULL;
}

/* A flag that begins as one that libetpan knows, but goes on. */
static bool is_longer_flag(struct form *form, const struct piece *piece) {
    static const char *const flags[] = {"\\Marked", "\\Noselect", "\\Unmarked"};
    (void)form;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (begins(piece, flags[i]) && piece->count > strlen(flags[i])) {
            return true;
        }
    }
    return false;
}

static bool is_backslash(struct form *form, const struct piece *piece) {
    (void)form;
    return begins(piece, "\\");
}

/* ---- accepted ------------------------------------------------------------------------------ */

static bool misses_space(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->space && piece->count > 0 && !strchr(")\r\n", *piece->octets);
}

static bool is_8bit(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->count > 0 && *piece->octets >= 0x7f;
}

static bool is_over(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->over;
}

static bool is_minus(struct form *form, const struct piece *piece) {
    (void)form;
    return begins(piece, "-") && piece->count > 1 && isdigit(piece->octets[1]);
}

static bool is_nul(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->count > 0 && *piece->octets == '\0';
}

static bool is_quoted(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->quoted;
}

static bool is_zero(struct form *form, const struct piece *piece) {
    (void)form;
    return begins(piece, "0");
}

static bool is_end(struct form *form, const struct piece *piece) {
    (void)form;
    return begins(piece, ")");
}

static bool has_space(struct form *form, const struct piece *piece) {
    (void)form;
    return memchr(piece->octets, ' ', piece->count) != NULL;
}

static bool of_status(struct form *form, const struct piece *piece) {
    (void)form;
    return begins(&(struct piece){.octets = piece->response, .count = SIZE_MAX}, "* STATUS ");
}

/* The number at the beginning of the response is none of a message. */
static bool of_zero(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->response[2] == '0' || piece->response[2] == '-';
}

static bool is_digit(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->count > 0 && isdigit(*piece->octets);
}

static bool after_backslash(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->octets > piece->response && piece->octets[-1] == '\\';
}

/* In a response code, on a line that begins after a literal. */
static bool in_code(struct form *form, const struct piece *piece) {
    static const char *const words[] = {"* OK [", "* NO [", "* BAD [", "* BYE [", "+ ["};
    size_t before = (size_t)(piece->octets - piece->response);
    const uint8_t *tagged = memchr(piece->response, ' ', before);
    (void)form;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct piece response = {.octets = piece->response, .count = before};
        struct piece rest = {.octets = tagged,
                             .count = tagged ? before - (size_t)(tagged - piece->response) : 0};
        if (begins(&response, words[i]) || (tagged && begins(&rest, words[i] + 1))) {
            return memchr(piece->response, '\n', before) != NULL;
        }
    }
    return false;
}

static bool is_sp(struct form *form, const struct piece *piece) {
    (void)form;
    return begins(piece, " ");
}

static bool is_tab(struct form *form, const struct piece *piece) {
    (void)form;
    return begins(piece, "\t");
}

static bool is_space(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->count > 0 && isspace(*piece->octets);
}

static bool after_cr(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->octets[-1] == '\r';
}

static bool after_length(struct form *form, const struct piece *piece) {
    (void)form;
    return piece->octets[-1] == '}' || piece->octets[-1] == '\r';
}

/* ---- the table ----------------------------------------------------------------------------- */

static const struct known differences[] = {
    {"base64-space", "RFC 3501, 9", "SP after base64 in a continuation is lost", KNOWN_VALUE,
     "text", base64},
    {"text-space", "RFC 3501, 9", "the SP that a text begins with is lost", KNOWN_VALUE, "text",
     leading_space},
    {"number64", "RFC 9051, 9", "a number is taken modulo 2^32", KNOWN_VALUE, "number64",
     wide_number},
    {"status-mailbox", "RFC 3501, 9", "the name in STATUS keeps its quotes, or is lost",
     KNOWN_VALUE, "mailbox", raw_mailbox},
    {"code-annotatemore", "draft-daboo-imap-annotatemore-00, 6",
     "the code is kept as the address of a variable that is gone", KNOWN_VALUE, "resp-text-code",
     annotatemore_code},
    {"quota-number64", "RFC 9208, 5", "a usage is taken modulo 2^32", KNOWN_VALUE, "resource-usage",
     wide_number},
    {"quota-limit-number64", "RFC 9208, 5", "a limit is taken modulo 2^32", KNOWN_VALUE,
     "resource-limit", wide_number},
    {"acl-empty", "RFC 4314, 7", "a list without entries is refused", KNOWN_REFUSED, "acl-data",
     is_mailbox_alone},
    {"search-modseq", "RFC 7162, 7", "SEARCH or SORT with MODSEQ is refused", KNOWN_REFUSED,
     "search-sort-mod-seq", any},
    {"x-response", "RFC 3501, 2.2.2", "a response of an experiment is refused", KNOWN_REFUSED,
     "x-response", any},
    {"id-empty", "RFC 2971, 4", "a list without parameters is refused", KNOWN_REFUSED,
     "id-params-list", is_empty},
    {"namespace-extension", "RFC 2342, 6", "an extension of a namespace is refused", KNOWN_REFUSED,
     "namespace-response-extension", any},
    {"list-flag", "RFC 3501, 9", "a flag that begins as another is refused", KNOWN_REFUSED,
     "mbx-list-oflag", is_longer_flag},
    {"malformed-code", "RFC 3501, 9", "a response code that is none is read as one", KNOWN_VAGUE,
     "text", is_bracket},
    {"code-prefix", "RFC 3501, 9", "a code that begins as another is no code", KNOWN_VAGUE,
     "resp-text-code", is_longer_code},
    {"code-bracket", "RFC 5267, 5", "a code ends at the first ], even in quotes", KNOWN_VAGUE,
     "resp-text-code", has_bracket},
    {"malformed-code-literal", "RFC 3501, 9", "a code that is none waits for a literal",
     KNOWN_REFUSED, "text", seems_literal},
    {"code-literal", "RFC 3501, 9", "a broken code may hold a literal", KNOWN_ACCEPTED, NULL,
     in_code},
    {"quoted-backslash", "RFC 3501, 9", "a backslash may stand before any octet", KNOWN_ACCEPTED,
     NULL, after_backslash},
    {"date-time", "RFC 3501, 9", "numbers in a date may be of any length, after SP", KNOWN_ACCEPTED,
     "date-time", any},
    {"space-first", "RFC 3501, 9", "SP may stand before a response", KNOWN_ACCEPTED, "response",
     is_space},
    {"space-first", "RFC 3501, 9", "SP may stand before a greeting", KNOWN_ACCEPTED, "greeting",
     is_space},
    {"flag-prefix", "RFC 3501, 9", "a flag that begins as another is two", KNOWN_VAGUE, "flag",
     is_system_flag},
    {"flag-prefix", "RFC 3501, 9", "a flag that begins as another is two", KNOWN_VAGUE,
     "flag-fetch", is_system_flag},
    {"flag-prefix", "RFC 3501, 9", "a flag that begins as another is two", KNOWN_VAGUE, "flag-perm",
     is_system_flag},
    {"number-over", "RFC 3501, 9", "a number is taken modulo 2^32", KNOWN_ACCEPTED, NULL, is_over},
    {"number-negative", "RFC 3501, 9", "a number may be negative", KNOWN_ACCEPTED, NULL, is_minus},
    {"status-words", "RFC 3501, 9", "the name in STATUS may be several words", KNOWN_ACCEPTED,
     "mailbox-data", of_status},
    {"text-lines", "RFC 3501, 9", "a body of text may lack the number of its lines", KNOWN_ACCEPTED,
     "number64", any},
    {"text-lines", "RFC 3501, 9", "a body of text may lack the number of its lines", KNOWN_ACCEPTED,
     "number", is_end},
    {"number-zero", "RFC 3501, 9", "the number of a message may begin with 0", KNOWN_ACCEPTED,
     "mailbox-data", of_zero},
    {"number-zero", "RFC 3501, 9", "0 is a number like the others", KNOWN_ACCEPTED, "nz-number",
     is_zero},
    {"number-zero", "RFC 3501, 9", "0 is a number of a part", KNOWN_ACCEPTED, "section", is_zero},
    {"number-zero", "RFC 3501, 9", "0 is a number of a part", KNOWN_ACCEPTED, "section-spec",
     is_zero},
    {"space-extra", "RFC 3501, 9", "SP may stand beside what stands alone", KNOWN_ACCEPTED, NULL,
     is_sp},
    {"capability-rev1", "RFC 3501, 7.2.1", "CAPABILITY may lack IMAP4rev1", KNOWN_ACCEPTED,
     "capability", any},
    {"nul", "RFC 3501, 9", "NUL may stand in a text or a quoted string", KNOWN_ACCEPTED, NULL,
     is_nul},
    {"quoted-line", "RFC 3501, 9", "a quoted string may go on on the next line", KNOWN_ACCEPTED,
     NULL, is_quoted},
    {"envelope-short", "RFC 3501, 9", "an envelope may lack fields", KNOWN_ACCEPTED, "env-*", any},
    {"literal-space", "RFC 3501, 9", "no SP is needed before a literal", KNOWN_ACCEPTED, "mailbox",
     after_length},
    {"rights", "RFC 4314, 7", "rights may be any octets", KNOWN_VAGUE, "identifier", has_space},
    {"body-encoding", "RFC 3501, 9", "the encoding of a body may be an atom", KNOWN_ACCEPTED,
     "body-fld-enc", any},
    {"body-lines", "RFC 3501, 9", "a body that is no text may have a number of lines",
     KNOWN_ACCEPTED, "body-fld-md5", is_digit},
    {"string-atom", "RFC 3501, 9", "a parameter of a body may be an atom", KNOWN_ACCEPTED, "string",
     any},
    {"literal-length", "RFC 3501, 9", "a literal's length is taken modulo 2^32", KNOWN_ACCEPTED,
     "literal", is_digit},
    {"space-missing", "RFC 3501, 9", "where SP separates, none is needed", KNOWN_ACCEPTED, NULL,
     misses_space},
    {"atom-8bit", "RFC 3501, 9", "DEL and octets over 127 may stand in an atom", KNOWN_ACCEPTED,
     NULL, is_8bit},
    {"tab", "RFC 3501, 9", "HTAB is SP", KNOWN_ACCEPTED, NULL, is_tab},
    {"rights", "RFC 4314, 7", "rights may be any octets", KNOWN_ACCEPTED, "rights", any},
    {"body-id", "RFC 3501, 9", "the id of a body may be an atom", KNOWN_ACCEPTED, "body-fld-id",
     any},
    {"utf8", "RFC 3629, 4", "text may be broken UTF-8", KNOWN_ACCEPTED, "UTF8-*", any},
    {"gm-label", "x-gm-ext-1", "a label that begins with a backslash is refused", KNOWN_REFUSED,
     "x-gm-label", is_backslash},
    {"tagged-end", "RFC 3501, 9", "anything may follow CR at the end of a tagged response",
     KNOWN_ACCEPTED, "response-tagged", after_cr},
    {"literal-header", "RFC 3501, 9", "a literal's length may be followed by anything",
     KNOWN_ACCEPTED, "literal", after_length},
    {"capability-empty", "RFC 3501, 9", "CAPABILITY may name none", KNOWN_ACCEPTED,
     "capability-data", is_space},
};

const struct known *known_at(size_t index) {
    return index < sizeof differences / sizeof *differences ? &differences[index] : NULL;
}

static bool about(const struct known *known, enum known_kind kind, imap_rule rule) {
    const char *name = imap_rule_name(imap_grammar_builtin(), rule);
    size_t length = known->rule ? strlen(known->rule) : 0;

    if (known->kind != kind || known->rule == NULL) {
        return known->kind == kind;
    }
    return known->rule[length - 1] == '*' ? strncmp(name, known->rule, length - 1) == 0
                                          : strcmp(name, known->rule) == 0;
}

static const struct known *find(enum known_kind kind, imap_rule rule, struct form *form,
                                const struct piece *piece) {
    const struct known *known;
    for (size_t i = 0; (known = known_at(i)) != NULL; i++) {
        if (about(known, kind, rule) && known->shape(form, piece)) {
            break;
        }
    }
    return known;
}

static struct piece piece_of(const struct ours *ours, const struct imap_node *node) {
    struct piece piece = {ours->octets + node->start,
                          (size_t)(node->end - node->start),
                          ours->octets,
                          0,
                          false,
                          false,
                          false};
    for (uint32_t part = node->children; part != 0; part = ours->nodes[part].next) {
        piece.parts++;
    }
    return piece;
}

bool known_write(void *context, struct form *form, const struct imap_node *node) {
    struct imitation *imitation = context;
    struct piece piece = piece_of(imitation->ours, node);
    bool differs = find(KNOWN_VALUE, node->rule, form, &piece) != NULL;
    imitation->count += differs;
    return differs;
}

const struct known *known_refusal(const struct ours *ours) {
    const struct known *known = NULL;
    for (uint32_t i = 1; known == NULL && i < ours->tree.count; i++) {
        struct piece piece = piece_of(ours, &ours->nodes[i]);
        known = find(KNOWN_REFUSED, ours->nodes[i].rule, NULL, &piece);
    }
    return known;
}

const struct known *known_vagueness(const struct ours *ours, uint32_t node) {
    struct piece piece = piece_of(ours, &ours->nodes[node]);
    return find(KNOWN_VAGUE, ours->nodes[node].rule, NULL, &piece);
}

const struct known *known_acceptance(const struct ours *ours) {
    const struct imap_error *error = imap_parser_error(&ours->parser);
    bool accepted[256];

    imap_parser_accepted(&ours->parser, accepted);
    struct piece piece = {ours->octets + error->offset,
                          ours->given - (size_t)error->offset,
                          ours->octets,
                          0,
                          accepted[' '],
                          accepted['\\'] && accepted['"'],
                          error->code == IMAP_NUMBER_TOO_LARGE};
    return find(KNOWN_ACCEPTED, error->rule, NULL, &piece);
}
