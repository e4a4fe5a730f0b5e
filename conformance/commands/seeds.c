/* imapspec seeds: what each side of a dialog says, as the octets that a fuzzer begins with. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../read/collection.h"
#include "../seeds/stream.h"
#include "../text.h"
#include "command.h"
#include "dialect.h"

enum { MAX_PATH = 4096 };

static const char *const side_names[] = {[CLIENT] = "client", [SERVER] = "server"};

struct writing {
    bool is_wanted[2];  /* by side */
    const char *folder; /* NULL: standard output */
};

static void write_usage(FILE *stream) {
    fputs("usage: imapspec seeds [OPTION…] DIALOG|FOLDER…\n"
          "\n"
          "Writes what each side of each connection says in dialogs, as octets: the seeds of a\n"
          "fuzzer. Placeholders are examples of their rules, and nothing is encrypted or\n"
          "compressed.\n"
          "\n"
          "  --side SIDE        client or server; both by default\n"
          "  --output FOLDER    a file for each side of each connection, FOLDER/SIDE/ID, to "
          "standard\n"
          "                     output by default, which takes one --side\n"
          "  --grammar FILE     ABNF that is added to the grammar; may be repeated\n"
          "  --help             this\n"
          "\n"
          "exit status: 0 all is written, 2 usage, a broken dialog, or it can't be written\n",
          stream);
}

static int refuse(const char *what, const char *why) {
    fprintf(stderr, "imapspec seeds: %s%s%s\n", what, *what ? ": " : "", why);
    return 2;
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool make_folder(const char *path) {
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

/* A name of one folder: what is a folder in the id isn't one here, for some fuzzers look into none.
 * The number is of a dialog's second stream, and those after it. */
static bool name_file(const struct writing *writing, const struct dialog *dialog, unsigned number,
                      enum side side, char path[MAX_PATH]) {
    int begin = snprintf(path, MAX_PATH, "%s/%s/", writing->folder, side_names[side]);
    int size = begin + snprintf(NULL, 0, "%s.%u", dialog->id, number);

    if (begin < 0 || size >= MAX_PATH) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (number == 1) {
        snprintf(path + begin, (size_t)(MAX_PATH - begin), "%s", dialog->id);
    } else {
        snprintf(path + begin, (size_t)(MAX_PATH - begin), "%s.%u", dialog->id, number);
    }
    for (char *at = path + begin; *at; at++) {
        *at = *at == '/' ? '_' : *at;
    }
    return true;
}

static bool write_octets(FILE *file, const struct buffer *octets) {
    return fwrite(octets->octets, 1, octets->size, file) == octets->size;
}

static int write_file(const char *path, const struct buffer *octets) {
    FILE *file = fopen(path, "wb");
    bool is_written = file && write_octets(file, octets);

    is_written = file && fclose(file) == 0 && is_written;
    return is_written ? 0 : refuse(path, strerror(errno));
}

static int make_folders(const struct writing *writing) {
    char path[MAX_PATH];

    for (enum side side = CLIENT; writing->folder && side <= SERVER; side++) {
        int size = snprintf(path, sizeof path, "%s/%s", writing->folder, side_names[side]);
        bool is_made = size > 0 && size < MAX_PATH && make_folder(writing->folder) &&
                       (!writing->is_wanted[side] || make_folder(path));
        if (!is_made) {
            return refuse(writing->folder, strerror(errno));
        }
    }
    return 0;
}

/* ---- dialogs --------------------------------------------------------------------------------- */

static int write_seed(const struct writing *writing, const struct dialog *dialog, unsigned number,
                      enum side side, const struct buffer *octets) {
    char path[MAX_PATH];

    if (!writing->folder) {
        return write_octets(stdout, octets) ? 0 : refuse("standard output", strerror(errno));
    }
    return name_file(writing, dialog, number, side, path) ? write_file(path, octets)
                                                          : refuse(dialog->id, strerror(errno));
}

static int write_stream(const struct writing *writing, const struct dialog *dialog,
                        const struct stream *stream, unsigned number) {
    int status = 0;

    for (enum side side = CLIENT; side <= SERVER && status == 0; side++) {
        struct buffer octets = {0};
        if (writing->is_wanted[side] && !stream_write(dialog, stream, side, &octets)) {
            status = refuse(dialog->path, "memory is out");
        } else if (octets.size > 0) {
            status = write_seed(writing, dialog, number, side, &octets);
        }
        buffer_free(&octets);
    }
    return status;
}

static int write_dialogs(const struct writing *writing, const struct collection *collection) {
    int status = make_folders(writing);

    for (size_t i = 0; i < collection->count && status == 0; i++) {
        struct stream stream = {0};
        for (unsigned number = 1; status == 0 && stream_next(collection->dialogs[i], &stream);
             number++) {
            status = write_stream(writing, collection->dialogs[i], &stream, number);
        }
    }
    if (fflush(stdout) != 0 && status == 0) {
        status = refuse("standard output", strerror(errno));
    }
    return status;
}

static int write_paths(const struct writing *writing, const struct imap_grammar *grammar,
                       char *const *paths, int count) {
    struct collection collection = {.grammar = grammar};
    size_t problems = 0;

    for (int i = 0; i < count; i++) {
        problems += collection_add(&collection, paths[i], stderr);
    }
    int status = problems > 0            ? 2
                 : collection.count == 0 ? refuse("", "no dialog was found")
                                         : write_dialogs(writing, &collection);
    collection_free(&collection);
    return status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static bool set_side(struct writing *writing, const char *name) {
    for (enum side side = CLIENT; side <= SERVER; side++) {
        writing->is_wanted[side] = strcmp(name, side_names[side]) == 0;
    }
    return writing->is_wanted[CLIENT] || writing->is_wanted[SERVER];
}

static int seeds(int argc, char **argv) {
    static const struct option options[] = {{"side", required_argument, NULL, 's'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"grammar", required_argument, NULL, 'g'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct writing writing = {.is_wanted = {true, true}};
    struct dialect dialect = {0};

    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'h') {
            write_usage(stdout);
            return 0;
        }
        if (option == 's' && !set_side(&writing, optarg)) {
            return refuse(optarg, "a side is client or server");
        }
        if (option == 'o') {
            writing.folder = optarg;
        } else if (option != 's' && !dialect_option(&dialect, option, optarg)) {
            fputs("Try 'imapspec seeds --help'.\n", stderr);
            return 2;
        }
    }
    if (optind == argc) {
        write_usage(stderr);
        return 2;
    }
    if (!writing.folder && writing.is_wanted[CLIENT] && writing.is_wanted[SERVER]) {
        return refuse("", "--side or --output: which side is to be written to standard output?");
    }
    const struct imap_grammar *grammar = dialect_grammar(&dialect);
    int status = grammar ? write_paths(&writing, grammar, argv + optind, argc - optind) : 2;
    dialect_free_grammar(&dialect, grammar);
    return status;
}

const struct command command_seeds = {"seeds", "write what dialogs say, as seeds for a fuzzer",
                                      seeds};
