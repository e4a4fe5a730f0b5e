/* What a hostile peer may try: every number one too large, every octet NUL, every line and message
 * one octet too long, bombs of parentheses, literals' headers of every shape. Each ends in the
 * error that imapspec.h tells of, at its octet, whatever the pieces; nothing is allocated. */
#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grammar.h"
#include "scarce_memory.h"

enum { MAX_TEXT = 1 << 16, NODES = 1024 };

static const enum imap_root roots[] = {IMAP_GREETING,     IMAP_RESPONSE,  IMAP_COMMAND,
                                       IMAP_CONTINUATION, IMAP_SASL_LINE, IMAP_DONE};

enum { ROOTS = sizeof roots / sizeof *roots };

/* ---- reading ----------------------------------------------------------------------------------
 */

/* What became of one text. */
struct outcome {
    enum imap_status status;
    struct imap_error error;
    unsigned messages, findings, nodes;
    uint64_t end; /* of the last message */
    uint64_t finding_end;
    unsigned quirks; /* that were made use of */
    uint64_t hash;   /* of all events */
};

static void add_to_hash(struct outcome *outcome, uint64_t value) {
    outcome->hash = (outcome->hash ^ value) * UINT64_C(1099511628211);
}

static bool note_event(void *context, const struct imap_event *event) {
    struct outcome *outcome = context;
    outcome->nodes += event->kind == IMAP_EVENT_NODE;
    outcome->quirks += event->finding == IMAP_QUIRK_USED;
    add_to_hash(outcome,
                (uint64_t)event->kind << 32 | (uint64_t)event->finding << 16 | event->rule);
    add_to_hash(outcome, event->start);
    add_to_hash(outcome, event->end);
    add_to_hash(outcome, event->value);
    if (event->kind == IMAP_EVENT_MESSAGE) {
        outcome->messages++;
        outcome->end = event->end;
    }
    if (event->kind == IMAP_EVENT_FINDING && event->finding == IMAP_MALFORMED_CODE) {
        outcome->findings++;
        outcome->finding_end = event->end;
    }
    return true;
}

static void tolerate_all(struct imap_parser *parser) {
    for (int quirk = 0; quirk < IMAP_QUIRK_COUNT; quirk++) {
        imap_parser_tolerate(parser, (enum imap_quirk)quirk);
    }
}

/* Without limits, all quirks are tolerated. */
static void read_in_pieces(struct outcome *outcome, enum imap_root root,
                           const struct imap_limits *limits, const void *octets, size_t size,
                           size_t piece) {
    struct {
        uint64_t before;
        struct imap_parser parser;
        uint64_t after;
    } guarded = {.before = 0x5555555555555555, .after = 0x5555555555555555};
    *outcome = (struct outcome){0};
    imap_parser_init(&guarded.parser, imap_grammar_builtin(), root, note_event, outcome);
    if (limits != NULL) {
        imap_parser_limit(&guarded.parser, limits);
    } else {
        tolerate_all(&guarded.parser);
    }
    for (size_t at = 0; at < size && outcome->status != IMAP_FAILED;) {
        size_t consumed, count = size - at < piece ? size - at : piece;
        outcome->status =
            imap_parser_feed(&guarded.parser, (const uint8_t *)octets + at, count, &consumed);
        at += consumed;
    }
    outcome->error = *imap_parser_error(&guarded.parser);
    assert_true(guarded.before == 0x5555555555555555 && guarded.after == 0x5555555555555555);
}

static const struct imap_limits standard; /* limits */

/* In whole, and octet by octet, which must be the same. */
static struct outcome read_text(enum imap_root root, const struct imap_limits *limits,
                                const void *octets, size_t size) {
    struct outcome whole, pieces;
    read_in_pieces(&whole, root, limits, octets, size, SIZE_MAX);
    read_in_pieces(&pieces, root, limits, octets, size, 1);
    assert_int_equal(pieces.status, whole.status);
    assert_int_equal(pieces.error.code, whole.error.code);
    assert_int_equal(pieces.error.offset, whole.error.offset);
    assert_int_equal(pieces.error.rule, whole.error.rule);
    assert_int_equal(pieces.nodes, whole.nodes);
    assert_true(pieces.hash == whole.hash);
    assert_int_equal(pieces.findings, whole.findings);
    assert_int_equal(pieces.messages, whole.messages);
    return whole;
}

