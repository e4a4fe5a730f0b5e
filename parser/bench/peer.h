/* What a program that the benchmark measures has in common with the others: it reads a workload
 * into memory, then, for each line on its standard input, goes through all of it once and says how
 * long that took. So scripts/bench can let many of them take turns.
 *
 *   PROGRAM CONTENDER FILE
 *     < a remark, or nothing     it is ready
 *     > a line                   for each round
 *     < NANOSECONDS CHECK        the same CHECK each time
 *
 * If it can't read the workload, it ends with a sentence on standard error. */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct workload {
    const uint8_t *octets;
    size_t size;
    bool commands; /* a client's, not a server's */
};

struct contender {
    const char *name;
    /* Makes what its rounds need, and may write a remark. NULL: this is no workload for it. */
    void *(*prepare)(const struct workload *, char *remark, size_t size);
    /* Goes through the workload, returns what depends on all of it: else the compiler may leave
     * some out. */
    uint64_t (*round)(void *prepared);
};

/* Zeros, or the end of the program. */
void *peer_memory(size_t size);

/* Ends the program with a sentence. */
_Noreturn void peer_fail(const char *sentence);

/* The main function of a program with these contenders. */
int peer_main(int argc, char **argv, const struct contender *contenders, size_t count);

#endif
