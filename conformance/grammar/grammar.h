/* The grammar for a person: rules as ABNF and as graphs, conflicts, extensions. */
#ifndef GRAMMAR_LISTING_H
#define GRAMMAR_LISTING_H

#include <stdio.h>

#include "../../parser/compiler/addition.h"

/* A stream to write to, with colours if it is a terminal that may have them. */
struct paper {
    FILE *stream;
    bool colored;
};

enum ink { INK_PLAIN, INK_NAME, INK_STRING, INK_PLACE };

/* Switches to an ink, and back to INK_PLAIN. */
void paper_ink(const struct paper *, enum ink);

/* Writes a definition in lines of at most 80 columns, if it has spaces at the right places; those
 * after the first are indented by `indent`. */
void paper_definition(const struct paper *, const char *definition, int indent);

/* Everything about a rule: its definitions and where they stand, what of them belongs to
 * extensions, what the parser makes of it, what refers to it, and what it refers to. False: memory
 * is out. */
bool grammar_describe(const struct paper *, const struct abnf *, unsigned rule);

/* All rules: name, place, where it is from, extension. */
void grammar_list(const struct paper *, const struct abnf *);

/* The conflicts that are settled, how and why; after compilation_run. */
void grammar_list_conflicts(const struct paper *, const struct settled_conflicts *);

/* The extensions, and which dialect has them. */
void grammar_list_extensions(const struct paper *, const struct imap_grammar *);

/* A rule's graph for Graphviz. */
void grammar_graph(FILE *, const struct abnf *, unsigned rule);

/* An extension's own name, without the others that enable it. */
void grammar_write_extension(FILE *, const struct abnf *, unsigned extension);

#endif
