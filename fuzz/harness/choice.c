#include "choice.h"

#include <string.h>

struct random choice_of(const uint8_t *octets, size_t size) {
    uint64_t hash = size, word;

    for (; size >= sizeof word; octets += sizeof word, size -= sizeof word) {
        memcpy(&word, octets, sizeof word);
        hash = random_mix(hash ^ word);
    }
    word = 0;
    memcpy(&word, octets, size);
    return (struct random){random_mix(hash ^ word)};
}
