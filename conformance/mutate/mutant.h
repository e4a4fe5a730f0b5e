/* One mutation at work on one connection: sees that it fits, and counts what it has changed. */
#ifndef MUTANT_H
#define MUTANT_H

#include "mutation.h"

struct mutant {
    const struct mutation *mutation;
    struct memory memory;
    uint64_t applied; /* how often it has changed something */
    bool holds;       /* a line, in memory.saved */
};

void mutant_free(struct mutant *);

/* Does the mutation fit this command (NULL: none), in a state of these WHEN_ bits? */
bool mutant_fits(const struct mutant *, const struct pending_command *, unsigned state);

/* A command was answered OK. */
void mutant_done(struct mutant *, const struct pending_command *);

/* Writes what becomes of the first line of a command. */
void mutant_line(struct mutant *, const struct pending_command *, unsigned state,
                 const uint8_t *line, size_t size, struct buffer *);

/* Writes the line that it holds: nothing has come for a while. */
void mutant_release(struct mutant *, struct buffer *);

/* Changes octets of a literal in place. */
void mutant_literal(struct mutant *, const struct pending_command *, unsigned state,
                    uint8_t *octets, size_t size);

/* Writes what becomes of a response; true: the connection is to be dropped after it. */
bool mutant_response(struct mutant *, const struct pending_command *, unsigned state,
                     const struct response *, struct buffer *);

#endif
