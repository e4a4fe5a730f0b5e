#include "known.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool begins(const struct piece *piece, const char *word) {
    return piece->count >= strlen(word) &&
           strncasecmp((const char *)piece->octets, word, strlen(word)) == 0;
}

/* The octet in front of the piece, -1 if there is none. */
static int before(const struct piece *piece) {
    return piece->octets > piece->response ? piece->octets[-1] : -1;
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
static bool is_bracket(const struct piece *piece) {
    size_t at = 0;
    while (at < piece->count && is_blank(piece->octets[at])) {
        at++;
    }
    return at < piece->count && piece->octets[at] == '[';
}

static bool is_system_flag(const struct piece *piece) {
    static const char *const flags[] = {"\\Answered", "\\Deleted", "\\Draft",
                                        "\\Flagged",  "\\Recent",  "\\Seen"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (begins(piece, flags[i]) && piece->count > strlen(flags[i])) {
            return true;
        }
    }
    return false;
}

static bool is_longer_code(const struct piece *piece) {
    static const char *const codes[] = {
        "ALERT", "BADCHARSET", "CAPABILITY", "CLOSED",    "NOMODSEQ",
        "PARSE", "READ-ONLY",  "READ-WRITE", "TRYCREATE", "UIDNOTSTICKY",
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (begins(piece, codes[i]) && piece->count > strlen(codes[i])) {
            return true;
        }
    }
    return false;
}

/* ---- refused ------------------------------------------------------------------------------- */

static bool has_bracket(const struct piece *piece) {
    return memchr(piece->octets, ']', piece->count) != NULL;
}

static bool any(const struct piece *piece) {
    (void)piece;
    return true;
}

static bool is_empty(const struct piece *piece) {
    return begins(piece, "()");
}

/* There is a mailbox, and no more. */
static bool is_mailbox_alone(const struct piece *piece) {
    return piece->parts == 1;
}

/* A code that is none, and seems to hold a literal. */
static bool seems_literal(const struct piece *piece) {
    return is_bracket(piece) && memchr(piece->octets, '{', piece->count) != NULL;
}

/* A flag that begins as one that libetpan knows, but goes on. */
static bool is_longer_flag(const struct piece *piece) {
    static const char *const flags[] = {"\\Marked", "\\Noinferiors", "\\Noselect", "\\Unmarked"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (begins(piece, flags[i]) && piece->count > strlen(flags[i])) {
            return true;
        }
    }
    return false;
}

static bool is_backslash(const struct piece *piece) {
    return begins(piece, "\\");
}

/* ---- accepted ------------------------------------------------------------------------------ */

/* Within a quoted string or a text. */
static bool is_free(const struct piece *piece) {
    return piece->space && piece->atom && piece->list;
}

static bool misses_space(const struct piece *piece) {
    return piece->space && !is_free(piece) && !piece->over && piece->count > 0 &&
           !strchr(")\t\r\n", *piece->octets);
}

static bool is_nil(const struct piece *piece) {
    return begins(piece, "NIL") && piece->count > 3 && strchr(" )\r\n", piece->octets[3]) != NULL;
}

static bool is_line_end(const struct piece *piece) {
    return begins(piece, "\r") || begins(piece, "\n");
}

static bool is_end(const struct piece *piece) {
    return begins(piece, ")");
}

/* Within a date. */
static bool is_no_date(const struct piece *piece) {
    return before(piece) != '"' || piece->digit;
}

static bool is_star(const struct piece *piece) {
    return begins(piece, "*") && before(piece) == '\\';
}
static bool is_end_of_list(const struct piece *piece) {
    return is_end(piece) && before(piece) != '(';
}

static bool is_empty_list(const struct piece *piece) {
    return is_end(piece) && before(piece) == '(';
}

static bool is_8bit(const struct piece *piece) {
    return piece->atom && piece->count > 0 && *piece->octets >= 0x7f;
}

static bool is_over(const struct piece *piece) {
    return piece->over;
}

static bool is_minus(const struct piece *piece) {
    return begins(piece, "-") && piece->count > 1 && isdigit(piece->octets[1]);
}

static bool is_negative_length(const struct piece *piece) {
    return begins(piece, "-") && before(piece) == '{';
}

static bool is_nul(const struct piece *piece) {
    return piece->count > 0 && *piece->octets == '\0';
}

static bool is_zero(const struct piece *piece) {
    return piece->digit && begins(piece, "0");
}

/* Where an atom begins. */
static bool is_atom_string(const struct piece *piece) {
    return piece->atom && !piece->string && (before(piece) == ' ' || before(piece) == '(') &&
           (begins(piece, "{") || begins(piece, "\""));
}

/* Where a list could begin. */
static bool is_no_list(const struct piece *piece) {
    return piece->list && !piece->string && (begins(piece, "\"") || begins(piece, "{"));
}

static bool is_no_right(const struct piece *piece) {
    return !piece->space || !(begins(piece, "\"") || begins(piece, "{"));
}

static bool is_nil_string(const struct piece *piece) {
    return piece->string && is_nil(piece);
}

static bool is_string(const struct piece *piece) {
    return begins(piece, "\"") || begins(piece, "{") || is_nil(piece);
}

static bool is_list(const struct piece *piece) {
    return begins(piece, "(");
}

static bool is_atom_octet(int octet) {
    return octet > ' ' && !strchr("(){\"\\%*", octet);
}

/* The atom that the piece is in, or that ends before it. */
static struct part word(const struct piece *piece) {
    const uint8_t *start = piece->octets, *end = piece->octets;
    while (start > piece->response && is_atom_octet(start[-1])) {
        start--;
    }
    while (end < piece->octets + piece->count && is_atom_octet(*end)) {
        end++;
    }
    return (struct part){start, (size_t)(end - start)};
}

static bool is_atom(const struct piece *piece) {
    const struct part atom = word(piece);
    return atom.count > 0 && !(atom.count == strlen("NIL") &&
                               strncasecmp((const char *)atom.octets, "NIL", atom.count) == 0);
}
static bool is_quoted_line_end(const struct piece *piece) {
    return piece->quoted && is_line_end(piece);
}

static bool is_string_atom(const struct piece *piece) {
    return piece->string && is_atom(piece);
}

/* Where a word stood last before the piece, NULL: nowhere. */
static const uint8_t *last_before(const struct piece *piece, const char *word) {
    const size_t size = strlen(word);
    const uint8_t *at = piece->octets;
    while (at > piece->response &&
           (at + size > piece->octets || strncasecmp((const char *)at, word, size) != 0)) {
        at--;
    }
    return at > piece->response ? at : NULL;
}

static const char message_word[] = "\"RFC822\"", delivery_word[] = "\"DELIVERY-STATUS\"";

/* More, where a list must end. */
static bool is_too_much(const struct piece *piece) {
    return !piece->string && !piece->atom && !is_end(piece) && !is_line_end(piece);
}

static bool is_no_subtype(const struct piece *piece) {
    return is_list(piece) || is_nil(piece);
}

static const char auth_words[] = "AUTH= ", text_words[] = "( \"TEXT\"";

static bool is_after_auth(const struct piece *piece) {
    return last_before(piece, auth_words) == piece->octets - strlen(auth_words);
}

static bool is_of_spaced_text(const struct piece *piece) {
    return last_before(piece, text_words) != NULL;
}

/* Where rights began that are tolerated as a part of the mailbox; NULL: nowhere. */
static const uint8_t *bracket(const struct piece *piece) {
    const uint8_t *opening = last_before(piece, " ["), *closing = last_before(piece, " ]");
    return opening ? opening : closing;
}

static bool is_after_bracket(const struct piece *piece) {
    return is_line_end(piece) && bracket(piece) != NULL;
}

/* No octet in the quotes, where there must be one. */
static bool is_empty_delimiter(const struct piece *piece) {
    return is_free(piece) && !piece->quoted && begins(piece, "\"") && before(piece) == '"';
}

static bool is_slash(const struct piece *piece) {
    return begins(piece, "/");
}

static bool is_no_envelope(const struct piece *piece) {
    return !is_list(piece) && last_before(piece, message_word) != NULL;
}

static bool of_delivery_status(const struct piece *piece) {
    return is_list(piece) && last_before(piece, delivery_word) != NULL;
}

static bool is_qq(const struct piece *piece) {
    return begins(piece, "\"qq.com\\\"");
}

static bool of_status(const struct piece *piece) {
    return begins(&(struct piece){.octets = piece->response, .count = SIZE_MAX}, "* STATUS ");
}

/* The number at the beginning of the response is none of a message. */
static bool of_zero(const struct piece *piece) {
    const uint8_t *number = piece->response + 1;
    while (number < piece->octets && is_blank(*number)) {
        number++;
    }
    return *number == '0' || *number == '-';
}

static bool is_digit(const struct piece *piece) {
    return piece->count > 0 && isdigit(*piece->octets);
}

static bool after_backslash(const struct piece *piece) {
    return piece->quoted && before(piece) == '\\';
}

/* In a response code, on a line that begins after a literal. */
static bool in_code(const struct piece *piece) {
    static const char *const words[] = {"* OK [",  "* PREAUTH [", "* NO [",
                                        "* BAD [", "* BYE [",     "+ ["};
    size_t before = (size_t)(piece->octets - piece->response);
    const uint8_t *tagged = memchr(piece->response, ' ', before);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct piece response = {.octets = piece->response, .count = before};
        struct piece rest = {.octets = tagged,
                             .count = tagged ? before - (size_t)(tagged - piece->response) : 0};
        if (begins(&response, words[i]) || (tagged && begins(&rest, words[i] + 1))) {
            return memchr(piece->response, '\r', before) != NULL;
        }
    }
    return false;
}

