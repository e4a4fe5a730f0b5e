/* compile-grammar GRAMMAR-FOLDER OUTPUT.c: compiles each dialect of GRAMMAR-FOLDER/dialects to the
 * tables that libimapspec is built with. Exits with 1 and file:line:column on any error or
 * conflict. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "example.h"
#include "pack.h"

enum { MAX_PATH_LENGTH = 4096, MAX_DIALECTS = 16, MAX_CLASSES = 254 };

/* The names of enum imap_root, in its order. */
static const char *const root_names[IMAP_ROOT_COUNT] = {
    "greeting", "response",           "command",   "continuation", "sasl-line",
    "done",     "after-authenticate", "after-idle"};

struct compilation {
    struct arena arena;
    jmp_buf failed;
    struct abnf abnf;
    struct settled_conflicts settled;
    struct automaton automaton;
    struct transducer transducer;
    struct packed packed;
    const char **examples;
    const char *folder, *dialect;
    FILE *output;
};

/* ---- reading ------------------------------------------------------------------------------- */

static const char *join_path(struct compilation *c, const char *name, const char *suffix) {
    char path[MAX_PATH_LENGTH];
    int length = snprintf(path, sizeof path, "%s/%s%s", c->folder, name, suffix);
    if (length < 0 || (size_t)length >= sizeof path) {
        abnf_fail(&c->abnf, &(struct abnf_place){.file = name}, "the path is too long");
    }
    return arena_text(&c->arena, path, (size_t)length);
}

static const char *read_file(struct compilation *c, const char *path, size_t *size) {
    struct abnf_place place = {.file = path};
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        abnf_fail(&c->abnf, &place, "%s", strerror(errno));
    }
    char *text = NULL;
    size_t capacity = 0;
    *size = 0;
    for (size_t got = 1; got > 0; *size += got) {
        text = arena_grow(&c->arena, text, *size, &capacity, 1);
        got = fread(text + *size, 1, capacity - *size, file);
    }
    bool broken = ferror(file) != 0;
    fclose(file);
    if (broken) {
        abnf_fail(&c->abnf, &place, "cannot be read");
    }
    return text;
}

/* `names` are the grammars of the dialect, between spaces. */
static void read_grammars(struct compilation *c, const char *names) {
    size_t size;
    while (*names != '\0') {
        size_t length = strcspn(names, " ");
        if (length > 0) {
            const char *name = arena_text(&c->arena, names, length);
            const char *path = join_path(c, name, ".abnf");
            const char *text = read_file(c, path, &size);
            abnf_read(&c->abnf, path, text, size);
        }
        names += length + (names[length] == ' ');
    }
    abnf_resolve(&c->abnf);
    const char *path = join_path(c, "expected-conflicts", "");
    const char *text = read_file(c, path, &size);
    conflicts_read(&c->settled, &c->abnf, path, text, size);
}

/* ---- writing ------------------------------------------------------------------------------- */

