/* Random messages of all roots, which the parser must accept; and small grammars, whose texts can
 * be judged without it. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "../compiler/compilation.h"
#include "../grammar.h"
#include "generator.h"
#include "random.h"

#if defined(__SANITIZE_ADDRESS__)
enum { MESSAGES = 5000 };
#else
enum { MESSAGES = 100000 }; /* of each root */
#endif

enum { SIZE = 300, TEXTS = 20000 };

/* ---- messages ------------------------------------------------------------------------------ */

struct reading {
    const struct imap_grammar *grammar;
    struct imap_extensions all;
    bool foreign; /* an extension was read that is not enabled */
};

static bool note_finding(void *context, const struct imap_event *event) {
    struct reading *reading = context;
    reading->foreign |= event->finding == IMAP_EXTENSION_NOT_ENABLED;
    return true;
}

static void check_accepted(struct reading *reading, enum imap_root root, const uint8_t *octets,
                           size_t size, size_t chunk) {
    struct imap_parser parser;
    enum imap_status status = IMAP_MORE;
    imap_parser_init(&parser, reading->grammar, root, note_finding, reading);
    imap_parser_allow(&parser, &reading->all);
    for (size_t at = 0, consumed; at < size && status == IMAP_MORE; at += consumed) {
        status = imap_parser_feed(&parser, octets + at, size - at < chunk ? size - at : chunk,
                                  &consumed);
    }
    if (status != IMAP_MORE || !imap_parser_at_start(&parser) || reading->foreign) {
        char why[IMAP_EXPLANATION_TEXT];
        imap_parser_explain(&parser, why, sizeof why);
        fail_msg("root %d, in pieces of %zu, at %llu: %s: %s%s\n%.*s", root, chunk,
                 (unsigned long long)parser.offset,
                 imap_rule_name(reading->grammar, parser.error.rule), why,
                 reading->foreign ? ", or an extension that isn't enabled" : "", (int)size,
                 (const char *)octets);
    }
}

static void check_root(struct reading *reading, const struct imap_generator *generator,
                       enum imap_root root) {
    static const size_t chunk_sizes[] = {SIZE_MAX, 1, 2, 3, 7};
    uint8_t octets[SIZE];
    struct imap_generation generation = {.seed = 1};
    generation.from_client =
        root != IMAP_GREETING && root != IMAP_RESPONSE && root != IMAP_CONTINUATION;
    for (generation.number = 0; generation.number < MESSAGES; generation.number++) {
        size_t size = imap_generate(generator, imap_root_rule(reading->grammar, root), &generation,
                                    octets, SIZE);
        assert_true(size <= SIZE);
        check_accepted(reading, root, octets, size, chunk_sizes[generation.number % 5]);
    }
}

static void check_dialect(const char *dialect) {
    struct reading reading = {.grammar = imap_grammar_builtin()};
    struct imap_grammar_problem problem;
    assert_true(imap_extensions_of_dialect(reading.grammar, dialect, &reading.all));
    struct imap_generator *generator = imap_generator_new(NULL, 0, &reading.all, &problem);
    assert_non_null(generator);
    for (enum imap_root root = 0; root < IMAP_ROOT_COUNT; root++) {
        check_root(&reading, generator, root);
    }
    imap_generator_free(generator);
}

/* Days and times that are there. */
static void test_dates(void **state) {
    (void)state;
    struct imap_grammar_problem problem;
    struct imap_generator *generator = imap_generator_new(NULL, 0, NULL, &problem);
    assert_non_null(generator);
    imap_rule rule = imap_grammar_rule(imap_grammar_builtin(), "date-time");
    for (unsigned i = 0; i < TEXTS; i++) {
        char text[64];
        int day, year, hour, minute, second, zone, end = 0;
        size_t size =
            imap_generate(generator, rule, &(struct imap_generation){.number = i}, text, 63);
        text[size] = '\0';
        assert_int_equal(sscanf(text, "\"%2d-%*3[A-Za-z]-%4d %2d:%2d:%2d %5d\"%n", &day, &year,
                                &hour, &minute, &second, &zone, &end),
                         6);
        assert_int_equal(end, size);
        assert_in_range(day, 1, 28);
        assert_in_range(hour, 0, 23);
        assert_in_range(minute, 0, 59);
        assert_in_range(second, 0, 59);
        assert_in_range(abs(zone) % 100, 0, 59);
        assert_in_range(abs(zone), 0, 1200);
    }
    imap_generator_free(generator);
}

