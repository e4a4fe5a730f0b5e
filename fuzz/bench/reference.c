/* What speeds are measured by: as much work for each octet on any machine. Nobody changes it, or
 * all of fuzz/floors.tsv has to be recorded anew. */
#include <stdint.h>

#include "../targets/target.h"

enum { PASSES = 200 };

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    volatile uint32_t kept;
    uint32_t hash = 0;

    for (int pass = 0; pass < PASSES; pass++) {
        for (size_t i = 0; i < size; i++) {
            hash = (hash ^ data[i]) * 16777619U;
        }
    }
    kept = hash;
    (void)kept;
    return 0;
}
