/* The texts of the built-in grammar; written by compile-grammar. */
#ifndef TEXTS_H
#define TEXTS_H

#include "../imapspec.h"

/* In the order in which they are read. */
extern const struct imap_grammar_text grammar_texts[];
extern const size_t grammar_text_count;

/* The list of settled conflicts. */
extern const struct imap_grammar_text grammar_settled;

#endif
