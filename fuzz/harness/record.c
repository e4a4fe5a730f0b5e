#include "record.h"

#include <stdio.h>
#include <string.h>

#include "choice.h"
#include "turns.h"

struct recording {
    struct record *record;
    struct imap_parser parser;
    struct turns turns;
    unsigned pauses;
    unsigned events;
};

static void add(struct record *record, const struct record_item *item) {
    if (record->count < RECORD_MAXIMUM) {
        record->items[record->count++] = *item;
    }
}

static bool add_event(void *context, const struct imap_event *event) {
    struct recording *recording = context;
    struct record_item item = {.kind = (int)event->kind,
                               .finding = (int)event->finding,
                               .rule = event->rule,
                               .non_synchronizing = event->non_synchronizing,
                               .binary = event->binary,
                               .start = event->start,
                               .end = event->end,
                               .value = event->value};

    add(recording->record, &item);
    turns_take(&recording->turns, &recording->parser, event);
    return recording->pauses == 0 || ++recording->events % recording->pauses != 0;
}

static void add_error(struct record *record, const struct imap_error *error) {
    struct record_item item = {.kind = RECORD_ERROR,
                               .got = error->got,
                               .rule = error->rule,
                               .start = error->offset,
                               .end = error->message,
                               .value = (uint64_t)error->code};

    add(record, &item);
}

static void prepare(struct imap_parser *parser, const struct feeding *feeding) {
    static const struct imap_limits small = {.line = 100, .literal = 20, .message = 200};

    if (feeding->small_limits) {
        imap_parser_limit(parser, &small);
    }
    for (int i = 0; i < IMAP_QUIRK_COUNT; i++) {
        if (feeding->quirks >> i & 1) {
            imap_parser_tolerate(parser, (enum imap_quirk)i);
        }
    }
}

void record_input(struct record *record, enum imap_root root, const uint8_t *octets, size_t size,
                  const struct feeding *feeding) {
    struct recording recording = {
        .record = record, .turns = turns_of(imap_grammar_builtin()), .pauses = feeding->pauses};
    struct imap_parser *parser = &recording.parser;
    struct random random = random_stream(feeding->cuts, size);

    record->count = 0;
    imap_parser_init(parser, imap_grammar_builtin(), root, add_event, &recording);
    prepare(parser, feeding);
    for (size_t at = 0, consumed; at < size; at += consumed) {
        size_t piece = feeding->cuts != 0 ? 1 + random_below(&random, (uint32_t)feeding->piece)
                                          : feeding->piece;
        piece = piece < size - at ? piece : size - at;
        if (imap_parser_feed(parser, octets + at, piece, &consumed) == IMAP_FAILED) {
            add_error(record, imap_parser_error(parser));
            imap_parser_resync(parser);
        }
    }
    struct record_item end = {
        .kind = RECORD_END, .start = parser->offset, .value = imap_parser_at_start(parser)};
    add(record, &end);
}

static bool is_same(const struct record_item *one, const struct record_item *other) {
    return one->kind == other->kind && one->finding == other->finding && one->got == other->got &&
           one->rule == other->rule && one->non_synchronizing == other->non_synchronizing &&
           one->binary == other->binary && one->start == other->start && one->end == other->end &&
           one->value == other->value;
}

size_t record_difference(const struct record *one, const struct record *other) {
    size_t i = 0;

    while (i < one->count && i < other->count && is_same(&one->items[i], &other->items[i])) {
        i++;
    }
    return i == one->count && i == other->count ? SIZE_MAX : i;
}

void record_write(const struct record *record, size_t index, char text[RECORD_TEXT]) {
    static const char *const kinds[] = {"end", "error", "node", "literal", "finding", "message"};
    const struct record_item *item = &record->items[index];

    if (index >= record->count) {
        snprintf(text, RECORD_TEXT, "nothing");
        return;
    }
    snprintf(text, RECORD_TEXT, "%s %llu..%llu %s = %llu (finding %d, got %d%s%s)",
             kinds[item->kind - RECORD_END], (unsigned long long)item->start,
             (unsigned long long)item->end, imap_rule_name(imap_grammar_builtin(), item->rule),
             (unsigned long long)item->value, item->finding, item->got,
             item->non_synchronizing ? ", +" : "", item->binary ? ", ~" : "");
}
