#include "deviations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool refuse(struct diagnostic *diagnostic, const char *path, unsigned line, size_t column,
                   const char *message) {
    *diagnostic =
        (struct diagnostic){.file = strdup(path), .line = line, .column = (unsigned)column + 1};
    snprintf(diagnostic->message, sizeof diagnostic->message, "%s", message);
    return false;
}

/* Is there a file with this id in the folder that the dialog's id is relative to? */
static bool is_beside(const struct dialog *dialog, const char *id) {
    static const char suffix[] = ".dialog";
    size_t path_size = strlen(dialog->path), tail = strlen(dialog->id) + strlen(suffix);
    char path[4096];

    if (path_size < tail ||
        strncmp(dialog->path + path_size - tail, dialog->id, strlen(dialog->id)) != 0) {
        return false;
    }
    int size =
        snprintf(path, sizeof path, "%.*s%s%s", (int)(path_size - tail), dialog->path, id, suffix);
    return size > 0 && (size_t)size < sizeof path && access(path, F_OK) == 0;
}

static bool is_known(const char *id, struct dialog *const *dialogs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(dialogs[i]->id, id) == 0 || is_beside(dialogs[i], id)) {
            return true;
        }
    }
    return false;
}

/* Cuts the field at *text off what follows, which *text then points to. */
static char *take_field(char **text) {
    char *field = *text, *end = strstr(field, "  ");

    if (!end) {
        *text = field + strlen(field);
        return field;
    }
    *end = '\0';
    *text = end + 2 + strspn(end + 2, " ");
    return field;
}

static bool add(struct deviations *deviations, const char *id, const char *section,
                const char *why) {
    struct deviation *items = realloc(deviations->items, (deviations->count + 1) * sizeof *items);

    if (!items) {
        return false;
    }
    deviations->items = items;
    struct deviation *item = &items[deviations->count++];
    *item = (struct deviation){.id = strdup(id), .section = strdup(section), .why = strdup(why)};
    return item->id && item->section && item->why;
}

bool deviations_load(struct deviations *deviations, const char *path, struct dialog *const *dialogs,
                     size_t count, struct diagnostic *diagnostic) {
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    unsigned number = 0;
    bool is_good = true;

    *deviations = (struct deviations){0};
    if (!file) {
        return refuse(diagnostic, path, 0, 0, "cannot be read");
    }
    while (is_good && getline(&line, &capacity, file) > 0) {
        char *rest = line;
        number++;
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '#' || line[strspn(line, " ")] == '\0') {
            continue;
        }
        const char *id = take_field(&rest);
        size_t section_at = (size_t)(rest - line);
        const char *section = take_field(&rest);
        if (!*id || !*section || !*rest) {
            is_good = refuse(diagnostic, path, number, section_at,
                             "a line is `DIALOG-ID  SECTION  why`, two spaces between");
        } else if (!is_known(id, dialogs, count)) {
            is_good = refuse(diagnostic, path, number, 0, "there is no dialog with this id");
        } else if (!add(deviations, id, section, rest)) {
            is_good = refuse(diagnostic, path, number, 0, "memory is out");
        }
    }
    free(line);
    fclose(file);
    return is_good;
}

const struct deviation *deviations_find(const struct deviations *deviations, const char *id) {
    for (size_t i = 0; i < deviations->count; i++) {
        if (strcmp(deviations->items[i].id, id) == 0) {
            return &deviations->items[i];
        }
    }
    return NULL;
}

/* What the profile itself tolerates is no reason to fail. */
static bool is_accused(const struct result *result) {
    for (size_t i = 0; i < result->finding_count; i++) {
        if (!result->findings[i].tolerated) {
            return true;
        }
    }
    return false;
}

void deviations_apply(const struct deviations *deviations, struct result *result) {
    const struct deviation *deviation = deviations_find(deviations, result->dialog->id);
    bool has_failed = result->outcome == OUTCOME_FAIL || result->outcome == OUTCOME_WARNING ||
                      (result->outcome == OUTCOME_PASS && is_accused(result));

    if (!deviation) {
        return;
    }
    if (has_failed) {
        result_conclude(result, OUTCOME_DEVIATION, "%s: %s", deviation->section, deviation->why);
    } else if (result->outcome == OUTCOME_PASS) {
        result_fail(result, 0, 0, "the deviation is no longer seen (%s: %s)", deviation->section,
                    deviation->why);
    }
}

void deviations_free(struct deviations *deviations) {
    for (size_t i = 0; i < deviations->count; i++) {
        free(deviations->items[i].id);
        free(deviations->items[i].section);
        free(deviations->items[i].why);
    }
    free(deviations->items);
    *deviations = (struct deviations){0};
}
