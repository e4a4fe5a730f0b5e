/* The grammar compiler takes any text: alone with RFC 5234's core rules, where the first rule of
 * the text is the command, and, seldom, as it takes longer, added to the built-in grammar. What it
 * makes of the text reads what the generator writes by it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../parser/compiler/addition.h"
#include "../../parser/compiler/texts.h"
#include "../../parser/generate/generator.h"
#include "../harness/choice.h"
#include "../harness/property.h"
#include "target.h"

enum {
    NAME = 64,    /* octets of a rule's, at the most */
    MADE_UP = 64, /* rules */
    TEXTS = 8,    /* that are generated */
    TEXT = 1000,
    ADDED = 64 /* one text of so many is read with the built-in grammar */
};

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return 0;
}

static void check_problem(const struct compilation *c) {
    const struct abnf *abnf = &c->abnf;

    if (abnf->message[0] == '\0' || !memchr(abnf->message, '\0', sizeof abnf->message)) {
        property_broken("a grammar is refused without a word");
    }
    for (const char *at = abnf->message; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || (unsigned char)*at >= 0x7F) {
            property_broken("a grammar is refused with a control character: %s", abnf->message);
        }
    }
}

/* ---- what was compiled ----------------------------------------------------------------------- */

static bool count_message(void *context, const struct imap_event *event) {
    unsigned *messages = context;

    *messages += event->kind == IMAP_EVENT_MESSAGE;
    return true;
}

static void read_text(const struct imap_grammar *grammar, const uint8_t *text, size_t size) {
    struct imap_parser parser;
    unsigned messages = 0;
    size_t consumed;

    imap_parser_init(&parser, grammar, IMAP_COMMAND, count_message, &messages);
    enum imap_status status = imap_parser_feed(&parser, text, size, &consumed);
    if (status != IMAP_MORE || messages != 1 || !imap_parser_at_start(&parser)) {
        property_broken("%u messages in what a grammar generates: %.*s", messages, (int)size,
                        (const char *)text);
    }
}

/* What the generator writes of a number is any up to the highest, whatever else the rule says of
 * its digits: a grammar of the fuzzer's may say that it has three, or none. */
static bool has_numbers(const struct abnf *abnf) {
    size_t rule = 1;

    while (rule < abnf->rule_count && abnf->rules[rule].highest == 0) {
        rule++;
    }
    return rule < abnf->rule_count;
}

static void read_all(struct compilation *c) {
    struct imap_generator *generator = has_numbers(&c->abnf) ? NULL : generator_new(&c->abnf, NULL);
    struct imap_generation generation = {.from_client = true};
    uint8_t text[TEXT];

    for (; generator && generation.number < TEXTS; generation.number++) {
        size_t size = imap_generate(generator, c->grammar.root_rules[IMAP_COMMAND], &generation,
                                    text, sizeof text);
        if (size > 0 && size <= sizeof text) {
            read_text(&c->grammar, text, size);
        }
    }
    imap_generator_free(generator);
}

/* ---- compiling ------------------------------------------------------------------------------- */

static bool is_letter(uint8_t octet) {
    return (octet | 0x20) >= 'a' && (octet | 0x20) <= 'z';
}

/* The name of the first rule of the text, which is at the start of a line; "" if there is none. */
static void find_name(const uint8_t *text, size_t size, char name[NAME]) {
    size_t at = 0, length = 0;

    while (at < size && !(is_letter(text[at]) && (at == 0 || text[at - 1] == '\n'))) {
        at++;
    }
    for (; at < size && length < NAME - 1 && text[at] > ' ' && text[at] != '='; at++) {
        name[length++] = (char)text[at];
    }
    name[length] = '\0';
}

/* Reads the text with the core rules, and with what it lacks. */
static bool read_alone(struct compilation *c, const struct imap_grammar_text *text,
                       const struct imap_grammar_text *more) {
    static const struct imap_grammar_text settled = {.file = "settled", .text = ""};
    const struct imap_grammar_text texts[] = {grammar_texts[0], *text, *more};

    return compilation_read(c, texts, sizeof texts / sizeof *texts, &settled);
}

/* A rule that the text refers to and doesn't have is made up: most of what comes from an RFC would
 * be of no use otherwise. */
static void compile_alone(const uint8_t *octets, size_t size) {
    static struct compilation c;
    char name[NAME], more[(MADE_UP + 1) * (2 * NAME + 8)];
    const struct imap_grammar_text text = {
        .file = "input", .text = (const char *)octets, .size = size};

    find_name(octets, size, name);
    int length = snprintf(more, sizeof more, "@root command %s\n", name);
    bool is_read = false, is_lacking = true;
    for (int i = 0; i < MADE_UP && !is_read && is_lacking; i++) {
        compilation_free(&c);
        is_read = read_alone(
            &c, &text,
            &(struct imap_grammar_text){.file = "more", .text = more, .size = (size_t)length});
        is_lacking = !is_read && sscanf(c.abnf.message, "no rule %63s", name) == 1;
        if (is_lacking) {
            length +=
                snprintf(more + length, sizeof more - (size_t)length, "%s = \"%s\"\n", name, name);
        }
    }
    if (!is_read || !compilation_run(&c)) {
        check_problem(&c);
    } else {
        read_all(&c);
    }
    compilation_free(&c);
}

/* Reads it only: to compile all of IMAP takes a second where all is watched. */
static void read_added(const uint8_t *text, size_t size) {
    static struct compilation c;
    const struct imap_grammar_text added = {
        .file = "input", .text = (const char *)text, .size = size};

    if (!addition_read(&c, &added, 1)) {
        check_problem(&c);
    }
    compilation_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct random random = choice_of(data, size);

    compile_alone(data, size);
    if (random_once_in(&random, ADDED)) {
        read_added(data, size);
    }
    return 0;
}