static void write_string(FILE *out, const char *text) {
    if (text == NULL) {
        fputs("NULL", out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char octet = (unsigned char)*text;
        if (octet == '"' || octet == '\\') {
            fprintf(out, "\\%c", octet);
        } else if (octet < 0x20 || octet > 0x7E) {
            fprintf(out, "\\%03o", octet);
        } else {
            fputc(octet, out);
        }
    }
    fputc('"', out);
}

/* "rfc3501.abnf" is cited as "RFC 3501". */
static void write_source(FILE *out, const char *origin) {
    if (strncmp(origin, "rfc", 3) == 0) {
        fprintf(out, "\"RFC %.*s\"", (int)strspn(origin + 3, "0123456789"), origin + 3);
    } else {
        fputs(strcmp(origin, "core.abnf") == 0 ? "\"RFC 5234\"" : "\"imapspec's overlay\"", out);
    }
}

static void write_rules(const struct compilation *c) {
    fprintf(c->output,
            "static const struct grammar_rule %s_rules[] = {\n    {\"\", \"\", NULL, 0, 0},\n",
            c->dialect);
    for (unsigned i = 1; i < c->abnf.rule_count; i++) {
        const struct abnf_rule *rule = &c->abnf.rules[i];
        fputs("    {", c->output);
        write_string(c->output, rule->name);
        fputs(", ", c->output);
        write_source(c->output, rule->origin);
        fputs(", ", c->output);
        write_string(c->output, c->examples[i]);
        fprintf(c->output, ", UINT64_C(%" PRIu64 "), %d},\n", rule->ranged ? rule->high : 0,
                rule->node != RULE_TRANSPARENT);
    }
    fputs("};\n", c->output);
}

static unsigned write_sets(const struct compilation *c) {
    unsigned count = 0;
    fprintf(c->output, "static const struct grammar_set %s_sets[] = {\n", c->dialect);
    for (unsigned i = 1; i < c->abnf.rule_count; i++) {
        struct octet_set set;
        if (!abnf_octets(&c->abnf, i, &set)) {
            continue;
        }
        fputs("    {{", c->output);
        for (unsigned k = 0; k < 4; k++) {
            fprintf(c->output, "UINT64_C(0x%" PRIx64 ")%s", set.bits[k], k < 3 ? ", " : "}, ");
        }
        write_string(c->output, c->abnf.rules[i].name);
        fputs("},\n", c->output);
        count++;
    }
    fputs("};\n", c->output);
    return count;
}

static void write_transitions(const struct compilation *c) {
    fprintf(c->output, "static const struct grammar_transition %s_transitions[] = {\n", c->dialect);
    for (size_t i = 0; i < c->packed.transition_count; i++) {
        const struct grammar_transition *t = &c->packed.transitions[i];
        fprintf(c->output, "    {%u, %u, %u, %u, %u, %u, %u, %u},\n", t->target, t->caught,
                t->entry, t->action, t->final, t->operation, t->slots, t->binary);
    }
    fputs("};\n", c->output);
}

static void write_state_rules(const struct compilation *c) {
    fprintf(c->output, "static const struct grammar_state_rule %s_state_rules[] = {", c->dialect);
    for (size_t i = 0; i < c->packed.state_count; i++) {
        fprintf(c->output, "%s{%u, %u},", i % 8 == 0 ? "\n    " : " ",
                c->packed.state_rules[i].state, c->packed.state_rules[i].rule);
    }
    fputs("\n};\n", c->output);
}

static void write_numbers(const struct compilation *c) {
    fprintf(c->output, "static const uint32_t %s_cells[] = {", c->dialect);
    for (size_t i = 0; i < c->packed.cell_count; i++) {
        fprintf(c->output, "%s0x%x,", i % 10 == 0 ? "\n    " : " ", c->packed.cells[i]);
    }
    fprintf(c->output, "\n};\nstatic const uint16_t %s_actions[] = {", c->dialect);
    for (size_t i = 0; i < c->packed.action_count; i++) {
        fprintf(c->output, "%s%u,", i % 16 == 0 ? "\n    " : " ", c->packed.actions[i]);
    }
    fputs("\n};\n", c->output);
}

static void write_roots(struct compilation *c) {
    fputs("    .entries = {", c->output);
    for (unsigned i = 0; i < IMAP_ROOT_COUNT; i++) {
        fprintf(c->output, "%u, ", c->packed.bases[c->transducer.entries[i + 1]]);
    }
    fputs("},\n    .root_rules = {", c->output);
    for (unsigned i = 0; i < IMAP_ROOT_COUNT; i++) {
        fprintf(c->output, "%u, ", c->abnf.roots[i].rule);
    }
    fputs("},\n", c->output);
}

static void write_tables(struct compilation *c) {
    FILE *out = c->output;
    write_rules(c);
    unsigned sets = write_sets(c);
    write_transitions(c);
    write_state_rules(c);
    write_numbers(c);
    fprintf(out, "static const struct imap_grammar %s_grammar = {\n    .dialect = \"%s\",\n",
            c->dialect, c->dialect);
    fputs("    .classes = {", out);
    for (unsigned octet = 0; octet < 256; octet++) {
        fprintf(out, "%s%u,", octet % 16 == 0 ? "\n        " : " ",
                c->transducer.classes[octet] + 1U);
    }
    fputs("\n    },\n", out);
    static const char *const arrays[] = {"cells", "transitions", "actions",
                                         "rules", "sets",        "state_rules"};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        fprintf(out, "    .%s = %s_%s,\n", arrays[i], c->dialect, arrays[i]);
    }
    fprintf(out, "    .cell_count = %zu,\n    .transition_count = %zu,\n    .state_count = %zu,\n",
            c->packed.cell_count, c->packed.transition_count, c->packed.state_count);
    fprintf(out, "    .rule_count = %zu,\n    .set_count = %u,\n    .action_count = %zu,\n",
            c->abnf.rule_count, sets, c->packed.action_count);
    fprintf(out, "    .resp_text_code = %u,\n    .literal = %u,\n",
            abnf_find(&c->abnf, "resp-text-code"), abnf_find(&c->abnf, "literal"));
    write_roots(c);
    fputs("};\n\n", out);
}

/* ---- compiling ----------------------------------------------------------------------------- */