static void test_messages_are_accepted(void **state) {
    (void)state;
    check_dialect("all");
}

/* Nothing of an extension that is not enabled. */
static void test_dialects(void **state) {
    (void)state;
    check_dialect("rev1");
    check_dialect("rev2");
}

/* ---- small grammars ------------------------------------------------------------------------ */

struct sample {
    struct compilation compilation;
    struct imap_generator *generator;
    unsigned rule;
    uint8_t text[SIZE + 1];
    size_t size;
};

static struct sample sample_of(const char *grammar) {
    struct sample sample;
    struct imap_grammar_text text = {"g", grammar, strlen(grammar)}, settled = {"c", "", 0};
    if (!compilation_read(&sample.compilation, &text, 1, &settled)) {
        fail_msg("%s", sample.compilation.abnf.message);
    }
    sample.generator = generator_new(&sample.compilation.abnf, NULL);
    assert_non_null(sample.generator);
    sample.rule = abnf_find(&sample.compilation.abnf, "r");
    return sample;
}

static void sample_free(struct sample *sample) {
    imap_generator_free(sample->generator);
    compilation_free(&sample->compilation);
}

static const char *generate(struct sample *sample, uint64_t number, size_t size) {
    struct imap_generation generation = {.seed = 7, .number = number, .from_client = true};
    sample->text[size] = 0xAA;
    sample->size =
        imap_generate(sample->generator, (imap_rule)sample->rule, &generation, sample->text, size);
    assert_true(sample->size <= size);
    assert_int_equal(sample->text[size], 0xAA);
    sample->text[sample->size] = '\0';
    return (const char *)sample->text;
}

/* The words are taken out in any case; all else comes. */
static void test_differences(void **state) {
    (void)state;
    static const char *const words[] = {"a", "AB", "bb"};
    struct sample sample = sample_of("r = 1*%x61-62 - (\"A\" / \"ab\" / \"bb\")\n");
    bool b = false, aba = false;
    for (unsigned i = 0; i < TEXTS; i++) {
        const char *text = generate(&sample, i, 5);
        for (unsigned k = 0; k < 3; k++) {
            assert_true(strcasecmp(text, words[k]) != 0);
        }
        assert_int_equal(strspn(text, "ab"), sample.size);
        b |= strcmp(text, "b") == 0;
        aba |= strcmp(text, "aba") == 0;
    }
    assert_true(b && aba);
    sample_free(&sample);
}

/* The first words of the rule's other ways, but no own word of the difference's rule. */
static void test_first_words(void **state) {
    (void)state;
    struct sample sample = sample_of("r = w\nc = \"no\" [\" x\"] / d / w\nd = \"yes\" / \"o\"\n"
                                     "w = 1*%x61-7A - <first words of c>\n");
    for (unsigned i = 0; i < TEXTS; i++) {
        const char *text = generate(&sample, i, 3);
        assert_true(strcmp(text, "no") != 0 && strcmp(text, "yes") != 0 && strcmp(text, "o") != 0);
    }
    sample_free(&sample);
}

