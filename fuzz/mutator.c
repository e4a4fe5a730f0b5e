#include "mutator.h"

#include <stdlib.h>
#include <string.h>

#include "mutate/change.h"
#include "mutate/session.h"

enum {
    CHANGES = 4, /* of one mutant at most */
    TRIES = 6,   /* changes of one message that are tried before another takes their place */
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
    const uint8_t *other; /* the other input */
    size_t other_size;    /* 0: there is none */
    struct draft draft;   /* the mutant */
};

/* What the grammar is to say of a message that it read before it was changed. */
enum verdict { READ, REFUSED, EITHER };

/* Changes to choose from. */
struct choice {
    enum verdict verdict;
    change *const *changes; /* each as often as it stands there */
    uint32_t count;         /* of changes */
    change *otherwise;      /* what is left to do if none of them can be made */
};

/* Another message of the kind. */
static bool change_all(struct changing *changing) {
    size_t size = change_generate(
        changing->generator, imap_root_rule(changing->grammar, changing->specimen->root),
        changing->specimen->root == IMAP_COMMAND, changing->random, changing->text);

    return size > 0 &&
           draft_replace(changing->draft, 0, changing->draft->size, changing->text, size);
}

static change *const sound_changes[] = {
    change_regenerate, change_regenerate, change_regenerate, change_regenerate, change_splice,
    change_splice,     change_splice,     change_repeat,     change_drop,       change_swap,
    change_grow,       change_shrink,     change_encoding,   change_edge,       change_edge,
    change_edge,       change_value,      change_lengthen,   change_word,
};
static const struct choice sound = {READ, sound_changes,
                                    sizeof sound_changes / sizeof *sound_changes, change_all};

static change *const wrong_changes[] = {
    change_octets, change_octets, change_octets, change_break,    change_break,
    change_break,  change_edge,   change_edge,   change_lengthen, change_deepen,
};
static const struct choice wrong = {REFUSED, wrong_changes,
                                    sizeof wrong_changes / sizeof *wrong_changes, change_octets};

static change *const lies[] = {change_count};
static const struct choice lying = {EITHER, lies, 1, change_octets};

struct mutator_settings mutator_defaults(enum imap_root root) {
    return (struct mutator_settings){.root = root, .lies = 30, .wrong = 200};
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

/* The message as it is, to be changed. */
static struct draft fresh_work(const struct mutation *mutation) {
    struct mutator *mutator = mutation->mutator;
    size_t around = mutation->draft.size - mutator->specimen.size;
    size_t room = mutation->draft.capacity - around;

    memcpy(mutator->work, mutator->specimen.octets, mutator->specimen.size);
    return (struct draft){mutator->work, mutator->specimen.size,
                          room < CHANGE_TEXT ? room : CHANGE_TEXT};
}

static bool is_as_wanted(const struct mutation *mutation, const struct draft *work,
                         enum verdict verdict) {
    const struct mutator *mutator = mutation->mutator;
    const struct specimen *specimen = &mutator->specimen;

