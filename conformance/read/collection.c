#include "collection.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char suffix[] = ".dialog";

/* Paths, allocated. */
struct paths {
    char **items;
    size_t count;
};

/* Takes `path` over; false when there are too many, or memory is out. */
static bool add_path(struct paths *paths, char *path) {
    char **items = NULL;

    if (path && paths->count < COLLECTION_MAXIMUM) {
        items = realloc(paths->items, (paths->count + 1) * sizeof *items);
    }
    if (!items) {
        free(path);
        errno = ENOMEM;
        return false;
    }
    paths->items = items;
    paths->items[paths->count++] = path;
    return true;
}

static void free_paths(struct paths *paths) {
    for (size_t i = 0; i < paths->count; i++) {
        free(paths->items[i]);
    }
    free(paths->items);
}

static char *join(const char *folder, const char *name) {
    size_t length = strlen(folder);
    bool has_slash = length > 0 && folder[length - 1] == '/';
    size_t size = length + strlen(name) + 2;
    char *path = malloc(size);

    if (path) {
        snprintf(path, size, "%s%s%s", folder, has_slash ? "" : "/", name);
    }
    return path;
}

static bool is_dialog(const char *name) {
    size_t length = strlen(name), end = sizeof suffix - 1;
    return length > end && strcmp(name + length - end, suffix) == 0;
}

/* Sorts what a folder holds into folders to visit and dialogs. */
static bool read_folder(const char *folder, struct paths *folders, struct paths *files) {
    DIR *stream = opendir(folder);
    bool ok = stream != NULL;

    errno = 0;
    for (struct dirent *entry; ok && (entry = readdir(stream)); errno = 0) {
        struct stat status;
        char *path = entry->d_name[0] == '.' ? NULL : join(folder, entry->d_name);
        if (!path || lstat(path, &status) != 0) {
            free(path);
        } else if (S_ISDIR(status.st_mode)) {
            ok = add_path(folders, path);
        } else if (is_dialog(path)) {
            ok = add_path(files, path);
        } else {
            free(path);
        }
    }
    ok = ok && errno == 0;
    if (stream) {
        closedir(stream);
    }
    return ok;
}

/* All dialogs at or below `path`, unsorted. False on an error that errno tells. */
static bool find_files(const char *path, struct paths *files) {
    struct paths folders = {0}, deeper = {0};
    struct stat status;

    if (stat(path, &status) != 0) {
        return false;
    }
    if (!S_ISDIR(status.st_mode)) {
        return add_path(files, strdup(path));
    }
    bool ok = add_path(&folders, strdup(path));
    for (unsigned depth = 0; ok && folders.count > 0 && depth < COLLECTION_DEPTH; depth++) {
        for (size_t i = 0; ok && i < folders.count; i++) {
            ok = read_folder(folders.items[i], &deeper, files);
        }
        free_paths(&folders);
        folders = deeper;
        deeper = (struct paths){0};
    }
    free_paths(&folders);
    free_paths(&deeper);
    return ok;
}

/* The folder that ids are relative to: see collection_add. Allocated. */
static char *find_root(const char *path, const char *given) {
    static const char folder[] = "dialogs";
    const size_t length = sizeof folder - 1;
    struct stat status;

    for (const char *at = path + strlen(path); at-- > path;) {
        bool is_whole = at == path || at[-1] == '/';
        if (is_whole && strncmp(at, folder, length) == 0 && at[length] == '/') {
            return strndup(path, (size_t)(at - path) + length);
        }
    }
    if (stat(given, &status) == 0 && S_ISDIR(status.st_mode)) {
        size_t end = strlen(given);
        while (end > 1 && given[end - 1] == '/') {
            end--;
        }
        return strndup(given, end);
    }
    const char *slash = strrchr(path, '/');
    return slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
}

/* The number of problems, 0 or 1. */
static size_t load(struct collection *collection, const char *path, const char *given,
                   FILE *problems) {
    struct diagnostic problem = {0};
    char *root = find_root(path, given);
    struct dialog **dialogs =
        realloc(collection->dialogs, (collection->count + 1) * sizeof(struct dialog *));

    if (dialogs) {
        collection->dialogs = dialogs;
    }
    const struct imap_grammar *grammar =
        collection->grammar ? collection->grammar : imap_grammar_builtin();
    struct dialog *dialog = root && dialogs ? dialog_load(path, root, grammar, &problem) : NULL;
    free(root);
    if (dialog) {
        collection->dialogs[collection->count++] = dialog;
        return 0;
    }
    if (problem.file) {
        fprintf(problems, "%s:%u:%u: %s\n", problem.file, problem.line, problem.column,
                problem.message);
    } else {
        fprintf(problems, "%s: memory is out\n", path);
    }
    free(problem.file);
    return 1;
}

static int by_path(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

size_t collection_add(struct collection *collection, const char *path, FILE *problems) {
    struct paths files = {0};
    size_t count = 0;

    if (!find_files(path, &files)) {
        fprintf(problems, "%s: %s\n", path, strerror(errno));
        count = 1;
    }
    if (files.count > 0) {
        qsort(files.items, files.count, sizeof *files.items, by_path);
    }
    for (size_t i = 0; i < files.count; i++) {
        count += load(collection, files.items[i], path, problems);
    }
    free_paths(&files);
    return count;
}

void collection_filter(struct collection *collection, const char *const *patterns, size_t count) {
    size_t kept = 0;

    for (size_t i = 0; i < collection->count; i++) {
        bool matches = false;
        for (size_t j = 0; j < count && !matches; j++) {
            matches = fnmatch(patterns[j], collection->dialogs[i]->id, 0) == 0;
        }
        if (matches) {
            collection->dialogs[kept++] = collection->dialogs[i];
        } else {
            dialog_free(collection->dialogs[i]);
        }
    }
    collection->count = kept;
}

void collection_free(struct collection *collection) {
    for (size_t i = 0; i < collection->count; i++) {
        dialog_free(collection->dialogs[i]);
    }
    free(collection->dialogs);
    *collection = (struct collection){0};
}
