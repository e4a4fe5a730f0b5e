/* All cases of each root: the parser accepts and refuses as they say, in pieces of any size; and a
 * machine that is much simpler than the parser finds that no transition was left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../compiler/compilation.h"

enum { CLASSES = 256, MAX_FRAMES = 64 };

static const size_t chunk_sizes[] = {1, 2, 3, 7, SIZE_MAX};

struct checking {
    const struct imap_grammar *grammar;
    enum imap_root root;
    unsigned count;
    bool *covered; /* by state and class; class 0 is the return */
};

static void describe_failure(const struct checking *c, const struct imap_case *message,
                             const struct imap_parser *parser, size_t chunk) {
    const struct imap_error *error = imap_parser_error(parser);
    fail_msg("root %d, in pieces of %zu: %.*s\nexpected %llu %s, got %d at %llu %s", c->root, chunk,
             (int)message->size, (const char *)message->octets, (unsigned long long)message->offset,
             imap_rule_name(c->grammar, message->rule), error->code,
             (unsigned long long)(error->code ? error->offset : parser->offset),
             imap_rule_name(c->grammar, error->rule));
}

static enum imap_status feed(struct imap_parser *parser, const struct checking *c,
                             const struct imap_case *message, size_t chunk) {
    enum imap_status status = IMAP_MORE;
    struct imap_extensions all;
    assert_true(imap_extensions_of_dialect(c->grammar, "all", &all));
    imap_parser_init(parser, c->grammar, c->root, NULL, NULL);
    imap_parser_allow(parser, &all);
    for (size_t at = 0, consumed; at < message->size && status == IMAP_MORE; at += consumed) {
        size_t left = message->size - at;
        status =
            imap_parser_feed(parser, message->octets + at, left < chunk ? left : chunk, &consumed);
    }
    return status;
}

/* ---- every transition ---------------------------------------------------------------------- */

static bool *cell(const struct checking *c, uint32_t state, unsigned class) {
    return &c->covered[(size_t)state * CLASSES + class];
}

/* What follows a literal's header. */
static size_t skip_literal(const struct imap_case *message, size_t at) {
    const uint8_t *brace = memchr(message->octets + at, '{', message->size - at);
    const uint8_t *end = memchr(message->octets + at, '\n', message->size - at);
    assert_non_null(brace);
    assert_non_null(end);
    return (size_t)(end + 1 - message->octets) + strtoul((const char *)brace + 1, NULL, 10);
}

/* Goes through the machine as the message says, and notes where it was. */
static void walk(const struct checking *c, const struct imap_case *message) {
    uint32_t state = c->grammar->entries[c->root], frames[MAX_FRAMES];
    unsigned depth = 0;
    for (size_t at = 0; at < message->size;) {
        unsigned class = c->grammar->classes[message->octets[at]];
        struct grammar_transition transition;
        if (!grammar_transition_at(c->grammar, state, class, &transition)) {
            assert_non_null(grammar_otherwise(c->grammar, state));
            assert_true(depth > 0);
            *cell(c, state, 0) = true;
            state = frames[--depth];
            continue;
        }
        *cell(c, state, class) = true;
        switch (transition.operation) {
        case OPERATION_CALL:
        case OPERATION_CATCH:
            assert_true(depth < MAX_FRAMES);
            frames[depth++] = transition.target;
            state = transition.entry;
            break;
        case OPERATION_LITERAL:
            at = skip_literal(message, at);
            state = transition.target;
            break;
        default:
            at++;
            state = transition.target;
        }
    }
}

static bool check_accepted(void *context, const struct imap_case *message) {
    struct checking *c = context;
    for (size_t i = 0; i < sizeof chunk_sizes / sizeof *chunk_sizes; i++) {
        struct imap_parser parser;
        bool good = feed(&parser, c, message, chunk_sizes[i]) == IMAP_MORE &&
                    imap_parser_at_start(&parser) && parser.offset == message->size;
        if (!good) {
            describe_failure(c, message, &parser, chunk_sizes[i]);
        }
    }
    assert_true(message->offset <= message->size);
    walk(c, message);
    c->count++;
    return true;
}

/* A transition of a reached state is covered, and reaches more. */
static bool check_covered(const struct checking *c, uint32_t state, unsigned octet, bool *reached) {
    unsigned class = c->grammar->classes[octet];
    struct grammar_transition t;
    if (!grammar_transition_at(c->grammar, state, class, &t)) {
        return false;
    }
    if (!*cell(c, state, class)) {
        fail_msg("root %d: octet %u of state %u (%s) isn't covered", c->root, octet, state,
                 imap_rule_name(c->grammar, grammar_state_rule(c->grammar, state)));
    }
    bool call = t.operation == OPERATION_CALL || t.operation == OPERATION_CATCH, more = false;
    uint32_t next[] = {t.operation == OPERATION_FINISH ? state : t.target,
                       t.operation == OPERATION_CATCH ? t.caught : state, call ? t.entry : state};
    for (unsigned i = 0; i < sizeof next / sizeof *next; i++) {
        more |= !reached[next[i]];
        reached[next[i]] = true;
    }
    return more;
}

static void check_all_covered(const struct checking *c) {
    bool *reached = calloc(MAX_STATE + 1, sizeof *reached);
    assert_non_null(reached);
    reached[c->grammar->entries[c->root]] = true;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t state = 0; state <= MAX_STATE; state++) {
            for (unsigned octet = 0; octet < 256 && reached[state]; octet++) {
                more |= check_covered(c, state, octet, reached);
            }
            if (reached[state] && grammar_otherwise(c->grammar, state) != NULL &&
                !*cell(c, state, 0)) {
                fail_msg("root %d: the return of state %u isn't covered", c->root, state);
            }
        }
    }
    free(reached);
}

