/* imapspec requirements: what the RFCs ask, and which dialogs prove it. */
#include <getopt.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "../read/collection.h"
#include "../read/requirement.h"
#include "../text.h"
#include "command.h"

struct survey {
    struct requirements requirements;
    struct collection dialogs;
    bool uncovered; /* only what nothing proves */
    unsigned problems;
};

static void write_usage(FILE *stream) {
    fputs(
        "usage: imapspec requirements [OPTION…] PATH…\n"
        "\n"
        "Lists what the RFCs ask, and the dialogs that prove it. A PATH is a list of requirements\n"
        "(.tsv), a dialog, or a folder of either.\n"
        "\n"
        "  --uncovered    only what could be seen, and no dialog proves\n"
        "  --help         this\n"
        "\n"
        "exit status: 0 all is well, 1 a file is wrong, or proves what no list has, 2 usage\n",
        stream);
}

/* ---- reading ------------------------------------------------------------------------------- */

static void read_list(struct survey *survey, const char *path) {
    struct diagnostic problem = {0};

    if (!requirements_read(&survey->requirements, path, &problem)) {
        fprintf(stderr, "%s:%u:%u: %s\n", problem.file ? problem.file : path, problem.line,
                problem.column, problem.message);
        survey->problems++;
    }
    free(problem.file);
}

static bool is_list(const char *path) {
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".tsv") == 0;
}

/* A folder of lists has no dialogs, and a folder of dialogs no lists. */
static void read_path(struct survey *survey, const char *path) {
    char pattern[4096];
    glob_t lists;

    if (is_list(path)) {
        read_list(survey, path);
        return;
    }
    int length = snprintf(pattern, sizeof pattern, "%s/*.tsv", path);
    bool globbed =
        length > 0 && (size_t)length < sizeof pattern && glob(pattern, 0, NULL, &lists) == 0;
    if (!globbed) {
        survey->problems += (unsigned)collection_add(&survey->dialogs, path, stderr);
        return;
    }
    for (size_t i = 0; i < lists.gl_pathc; i++) {
        read_list(survey, lists.gl_pathv[i]);
    }
    globfree(&lists);
}

/* ---- proofs -------------------------------------------------------------------------------- */

static bool proves(const struct dialog *dialog, const char *id, size_t size) {
    for (const char *word = dialog->proves; *word; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        if (length == size && memcmp(word, id, size) == 0) {
            return true;
        }
        word += length;
    }
    return false;
}

static void check_ids(struct survey *survey, const struct dialog *dialog) {
    for (const char *word = dialog->proves; *word; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        if (!requirements_find(&survey->requirements, word, length)) {
            fprintf(stderr, "%s: proves %.*s, which no list has\n", dialog->path, (int)length,
                    word);
            survey->problems++;
        }
        word += length;
    }
}

static bool is_proved(const struct survey *survey, const struct requirement *requirement) {
    for (size_t i = 0; i < survey->dialogs.count; i++) {
        if (proves(survey->dialogs.dialogs[i], requirement->id, strlen(requirement->id))) {
            return true;
        }
    }
    return false;
}

/* ---- writing ------------------------------------------------------------------------------- */

static void write_requirement(const struct survey *survey, const struct requirement *requirement) {
    printf("%s\t%s\t%s\t", requirement->id, requirement_level_name(requirement->level),
           requirement_sight_name(requirement->sight));
    text_write(stdout, TEXT_UTF8, requirement->text, strlen(requirement->text));
    putchar('\n');
    for (size_t i = 0; i < survey->dialogs.count; i++) {
        const struct dialog *dialog = survey->dialogs.dialogs[i];
        if (proves(dialog, requirement->id, strlen(requirement->id))) {
            printf("\t%s\n", dialog->id);
        }
    }
}

static void write_survey(const struct survey *survey) {
    size_t count[SIGHT_NO + 1] = {0}, proved[SIGHT_NO + 1] = {0};

    for (size_t i = 0; i < survey->requirements.count; i++) {
        const struct requirement *requirement = &survey->requirements.items[i];
        bool has_proof = is_proved(survey, requirement);
        count[requirement->sight]++;
        proved[requirement->sight] += has_proof;
        if (!survey->uncovered || (!has_proof && requirement->sight != SIGHT_NO)) {
            write_requirement(survey, requirement);
        }
    }
    printf("%zu requirement%s", survey->requirements.count,
           text_plural(survey->requirements.count));
    for (unsigned sight = SIGHT_WIRE; sight < SIGHT_NO; sight++) {
        printf("; %s: %zu of %zu proved", requirement_sight_name(sight), proved[sight],
               count[sight]);
    }
    printf("; %zu can't be seen\n", count[SIGHT_NO]);
}

/* ---- the command --------------------------------------------------------------------------- */

static int run(int argc, char **argv) {
    static const struct option options[] = {{"uncovered", no_argument, NULL, 'u'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct survey survey = {0};

    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h') {
            write_usage(stdout);
            return 0;
        }
        if (option != 'u') {
            fputs("Try 'imapspec requirements --help'.\n", stderr);
            return 2;
        }
        survey.uncovered = true;
    }
    if (optind == argc) {
        write_usage(stderr);
        return 2;
    }
    for (int i = optind; i < argc; i++) {
        read_path(&survey, argv[i]);
    }
    for (size_t i = 0; i < survey.dialogs.count; i++) {
        check_ids(&survey, survey.dialogs.dialogs[i]);
    }
    write_survey(&survey);
    requirements_free(&survey.requirements);
    collection_free(&survey.dialogs);
    return survey.problems > 0;
}

const struct command command_requirements = {
    .name = "requirements",
    .summary = "list what the RFCs ask, and which dialogs prove it",
    .run = run,
};
