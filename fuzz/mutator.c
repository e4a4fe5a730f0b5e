#include "mutator.h"

#include <stdlib.h>
#include <string.h>

#include "mutate/change.h"

enum {
    TRIES = 6,       /* changes that are tried before octets are changed at last */
    CHANGES = 3,     /* of one mutant at most */
    ROOM = 1u << 20, /* octets of an input that are looked at */
};

struct mutator {
    struct mutator_settings settings;
    struct imap_generator *generator;
    struct specimen specimen, other;
    uint8_t input[ROOM];
    uint8_t text[CHANGE_TEXT];
};

/* Each as often as it stands here. */
static change *const changes[] = {
    change_regenerate, change_regenerate, change_regenerate, change_splice,
    change_splice,     change_repeat,     change_drop,       change_swap,
    change_grow,       change_shrink,     change_encoding,   change_number,
    change_number,     change_value,      change_value,      change_message,
};

struct mutator_settings mutator_defaults(enum imap_root root) {
    return (struct mutator_settings){.root = root, .lies = 30, .octets = 150};
}

struct mutator *mutator_new(const struct mutator_settings *settings) {
    struct mutator *mutator = malloc(sizeof *mutator);
    struct imap_grammar_problem problem;

    if (!mutator) {
        return NULL;
    }
    mutator->settings = *settings;
    mutator->generator = imap_generator_new(NULL, 0, NULL, &problem);
    if (!mutator->generator) {
        free(mutator);
        return NULL;
    }
    return mutator;
}

/* One change of a kind that is chosen at random. */
static bool change_once(struct mutator *mutator, struct changing *changing) {
    uint32_t lot = random_below(changing->random, 1000);

    if (lot < mutator->settings.lies) {
        return change_count(changing);
    }
    if (lot < mutator->settings.lies + mutator->settings.octets) {
        return change_octets(changing);
    }
    return changes[random_below(changing->random, sizeof changes / sizeof *changes)](changing);
}

static void change_some(struct mutator *mutator, struct changing *changing) {
    bool is_changed = false;

    for (int i = 0; i < TRIES && !is_changed; i++) {
        is_changed = change_once(mutator, changing);
    }
    if (!is_changed) {
        change_octets(changing);
    }
}

size_t mutator_mutate(struct mutator *mutator, uint64_t seed, const uint8_t *input, size_t size,
                      const uint8_t *other, size_t other_size, uint8_t *output, size_t room) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct random random = random_stream(seed, size);
    struct draft draft = {output, size < room ? size : room, room};
    uint32_t times = 1 + random_below(&random, CHANGES);

    draft.size = draft.size < ROOM ? draft.size : ROOM;
    memmove(output, input, draft.size);
    if (other) {
        specimen_read(&mutator->other, grammar, mutator->settings.root, other, other_size, &random);
    }
    for (uint32_t i = 0; i < times && draft.size <= ROOM; i++) {
        memcpy(mutator->input, output, draft.size);
        specimen_read(&mutator->specimen, grammar, mutator->settings.root, mutator->input,
                      draft.size, &random);
        struct changing changing = {.generator = mutator->generator,
                                    .root = mutator->settings.root,
                                    .specimen = &mutator->specimen,
                                    .other = other ? &mutator->other : NULL,
                                    .draft = &draft,
                                    .random = &random,
                                    .text = mutator->text};
        change_some(mutator, &changing);
    }
    if (draft.size == 0 && room > 0) {
        output[0] = '\n';
        draft.size = 1;
    }
    return draft.size;
}

size_t mutator_cross(struct mutator *mutator, uint64_t seed, const uint8_t *input, size_t size,
                     const uint8_t *other, size_t other_size, uint8_t *output, size_t room) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct random random = random_stream(seed, size);
    struct specimen *specimens[] = {&mutator->specimen, &mutator->other};
    size_t next[] = {0, 0};
    struct draft draft = {output, 0, room};

    specimen_read(specimens[0], grammar, mutator->settings.root, input, size, &random);
    specimen_read(specimens[1], grammar, mutator->settings.root, other, other_size, &random);
    while (next[0] < specimens[0]->message_count || next[1] < specimens[1]->message_count) {
        uint32_t which = random_below(&random, 2);
        const struct specimen *from = specimens[which];
        size_t message = next[which]++;
        bool is_taken = message < from->message_count && !random_once_in(&random, 4);
        size_t start = is_taken ? from->starts[message] : 0;
        size_t end = is_taken ? from->starts[message + 1] : 0;
        draft_replace(&draft, draft.size, draft.size, from->octets + start, end - start);
    }
    return draft.size;
}

void mutator_free(struct mutator *mutator) {
    if (mutator) {
        imap_generator_free(mutator->generator);
        free(mutator);
    }
}
