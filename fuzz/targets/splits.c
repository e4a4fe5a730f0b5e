/* What the parser tells of an input does not depend on where its pieces end, nor on pauses. Each
 * input is read as what a server says and as what a client says. */
#include <stdlib.h>

#include "../harness/choice.h"
#include "../harness/property.h"
#include "../harness/record.h"
#include "target.h"

static struct record whole, pieces;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return setenv("IMAPSPEC_MUTATOR", "root=greeting", 0);
}

static void compare(const struct feeding *feeding) {
    size_t index = record_difference(&whole, &pieces);

    if (index != SIZE_MAX) {
        char expected[RECORD_TEXT], actual[RECORD_TEXT];
        record_write(&whole, index, expected);
        record_write(&pieces, index, actual);
        property_broken("fed at once: %s; in pieces of %zu (cuts %llu, pauses %u): %s", expected,
                        feeding->piece, (unsigned long long)feeding->cuts, feeding->pauses, actual);
    }
}

static void split(enum imap_root root, const uint8_t *octets, size_t size) {
    struct random random = choice_of(octets, size);
    uint32_t quirks = random_once_in(&random, 4) ? (uint32_t)random_next(&random) : 0;
    struct feeding at_once = {
        .piece = size, .quirks = quirks, .small_limits = random_once_in(&random, 8) != 0};
    struct feeding feedings[] = {at_once, at_once, at_once};

    feedings[0].piece = 1;
    feedings[1].piece = 1 + random_below(&random, 40);
    feedings[1].cuts = 1 + random_below(&random, UINT32_MAX);
    feedings[2].pauses = 1 + random_below(&random, 5);
    record_input(&whole, root, octets, size, &at_once);
    for (size_t i = 0; i < sizeof feedings / sizeof *feedings; i++) {
        record_input(&pieces, root, octets, size, &feedings[i]);
        compare(&feedings[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    split(IMAP_GREETING, data, size);
    split(IMAP_COMMAND, data, size);
    return 0;
}
