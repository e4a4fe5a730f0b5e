#include "refusal.h"

#include <stdio.h>

void refusal_explain(const struct imap_parser *parser, char sentence[REFUSAL_TEXT]) {
    const struct imap_error *error = imap_parser_error(parser);
    char expected[REFUSAL_TEXT - 64], got[IMAP_OCTET_TEXT];

    imap_parser_expected(parser, expected, sizeof expected);
    if (error->code == IMAP_NO_ERROR) {
        snprintf(sentence, REFUSAL_TEXT, "the message is incomplete: expected %s", expected);
    } else if (error->code == IMAP_UNEXPECTED_OCTET) {
        imap_octet_text(error->got, got);
        snprintf(sentence, REFUSAL_TEXT, "unexpected octet: expected %s, got %s", expected, got);
    } else {
        snprintf(sentence, REFUSAL_TEXT, "%s", error->sentence);
    }
}
