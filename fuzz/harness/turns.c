#include "turns.h"

struct turns turns_of(const struct imap_grammar *grammar) {
    return (struct turns){.authenticate = imap_grammar_rule(grammar, "authenticate"),
                          .sasl_line = imap_grammar_rule(grammar, "sasl-line"),
                          .idle = imap_grammar_rule(grammar, "idle"),
                          .next = IMAP_ROOT_COUNT};
}

void turns_take(struct turns *turns, struct imap_parser *parser, const struct imap_event *event) {
    if (event->kind == IMAP_EVENT_NODE) {
        if (event->rule == turns->authenticate || event->rule == turns->sasl_line) {
            turns->next = IMAP_AFTER_AUTHENTICATE;
        } else if (event->rule == turns->idle) {
            turns->next = IMAP_AFTER_IDLE;
        }
    } else if (event->kind == IMAP_EVENT_MESSAGE && turns->next != IMAP_ROOT_COUNT) {
        imap_parser_expect(parser, turns->next);
        turns->next = IMAP_ROOT_COUNT;
    }
}
