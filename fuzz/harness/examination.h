/* Reads what one side of a connection says, makes all of it that the library can, and sees whether
 * imapspec.h keeps its promises. */
#ifndef EXAMINATION_H
#define EXAMINATION_H

#include "../../parser/imapspec.h"

/* How the octets are read follows from them: mostly with all extensions, without quirks, and with
 * the limits as they are. A broken promise ends the program. `root` is IMAP_GREETING or
 * IMAP_COMMAND. */
void examine(enum imap_root root, const uint8_t *octets, size_t size);

/* What is wrong with the tree of one message, which stands at [start, end); NULL: nothing. */
const char *examine_tree(const struct imap_tree *, uint64_t start, uint64_t end);

/* What is wrong with the error that stands, of a parser that was fed these octets from offset 0 and
 * took `consumed` of them; NULL: nothing. */
const char *examine_error(const struct imap_parser *, const uint8_t *octets, uint64_t consumed);

/* What is wrong with the octets that could have stood in the place of the refused one; NULL:
 * nothing. */
const char *examine_accepted(const struct imap_parser *);

/* What is wrong with how the parser explains itself, in `size` octets; NULL: nothing. */
const char *examine_explanation(const struct imap_parser *, size_t size);

#endif