/* The roots come in the order of enum imap_root. */
static void check_roots(struct compilation *c) {
    struct abnf_place place = {.file = c->folder};
    for (unsigned i = 0; i < IMAP_ROOT_COUNT; i++) {
        if (i >= c->abnf.root_count || strcmp(c->abnf.roots[i].name, root_names[i]) != 0) {
            abnf_fail(&c->abnf, i < c->abnf.root_count ? &c->abnf.roots[i].place : &place,
                      "root number %u must be %s", i + 1, root_names[i]);
        }
    }
}

static void compile(struct compilation *c, const char *names) {
    read_grammars(c, names);
    check_roots(c);
    automaton_build(&c->automaton, &c->abnf);
    transducer_build(&c->transducer, &c->automaton, &c->settled);
    conflicts_check_used(&c->settled, &c->abnf);
    if (c->transducer.class_count > MAX_CLASSES) {
        abnf_fail(&c->abnf, &c->abnf.rules[1].place, "more than %d octet classes", MAX_CLASSES);
    }
    pack(&c->packed, &c->transducer);
    c->examples = examples_find(&c->abnf);
    write_tables(c);
}

static void print_statistics(const struct compilation *c) {
    size_t octets = c->packed.cell_count * sizeof *c->packed.cells +
                    c->packed.transition_count * sizeof *c->packed.transitions +
                    c->packed.action_count * sizeof *c->packed.actions +
                    c->packed.state_count * sizeof *c->packed.state_rules;
    printf("%s: %zu rules, %zu states, %u octet classes, %zu transitions with actions, "
           "%zu KiB of tables\n",
           c->dialect, c->abnf.rule_count - 1, c->packed.state_count, c->transducer.class_count,
           c->packed.transition_count, octets / 1024);
}

static bool compile_dialect(FILE *output, const char *folder, const char *name, const char *names) {
    jmp_buf out_of_memory;
    struct compilation *c = calloc(1, sizeof *c);
    bool done = false;
    if (c == NULL) {
        return false;
    }
    c->folder = folder;
    c->dialect = name;
    c->output = output;
    c->arena.out_of_memory = &out_of_memory;
    if (setjmp(out_of_memory) != 0) {
        fprintf(stderr, "%s: out of memory\n", name);
    } else if (setjmp(c->failed) != 0) {
        fprintf(stderr, "%s:%u:%u: %s\n", c->abnf.place.file, c->abnf.place.line,
                c->abnf.place.column, c->abnf.message);
    } else {
        abnf_init(&c->abnf, &c->arena, &c->failed);
        compile(c, names);
        print_statistics(c);
        done = true;
    }
    arena_free(&c->arena);
    free(c);
    return done;
}

static bool compile_dialects(FILE *list, const char *folder, FILE *output) {
    char line[256], dialects[MAX_DIALECTS][64];
    size_t count = 0;
    fputs("/* Written by compile-grammar from the grammar folder. */\n#include \"grammar.h\"\n\n",
          output);
    while (fgets(line, sizeof line, list) != NULL) {
        char *colon = strchr(line, ':');
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0') {
            continue;
        }
        if (colon == NULL || colon - line >= 64 || count == MAX_DIALECTS) {
            fprintf(stderr, "%s/dialects: expected DIALECT: GRAMMAR..., got '%s'\n", folder, line);
            return false;
        }
        *colon = '\0';
        memcpy(dialects[count], line, (size_t)(colon - line) + 1);
        if (!compile_dialect(output, folder, dialects[count], colon + 1)) {
            return false;
        }
        count++;
    }
    fputs("const struct imap_grammar *const grammar_builtins[] = {", output);
    for (size_t i = 0; i < count; i++) {
        fprintf(output, "&%s_grammar, ", dialects[i]);
    }
    fprintf(output, "};\nconst size_t grammar_builtin_count = %zu;\n", count);
    return true;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: compile-grammar GRAMMAR-FOLDER OUTPUT.c\n");
        return EXIT_FAILURE;
    }
    char path[MAX_PATH_LENGTH];
    snprintf(path, sizeof path, "%s/dialects", argv[1]);
    FILE *list = fopen(path, "r");
    FILE *output = fopen(argv[2], "w");
    bool done = false;
    if (list == NULL || output == NULL) {
        fprintf(stderr, "%s: %s\n", list == NULL ? path : argv[2], strerror(errno));
    } else {
        done = compile_dialects(list, argv[1], output);
    }
    if (list != NULL) {
        fclose(list);
    }
    if (output != NULL && fclose(output) != 0) {
        done = false;
    }
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
