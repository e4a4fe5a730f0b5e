/* A message for every transition, and for every state an octet that it refuses. A message is the
 * path to a place, then more, then what completes each machine that is open: the frames, which the
 * path has called. */
#include <stdlib.h>
#include <string.h>

#include "paths.h"

enum { MAX_FRAMES = IMAP_MAX_DEPTH };

/* Where a reader rests after the octets so far. A machine that may be at its end is left with the
 * next octet only: the reader is in places[0], then in the places that it returns to. */
struct rest {
    uint32_t places[MAX_FRAMES];
    unsigned count;
    uint32_t caught;   /* the place that goes on if this fails, PATHS_NONE for none */
    unsigned returned; /* how many of places[] are returned to by then, where that isn't a frame */
    unsigned frames;   /* that are open there */
};

struct writing {
    struct paths paths;
    imap_case_sink *sink;
    void *context;
    uint8_t *octets;
    size_t size, capacity;
    uint32_t *trail; /* the places of the path at hand, last first */
    size_t trail_capacity;
    uint32_t frames[MAX_FRAMES]; /* moves that have called */
    unsigned frame_count;
    struct rest rest;
    size_t literal_count; /* written so far */
    bool failed;          /* memory is out, or calls are too deep */
    bool done;            /* the sink has had enough */
};

/* ---- octets -------------------------------------------------------------------------------- */

static void put(struct writing *w, const void *octets, size_t count) {
    if (w->capacity - w->size < count) {
        size_t larger = w->capacity * 2 + count;
        uint8_t *copy = realloc(w->octets, larger);
        if (copy == NULL) {
            w->failed = true;
            return;
        }
        w->octets = copy;
        w->capacity = larger;
    }
    memcpy(w->octets + w->size, octets, count);
    w->size += count;
}

static void put_text(struct writing *w, const char *text) {
    put(w, text, strlen(text));
}

static const struct move *move_with(const struct paths *paths, uint32_t place, uint8_t octet) {
    const struct place *from = &paths->places[place];
    const struct move *move = paths->moves + from->moves;
    while (move->octet != octet) {
        move++;
    }
    return move;
}

static void put_move(struct writing *, const struct move *);
static void put_completion(struct writing *, uint32_t place);

/* A called machine, from the call's octet to its end. */
static void put_call(struct writing *w, const struct move *call) {
    struct rest *rest = &w->rest;
    size_t literals = w->literal_count;
    const struct move *first = move_with(&w->paths, call->entry, call->octet);
    put_move(w, first);
    put_completion(w, first->target);
    if (rest->count == MAX_FRAMES) {
        w->failed = true;
        return;
    }
    if (call->operation == OPERATION_CATCH && w->literal_count == literals) {
        rest->caught = call->caught;
        rest->returned = rest->count + 1;
        rest->frames = w->frame_count;
    }
    rest->places[rest->count++] = call->target;
}

/* The octets of a move, to its target. A shortest text holds no machine within itself, so the
 * recursion is as deep as there are machines at the most. */
static void put_move(struct writing *w, const struct move *move) {
    struct rest *rest = &w->rest;
    if (move->operation == OPERATION_CALL || move->operation == OPERATION_CATCH) {
        put_call(w, move);
        return;
    }
    if (rest->returned > 0 || move->operation == OPERATION_LITERAL) {
        rest->caught = PATHS_NONE; /* left, or a line has ended: there is no way back to text */
        rest->returned = 0;
    }
    rest->places[0] = move->target;
    rest->count = 1;
    if (move->operation == OPERATION_LITERAL) {
        put_text(w, paths_literal(move));
        w->literal_count++;
    } else {
        put(w, &move->octet, 1);
    }
}

/* To the end of the machine. */
static void put_completion(struct writing *w, uint32_t place) {
    while (!w->failed && w->paths.places[place].way != PATHS_NONE) {
        const struct move *move = &w->paths.moves[w->paths.places[place].way];
        put_move(w, move);
        if (move->operation == OPERATION_FINISH) {
            return;
        }
        place = move->target;
    }
}

/* ---- paths --------------------------------------------------------------------------------- */

static size_t find_trail(struct writing *w, uint32_t place) {
    size_t count = 0;
    while (w->paths.places[place].arrival != PATHS_NONE) {
        uint32_t arrival = w->paths.places[place].arrival;
        if (count == w->trail_capacity) {
            size_t larger = w->trail_capacity * 2 + 256;
            uint32_t *copy = realloc(w->trail, larger * sizeof *copy);
            if (copy == NULL) {
                w->failed = true;
                return 0;
            }
            w->trail = copy;
            w->trail_capacity = larger;
        }
        w->trail[count++] = place;
        place = w->paths.moves[arrival].from;
    }
    return count;
}

