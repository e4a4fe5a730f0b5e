/* Random numbers that are the same on every machine: a counter, mixed (splitmix64). */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

struct random {
    uint64_t counter;
};

static inline uint64_t random_mix(uint64_t value) {
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

/* The numbers of stream `number` of a seed. */
static inline struct random random_stream(uint64_t seed, uint64_t number) {
    return (struct random){random_mix(random_mix(seed + 1) ^ (number * 2 + 1))};
}

static inline uint64_t random_next(struct random *random) {
    random->counter += UINT64_C(0x9E3779B97F4A7C15);
    return random_mix(random->counter);
}

/* 0 to count - 1; count is at least 1. */
static inline uint32_t random_below(struct random *random, uint32_t count) {
    return (uint32_t)((random_next(random) >> 32) * count >> 32);
}

/* True once in `count` times. */
static inline int random_once_in(struct random *random, uint32_t count) {
    return random_below(random, count) == 0;
}

/* 0 to highest, each length in bits as likely as the others. */
static inline uint64_t random_sized(struct random *random, uint64_t highest) {
    unsigned bits = 0;
    while (bits < 64 && highest >> bits != 0) {
        bits++;
    }
    unsigned length = random_below(random, bits + 1);
    uint64_t value = length == 0 ? 0 : random_next(random) >> (64 - length);
    return value > highest ? value >> 1 : value;
}

#endif