/* All numbers of the range, its ends and those where programs fail often enough to be met. */
static void test_numbers(void **state) {
    (void)state;
    static const uint64_t wanted[] = {1, 2147483647, 2147483648, 4294967294, 4294967295};
    struct sample sample = sample_of("r = %x31-39 *%x30-39\n@number r 4294967295\n");
    bool met[5] = {false};
    for (unsigned i = 0; i < TEXTS; i++) {
        const char *text = generate(&sample, i, 20);
        assert_int_equal(strspn(text, "0123456789"), sample.size);
        assert_true(text[0] != '0' && sample.size <= 10);
        uint64_t number = strtoull(text, NULL, 10);
        assert_in_range(number, 1, 4294967295);
        for (unsigned k = 0; k < 5; k++) {
            met[k] |= number == wanted[k];
        }
    }
    assert_true(met[0] && met[1] && met[2] && met[3] && met[4]);
    sample_free(&sample);
}

static void test_zeros(void **state) {
    (void)state;
    struct sample sample = sample_of("r = 1*%x30-39\n@number r 18446744073709551615\n");
    bool zero = false, leading = false, highest = false;
    for (unsigned i = 0; i < TEXTS; i++) {
        const char *text = generate(&sample, i, 30);
        zero |= strcmp(text, "0") == 0;
        leading |= text[0] == '0' && sample.size > 1;
        highest |= strcmp(text, "18446744073709551615") == 0;
        assert_true(sample.size <= 22);
        assert_true(sample.size < 20 ||
                    strcmp(text + sample.size - 20, "18446744073709551615") <= 0);
    }
    assert_true(zero && leading && highest);
    sample_free(&sample);
}

/* Zeros before a number that must not be 0. */
static void test_positive(void **state) {
    (void)state;
    struct sample sample = sample_of("r = *\"0\" %x31-39 *%x30-39\n@number r 99\n");
    bool leading = false;
    for (unsigned i = 0; i < TEXTS; i++) {
        const char *text = generate(&sample, i, 30);
        assert_in_range(strtoull(text, NULL, 10), 1, 99);
        leading |= text[0] == '0';
    }
    assert_true(leading);
    sample_free(&sample);
}

static void test_literals(void **state) {
    (void)state;
    struct sample sample =
        sample_of("r = l / b\nl = \"{\"\nb = \"~{\"\n@literal l\n@literal b 8\n");
    bool plus = false, binary = false, nul = false, filled = false;
    for (unsigned i = 0; i < TEXTS; i++) {
        const char *text = generate(&sample, i, 40);
        bool eight = text[0] == '~';
        char *end;
        assert_int_equal(text[eight], '{');
        size_t count = strtoul(text + eight + 1, &end, 10);
        plus |= *end == '+';
        end += *end == '+';
        assert_memory_equal(end, "}\r\n", 3);
        assert_int_equal(end + 3 - text + (ptrdiff_t)count, sample.size);
        assert_true(eight || memchr(end + 3, '\0', count) == NULL);
        nul |= memchr(end + 3, '\0', count) != NULL;
        filled |= sample.size > 35;
        binary |= eight;
    }
    assert_true(plus && binary && nul && filled);
    sample_free(&sample);
}

/* What holds itself ends, however much room there is. */
static void test_nesting(void **state) {
    (void)state;
    struct sample sample =
        sample_of("r = \"(\" 1*r \")\" / \"x\" r / \"y\" / *r \"z\"\n@nested r\n");
    unsigned deepest = 0;
    for (unsigned i = 0; i < TEXTS; i++) {
        unsigned depth = 0;
        for (const char *text = generate(&sample, i, SIZE); *text != '\0'; text++) {
            depth += *text == '(';
            depth -= *text == ')';
            deepest = depth > deepest ? depth : deepest;
        }
        assert_int_equal(depth, 0);
    }
    assert_in_range(deepest, 8, IMAP_MAX_DEPTH);
    sample_free(&sample);
}