static void enter(struct writing *w, uint32_t call) {
    if (w->frame_count == MAX_FRAMES) {
        w->failed = true;
        return;
    }
    const struct move *move = &w->paths.moves[call];
    if (move->operation == OPERATION_CATCH && w->rest.caught == PATHS_NONE) {
        w->rest.caught = move->caught;
        w->rest.frames = w->frame_count;
    }
    w->frames[w->frame_count++] = call;
}

/* Begins a message: the shortest way to a place. */
static void put_path(struct writing *w, uint32_t place) {
    w->size = 0;
    w->frame_count = 0;
    w->rest = (struct rest){.places = {place}, .count = 1, .caught = PATHS_NONE};
    for (size_t i = find_trail(w, place); i-- > 0 && !w->failed;) {
        const struct place *next = &w->paths.places[w->trail[i]];
        if (next->entered) {
            enter(w, next->arrival);
        } else {
            put_move(w, &w->paths.moves[next->arrival]);
        }
    }
}

static void put_returns(struct writing *w) {
    while (w->frame_count > 0) {
        put_completion(w, w->paths.moves[w->frames[--w->frame_count]].target);
    }
}

static void hand_out(struct writing *w, size_t offset, imap_rule rule) {
    struct imap_case message = {
        .octets = w->octets, .size = w->size, .offset = offset, .rule = rule};
    w->done = w->done || w->failed || !w->sink(w->context, &message);
}

/* ---- transitions: returns need no messages of their own, the move that leads to one has it ------
 */

static void cover_move(struct writing *w, const struct move *move) {
    put_path(w, move->from);
    size_t offset = w->size;
    put_move(w, move);
    if (move->operation != OPERATION_FINISH) {
        put_completion(w, move->target);
        put_returns(w);
    }
    hand_out(w, offset, w->paths.places[move->from].rule);
}

static void cover_all(struct writing *w) {
    const struct paths *paths = &w->paths;
    for (uint32_t i = 0; i < paths->place_count && !w->done; i++) {
        const struct place *place = &paths->places[i];
        if (place->distance == PATHS_NONE) {
            continue;
        }
        for (uint32_t k = 0; k < place->move_count && !w->done; k++) {
            cover_move(w, &paths->moves[place->moves + k]);
        }
    }
}

/* ---- refusals ------------------------------------------------------------------------------ */

static bool reads(const struct writing *w, uint32_t place, unsigned octet) {
    const struct imap_grammar *grammar = w->paths.grammar;
    return grammar_reads(grammar, w->paths.places[place].state, grammar->classes[octet]);
}

/* Is the octet read here, or after as many returns as there can be? */
static bool goes_on(const struct writing *w, uint32_t place, unsigned frames, unsigned octet) {
    bool read = reads(w, place, octet);
    while (!read && w->paths.places[place].returns && frames > 0) {
        place = w->paths.moves[w->frames[--frames]].target;
        read = reads(w, place, octet);
    }
    return read;
}

/* The same from rest.places[first] on. */
static bool rest_goes_on(const struct writing *w, unsigned first, unsigned octet) {
    const struct rest *rest = &w->rest;
    bool read = false, returns = true;
    for (unsigned i = first; i < rest->count && !read && returns; i++) {
        bool last = i + 1 == rest->count;
        read = last ? goes_on(w, rest->places[i], w->frame_count, octet)
                    : reads(w, rest->places[i], octet);
        returns = w->paths.places[rest->places[i]].returns;
    }
    return read;
}

static bool caught_goes_on(const struct writing *w, unsigned octet) {
    const struct rest *rest = &w->rest;
    if (rest->caught == PATHS_NONE) {
        return false;
    }
    if (rest->returned == 0 || rest->returned == rest->count) {
        return goes_on(w, rest->caught, rest->frames, octet);
    }
    return reads(w, rest->caught, octet) ||
           (w->paths.places[rest->caught].returns && rest_goes_on(w, rest->returned, octet));
}

/* What is nearest to being right comes first. */
static bool find_refused(const struct writing *w, uint8_t *refused) {
    static const uint8_t likely[] = "a1 (\"{])\\*%+:.,<}\r\n";
    enum { LIKELY = sizeof likely - 1 };
    for (unsigned i = 0; i < LIKELY + 256; i++) {
        unsigned octet = i < LIKELY ? likely[i] : (i - LIKELY) ^ 0x80;
        if (!caught_goes_on(w, octet) && !rest_goes_on(w, 0, octet)) {
            *refused = (uint8_t)octet;
            return true;
        }
    }
    return false;
}

