/* The parser against event logs (the .log files in test), at every chunk size, with each piece
 * ending at a guard page; and what logs can't show: limits, pauses, the accepted sets. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "imapspec.h"

enum { MAX_CASE = 1 << 16, MAX_LOG = 1 << 18, GUARDED_PAGES = 32, MUTATION_ROUNDS = 100 };

static const size_t chunk_sizes[] = {1, 2, 3, 7, SIZE_MAX};

/* ---- logs ---------------------------------------------------------------------------------- */

struct log {
    char *text;
    size_t length, capacity;
    const struct imap_grammar *grammar;
};

static void add(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct log *log, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(log->text + log->length, log->capacity - log->length, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < log->capacity - log->length);
    log->length += (size_t)length;
}

static void log_finding(struct log *log, const struct imap_event *event) {
    unsigned long long start = event->start, end = event->end;
    char extension[IMAP_EXTENSION_TEXT];
    if (event->finding == IMAP_MALFORMED_CODE) {
        add(log, "%llu..%llu malformed %s\n", start, end,
            imap_rule_name(log->grammar, event->rule));
        return;
    }
    if (event->finding == IMAP_QUIRK_USED) {
        add(log, "%llu..%llu quirk %s\n", start, end,
            imap_quirk_name((enum imap_quirk)event->value));
        return;
    }
    unsigned number = (unsigned)event->value;
    imap_extension_name(log->grammar, number, extension, sizeof extension);
    add(log, "%llu..%llu belongs to %s (%s)\n", start, end, extension,
        imap_extension_source(log->grammar, number));
}

static bool log_event(void *context, const struct imap_event *event) {
    struct log *log = context;
    unsigned long long start = event->start, end = event->end, value = event->value;
    const char *rule = imap_rule_name(log->grammar, event->rule);
    switch (event->kind) {
    case IMAP_EVENT_NODE:
        add(log, "%llu..%llu %s", start, end, rule);
        if (value > 0) {
            add(log, " = %llu", value);
        }
        add(log, "\n");
        break;
    case IMAP_EVENT_LITERAL:
        add(log, "%llu..%llu literal of %llu%s%s\n", start, end, value,
            event->non_synchronizing ? ", non-synchronizing" : "", event->binary ? ", binary" : "");
        break;
    case IMAP_EVENT_FINDING:
        log_finding(log, event);
        break;
    case IMAP_EVENT_MESSAGE:
        add(log, "%llu..%llu message %s\n", start, end, rule);
        break;
    }
    return true;
}

static void log_error(struct log *log, const struct imap_parser *parser) {
    const struct imap_error *error = imap_parser_error(parser);
    add(log, "%llu error %s: ", (unsigned long long)error->offset,
        imap_rule_name(log->grammar, error->rule));
    char explanation[IMAP_EXPLANATION_TEXT];
    imap_parser_explain(parser, explanation, sizeof explanation);
    add(log, "%s\n", explanation);
}

/* ---- guarded feeding ----------------------------------------------------------------------- */

struct guard {
    uint8_t *pages, *end; /* end is the first octet that mustn't be touched */
    size_t size;
};

static struct guard guard_new(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = page * GUARDED_PAGES;
    struct guard guard = {.size = size};
    guard.pages =
        mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(guard.pages != MAP_FAILED);
    guard.end = guard.pages + size;
    assert_int_equal(mprotect(guard.end, page, PROT_NONE), 0);
    return guard;
}

static void guard_free(struct guard *guard) {
    munmap(guard->pages, guard->size + (size_t)sysconf(_SC_PAGESIZE));
}

/* Feeds all of the octets; an error is logged and left behind by resync. */
static void feed_all(struct log *log, struct imap_parser *parser, const uint8_t *octets,
                     size_t size, size_t chunk, const struct guard *guard) {
    for (size_t at = 0; at < size;) {
        size_t consumed, count = size - at < chunk ? size - at : chunk;
        assert_true(count <= guard->size);
        memcpy(guard->end - count, octets + at, count);
        enum imap_status status = imap_parser_feed(parser, guard->end - count, count, &consumed);
        at += consumed;
        if (status == IMAP_FAILED) {
            size_t again;
            assert_int_equal(imap_parser_feed(parser, octets, size, &again), IMAP_FAILED);
            assert_int_equal(again, 0);
            log_error(log, parser);
            imap_parser_resync(parser);
        } else {
            assert_int_equal(consumed, count);
        }
    }
    if (!imap_parser_at_start(parser)) {
        add(log, "incomplete\n");
    }
}