static bool is_sp(const struct piece *piece) {
    return begins(piece, " ");
}

static bool is_tab(const struct piece *piece) {
    return begins(piece, "\t");
}

static bool is_space(const struct piece *piece) {
    return piece->count > 0 && isspace(*piece->octets);
}

static bool after_cr(const struct piece *piece) {
    return before(piece) == '\r';
}

static bool after_length(const struct piece *piece) {
    return before(piece) == '}' || before(piece) == '\r';
}

/* ---- what is different in them ------------------------------------------------------------- */

static struct part here(const struct piece *piece) {
    return (struct part){piece->octets, 0};
}

static struct part after_brace(const struct piece *piece) {
    return (struct part){piece->octets - (before(piece) == '\r'), 0};
}

static struct part bracket_before(const struct piece *piece) {
    return (struct part){bracket(piece) + 1, 1};
}

static struct part before_space(const struct piece *piece) {
    return (struct part){piece->octets - 1, 0};
}

static struct part space_of_text(const struct piece *piece) {
    return (struct part){last_before(piece, text_words) + 1, 1};
}

static struct part at_end(const struct piece *piece) {
    return (struct part){piece->octets + piece->count, 0};
}

static struct part first_octet(const struct piece *piece) {
    return (struct part){piece->octets, 1};
}

