/* What a client says next: after AUTHENTICATE and IDLE a line may come that is no command. */
#ifndef TURNS_H
#define TURNS_H

#include "../../parser/imapspec.h"

struct turns {
    imap_rule authenticate, sasl_line, idle;
    enum imap_root next; /* IMAP_ROOT_COUNT: a command, as ever */
};

struct turns turns_of(const struct imap_grammar *);

/* Heeds an event of the parser: at the end of a message, it has the parser expect the next. */
void turns_take(struct turns *, struct imap_parser *, const struct imap_event *);

#endif