/* ---- cases --------------------------------------------------------------------------------- */

struct log_case {
    char title[128];
    enum imap_root root;
    struct imap_extensions extensions;
    bool quirks[IMAP_QUIRK_COUNT]; /* tolerated */
    uint8_t input[MAX_CASE];
    size_t input_size;
    char expected[MAX_CASE];
};

/* Input lines are written with \r, \n, \\ and \xNN. */
static void add_input(struct log_case *test, const char *line) {
    for (; *line != '\0'; line++) {
        unsigned octet = (unsigned char)*line;
        if (octet == '\\') {
            line++;
            octet = *line == 'r' ? '\r' : *line == 'n' ? '\n' : (unsigned char)*line;
            if (*line == 'x') {
                char digits[] = {line[1], line[2], '\0'}, *end;
                octet = (unsigned)strtoul(digits, &end, 16);
                assert_ptr_equal(end, digits + 2);
                line += 2;
            }
        }
        test->input[test->input_size++] = (uint8_t)octet;
    }
}

static void tolerate(struct log_case *test, const char *name) {
    enum imap_quirk quirk;
    bool all = strcmp(name, "all") == 0;
    if (!all && !imap_quirk_find(name, &quirk)) {
        fail_msg("%s: no quirk %s", test->title, name);
    }
    for (int i = 0; i < IMAP_QUIRK_COUNT; i++) {
        test->quirks[i] = test->quirks[i] || all || i == (int)quirk;
    }
}

static bool read_case(FILE *file, struct log_case *test) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    char line[4096];
    *test = (struct log_case){.root = IMAP_RESPONSE};
    imap_extensions_of_dialect(grammar, "rev1", &test->extensions);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') {
            snprintf(test->title, sizeof test->title, "%.120s", line + 1);
        } else if (strncmp(line, "@dialect ", 9) == 0) {
            assert_true(imap_extensions_of_dialect(grammar, line + 9, &test->extensions));
        } else if (strncmp(line, "@enable ", 8) == 0) {
            assert_true(
                imap_extensions_add(grammar, line + 8, strlen(line + 8), &test->extensions));
        } else if (strncmp(line, "@tolerate ", 10) == 0) {
            tolerate(test, line + 10);
        } else if (line[0] == '@') {
            assert_true(imap_root_find(line + 1, &test->root));
        } else if (line[0] == '>') {
            add_input(test, line + 2);
        } else if (line[0] != '\0') {
            strcat(test->expected, line);
            strcat(test->expected, "\n");
        } else if (test->input_size > 0) {
            return true;
        }
    }
    return test->input_size > 0;
}

static void write_log(const struct log_case *test, size_t chunk, const struct guard *guard,
                      char text[MAX_LOG]) {
    struct log log = {.text = text, .capacity = MAX_LOG};
    struct imap_parser parser;
    text[0] = '\0';
    log.grammar = imap_grammar_builtin();
    imap_parser_init(&parser, log.grammar, test->root, log_event, &log);
    imap_parser_allow(&parser, &test->extensions);
    for (int i = 0; i < IMAP_QUIRK_COUNT; i++) {
        if (test->quirks[i]) {
            imap_parser_tolerate(&parser, (enum imap_quirk)i);
        }
    }
    feed_all(&log, &parser, test->input, test->input_size, chunk, guard);
}

static void run_case(const struct log_case *test, const struct guard *guard) {
    for (size_t i = 0; i < sizeof chunk_sizes / sizeof *chunk_sizes; i++) {
        char text[MAX_LOG];
        write_log(test, chunk_sizes[i], guard, text);
        if (strcmp(text, test->expected) != 0) {
            fail_msg("%s, in pieces of %zu\n--- expected\n%s--- got\n%s", test->title,
                     chunk_sizes[i], test->expected, text);
        }
    }
}