/* One that a backslash may stand before. */
static struct part character(const struct piece *piece) {
    return (struct part){piece->octets, *piece->octets == '\\' && piece->count > 1 ? 2 : 1};
}

static struct part second_octet(const struct piece *piece) {
    return (struct part){piece->octets + 1, 1};
}

static struct part previous_octet(const struct piece *piece) {
    return (struct part){piece->octets - 1, 1};
}

static struct part whole(const struct piece *piece) {
    return (struct part){piece->octets, piece->count};
}

static struct part whole_with_space(const struct piece *piece) {
    return (struct part){piece->octets - 1, piece->count + 1};
}

static struct part first_bracket(const struct piece *piece) {
    const uint8_t *bracket = memchr(piece->octets, '[', piece->count);
    return (struct part){bracket, 1};
}

static struct part digits(const struct piece *piece) {
    size_t count = 0;
    while (count < piece->count && isdigit(piece->octets[count])) {
        count++;
    }
    return (struct part){piece->octets, count};
}

static struct part closing_bracket(const struct piece *piece) {
    return (struct part){memchr(piece->octets, ']', piece->count), 1};
}

static struct part minus_and_digits(const struct piece *piece) {
    size_t count = 0;
    while (count < piece->count && (piece->octets[count] == '-' || isdigit(piece->octets[count]))) {
        count++;
    }
    return (struct part){piece->octets, count};
}

static struct part digits_with_space(const struct piece *piece) {
    struct part part = digits(piece);
    part.count += part.count < piece->count && part.octets[part.count] == ' ';
    return part;
}

/* The zeros that a number begins with, but not its last digit. */
static struct part zeros(const struct piece *piece) {
    size_t count = 1;
    while (count < piece->count && piece->octets[count] == '0') {
        count++;
    }
    return (struct part){piece->octets, count};
}

/* The number after "* ". */
static struct part message_number(const struct piece *piece) {
    const uint8_t *number = piece->response + 1, *end;
    while (number < piece->octets && is_blank(*number)) {
        number++;
    }
    for (end = number + 1; end < piece->octets && isdigit(*end); end++) {
    }
    return (struct part){number, (size_t)(end - number)};
}

static struct part delivery_status(const struct piece *piece) {
    return (struct part){last_before(piece, delivery_word), strlen(delivery_word)};
}

