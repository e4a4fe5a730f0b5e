/* From the texts of a grammar to the tables that the parser reads. */
#ifndef COMPILATION_H
#define COMPILATION_H

#include "transducer.h"

/* All memory is the arena's: it lives until compilation_free, and keeps nothing of the texts. */
struct compilation {
    struct arena arena;
    struct abnf abnf; /* after an error: its place and message */
    struct settled_conflicts settled;
    struct imap_grammar grammar;
    struct arena scratch; /* of the automaton and the transducer, which are gone after it */
};

/* Reads the texts in this order, and the list of settled conflicts: abnf and settled alone are
 * there. False on an error; free *compilation in either case. */
bool compilation_read(struct compilation *, const struct imap_grammar_text *texts, size_t count,
                      const struct imap_grammar_text *settled);

/* Makes a grammar of what was read, once. False on an error. A root that the grammar doesn't have
 * has entry 0. */
bool compilation_run(struct compilation *);

/* After compilation_run: false, as after an error, if a conflict is settled that there isn't. */
bool compilation_check_settled(struct compilation *);

/* The error that memory is out. Returns false. */
bool compilation_out_of_memory(struct compilation *);

void compilation_free(struct compilation *);

/* How a person would cite what a file says: "grammar/rfc3501.abnf" is "RFC 3501", a file of no RFC
 * is its name, cut if it is longer than that. */
#define CITATION_TEXT 128
void compilation_cite(const char *file, char text[CITATION_TEXT]);

#endif
