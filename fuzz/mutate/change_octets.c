/* Changes of octets, whatever they stand for. */
#include <ctype.h>

#include "change.h"

enum {
    TRIES = 8,   /* to find a word */
    TIMES = 4,   /* octets or pieces changed at most */
    PIECE = 64,  /* octets of a piece that comes twice, at most */
    UNENDED = 4, /* once in so many times a message that is cut has no CRLF */
    NEAR = 4     /* octets before the one that the grammar refuses */
};

/* Octets that mean something to IMAP, or to those who read it. */
static const char special[] = "\r\n\0 \"\\(){}[]<>*%&+~=:,./?-\x7F\x80\xFF\xC3\xA9";

static uint8_t choose_octet(struct random *random) {
    return random_once_in(random, 2) ? (uint8_t)special[random_below(random, sizeof special - 1)]
                                     : (uint8_t)random_next(random);
}

/* 1 to `most` octets, seldom many. */
static size_t piece(struct random *random, size_t most) {
    size_t size = 1 + (size_t)random_sized(random, PIECE - 1);
    return size < most ? size : most;
}

bool change_disturb(struct random *random, struct draft *draft, size_t start) {
    bool is_changed = false;

    for (uint32_t times = 1 + random_below(random, TIMES); times > 0; times--) {
        uint32_t count = (uint32_t)(draft->size - start);
        size_t at = start + (count > 0 ? random_below(random, count) : 0);
        uint8_t octet = choose_octet(random);
        switch (count > 0 ? random_below(random, 4) : 1) {
        case 0:
            draft->octets[at] = octet;
            is_changed = true;
            break;
        case 1:
            is_changed |= draft_replace(draft, at, at, &octet, 1);
            break;
        case 2:
            is_changed |= draft_replace(draft, at, at + 1, "", 0);
            break;
        default:
            is_changed |= draft_copy(draft, at, at + piece(random, draft->size - at), at);
        }
    }
    return is_changed;
}

bool change_octets(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;
    bool here = !specimen->is_whole && random_once_in(changing->random, 2);
    size_t start = here && specimen->read > NEAR ? specimen->read - NEAR : 0;

    return change_disturb(changing->random, changing->draft,
                          start < changing->draft->size ? start : 0);
}

/* Ends the line at `at`, and now and then the message without a line's end. */
static bool cut(struct changing *changing, size_t at) {
    size_t end = changing->draft->size;

    if (!random_once_in(changing->random, UNENDED) && end >= at + 2) {
        end -= 2;
    }
    return draft_replace(changing->draft, at, end, "", 0);
}

bool change_break(struct changing *changing) {
    const struct specimen *specimen = changing->specimen;
    uint32_t node = specimen_choose(specimen, changing->random);
    bool at_start = random_once_in(changing->random, 2);
    size_t at = (size_t)(at_start ? specimen->nodes[node].start : specimen->nodes[node].end);
    uint8_t octet = choose_octet(changing->random);

    if (node == 0 || at >= changing->draft->size) {
        return false;
    }
    switch (random_below(changing->random, 4)) {
    case 0:
        return draft_replace(changing->draft, at, at + 1, "", 0);
    case 1:
        return draft_replace(changing->draft, at, at, &octet, 1);
    case 2:
        return draft_replace(changing->draft, at, at + 1, &octet, 1);
    default:
        return cut(changing, at);
    }
}

/* ---- words ----------------------------------------------------------------------------------- */

static bool is_of_word(uint8_t octet) {
    return isalnum(octet) || octet == '-' || octet == '.';
}

bool change_word(struct changing *changing) {
    static const char others[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._!$";
    struct draft *draft = changing->draft;
    size_t at = 0;

    for (int i = 0; i < TRIES && draft->size > 0 && !is_of_word(draft->octets[at]); i++) {
        at = random_below(changing->random, (uint32_t)draft->size);
    }
    if (draft->size == 0 || !is_of_word(draft->octets[at])) {
        return false;
    }
    uint8_t other = (uint8_t)others[random_below(changing->random, sizeof others - 1)];
    size_t end = at;
    while (end < draft->size && is_of_word(draft->octets[end])) {
        end++;
    }
    switch (random_below(changing->random, 3)) {
    case 0:
        return draft_replace(draft, at, at + 1, &other, 1);
    case 1:
        return draft_replace(draft, at, at, &other, 1);
    default:
        return draft_replace(draft, at, end, "", 0);
    }
}