static struct part message(const struct piece *piece) {
    return (struct part){last_before(piece, message_word), strlen(message_word)};
}

/* Of a literal, whose length is taken modulo 2^32, or 0 if it is negative, as libetpan does. */
static size_t literal(const struct piece *piece) {
    const bool is_negative = piece->count > 1 && piece->octets[1] == '-';
    size_t count = is_negative ? 2 : 1;
    uint32_t octets = 0;
    for (; count < piece->count && isdigit(piece->octets[count]); count++) {
        octets = octets * 10 + (uint32_t)(piece->octets[count] - '0');
    }
    const struct piece rest = {.octets = piece->octets + count, .count = piece->count - count};
    count += begins(&rest, "}\r\n") ? strlen("}\r\n") : 1;
    return count + (is_negative ? 0 : octets);
}

/* A quoted string, a literal, or NIL. */
static struct part string(const struct piece *piece) {
    size_t count = strlen("NIL");
    if (*piece->octets == '"') {
        for (count = 1; count < piece->count && piece->octets[count] != '"'; count++) {
            count += piece->octets[count] == '\\';
        }
        count++;
    } else if (*piece->octets == '{') {
        count = literal(piece);
    }
    return (struct part){piece->octets, count < piece->count ? count : piece->count};
}

static struct part string_with_space(const struct piece *piece) {
    struct part part = string(piece);
    part.count += part.count < piece->count && part.octets[part.count] == ' ';
    return part;
}

/* What stands in parentheses. */
static struct part list(const struct piece *piece) {
    struct piece rest = *piece;
    size_t depth = 0;
    do {
        depth += begins(&rest, "(") ? 1 : 0;
        depth -= begins(&rest, ")") ? 1 : 0;
        const size_t count = begins(&rest, "\"") ? string(&rest).count : 1;
        rest.octets += count;
        rest.count -= count;
    } while (rest.count > 0 && depth > 0);
    return (struct part){piece->octets, (size_t)(rest.octets - piece->octets)};
}

/* All up to the parenthesis that ends the list that the piece is in. */
static struct part rest_of_list(const struct piece *piece) {
    struct piece rest = *piece;
    while (rest.count > 0 && !is_end(&rest)) {
        size_t count = is_list(&rest) ? list(&rest).count : 1;
        count = begins(&rest, "\"") ? string(&rest).count : count;
        rest.octets += count;
        rest.count -= count;
    }
    return (struct part){piece->octets, (size_t)(rest.octets - piece->octets)};
}

static struct part list_with_space(const struct piece *piece) {
    struct part part = list(piece);
    part.count += part.count < piece->count && part.octets[part.count] == ' ';
    return part;
}

/* A string, and the list or the NIL after it. */
static struct part string_and_list(const struct piece *piece) {
    const size_t name = string_with_space(piece).count;
    const struct piece rest = {.octets = piece->octets + name, .count = piece->count - name};
    const struct part parameters = is_list(&rest) ? list(&rest) : string(&rest);
    return (struct part){piece->octets, name + parameters.count};
}

static struct part empty_list(const struct piece *piece) {
    return (struct part){piece->octets - 1, 2};
}

/* All of the quoted string that it is in. */
static struct part quoted(const struct piece *piece) {
    const uint8_t *start = piece->octets - 1, *end = piece->octets;
    while (start > piece->response && *start != '"') {
        start--;
    }
    while (end < piece->octets + piece->count && *end != '"') {
        end++;
    }
    end += end < piece->octets + piece->count;
    return (struct part){start, (size_t)(end - start)};
}

/* ---- the table ----------------------------------------------------------------------------- */