static void check_root_accepted(const struct imap_grammar *grammar, enum imap_root root) {
    struct checking c = {.grammar = grammar, .root = root};
    c.covered = calloc((MAX_STATE + 1) * (size_t)CLASSES, sizeof *c.covered);
    assert_non_null(c.covered);
    assert_true(imap_cases(grammar, root, check_accepted, &c));
    assert_true(c.count > 0);
    check_all_covered(&c);
    free(c.covered);
}

static void test_accepted(void **state) {
    (void)state;
    for (enum imap_root root = 0; root < IMAP_ROOT_COUNT; root++) {
        check_root_accepted(imap_grammar_builtin(), root);
    }
}

/* ---- every state --------------------------------------------------------------------------- */

static bool check_refused(void *context, const struct imap_case *message) {
    struct checking *c = context;
    for (size_t i = 0; i < sizeof chunk_sizes / sizeof *chunk_sizes; i++) {
        struct imap_parser parser;
        enum imap_status status = feed(&parser, c, message, chunk_sizes[i]);
        const struct imap_error *error = imap_parser_error(&parser);
        bool good = status == IMAP_FAILED && error->offset == message->offset &&
                    error->rule == message->rule && error->got == message->octets[error->offset];
        if (!good) {
            describe_failure(c, message, &parser, chunk_sizes[i]);
        }
    }
    c->count++;
    return true;
}

static void check_root_refused(const struct imap_grammar *grammar, enum imap_root root) {
    struct checking c = {.grammar = grammar, .root = root};
    assert_true(imap_refused_cases(grammar, root, check_refused, &c));
    assert_true(c.count > 0);
}

static void test_refused(void **state) {
    (void)state;
    for (enum imap_root root = 0; root < IMAP_ROOT_COUNT; root++) {
        check_root_refused(imap_grammar_builtin(), root);
    }
}

/* ---- small grammars, for what IMAP's happens not to have ---------------------------------------
 */

static void check_small(const char *text) {
    struct compilation compilation;
    struct imap_grammar_text texts[] = {{"g", text, strlen(text)}}, settled = {"c", "", 0};
    if (!compilation_read(&compilation, texts, 1, &settled) || !compilation_run(&compilation)) {
        fail_msg("%s", compilation.abnf.message);
    }
    check_root_accepted(&compilation.grammar, IMAP_RESPONSE);
    check_root_refused(&compilation.grammar, IMAP_RESPONSE);
    compilation_free(&compilation);
}

static void test_small_grammars(void **state) {
    (void)state;
    /* calls that begin with calls, and end with them */
    check_small("r = a %x0A\na = b / \"(\" a \")\"\nb = 1*c\nc = \"x\" [a] \"y\"\n@call a b c\n"
                "@root response r\n");
    /* a literal is what the caught machine can't go back over */
    check_small(
        "r = (c \"!\" / t) %x0A\nc = \"[\" literal d \"]\"\nd = \"a\" [d] / \"<\" \">\"\n"
        "literal = \"{\"\nt = 1*%x20-7E\n@literal literal\n@leaf literal\n@call d\n@catch c\n"
        "@root response r\n");
    /* the caught machine is left, and the same octets go on */
    check_small("r = (c d / t) %x0A\nc = \"[\" 1*e \"]\"\nd = \"!\" %x01\ne = \"a\" [\"b\"]\n"
                "t = 1*%x20-7E\n@leaf t\n@call d e\n@catch c\n@root response r\n");
    /* the caught machine ends what has called it: the call is where the other way goes on */
    check_small("r = e \"?\" %x0A\ne = c / t\nc = \"[\" 1*\"a\" [f]\nf = 1*\"]\"\n"
                "t = 1*(%x21-3E / %x40-7E)\n@leaf t\n@call e f\n@catch c\n@root response r\n");
    /* literals of both kinds are all that leads on */
    check_small("r = (literal / b) \"x\" %x0A\nliteral = \"{\"\nb = \"~{\"\n@literal literal\n"
                "@literal b 8\n@leaf literal b\n@root response r\n");
}

/* ---- one small root, looked at whole --------------------------------------------------------- */

struct listing {
    const struct imap_grammar *grammar;
    char text[1024];
    unsigned left; /* cases that are wanted */
};

static bool list(void *context, const struct imap_case *message) {
    struct listing *listing = context;
    size_t length = strlen(listing->text);
    snprintf(listing->text + length, sizeof listing->text - length, "%llu %s %.*s",
             (unsigned long long)message->offset, imap_rule_name(listing->grammar, message->rule),
             (int)message->size, (const char *)message->octets);
    return --listing->left > 0;
}

/* idle-done = "DONE" CRLF: five octets in their order, letters in both cases. */
static void test_done(void **state) {
    (void)state;
    struct listing listing = {.grammar = imap_grammar_builtin(), .left = UINT32_MAX};
    assert_true(imap_refused_cases(listing.grammar, IMAP_DONE, list, &listing));
    assert_string_equal(listing.text, "0 idle-done a\r\n"
                                      "1 idle-done da\r\n"
                                      "2 idle-done doa\r\n"
                                      "3 idle-done dona\r\n"
                                      "4 idle-done donea\r\n"
                                      "5 idle-done done\ra\r\n");
}

static void test_sink_ends_it(void **state) {
    (void)state;
    struct listing listing = {.grammar = imap_grammar_builtin(), .left = 1};
    assert_true(imap_cases(listing.grammar, IMAP_DONE, list, &listing));
    assert_string_equal(listing.text, "0 idle-done done\r\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),       cmocka_unit_test(test_refused),
        cmocka_unit_test(test_small_grammars), cmocka_unit_test(test_done),
        cmocka_unit_test(test_sink_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
