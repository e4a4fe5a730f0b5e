#include "match.h"

#include <stdint.h>
#include <stdlib.h>

bool match_init(struct matching *matching, size_t expectations) {
    *matching = (struct matching){.expectations = expectations};
    matching->message_of = calloc(expectations + 1, sizeof *matching->message_of);
    for (size_t i = 0; matching->message_of && i < expectations; i++) {
        matching->message_of[i] = MATCH_NONE;
    }
    return matching->message_of != NULL;
}

static bool grow(struct matching *matching) {
    size_t capacity = matching->capacity ? matching->capacity * 2 : 16;

    if (capacity > SIZE_MAX / sizeof(size_t) / (matching->expectations + 1)) {
        return false;
    }
    bool *edges = realloc(matching->edges, capacity * (matching->expectations + 1));
    if (!edges) {
        return false;
    }
    matching->edges = edges;
    size_t *expectation_of = realloc(matching->expectation_of, capacity * sizeof *expectation_of);
    if (!expectation_of) {
        return false;
    }
    matching->expectation_of = expectation_of;
    matching->capacity = capacity;
    return true;
}

bool match_add_message(struct matching *matching) {
    if (matching->messages == matching->capacity && !grow(matching)) {
        return false;
    }
    size_t message = matching->messages++;
    matching->expectation_of[message] = MATCH_NONE;
    for (size_t i = 0; i < matching->expectations; i++) {
        matching->edges[message * matching->expectations + i] = false;
    }
    return true;
}

void match_allow(struct matching *matching, size_t expectation, size_t message) {
    matching->edges[message * matching->expectations + expectation] = true;
}

/* Gives `message` to the expectation that reached it, that one's old message to the one that
 * reached that, and so on back to the expectation that had none. */
static void flip(struct matching *matching, const size_t *reached_from, size_t message) {
    while (message != MATCH_NONE) {
        size_t expectation = reached_from[message], old = matching->message_of[expectation];
        matching->message_of[expectation] = message;
        matching->expectation_of[message] = expectation;
        message = old;
    }
}

/* Breadth-first over alternating paths; `queue` holds expectations. Returns a free message that a
 * path ends in, or MATCH_NONE. */
static size_t search(const struct matching *matching, size_t expectation, size_t *reached_from,
                     size_t *queue) {
    size_t head = 0, tail = 0;

    queue[tail++] = expectation;
    while (head < tail) {
        size_t from = queue[head++];
        for (size_t message = 0; message < matching->messages; message++) {
            if (reached_from[message] != MATCH_NONE ||
                !matching->edges[message * matching->expectations + from]) {
                continue;
            }
            reached_from[message] = from;
            if (matching->expectation_of[message] == MATCH_NONE) {
                return message;
            }
            queue[tail++] = matching->expectation_of[message];
        }
    }
    return MATCH_NONE;
}

bool match_augment(struct matching *matching, size_t expectation, bool *met) {
    size_t *reached_from = calloc(matching->messages + 1, sizeof *reached_from);
    size_t *queue = calloc(matching->expectations + 1, sizeof *queue);
    size_t message = MATCH_NONE;
    bool has_memory = reached_from && queue;

    for (size_t i = 0; has_memory && i < matching->messages; i++) {
        reached_from[i] = MATCH_NONE;
    }
    if (has_memory) {
        message = search(matching, expectation, reached_from, queue);
    }
    if (message != MATCH_NONE) {
        flip(matching, reached_from, message);
    }
    free(reached_from);
    free(queue);
    *met = message != MATCH_NONE;
    return has_memory;
}

void match_free(struct matching *matching) {
    free(matching->edges);
    free(matching->message_of);
    free(matching->expectation_of);
    *matching = (struct matching){0};
}