/* One octet of the input becomes another, goes away, or comes twice. */
static void mutate(struct log_case *test, uint32_t *random) {
    static const uint8_t octets[] = "()[]{}<>\"\\ *+%~\r\n\0\x80"
                                    "019azAZ";
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    size_t at = (*random >> 8) % test->input_size, rest = test->input_size - at;
    switch (*random & 3) {
    case 0:
        memmove(test->input + at, test->input + at + 1, rest - 1);
        test->input_size -= test->input_size > 1;
        break;
    case 1:
        memmove(test->input + at + 1, test->input + at, rest);
        test->input_size++;
        break;
    default:
        test->input[at] = octets[(*random >> 2) % (sizeof octets - 1)];
    }
}

/* Broken input too gives the same events and errors wherever the pieces end. */
static void run_mutations(const struct log_case *test, const struct guard *guard) {
    static struct log_case mutant;
    uint32_t random = 2463534242U;
    for (unsigned round = 0; round < MUTATION_ROUNDS; round++) {
        static char whole[MAX_LOG], text[MAX_LOG];
        mutant = *test;
        for (unsigned i = 0; i <= round % 4; i++) {
            mutate(&mutant, &random);
        }
        write_log(&mutant, SIZE_MAX, guard, whole);
        for (size_t i = 0; i < sizeof chunk_sizes / sizeof *chunk_sizes; i++) {
            write_log(&mutant, chunk_sizes[i], guard, text);
            if (strcmp(whole, text) != 0) {
                fail_msg("%s, mutated, round %u, in pieces of %zu\n--- whole\n%s--- pieces\n%s",
                         test->title, round, chunk_sizes[i], whole, text);
            }
        }
    }
}

static void run_log(const char *path, void (*run)(const struct log_case *, const struct guard *)) {
    static struct log_case test;
    unsigned count = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    print_message("%s\n", path);
    struct guard guard = guard_new();
    while (read_case(file, &test)) {
        run(&test, &guard);
        count++;
    }
    guard_free(&guard);
    fclose(file);
    assert_true(count > 0);
}

static void run_logs(void (*run)(const struct log_case *, const struct guard *)) {
    glob_t logs;
    if (glob("parser/test/*.log", 0, NULL, &logs) != 0) {
        fail_msg("no parser/test/*.log: run the tests from the top folder");
    }
    for (size_t i = 0; i < logs.gl_pathc; i++) {
        run_log(logs.gl_pathv[i], run);
    }
    globfree(&logs);
}

static void test_logs(void **state) {
    (void)state;
    run_logs(run_case);
}

static void test_mutations(void **state) {
    (void)state;
    run_logs(run_mutations);
}

/* ---- limits -------------------------------------------------------------------------------- */

static enum imap_status feed_text(struct imap_parser *parser, const char *text) {
    size_t consumed;
    return imap_parser_feed(parser, text, strlen(text), &consumed);
}

static void start(struct imap_parser *parser, enum imap_root root,
                  const struct imap_limits *limits) {
    imap_parser_init(parser, imap_grammar_builtin(), root, NULL, NULL);
    imap_parser_limit(parser, limits);
}

static void test_line_limit(void **state) {
    (void)state;
    struct imap_parser parser;
    struct imap_limits limits = {.line = 10};
    start(&parser, IMAP_RESPONSE, &limits);
    assert_int_equal(feed_text(&parser, "* OK 678\r\n"), IMAP_MORE);
    assert_int_equal(feed_text(&parser, "* OK 6789\r\n"), IMAP_FAILED);
    assert_int_equal(imap_parser_error(&parser)->code, IMAP_LINE_TOO_LONG);
    assert_int_equal(imap_parser_error(&parser)->offset, 20);
}