static void assert_error(const struct outcome *outcome, const char *what, size_t size,
                         enum imap_error_code code, uint64_t offset) {
    if (outcome->error.code != code || outcome->error.offset != offset) {
        fail_msg("%.*s\nexpected error %d at %llu, got %d at %llu", (int)size, what, (int)code,
                 (unsigned long long)offset, (int)outcome->error.code,
                 (unsigned long long)outcome->error.offset);
    }
}

/* ---- numbers ----------------------------------------------------------------------------------
 */

static const struct {
    const char *digits;
    uint64_t value; /* 0: over 2^64-1 */
} numbers[] = {{"2147483647", UINT64_C(2147483647)},
               {"2147483648", UINT64_C(2147483648)},
               {"2147483649", UINT64_C(2147483649)},
               {"4294967295", UINT64_C(4294967295)},
               {"4294967296", UINT64_C(4294967296)},
               {"4294967297", UINT64_C(4294967297)},
               {"9223372036854775807", UINT64_C(9223372036854775807)},
               {"9223372036854775808", UINT64_C(9223372036854775808)},
               {"9223372036854775809", UINT64_C(9223372036854775809)},
               {"18446744073709551615", UINT64_MAX},
               {"18446744073709551616", 0},
               {"18446744073709551617", 0},
               {"9999999999999999999999999999999999999999", 0}};

/* The places of numbers in a message, and of the response code that may be around them. */
struct places {
    const struct imap_grammar *grammar;
    struct imap_event numbers[16];
    size_t count;
    uint64_t code_start, code_end;
};

static bool note_place(void *context, const struct imap_event *event) {
    struct places *places = context;
    bool number =
        event->kind == IMAP_EVENT_NODE && places->grammar->rules[event->rule].maximum != 0;
    if (number && places->count < sizeof places->numbers / sizeof *places->numbers) {
        places->numbers[places->count++] = *event;
    }
    if (event->kind == IMAP_EVENT_NODE && event->rule == places->grammar->resp_text_code) {
        places->code_start = event->start;
        places->code_end = event->end;
    }
    return true;
}

enum { MAX_PLACES = 1 << 16 };

struct number_test {
    enum imap_root root;
    bool *met;     /* by rule */
    uint8_t *done; /* by hash of what stands before a number, and its rule */
};

/* Most messages have their numbers where others have them. */
static bool is_new(const struct number_test *test, const struct imap_case *message,
                   const struct imap_event *number) {
    uint32_t hash = 2166136261U ^ number->rule;
    for (uint64_t i = 0; i < number->start; i++) {
        hash = (hash ^ message->octets[i]) * 16777619U;
    }
    uint8_t *done = &test->done[hash % MAX_PLACES];
    bool is_first = *done == 0;
    *done = 1;
    return is_first;
}

/* A number of a code that is too large makes the code text, which has no numbers. */
static void test_number(enum imap_root root, const struct places *places,
                        const struct imap_event *number, const struct imap_case *message) {
    bool in_code = number->start >= places->code_start && number->end <= places->code_end;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[MAX_TEXT];
        uint64_t maximum = places->grammar->rules[number->rule].maximum;
        bool fits = numbers[i].value != 0 && numbers[i].value <= maximum;
        int size = snprintf(text, sizeof text, "%.*s%s%.*s", (int)number->start, message->octets,
                            numbers[i].digits, (int)(message->size - number->end),
                            message->octets + number->end);
        struct outcome outcome = read_text(root, &standard, text, (size_t)size);
        if (fits || in_code) {
            assert_error(&outcome, text, (size_t)size, IMAP_NO_ERROR, 0);
            assert_int_equal(outcome.end, size);
            assert_int_equal(outcome.findings, !fits);
        } else if (maximum < numbers[0].value &&
                   outcome.error.code == IMAP_UNEXPECTED_OCTET) { /* so few digits are allowed */
            assert_true(outcome.error.offset > number->start);
            assert_true(outcome.error.offset < number->start + strlen(numbers[i].digits));
        } else {
            assert_error(&outcome, text, (size_t)size, IMAP_NUMBER_TOO_LARGE, number->start);
            assert_int_equal(outcome.error.rule, number->rule);
        }
    }
}