static const struct known differences[] = {
    {"base64-space", "RFC 3501, 9", "SP after base64 in a continuation is lost", KNOWN_VALUE,
     "text", .imitate = base64},
    {"text-space", "RFC 3501, 9", "the SP that a text begins with is lost", KNOWN_VALUE, "text",
     .imitate = leading_space},
    {"number64", "RFC 9051, 9", "a number is taken modulo 2^32", KNOWN_VALUE, "number64",
     .imitate = wide_number},
    {"status-mailbox", "RFC 3501, 9", "the name in STATUS keeps its quotes, or is lost",
     KNOWN_VALUE, "mailbox", .imitate = raw_mailbox},
    {"code-annotatemore", "draft-daboo-imap-annotatemore-00, 6",
     "the code is kept as the address of a variable that is gone", KNOWN_VALUE, "resp-text-code",
     .imitate = annotatemore_code},
    {"quota-number64", "RFC 9208, 5", "a usage is taken modulo 2^32", KNOWN_VALUE, "resource-usage",
     .imitate = wide_number},
    {"quota-limit-number64", "RFC 9208, 5", "a limit is taken modulo 2^32", KNOWN_VALUE,
     "resource-limit", .imitate = wide_number},
    {"acl-empty", "RFC 4314, 7", "a list without entries is refused", KNOWN_REFUSED, "acl-data",
     .shape = is_mailbox_alone, .part = at_end, .instead = " a l"},
    {"search-modseq", "RFC 7162, 7", "SEARCH or SORT with MODSEQ is refused", KNOWN_REFUSED,
     "search-sort-mod-seq", .shape = any, .part = whole_with_space, .instead = ""},
    {"x-response", "RFC 3501, 2.2.2", "a response of an experiment is refused", KNOWN_REFUSED,
     "x-response", .shape = any},
    {"id-empty", "RFC 2971, 4", "a list without parameters is refused", KNOWN_REFUSED,
     "id-params-list", .shape = is_empty, .part = whole, .instead = "NIL"},
    {"namespace-extension", "RFC 2342, 6", "an extension of a namespace is refused", KNOWN_REFUSED,
     "namespace-response-extension", .shape = any, .part = whole, .instead = ""},
    {"list-flag", "RFC 3501, 9", "a flag that begins as another is refused", KNOWN_REFUSED,
     "mbx-list-oflag", .shape = is_longer_flag, .part = second_octet, .instead = "x"},
    {"malformed-code", "RFC 3501, 9", "a response code that is none is read as one", KNOWN_VAGUE,
     "text", .shape = is_bracket, .part = first_bracket, .instead = "x"},
    {"capability-auth", "RFC 3501, 9", "AUTH= takes the next name", KNOWN_VAGUE, "capability",
     .shape = is_after_auth, .part = before_space, .instead = "x"},
    {"body-space", "RFC 3501, 9", "after SP a body of text is another one, without lines",
     KNOWN_VAGUE, "number64", .shape = is_of_spaced_text, .part = space_of_text, .instead = ""},
    {"code-prefix", "RFC 3501, 9", "a code that begins as another is no code", KNOWN_VAGUE,
     "resp-text-code", .shape = is_longer_code, .part = first_octet, .instead = "x"},
    {"malformed-code-literal", "RFC 3501, 9", "a code that is none waits for a literal",
     KNOWN_REFUSED, "text", .shape = seems_literal, .part = first_bracket, .instead = "x"},
    {"code-bracket", "RFC 5267, 5", "a code ends at the first ], even in quotes", KNOWN_VAGUE,
     "resp-text-code", .shape = has_bracket, .part = closing_bracket, .instead = "x"},
    {"code-literal", "RFC 3501, 9", "a broken code may hold a literal, or CR", KNOWN_ACCEPTED, NULL,
     .shape = in_code},
    {"message-empty", "RFC 3501, 9", "the body of a message may be empty", KNOWN_ACCEPTED, "body",
     .shape = is_end, .part = here, .instead = "\"a\" \"b\" NIL NIL NIL \"7bit\" 1"},
    {"list-empty", "RFC 3501, 9", "NIL may be an empty list", KNOWN_ACCEPTED, NULL,
     .shape = is_empty_list, .part = empty_list, .instead = "NIL"},
    {"media-subtype", "RFC 3501, 9", "a body may lack its subtype, or a multipart its parts",
     KNOWN_ACCEPTED, "media-subtype", .shape = is_no_subtype},
    {"nil-string", "RFC 3501, 9", "a string may be NIL", KNOWN_ACCEPTED, NULL,
     .shape = is_nil_string, .part = string, .instead = "\"x\""},
    {"quoted-backslash", "RFC 3501, 9", "a backslash may stand before any octet", KNOWN_ACCEPTED,
     NULL, .shape = after_backslash, .part = previous_octet, .instead = ""},
    {"date-time", "RFC 3501, 9", "numbers in a date may be of any length, after SP", KNOWN_ACCEPTED,
     "date-time", .shape = is_no_date, .part = quoted, .instead = "\"01-Jan-2000 00:00:00 +0000\""},
    {"flag-prefix", "RFC 3501, 9", "a flag that begins as another is two", KNOWN_VAGUE, "flag",
     .shape = is_system_flag, .part = second_octet, .instead = "x"},
    {"flag-prefix", "RFC 3501, 9", "a flag that begins as another is two", KNOWN_VAGUE,
     "flag-fetch", .shape = is_system_flag, .part = second_octet, .instead = "x"},
    {"flag-prefix", "RFC 3501, 9", "a flag that begins as another is two", KNOWN_VAGUE, "flag-perm",
     .shape = is_system_flag, .part = second_octet, .instead = "x"},
    {"literal-length", "RFC 3501, 9", "a literal's length is taken modulo 2^32", KNOWN_ACCEPTED,
     "literal", .shape = is_digit},
    {"number-over", "RFC 3501, 9", "a number is taken modulo 2^32", KNOWN_ACCEPTED, NULL,
     .shape = is_over, .part = digits, .instead = "1"},
    {"literal-negative", "RFC 3501, 9", "a literal's length may be negative, which is 0",
     KNOWN_ACCEPTED, NULL, .shape = is_negative_length, .part = minus_and_digits, .instead = "0"},
    {"number-negative", "RFC 3501, 9", "a number may be negative", KNOWN_ACCEPTED, NULL,
     .shape = is_minus, .part = first_octet, .instead = ""},
    {"status-words", "RFC 3501, 9", "the name in STATUS may be several words", KNOWN_ACCEPTED,
     "mailbox-data", .shape = of_status},
    {"message-short", "RFC 3501, 9", "a body that is a message may lack what is of one",
     KNOWN_ACCEPTED, "envelope", .shape = is_no_envelope, .part = message, .instead = "\"x\""},
    {"text-lines", "RFC 3501, 9", "a body of text may lack the number of its lines", KNOWN_ACCEPTED,
     "number*", .shape = is_end, .part = here, .instead = " 0"},
    {"text-lines", "RFC 3501, 9", "a body of text may lack the number of its lines", KNOWN_ACCEPTED,
     "number64", .shape = is_string, .part = here, .instead = "0 "},
    {"number-zero", "RFC 3501, 9", "the number of a message may begin with 0", KNOWN_ACCEPTED,
     "mailbox-data", .shape = of_zero, .part = message_number, .instead = "1"},
    {"number-zero", "RFC 3501, 9", "0 is a number like the others", KNOWN_ACCEPTED,
     "mod-sequence-value", .shape = is_end, .part = previous_octet, .instead = "1"},
    {"number-zero", "RFC 3501, 9", "0 is a number like the others", KNOWN_ACCEPTED, NULL,
     .shape = is_zero, .part = zeros, .instead = "1"},
    {"envelope-short", "RFC 3501, 9", "an envelope may lack fields", KNOWN_ACCEPTED, "nil",
     .shape = is_end, .part = here, .instead = " NIL"},
    {"envelope-long", "RFC 3501, 9", "an envelope may have one string more", KNOWN_ACCEPTED,
     "env-message-id", .shape = is_too_much, .part = rest_of_list, .instead = ""},
    {"envelope-short", "RFC 3501, 9", "an envelope may lack fields", KNOWN_ACCEPTED, "env-*",
     .shape = is_no_list, .part = here, .instead = "NIL "},
    {"envelope-lists", "RFC 3501, 9", "an envelope may have more lists of addresses",
     KNOWN_ACCEPTED, "env-*", .shape = is_list, .part = list_with_space, .instead = ""},
    {"body-id", "RFC 3501, 9", "the id of a body may be an atom", KNOWN_ACCEPTED, "body-fld-id",
     .shape = is_atom, .part = word, .instead = "NIL"},
    {"namespace-after", "RFC 2342, 6", "an extension may stand after the namespace", KNOWN_ACCEPTED,
     "namespace-descr", .shape = is_string, .part = string_and_list, .instead = ""},
    {"namespace-delimiter", "RFC 2342, 6", "a delimiter may be empty", KNOWN_ACCEPTED, NULL,
     .shape = is_empty_delimiter, .part = here, .instead = "/"},
    {"list-slash", "RFC 3501, 9", "a flag of LIST may begin with a slash", KNOWN_ACCEPTED,
     "mailbox-list", .shape = is_slash, .part = first_octet, .instead = "\\"},
    {"space-extra", "RFC 3501, 9", "SP may stand beside what stands alone", KNOWN_ACCEPTED, NULL,
     .shape = is_sp, .part = first_octet, .instead = ""},
    {"capability-rev1", "RFC 3501, 7.2.1", "CAPABILITY may lack IMAP4rev1", KNOWN_ACCEPTED,
     "capability", .shape = is_line_end, .part = here, .instead = " IMAP4rev1"},
    {"plus-bare", "RFC 3501, 9", "a continuation needs neither SP nor text", KNOWN_ACCEPTED,
     "continue-req", .shape = is_end, .part = here, .instead = " "},
    {"plus-bare", "RFC 3501, 9", "a continuation needs neither SP nor text", KNOWN_ACCEPTED,
     "continue-req", .shape = is_line_end, .part = here, .instead = " x"},
    {"nul", "RFC 3501, 9", "NUL may stand in a text or a quoted string", KNOWN_ACCEPTED, NULL,
     .shape = is_nul, .part = first_octet, .instead = "x"},
    {"quoted-line", "RFC 3501, 9", "a quoted string may go on on the next line", KNOWN_ACCEPTED,
     NULL, .shape = is_quoted_line_end, .part = first_octet, .instead = "x"},
    {"envelope-short", "RFC 3501, 9", "an envelope may lack fields", KNOWN_ACCEPTED, "env-*",
     .shape = is_end, .part = here, .instead = " NIL"},
    {"body-encoding", "RFC 3501, 9", "the encoding of a body may be an atom", KNOWN_ACCEPTED,
     "body-fld-enc", .shape = is_atom, .part = word, .instead = "\"x\""},
    {"body-lines", "RFC 3501, 9", "a body that is no text may have a number of lines",
     KNOWN_ACCEPTED, "body-fld-md5", .shape = is_digit, .part = digits_with_space, .instead = ""},
    {"delivery-status", "RFC 3501, 9", "a delivery status is read as a message", KNOWN_ACCEPTED,
     "body-fld-md5", .shape = of_delivery_status, .part = delivery_status, .instead = "\"RFC822\""},
    {"address-qq", "RFC 3501, 9", "a host that begins with qq.com and DQUOTE is refused",
     KNOWN_REFUSED, "addr-host", .shape = is_qq, .part = whole, .instead = "NIL"},
    {"body-disposition", "RFC 3501, 9", "a disposition needs no parentheses", KNOWN_ACCEPTED,
     "body-fld-dsp", .shape = is_string, .part = string_and_list, .instead = "NIL"},
    {"string-atom", "RFC 3501, 9", "a parameter of a body may be an atom", KNOWN_ACCEPTED, "string",
     .shape = is_string_atom, .part = word, .instead = "\"x\""},
    {"parameters-odd", "RFC 3501, 9", "a list of parameters may be of strings of any number",
     KNOWN_ACCEPTED, "string", .shape = is_end_of_list, .part = here, .instead = " \"\""},
    {"parameters-odd", "RFC 3501, 9", "a list of parameters may be of strings of any number",
     KNOWN_ACCEPTED, "body-type-1part", .shape = is_end_of_list, .part = here, .instead = " \"\""},
    {"octets-nil", "RFC 3501, 9", "the size of a body may be NIL", KNOWN_ACCEPTED, "number",
     .shape = is_nil, .part = string, .instead = "1"},
    {"atom-string", "RFC 3501, 9", "a flag may be a string", KNOWN_ACCEPTED, NULL,
     .shape = is_atom_string, .part = string, .instead = "x"},
    {"atom-8bit", "RFC 3501, 9", "DEL and octets over 127 may stand in an atom", KNOWN_ACCEPTED,
     NULL, .shape = is_8bit, .part = first_octet, .instead = "x"},
    {"flag-star", "RFC 3501, 9", "\\* is a flag like the others", KNOWN_ACCEPTED, NULL,
     .shape = is_star, .part = first_octet, .instead = "x"},
    {"rights", "RFC 4314, 7", "rights may be any octets", KNOWN_ACCEPTED, "mailbox",
     .shape = is_after_bracket, .part = bracket_before, .instead = "l"},
    {"rights", "RFC 4314, 7", "rights may be any octets", KNOWN_ACCEPTED, "rights",
     .shape = is_no_right, .part = character, .instead = "l"},
    {"space-missing", "RFC 3501, 9", "where SP separates, none is needed", KNOWN_ACCEPTED, NULL,
     .shape = misses_space, .part = here, .instead = " "},
    {"tab", "RFC 3501, 9", "HTAB is SP", KNOWN_ACCEPTED, NULL, .shape = is_tab, .part = first_octet,
     .instead = " "},
    {"gm-label", "x-gm-ext-1", "a label that begins with a backslash is refused", KNOWN_REFUSED,
     "x-gm-label", .shape = is_backslash, .part = first_octet, .instead = "x"},
    {"tagged-end", "RFC 3501, 9", "anything may follow CR at the end of a tagged response",
     KNOWN_ACCEPTED, "response-tagged", .shape = after_cr},
    {"literal-header", "RFC 3501, 9", "a literal's length may be followed by anything",
     KNOWN_ACCEPTED, "literal", .shape = after_length, .part = after_brace, .instead = "\r\n"},
    {"capability-empty", "RFC 3501, 9", "CAPABILITY may name none", KNOWN_ACCEPTED,
     "capability-data", .shape = is_space, .part = here, .instead = " IMAP4rev1"},
};

