/* compile-grammar GRAMMAR-FOLDER OUTPUT.c: compiles each dialect of GRAMMAR-FOLDER/dialects to the
 * tables that libimapspec is built with. Exits with 1 and file:line:column on any error or
 * conflict. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compilation.h"

enum { MAX_PATH_LENGTH = 4096, MAX_DIALECTS = 16, MAX_TEXTS = 64, MAX_FILE = 4 << 20 };

/* ---- reading ------------------------------------------------------------------------------- */

static void text_free(struct grammar_text *text) {
    free((char *)text->file);
    free((char *)text->text);
}

/* Reads FOLDER/NAMESUFFIX. On false it has said why. */
static bool text_read(struct grammar_text *text, const char *folder, const char *name,
                      const char *suffix) {
    char path[MAX_PATH_LENGTH];
    int length = snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    FILE *file = length > 0 && (size_t)length < sizeof path ? fopen(path, "rb") : NULL;
    char *octets = file != NULL ? malloc(MAX_FILE) : NULL;
    *text = (struct grammar_text){.file = strdup(path), .text = octets};
    if (octets == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    } else {
        text->size = fread(octets, 1, MAX_FILE, file);
    }
    bool whole = octets != NULL && text->size < MAX_FILE && !ferror(file) && text->file != NULL;
    if (octets != NULL && !whole) {
        fprintf(stderr, "%s: can't be read, or is too large\n", path);
    }
    if (file != NULL) {
        fclose(file);
    }
    return whole;
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

static void write_rules(FILE *out, const struct imap_grammar *grammar) {
    fprintf(out, "static const struct grammar_rule %s_rules[] = {\n", grammar->dialect);
    for (unsigned i = 0; i < grammar->rule_count; i++) {
        const struct grammar_rule *rule = &grammar->rules[i];
        fputs("    {", out);
        write_string(out, rule->name);
        fputs(", ", out);
        write_string(out, rule->source);
        fputs(", ", out);
        write_string(out, rule->example);
        fprintf(out, ", UINT64_C(%" PRIu64 "), %d},\n", rule->maximum, rule->node);
    }
    fputs("};\n", out);
}

static void write_sets(FILE *out, const struct imap_grammar *grammar) {
    fprintf(out, "static const struct grammar_set %s_sets[] = {\n", grammar->dialect);
    for (unsigned i = 0; i < grammar->set_count; i++) {
        const struct grammar_set *set = &grammar->sets[i];
        fputs("    {{", out);
        for (unsigned k = 0; k < 4; k++) {
            fprintf(out, "UINT64_C(0x%" PRIx64 ")%s", set->bits[k], k < 3 ? ", " : "}, ");
        }
        write_string(out, set->name);
        fputs("},\n", out);
    }
    fputs("};\n", out);
}

static void write_transitions(FILE *out, const struct imap_grammar *grammar) {
    fprintf(out, "static const struct grammar_transition %s_transitions[] = {\n", grammar->dialect);
    for (uint32_t i = 0; i < grammar->transition_count; i++) {
        const struct grammar_transition *t = &grammar->transitions[i];
        fprintf(out, "    {%u, %u, %u, %u, %u, %u, %u, %u},\n", t->target, t->caught, t->entry,
                t->action, t->final, t->operation, t->slots, t->binary);
    }
    fputs("};\n", out);
}

static void write_state_rules(FILE *out, const struct imap_grammar *grammar) {
    fprintf(out, "static const struct grammar_state_rule %s_state_rules[] = {", grammar->dialect);
    for (uint32_t i = 0; i < grammar->state_count; i++) {
        fprintf(out, "%s{%u, %u},", i % 8 == 0 ? "\n    " : " ", grammar->state_rules[i].state,
                grammar->state_rules[i].rule);
    }
    fputs("\n};\n", out);
}

static void write_numbers(FILE *out, const struct imap_grammar *grammar) {
    fprintf(out, "static const uint32_t %s_cells[] = {", grammar->dialect);
    for (uint32_t i = 0; i < grammar->cell_count; i++) {
        fprintf(out, "%s0x%x,", i % 10 == 0 ? "\n    " : " ", grammar->cells[i]);
    }
    fprintf(out, "\n};\nstatic const uint16_t %s_actions[] = {", grammar->dialect);
    for (uint32_t i = 0; i < grammar->action_count; i++) {
        fprintf(out, "%s%u,", i % 16 == 0 ? "\n    " : " ", grammar->actions[i]);
    }
    fputs("\n};\n", out);
}

static void write_roots(FILE *out, const struct imap_grammar *grammar) {
    fputs("    .entries = {", out);
    for (unsigned i = 0; i < IMAP_ROOT_COUNT; i++) {
        fprintf(out, "%u, ", grammar->entries[i]);
    }
    fputs("},\n    .root_rules = {", out);
    for (unsigned i = 0; i < IMAP_ROOT_COUNT; i++) {
        fprintf(out, "%u, ", grammar->root_rules[i]);
    }
    fputs("},\n", out);
}

static void write_grammar(FILE *out, const struct imap_grammar *grammar) {
    static const char *const arrays[] = {"cells", "transitions", "actions",
                                         "rules", "sets",        "state_rules"};
    const char *dialect = grammar->dialect;
    write_rules(out, grammar);
    write_sets(out, grammar);
    write_transitions(out, grammar);
    write_state_rules(out, grammar);
    write_numbers(out, grammar);
    fprintf(out, "static const struct imap_grammar %s_grammar = {\n    .dialect = \"%s\",\n",
            dialect, dialect);
    fputs("    .classes = {", out);
    for (unsigned octet = 0; octet < 256; octet++) {
        fprintf(out, "%s%u,", octet % 16 == 0 ? "\n        " : " ", grammar->classes[octet]);
    }
    fputs("\n    },\n", out);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        fprintf(out, "    .%s = %s_%s,\n", arrays[i], dialect, arrays[i]);
    }
    fprintf(out, "    .cell_count = %u,\n    .transition_count = %u,\n    .state_count = %u,\n",
            grammar->cell_count, grammar->transition_count, grammar->state_count);
    fprintf(out, "    .rule_count = %u,\n    .set_count = %u,\n    .action_count = %u,\n",
            grammar->rule_count, grammar->set_count, grammar->action_count);
    fprintf(out, "    .resp_text_code = %u,\n    .literal = %u,\n", grammar->resp_text_code,
            grammar->literal);
    write_roots(out, grammar);
    fputs("};\n\n", out);
}

