/* A message is what it is expected to be: itself, and in other encodings of its strings; two that
 * expect each other do so both ways. Every line is also an expectation of the message after it,
 * with placeholders if it has any. */
#include <stdlib.h>
#include <string.h>

#include "../../conformance/compare/compare.h"
#include "../../conformance/compare/traits.h"
#include "../harness/choice.h"
#include "../harness/property.h"
#include "../harness/sample.h"
#include "target.h"

static struct sample message, other;
static uint8_t text[SAMPLE_TEXT];

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return setenv("IMAPSPEC_MUTATOR", "root=response", 0);
}

static struct pattern *compile(const uint8_t *octets, size_t size) {
    char problem[256];
    unsigned column = 0;
    struct pattern *pattern =
        pattern_compile(imap_grammar_builtin(), IMAP_RESPONSE, octets, size, problem, &column);

    if (!pattern && (column < 1 || column > size + 1 || !memchr(problem, '\0', sizeof problem))) {
        property_broken("an expectation of %zu octets has a problem in column %u", size, column);
    }
    return pattern;
}

/* Is the message what is expected? Where not, the difference is in both. */
static bool fits(const struct pattern *pattern, const struct sample *actual) {
    struct variables known = {0}, captures = {0};
    struct difference difference = {.expected_at = SIZE_MAX};
    bool is_equal = compare_message(pattern, actual->octets, actual->size, &actual->tree, &known,
                                    &captures, &difference);

    variables_free(&captures);
    if (!is_equal &&
        (difference.expected_at > pattern->size || difference.actual_at > actual->size ||
         !memchr(difference.sentence, '\0', sizeof difference.sentence))) {
        property_broken("the difference is at %zu of %zu expected octets, %zu of %zu",
                        difference.expected_at, pattern->size, difference.actual_at, actual->size);
    }
    return is_equal;
}

/* ---- one message --------------------------------------------------------------------------- */

static bool has(const struct sample *sample, const char *word) {
    size_t length = strlen(word);

    for (size_t at = 0; at + length <= sample->size; at++) {
        if (memcmp(sample->octets + at, word, length) == 0) {
            return true;
        }
    }
    return false;
}

/* Does what expects the message stand for itself? */
static bool is_plain(const struct sample *sample) {
    return !sample->has_findings && !has(sample, "...") && !has(sample, "${") && !has(sample, "{#");
}

static void expect_itself(const struct pattern *pattern) {
    struct variables known = {0}, captures = {0};
    unsigned likeness = compare_likeness(pattern, message.octets, message.size, &message.tree);

    if (!fits(pattern, &message) || likeness != 100) {
        property_broken("a message is not what it is itself, but like it by %u", likeness);
    }
    if (!compare_exactly(pattern, message.octets, message.size, &message.tree, &known, &captures,
                         NULL)) {
        property_broken("a message is not exactly what it is itself");
    }
    variables_free(&captures);
}

static void expect_equal(const struct pattern *pattern, struct random *random) {
    size_t size = sample_print(&message, random, text);

    if (size > 0 && sample_read(&other, message.root, text, size) && !fits(pattern, &other)) {
        property_broken("in other encodings a message is not what it is: %.*s", (int)size,
                        (const char *)text);
    }
}

/* ---- two messages -------------------------------------------------------------------------- */

/* May something be expected less than it says? Then it doesn't expect what expects it. */
static bool is_lenient(const struct sample *sample) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    bool is_lenient = false;

    for (uint32_t i = 1; i < sample->tree.count && !is_lenient; i++) {
        unsigned flags = trait_of(grammar, sample->nodes[i].rule)->flags;
        is_lenient = (flags & (TRAIT_ADDITIONS | TRAIT_ARGUMENTS)) != 0;
    }
    return is_lenient;
}

static void expect_both_ways(const struct pattern *pattern, const uint8_t *octets, size_t size) {
    if (!sample_read(&other, IMAP_RESPONSE, octets, size) || !is_plain(&other) || other.size < 2) {
        return;
    }
    struct pattern *back = compile(other.octets, other.size - 2);
    bool one = fits(pattern, &other), two = back && fits(back, &message);
    if (back && one != two && !is_lenient(&message) && !is_lenient(&other)) {
        property_broken("a message is %s the next, which is %s it", one ? "equal to" : "none of",
                        two ? "equal to" : "none of");
    }
    pattern_free(back);
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void expect_message(const uint8_t *octets, size_t size, struct random *random) {
    struct pattern *pattern = compile(message.octets, message.size - 2);

    if (!pattern && is_plain(&message)) {
        property_broken("a message that is read can't be expected");
    }
    if (pattern && is_plain(&message)) {
        expect_itself(pattern);
        expect_equal(pattern, random);
        expect_both_ways(pattern, octets, size);
    }
    pattern_free(pattern);
}

static void expect_line(const uint8_t *line, size_t length, const uint8_t *octets, size_t size) {
    struct pattern *pattern = compile(line, length);

    if (pattern && sample_read(&other, IMAP_RESPONSE, octets, size)) {
        fits(pattern, &other);
    }
    pattern_free(pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct random random = choice_of(data, size);

    for (size_t at = 0, start = 0; at < size; start = at) {
        if (sample_next(&message, IMAP_RESPONSE, data, size, &at)) {
            expect_message(data + at, size - at, &random);
        }
        size_t length = at - start;
        length -= length > 0 && data[start + length - 1] == '\n';
        length -= length > 0 && data[start + length - 1] == '\r';
        expect_line(data + start, length, data + at, size - at);
    }
    return 0;
}
