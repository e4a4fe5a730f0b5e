/* A message that is printed, whatever the encodings of its strings, says the same when it is read
 * again; printed as it is, it is the same. Each line of an input is read as what a server says and
 * as what a client says. */
#include <stdlib.h>
#include <string.h>

#include "../harness/choice.h"
#include "../harness/property.h"
#include "../harness/sample.h"
#include "target.h"

static struct sample message, again;
static uint8_t text[SAMPLE_TEXT];

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return setenv("IMAPSPEC_MUTATOR", "root=command", 0);
}

static void print_as_it_is(void) {
    size_t size = sample_print(&message, NULL, text);

    if (size != 0 && (size != message.size || memcmp(text, message.octets, size) != 0)) {
        property_broken("a message printed as it is: %.*s", (int)size, (const char *)text);
    }
}

static void print_anew(struct random *random) {
    size_t size = sample_print(&message, random, text);

    if (size == 0) {
        return;
    }
    if (!sample_read(&again, message.root, text, size) || again.size != size) {
        property_broken("what is printed is not a message: %.*s", (int)size, (const char *)text);
    }
    const char *difference = sample_difference(&message, &again);
    if (difference) {
        property_broken("%s is another in what is printed: %.*s", difference, (int)size,
                        (const char *)text);
    }
}

/* Reads the input by messages; what isn't one ends with its line. */
static void print_all(enum imap_root first, enum imap_root root, const uint8_t *octets,
                      size_t size) {
    struct random random = choice_of(octets, size);

    for (size_t at = 0; at < size; first = root) {
        if (sample_next(&message, first, octets, size, &at)) {
            print_as_it_is();
            print_anew(&random);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    print_all(IMAP_GREETING, IMAP_RESPONSE, data, size);
    print_all(IMAP_COMMAND, IMAP_COMMAND, data, size);
    return 0;
}
