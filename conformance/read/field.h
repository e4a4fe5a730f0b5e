/* A part of a line of a dialog file, and where it stands. */
#ifndef FIELD_H
#define FIELD_H

#include "source.h"

struct field {
    const char *text; /* not NUL-terminated */
    size_t size;
    size_t line, column; /* from 1 */
};

/* Fails at the field. Always false. */
bool field_fail(const struct source *, const struct field *, const char *sentence);

bool field_equals(const struct field *, const char *word);

/* Leaves out the spaces and tabs around it. */
void field_trim(struct field *);

/* Takes the first word off `rest`, and the spaces and tabs around it. Empty when there is none. */
struct field field_next_word(struct field *rest);

/* Allocated copy in *text, in place of what was there. False with the diagnostic set, as all
 * below. */
bool field_keep(const struct source *, const struct field *, char **text);

/* The same, with one space between words. */
bool field_keep_words(const struct source *, const struct field *, char **words);

/* A whole number from `low` to `high`. */
bool field_number(const struct source *, const struct field *, unsigned low, unsigned high,
                  unsigned *number);

/* Which of the words (ended by NULL) is it? */
bool field_choice(const struct source *, const struct field *, const char *const *words,
                  unsigned *choice);

#endif