    if (work->size == specimen->size && memcmp(work->octets, specimen->octets, work->size) == 0) {
        return false;
    }
    return !specimen->is_whole || verdict == EITHER ||
           specimen_can_be(imap_grammar_builtin(), &mutator->extensions, specimen->root,
                           work->octets, work->size) == (verdict == READ);
}

/* Any message of an input, that parts are taken from. */
static void read_other(struct mutation *mutation, enum imap_root root,
                       const struct session *session, const uint8_t *input) {
    struct mutator *mutator = mutation->mutator;

    specimen_read_of(&mutator->other, imap_grammar_builtin(), &mutator->extensions, root, session,
                     random_below(&mutation->random, (uint32_t)session->count), input);
}

/* Of the other input, or of this one, where there is no other, and now and then. */
static void find_other(struct mutation *mutation) {
    struct mutator *mutator = mutation->mutator;
    enum { OWN = 8 }; /* once in so many times */

    if (mutation->other_size == 0 || random_once_in(&mutation->random, OWN)) {
        read_other(mutation, mutation->root, &mutator->session, mutation->draft.octets);
    } else {
        session_cut(&mutator->other_session, mutation->other, mutation->other_size);
        read_other(mutation, root_of(mutator, mutation->other, mutation->other_size),
                   &mutator->other_session, mutation->other);
    }
}

/* Changes the message that is the specimen. */
static void change_message(struct mutation *mutation, size_t start, const struct choice *choice) {
    struct mutator *mutator = mutation->mutator;
    struct draft work;
    struct changing changing = {.grammar = imap_grammar_builtin(),
                                .generator = mutator->generator,
                                .edges = mutator->edges,
                                .specimen = &mutator->specimen,
                                .other = &mutator->other,
                                .draft = &work,
                                .random = &mutation->random,
                                .text = mutator->text};
    bool is_changed = false;

    for (int i = 0; i < TRIES && !is_changed; i++) {
        change *one = choice->changes[random_below(&mutation->random, choice->count)];
        if (one == change_splice) { /* no other change needs it, and to read it takes time */
            find_other(mutation);
        }
        work = fresh_work(mutation);
        is_changed = one(&changing) && is_as_wanted(mutation, &work, choice->verdict);
    }
    if (!is_changed) {
        work = fresh_work(mutation);
        is_changed = choice->otherwise(&changing);
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

static bool move_message(struct mutation *mutation, size_t start, size_t end, size_t to) {
    struct draft *draft = &mutation->draft;
    uint8_t *scratch = mutation->mutator->text;

    if (to < start) {
        return draft_exchange(draft, to, start, start, end, scratch, CHANGE_TEXT);
    }
    return to > end && draft_exchange(draft, start, end, end, to, scratch, CHANGE_TEXT);
}

/* A message: no more, once more, at another place, or a random one beside it. It is left out so
 * often that sessions do not grow. */
static bool change_session(struct mutation *mutation) {
    const struct session *session = &mutation->mutator->session;
    uint32_t count = (uint32_t)session->count;
    size_t index = random_below(&mutation->random, count), start = session->starts[index];
    size_t end = session->starts[index + 1];
    size_t to = session->starts[random_below(&mutation->random, count + 1)];

    switch (random_below(&mutation->random, 6)) {
    case 0:
        return insert_message(mutation, random_below(&mutation->random, count + 1));
    case 1:
        return draft_copy(&mutation->draft, start, end, to);
    case 2:
        return move_message(mutation, start, end, to);
    default:
        return count > 1 && draft_replace(&mutation->draft, start, end, "", 0);
    }
}

/* ---- mutants --------------------------------------------------------------------------------- */

static void change_once(struct mutation *mutation, const struct choice *choice) {
    struct mutator *mutator = mutation->mutator;
    struct session *session = &mutator->session;
    enum { SESSION_CHANGES = 8 }; /* once in so many times it is not about one message */

    session_cut(session, mutation->draft.octets, mutation->draft.size);
    if (session->count == 0) {
        insert_message(mutation, 0);
    } else if (choice != &sound || !random_once_in(&mutation->random, SESSION_CHANGES) ||
               !change_session(mutation)) {
        size_t index = random_below(&mutation->random, (uint32_t)session->count);
        specimen_read_of(&mutator->specimen, imap_grammar_builtin(), &mutator->extensions,
                         mutation->root, session, index, mutation->draft.octets);
        change_message(mutation, session->starts[index], choice);
    }
}

static void change_some(struct mutation *mutation) {
    const struct mutator_settings *settings = &mutation->mutator->settings;
    uint32_t lot = random_below(&mutation->random, SHARES);

    if (lot < settings->lies) {
        change_once(mutation, &lying);
    } else if (lot < settings->lies + settings->wrong) {
        change_once(mutation, &wrong);
    } else {
        for (uint32_t i = 1 + random_below(&mutation->random, CHANGES); i > 0; i--) {
            change_once(mutation, &sound);
        }
    }
}

size_t mutator_mutate(struct mutator *mutator, uint64_t seed, const uint8_t *input, size_t size,
                      const uint8_t *other, size_t other_size, uint8_t *output, size_t room) {
    struct mutation mutation = {.mutator = mutator,
                                .random = random_stream(seed, size),
                                .root = root_of(mutator, input, size),
                                .other = other,
                                .other_size = other ? other_size : 0,
                                .draft = {output, size < room ? size : room, room}};

    if (mutation.draft.size > 0) {
        memmove(output, input, mutation.draft.size);
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

    session_cut(&mutator->session, input, size);
    session_cut(&mutator->other_session, other, other_size);
    while (next[0] < sessions[0]->count || next[1] < sessions[1]->count) {
        uint32_t which = random_below(&random, 2);
        const struct session *from = sessions[which];
        size_t message = next[which]++;
        /* Half of them: what is crossed again and again does not grow. */
        if (message < from->count && (from->count == 1 || random_once_in(&random, 2))) {
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
