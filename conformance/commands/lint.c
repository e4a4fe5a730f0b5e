/* imapspec lint: judges transcripts as they are printed. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../buffer.h"
#include "../lint/lint.h"
#include "../text.h"
#include "command.h"
#include "dialect.h"

/* What is read. */
struct language {
    const struct imap_grammar *grammar;
    struct imap_extensions extensions; /* whose use is no warning */
    const struct tolerance *tolerance;
};

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
          "  --grammar FILE      ABNF that is added to the grammar; may be repeated\n"
          "  --quirk NAME        tolerate this, with a warning; may be repeated:\n",
          stream);
    tolerance_list(stream, 22);
    fputs("\n"
          "exit status: 0 nothing was refused, 1 something was, 2 usage, or an unreadable file\n",
          stream);
}

static int refuse(const char *what, const char *why) {
    fprintf(stderr, "imapspec lint: %s: %s\n", what, why);
    return 2;
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
                        const struct language *language, struct totals *totals) {
    struct lint lint = {0};
    struct diagnostic problem = {0};
    bool is_dialog = is_dialog_file(path);
    struct dialog *dialog =
        is_dialog ? dialog_read(path, ".", text->octets, text->size, language->grammar, &problem)
                  : NULL;
    if (dialog && dialog->mode == MODE_OCTETS) {
        totals->files++;
        totals->not_judged += (unsigned)dialog->step_count;
        dialog_free(dialog);
        return true;
    }
    bool linted =
        lint_text(&lint, language->grammar, dialog ? &dialog->extensions : &language->extensions,
                  language->tolerance, text->octets, text->size, is_dialog);

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

static int lint_file(const char *path, const struct language *language, struct totals *totals) {
    struct buffer text = {0};
    const char *problem = buffer_read(&text, path, PRINTED_MAXIMUM);

    if (!problem && !lint_octets(path, &text, language, totals)) {
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

static int lint_files(char *const *paths, int count, const struct language *language) {
    struct totals totals = {0};
    int status = 0;

    for (int i = 0; i < count; i++) {
        int read = lint_file(paths[i], language, &totals);
        status = read != 0 ? read : status;
    }
    write_totals(&totals);
    return status != 0 ? status : totals.refused > 0 ? 1 : 0;
}

static int lint(int argc, char **argv) {
    static const struct option options[] = {
        {"dialect", required_argument, NULL, 'd'}, {"enable", required_argument, NULL, 'e'},
        {"grammar", required_argument, NULL, 'g'}, {"quirk", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    struct dialect dialect = {.name = "all"};

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
    if (optind == argc) {
        write_usage(stderr);
        return 2;
    }
    struct language language = {.grammar = dialect_grammar(&dialect),
                                .tolerance = &dialect.tolerance};
    if (!language.grammar) {
        return 2;
    }
    const char *problem = dialect_extensions(&dialect, language.grammar, &language.extensions);
    int status = problem ? refuse(problem, "no dialect or extension has this name")
                         : lint_files(argv + optind, argc - optind, &language);
    dialect_free_grammar(&dialect, language.grammar);
    return status;
}

const struct command command_lint = {"lint", "judge the C: and S: lines of any text", lint};
