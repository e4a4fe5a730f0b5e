/* Our side: the parser, with the extensions that libetpan knows. */
#ifndef OURS_H
#define OURS_H

#include "../../parser/imapspec.h"
#include "form.h"

enum {
    MOST_OCTETS = 4096, /* of an input; one octet or more for each node, and some without */
    MOST_NODES = 3 * MOST_OCTETS,
    SPECIAL_RULES = 18
};

struct ours {
    struct imap_extensions extensions;
    imap_rule special[SPECIAL_RULES]; /* that are not written as the grammar says */
    imap_rule code;
    struct imap_parser parser;
    struct imap_tree tree;
    const uint8_t *octets; /* of what was read last */
    size_t given;          /* of these octets */
    size_t size;           /* of the message, if it is accepted */
    bool accepted;
    bool beyond; /* it makes use of what libetpan knows nothing of, or nests too deep for us */
    bool cut;    /* a literal is longer than all that was given */
    struct imap_node nodes[MOST_NODES];
};

/* The extensions whose responses libetpan 1.9.4 reads. */
void ours_init(struct ours *);

/* Reads one message of at most MOST_OCTETS. With `tolerant` all quirks are tolerated that
 * change no value. True if it is one. */
bool ours_read(struct ours *, enum imap_root, const void *octets, size_t count, bool tolerant);

/* May write a leaf of the message in another way. False: it doesn't. */
typedef bool ours_writer(void *context, struct form *, const struct imap_node *);

/* Writes the message that was accepted, leaf by leaf. Returns the node whose octets stand at offset
 * `at` of the form, the last one's if it is none's. */
uint32_t ours_write(const struct ours *, struct form *, size_t at, ours_writer *, void *context);

#endif
