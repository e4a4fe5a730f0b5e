#include "group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../compare/placeholder.h"
#include "match.h"
#include "mismatch.h"

enum { WORD = 64 };

struct wanted {
    const struct dialog_step *step;
    char word[WORD];         /* the first of the message: "*", "+" or the tag */
    bool is_end;             /* the group isn't complete before it has come */
    bool arrived;            /* of an end: a message with that word has */
    struct pattern *pattern; /* compiled when its stage opens */
};

/* Expectations are met in stages: one that uses a capture of another one stands in a later stage,
 * so that the value is known when its pattern is compiled; and so does one that must come after
 * others, so that it is known which messages these were. Mostly there is one stage. */
struct group {
    struct replay *replay;
    struct session *session;
    size_t first; /* step */
    size_t count;
    struct wanted *expectations;
    size_t stage, stage_end; /* the open stage: expectations[stage .. stage_end) */
    size_t after;            /* messages[after] is the first that meets an S> line of the stage */
    struct matching matching;
    struct message **messages; /* as in the matching; owned */
    size_t message_count;
    size_t ends_awaited;
    bool ended;                     /* nothing more is to be read */
    const struct message *intruder; /* it ended the group, and nobody had expected it */
    bool closed;                    /* by the server, before the group was complete */
    bool failed;                    /* by the harness: the result says how */
    char problem[SESSION_PROBLEM];  /* why no more messages come; "" while they do */
};

static bool out_of_memory(struct group *group) {
    group->failed = true;
    result_fail(group->replay->result, group->replay->dialog->steps[group->first].line, 0,
                "out of memory");
    return false;
}

static bool is_required(const struct dialog_step *step) {
    return step->expectation != EXPECT_OPTIONAL && step->expectation != EXPECT_ABSENT;
}

/* ---- what belongs to the group --------------------------------------------------------------- */

static bool is_untagged(const char *word) {
    return strcmp(word, "*") == 0;
}

static void first_word(const struct dialog_step *step, char word[WORD]) {
    size_t length = strcspn(step->text, " \r\n");

    snprintf(word, WORD, "%.*s", (int)(length < WORD ? length : WORD - 1), step->text);
}

/* Does the step go on with the group that `step` belongs to? */
static bool continues(const struct dialog *dialog, const struct dialog_step *step, size_t next) {
    return next < dialog->step_count && dialog->steps[next].kind == STEP_EXPECT &&
           dialog->steps[next].connection == step->connection;
}

static bool is_end(const struct dialog_step *step) {
    char word[WORD];

    first_word(step, word);
    return !is_untagged(word) && is_required(step);
}

/* The step after the group. A tagged response ends it; one that may come in any order with its
 * neighbours only does so after the last of these. */
static size_t end_of_group(const struct dialog *dialog, size_t first) {
    size_t next = first;
    bool last;

    do {
        const struct dialog_step *step = &dialog->steps[next++];
        bool goes_on = continues(dialog, step, next);
        bool any_order = goes_on && step->expectation == EXPECT_ANY_ORDER &&
                         dialog->steps[next].expectation == EXPECT_ANY_ORDER;
        last = !goes_on || (is_end(step) && !any_order);
    } while (!last);
    return next;
}

static bool begin_group(struct group *group, struct replay *replay, size_t first, size_t next) {
    *group = (struct group){.replay = replay, .first = first, .count = next - first};
    group->session = replay_connection_of(replay, &replay->dialog->steps[first])->session;
    group->expectations = calloc(group->count, sizeof *group->expectations);
    if (!group->expectations || !match_init(&group->matching, group->count)) {
        return out_of_memory(group);
    }
    for (size_t i = 0; i < group->count; i++) {
        struct wanted *expectation = &group->expectations[i];
        expectation->step = &replay->dialog->steps[first + i];
        first_word(expectation->step, expectation->word);
        expectation->is_end = is_end(expectation->step);
        group->ends_awaited += expectation->is_end;
    }
    return true;
}

static void free_group(struct group *group) {
    for (size_t i = 0; group->expectations && i < group->count; i++) {
        pattern_free(group->expectations[i].pattern);
    }
    for (size_t i = 0; i < group->message_count; i++) {
        message_free(group->messages[i]);
    }
    match_free(&group->matching);
    free(group->expectations);
    free(group->messages);
}

/* ---- stages -------------------------------------------------------------------------------- */

