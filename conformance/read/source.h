/* The text of a dialog file, by lines, and the one place where its errors are put down. */
#ifndef SOURCE_H
#define SOURCE_H

#include "dialog.h"

/* Limits of what is read; a file over them is refused. */
#define SOURCE_MAX_FILE (1u << 20) /* octets */
#define SOURCE_MAX_LINE 16384u     /* octets without the line end */

struct source_line {
    const char *text; /* not NUL-terminated, without CR and LF */
    size_t size;
};

struct source {
    const char *path;
    char *octets;
    struct source_line *lines; /* lines[i] is line i + 1 */
    size_t line_count;
    struct diagnostic *diagnostic;
};

/* Reads a regular file with LF or CRLF line ends. On false *diagnostic is set. `path` and
 * `diagnostic` must outlive the source. */
bool source_read(struct source *, const char *path, struct diagnostic *diagnostic);

/* The same of octets that were read already. */
bool source_copy(struct source *, const char *path, const void *octets, size_t size,
                 struct diagnostic *diagnostic);

void source_free(struct source *);

/* Has the line nothing but spaces and tabs? */
bool source_is_blank(const struct source_line *);

/* Sets the diagnostic. Always false, so that a reader can return it. */
bool source_fail(const struct source *, size_t line, size_t column, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

/* The same for memory that is out. */
bool source_fail_memory(const struct source *);

/* The path, from the current folder, of a file that the dialog names relative to its own folder.
 * Allocated; NULL, with the diagnostic set, when it isn't a file that can be read. */
char *source_beside(const struct source *, size_t line, size_t column, const char *name,
                    size_t size);

#endif
