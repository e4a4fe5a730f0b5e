/* A message with its tree, and what is printed of it. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "../../parser/generate/random.h"
#include "../../parser/imapspec.h"

#define SAMPLE_NODES (1 << 13)
#define SAMPLE_TEXT  (1 << 16)

/* A message with its tree, whose offsets begin at its first octet. */
struct sample {
    enum imap_root root;
    const uint8_t *octets;
    size_t size;
    bool has_findings; /* something malformed was read as text */
    struct imap_tree tree;
    struct imap_node nodes[SAMPLE_NODES];
};

/* Reads the message of `root` at the start of the octets. False: they don't begin with one that is
 * whole, or it has too many nodes. */
bool sample_read(struct sample *, enum imap_root root, const uint8_t *octets, size_t size);

/* Reads the message at *at, and sets *at behind it. False: there is none that is whole; *at is then
 * behind the line. */
bool sample_next(struct sample *, enum imap_root root, const uint8_t *octets, size_t size,
                 size_t *at);

/* The sample printed anew, each string in an encoding that is chosen at random, or, without
 * `random`, as it is. 0: it is longer than SAMPLE_TEXT. */
size_t sample_print(const struct sample *, struct random *random, uint8_t text[SAMPLE_TEXT]);

/* In what the trees differ, for a person: rules, numbers, or the values of strings. NULL: in
 * nothing. */
const char *sample_difference(const struct sample *, const struct sample *);

#endif
