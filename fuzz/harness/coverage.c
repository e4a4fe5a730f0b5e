#include "coverage.h"

#include "property.h"
#include "side.h"

/* Engines look at all counters after each input, so there are few: each is shared by BUCKETS
 * transitions that stand far from each other in the machine. An engine sees a counter's value in
 * buckets, as which of them was taken last: the one that is further on in a message. */
enum { COUNTERS = 1 << 13, BUCKETS = 8 };

/* An engine gives a target no context, and knows the counters by their section: so all is static.
 */
static struct side the_side;

/* Where the machine has one way to go on, as in the middle of a word, having gone it tells nothing:
 * a third of all that are taken, for each of which an engine takes time. A bit for each. */
static uint64_t forced[COUNTERS * BUCKETS / 64];

static bool is_forced(uint32_t transition) {
    return (forced[transition / 64] >> transition % 64 & 1) != 0;
}

#ifdef __AFL_COMPILER
/* The compiler has its guards in this section: AFL++ gives each a place in its map. */
__attribute__((used, section("__sancov_guards"))) static volatile uint32_t guards[COUNTERS];

/* AFL++'s own: sets what stands in a place. */
void __afl_coverage_interesting(uint8_t value, uint32_t place);

static void set_counter(uint32_t index, uint8_t value) {
    __afl_coverage_interesting(value, guards[index]);
}
#else
/* libFuzzer looks at them, and sets them to zero. */
__attribute__((used, section("__libfuzzer_extra_counters"))) static uint8_t counters[COUNTERS];

static void set_counter(uint32_t index, uint8_t value) {
    counters[index] = value;
}
#endif

static void show(void *context, uint32_t transition) {
    static const uint8_t buckets[BUCKETS] = {1, 2, 3, 4, 8, 16, 32, 128};

    (void)context;
    if (!is_forced(transition)) {
        set_counter(transition % COUNTERS, buckets[transition / COUNTERS]);
    }
}

void coverage_begin(enum imap_root root) {
    the_side = side_of(root);
    if (!the_side.transitions) {
        property_broken("memory is out");
    }
    if (transitions_count(the_side.transitions) > COUNTERS * BUCKETS) {
        property_broken("the machine has more than %d transitions", COUNTERS * BUCKETS);
    }
    for (uint32_t i = 0; i < transitions_count(the_side.transitions); i++) {
        if (transitions_is_forced(the_side.transitions, i)) {
            forced[i / 64] |= UINT64_C(1) << i % 64;
        }
    }
}

void coverage_show(const uint8_t *octets, size_t size) {
    side_walk(&the_side, octets, size, show, NULL);
}
