/* One-to-one matching of expectations and messages: each expectation is met by at most one message,
 * each message meets at most one expectation, and as many as can be are met. */
#ifndef MATCH_H
#define MATCH_H

#include <stdbool.h>
#include <stddef.h>

#define MATCH_NONE ((size_t)-1)

struct matching {
    size_t expectations, messages, capacity;
    bool *edges;            /* [message * expectations + expectation]: would it meet it? */
    size_t *message_of;     /* by expectation; MATCH_NONE: not met */
    size_t *expectation_of; /* by message; MATCH_NONE: meets none */
};

/* False when memory is out, here and below; the matching can be freed all the same. */
bool match_init(struct matching *, size_t expectations);

/* Adds a message that meets nothing yet. */
bool match_add_message(struct matching *);

/* The message would meet the expectation. */
void match_allow(struct matching *, size_t expectation, size_t message);

/* Finds a message for an expectation that has none, moving other expectations to other messages
 * where that helps (an augmenting path); those that were met stay met. *met tells of success. */
bool match_augment(struct matching *, size_t expectation, bool *met);

void match_free(struct matching *);

#endif
