#include "side.h"

struct side side_of(enum imap_root root) {
    static const enum imap_root server[] = {IMAP_GREETING, IMAP_RESPONSE};
    static const enum imap_root client[] = {IMAP_COMMAND, IMAP_AFTER_AUTHENTICATE, IMAP_AFTER_IDLE};
    const struct imap_grammar *grammar = imap_grammar_builtin();
    bool is_client = root == IMAP_COMMAND;
    size_t count = is_client ? sizeof client / sizeof *client : sizeof server / sizeof *server;

    return (struct side){.root = root,
                         .turns = turns_of(grammar),
                         .transitions =
                             transitions_new(grammar, is_client ? client : server, count)};
}

struct walk {
    struct imap_parser parser;
    struct turns turns;
};

static bool take_event(void *context, const struct imap_event *event) {
    struct walk *walk = context;

    turns_take(&walk->turns, &walk->parser, event);
    return true;
}

void side_walk(const struct side *side, const uint8_t *octets, size_t size, transition_sink *sink,
               void *context) {
    struct walk walk = {.turns = side->turns};

    imap_parser_init(&walk.parser, imap_grammar_builtin(), side->root,
                     side->root == IMAP_COMMAND ? take_event : NULL, &walk);
    transitions_walk(side->transitions, &walk.parser, octets, size, sink, context);
}

void side_free(struct side *side) {
    transitions_free(side->transitions);
}
