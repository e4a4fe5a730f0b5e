/* From the texts of a grammar to the tables that the parser reads. */
#ifndef COMPILATION_H
#define COMPILATION_H

#include "transducer.h"

/* A text and where it comes from. Both must outlive the compilation. */
struct grammar_text {
    const char *file;
    const char *text;
    size_t size;
};

/* All memory is the arena's: it lives until compilation_free. */
struct compilation {
    struct arena arena;
    struct abnf abnf; /* after an error: its place and message */
    struct settled_conflicts settled;
    struct automaton automaton;
    struct transducer transducer;
    struct imap_grammar grammar;
    const unsigned *numbers; /* of states in the tables, by the transducer's state */
};

/* Compiles the texts, read in this order. False on an error; free *compilation in either case. A
 * root that the grammar doesn't have has entry 0. */
bool compilation_run(struct compilation *, const struct grammar_text *texts, size_t count,
                     const struct grammar_text *settled);

void compilation_free(struct compilation *);

/* The name of a root in grammars: "sasl-line". */
const char *compilation_root_name(enum imap_root);

#endif