static bool try_numbers(void *context, const struct imap_case *message) {
    const struct number_test *test = context;
    struct places places = {.grammar = imap_grammar_builtin()};
    struct imap_parser parser;
    size_t consumed;
    imap_parser_init(&parser, places.grammar, test->root, note_place, &places);
    imap_parser_feed(&parser, message->octets, message->size, &consumed);
    for (size_t i = 0; i < places.count; i++) {
        test->met[places.numbers[i].rule] = true;
        if (is_new(test, message, &places.numbers[i])) {
            test_number(test->root, &places, &places.numbers[i], message);
        }
    }
    return true;
}

static void test_numbers(void **state) {
    (void)state;
    const struct imap_grammar *grammar = imap_grammar_builtin();
    static bool met[4096];
    for (size_t i = 0; i < ROOTS; i++) {
        static uint8_t done[MAX_PLACES];
        struct number_test test = {roots[i], met, done};
        memset(done, 0, sizeof done);
        assert_true(imap_cases(grammar, roots[i], try_numbers, &test));
    }
    for (imap_rule rule = 1; rule < grammar->rule_count; rule++) {
        if (grammar->rules[rule].maximum != 0 && !met[rule]) {
            fail_msg("no message has a %s", grammar->rules[rule].name);
        }
    }
}

/* ---- NUL --------------------------------------------------------------------------------------
 */

/* At every place of some messages, and of all messages at the octet that they are about: so in
 * every state. */
static bool try_nul(void *context, const struct imap_case *message) {
    enum { EVERYWHERE = 16 };
    const enum imap_root *root = context;
    static uint8_t text[MAX_TEXT];
    static unsigned count;
    bool everywhere = count++ % EVERYWHERE == 0;
    bool has_literal8 = memmem(message->octets, message->size, "~{", 2) != NULL;
    assert_true(message->size < sizeof text);
    for (size_t at = 0; at < message->size && !has_literal8; at++) {
        if (!everywhere && at != message->offset) {
            continue;
        }
        memcpy(text, message->octets, message->size);
        text[at] = '\0';
        struct outcome outcome = read_text(*root, &standard, text, message->size);
        if (outcome.error.code != IMAP_NUL_IN_LITERAL) {
            assert_error(&outcome, (const char *)message->octets, message->size,
                         IMAP_UNEXPECTED_OCTET, at);
        }
        assert_int_equal(outcome.error.offset, at);
        assert_int_equal(outcome.error.got, 0);
        assert_int_equal(outcome.messages, 0);
    }
    return true;
}

static void test_nul(void **state) {
    (void)state;
    for (size_t i = 0; i < ROOTS; i++) {
        enum imap_root root = roots[i];
        assert_true(imap_cases(imap_grammar_builtin(), root, try_nul, &root));
    }
}

static void test_nul_in_literals(void **state) {
    (void)state;
    struct outcome outcome = read_text(IMAP_COMMAND, &standard, "a LOGIN {3}\r\na\0b c\r\n", 20);
    assert_error(&outcome, "literal", 7, IMAP_NUL_IN_LITERAL, 14);
    outcome = read_text(IMAP_COMMAND, &standard, "a APPEND x ~{3}\r\na\0b\r\n", 22);
    assert_error(&outcome, "literal8", 8, IMAP_NO_ERROR, 0);
    assert_int_equal(outcome.messages, 1);
}

/* ---- limits -----------------------------------------------------------------------------------
 */

/* A message of `size` octets is read where the limit is that, and not where it is one less. */
static bool try_limits(void *context, const struct imap_case *message) {
    const enum imap_root *root = context;
    bool has_literal = memmem(message->octets, message->size, "}\r\n", 3) != NULL;
    struct imap_limits line = {.line = message->size}, whole = {.message = message->size};
    struct outcome outcome;
    if (message->size < 2) {
        return true;
    }
    outcome = read_text(*root, &line, message->octets, message->size);
    assert_int_equal(outcome.end, message->size);
    outcome = read_text(*root, &whole, message->octets, message->size);
    assert_int_equal(outcome.end, message->size);
    line.line--;
    whole.message--;
    outcome = read_text(*root, &whole, message->octets, message->size);
    assert_int_equal(outcome.error.code, IMAP_MESSAGE_TOO_LONG);
    assert_int_equal(outcome.messages, 0);
    if (!has_literal) {
        assert_int_equal(outcome.error.offset, message->size - 1);
        outcome = read_text(*root, &line, message->octets, message->size);
        assert_error(&outcome, (const char *)message->octets, message->size, IMAP_LINE_TOO_LONG,
                     message->size - 1);
    }
    return true;
}