/* Do both name a capture that isn't known yet? */
static bool shares_capture(const struct dialog_step *step, const struct dialog_step *other,
                           const struct variables *known) {
    for (size_t i = 0; i < step->size; i++) {
        struct placeholder placeholder = placeholder_at(step->text, step->size, i);
        if (placeholder.kind == PLACEHOLDER_NONE || placeholder.kind == PLACEHOLDER_BROKEN) {
            continue;
        }
        bool is_new =
            placeholder.kind == PLACEHOLDER_CAPTURE && !variables_get(known, placeholder.name);
        for (size_t j = 0; is_new && j < other->size; j++) {
            struct placeholder there = placeholder_at(other->text, other->size, j);
            if (there.kind == PLACEHOLDER_CAPTURE && strcmp(there.name, placeholder.name) == 0) {
                return true;
            }
        }
        i = placeholder.end - 1;
    }
    return false;
}

static bool depends_on_stage(const struct group *group, size_t expectation) {
    const struct dialog_step *step = group->expectations[expectation].step;

    for (size_t i = group->stage; i < expectation; i++) {
        if (shares_capture(step, group->expectations[i].step, &group->replay->wire)) {
            return true;
        }
    }
    return false;
}

/* Does a run of S> lines begin here? */
static bool begins_after(const struct group *group, size_t expectation) {
    return group->expectations[expectation].step->expectation == EXPECT_AFTER &&
           (expectation == 0 ||
            group->expectations[expectation - 1].step->expectation != EXPECT_AFTER);
}

/* The number of messages up to the last one that met a line before the stage. */
static size_t messages_met(const struct group *group) {
    size_t count = 0;

    for (size_t i = 0; i < group->stage; i++) {
        size_t message = group->matching.message_of[i];
        if (message != MATCH_NONE && message >= count) {
            count = message + 1;
        }
    }
    return count;
}

static bool compile(struct group *group, struct wanted *expectation) {
    struct replay *replay = group->replay;
    const struct dialog_step *step = expectation->step;
    enum imap_root root = dialog_root(replay->dialog, (size_t)(step - replay->dialog->steps));
    size_t size, mapped_size;
    char problem[256] = "out of memory";
    unsigned column;

    uint8_t *text = dialog_expand(step->text, step->size, &replay->wire, &size);
    uint8_t *mapped =
        text ? names_map(replay->names, replay->dialog->grammar, root, text, size, &mapped_size)
             : NULL;
    if (mapped) {
        expectation->pattern =
            pattern_compile(replay->dialog->grammar, root, mapped, mapped_size, problem, &column);
    }
    free(text);
    free(mapped);
    if (expectation->pattern) {
        return true;
    }
    group->failed = true;
    result_fail(replay->result, step->line, step->connection,
                "with what was captured so far the line can't be read: %s", problem);
    return false;
}

/* Would the message meet the expectation? */
static void try_pair(struct group *group, size_t expectation, size_t message) {
    const struct wanted *wanted = &group->expectations[expectation];
    struct variables captures = {0};
    char word[WORD];

    message_first_word(group->messages[message], word, sizeof word);
    bool too_early = wanted->step->expectation == EXPECT_AFTER && message < group->after;
    if (wanted->step->expectation == EXPECT_ABSENT || too_early ||
        strcmp(word, wanted->word) != 0) {
        return;
    }
    if (mismatch_compare(wanted->step, wanted->pattern, group->messages[message],
                         &group->replay->wire, &captures, NULL)) {
        match_allow(&group->matching, expectation, message);
    }
    variables_free(&captures);
}

static bool open_stage(struct group *group) {
    group->stage = group->stage_end;
    if (begins_after(group, group->stage)) {
        group->after = messages_met(group);
    }
    do {
        if (!compile(group, &group->expectations[group->stage_end++])) {
            return false;
        }
    } while (group->stage_end < group->count && !depends_on_stage(group, group->stage_end) &&
             !begins_after(group, group->stage_end));
    for (size_t i = group->stage; i < group->stage_end; i++) {
        for (size_t j = 0; j < group->message_count; j++) {
            if (group->matching.expectation_of[j] == MATCH_NONE) {
                try_pair(group, i, j);
            }
        }
    }
    return true;
}

/* Finds messages for those expectations of the stage that have none. True: all are met. */
static bool meet(struct group *group, bool required) {
    bool all = true;

    for (size_t i = group->stage; i < group->stage_end; i++) {
        bool met = group->matching.message_of[i] != MATCH_NONE;
        if (is_required(group->expectations[i].step) != required || met) {
            continue;
        }
        if (!match_augment(&group->matching, i, &met)) {
            return out_of_memory(group);
        }
        all = all && met;
    }
    return all;
}