/* A literal begins a new line, and its own octets aren't part of any. */
static void test_line_limit_after_literal(void **state) {
    (void)state;
    struct imap_parser parser;
    struct imap_limits limits = {.line = 20};
    start(&parser, IMAP_COMMAND, &limits);
    assert_int_equal(feed_text(&parser, "a LOGIN {30}\r\n"), IMAP_MORE);
    assert_int_equal(feed_text(&parser, "012345678901234567890123456789"), IMAP_MORE);
    assert_int_equal(feed_text(&parser, " 34567890123456789"), IMAP_MORE);
    assert_int_equal(feed_text(&parser, "\r\n"), IMAP_MORE);
    assert_true(imap_parser_at_start(&parser));
    assert_int_equal(feed_text(&parser, "a LOGIN {1}\r\nx 345678901234567890\r\n"), IMAP_FAILED);
    assert_int_equal(imap_parser_error(&parser)->code, IMAP_LINE_TOO_LONG);
}

static void test_literal_limit(void **state) {
    (void)state;
    struct imap_parser parser;
    struct imap_limits limits = {.literal = 1000};
    start(&parser, IMAP_COMMAND, &limits);
    assert_int_equal(feed_text(&parser, "a LOGIN {1000}\r\n"), IMAP_MORE);
    start(&parser, IMAP_COMMAND, &limits);
    assert_int_equal(feed_text(&parser, "a LOGIN {1001}\r\n"), IMAP_FAILED);
    assert_int_equal(imap_parser_error(&parser)->code, IMAP_LITERAL_TOO_LARGE);
    assert_int_equal(imap_parser_error(&parser)->offset, 12);
}

/* A declared literal counts at once, before one of its octets has come. */
static void test_message_limit(void **state) {
    (void)state;
    struct imap_parser parser;
    struct imap_limits limits = {.message = 100};
    start(&parser, IMAP_COMMAND, &limits);
    assert_int_equal(feed_text(&parser, "a LOGIN {101}"), IMAP_FAILED);
    assert_int_equal(imap_parser_error(&parser)->code, IMAP_MESSAGE_TOO_LONG);
    assert_int_equal(imap_parser_error(&parser)->offset, 12);
}

/* A literal may fill the message to its last octet, and not one more; then the limit still holds.
 */
static void test_message_limit_after_literal(void **state) {
    (void)state;
    struct imap_parser parser;
    struct imap_limits limits = {.message = 50};
    start(&parser, IMAP_COMMAND, &limits);
    assert_int_equal(feed_text(&parser, "a LOGIN {37}"), IMAP_FAILED);
    assert_int_equal(imap_parser_error(&parser)->code, IMAP_MESSAGE_TOO_LONG);
    start(&parser, IMAP_COMMAND, &limits);
    assert_int_equal(feed_text(&parser, "a LOGIN {36}\r\n"), IMAP_MORE);
    assert_int_equal(feed_text(&parser, "012345678901234567890123456789012345"), IMAP_MORE);
    assert_int_equal(feed_text(&parser, " "), IMAP_FAILED);
    assert_int_equal(imap_parser_error(&parser)->code, IMAP_MESSAGE_TOO_LONG);
    assert_int_equal(imap_parser_error(&parser)->offset, 50);
}

/* Limits without bound are as large as they can be: nothing wraps around. */
static void test_largest_limits(void **state) {
    (void)state;
    struct imap_parser parser;
    struct imap_limits limits = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT16_MAX};
    start(&parser, IMAP_COMMAND, &limits);
    assert_int_equal(feed_text(&parser, "a LOGIN {4294967000}\r\n"), IMAP_MORE);
    start(&parser, IMAP_COMMAND, &limits);
    assert_int_equal(feed_text(&parser, "a LOGIN {4294967295}\r\n"), IMAP_FAILED);
    assert_int_equal(imap_parser_error(&parser)->code, IMAP_MESSAGE_TOO_LONG);
    start(&parser, IMAP_COMMAND, &limits);
    assert_int_equal(feed_text(&parser, "a LOGIN {4294967296}\r\n"), IMAP_FAILED);
    assert_int_equal(imap_parser_error(&parser)->code, IMAP_LITERAL_TOO_LARGE);
    start(&parser, IMAP_COMMAND, &limits);
    assert_int_equal(feed_text(&parser, "a NOOP\r\n"), IMAP_MORE);
}