static void test_limits(void **state) {
    (void)state;
    for (size_t i = 0; i < ROOTS; i++) {
        enum imap_root root = roots[i];
        assert_true(imap_cases(imap_grammar_builtin(), root, try_limits, &root));
    }
}

/* ---- literals' headers ------------------------------------------------------------------------
 */

static void test_headers(void **state) {
    (void)state;
    static const struct {
        const char *header;
        enum imap_error_code code;
        uint64_t offset; /* in the header */
        uint64_t server; /* the same of a server's, if it isn't there too */
    } headers[] = {
        {"{}", IMAP_UNEXPECTED_OCTET, 1, 0},
        {"{-1}", IMAP_UNEXPECTED_OCTET, 1, 0},
        {"{+}", IMAP_UNEXPECTED_OCTET, 1, 0},
        {"{+1}", IMAP_UNEXPECTED_OCTET, 1, 0},
        {"{ 1}", IMAP_UNEXPECTED_OCTET, 1, 0},
        {"{{1}", IMAP_UNEXPECTED_OCTET, 1, 0},
        {"{\r\n", IMAP_UNEXPECTED_OCTET, 1, 0},
        {"{1 }", IMAP_UNEXPECTED_OCTET, 2, 0},
        {"{1.0}", IMAP_UNEXPECTED_OCTET, 2, 0},
        {"{1-}", IMAP_UNEXPECTED_OCTET, 2, 0},
        {"{0x1}", IMAP_UNEXPECTED_OCTET, 2, 0},
        {"{1)", IMAP_UNEXPECTED_OCTET, 2, 0},
        {"{1\r\n", IMAP_UNEXPECTED_OCTET, 2, 0},
        {"{1}x", IMAP_UNEXPECTED_OCTET, 3, 0},
        {"{1}\n", IMAP_UNEXPECTED_OCTET, 3, 0},
        {"{1}\rx", IMAP_UNEXPECTED_OCTET, 4, 0},
        {"{1}\r\r\n", IMAP_UNEXPECTED_OCTET, 4, 0},
        {"{1++}", IMAP_UNEXPECTED_OCTET, 3, 2},
        {"{1+1}", IMAP_UNEXPECTED_OCTET, 3, 2},
        {"{1+}\r\nxy", IMAP_UNEXPECTED_OCTET, 7, 2},
        {"{67108865}", IMAP_LITERAL_TOO_LARGE, 8, 0},
        {"{67108865+}", IMAP_LITERAL_TOO_LARGE, 8, 0},
        {"{0000000000000000000000000000000000000001}x", IMAP_UNEXPECTED_OCTET, 42, 0},
        {"{9999999999999999999999999999999999999999}", IMAP_LITERAL_TOO_LARGE, 8, 0},
        {"{18446744073709551617}", IMAP_LITERAL_TOO_LARGE, 9, 0},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char text[128];
        int size = snprintf(text, sizeof text, "a LOGIN %s", headers[i].header);
        struct outcome outcome = read_text(IMAP_COMMAND, &standard, text, (size_t)size);
        uint64_t server = headers[i].server > 0 ? headers[i].server : headers[i].offset;
        assert_error(&outcome, text, (size_t)size, headers[i].code, 8 + headers[i].offset);
        size = snprintf(text, sizeof text, "* LIST () \"/\" %s", headers[i].header);
        outcome = read_text(IMAP_RESPONSE, &standard, text, (size_t)size);
        assert_error(&outcome, text, (size_t)size, headers[i].code, 14 + server);
    }
}

/* ---- bombs ------------------------------------------------------------------------------------
 */

/* `open` again and again: what is read where the depth allows it, and where it doesn't. */
struct bomb {
    enum imap_root root;
    const char *start, *open, *middle, *close, *end;
};