static void refuse_at(struct writing *w, uint32_t place) {
    uint8_t refused;
    put_path(w, place);
    size_t offset = w->size;
    if (w->failed || !find_refused(w, &refused)) {
        return;
    }
    put(w, &refused, 1);
    put_text(w, "\r\n");
    const struct rest *rest = &w->rest;
    uint32_t at = rest->caught != PATHS_NONE ? rest->caught : rest->places[0];
    hand_out(w, offset, w->paths.places[at].rule);
}

/* A reader never rests where a machine begins: it calls with the octet that it reads there. */
static void refuse_all(struct writing *w) {
    for (uint32_t i = 0; i < w->paths.place_count && !w->done; i++) {
        if (w->paths.places[i].distance != PATHS_NONE && !w->paths.places[i].entered) {
            refuse_at(w, i);
        }
    }
}

/* ---- literals: the parser counts them, the machine knows no more than that one comes ------------
 */

struct header {
    const char *octets;
    size_t size, refused; /* the index of the octet that is refused */
};

#define HEADER(text, refused)                                                                      \
    { (text), sizeof(text) - 1, (refused) }

static void cover_literal(struct writing *w, const struct move *move, bool from_client) {
    static const char *const literals[] = {"{1}\r\na", "{10}\r\n0123456789", "{01}\r\n\xff",
                                           "{0+}\r\n"};
    for (size_t i = 0; i < 3U + from_client && !w->done; i++) {
        put_path(w, move->from);
        size_t offset = w->size;
        put_text(w, move->binary ? "~" : "");
        put_text(w, literals[i]);
        put_completion(w, move->target);
        put_returns(w);
        hand_out(w, offset, w->paths.grammar->literal);
    }
}

static void refuse_literal(struct writing *w, const struct move *move, bool from_client) {
    static const struct header headers[] = {
        HEADER("{a", 1),        HEADER("{}", 1),         HEADER("{-1}", 1),  HEADER("{+}", 1),
        HEADER("{1a", 2),       HEADER("{1}a", 3),       HEADER("{1}\n", 3), HEADER("{1}\ra", 4),
        HEADER("{1}\r\n\0", 5), HEADER("{2}\r\na\0", 6), HEADER("{1+a", 3),  HEADER("{1++}", 3),
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers && !w->done; i++) {
        const struct header *header = &headers[i];
        bool nul = header->octets[header->refused] == '\0';
        if (nul && move->binary) {
            continue;
        }
        put_path(w, move->from);
        put_text(w, move->binary ? "~" : "");
        const char *plus = strchr(header->octets, '+');
        size_t plus_at = plus == NULL ? header->size : (size_t)(plus - header->octets);
        size_t refused = from_client || header->refused < plus_at ? header->refused : plus_at;
        size_t offset = w->size + refused;
        put(w, header->octets, header->size);
        put_text(w, "\r\n");
        hand_out(w, offset, w->paths.grammar->literal);
    }
}

/* Of each kind the nearest, where no other way can take over. */
static const struct move *find_literal(struct writing *w, bool binary) {
    const struct move *nearest = NULL;
    uint32_t distance = PATHS_NONE;
    for (uint32_t i = 0; i < w->paths.move_count; i++) {
        const struct move *move = &w->paths.moves[i];
        const struct place *from = &w->paths.places[move->from];
        if (move->operation == OPERATION_LITERAL && move->binary == binary &&
            from->distance < distance) {
            put_path(w, move->from);
            if (w->rest.caught == PATHS_NONE) {
                nearest = move;
                distance = from->distance;
            }
        }
    }
    return nearest;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static bool is_client_root(enum imap_root root) {
    return root != IMAP_GREETING && root != IMAP_RESPONSE && root != IMAP_CONTINUATION;
}

static bool write_cases(const struct imap_grammar *grammar, enum imap_root root,
                        imap_case_sink *sink, void *context, void (*write_all)(struct writing *),
                        void (*write_literal)(struct writing *, const struct move *, bool)) {
    struct writing w = {.sink = sink, .context = context};
    w.failed = !paths_find(&w.paths, grammar, root);
    if (!w.failed) {
        write_all(&w);
    }
    for (unsigned binary = 0; binary < 2 && !w.failed && !w.done; binary++) {
        const struct move *literal = find_literal(&w, binary != 0);
        if (literal != NULL) {
            write_literal(&w, literal, is_client_root(root));
        }
    }
    paths_free(&w.paths);
    free(w.octets);
    free(w.trail);
    return !w.failed;
}

bool imap_cases(const struct imap_grammar *grammar, enum imap_root root, imap_case_sink *sink,
                void *context) {
    return write_cases(grammar, root, sink, context, cover_all, cover_literal);
}

bool imap_refused_cases(const struct imap_grammar *grammar, enum imap_root root,
                        imap_case_sink *sink, void *context) {
    return write_cases(grammar, root, sink, context, refuse_all, refuse_literal);
}
