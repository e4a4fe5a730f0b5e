/* imapspec lint: judges transcripts as they are printed. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../buffer.h"
#include "../lint/lint.h"
#include "../text.h"
#include "command.h"
#include "dialect.h"

struct totals {
    unsigned files, judged, not_judged, refused, warnings;
};

static void write_usage(FILE *stream) {
    fputs("usage: imapspec lint [OPTION…] FILE…\n"
          "\n"
          "Judges the C: and S: lines of dialogs, RFCs or any other text by the grammar; - is\n"
          "standard input.\n"
          "\n"
          "  --dialect NAME      what belongs to it is no warning: ",
          stream);
    dialect_list(stream);
    fputs("\n                      (default: all)\n"
          "  --enable NAME       what this capability stands for is none either\n"
          "\n"
          "exit status: 0 nothing was refused, 1 something was, 2 usage, or an unreadable file\n",
          stream);
}

static int refuse(const char *what, const char *why) {
    fprintf(stderr, "imapspec lint: %s: %s\n", what, why);
    return 2;
}

/* Reads all of a file, or of standard input. NULL, or what is wrong. */
static const char *read_text(const char *path, struct buffer *text) {
    FILE *stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    uint8_t block[16384];
    size_t size;

    if (!stream) {
        return strerror(errno);
    }
    while (text->size <= PRINTED_MAXIMUM && (size = fread(block, 1, sizeof block, stream)) > 0) {
        buffer_add(text, block, size);
    }
    const char *problem = ferror(stream)                 ? strerror(errno)
                          : text->failed                 ? "memory is out"
                          : text->size > PRINTED_MAXIMUM ? "longer than 4 MiB"
                                                         : NULL;
    if (stream != stdin) {
        fclose(stream);
    }
    return problem;
}

static bool is_dialog_file(const char *path) {
    static const char suffix[] = ".dialog";
    size_t length = strlen(path), end = sizeof suffix - 1;
    return length > end && strcmp(path + length - end, suffix) == 0;
}

static void write_remarks(const struct lint *lint, const char *path, bool is_correct) {
    for (size_t i = 0; i < lint->remark_count; i++) {
        if (!is_correct || lint->remarks[i].severity == LINT_WARNING) {
            lint_write(stdout, path, &lint->remarks[i]);
        }
    }
    if (lint->remark_count == LINT_MAXIMUM) {
        printf("%s: given up after %u remarks\n", path, LINT_MAXIMUM);
    }
}

/* What the dialog reader complains of, unless lint says so in more words. */
static void write_problem(const struct lint *lint, const struct diagnostic *problem,
                          struct totals *totals) {
    for (size_t i = 0; i < lint->remark_count; i++) {
        if (lint->remarks[i].row->line == problem->line) {
            return;
        }
    }
    printf("%s:%u:%u: dialog: %s\n", problem->file, problem->line, problem->column,
           problem->message);
    totals->refused++;
}

/* The dialog reader knows what its language allows: where it complains of nothing, a line that the
 * grammar refuses is wrong on purpose. */
static bool lint_octets(const char *path, const struct buffer *text,
                        const struct imap_extensions *extensions, struct totals *totals) {
    struct lint lint = {0};
    struct diagnostic problem = {0};
    bool is_dialog = is_dialog_file(path);
    struct dialog *dialog = is_dialog ? dialog_load(path, ".", &problem) : NULL;
    bool linted =
        lint_text(&lint, imap_grammar_builtin(), dialog ? &dialog->extensions : extensions,
                  text->octets, text->size, is_dialog);

    if (linted && problem.file) {
        write_problem(&lint, &problem, totals);
    }
    write_remarks(&lint, strcmp(path, "-") == 0 ? "stdin" : path, dialog != NULL);
    totals->files++;
    totals->judged += lint.judged;
    totals->not_judged += lint.not_judged;
    totals->refused += dialog ? 0 : lint.refused;
    totals->warnings += lint.warnings;
    lint_free(&lint);
    free(problem.file);
    dialog_free(dialog);
    return linted;
}

static int lint_file(const char *path, const struct imap_extensions *extensions,
                     struct totals *totals) {
    struct buffer text = {0};
    const char *problem = read_text(path, &text);

    if (!problem && !lint_octets(path, &text, extensions, totals)) {
        problem = "memory is out";
    }
    buffer_free(&text);
    return problem ? refuse(path, problem) : 0;
}

static void write_totals(const struct totals *totals) {
    printf("%u file%s: %u message%s judged, %u refusal%s, %u warning%s; %u message%s not judged\n",
           totals->files, text_plural(totals->files), totals->judged, text_plural(totals->judged),
           totals->refused, text_plural(totals->refused), totals->warnings,
           text_plural(totals->warnings), totals->not_judged, text_plural(totals->not_judged));
}

static int lint(int argc, char **argv) {
    static const struct option options[] = {{"dialect", required_argument, NULL, 'd'},
                                            {"enable", required_argument, NULL, 'e'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct dialect dialect = {.name = "all"};
    struct imap_extensions extensions;
    struct totals totals = {0};
    int status = 0;

    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'h') {
            write_usage(stdout);
            return 0;
        }
        if (!dialect_option(&dialect, option, optarg)) {
            fputs("Try 'imapspec lint --help'.\n", stderr);
            return 2;
        }
    }
    const char *problem = dialect_extensions(&dialect, imap_grammar_builtin(), &extensions);
    if (problem) {
        return refuse(problem, "no dialect or extension has this name");
    }
    if (optind == argc) {
        write_usage(stderr);
        return 2;
    }
    for (int i = optind; i < argc; i++) {
        int read = lint_file(argv[i], &extensions, &totals);
        status = read != 0 ? read : status;
    }
    write_totals(&totals);
    return status != 0 ? status : totals.refused > 0 ? 1 : 0;
}

const struct command command_lint = {"lint", "judge the C: and S: lines of any text", lint};
