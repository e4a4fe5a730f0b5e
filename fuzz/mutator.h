/* The mutator: makes another input of an input, mostly one that the grammar reads. It knows no
 * fuzzing engine. */
#ifndef MUTATOR_H
#define MUTATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../parser/imapspec.h"

/* As the root of a mutator: each input is of the side that its first line looks like. */
#define MUTATOR_ANY_SIDE IMAP_ROOT_COUNT

struct mutator_settings {
    enum imap_root root; /* what the first message of an input is */
    unsigned lies;       /* of 1000 mutants, how many say a wrong length of a literal */
    unsigned wrong;      /* of 1000, how many have a message that the grammar refuses: octets
                            changed, values that are none, nested too deeply; what else is done to a
                            message that the grammar reads leaves it so */
};

/* 30 that lie and 200 that are wrong in 1000. */
struct mutator_settings mutator_defaults(enum imap_root);

/* What the mutator needs beside the input, about 800 KB. One thread at a time. */
struct mutator;

/* NULL when memory is out. */
struct mutator *mutator_new(const struct mutator_settings *);

/* Writes a mutant of `input` into `output`, which has room for `room` octets and may be the input
 * itself; returns its size, at least 1 if `room` is. `other` is an input that parts may be taken
 * from; NULL: none. The same seed and inputs make the same mutant. */
size_t mutator_mutate(struct mutator *, uint64_t seed, const uint8_t *input, size_t size,
                      const uint8_t *other, size_t other_size, uint8_t *output, size_t room);

/* Writes about half of the messages of both inputs, in the order in which they stand there, as far
 * as there is room; returns their size. The output is neither of the inputs. */
size_t mutator_cross(struct mutator *, uint64_t seed, const uint8_t *input, size_t size,
                     const uint8_t *other, size_t other_size, uint8_t *output, size_t room);

/* Frees the mutator; NULL is allowed. */
void mutator_free(struct mutator *);

#endif
