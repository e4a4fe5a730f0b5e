/* compile-grammar GRAMMAR-FOLDER TABLES.c TEXTS.c: compiles the files that GRAMMAR-FOLDER/files
 * lists to the tables that libimapspec is built with, and copies their texts, for grammars that are
 * made at run time. Exits with 1 and file:line:column on any error or conflict. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compilation.h"

enum { MAX_PATH_LENGTH = 4096, MAX_TEXTS = 128, MAX_FILE = 4 << 20 };

/* ---- reading ------------------------------------------------------------------------------- */

static void text_free(struct imap_grammar_text *text) {
    free((char *)text->file);
    free((char *)text->text);
}

/* Reads FOLDER/NAMESUFFIX. On false it has said why. */
static bool text_read(struct imap_grammar_text *text, const char *folder, const char *name,
                      const char *suffix) {
    char path[MAX_PATH_LENGTH];
    int length = snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    bool fits = length > 0 && (size_t)length < sizeof path;
    errno = ENAMETOOLONG;
    FILE *file = fits ? fopen(path, "rb") : NULL;
    char *octets = file != NULL ? malloc(MAX_FILE) : NULL;
    *text = (struct imap_grammar_text){.file = strdup(path), .text = octets};
    if (octets == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    } else {
        text->size = fread(octets, 1, MAX_FILE - 1, file);
        octets[text->size] = '\0';
    }
    bool whole = octets != NULL && text->size < MAX_FILE - 1 && !ferror(file) && text->file != NULL;
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
    fputs("static const struct grammar_rule rules[] = {\n", out);
    for (unsigned i = 0; i < grammar->rule_count; i++) {
        const struct grammar_rule *rule = &grammar->rules[i];
        fputs("    {", out);
        write_string(out, rule->name);
        fputs(", ", out);
        write_string(out, rule->source);
        fputs(", ", out);
        write_string(out, rule->example);
        fprintf(out, ", UINT64_C(%" PRIu64 "), %d, %d},\n", rule->maximum, rule->node,
                rule->string);
    }
    fputs("};\n", out);
}

static void write_bits(FILE *out, const uint64_t bits[4]) {
    fputs("{", out);
    for (unsigned i = 0; i < 4; i++) {
        fprintf(out, "UINT64_C(0x%" PRIx64 ")%s", bits[i], i < 3 ? ", " : "}, ");
    }
}

static void write_sets(FILE *out, const struct imap_grammar *grammar) {
    fputs("static const struct grammar_set sets[] = {\n", out);
    for (unsigned i = 0; i < grammar->set_count; i++) {
        const struct grammar_set *set = &grammar->sets[i];
        fputs("    {", out);
        write_bits(out, set->bits);
        write_string(out, set->name);
        fputs("},\n", out);
    }
    fputs("};\n", out);
}

static void write_strings(FILE *out, const struct imap_grammar *grammar) {
    fputs("static const struct grammar_string strings[] = {\n", out);
    for (unsigned i = 0; i < grammar->string_count; i++) {
        const struct grammar_string *string = &grammar->strings[i];
        fputs("    {", out);
        write_bits(out, string->atom);
        write_bits(out, string->quoted);
        fprintf(out, "%u, %u, %u},\n", string->encodings, string->escapes, string->nil);
    }
    fputs("};\n", out);
}

static void write_transitions(FILE *out, const struct imap_grammar *grammar) {
    fputs("static const struct grammar_transition transitions[] = {\n", out);
    for (uint32_t i = 0; i < grammar->transition_count; i++) {
        const struct grammar_transition *t = &grammar->transitions[i];
        fprintf(out, "    {%u, %u, %u, %u, %u, %u, %u, %u},\n", t->target, t->caught, t->entry,
                t->action, t->final, t->operation, t->slots, t->binary);
    }
    fputs("};\n", out);
}

static void write_chains(FILE *out, const struct imap_grammar *grammar) {
    fputs("static const struct grammar_chain chains[] = {\n", out);
    for (uint32_t i = 0; i < grammar->chain_count; i++) {
        const struct grammar_chain *chain = &grammar->chains[i];
        fputs("    {{", out);
        for (unsigned k = 0; k < CHAIN_TEXT; k++) {
            fprintf(out, "%u%s", chain->text[k], k + 1 < CHAIN_TEXT ? ", " : "");
        }
        fprintf(out, "}, %u},\n", chain->target);
    }
    fputs("};\n", out);
}

static void write_state_rules(FILE *out, const struct imap_grammar *grammar) {
    fputs("static const struct grammar_state_rule state_rules[] = {", out);
    for (uint32_t i = 0; i < grammar->state_rule_count; i++) {
        fprintf(out, "%s{%u, %u},", i % 8 == 0 ? "\n    " : " ", grammar->state_rules[i].state,
                grammar->state_rules[i].rule);
    }
    fputs("\n};\n", out);
}

