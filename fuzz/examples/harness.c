/* For libFuzzer: hands each input to the parser. */
#include <stddef.h>
#include <stdint.h>

#include "fetch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint32_t uid;

    fetch_read(data, size, &uid);
    return 0;
}
