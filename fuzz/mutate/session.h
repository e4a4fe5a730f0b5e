/* An input cut into messages, whether the grammar reads them or not: a message ends with a line,
 * unless that line ends with the header of a literal that the input has all octets of. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../parser/imapspec.h"

#define SESSION_MESSAGES 1024 /* of one input; what follows belongs to the last */

struct session {
    size_t starts[SESSION_MESSAGES + 1]; /* of the messages, and behind the last */
    size_t count;
};

void session_cut(struct session *, const uint8_t *octets, size_t size);

/* What an input begins with, by the look of its first line: what a server says has "*" or "+" in
 * front, or OK, NO or BAD behind a tag; all else is a client's. */
enum imap_root session_guess(const uint8_t *octets, size_t size);

/* What message `index` of an input of the root is: the greeting, if it is one, is followed by
 * responses, and between commands stand the lines of a SASL exchange, and the end of IDLE. */
enum imap_root session_root(enum imap_root, size_t index, const uint8_t *message, size_t size);

#endif
