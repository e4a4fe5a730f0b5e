/* How many mutants a second the mutator makes, and how many of them the grammar reads.
 *
 *   mutations ROOT COUNT FILE…     each FILE is an input; prints mutants a second, the share that
 *                                  the grammar reads, the mean size */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../mutate/session.h"
#include "../mutator.h"

enum { ROOM = 4096 };

struct input {
    size_t size;
    uint8_t octets[ROOM];
};

static bool read_input(struct input *input, const char *path) {
    FILE *file = fopen(path, "rb");

    if (!file) {
        return false;
    }
    input->size = fread(input->octets, 1, sizeof input->octets, file);
    fclose(file);
    return input->size > 0;
}

static bool until_message(void *context, const struct imap_event *event) {
    (void)context;
    return event->kind != IMAP_EVENT_MESSAGE;
}

/* Message by message, as each may be of another root. */
static bool is_read(enum imap_root root, const struct imap_extensions *extensions,
                    const uint8_t *octets, size_t size) {
    struct imap_parser parser;
    size_t consumed = 0;

    for (size_t index = 0, at = 0; at < size; index++, at += consumed) {
        const uint8_t *lf = memchr(octets + at, '\n', size - at);
        size_t line = lf ? (size_t)(lf - octets) + 1 - at : size - at;
        imap_parser_init(&parser, imap_grammar_builtin(),
                         session_root(root, index, octets + at, line), until_message, NULL);
        imap_parser_allow(&parser, extensions);
        if (imap_parser_feed(&parser, octets + at, size - at, &consumed) != IMAP_PAUSED) {
            return false;
        }
    }
    return true;
}

static double seconds(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    enum imap_root root;
    if (argc < 4 || !imap_root_find(argv[1], &root)) {
        fprintf(stderr, "usage: mutations ROOT COUNT FILE…\n");
        return 2;
    }
    size_t count = strtoul(argv[2], NULL, 10), inputs = 0, good = 0, octets = 0;
    struct mutator_settings settings = mutator_defaults(root);
    struct mutator *mutator = mutator_new(&settings);
    struct input *all = calloc((size_t)argc - 3, sizeof *all);
    static uint8_t output[ROOM];
    struct imap_extensions extensions;
    if (!mutator || !all) {
        return 2;
    }
    imap_extensions_of_dialect(imap_grammar_builtin(), "all", &extensions);
    for (int i = 3; i < argc; i++) {
        inputs += read_input(&all[inputs], argv[i]) &&
                  is_read(root, &extensions, all[inputs].octets, all[inputs].size);
    }
    for (int pass = 0; pass < 2 && inputs > 0; pass++) {
        double start = seconds();
        for (size_t i = 0; i < count; i++) {
            const struct input *input = &all[i % inputs], *other = &all[(i * 7 + 1) % inputs];
            size_t size = mutator_mutate(mutator, i, input->octets, input->size,
                                         i % 2 ? other->octets : NULL, other->size, output, ROOM);
            if (pass == 1) {
                good += is_read(root, &extensions, output, size);
                octets += size;
            }
        }
        if (pass == 0) {
            printf("%zu inputs, %.0f mutants/s, ", inputs, (double)count / (seconds() - start));
        }
    }
    printf("%.1f %% parse, %.0f octets\n", 100.0 * (double)good / (double)count,
           (double)octets / (double)count);
    free(all);
    mutator_free(mutator);
    return 0;
}