static void test_sizes(void **state) {
    (void)state;
    struct sample sample = sample_of("r = \"12\" *(\"345\") / 4\"6\"\np = <prose>\nq = *p \"x\"\n");
    struct imap_generation generation = {.seed = 1};
    uint8_t octet = 0xAA;
    assert_int_equal(
        imap_generate(sample.generator, (imap_rule)sample.rule, &generation, &octet, 1), 2);
    assert_int_equal(octet, 0xAA);
    bool least = false, most = false;
    for (unsigned i = 0; i < TEXTS; i++) {
        generate(&sample, i, 20);
        least |= sample.size == 2;
        most |= sample.size == 20;
    }
    assert_true(least && most);
    assert_int_equal(imap_generate(sample.generator, 0, &generation, &octet, 1), SIZE_MAX);
    assert_int_equal(imap_generate(sample.generator, 999, &generation, &octet, 1), SIZE_MAX);
    unsigned prose = abnf_find(&sample.compilation.abnf, "p");
    assert_int_equal(imap_generate(sample.generator, (imap_rule)prose, &generation, &octet, 1),
                     SIZE_MAX);
    sample.rule = abnf_find(&sample.compilation.abnf, "q");
    assert_string_equal(generate(&sample, 1, 20), "x");
    sample_free(&sample);
}

static void test_strings_and_sets(void **state) {
    (void)state;
    struct sample sample = sample_of("r = \"ab\" %s\"cd\" 1*%x01-FF\n");
    bool upper = false, seen[256] = {false};
    unsigned letters = 0, octets = 0;
    for (unsigned i = 0; i < TEXTS; i++) {
        const char *text = generate(&sample, i, 60);
        assert_int_equal(strncasecmp(text, "ab", 2), 0);
        assert_memory_equal(text + 2, "cd", 2);
        upper |= text[0] == 'A';
        for (size_t k = 4; k < sample.size; k++) {
            seen[sample.text[k]] = true;
            letters += isalnum(sample.text[k]) != 0;
            octets++;
        }
    }
    assert_true(upper);
    for (unsigned octet = 1; octet < 256; octet++) {
        assert_true(seen[octet]);
    }
    assert_in_range(letters, octets / 2, octets - 1);
    sample_free(&sample);
}

/* ---- reproducible -------------------------------------------------------------------------- */

/* The first numbers of splitmix64 from 0, as published with it: no machine has others. */
static void test_random_numbers(void **state) {
    (void)state;
    struct random random = {0};
    assert_true(random_next(&random) == UINT64_C(0xE220A8397B1DCDAF));
    assert_true(random_next(&random) == UINT64_C(0x6E789E6AA1B965F4));
    assert_true(random_next(&random) == UINT64_C(0x06C45D188009454F));
}

static void test_same_seed(void **state) {
    (void)state;
    struct sample one = sample_of("r = 1*%x20-7E\n"), other = sample_of("r = 1*%x20-7E\n");
    char first[SIZE + 1];
    unsigned different = 0;
    snprintf(first, sizeof first, "%s", generate(&one, 0, SIZE));
    for (unsigned i = 100; i-- > 0;) {
        generate(&one, i, SIZE);
        assert_string_equal(generate(&other, i, SIZE), (const char *)one.text);
        different += strcmp(first, (const char *)one.text) != 0;
    }
    assert_in_range(different, 95, 99);
    struct imap_generation generation = {.seed = 8};
    size_t size = imap_generate(one.generator, (imap_rule)one.rule, &generation, one.text, SIZE);
    assert_true(size != strlen(first) || memcmp(first, one.text, size) != 0);
    sample_free(&one);
    sample_free(&other);
}

static void test_bad_text(void **state) {
    (void)state;
    struct imap_grammar_text text = {"mine.abnf", "flag =/ \"a\"\nflag =/ nosuch\n", 27};
    struct imap_grammar_problem problem;
    assert_null(imap_generator_new(&text, 1, NULL, &problem));
    assert_string_equal(problem.file, "mine.abnf");
    assert_int_equal(problem.line, 2);
    assert_string_equal(problem.message, "no rule nosuch");
    imap_generator_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_are_accepted),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_dialects),
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_first_words),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_zeros),
        cmocka_unit_test(test_positive),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_strings_and_sets),
        cmocka_unit_test(test_random_numbers),
        cmocka_unit_test(test_same_seed),
        cmocka_unit_test(test_bad_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
