/* A rule, with all that is known about it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../../parser/compiler/notation.h"
#include "../buffer.h"
#include "grammar.h"

struct description {
    const struct paper *paper;
    const struct abnf *abnf;
    struct buffer text; /* at hand */
    bool *referring;    /* by rule: what the rule at hand refers to, or what refers to it */
};

/* What stands in one text: alternatives that follow each other, or a whole definition. */
struct section {
    const struct abnf_place *place;
    const struct expression *first, *end; /* alternatives, up to the end */
    const struct expression *whole;       /* or this, if it has none */
    unsigned extension;                   /* that all of it belongs to */
};

/* ---- definitions ---------------------------------------------------------------------------- */

static void add_expression(struct buffer *text, const struct expression *expression) {
    size_t length = notation_write(expression, NULL, 0);
    char *written = malloc(length + 1);

    if (!written) {
        text->failed = true;
        return;
    }
    notation_write(expression, written, length + 1);
    buffer_add(text, written, length);
    free(written);
}

static void add_section(struct buffer *text, const struct section *section) {
    if (section->whole) {
        add_expression(text, section->whole);
    }
    for (const struct expression *part = section->first; part != section->end; part = part->next) {
        if (part != section->first) {
            buffer_add_text(text, " / ");
        }
        add_expression(text, part);
    }
}

static void write_source(struct description *d, const struct section *section, bool replaced) {
    FILE *stream = d->paper->stream;
    const struct abnf_place *place = section->place;
    char source[CITATION_TEXT];

    compilation_cite(place->file, source);
    paper_ink(d->paper, INK_PLACE);
    fprintf(stream, "; %s", source);
    if (section->extension != 0) {
        fputs(", ", stream);
        grammar_write_extension(stream, d->abnf, section->extension);
    }
    fprintf(stream, ", %s:%u:%u%s", place->file, place->line, place->column,
            replaced ? ", replaced below" : "");
    paper_ink(d->paper, INK_PLAIN);
    fputc('\n', stream);
}

static void write_section(struct description *d, const struct abnf_rule *rule,
                          const struct section *section, bool more, bool replaced) {
    const char *sign = more ? "=/" : "=";

    add_section(&d->text, section);
    buffer_add(&d->text, "", 1);
    if (d->text.failed) {
        return;
    }
    write_source(d, section, replaced);
    paper_ink(d->paper, INK_NAME);
    fputs(rule->name, d->paper->stream);
    paper_ink(d->paper, INK_PLAIN);
    fprintf(d->paper->stream, " %s ", sign);
    paper_definition(d->paper, (char *)d->text.octets,
                     (int)(strlen(rule->name) + strlen(sign) + 2));
    buffer_clear(&d->text);
}

/* The alternatives from `first` on that stand in the same text. */
static struct section next_section(const struct abnf_rule *rule, const struct expression *first) {
    struct section section = {
        .place = &first->place, .first = first, .end = first, .extension = first->extension};

    for (; section.end && section.end->place.text == first->place.text;
         section.end = section.end->next) {
        if (section.end->extension != section.extension) {
            section.extension = 0;
        }
    }
    if (section.extension == 0 && first->place.text == rule->place.text) {
        section.extension = rule->extension;
    }
    return section;
}

static void write_definitions(struct description *d, const struct abnf_rule *rule, bool replaced) {
    const struct expression *definition = rule->definition;

    if (definition->kind != EXPRESSION_ALTERNATION) {
        struct section section = {
            .place = &rule->place, .whole = definition, .extension = rule->extension};
        write_section(d, rule, &section, false, replaced);
        return;
    }
    for (const struct expression *first = definition->parts; first;) {
        struct section section = next_section(rule, first);
        bool more = first != definition->parts;
        if (!more) {
            section.place = &rule->place;
        }
        write_section(d, rule, &section, more, replaced);
        first = section.end;
    }
}

/* The oldest first: each was read before what replaced it. */
static void write_former(struct description *d, const struct abnf_rule *rule) {
    size_t count = 0;

    for (const struct abnf_rule *former = rule->former; former; former = former->former) {
        count++;
    }
    for (; count > 0; count--) {
        const struct abnf_rule *former = rule->former;
        for (size_t i = 1; i < count; i++) {
            former = former->former;
        }
        write_definitions(d, former, true);
    }
}

/* ---- facts ---------------------------------------------------------------------------------- */

/* Writes what has been gathered, words with commas, if it is anything. */
static void write_fact(struct description *d, const char *name) {
    if (d->text.size > 0) {
        buffer_add(&d->text, "", 1);
    }
    if (d->text.size > 0 && !d->text.failed) {
        int indent = fprintf(d->paper->stream, "%s: ", name);
        paper_definition(d->paper, (char *)d->text.octets, indent);
    }
    buffer_clear(&d->text);
}

static void add_fact(struct description *d, const char *fact) {
    buffer_add_text(&d->text, d->text.size > 0 ? ", " : "");
    buffer_add_text(&d->text, fact);
}

