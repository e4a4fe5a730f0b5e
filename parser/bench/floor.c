/* What a parser can be held against: touching the octets at all, looking for one octet, and one
 * load from a table for each octet, which only a parser that takes several octets at once can beat.
 *
 * The table is that of a deterministic finite automaton, recorded from the parser: a state for each
 * configuration (state and stack, octets left of a literal) that it has after any octet of the
 * workload, with a row of 256. So it recognises the workload, and does no more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../imapspec.h"
#include "peer.h"

/* ---- memory -------------------------------------------------------------------------------- */

struct copy {
    const struct workload *workload;
    uint8_t *octets;
};

static void *prepare_copy(const struct workload *workload, char *remark, size_t size) {
    struct copy *copy = peer_memory(sizeof *copy);
    (void)remark, (void)size;
    *copy = (struct copy){.workload = workload, .octets = peer_memory(workload->size)};
    return copy;
}

static uint64_t copy_octets(void *prepared) {
    const struct copy *copy = prepared;
    memcpy(copy->octets, copy->workload->octets, copy->workload->size);
    return copy->octets[copy->workload->size - 1];
}

/* NUL, which stands in no workload: what a parser has to know of a literal. */
static uint64_t find_octet(void *prepared) {
    const struct copy *copy = prepared;
    return memchr(copy->workload->octets, '\0', copy->workload->size) == NULL;
}

/* ---- the automaton ------------------------------------------------------------------------- */

enum { MAX_STATES = 1 << 14, BUCKETS = 4 * MAX_STATES };

/* All that the parser's next step depends on, while it only recognises. Without padding: it is
 * compared as octets. */
struct configuration {
    uint64_t literal_left;
    uint32_t state;
    uint16_t depth, catch_depth;
    uint16_t frames[IMAP_MAX_DEPTH];
    uint32_t root, phase;
};

struct automaton {
    const struct workload *workload;
    uint16_t (*table)[256]; /* the next state; 0 is the one after an octet that isn't read */
    struct configuration *configurations; /* by state */
    uint16_t *buckets;                    /* states, by the hash of their configuration */
    unsigned state_count;                 /* the unused 0 included */
};

static struct configuration configuration_of(const struct imap_parser *parser) {
    struct configuration configuration;
    memset(&configuration, 0, sizeof configuration);
    configuration.state = parser->state;
    configuration.depth = parser->depth;
    configuration.catch_depth = parser->catch_depth;
    configuration.root = parser->root;
    configuration.phase = parser->phase;
    memcpy(configuration.frames, parser->frames, parser->depth * sizeof *parser->frames);
    if (parser->phase != 0) { /* within a literal or its header */
        configuration.literal_left = parser->literal_left;
    }
    return configuration;
}

static size_t hash(const struct configuration *configuration) {
    const uint8_t *octets = (const uint8_t *)configuration;
    uint64_t value = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < sizeof *configuration; i++) {
        value = (value ^ octets[i]) * UINT64_C(1099511628211);
    }
    return (size_t)(value >> 32) % BUCKETS;
}

/* The state of what the parser is in, a new one if need be; 0 if there are too many. */
static uint16_t state_of(struct automaton *automaton, const struct imap_parser *parser) {
    struct configuration configuration = configuration_of(parser);
    size_t bucket = hash(&configuration);
    for (; automaton->buckets[bucket] != 0; bucket = (bucket + 1) % BUCKETS) {
        uint16_t state = automaton->buckets[bucket];
        if (memcmp(&automaton->configurations[state], &configuration, sizeof configuration) == 0) {
            return state;
        }
    }
    if (automaton->state_count == MAX_STATES) {
        return 0;
    }
    automaton->buckets[bucket] = (uint16_t)automaton->state_count;
    automaton->configurations[automaton->state_count] = configuration;
    return (uint16_t)automaton->state_count++;
}

/* False: too many states. */
static bool record(struct automaton *automaton) {
    const struct workload *workload = automaton->workload;
    struct imap_parser parser;
    imap_parser_init(&parser, imap_grammar_builtin(),
                     workload->commands ? IMAP_COMMAND : IMAP_RESPONSE, NULL, NULL);
    uint16_t state = state_of(automaton, &parser);
    for (size_t i = 0; i < workload->size && state != 0; i++) {
        uint16_t *next = &automaton->table[state][workload->octets[i]];
        size_t consumed;
        if (imap_parser_feed(&parser, workload->octets + i, 1, &consumed) != IMAP_MORE) {
            peer_fail("the workload is no IMAP");
        }
        state = state_of(automaton, &parser);
        if (*next != 0 && *next != state) {
            peer_fail("the parser's next step depends on more than is known of it here");
        }
        *next = state;
    }
    return state != 0;
}

static void *prepare_automaton(const struct workload *workload, char *remark, size_t size) {
    struct automaton *automaton = peer_memory(sizeof *automaton);
    *automaton = (struct automaton){
        .workload = workload,
        .table = peer_memory(MAX_STATES * sizeof *automaton->table),
        .configurations = peer_memory(MAX_STATES * sizeof *automaton->configurations),
        .buckets = peer_memory(BUCKETS * sizeof *automaton->buckets),
        .state_count = 1,
    };
    if (!record(automaton)) {
        fprintf(stderr, "more than %d states\n", MAX_STATES - 1);
        return NULL;
    }
    free(automaton->buckets);
    free(automaton->configurations);
    snprintf(remark, size, "%u states", automaton->state_count - 1);
    return automaton;
}

static uint64_t walk_automaton(void *prepared) {
    const struct automaton *automaton = prepared;
    uint16_t(*table)[256] = automaton->table;
    const uint8_t *at = automaton->workload->octets, *end = at + automaton->workload->size;
    unsigned state = 1;
    for (; at < end; at++) {
        state = table[state][*at];
    }
    if (state != 1) {
        peer_fail("the workload does not end between messages");
    }
    return state;
}

int main(int argc, char **argv) {
    static const struct contender contenders[] = {
        {"memcpy", prepare_copy, copy_octets},
        {"memchr", prepare_copy, find_octet},
        {"dfa", prepare_automaton, walk_automaton},
    };
    return peer_main(argc, argv, contenders, sizeof contenders / sizeof *contenders);
}
