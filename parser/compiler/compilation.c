#include "compilation.h"

#include <stdio.h>
#include <string.h>

#include "encodings.h"
#include "example.h"
#include "pack.h"

void compilation_cite(const char *file, char text[CITATION_TEXT]) {
    const char *slash = strrchr(file, '/');
    const char *name = slash == NULL ? file : slash + 1;
    if (strcmp(name, "core.abnf") == 0) {
        snprintf(text, CITATION_TEXT, "RFC 5234");
    } else if (strcmp(name, "overlay.abnf") == 0) {
        snprintf(text, CITATION_TEXT, "imapspec's overlay");
    } else if (strncmp(name, "rfc", 3) == 0) {
        snprintf(text, CITATION_TEXT, "RFC %.*s", (int)strspn(name + 3, "0123456789"), name + 3);
    } else {
        snprintf(text, CITATION_TEXT, "%.*s", (int)strcspn(name, "."), name);
    }
}

static const char *citation(struct compilation *c, const char *file) {
    char text[CITATION_TEXT];
    compilation_cite(file, text);
    return arena_text(&c->arena, text, strlen(text));
}

static void list_rules(struct compilation *c) {
    const char **examples = examples_find(&c->abnf);
    struct grammar_rule *rules = arena_take(&c->arena, c->abnf.rule_count, sizeof *rules);
    rules[0].name = rules[0].source = "";
    for (size_t i = 1; i < c->abnf.rule_count; i++) {
        const struct abnf_rule *rule = &c->abnf.rules[i];
        rules[i] = (struct grammar_rule){.name = rule->name,
                                         .source = citation(c, rule->origin),
                                         .example = examples[i],
                                         .maximum = rule->highest,
                                         .node = rule->node != RULE_TRANSPARENT};
    }
    c->grammar.rules = rules;
    c->grammar.rule_count = (uint16_t)c->abnf.rule_count;
    size_t strings;
    c->grammar.strings = encodings_find(&c->abnf, rules, &strings);
    c->grammar.string_count = (uint16_t)strings;
    c->grammar.resp_text_code = (imap_rule)abnf_find(&c->abnf, "resp-text-code");
    c->grammar.literal = (imap_rule)abnf_find(&c->abnf, "literal");
    if (c->grammar.literal != 0) {
        c->grammar.non_synchronizing =
            (uint16_t)abnf_extension_of(&c->abnf, c->grammar.literal, "+");
    }
}

static void list_sets(struct compilation *c) {
    struct grammar_set *sets = arena_take(&c->arena, c->abnf.rule_count, sizeof *sets);
    for (unsigned i = 1; i < c->abnf.rule_count; i++) {
        struct octet_set octets;
        if (!abnf_octets(&c->abnf, i, &octets)) {
            continue;
        }
        struct grammar_set *set = &sets[c->grammar.set_count++];
        memcpy(set->bits, octets.bits, sizeof set->bits);
        set->name = c->abnf.rules[i].name;
    }
    c->grammar.sets = sets;
}

/* An extension of the name RFC4731 too is that RFC's, whatever file it stands in. */
static const char *source_of(struct compilation *c, const struct abnf_extension *extension) {
    char text[CITATION_TEXT];
    for (const char *name = extension->names; name != NULL; name = strchr(name, ' ')) {
        name += strspn(name, " ");
        size_t digits = strncmp(name, "RFC", 3) == 0 ? strspn(name + 3, "0123456789") : 0;
        if (digits > 0 && digits < 8 && strcspn(name, " ") == digits + 3) {
            snprintf(text, sizeof text, "RFC %.*s", (int)digits, name + 3);
            return arena_text(&c->arena, text, strlen(text));
        }
    }
    return citation(c, extension->origin);
}