static size_t build_bomb(const struct bomb *bomb, unsigned depth, char text[MAX_TEXT]) {
    size_t size = (size_t)snprintf(text, MAX_TEXT, "%s", bomb->start);
    for (unsigned i = 0; i < depth; i++) {
        size += (size_t)snprintf(text + size, MAX_TEXT - size, "%s", bomb->open);
    }
    size += (size_t)snprintf(text + size, MAX_TEXT - size, "%s", bomb->middle);
    for (unsigned i = 0; i < depth; i++) {
        size += (size_t)snprintf(text + size, MAX_TEXT - size, "%s", bomb->close);
    }
    return size + (size_t)snprintf(text + size, MAX_TEXT - size, "%s", bomb->end);
}

#define BODY     "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 1"
#define ENVELOPE "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"

static void test_bombs(void **state) {
    (void)state;
    static const struct bomb bombs[] = {
        /* each rule that is within itself */
        {IMAP_COMMAND, "a LIST (X ", "(", "a", ")", ") \"\" \"*\"\r\n"},
        {IMAP_COMMAND, "a SELECT x (X ", "(", "a", ")", ")\r\n"},
        {IMAP_RESPONSE, "* ESEARCH X ", "(", "a", ")", "\r\n"},
        {IMAP_RESPONSE, "* LIST () \"/\" x (\"X\" ", "(", "a", ")", ")\r\n"},
        {IMAP_RESPONSE, "* THREAD ", "(", "(1)(2)", ")(3)", "\r\n"},
        {IMAP_COMMAND, "a SEARCH ", "(", "ALL", ")", "\r\n"},
        {IMAP_COMMAND, "a SEARCH ", "NOT ", "ALL", "", "\r\n"},
        {IMAP_COMMAND, "a SEARCH ", "OR ALL ", "ALL", "", "\r\n"},
        {IMAP_COMMAND, "a SEARCH ", "OR ", "ALL", " ALL", "\r\n"},
        {IMAP_RESPONSE, "* 1 FETCH (BODY ", "(", BODY ")", " \"MIXED\")", ")\r\n"},
        {IMAP_RESPONSE, "* 1 FETCH (BODY ",
         "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 1 " ENVELOPE " ", BODY ")", " 1)", ")\r\n"},
        {IMAP_RESPONSE, "* 1 FETCH (BODYSTRUCTURE " BODY " NIL NIL NIL NIL ", "(", "1", ")",
         "))\r\n"},
    };
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        static char text[MAX_TEXT];
        unsigned deepest = 0;
        struct outcome outcome = {0};
        for (unsigned depth = 1; outcome.error.code == IMAP_NO_ERROR; depth++) {
            size_t size = build_bomb(&bombs[i], depth, text);
            outcome = read_text(bombs[i].root, &standard, text, size);
            assert_true(depth <= IMAP_MAX_DEPTH + 1);
            if (outcome.error.code == IMAP_NO_ERROR) {
                assert_int_equal(outcome.end, size);
                deepest = depth;
            }
        }
        uint64_t where = outcome.error.offset;
        size_t start = strlen(bombs[i].start), open = strlen(bombs[i].open);
        assert_true(deepest >= 8);
        assert_error(&outcome, text, strlen(text), IMAP_NESTING_TOO_DEEP, where);
        assert_true(where > start + (deepest - 1) * open && where <= start + (deepest + 1) * open);
        size_t size = build_bomb(&bombs[i], 1000, text);
        outcome = read_text(bombs[i].root, &standard, text, size);
        assert_error(&outcome, text, size, IMAP_NESTING_TOO_DEEP, where);
    }
}

/* ---- quirks -----------------------------------------------------------------------------------
 */

/* What the grammar allows is read as it is, whatever is tolerated. */
static bool try_tolerance(void *context, const struct imap_case *message) {
    const enum imap_root *root = context;
    struct outcome strict = read_text(*root, &standard, message->octets, message->size);
    struct outcome tolerant = read_text(*root, NULL, message->octets, message->size);
    if (strict.hash != tolerant.hash || tolerant.quirks != 0) {
        fail_msg("%.*sis read otherwise with quirks", (int)message->size, message->octets);
    }
    return true;
}

