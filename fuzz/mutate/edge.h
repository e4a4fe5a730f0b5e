/* Texts at the edges of what a rule reads, or beyond: the shortest, the largest, the oddest. */
#ifndef EDGE_H
#define EDGE_H

#include <stddef.h>

#include "../../parser/generate/random.h"
#include "../../parser/imapspec.h"

struct edges;

/* Those of the grammar's rules; NULL when memory is out. */
struct edges *edges_new(const struct imap_grammar *);

/* A number gets up to so many octets, NUL included. */
#define EDGE_SCRATCH 32

/* One for what `octets` are of the rule; NULL if there is none. Constant, or in `scratch`. */
const char *edges_choose(const struct edges *, imap_rule, const uint8_t *octets, size_t count,
                         struct random *, char *scratch);

/* A number at an edge, or near the one that the digits are. Constant, or in `scratch`. */
const char *edges_number(const uint8_t *digits, size_t count, struct random *, char *scratch);

/* The rule of text `index` from 0; NULL past the last. */
const char *edges_rule(size_t index);

void edges_free(struct edges *);

#endif
