/* A peer whose bug is what the input's first octet names. */
#include <stdlib.h>
#include <string.h>

#include "../../harness/finding.h"
#include "../../targets/target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    finding_prepare(*argv);
    return 0;
}

__attribute__((noinline)) static int read_beyond(const volatile char *octets, int place) {
    return octets[place];
}

__attribute__((noinline)) static void free_again(char *octets) {
    char *volatile same = octets;
    free(octets);
    free(same);
}

__attribute__((noinline)) static void write_nowhere(char *volatile *nowhere) {
    **nowhere = 'x';
}

static inline __attribute__((always_inline)) int follow(const volatile int *nowhere) {
    return *nowhere;
}

__attribute__((noinline)) static unsigned turn_once(unsigned turns) {
    return turns + 1;
}

__attribute__((noinline)) static void turn(void) {
    for (volatile unsigned turns = 1; turns > 0;) {
        turns = turns % 100 > 0 ? turns + 1 : turn_once(turns) % 1000;
    }
}

static void parse(const uint8_t *octets, size_t size) {
    char *copy = malloc(8), *volatile nowhere = NULL;

    switch (size > 0 ? octets[0] : 0) {
    case 'b':
        read_beyond(copy, 8);
        break;
    case 'f':
        free_again(copy);
        return;
    case 'w':
        write_nowhere(&nowhere);
        break;
    case 'a':
        abort();
    case 'i':
        follow((int *)nowhere);
        break;
    case 'e':
        turn();
        break;
    default:
        break;
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    finding_seek(parse, data, size);
    return 0;
}
