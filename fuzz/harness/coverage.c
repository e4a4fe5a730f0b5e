#include "coverage.h"

#include <string.h>

#include "property.h"
#include "side.h"

/* Room for the transitions of one side. With the code they fit the map of 65,536 that all of
 * AFL++'s tools have unless they are told otherwise (AFL_MAP_SIZE). */
enum { MAXIMUM = 61500 };

/* An engine gives a target no context, and knows the counters by their section: so all is static.
 */
static struct side the_side;

#ifdef __AFL_COMPILER
/* The compiler has its guards in this section: AFL++ gives each a place in its map. */
__attribute__((section("__sancov_guards"))) static uint32_t guards[MAXIMUM];
static uint8_t counters[MAXIMUM];

void __sanitizer_cov_trace_pc_guard(uint32_t *guard);

static void show_all(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (counters[i]) {
            __sanitizer_cov_trace_pc_guard(&guards[i]);
        }
    }
    memset(counters, 0, count);
}
#else
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t counters[MAXIMUM];

/* The engine looks at them, and sets them to zero. */
static void show_all(uint32_t count) {
    (void)count;
}
#endif

void coverage_begin(enum imap_root root) {
    the_side = side_of(root);
    if (!the_side.transitions) {
        property_broken("memory is out");
    }
    if (transitions_count(the_side.transitions) > MAXIMUM) {
        property_broken("the machine has more than %d transitions", MAXIMUM);
    }
}

void coverage_show(const uint8_t *octets, size_t size) {
    side_walk(&the_side, octets, size, counters);
    show_all(transitions_count(the_side.transitions));
}