/* Parentheses without end are refused at the depth limit, wherever pieces end. */
static void test_depth_bomb(void **state) {
    (void)state;
    struct imap_parser parser;
    struct imap_limits none = {0}, shallow = {.depth = 4};
    start(&parser, IMAP_COMMAND, &none);
    assert_int_equal(feed_text(&parser, "a SEARCH "), IMAP_MORE);
    unsigned depth = 0;
    while (depth < 100000 && feed_text(&parser, "(") == IMAP_MORE) {
        depth++;
    }
    assert_int_equal(imap_parser_error(&parser)->code, IMAP_NESTING_TOO_DEEP);
    assert_in_range(depth, 32, IMAP_MAX_DEPTH + 1);
    start(&parser, IMAP_COMMAND, &shallow);
    assert_int_equal(feed_text(&parser, "a SEARCH (((ALL)))\r\n"), IMAP_MORE);
    assert_int_equal(feed_text(&parser, "a SEARCH ((((ALL))))\r\n"), IMAP_FAILED);
    assert_int_equal(imap_parser_error(&parser)->offset, 20 + 13);
}

static void test_body_bomb(void **state) {
    (void)state;
    struct imap_parser parser;
    struct imap_limits none = {0};
    start(&parser, IMAP_RESPONSE, &none);
    assert_int_equal(feed_text(&parser, "* 1 FETCH (BODYSTRUCTURE "), IMAP_MORE);
    unsigned depth = 0;
    while (depth < 100000 && feed_text(&parser, "(") == IMAP_MORE) {
        depth++;
    }
    assert_int_equal(imap_parser_error(&parser)->code, IMAP_NESTING_TOO_DEEP);
    assert_in_range(depth, 32, IMAP_MAX_DEPTH + 1);
}

/* ---- pauses -------------------------------------------------------------------------------- */

static bool pause_on_literal(void *context, const struct imap_event *event) {
    unsigned *literals = context;
    *literals += event->kind == IMAP_EVENT_LITERAL;
    return event->kind != IMAP_EVENT_LITERAL;
}

static void test_pause(void **state) {
    (void)state;
    static const char text[] = "a LOGIN {3}\r\nabc {3}\r\ndef\r\n";
    struct imap_parser parser;
    unsigned literals = 0;
    size_t consumed, size = strlen(text);
    imap_parser_init(&parser, imap_grammar_builtin(), IMAP_COMMAND, pause_on_literal, &literals);
    assert_int_equal(imap_parser_feed(&parser, text, size, &consumed), IMAP_PAUSED);
    assert_int_equal(consumed, 13);
    assert_int_equal(imap_parser_feed(&parser, text + 13, size - 13, &consumed), IMAP_PAUSED);
    assert_int_equal(consumed, 9);
    assert_int_equal(imap_parser_feed(&parser, text + 22, size - 22, &consumed), IMAP_MORE);
    assert_int_equal(literals, 2);
    assert_true(imap_parser_at_start(&parser));
}

static bool pause_on_userid(void *context, const struct imap_event *event) {
    return event->rule != *(imap_rule *)context;
}

/* After a pause, octets go on one by one without another. */
static void test_pause_octet_by_octet(void **state) {
    (void)state;
    static const char text[] = "a LOGIN bob c\r\n";
    struct imap_parser parser;
    imap_rule userid = imap_grammar_rule(imap_grammar_builtin(), "userid");
    imap_parser_init(&parser, imap_grammar_builtin(), IMAP_COMMAND, pause_on_userid, &userid);
    for (size_t at = 0; text[at] != '\0'; at++) {
        size_t consumed;
        enum imap_status expected = at == strlen("a LOGIN bob") ? IMAP_PAUSED : IMAP_MORE;
        assert_int_equal(imap_parser_feed(&parser, text + at, 1, &consumed), expected);
        assert_int_equal(consumed, 1);
    }
    assert_true(imap_parser_at_start(&parser));
}

static bool keep_value(void *context, const struct imap_event *event) {
    *(uint64_t *)context += event->value;
    return true;
}

/* Feeds a number in pieces, each of which begins at `page`, behind memory that mustn't be touched.
 */
