/* The ways in which a good server is made a bad one. Each is a row of a table: on which commands,
 * what becomes of the command on its way to the server, and of the responses on their way back. */
#ifndef MUTATION_H
#define MUTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../buffer.h"
#include "command_stream.h"
#include "response_stream.h"

#define MUTATION_CHANGES 3 /* of responses, of one mutation */

/* Of commands that a mutation sends by itself. The client is not shown the answer. */
#define MUTATION_TAG "imapspec.mutation"

/* What a mutation keeps of one connection. */
struct memory {
    struct buffer saved;
    uint64_t count;
    bool after; /* a command of mutation.after was answered OK */
};

struct mutation;

/* What a change is told, and what it may do beside writing. */
struct situation {
    const struct mutation *mutation;
    const struct pending_command *command; /* that the message belongs to; NULL: none */
    struct memory *memory;
    bool close; /* set: the connection is dropped after this */
    bool holds; /* set: memory.saved is a line that goes on soon, whatever comes */
};

/* Writes what the server shall read in place of one line of a command, CRLF included. */
typedef void change_line(struct situation *, const uint8_t *line, size_t size, struct buffer *);

/* Changes octets of a literal in place. */
typedef void change_literal(uint8_t *octets, size_t size);

struct response_change;

/* Writes what the client shall read in place of one response; `node` (an index into its tree) is
 * what the change's path has found, the root if it has none. */
typedef void change_response(struct situation *, const struct response_change *,
                             const struct response *, uint32_t node, struct buffer *);

struct response_change {
    change_response *change;
    const char *path; /* of a node: see response_find. NULL: any response, also a broken one */
    const char *text; /* for `change`, as it says itself; so is `by` */
    int64_t by;
};

/* What no change of a message can imitate. */
enum behavior {
    BEHAVIOR_NONE,
    BEHAVIOR_RUN_INJECTED, /* commands that came in clear after STARTTLS are run under TLS */
    BEHAVIOR_TELL_AT_ONCE, /* the server isn't left alone with its news when no command runs */
    BEHAVIOR_STAY_OPEN     /* the connection isn't closed after LOGOUT */
};

/* In which state; bits. 0: in any. */
enum {
    WHEN_CLEAR = 1, /* no TLS */
    WHEN_TLS = 2,
    WHEN_NOT_AUTHENTICATED = 4,
    WHEN_AUTHENTICATED = 8,
    WHEN_NOT_SELECTED = 16,
    WHEN_SELECTED = 32,
    WHEN_EMPTY_LITERAL = 64 /* the client waits for "+" to send one */
};

struct mutation {
    const char *name;
    const char *sentence;     /* what the server does */
    const char *requirements; /* ids that it breaks, with spaces */
    const char *commands;     /* "FETCH,UID FETCH"; NULL: any, and none */
    const char *after;        /* only when one of these was answered OK; NULL: from the start */
    unsigned when;            /* WHEN_ bits: of each pair that is given one must hold */
    bool always;              /* commands that are spared are not */
    enum behavior behavior;
    change_line *line;
    change_literal *literal;
    const char *from, *to; /* for `line`, as it says itself */
    struct response_change responses[MUTATION_CHANGES];
};

/* Mutation `index` from 0, NULL past the last. The first one, "none", changes nothing. Lives as
 * long as the program. */
const struct mutation *mutation_at(size_t index);

/* How many there are, and which one it is, from 0. */
size_t mutation_count(void);
size_t mutation_index(const struct mutation *);

/* The mutation of that name, NULL if there is none. */
const struct mutation *mutation_find(const char *name);

#endif
