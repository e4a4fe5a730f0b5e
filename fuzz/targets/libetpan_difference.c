/* Our parser and libetpan's make the same of what a server says, but for what is known. */
#include <stdlib.h>

#include "../difference/comparison.h"
#include "../harness/finding.h"
#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    finding_prepare(*argv);
    return setenv("IMAPSPEC_MUTATOR", "root=greeting", 0);
}

/* An engine gives no place to keep anything. */
static struct comparison *the_comparison(void) {
    static struct comparison *comparison;

    if (!comparison) {
        comparison = malloc(sizeof *comparison);
        if (!comparison) {
            abort();
        }
        comparison_init(comparison);
    }
    return comparison;
}

/* How many octets were read, 0 if it is no response. */
static size_t check(enum imap_root root, const uint8_t *octets, size_t size) {
    struct comparison *comparison = the_comparison();

    comparison->verdict = VERDICT_ALIKE; /* if libetpan doesn't come back */
    if (compare(comparison, root, octets, size) == VERDICT_NEW) {
        comparison_tell(comparison, stderr);
        abort();
    }
    return comparison->read;
}

/* All the responses, up to the first that is none; the first one as a greeting, too. */
static void check_all(const uint8_t *octets, size_t size) {
    size_t read = 1;

    check(IMAP_GREETING, octets, size);
    for (size_t at = 0; at < size && read > 0; at += read) {
        read = check(IMAP_RESPONSE, octets + at, size - at);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > MOST_OCTETS) {
        return -1;
    }
    finding_seek(check_all, data, size);
    if (the_comparison()->verdict == VERDICT_NEW) {
        abort(); /* for what breaks libetpan the run goes on, but not for this */
    }
    return 0;
}