static void write_node(struct description *d, const struct abnf_rule *rule, unsigned number) {
    static const char *const nodes[] = {[RULE_NODE] = "a node", [RULE_LEAF] = "a leaf"};

    if (rule->node != RULE_TRANSPARENT) {
        add_fact(d, nodes[rule->node]);
    }
    if (rule->label != number) {
        buffer_format(&d->text, ", called %s", d->abnf->rules[rule->label].name);
    }
    if (rule->highest != 0) {
        buffer_format(&d->text, ", a number of at most %" PRIu64, rule->highest);
    }
    write_fact(d, "in the tree");
}

static void write_machine(struct description *d, const struct abnf_rule *rule, unsigned number) {
    static const char *const linkages[] = {
        [LINK_NESTED] = "called where it is within itself",
        [LINK_CALL] = "called wherever it is",
        [LINK_LITERAL] = "a counted literal without NUL",
        [LINK_LITERAL8] = "a counted literal of any octets",
    };

    if (rule->linkage != LINK_INLINE) {
        add_fact(d, linkages[rule->linkage]);
    }
    if (rule->caught) {
        add_fact(d, "may fail, where another way goes on");
    }
    for (size_t i = 0; i < d->abnf->root_count; i++) {
        if (d->abnf->roots[i].rule == number) {
            buffer_format(&d->text, "%sroot %s", d->text.size > 0 ? ", " : "",
                          d->abnf->roots[i].name);
        }
    }
    write_fact(d, "machine");
}

/* Gathers the parts that belong to extensions where all that stands around them doesn't. Groups are
 * bounded, so this recursion is too. */
static void add_uses(struct description *d, const struct expression *expression) {
    if (expression->extension != 0) {
        const char *names = d->abnf->extensions[expression->extension].names;
        add_fact(d, "");
        add_expression(&d->text, expression);
        buffer_format(&d->text, " (%.*s)", (int)strcspn(names, " "), names);
        return;
    }
    for (const struct expression *part = expression->parts; part; part = part->next) {
        add_uses(d, part);
    }
}

static void write_uses(struct description *d, const struct abnf_rule *rule) {
    const struct expression *definition = rule->definition;

    if (definition->kind != EXPRESSION_ALTERNATION) {
        add_uses(d, definition);
    }
    for (const struct expression *part = definition->parts;
         part && definition->kind == EXPRESSION_ALTERNATION;) {
        struct section section = next_section(rule, part);
        for (; part != section.end; part = part->next) {
            if (section.extension == 0) {
                add_uses(d, part);
            }
        }
    }
    write_fact(d, "of extensions");
}

/* ---- references ----------------------------------------------------------------------------- */

static void mark_references(const struct expression *expression, bool *referring) {
    bool refers = expression->kind == EXPRESSION_REFERENCE ||
                  (expression->kind == EXPRESSION_DIFFERENCE && expression->text);

    if (refers) {
        referring[expression->rule] = true;
    }
    for (const struct expression *part = expression->parts; part; part = part->next) {
        mark_references(part, referring);
    }
}

/* Of the core rules only a person who looks for one of them wants to know. */
static void write_referring(struct description *d, const char *name) {
    for (size_t i = 1; i < d->abnf->rule_count; i++) {
        if (d->referring[i] && !d->abnf->rules[i].core) {
            add_fact(d, d->abnf->rules[i].name);
        }
        d->referring[i] = false;
    }
    write_fact(d, name);
}

static bool refers_to(struct description *d, unsigned from, unsigned to, bool *references) {
    memset(references, 0, d->abnf->rule_count * sizeof *references);
    mark_references(d->abnf->rules[from].definition, references);
    return references[to];
}

static void write_references(struct description *d, unsigned rule, bool *references) {
    mark_references(d->abnf->rules[rule].definition, d->referring);
    write_referring(d, "refers to");
    for (unsigned i = 1; i < d->abnf->rule_count; i++) {
        d->referring[i] = refers_to(d, i, rule, references);
    }
    write_referring(d, "referred to by");
}

bool grammar_describe(const struct paper *paper, const struct abnf *abnf, unsigned number) {
    struct description d = {.paper = paper, .abnf = abnf};
    const struct abnf_rule *rule = &d.abnf->rules[number];
    bool *references = calloc(d.abnf->rule_count, sizeof *references);

    d.referring = calloc(d.abnf->rule_count, sizeof *d.referring);
    if (d.referring && references) {
        write_former(&d, rule);
        write_definitions(&d, rule, false);
        fputc('\n', paper->stream);
        write_node(&d, rule, number);
        write_machine(&d, rule, number);
        write_uses(&d, rule);
        write_references(&d, number, references);
    }
    bool done = d.referring && references && !d.text.failed;
    buffer_free(&d.text);
    free(d.referring);
    free(references);
    return done;
}