/* What it refuses is refused at that octet or later, or read by quirks. */
static bool try_refused_tolerance(void *context, const struct imap_case *message) {
    const enum imap_root *root = context;
    struct outcome outcome = read_text(*root, NULL, message->octets, message->size);
    assert_true(outcome.quirks > 0 || outcome.error.code != IMAP_NO_ERROR);
    assert_true(outcome.error.code == IMAP_NO_ERROR || outcome.error.offset >= message->offset);
    return true;
}

static void test_names_of_quirks(void **state) {
    (void)state;
    enum imap_quirk quirk;
    assert_true(imap_quirk_find("NIL-string", &quirk));
    assert_int_equal(quirk, IMAP_QUIRK_NIL_STRING);
    assert_false(imap_quirk_find("nil", &quirk));
    for (int i = 0; i < IMAP_QUIRK_COUNT; i++) {
        assert_true(imap_quirk_find(imap_quirk_name((enum imap_quirk)i), &quirk));
        assert_int_equal(quirk, i);
        assert_non_null(imap_quirk_sentence(quirk));
    }
    assert_null(imap_quirk_name(IMAP_QUIRK_COUNT));
    assert_null(imap_quirk_sentence(IMAP_QUIRK_COUNT));
}

static void test_quirks(void **state) {
    (void)state;
    for (size_t i = 0; i < ROOTS; i++) {
        enum imap_root root = roots[i];
        assert_true(imap_cases(imap_grammar_builtin(), root, try_tolerance, &root));
        assert_true(imap_refused_cases(imap_grammar_builtin(), root, try_refused_tolerance, &root));
    }
}

/* ---- allocation -------------------------------------------------------------------------------
 */

static void ignore_check(void *context, const struct imap_check *check, uint64_t start,
                         uint64_t end) {
    unsigned *count = context;
    *count += check != NULL && end > start;
}

/* All that can be done with a message and its tree. */
static void use_message(enum imap_root root, const uint8_t *octets, size_t size) {
    static struct imap_node nodes[NODES];
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct imap_extensions extensions;
    struct imap_parser parser;
    struct imap_tree tree;
    char text[IMAP_EXPLANATION_TEXT];
    unsigned checks = 0;
    imap_extensions_of_dialect(grammar, "all", &extensions);
    imap_tree_init(&tree, nodes, NODES);
    bool whole = imap_tree_parse(&tree, &parser, grammar, root, octets, size);
    if (!whole) {
        imap_parser_explain(&parser, text, sizeof text);
    } else {
        imap_check_message(&tree, grammar, &extensions, octets, ignore_check, &checks);
        imap_value(octets, size, (uint8_t *)text, sizeof text);
    }
}

/* The same octets, tolerated. */
static void use_quirks(enum imap_root root, const uint8_t *octets, size_t size) {
    struct imap_parser parser;
    size_t consumed;
    imap_parser_init(&parser, imap_grammar_builtin(), root, NULL, NULL);
    tolerate_all(&parser);
    if (imap_parser_feed(&parser, octets, size, &consumed) == IMAP_FAILED) {
        imap_parser_resync(&parser);
        imap_parser_feed(&parser, octets + consumed, size - consumed, &consumed);
    }
}

static bool try_without_memory(void *context, const struct imap_case *message) {
    const enum imap_root *root = context;
    allocations_left = 1;
    use_message(*root, message->octets, message->size);
    use_quirks(*root, message->octets, message->size);
    size_t left = allocations_left;
    allocations_left = SIZE_MAX;
    assert_int_equal(left, 1); /* nobody has asked */
    return true;
}

static void test_no_allocation(void **state) {
    (void)state;
    assert_true(sizeof(struct imap_parser) <= 1536);
    enum imap_root first = roots[0];
    allocations_left = 1;
    bool done = imap_cases(imap_grammar_builtin(), first, try_without_memory, &first);
    allocations_left = SIZE_MAX;
    assert_false(done); /* who asks is seen */
    for (size_t i = 0; i < ROOTS; i++) {
        enum imap_root root = roots[i];
        const struct imap_grammar *grammar = imap_grammar_builtin();
        assert_true(imap_cases(grammar, root, try_without_memory, &root));
        assert_true(imap_refused_cases(grammar, root, try_without_memory, &root));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),         cmocka_unit_test(test_nul),
        cmocka_unit_test(test_nul_in_literals), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_headers),         cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_quirks),          cmocka_unit_test(test_names_of_quirks),
        cmocka_unit_test(test_no_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