const struct known *known_at(size_t index) {
    return index < sizeof differences / sizeof *differences ? &differences[index] : NULL;
}

const struct known *known_called(const char *name) {
    size_t i = 0;
    while (known_at(i) != NULL && strcmp(known_at(i)->name, name) != 0) {
        i++;
    }
    return known_at(i);
}

/* ---- meeting them -------------------------------------------------------------------------- */

static bool about(const struct known *known, enum known_kind kind, imap_rule rule) {
    const char *name = imap_rule_name(imap_grammar_builtin(), rule);
    size_t length = known->rule ? strlen(known->rule) : 0;

    if (known->kind != kind || known->rule == NULL) {
        return known->kind == kind;
    }
    return known->rule[length - 1] == '*' ? strncmp(name, known->rule, length - 1) == 0
                                          : strcmp(name, known->rule) == 0;
}

/* The form is written if it is a value. */
static const struct known *find(struct knowledge *knowledge, enum known_kind kind, imap_rule rule,
                                const struct piece *piece, struct form *form) {
    const struct known *known;
    for (size_t i = 0; (known = known_at(i)) != NULL; i++) {
        if (known != knowledge->without && about(known, kind, rule) &&
            (form ? known->imitate(form, piece) : known->shape(piece))) {
            break;
        }
    }
    if (known && knowledge->count < MOST_MET) {
        knowledge->met[knowledge->count++] = known;
    }
    return known;
}