static void check_number(const char *digits, int size, size_t chunk, char *page) {
    char text[64], number[64];
    struct imap_parser parser;
    uint64_t value = 0;
    snprintf(number, sizeof number, "%.*s", size, digits);
    size_t length = (size_t)snprintf(text, sizeof text, "* %s EXISTS\r\n", number);
    imap_parser_init(&parser, imap_grammar_builtin(), IMAP_RESPONSE, keep_value, &value);
    for (size_t at = 0, consumed; at < length; at += consumed) {
        size_t count = length - at < chunk ? length - at : chunk;
        memcpy(page, text + at, count);
        assert_int_equal(imap_parser_feed(&parser, page, count, &consumed), IMAP_MORE);
    }
    assert_int_equal(value, strtoull(number, NULL, 10));
}

/* A number has its value however long it is, and wherever it is cut: eight digits are read at once,
 * where so many octets are there. */
static void test_numbers_of_any_length(void **state) {
    (void)state;
    static const char digits[] = "00000000000000000000123456789";
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED);
    assert_int_equal(mprotect(pages, page, PROT_NONE), 0);
    for (size_t start = 0; digits[start] != '\0'; start++) {
        for (size_t size = 1; start + size < sizeof digits; size++) {
            for (size_t chunk = 1; chunk <= 16; chunk++) {
                check_number(digits + start, (int)size, chunk, pages + page);
            }
        }
    }
    munmap(pages, 2 * page);
}

/* The sink chooses what the next message is. */
struct switching {
    struct imap_parser parser;
    imap_rule idle;
    bool idling;
};

static bool switch_root(void *context, const struct imap_event *event) {
    struct switching *switching = context;
    if (event->kind == IMAP_EVENT_NODE && event->rule == switching->idle) {
        switching->idling = true;
    } else if (event->kind == IMAP_EVENT_MESSAGE && switching->idling) {
        imap_parser_expect(&switching->parser, IMAP_DONE);
        switching->idling = false;
    }
    return true;
}

/* A quirk may be tolerated between messages, also by a parser that has been fed octet by octet. */
static void test_tolerate_late(void **state) {
    (void)state;
    static const char octets[] = "* OK x\r\n* FLAGS (\\Seen )\r\n";
    struct imap_parser parser;
    start(&parser, IMAP_RESPONSE, &(struct imap_limits){0});
    for (const char *octet = octets; *octet != '\0'; octet++) {
        size_t consumed;
        assert_int_equal(imap_parser_feed(&parser, octet, 1, &consumed), IMAP_MORE);
        if (*octet == '\n') {
            imap_parser_tolerate(&parser, IMAP_QUIRK_EXTRA_SPACE);
        }
    }
    assert_true(imap_parser_at_start(&parser));
}

static void test_expect_in_sink(void **state) {
    (void)state;
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct switching switching = {.idle = imap_grammar_rule(grammar, "idle")};
    imap_parser_init(&switching.parser, grammar, IMAP_COMMAND, switch_root, &switching);
    assert_int_equal(feed_text(&switching.parser, "a IDLE\r\nDONE\r\nb NOOP\r\n"), IMAP_MORE);
    assert_int_equal(feed_text(&switching.parser, "DONE\r\n"), IMAP_FAILED);
}

/* ---- accepted sets ------------------------------------------------------------------------- */

/* Wherever a parser stands, an octet is accepted if and only if reading it doesn't fail. */
static void check_accepted(const struct imap_parser *parser) {
    bool accepted[256];
    imap_parser_accepted(parser, accepted);
    for (unsigned octet = 0; octet < 256; octet++) {
        struct imap_parser copy = *parser;
        uint8_t text = (uint8_t)octet;
        size_t consumed;
        imap_parser_feed(&copy, &text, 1, &consumed);
        enum imap_error_code code = imap_parser_error(&copy)->code;
        bool read = code != IMAP_UNEXPECTED_OCTET && code != IMAP_NUL_IN_LITERAL;
        if (read != accepted[octet]) {
            fail_msg("octet %u at offset %llu is %s but %s", octet,
                     (unsigned long long)parser->offset, read ? "read" : "refused",
                     accepted[octet] ? "accepted" : "not accepted");
        }
    }
}