/* Optional lines get what the required ones have left over; then the captures are known. */
static bool close_stage(struct group *group) {
    struct replay *replay = group->replay;

    meet(group, false);
    for (size_t i = group->stage; i < group->stage_end && !group->failed; i++) {
        const struct wanted *met = &group->expectations[i];
        struct variables captures = {0};
        if (group->matching.message_of[i] == MATCH_NONE) {
            continue;
        }
        mismatch_compare(met->step, met->pattern, group->messages[group->matching.message_of[i]],
                         &replay->wire, &captures, NULL);
        for (size_t j = 0; j < captures.count; j++) {
            const struct variable *item = &captures.items[j];
            if (!variables_set(&replay->wire, item->name, item->octets, item->size) ||
                !variables_set(&replay->shown, item->name, item->octets, item->size)) {
                out_of_memory(group);
            }
        }
        variables_free(&captures);
    }
    return !group->failed;
}

/* Goes as far as the messages allow. True: all that is required has come. The last stage stays
 * open for more messages. */
static bool advance(struct group *group) {
    while (!group->failed && meet(group, true)) {
        if (group->stage_end == group->count) {
            return true;
        }
        if (!close_stage(group) || !open_stage(group)) {
            return false;
        }
    }
    return false;
}

/* ---- reading ------------------------------------------------------------------------------- */

static bool add_message(struct group *group, struct message *message) {
    if (group->message_count == group->matching.capacity) {
        size_t capacity = group->message_count ? group->message_count * 2 : 16;
        struct message **messages = realloc(group->messages, capacity * sizeof *messages);
        if (!messages) {
            message_free(message);
            return out_of_memory(group);
        }
        group->messages = messages;
    }
    group->messages[group->message_count++] = message;
    if (!match_add_message(&group->matching)) {
        return out_of_memory(group);
    }
    for (size_t i = group->stage; i < group->stage_end; i++) {
        try_pair(group, i, group->message_count - 1);
    }
    return true;
}

/* Which expectation waits for a tagged response or "+" with this word? Ends come first. */
static struct wanted *awaiting(struct group *group, const char *word) {
    struct wanted *optional = NULL;

    for (size_t i = 0; i < group->count; i++) {
        struct wanted *expectation = &group->expectations[i];
        if (strcmp(expectation->word, word) != 0) {
            continue;
        }
        if (expectation->is_end && !expectation->arrived) {
            return expectation;
        }
        if (expectation->step->expectation == EXPECT_OPTIONAL) {
            optional = expectation;
        }
    }
    return optional;
}

/* `satisfied`: the group has no end, and all that is required has come. */
static void receive(struct group *group, struct message *message, bool satisfied) {
    char word[WORD];

    message_first_word(message, word, sizeof word);
    struct wanted *expectation = is_untagged(word) ? NULL : awaiting(group, word);
    if (!is_untagged(word) && !expectation && satisfied) {
        session_unread(group->session, message);
        group->ended = true;
        return;
    }
    if (!add_message(group, message) || is_untagged(word)) {
        return;
    }
    if (!expectation) {
        /* What can't even be read may be the rest of a broken message: no answer to anything. */
        group->ended = !message->refusal;
        group->intruder = group->ended ? message : NULL;
    } else if (expectation->is_end) {
        expectation->arrived = true;
        group->ended = --group->ends_awaited == 0;
    }
}

/* Reads until the group has ended or nothing more comes. A group without an end is read until its
 * lines are met, and then as far as the server has sent already: for S! and S? lines. */
static void read_group(struct group *group) {
    uint64_t deadline = session_deadline(group->session);
    bool has_end = group->ends_awaited > 0;
    struct message *message;

    while (!group->ended && !group->failed) {
        bool satisfied = !has_end && advance(group);
        if (group->failed) {
            return;
        }
        enum session_status status =
            session_read(group->session, satisfied ? CONNECTION_NOW : deadline, &message);
        if (status == SESSION_MESSAGE) {
            receive(group, message, satisfied);
            continue;
        }
        if (!satisfied) {
            snprintf(group->problem, sizeof group->problem, "%s", group->session->problem);
            group->closed = status == SESSION_CLOSED;
        }
        return;
    }
}

/* ---- the verdict --------------------------------------------------------------------------- */

static bool is_alike(const struct group *group, const struct wanted *expectation,
                     const struct message *message) {
    char word[WORD];

    message_first_word(message, word, sizeof word);
    return expectation->is_end ? message == group->intruder || strcmp(word, expectation->word) == 0
                               : is_untagged(word);
}