static struct piece piece_of(const struct ours *ours, const struct imap_node *node) {
    struct piece piece = {.octets = ours->octets + node->start,
                          .count = (size_t)(node->end - node->start),
                          .response = ours->octets};
    for (uint32_t part = node->children; part != 0; part = ours->nodes[part].next) {
        piece.parts++;
    }
    return piece;
}

bool known_write(void *context, struct form *form, const struct imap_node *node) {
    struct imitation *imitation = context;
    struct piece piece = piece_of(imitation->ours, node);
    return find(imitation->knowledge, KNOWN_VALUE, node->rule, &piece, form) != NULL;
}

struct meeting known_refusal(struct knowledge *knowledge, const struct ours *ours) {
    struct meeting meeting = {.known = NULL};
    for (uint32_t i = 1; meeting.known == NULL && i < ours->tree.count; i++) {
        meeting.piece = piece_of(ours, &ours->nodes[i]);
        meeting.known = find(knowledge, KNOWN_REFUSED, ours->nodes[i].rule, &meeting.piece, NULL);
    }
    return meeting;
}

struct meeting known_vagueness(struct knowledge *knowledge, const struct ours *ours,
                               uint32_t node) {
    struct meeting meeting = {.piece = piece_of(ours, &ours->nodes[node])};
    meeting.known = find(knowledge, KNOWN_VAGUE, ours->nodes[node].rule, &meeting.piece, NULL);
    return meeting;
}

struct meeting known_acceptance(struct knowledge *knowledge, const struct ours *ours) {
    const struct imap_error *error = imap_parser_error(&ours->parser);
    struct meeting meeting = {.piece = {.octets = ours->octets + error->offset,
                                        .count = ours->given - (size_t)error->offset,
                                        .response = ours->octets,
                                        .over = error->code == IMAP_NUMBER_TOO_LARGE}};
    bool accepted[256];

    imap_parser_accepted(&ours->parser, accepted);
    meeting.piece.space = accepted[' '];
    meeting.piece.list = accepted['('];
    meeting.piece.digit = accepted['1'];
    meeting.piece.atom = accepted['x'] && accepted['!'];
    meeting.piece.string = accepted['"'] && accepted['{'];
    meeting.piece.quoted = accepted['\\'] && accepted['"'];
    meeting.known = find(knowledge, KNOWN_ACCEPTED, error->rule, &meeting.piece, NULL);
    return meeting;
}
