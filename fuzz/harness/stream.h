/* A connection to a server that says an input, whatever the client says: in reads of sizes that
 * follow from the input, and with an end that does, too. */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../parser/generate/random.h"

enum { STREAM_TAG = 32 }; /* octets of a tag, at most, with its NUL */

struct stream {
    const uint8_t *input;
    size_t size, offset;
    struct random random;
    bool answers;  /* what is tagged in the input has the tag of the client's last command */
    bool fails;    /* the end is an error, not the end of the file */
    bool in_line;  /* of the server's */
    bool tagged;   /* is this line */
    bool speaking; /* in a line of the client's */
    char tag[STREAM_TAG], spoken[STREAM_TAG];
    size_t tag_left, spoken_size;
    unsigned ends; /* told */
};

struct stream stream_of(const uint8_t *input, size_t size);

/* As read: 1 to `room` octets; at the end, 0 or -1, with errno ECONNRESET. If the server answers,
 * a read ends where a command is completed, as what follows belongs to the next one. A client that
 * reads 1000 times at the end ends the program by abort. */
ssize_t stream_read(struct stream *, void *octets, size_t room);

/* As write, of what the client says: a line's first word, up to a space, is a tag. */
ssize_t stream_write(struct stream *, const void *octets, size_t size);

#endif
