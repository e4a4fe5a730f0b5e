/* What the parser can tell of itself, for those who decide what to make of a refused octet. */
#ifndef READER_H
#define READER_H

#include "grammar.h"

/* Could this octet stand here, by the grammar alone? */
bool parser_accepts(const struct imap_parser *, uint8_t octet);

/* What *parser would be after these octets, without telling its sink. False: they are refused. */
bool parser_try(const struct imap_parser *parser, const char *octets, struct imap_parser *after);

#endif