/* ---- dialects ------------------------------------------------------------------------------ */

static void print_statistics(const struct imap_grammar *grammar) {
    size_t octets = grammar->cell_count * sizeof *grammar->cells +
                    grammar->transition_count * sizeof *grammar->transitions +
                    grammar->action_count * sizeof *grammar->actions +
                    grammar->state_count * sizeof *grammar->state_rules;
    printf("%s: %d rules, %u states, %u transitions with actions, %zu KiB of tables\n",
           grammar->dialect, grammar->rule_count - 1, grammar->state_count,
           grammar->transition_count, octets / 1024);
}

static bool has_all_roots(const struct imap_grammar *grammar) {
    for (unsigned i = 0; i < IMAP_ROOT_COUNT; i++) {
        if (grammar->entries[i] == 0) {
            fprintf(stderr, "%s: there is no @root %s\n", grammar->dialect,
                    compilation_root_name(i));
            return false;
        }
    }
    return true;
}

static bool compile_texts(FILE *output, const char *dialect, const struct grammar_text *texts,
                          size_t count, const struct grammar_text *settled) {
    struct compilation c;
    bool done = compilation_run(&c, dialect, texts, count, settled);
    if (!done) {
        fprintf(stderr, "%s:%u:%u: %s\n", c.abnf.place.file, c.abnf.place.line, c.abnf.place.column,
                c.abnf.message);
    }
    done = done && has_all_roots(&c.grammar);
    if (done) {
        write_grammar(output, &c.grammar);
        print_statistics(&c.grammar);
    }
    compilation_free(&c);
    return done;
}

/* `names` are the grammars of the dialect, between spaces; they are cut apart. */
static bool compile_dialect(FILE *output, const char *folder, const char *dialect, char *names) {
    struct grammar_text texts[MAX_TEXTS], settled;
    size_t count = 0;
    char *rest = NULL;
    bool good = text_read(&settled, folder, "expected-conflicts", "");
    for (char *name = strtok_r(names, " ", &rest); good && name != NULL;
         name = strtok_r(NULL, " ", &rest)) {
        good = count < MAX_TEXTS && text_read(&texts[count++], folder, name, ".abnf");
    }
    good = good && compile_texts(output, dialect, texts, count, &settled);
    while (count > 0) {
        text_free(&texts[--count]);
    }
    text_free(&settled);
    return good;
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