static void list_extensions(struct compilation *c) {
    struct imap_grammar *grammar = &c->grammar;
    struct grammar_extension *extensions =
        arena_take(&c->arena, c->abnf.extension_count, sizeof *extensions);
    extensions[0].names = extensions[0].source = "";
    for (unsigned i = 1; i < c->abnf.extension_count; i++) {
        const struct abnf_extension *extension = &c->abnf.extensions[i];
        extensions[i].names = extension->names;
        extensions[i].source = source_of(c, extension);
        for (unsigned k = 0; k < DIALECT_COUNT; k++) {
            bool part = k == DIALECT_ALL
                            ? !extension->vendor
                            : grammar_extension_is(&extensions[i], imap_dialect_name(k),
                                                   strlen(imap_dialect_name(k)));
            grammar->dialects[k].bits[i / 64] |= (uint64_t)part << i % 64;
        }
    }
    grammar->extensions = extensions;
    grammar->extension_count = (uint16_t)c->abnf.extension_count;
}

static void find_roots(struct compilation *c, const struct transducer *transducer,
                       const unsigned *numbers) {
    for (size_t i = 0; i < c->abnf.root_count; i++) {
        const struct abnf_root *root = &c->abnf.roots[i];
        enum imap_root number;
        if (!imap_root_find(root->name, &number)) {
            abnf_fail(&c->abnf, &root->place, "no root is called %s", root->name);
        }
        c->grammar.entries[number] = numbers[transducer->entries[i + 1]];
        c->grammar.root_rules[number] = (imap_rule)root->rule;
    }
}

static void compile(struct compilation *c) {
    struct automaton automaton;
    struct transducer transducer;
    c->abnf.arena = &c->scratch;
    automaton_build(&automaton, &c->abnf);
    transducer_build(&transducer, &automaton, &c->settled);
    c->abnf.arena = &c->arena;
    const unsigned *numbers = pack(&c->grammar, &transducer);
    list_rules(c);
    list_sets(c);
    list_extensions(c);
    find_roots(c, &transducer, numbers);
    arena_free(&c->scratch);
}

/* Where errors go to, while something is done. */
struct exits {
    jmp_buf failed, out_of_memory;
};

static void set_exits(struct compilation *c, struct exits *exits) {
    c->arena.out_of_memory = c->scratch.out_of_memory = &exits->out_of_memory;
    c->abnf.failed = &exits->failed;
}

bool compilation_out_of_memory(struct compilation *c) {
    c->abnf.place = (struct abnf_place){.file = ""};
    snprintf(c->abnf.message, sizeof c->abnf.message, "memory is out");
    return false;
}

bool compilation_read(struct compilation *c, const struct imap_grammar_text *texts, size_t count,
                      const struct imap_grammar_text *settled) {
    struct exits exits;
    *c = (struct compilation){0};
    set_exits(c, &exits);
    if (setjmp(exits.out_of_memory) != 0) {
        return compilation_out_of_memory(c);
    }
    if (setjmp(exits.failed) != 0) {
        return false;
    }
    abnf_init(&c->abnf, &c->arena, &exits.failed);
    for (size_t i = 0; i < count; i++) {
        abnf_read(&c->abnf, texts[i].file, texts[i].text, texts[i].size);
    }
    abnf_resolve(&c->abnf);
    conflicts_read(&c->settled, &c->abnf, settled->file, settled->text, settled->size);
    return true;
}

bool compilation_run(struct compilation *c) {
    struct exits exits;
    set_exits(c, &exits);
    if (setjmp(exits.out_of_memory) != 0) {
        return compilation_out_of_memory(c);
    }
    if (setjmp(exits.failed) != 0) {
        return false;
    }
    compile(c);
    return true;
}

bool compilation_check_settled(struct compilation *c) {
    struct exits exits;
    set_exits(c, &exits);
    if (setjmp(exits.failed) != 0) {
        return false;
    }
    conflicts_check_used(&c->settled, &c->abnf);
    return true;
}

void compilation_free(struct compilation *c) {
    arena_free(&c->arena);
    arena_free(&c->scratch);
}
