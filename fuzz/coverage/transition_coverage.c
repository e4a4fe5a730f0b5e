/* Tells which transitions of the grammar's machine a corpus takes: of all that one side of a
 * connection can say, and that imapspec generate --exhaustive has a message for. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../harness/side.h"

enum { MAX_INPUT = 1 << 20, MAX_PATH = 4096 };

struct replay {
    struct side side;
    uint8_t *taken;
    uint8_t *octets; /* MAX_INPUT of them */
    unsigned inputs;
};

static void take(void *context, uint32_t transition) {
    struct replay *replay = context;

    replay->taken[transition] = 1;
}

static bool replay_file(struct replay *replay, const char *path) {
    FILE *file = fopen(path, "rb");

    if (!file) {
        perror(path);
        return false;
    }
    size_t size = fread(replay->octets, 1, MAX_INPUT, file);
    fclose(file);
    side_walk(&replay->side, replay->octets, size, take, replay);
    replay->inputs++;
    return true;
}

static bool replay_folder(struct replay *replay, const char *folder) {
    DIR *stream = opendir(folder);
    bool done = stream != NULL;

    if (!stream) {
        perror(folder);
    }
    for (struct dirent *entry; done && (entry = readdir(stream)) != NULL;) {
        char path[MAX_PATH];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        done = entry->d_name[0] == '.' || replay_file(replay, path);
    }
    if (stream) {
        closedir(stream);
    }
    return done;
}

/* ---- what is missing ----------------------------------------------------------------------- */

/* Of each rule, how many of its transitions were not taken, and which octets they read. */
static void list_missing(const struct replay *replay) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    const struct transitions *transitions = replay->side.transitions;

    for (unsigned rule = 0; rule <= imap_grammar_rule_count(grammar); rule++) {
        unsigned all = 0, missing = 0;
        bool octets[256] = {false};
        for (uint32_t i = 0; i < transitions_count(transitions); i++) {
            bool is_missing = transitions_rule(transitions, i) == rule && !replay->taken[i];
            all += transitions_rule(transitions, i) == rule;
            missing += is_missing;
            octets[transitions_octet(transitions, i)] |= is_missing;
        }
        if (missing > 0) {
            printf("%u of %u\t%s\t%s\t", missing, all, imap_rule_name(grammar, (imap_rule)rule),
                   imap_rule_source(grammar, (imap_rule)rule));
        }
        for (int octet = 0; octet < 256 && missing > 0; octet++) {
            char text[IMAP_OCTET_TEXT];
            imap_octet_text(octet, text);
            printf("%s", octets[octet] ? text : "");
            printf("%s", octets[octet] ? " " : "");
        }
        printf("%s", missing > 0 ? "\n" : "");
    }
}

/* ---- the whole ----------------------------------------------------------------------------- */

static int usage(void) {
    fputs("usage: transition-coverage [--missing] greeting|command FOLDER…\n"
          "\n"
          "How many transitions of the grammar's machine do the inputs in these folders take, as\n"
          "what a server (greeting) or a client (command) says? --missing lists the others: how\n"
          "many of each rule, and the octets that they read.\n",
          stderr);
    return 2;
}

static int replay_all(struct replay *replay, char **folders, bool lists_missing) {
    uint32_t count = transitions_count(replay->side.transitions), taken = 0;
    bool done = true;

    for (; done && *folders; folders++) {
        done = replay_folder(replay, *folders);
    }
    for (uint32_t i = 0; i < count; i++) {
        taken += replay->taken[i];
    }
    if (done && lists_missing) {
        list_missing(replay);
    }
    if (done) {
        printf("transitions taken: %u of %u, by %u inputs\n", taken, count, replay->inputs);
    }
    return done ? 0 : 2;
}

int main(int argc, char **argv) {
    bool lists_missing = argc > 1 && strcmp(argv[1], "--missing") == 0;
    enum imap_root root;

    argv += 1 + lists_missing;
    argc -= 1 + lists_missing;
    if (argc < 2 || !imap_root_find(argv[0], &root) ||
        (root != IMAP_GREETING && root != IMAP_COMMAND)) {
        return usage();
    }
    struct replay replay = {.side = side_of(root), .octets = malloc(MAX_INPUT)};
    if (replay.side.transitions) {
        replay.taken = calloc(transitions_count(replay.side.transitions) + 1, 1);
    }
    int status = 2;
    if (replay.taken && replay.octets) {
        status = replay_all(&replay, argv + 1, lists_missing);
    } else {
        fputs("transition-coverage: memory is out\n", stderr);
    }
    free(replay.taken);
    free(replay.octets);
    side_free(&replay.side);
    return status;
}
