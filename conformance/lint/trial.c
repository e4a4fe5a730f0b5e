#include "trial.h"

static bool note_event(void *context, const struct imap_event *event) {
    struct trial_events *events = context;

    if (event->kind == IMAP_EVENT_LITERAL) {
        events->literal = event->value;
    }
    if (event->finding == IMAP_MALFORMED_CODE && !events->malformed) {
        events->malformed = true;
        events->malformed_at = event->start;
        events->malformed_rule = event->rule;
    }
    if (event->finding == IMAP_EXTENSION_NOT_ENABLED && events->extension == 0) {
        events->extension = (unsigned)event->value;
        events->extension_at = event->start;
    }
    if (event->finding == IMAP_QUIRK_USED && !events->quirks[event->value]) {
        events->quirks[event->value] = true;
        events->quirks_at[event->value] = event->start;
    }
    return true;
}

void trial_begin(struct trial *trial, struct trial_events *events,
                 const struct imap_grammar *grammar, const struct imap_extensions *extensions,
                 const struct tolerance *tolerance, enum imap_root root) {
    *trial = (struct trial){.verdict = TRIAL_OPEN, .sink = events, .grammar = grammar};
    *events = trial->events;
    imap_parser_init(&trial->parser, grammar, root, note_event, events);
    imap_parser_allow(&trial->parser, extensions);
    tolerance_apply(tolerance, &trial->parser);
}

/* The index in the text at which the error stands. A number that is too large may have begun
 * before the text. */
static size_t index_of_error(const struct trial *trial, uint64_t start, size_t size) {
    uint64_t offset = imap_parser_error(&trial->parser)->offset;
    uint64_t index = offset > start ? offset - start : 0;
    return index < size ? (size_t)index : size;
}

void trial_run(struct trial *trial, const struct trial *before, const uint8_t *octets, size_t size,
               bool line_end) {
    size_t consumed;

    *trial = *before;
    *trial->sink = before->events;
    enum imap_status status = imap_parser_feed(&trial->parser, octets, size, &consumed);
    if (status != IMAP_FAILED && line_end) {
        status = imap_parser_feed(&trial->parser, "\r\n", 2, &consumed);
    }
    trial->events = *trial->sink;
    trial->offset += size + (line_end ? 2 : 0);
    if (status == IMAP_FAILED) {
        trial->verdict = TRIAL_REFUSED;
    } else if (!line_end) {
        trial->verdict = TRIAL_OPEN;
    } else {
        trial->verdict = imap_parser_at_start(&trial->parser) ? TRIAL_COMPLETE : TRIAL_LITERAL;
    }
    trial->at = status == IMAP_FAILED ? index_of_error(trial, before->offset, size) : size;
}

const char *trial_rule(const struct trial *trial) {
    return imap_rule_name(trial->grammar, imap_parser_error(&trial->parser)->rule);
}
