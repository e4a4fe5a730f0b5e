/* A pattern: an expected message as a tree. Where a placeholder stood (`${name:rule}`, `${:rule}`,
 * `...`) an example of the rule stands instead, and the node at that place is marked. One parser
 * reads both sides; there is no second matcher language. */
#ifndef PATTERN_H
#define PATTERN_H

#include "../../parser/imapspec.h"
#include "variables.h"

struct pattern_hole {
    char *name;                    /* of the capture; NULL for `${:rule}` and `...` */
    imap_rule rule;                /* of the capture; 0 for `...` */
    char order;                    /* > or <, than the number that `bound` stands for; 0: neither */
    char *bound;                   /* the capture; NULL without an order */
    bool rest;                     /* `...`: any number of further elements, or any text */
    uint32_t start, end;           /* where the example stands in octets */
    uint32_t text_start, text_end; /* where the placeholder stands in the text */
    /* The node of the hole's rule or, where that makes none, the outermost one that is exactly
     * [start, end); 0 for a `...` that is part of human text. */
    uint32_t node;
};

struct pattern {
    const struct imap_grammar *grammar;
    uint8_t *octets; /* the message with examples in the holes, CRLF included */
    size_t size;
    struct imap_node *nodes;
    struct imap_tree tree;
    struct pattern_hole *holes;
    size_t hole_count;
};

/* Compiles a step's text (expanded by dialog_expand, without the final CRLF). `root` is
 * IMAP_GREETING or IMAP_RESPONSE. NULL on error: `problem` says what, and *column at which octet
 * of the text (from 1). */
struct pattern *pattern_compile(const struct imap_grammar *, enum imap_root root,
                                const uint8_t *text, size_t size, char problem[256],
                                unsigned *column);

/* Writes a hole as a dialog does, NUL-terminated, cut where the text is full. */
void pattern_write_hole(const struct pattern *, const struct pattern_hole *, char *text,
                        size_t capacity);

void pattern_free(struct pattern *);

#endif
