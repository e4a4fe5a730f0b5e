/* What a client may say. */
#include <stdlib.h>

#include "../harness/coverage.h"
#include "../harness/examination.h"
#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    coverage_begin(IMAP_COMMAND);
    return setenv("IMAPSPEC_MUTATOR", "root=command", 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    examine(IMAP_COMMAND, data, size);
    coverage_show(data, size);
    return 0;
}
