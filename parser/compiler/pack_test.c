/* The tables say the same as the transducer that they are made from, of every state and octet; and
 * a grammar that they have no room for is an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pack.h"

enum { MAX_FILES = 128, MAX_FILE = 1 << 20 };

struct text {
    const char *file, *text;
};

/* A grammar, before and after it is packed. */
struct compilation {
    struct arena arena;
    struct abnf abnf;
    struct settled_conflicts settled;
    struct automaton automaton;
    struct transducer transducer;
    struct imap_grammar grammar;
    const unsigned *numbers; /* of states in the tables, by the transducer's state */
};

/* False: c->abnf.message says what is wrong. */
static bool compile(struct compilation *c, const struct text *texts, size_t count,
                    const char *settled) {
    jmp_buf failed, out_of_memory;
    *c = (struct compilation){.arena.out_of_memory = &out_of_memory};
    if (setjmp(out_of_memory) != 0 || setjmp(failed) != 0) {
        return false;
    }
    abnf_init(&c->abnf, &c->arena, &failed);
    for (size_t i = 0; i < count; i++) {
        abnf_read(&c->abnf, texts[i].file, texts[i].text, strlen(texts[i].text));
    }
    abnf_resolve(&c->abnf);
    conflicts_read(&c->settled, &c->abnf, "expected-conflicts", settled, strlen(settled));
    automaton_build(&c->automaton, &c->abnf);
    transducer_build(&c->transducer, &c->automaton, &c->settled);
    c->numbers = pack(&c->grammar, &c->transducer);
    return true;
}

static void check_action(const struct imap_grammar *grammar, uint16_t packed,
                         const struct action *action) {
    const uint16_t *words = grammar->actions + packed;
    assert_int_equal(ACTION_ENDS(*words), action->end_count);
    unsigned begins = ACTION_BEGINS(*words);
    words++;
    for (unsigned i = 0; i < action->end_count; i++, words++) {
        assert_int_equal(ACTION_END_LABEL(*words), action->ends[i].label);
        assert_int_equal(ACTION_END_SLOT(*words), action->ends[i].slot);
    }
    uint32_t slots = 0;
    for (; begins > 0; begins--, words++) {
        slots |= UINT32_C(1) << *words;
    }
    assert_int_equal(slots, action->begins);
}

static void check_transition(const struct compilation *c, const struct grammar_transition *packed,
                             const struct transition *transition) {
    const struct transition_kind *kind = &c->transducer.kinds[transition->kind];
    assert_int_equal(packed->operation, kind->operation);
    check_action(&c->grammar, packed->action, &kind->action);
    check_action(&c->grammar, packed->final, &kind->final);
    assert_int_equal(packed->target, c->numbers[transition->target]);
    assert_int_equal(packed->caught, c->numbers[transition->caught]);
    if (kind->operation == OPERATION_CALL || kind->operation == OPERATION_CATCH) {
        assert_int_equal(packed->entry, c->numbers[c->transducer.entries[kind->machine]]);
        assert_int_equal(packed->slots, kind->slots);
    }
    if (kind->operation == OPERATION_LITERAL) {
        assert_int_equal(packed->binary, kind->machine);
    }
}

static void check_state(const struct compilation *c, unsigned state) {
    const struct imap_grammar *grammar = &c->grammar;
    const struct state *row = &c->transducer.states[state];
    unsigned number = c->numbers[state];
    assert_int_equal(grammar_state_rule(grammar, number), row->rule);
    for (unsigned octet = 0; octet < 256; octet++) {
        const struct transition *transition = &row->row[c->transducer.classes[octet]];
        struct grammar_transition packed;
        bool reads = transition->target != 0;
        assert_int_equal(grammar_reads(grammar, number, grammar->classes[octet]), reads);
        assert_int_equal(grammar_transition_at(grammar, number, grammar->classes[octet], &packed),
                         reads);
        if (reads) {
            check_transition(c, &packed, transition);
        }
    }
    const struct grammar_transition *otherwise = grammar_otherwise(grammar, number);
    assert_int_equal(otherwise != NULL, row->otherwise.kind != 0);
    if (otherwise != NULL) {
        check_transition(c, otherwise, &row->otherwise);
    }
}

static void check_compilation(const struct text *texts, size_t count, const char *settled) {
    struct compilation c;
    if (!compile(&c, texts, count, settled)) {
        fail_msg("%s:%u: %s", c.abnf.place.file, c.abnf.place.line, c.abnf.message);
    }
    for (unsigned s = 1; s < c.transducer.state_count; s++) {
        check_state(&c, s);
    }
    arena_free(&c.arena);
}