static void write_numbers(FILE *out, const struct imap_grammar *grammar) {
    fputs("static const uint32_t cells[] = {", out);
    for (uint32_t i = 0; i < grammar->cell_count; i++) {
        fprintf(out, "%s0x%x,", i % 10 == 0 ? "\n    " : " ", grammar->cells[i]);
    }
    fputs("\n};\nstatic const uint16_t actions[] = {", out);
    for (uint32_t i = 0; i < grammar->action_count; i++) {
        fprintf(out, "%s%u,", i % 16 == 0 ? "\n    " : " ", grammar->actions[i]);
    }
    fputs("\n};\n", out);
}

/* What an octet is: its class, and the default sets that have it. */
static void write_classes(FILE *out, const struct imap_grammar *grammar) {
    fputs("    .classes = {", out);
    for (unsigned octet = 0; octet < 256; octet++) {
        fprintf(out, "%s%u,", octet % 16 == 0 ? "\n        " : " ", grammar->classes[octet]);
    }
    fputs("\n    },\n    .defaults = {", out);
    for (unsigned class = 0; class < DEFAULT_SETS; class ++) {
        fprintf(out, "%sUINT64_C(0x%" PRIx64 "),", class % 4 == 0 ? "\n        " : " ",
                grammar->defaults[class]);
    }
    fputs("\n    },\n    .shortcuts = {", out);
    for (unsigned i = 0; i < CELL_TRANSITION; i++) {
        fprintf(out, "%s%u,", i % 16 == 0 ? "\n        " : " ", grammar->shortcuts[i]);
    }
    fputs("\n    },\n    .begins = {", out);
    for (unsigned i = 0; i < FIRST_ENDS; i++) {
        fprintf(out, "%s{%u, %u},", i % 8 == 0 ? "\n        " : " ", grammar->begins[i].slot,
                grammar->begins[i].other);
    }
    fputs("\n    },\n", out);
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

static void write_extensions(FILE *out, const struct imap_grammar *grammar) {
    fputs("static const struct grammar_extension extensions[] = {\n", out);
    for (unsigned i = 0; i < grammar->extension_count; i++) {
        fputs("    {", out);
        write_string(out, grammar->extensions[i].names);
        fputs(", ", out);
        write_string(out, grammar->extensions[i].source);
        fputs("},\n", out);
    }
    fputs("};\n", out);
}

static void write_dialects(FILE *out, const struct imap_grammar *grammar) {
    fputs("    .dialects = {\n", out);
    for (unsigned i = 0; i < DIALECT_COUNT; i++) {
        fputs("        {{", out);
        for (unsigned k = 0; k < sizeof grammar->dialects[i].bits / sizeof(uint64_t); k++) {
            fprintf(out, "UINT64_C(0x%" PRIx64 "), ", grammar->dialects[i].bits[k]);
        }
        fputs("}},\n", out);
    }
    fputs("    },\n", out);
}

static void write_grammar(FILE *out, const struct imap_grammar *grammar) {
    static const char *const arrays[] = {"cells", "chains",      "transitions", "actions", "rules",
                                         "sets",  "state_rules", "extensions",  "strings"};
    write_rules(out, grammar);
    write_sets(out, grammar);
    write_strings(out, grammar);
    write_transitions(out, grammar);
    write_chains(out, grammar);
    write_state_rules(out, grammar);
    write_numbers(out, grammar);
    write_extensions(out, grammar);
    fputs("static const struct imap_grammar grammar = {\n", out);
    write_classes(out, grammar);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        fprintf(out, "    .%s = %s,\n", arrays[i], arrays[i]);
    }
    fprintf(out, "    .cell_count = %u,\n    .chain_count = %u,\n", grammar->cell_count,
            grammar->chain_count);
    fprintf(out,
            "    .transition_count = %u,\n    .state_count = %u,\n    .state_rule_count = %u,\n",
            grammar->transition_count, grammar->state_count, grammar->state_rule_count);
    fprintf(out, "    .rule_count = %u,\n    .set_count = %u,\n    .action_count = %u,\n",
            grammar->rule_count, grammar->set_count, grammar->action_count);
    fprintf(out, "    .resp_text_code = %u,\n    .literal = %u,\n", grammar->resp_text_code,
            grammar->literal);
    fprintf(out, "    .string_count = %u,\n", grammar->string_count);
    fprintf(out, "    .extension_count = %u,\n    .non_synchronizing = %u,\n",
            grammar->extension_count, grammar->non_synchronizing);
    write_roots(out, grammar);
    write_dialects(out, grammar);
    fputs(
        "};\n\nconst struct imap_grammar *imap_grammar_builtin(void) {\n    return &grammar;\n}\n",
        out);
}

/* ---- compiling ----------------------------------------------------------------------------- */

static void print_statistics(const struct imap_grammar *grammar) {
    size_t octets = sizeof grammar->classes + sizeof grammar->defaults + sizeof grammar->shortcuts +
                    sizeof grammar->begins + grammar->cell_count * sizeof *grammar->cells +
                    grammar->chain_count * sizeof *grammar->chains +
                    grammar->transition_count * sizeof *grammar->transitions +
                    grammar->action_count * sizeof *grammar->actions +
                    grammar->state_rule_count * sizeof *grammar->state_rules;
    printf("%d rules, %u extensions, %u states, %u transitions with actions, %zu KiB of tables\n",
           grammar->rule_count - 1, grammar->extension_count - 1U, grammar->state_count,
           grammar->transition_count, octets / 1024);
}

