#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REMARK_TEXT = 128 };

void *peer_memory(size_t size) {
    void *memory = calloc(1, size);
    if (memory == NULL) {
        peer_fail("no memory");
    }
    return memory;
}

void peer_fail(const char *sentence) {
    fprintf(stderr, "%s\n", sentence);
    exit(2);
}

/* ---- the workload -------------------------------------------------------------------------- */

static struct workload read_workload(const char *path) {
    FILE *file = fopen(path, "rb");
    struct workload workload = {0};
    long size = -1;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        size = ftell(file);
        rewind(file);
    }
    if (size <= 0) {
        peer_fail("no workload in that file");
    }
    uint8_t *octets = peer_memory((size_t)size);
    workload.size = fread(octets, 1, (size_t)size, file);
    fclose(file);
    workload.octets = octets;
    workload.commands =
        *octets != '*'; /* every workload of responses begins with an untagged one */
    return workload;
}

/* ---- rounds -------------------------------------------------------------------------------- */

/* What scripts/bench has callgrind count, by this name. */
__attribute__((noinline)) static uint64_t peer_round(const struct contender *contender,
                                                     void *prepared) {
    return contender->round(prepared);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static int take_rounds(const struct contender *contender, const struct workload *workload) {
    char remark[REMARK_TEXT] = "";
    void *prepared = contender->prepare(workload, remark, sizeof remark);
    int octet;
    if (prepared == NULL) {
        return 1;
    }
    printf("%s\n", remark);
    fflush(stdout);
    while ((octet = getchar()) != EOF) {
        if (octet == '\n') {
            uint64_t start = now();
            uint64_t check = peer_round(contender, prepared);
            uint64_t end = now();
            printf("%llu %llu\n", (unsigned long long)(end - start), (unsigned long long)check);
            fflush(stdout);
        }
    }
    return 0;
}

int peer_main(int argc, char **argv, const struct contender *contenders, size_t count) {
    for (size_t i = 0; argc == 3 && i < count; i++) {
        if (strcmp(contenders[i].name, argv[1]) == 0) {
            struct workload workload = read_workload(argv[2]);
            return take_rounds(&contenders[i], &workload);
        }
    }
    fputs("usage: PROGRAM CONTENDER FILE; the contenders:", stderr);
    for (size_t i = 0; i < count; i++) {
        fprintf(stderr, " %s", contenders[i].name);
    }
    fputs("\n", stderr);
    return 2;
}