static void check_grammar(const char *grammar) {
    check_compilation(&(struct text){"g", grammar}, 1, "");
}

static struct text read_text(const char *name, const char *suffix) {
    static char texts[MAX_FILES][MAX_FILE], names[MAX_FILES][64];
    static size_t count;
    char path[256];
    snprintf(path, sizeof path, "parser/grammar/%s%s", name, suffix);
    FILE *file = fopen(path, "r");
    if (file == NULL || count == MAX_FILES) {
        fail_msg("cannot open %s: run the tests from the top folder", path);
    }
    snprintf(names[count], sizeof *names, "%s", name);
    char *text = texts[count];
    size_t size = fread(text, 1, MAX_FILE - 1, file);
    fclose(file);
    text[size] = '\0';
    return (struct text){names[count++], text};
}

static void test_whole_grammar(void **state) {
    (void)state;
    struct text texts[MAX_FILES], settled = read_text("expected-conflicts", "");
    size_t count = 0;
    char *rest = NULL;
    for (char *name = strtok_r((char *)read_text("files", "").text, "\n", &rest); name != NULL;
         name = strtok_r(NULL, "\n", &rest)) {
        if (name[0] != '#') {
            texts[count++] = read_text(name, ".abnf");
        }
    }
    check_compilation(texts, count, settled.text);
}

/* Words of one octet to more than a chain's; one within another; what looks like a letter. */
static void test_chains(void **state) {
    (void)state;
    check_grammar("r = (\"a\" / \"bb\" / \"cccccccc\" / \"ddddddddd\" / \"eeeeeeeeeeeeeeeeee\" /\n"
                  "  %s\"FfFfFf\" / \"g{}~`@[\" / \"gx\" %x00-FF \"hhhh\" / %x00.00.00.00) %x0A\n"
                  "@root response r\n");
}

/* Rows with most classes alike; sets that differ by little; more sets than can be named. */
static void test_defaults(void **state) {
    (void)state;
    char text[16384];
    int length = snprintf(text, sizeof text, "r = (");
    for (int i = 0; i < 80; i++) {
        length += snprintf(text + length, sizeof text - (size_t)length,
                           "%s\"%c%c\" *(%%x%02X-%02X / %%x%02X-FF) \"!\"", i == 0 ? "" : " /\n  ",
                           'a' + i / 10, 'a' + i % 10, 0x22 + i / 2, 0x78 - i / 3, 0x80 + i);
    }
    snprintf(text + length, sizeof text - (size_t)length, ") %%x0A\n@root response r\n");
    check_grammar(text);
    check_grammar("r = (*%x30-7A / \"abc\" x / \"abd!\" / \"x\" *%x61-7A \"?\") %x0A\n"
                  "x = 1*%x30-39 \"!\"\n@leaf x\n@root response r\n");
}

static void test_calls(void **state) {
    (void)state;
    check_grammar("r = t %x0A\nt = 1*%x61-7A \";\" / \"(\" *t \")\"\n@node t\n@call t\n"
                  "@root response r\n");
}

/* After each two octets others can follow, so that no rows are alike. */
static void test_too_large(void **state) {
    (void)state;
    enum { OCTETS = 64, SIZE = 1 << 20 };
    static char text[SIZE];
    uint32_t random = 2463534242U;
    size_t length = (size_t)snprintf(text, SIZE, "r = (%%x0B");
    for (unsigned i = 0; i < OCTETS * OCTETS; i++) {
        length += (size_t)snprintf(text + length, SIZE - length, " /\n  %%x%02X.%02X (%%x0B",
                                   0x80 + i / OCTETS, 0x80 + i % OCTETS);
        for (unsigned k = 0; k < 18; k++) {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            length += (size_t)snprintf(text + length, SIZE - length, " / %%x%02X",
                                       0x80 + random % OCTETS);
        }
        length += (size_t)snprintf(text + length, SIZE - length, ")");
    }
    snprintf(text + length, SIZE - length, ") %%x0A\n@root response r\n");
    struct compilation c;
    assert_false(compile(&c, &(struct text){"g", text}, 1, ""));
    assert_string_equal(c.abnf.message, "the grammar needs more than 40960 cells");
    arena_free(&c.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_grammar), cmocka_unit_test(test_chains),
        cmocka_unit_test(test_defaults),      cmocka_unit_test(test_calls),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
