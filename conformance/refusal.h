/* Why a parser refused a message, in words. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include "../parser/imapspec.h"

/* Room for the sentence. */
#define REFUSAL_TEXT 512

/* `unexpected octet: expected SP, got "("`; the parser's own sentence where it isn't about one
 * octet; for a parser without an error: that the message is incomplete. */
void refusal_explain(const struct imap_parser *, char sentence[REFUSAL_TEXT]);

#endif