static bool has_all_roots(const struct imap_grammar *grammar) {
    for (unsigned i = 0; i < IMAP_ROOT_COUNT; i++) {
        if (grammar->entries[i] == 0) {
            fprintf(stderr, "there is no @root %s\n", imap_root_name(i));
            return false;
        }
    }
    return true;
}

/* The grammar folder's texts, in reading order. */
struct folder {
    struct imap_grammar_text texts[MAX_TEXTS], settled;
    size_t count;
};

static bool compile_folder(const struct folder *folder, FILE *tables) {
    struct compilation c;
    bool done = compilation_read(&c, folder->texts, folder->count, &folder->settled) &&
                compilation_run(&c) && compilation_check_settled(&c);
    if (!done) {
        fprintf(stderr, "%s:%u:%u: %s\n", c.abnf.place.file, c.abnf.place.line, c.abnf.place.column,
                c.abnf.message);
    }
    done = done && has_all_roots(&c.grammar);
    if (done) {
        write_grammar(tables, &c.grammar);
        print_statistics(&c.grammar);
    }
    compilation_free(&c);
    return done;
}

/* ---- texts --------------------------------------------------------------------------------- */

/* As numbers: no compiler must take a string of this length. */
static void write_octets(FILE *out, const struct imap_grammar_text *text, size_t number) {
    fprintf(out, "static const unsigned char text_%zu[] = {", number);
    for (size_t i = 0; i < text->size; i++) {
        fprintf(out, "%s%d,", i % 24 == 0 ? "\n    " : "", (unsigned char)text->text[i]);
    }
    fputs("\n    0};\n", out);
}

static void write_text(FILE *out, const struct imap_grammar_text *text, size_t number) {
    fputs("{", out);
    write_string(out, text->file);
    fprintf(out, ", (const char *)text_%zu, %zu}", number, text->size);
}

static void write_texts(FILE *out, const struct folder *folder) {
    for (size_t i = 0; i < folder->count; i++) {
        write_octets(out, &folder->texts[i], i);
    }
    write_octets(out, &folder->settled, folder->count);
    fputs("const struct imap_grammar_text grammar_texts[] = {\n", out);
    for (size_t i = 0; i < folder->count; i++) {
        fputs("    ", out);
        write_text(out, &folder->texts[i], i);
        fputs(",\n", out);
    }
    fprintf(out, "};\nconst size_t grammar_text_count = %zu;\n", folder->count);
    fputs("const struct imap_grammar_text grammar_settled =\n    ", out);
    write_text(out, &folder->settled, folder->count);
    fputs(";\n", out);
}

/* ---- the whole ----------------------------------------------------------------------------- */

/* Reads what GRAMMAR-FOLDER/files lists: a name per line, or a comment after "#". On false it has
 * said why. */
static bool folder_read(struct folder *folder, const char *path) {
    struct imap_grammar_text list;
    char *rest = NULL;
    *folder = (struct folder){0};
    bool good = text_read(&list, path, "files", "") &&
                text_read(&folder->settled, path, "expected-conflicts", "");
    for (char *line = good ? strtok_r((char *)list.text, "\n", &rest) : NULL; good && line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '#') {
            continue;
        }
        if (folder->count == MAX_TEXTS) {
            fprintf(stderr, "%s: more than %d files\n", list.file, MAX_TEXTS);
            good = false;
        } else {
            good = text_read(&folder->texts[folder->count++], path, line, ".abnf");
        }
    }
    text_free(&list);
    return good;
}

static void folder_free(struct folder *folder) {
    while (folder->count > 0) {
        text_free(&folder->texts[--folder->count]);
    }
    text_free(&folder->settled);
}

static FILE *output_open(const char *path, const char *header) {
    FILE *output = fopen(path, "w");
    if (output == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    } else {
        fprintf(output,
                "/* Written by compile-grammar from the grammar folder. */\n#include \"%s\"\n\n",
                header);
    }
    return output;
}

/* False, having said why, if it could not be written in full. */
static bool output_close(FILE *output, const char *path) {
    if (output != NULL && fclose(output) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    return output != NULL;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: compile-grammar GRAMMAR-FOLDER TABLES.c TEXTS.c\n");
        return EXIT_FAILURE;
    }
    struct folder folder = {0};
    FILE *tables = output_open(argv[2], "grammar.h");
    FILE *texts = output_open(argv[3], "compiler/texts.h");
    bool done = tables != NULL && texts != NULL && folder_read(&folder, argv[1]) &&
                compile_folder(&folder, tables);
    if (done) {
        write_texts(texts, &folder);
    }
    done = output_close(tables, argv[2]) && done;
    done = output_close(texts, argv[3]) && done;
    folder_free(&folder);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
