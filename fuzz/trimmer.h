/* The trimmer: proposes shorter inputs, by lines, then by parts of messages, and by octets where
 * the grammar doesn't read them. Who asks it tries each, and tells whether it does what the input
 * before did. It knows no fuzzing engine. */
#ifndef TRIMMER_H
#define TRIMMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../parser/imapspec.h"

/* About 270 KB, and twice the input. One thread at a time. */
struct trimmer;

/* For inputs that begin with a message of the root; MUTATOR_ANY_SIDE as for a mutator. NULL when
 * memory is out. */
struct trimmer *trimmer_new(enum imap_root);

/* Takes an input to be made shorter, and forgets the one before. False: memory is out. */
bool trimmer_start(struct trimmer *, const uint8_t *input, size_t size);

/* Sets *size to that of the next input to try, shorter than the last that was kept, and returns it;
 * NULL when there is none left. Lives until the next call. It ends after at most a few tries for
 * each message, for each node of each message's tree and each time that a value can be halved, and
 * some hundred for what the grammar refuses of a message. */
const uint8_t *trimmer_next(struct trimmer *, size_t *size);

/* The input that trimmer_next returned last is as good: the next ones are shorter than it. */
void trimmer_keep(struct trimmer *);

/* Frees the trimmer; NULL is allowed. */
void trimmer_free(struct trimmer *);

#endif
