/* Fails in as many ways as there are words that it knows, for the tests of what reads the reports.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define APART __attribute__((noinline)) static

static volatile int sink;
static const int *volatile nothing;

APART int peek(const char *text, size_t at) {
    return text[at];
}

APART int look(const char *text, size_t at) {
    return text[at] + 1;
}

APART int read_list(const char *text, size_t at) {
    return peek(text, at) + 1;
}

APART int read_flags(const char *text, size_t at) {
    return peek(text, at) + 2;
}

static inline int follow(const int *pointer) {
    return *pointer;
}

static int descend(const char *text, int depth);

APART int ascend(const char *text, int depth) {
    char room[64];
    memset(room, depth, sizeof room);
    return descend(text, depth + 1) + room[depth % 64];
}

APART int descend(const char *text, int depth) {
    char room[100];
    memset(room, depth, sizeof room);
    return ascend(text, depth + 1) + room[depth % 100];
}

APART int step(int number) {
    return (number + 1) & 0xffff;
}

APART void spin(const char *text) {
    while (text[0] != '\0') {
        sink = step(sink);
    }
}

APART int add(int number) {
    return number + 2147483647;
}

APART char *keep(const char *text) {
    return strdup(text);
}

APART char *large(size_t size) {
    char *room = malloc(size);
    room[0] = 1;
    return room;
}

APART void fail(const char *text, size_t size) {
    fprintf(stderr, "broken: the two differ, at octet %zu\n  of %s\n", size, text);
    abort();
}

static int fail_in_one_way(const char *text, size_t size) {
    if (strstr(text, "LIST")) {
        return read_list(text, size + 1);
    }
    if (strstr(text, "FLAGS")) {
        return read_flags(text, size + 1);
    }
    if (strstr(text, "LOOK")) {
        return look(text, size + 2);
    }
    if (strstr(text, "NIL")) {
        return follow(nothing);
    }
    if (strstr(text, "DEEP")) {
        return descend(text, 0);
    }
    if (strstr(text, "KEEP")) {
        return keep(text)[0];
    }
    if (strstr(text, "ADD")) {
        return add((int)size);
    }
    if (strstr(text, "SPIN")) {
        spin(text);
    }
    if (strstr(text, "FAIL")) {
        fail(text, size);
    }
    if (strstr(text, "LARGE")) {
        char *room = large((size_t)3 << 30);
        sink = room[1];
        free(room);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    sink = fail_in_one_way(text, size);
    free(text);
    return 0;
}

#ifdef STANDARD_INPUT
int main(void) {
    static uint8_t octets[1 << 16];
    return LLVMFuzzerTestOneInput(octets, fread(octets, 1, sizeof octets, stdin));
}
#endif
