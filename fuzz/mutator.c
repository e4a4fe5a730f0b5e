#include "mutator.h"

#include <stdlib.h>
#include <string.h>

#include "mutate/change.h"
#include "mutate/session.h"

enum {
    CHANGES = 4, /* of one mutant at most */
    TRIES = 6,   /* changes of one message that are tried before a random one takes its place */
    SHARES = 1000
};

struct mutator {
    struct mutator_settings settings;
    struct imap_generator *generator;
    struct edges *edges;
    struct imap_extensions extensions;
    struct session session, other_session;
    struct specimen specimen, other;
    uint8_t text[CHANGE_TEXT];
    uint8_t work[CHANGE_TEXT];
};

/* What one mutant is made with. */
struct mutation {
    struct mutator *mutator;
    struct random random;
    enum imap_root root;
    bool has_other;
    struct draft draft; /* the mutant */
};

/* Each as often as it stands here. */
static change *const changes[] = {
    change_regenerate, change_regenerate, change_regenerate, change_regenerate, change_splice,
    change_splice,     change_repeat,     change_drop,       change_swap,       change_grow,
    change_shrink,     change_encoding,   change_edge,       change_edge,       change_edge,
    change_value,      change_word,
};

struct mutator_settings mutator_defaults(enum imap_root root) {
    return (struct mutator_settings){.root = root, .lies = 30, .octets = 200};
}

struct mutator *mutator_new(const struct mutator_settings *settings) {
    struct mutator *mutator = calloc(1, sizeof *mutator);
    struct imap_grammar_problem problem;

    if (!mutator) {
        return NULL;
    }
    mutator->settings = *settings;
    mutator->generator = imap_generator_new(NULL, 0, NULL, &problem);
    mutator->edges = edges_new(imap_grammar_builtin());
    imap_extensions_of_dialect(imap_grammar_builtin(), "all", &mutator->extensions);
    if (!mutator->generator || !mutator->edges) {
        mutator_free(mutator);
        return NULL;
    }
    return mutator;
}

static enum imap_root root_of(const struct mutator *mutator, const uint8_t *input, size_t size) {
    return mutator->settings.root == MUTATOR_ANY_SIDE ? session_guess(input, size)
                                                      : mutator->settings.root;
}

/* ---- one message ----------------------------------------------------------------------------- */

static void read_message(const struct mutation *mutation, struct specimen *specimen,
                         const struct session *session, size_t index, const uint8_t *octets) {
    const uint8_t *message = octets + session->starts[index];
    size_t size = session->starts[index + 1] - session->starts[index];

    specimen_read(specimen, imap_grammar_builtin(), &mutation->mutator->extensions,
                  session_root(mutation->root, index, message, size), message, size);
}

/* The message as it is, to be changed. */
static struct draft fresh_work(const struct mutation *mutation) {
    struct mutator *mutator = mutation->mutator;
    size_t around = mutation->draft.size - mutator->specimen.size;
    size_t room = mutation->draft.capacity - around;

    memcpy(mutator->work, mutator->specimen.octets, mutator->specimen.size);
    return (struct draft){mutator->work, mutator->specimen.size,
                          room < CHANGE_TEXT ? room : CHANGE_TEXT};
}

static bool keeps_grammar(const struct mutation *mutation, const struct draft *work) {
    const struct mutator *mutator = mutation->mutator;

    return !mutator->specimen.is_whole ||
           specimen_can_be(imap_grammar_builtin(), &mutator->extensions, mutator->specimen.root,
                           work->octets, work->size);
}

/* What is left to do if nothing else can be done: another message of the kind. */
static bool change_all(struct changing *changing) {
    size_t size = change_generate(
        changing->generator, imap_root_rule(changing->grammar, changing->specimen->root),
        changing->specimen->root == IMAP_COMMAND, changing->random, changing->text);

    return size > 0 &&
           draft_replace(changing->draft, 0, changing->draft->size, changing->text, size);
}

/* Changes the message that is the specimen: so, or NULL: in a way chosen at random. */
static void change_message(struct mutation *mutation, size_t start, change *so) {
    struct mutator *mutator = mutation->mutator;
    struct draft work;
    struct changing changing = {.grammar = imap_grammar_builtin(),
                                .generator = mutator->generator,
                                .edges = mutator->edges,
                                .specimen = &mutator->specimen,
                                .other = mutation->has_other ? &mutator->other : NULL,
                                .draft = &work,
                                .random = &mutation->random,
                                .text = mutator->text};
    bool is_changed = false;

    for (int i = 0; i < TRIES && !is_changed; i++) {
        work = fresh_work(mutation);
        uint32_t choice = random_below(&mutation->random, sizeof changes / sizeof *changes);
        is_changed = so && i == 0 ? so(&changing)
                                  : changes[choice](&changing) && keeps_grammar(mutation, &work);
    }
    if (!is_changed) {
        work = fresh_work(mutation);
        is_changed = change_all(&changing);
    }
    if (is_changed) {
        draft_replace(&mutation->draft, start, start + mutator->specimen.size, work.octets,
                      work.size);
    }
}

/* ---- messages of a session ------------------------------------------------------------------- */

