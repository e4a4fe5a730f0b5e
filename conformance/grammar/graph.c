/* A rule's graph for Graphviz: what is read from left to right, called rules as boxes. */
#include <string.h>

#include "../../parser/compiler/notation.h"
#include "grammar.h"

enum { MAX_LABEL = 60 /* octets of an element; what is longer is cut */ };

struct graph {
    FILE *output;
    const struct abnf *abnf;
    unsigned nodes;     /* so far */
    unsigned extension; /* that the next element belongs to, with all that follows it */
};

static unsigned draw(struct graph *, const struct expression *, unsigned from);

/* `text` within the quotes of a label. */
static void write_quoted(FILE *output, const char *text) {
    for (; *text != '\0'; text++) {
        fprintf(output, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    }
}

static void connect(struct graph *g, unsigned from, unsigned to) {
    fprintf(g->output, "  %u -> %u\n", from, to);
}

/* Where ways part and meet. */
static unsigned draw_point(struct graph *g) {
    fprintf(g->output, "  %u [shape=point width=0.06 height=0.06]\n", ++g->nodes);
    return g->nodes;
}

/* An element: a string, octets, a rule, or repetition without words. */
static unsigned draw_element(struct graph *g, const struct expression *element, unsigned from) {
    char text[MAX_LABEL];
    bool cut = notation_write(element, text, sizeof text) >= sizeof text;
    unsigned extension = element->extension != 0 ? element->extension : g->extension;
    bool called = element->kind == EXPRESSION_REFERENCE && !g->abnf->rules[element->rule].core;
    g->extension = 0;
    fprintf(g->output, "  %u [label=\"", ++g->nodes);
    write_quoted(g->output, text);
    fputs(cut ? "…" : "", g->output);
    if (extension != 0) {
        fputs("\\n", g->output);
        grammar_write_extension(g->output, g->abnf, extension);
    }
    fprintf(g->output, "\"%s%s]\n", called ? "" : " style=rounded",
            extension != 0 ? " color=gray50" : "");
    connect(g, from, g->nodes);
    return g->nodes;
}

static unsigned draw_alternation(struct graph *g, const struct expression *alternation,
                                 unsigned from) {
    unsigned to = draw_point(g), extension = g->extension;
    for (const struct expression *part = alternation->parts; part != NULL; part = part->next) {
        g->extension = extension;
        connect(g, draw(g, part, from), to);
    }
    return to;
}

/* What repeats leads back to a point before it; how often is said there. */
static unsigned draw_repetition(struct graph *g, const struct expression *repetition,
                                unsigned from) {
    unsigned before = draw_point(g);
    connect(g, from, before);
    unsigned after = draw(g, repetition->parts, before);
    if (repetition->high > 1) {
        fprintf(g->output, "  %u -> %u [label=\"", after, before);
        if (repetition->high != ABNF_UNBOUNDED) {
            fprintf(g->output, "%u*%u", repetition->low, repetition->high);
        } else if (repetition->low > 1) {
            fprintf(g->output, "%u*", repetition->low);
        }
        fputs("\"]\n", g->output);
    }
    if (repetition->low > 0) {
        return after;
    }
    if (repetition->high == ABNF_UNBOUNDED) {
        return before;
    }
    unsigned to = draw_point(g);
    connect(g, after, to);
    connect(g, before, to);
    return to;
}

/* Groups are bounded, so this recursion is too. */
static unsigned draw(struct graph *g, const struct expression *expression, unsigned from) {
    if (expression->parts != NULL && expression->extension != 0) {
        g->extension = expression->extension;
    }
    switch (expression->kind) {
    case EXPRESSION_SEQUENCE:
        for (const struct expression *part = expression->parts; part != NULL; part = part->next) {
            from = draw(g, part, from);
        }
        return from;
    case EXPRESSION_ALTERNATION:
        return draw_alternation(g, expression, from);
    case EXPRESSION_REPETITION:
        return draw_repetition(g, expression, from);
    default:
        return draw_element(g, expression, from);
    }
}

void grammar_graph(FILE *output, const struct abnf *abnf, unsigned rule) {
    struct graph g = {.output = output, .abnf = abnf};
    fputs("digraph \"", output);
    write_quoted(output, abnf->rules[rule].name);
    fputs("\" {\n  rankdir=LR\n  node [shape=box fontname=monospace fontsize=11 height=0.3]\n"
          "  edge [arrowsize=0.6 fontname=monospace fontsize=9]\n  label=\"",
          output);
    write_quoted(output, abnf->rules[rule].name);
    fputs("\"\n  0 [shape=circle label=\"\" width=0.15]\n", output);
    unsigned end = draw(&g, abnf->rules[rule].definition, 0);
    fprintf(output, "  %u [shape=doublecircle label=\"\" width=0.12]\n", ++g.nodes);
    connect(&g, end, g.nodes);
    fputs("}\n", output);
}
