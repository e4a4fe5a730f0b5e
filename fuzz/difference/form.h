/* One message in a neutral form: a line of IMAP in which all that parsers may say in different ways
 * is said in one. So what two parsers made of a message can be compared, and a difference reads
 * like IMAP.
 *
 *   words in capitals, one SP between them, none beside the inside of parentheses and brackets
 *   strings quoted, whatever they were; numbers without zeros in front; n:n is n
 *   <0> left out, where a part of a body begins: libetpan doesn't tell it from none
 *   NILs at the end of a list left out: a field that is NIL is one that is not there */
#ifndef FORM_H
#define FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../conformance/buffer.h"

/* All zeros is an empty form. */
struct form {
    struct buffer text;
    bool space;        /* a SP is to come, if more does */
    size_t number_end; /* where the number written last ends */
    uint64_t number;   /* that number */
};

/* What is no string: words, numbers that are parts of words, parentheses, SP. */
void form_words(struct form *, const void *octets, size_t count);
void form_word(struct form *, const char *word);

void form_number(struct form *, uint64_t);

/* NULL is NIL. */
void form_string(struct form *, const void *octets, size_t count);

/* What stands in a string whose quotes are words: as it is, but for octets that can't be printed.
 */
void form_inside(struct form *, const void *octets, size_t count);

/* The same of human text; "[" in front is "\[", as it begins no code. */
void form_text(struct form *, const void *octets, size_t count);

void form_clear(struct form *);
void form_free(struct form *);

#endif