static bool insert_message(struct mutation *mutation, size_t index) {
    struct mutator *mutator = mutation->mutator;
    enum imap_root root =
        mutation->root == IMAP_GREETING && index > 0 ? IMAP_RESPONSE : mutation->root;
    size_t at = mutator->session.starts[index];
    size_t size = change_generate(mutator->generator, imap_root_rule(imap_grammar_builtin(), root),
                                  root == IMAP_COMMAND, &mutation->random, mutator->text);

    return size > 0 && draft_replace(&mutation->draft, at, at, mutator->text, size);
}

/* A message: once more, no more, at another place, or a random one beside it. */
static bool change_session(struct mutation *mutation) {
    struct session *session = &mutation->mutator->session;
    struct draft *draft = &mutation->draft;
    uint32_t count = (uint32_t)session->count;
    size_t index = random_below(&mutation->random, count), start = session->starts[index];
    size_t end = session->starts[index + 1];
    size_t to = session->starts[random_below(&mutation->random, count + 1)];

    switch (random_below(&mutation->random, 4)) {
    case 0:
        return insert_message(mutation, random_below(&mutation->random, count + 1));
    case 1:
        return draft_copy(draft, start, end, to);
    case 2:
        return count > 1 && draft_replace(draft, start, end, "", 0);
    default:
        return to >= end ? to > end && draft_exchange(draft, start, end, end, to,
                                                      mutation->mutator->text, CHANGE_TEXT)
                         : to < start && draft_exchange(draft, to, start, start, end,
                                                        mutation->mutator->text, CHANGE_TEXT);
    }
}

/* ---- mutants --------------------------------------------------------------------------------- */

static void change_once(struct mutation *mutation, change *so) {
    struct mutator *mutator = mutation->mutator;
    struct session *session = &mutator->session;
    enum { SESSION_CHANGES = 8 }; /* once in so many times it is not about one message */

    session_cut(session, mutation->draft.octets, mutation->draft.size);
    if (session->count == 0) {
        session->starts[0] = 0;
        insert_message(mutation, 0);
    } else if (so || !random_once_in(&mutation->random, SESSION_CHANGES) ||
               !change_session(mutation)) {
        size_t index = random_below(&mutation->random, (uint32_t)session->count);
        read_message(mutation, &mutator->specimen, session, index, mutation->draft.octets);
        change_message(mutation, session->starts[index], so);
    }
}

static void change_some(struct mutation *mutation) {
    const struct mutator_settings *settings = &mutation->mutator->settings;
    uint32_t lot = random_below(&mutation->random, SHARES);

    if (lot < settings->lies) {
        change_once(mutation, change_count);
    } else if (lot < settings->lies + settings->octets) {
        change_once(mutation, lot % 2 == 0 ? change_octets : change_break);
    } else {
        for (uint32_t i = 1 + random_below(&mutation->random, CHANGES); i > 0; i--) {
            change_once(mutation, NULL);
        }
    }
}

/* A message of the other input, for changes that take parts. */
static void read_other(struct mutation *mutation, const uint8_t *other, size_t size) {
    struct mutator *mutator = mutation->mutator;

    session_cut(&mutator->other_session, other, size);
    mutation->has_other = mutator->other_session.count > 0;
    if (mutation->has_other) {
        size_t index = random_below(&mutation->random, (uint32_t)mutator->other_session.count);
        read_message(mutation, &mutator->other, &mutator->other_session, index, other);
    }
}

size_t mutator_mutate(struct mutator *mutator, uint64_t seed, const uint8_t *input, size_t size,
                      const uint8_t *other, size_t other_size, uint8_t *output, size_t room) {
    struct mutation mutation = {.mutator = mutator,
                                .random = random_stream(seed, size),
                                .root = root_of(mutator, input, size),
                                .draft = {output, size < room ? size : room, room}};

    memmove(output, input, mutation.draft.size);
    if (other) {
        read_other(&mutation, other, other_size);
    }
    change_some(&mutation);
    if (mutation.draft.size == 0 && room > 0) {
        output[0] = '\n';
        mutation.draft.size = 1;
    }
    return mutation.draft.size;
}

size_t mutator_cross(struct mutator *mutator, uint64_t seed, const uint8_t *input, size_t size,
                     const uint8_t *other, size_t other_size, uint8_t *output, size_t room) {
    struct random random = random_stream(seed, size);
    const struct session *sessions[] = {&mutator->session, &mutator->other_session};
    const uint8_t *octets[] = {input, other};
    size_t next[] = {0, 0};
    struct draft draft = {output, 0, room};
    enum { LEFT_OUT = 4 }; /* once in so many times a message is */

    session_cut(&mutator->session, input, size);
    session_cut(&mutator->other_session, other, other_size);
    while (next[0] < sessions[0]->count || next[1] < sessions[1]->count) {
        uint32_t which = random_below(&random, 2);
        const struct session *from = sessions[which];
        size_t message = next[which]++;
        if (message < from->count && !random_once_in(&random, LEFT_OUT)) {
            draft_replace(&draft, draft.size, draft.size, octets[which] + from->starts[message],
                          from->starts[message + 1] - from->starts[message]);
        }
    }
    return draft.size;
}

void mutator_free(struct mutator *mutator) {
    if (mutator) {
        imap_generator_free(mutator->generator);
        edges_free(mutator->edges);
        free(mutator);
    }
}