static void test_accepted(void **state) {
    (void)state;
    static const struct {
        enum imap_root root;
        const char *text;
    } messages[] = {
        {IMAP_GREETING, "* PREAUTH [ALERT] x\r\n"},
        {IMAP_RESPONSE, "* OK [BADCHARSET (\"x\" {1}\r\ny)] z\r\n* OK [UNSEEN x] y\r\n+ YQ==\r\n"},
        {IMAP_RESPONSE,
         "* 1 FETCH (BODY ((\"a\" \"b\" NIL NIL NIL \"7BIT\" 1 NIL (\"x\" (\"a\" \"b\"))"
         " NIL NIL (1 (2 NIL))) \"mixed\") UID 3 FLAGS (\\Recent))\r\n"},
        {IMAP_COMMAND, "a APPEND x (\\Seen) \" 1-Jan-2000 00:00:00 +0000\" {3}\r\nabc\r\n"},
        {IMAP_COMMAND, "a UID SEARCH CHARSET x OR NOT (1,2:* UNSEEN) HEADER a b ON 1-Feb-2000\r\n"},
        {IMAP_AFTER_AUTHENTICATE, "YWJj\r\na XFOO \"x\" {1}\r\ny\r\n"},
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct imap_parser parser;
        imap_parser_init(&parser, imap_grammar_builtin(), messages[i].root, NULL, NULL);
        for (const char *at = messages[i].text; *at != '\0'; at++) {
            size_t consumed;
            check_accepted(&parser);
            assert_int_equal(imap_parser_feed(&parser, at, 1, &consumed), IMAP_MORE);
        }
        assert_true(imap_parser_at_start(&parser));
    }
}

/* ---- grammar ------------------------------------------------------------------------------- */

static void test_rules(void **state) {
    (void)state;
    const struct imap_grammar *grammar = imap_grammar_builtin();
    assert_string_equal(imap_dialect_name(0), "rev1");
    assert_null(imap_dialect_name(4));
    imap_rule rule = imap_grammar_rule(grammar, "FLAG-list");
    assert_string_equal(imap_rule_name(grammar, rule), "flag-list");
    assert_string_equal(imap_rule_source(grammar, rule), "RFC 3501");
    assert_string_equal(imap_rule_example(grammar, rule), "()");
    assert_true(imap_rule_is_node(grammar, rule));
    assert_int_equal(imap_grammar_rule(grammar, "no-such-rule"), 0);
    assert_string_equal(imap_rule_name(grammar, 0), "");
    assert_null(imap_rule_example(grammar, imap_grammar_rule(grammar, "literal")));
    assert_string_equal(imap_rule_example(grammar, imap_grammar_rule(grammar, "date-time")),
                        "\" 1-Jan-1111 11:11:11 +1111\"");
}

/* What is written as an example of a whole message is one. */
static void test_examples(void **state) {
    (void)state;
    static const struct {
        const char *rule;
        enum imap_root root;
    } whole[] = {{"greeting", IMAP_GREETING},         {"response-tagged", IMAP_RESPONSE},
                 {"continue-req", IMAP_CONTINUATION}, {"command", IMAP_COMMAND},
                 {"sasl-line", IMAP_SASL_LINE},       {"idle-done", IMAP_DONE}};
    const struct imap_grammar *grammar = imap_grammar_builtin();
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct imap_node nodes[64];
        struct imap_tree tree;
        struct imap_parser parser;
        const char *text = imap_rule_example(grammar, imap_grammar_rule(grammar, whole[i].rule));
        assert_non_null(text);
        imap_tree_init(&tree, nodes, 64);
        assert_true(imap_tree_parse(&tree, &parser, grammar, whole[i].root, text, strlen(text)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logs),
        cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_line_limit),
        cmocka_unit_test(test_line_limit_after_literal),
        cmocka_unit_test(test_literal_limit),
        cmocka_unit_test(test_message_limit),
        cmocka_unit_test(test_message_limit_after_literal),
        cmocka_unit_test(test_largest_limits),
        cmocka_unit_test(test_depth_bomb),
        cmocka_unit_test(test_body_bomb),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_pause_octet_by_octet),
        cmocka_unit_test(test_numbers_of_any_length),
        cmocka_unit_test(test_tolerate_late),
        cmocka_unit_test(test_expect_in_sink),
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_examples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