/* The message to show beside an expectation that nothing met: the likest one that met nothing,
 * else one that can't be read, else the one that ended the group. */
static const struct message *nearest(const struct group *group, const struct wanted *expectation) {
    const struct message *best = NULL, *unreadable = NULL;
    unsigned best_likeness = 0;

    for (size_t i = 0; i < group->message_count; i++) {
        const struct message *message = group->messages[i];
        if (group->matching.expectation_of[i] != MATCH_NONE ||
            !is_alike(group, expectation, message)) {
            continue;
        }
        if (message->refusal) {
            unreadable = message;
            continue;
        }
        unsigned likeness =
            compare_likeness(expectation->pattern, message->octets, message->size, &message->tree);
        if (likeness > best_likeness || (expectation->is_end && !best)) {
            best = message;
            best_likeness = likeness;
        }
    }
    return best ? best : unreadable ? unreadable : group->intruder;
}

/* Would a message meet it that meets another one already? */
static bool is_taken(const struct group *group, size_t expectation) {
    for (size_t i = 0; i < group->message_count; i++) {
        if (group->matching.edges[i * group->count + expectation]) {
            return true;
        }
    }
    return false;
}

static void report_unmet(struct group *group, size_t index) {
    const struct wanted *expectation = &group->expectations[index];

    mismatch_report(group->replay->result, expectation->step, expectation->pattern,
                    &group->replay->wire, nearest(group, expectation),
                    is_taken(group, index) ? "it came less often than it is expected"
                                           : "it did not come",
                    group->problem[0] ? group->problem : NULL);
}

/* A wrong tagged response is the cause of what is missing before it; so it comes first. */
static void report_stage(struct group *group) {
    for (int ends = 1; ends >= 0; ends--) {
        for (size_t i = group->stage; i < group->stage_end; i++) {
            const struct wanted *expectation = &group->expectations[i];
            bool comes_first = expectation->is_end && (expectation->arrived || group->intruder);
            if (is_required(expectation->step) && group->matching.message_of[i] == MATCH_NONE &&
                comes_first == (ends == 1)) {
                report_unmet(group, i);
            }
        }
    }
}

/* What must not come: among untagged messages, none that no other line expects; a tagged response
 * can't be another one, so it is held against it even where it meets its line. */
static bool is_absent(struct group *group, const struct wanted *unwanted) {
    for (size_t i = 0; i < group->message_count; i++) {
        const struct message *message = group->messages[i];
        struct variables captures = {0};
        char word[WORD];
        message_first_word(message, word, sizeof word);
        bool excused = is_untagged(word) && group->matching.expectation_of[i] != MATCH_NONE;
        bool came = !excused && mismatch_compare(unwanted->step, unwanted->pattern, message,
                                                 &group->replay->wire, &captures, NULL);
        variables_free(&captures);
        if (came) {
            mismatch_report_absent(group->replay->result, unwanted->step, unwanted->pattern,
                                   message);
            return false;
        }
    }
    return true;
}

static bool judge(struct group *group) {
    bool passed = !group->failed && advance(group) && close_stage(group);

    if (group->failed) {
        return false;
    }
    if (!passed && group->closed && replay_leave(group->replay, group->first)) {
        passed = true;
    } else if (!passed) {
        report_stage(group);
    }
    for (size_t i = 0; i < group->stage_end; i++) {
        const struct wanted *expectation = &group->expectations[i];
        if (expectation->step->expectation == EXPECT_ABSENT && !is_absent(group, expectation)) {
            passed = false;
        }
    }
    return passed;
}

/* What a group without an end has not used belongs to the next one. */
static void give_back(struct group *group) {
    for (size_t i = group->message_count; i > 0; i--) {
        if (group->matching.expectation_of[i - 1] != MATCH_NONE) {
            continue;
        }
        session_unread(group->session, group->messages[i - 1]);
        group->messages[i - 1] = NULL;
    }
}

bool group_play(struct replay *replay, size_t first, size_t *next) {
    struct group group;
    bool passed = false;

    *next = end_of_group(replay->dialog, first);
    if (begin_group(&group, replay, first, *next)) {
        bool has_end = group.ends_awaited > 0;
        if (open_stage(&group)) {
            read_group(&group);
        }
        passed = judge(&group);
        if (passed && !has_end && !group.closed) {
            give_back(&group);
        }
    }
    free_group(&group);
    return passed;
}
