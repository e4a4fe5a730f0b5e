/* The transitions of the grammar's machine: for each state, each class of octets that it reads. The
 * machine is a table, so that an engine, which sees code, sees nothing of them by itself. */
#ifndef TRANSITIONS_H
#define TRANSITIONS_H

#include "../../parser/imapspec.h"

struct transitions;

/* Those that a message of one of the roots can take, which imap_cases has a message for. NULL when
 * memory is out. */
struct transitions *transitions_new(const struct imap_grammar *, const enum imap_root *roots,
                                    size_t count);

/* They are numbered from 0 to count - 1. */
uint32_t transitions_count(const struct transitions *);

/* Which rule a transition is in the middle of, and an octet that it reads. */
imap_rule transitions_rule(const struct transitions *, uint32_t transition);
uint8_t transitions_octet(const struct transitions *, uint32_t transition);

/* Is it the only one of its state? */
bool transitions_is_forced(const struct transitions *, uint32_t transition);

/* Receives each transition that is taken. */
typedef void transition_sink(void *context, uint32_t transition);

/* Feeds all octets to the parser, one by one, and tells of the transitions that are taken on the
 * way. After an error reading goes on with the next line. */
void transitions_walk(const struct transitions *, struct imap_parser *, const uint8_t *octets,
                      size_t size, transition_sink *, void *context);

void transitions_free(struct transitions *);

#endif
