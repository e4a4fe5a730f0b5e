/* The built-in grammar with texts added to it at run time. */
#ifndef ADDITION_H
#define ADDITION_H

#include "compilation.h"

/* Reads the built-in texts, then `count` more, as compilation_read. */
bool addition_read(struct compilation *, const struct imap_grammar_text *more, size_t count);

/* What went wrong with it. */
void addition_tell(const struct compilation *, struct imap_grammar_problem *);

#endif
