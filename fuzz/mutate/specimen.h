/* A message to be mutated, with its tree. Of one that the grammar refuses the tree has the nodes
 * that ended before the octet that is refused. */
#ifndef SPECIMEN_H
#define SPECIMEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../parser/generate/random.h"
#include "../../parser/imapspec.h"
#include "session.h"

#define SPECIMEN_OCTETS 65536 /* of one message; of a longer one these alone are looked at */
#define SPECIMEN_NODES  4096

struct specimen {
    enum imap_root root;
    bool is_whole;         /* the grammar reads it, and it is short enough to be all here */
    size_t size;           /* of octets */
    size_t read;           /* up to here the grammar reads it */
    struct imap_tree tree; /* in `nodes`, as many as fit; offsets into `octets` */
    uint8_t octets[SPECIMEN_OCTETS];
    struct imap_node nodes[SPECIMEN_NODES];
    uint32_t before[SPECIMEN_NODES];  /* of each node: its brother before it, 0: it is the first */
    uint32_t parents[SPECIMEN_NODES]; /* 0: none */
};

/* Copies the message, and makes its tree. */
void specimen_read(struct specimen *, const struct imap_grammar *, const struct imap_extensions *,
                   enum imap_root, const uint8_t *octets, size_t size);

/* The same of message `index` of an input of that root. */
void specimen_read_of(struct specimen *, const struct imap_grammar *,
                      const struct imap_extensions *, enum imap_root, const struct session *,
                      size_t index, const uint8_t *input);

/* Is this one message that the grammar reads? */
bool specimen_can_be(const struct imap_grammar *, const struct imap_extensions *, enum imap_root,
                     const uint8_t *octets, size_t size);

/* A node at random, 0 when there is none. */
uint32_t specimen_choose(const struct specimen *, struct random *);

/* Is the node one that is looked for? */
typedef bool specimen_filter(const void *context, const struct imap_node *);

/* A node at random that the filter lets through; 0 when there is none. */
uint32_t specimen_find(const struct specimen *, struct random *, specimen_filter *,
                       const void *context);

/* A node that has a brother before it, of the same rule if there is one among a few tries; 0 when
 * there is none. */
uint32_t specimen_choose_item(const struct specimen *, struct random *);

/* Sets where the digits stand of the literal that the node begins with; false: it begins with none.
 */
bool specimen_count(const struct specimen *, const struct imap_node *, size_t *start, size_t *end);

#endif
