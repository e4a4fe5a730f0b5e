#include "source.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../text.h"

bool source_fail(const struct source *source, size_t line, size_t column, const char *format, ...) {
    struct diagnostic *diagnostic = source->diagnostic;
    char message[sizeof diagnostic->message];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    size_t kept = length < 0                         ? 0
                  : (size_t)length >= sizeof message ? sizeof message - 1
                                                     : (size_t)length;
    /* It quotes the file, which may hold anything. */
    text_escape(TEXT_UTF8, message, kept, diagnostic->message, sizeof diagnostic->message);
    diagnostic->file = strdup(source->path);
    diagnostic->line = (unsigned)line;
    diagnostic->column = (unsigned)column;
    return false;
}

bool source_fail_memory(const struct source *source) {
    return source_fail(source, 1, 1, "memory is out");
}

/* A FIFO or a device could keep the reader waiting for ever. */
static bool is_regular(const char *path, const char **problem) {
    struct stat status;

    if (stat(path, &status) != 0) {
        *problem = strerror(errno);
        return false;
    }
    *problem = "it is not a regular file";
    return S_ISREG(status.st_mode);
}

static const char too_large[] = "a dialog has at most 1,048,576 octets";

/* Reads the octets; false with `problem` set. */
static bool read_octets(struct source *source, size_t *size, const char **problem) {
    if (!is_regular(source->path, problem)) {
        return false;
    }
    FILE *file = fopen(source->path, "rb");
    if (!file) {
        *problem = strerror(errno);
        return false;
    }
    source->octets = malloc(SOURCE_MAX_FILE + 1);
    *size = source->octets ? fread(source->octets, 1, SOURCE_MAX_FILE + 1, file) : 0;
    *problem = !source->octets           ? "memory is out"
               : ferror(file)            ? strerror(errno)
               : *size > SOURCE_MAX_FILE ? too_large
                                         : NULL;
    fclose(file);
    return *problem == NULL;
}

static bool check_line(const struct source *source, size_t number, const struct source_line *line) {
    if (line->size > SOURCE_MAX_LINE) {
        return source_fail(source, number, SOURCE_MAX_LINE + 1, "a line has at most %u octets",
                           SOURCE_MAX_LINE);
    }
    for (size_t i = 0; i < line->size; i++) {
        if (line->text[i] == '\0') {
            return source_fail(source, number, i + 1, "a NUL is written ${hex:00}");
        }
        if (line->text[i] == '\r') {
            return source_fail(source, number, i + 1, "a CR within a line is written ${hex:0d}");
        }
    }
    return true;
}

static bool split(struct source *source, size_t size) {
    const char *at = source->octets, *end = source->octets + size;
    size_t capacity = 1;

    for (const char *octet = at; octet < end; octet++) {
        capacity += *octet == '\n';
    }
    source->lines = calloc(capacity, sizeof *source->lines);
    if (!source->lines) {
        return source_fail_memory(source);
    }
    while (at < end) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        const char *stop = feed ? feed : end;
        struct source_line *line = &source->lines[source->line_count++];
        *line = (struct source_line){.text = at, .size = (size_t)(stop - at)};
        if (line->size > 0 && line->text[line->size - 1] == '\r') {
            line->size--;
        }
        if (!check_line(source, source->line_count, line)) {
            return false;
        }
        at = feed ? feed + 1 : end;
    }
    return true;
}

bool source_read(struct source *source, const char *path, struct diagnostic *diagnostic) {
    const char *problem;
    size_t size;

    *source = (struct source){.path = path, .diagnostic = diagnostic};
    if (read_octets(source, &size, &problem)) {
        return split(source, size);
    }
    return source_fail(source, 1, 1, "cannot read the file: %s", problem);
}

bool source_copy(struct source *source, const char *path, const void *octets, size_t size,
                 struct diagnostic *diagnostic) {
    *source = (struct source){.path = path, .diagnostic = diagnostic};
    if (size > SOURCE_MAX_FILE) {
        return source_fail(source, 1, 1, "cannot read the file: %s", too_large);
    }
    source->octets = malloc(size + 1);
    if (!source->octets) {
        return source_fail_memory(source);
    }
    memcpy(source->octets, octets, size);
    return split(source, size);
}

void source_free(struct source *source) {
    free(source->lines);
    free(source->octets);
    *source = (struct source){0};
}

bool source_is_blank(const struct source_line *line) {
    size_t i = 0;

    while (i < line->size && (line->text[i] == ' ' || line->text[i] == '\t')) {
        i++;
    }
    return i == line->size;
}

char *source_beside(const struct source *source, size_t line, size_t column, const char *name,
                    size_t size) {
    const char *slash = strrchr(source->path, '/');
    size_t folder = slash && name[0] != '/' ? (size_t)(slash - source->path) + 1 : 0;
    char *path = malloc(folder + size + 1);
    const char *problem;

    if (!path) {
        source_fail_memory(source);
        return NULL;
    }
    memcpy(path, source->path, folder);
    memcpy(path + folder, name, size);
    path[folder + size] = '\0';
    if (!is_regular(path, &problem) || (access(path, R_OK) != 0 && (problem = strerror(errno)))) {
        source_fail(source, line, column, "cannot read `%s`: %s", path, problem);
        free(path);
        return NULL;
    }
    return path;
}
