/* Our parser and libetpan's make the same of what a server says, but for what is known. If the
 * variable IMAPSPEC_NEW has the name of a known difference, that one is told of as a new one is. */
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
        const char *name = getenv("IMAPSPEC_NEW");
        comparison->knowledge.without = name ? known_called(name) : NULL;
    }
    return comparison;
}

/* How many octets were read, 0 if it is no response or there is a new difference. */
static size_t check(enum imap_root root, const uint8_t *octets, size_t size) {
    struct comparison *comparison = the_comparison();
    bool is_new = compare(comparison, root, octets, size) == VERDICT_NEW;
    return is_new ? 0 : comparison->read;
}

/* The first response as a greeting, and all of them, up to the first that is none. */
static void check_all(const uint8_t *octets, size_t size) {
    size_t read = 1;

    check(IMAP_GREETING, octets, size);
    for (size_t at = 0; at < size && read > 0 && the_comparison()->verdict != VERDICT_NEW;
         at += read) {
        read = check(IMAP_RESPONSE, octets + at, size - at);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > MOST_OCTETS) {
        return -1;
    }
    finding_seek(check_all, data, size);
    if (the_comparison()->verdict == VERDICT_NEW) {
        comparison_tell(the_comparison(), stderr);
        finding_end("difference", "what libetpan reads");
    }
    return 0;
}
