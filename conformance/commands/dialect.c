#include "dialect.h"

#include <string.h>

#include "../../parser/compiler/addition.h"
#include "../buffer.h"

enum { MAX_GRAMMAR = 4 << 20 /* octets of a file */ };

bool dialect_option(struct dialect *dialect, int option, const char *argument) {
    if (option == 'd') {
        dialect->name = argument;
        return true;
    }
    if (option == 'g' && dialect->grammar_count < MAX_GRAMMARS) {
        dialect->grammars[dialect->grammar_count++] = argument;
        return true;
    }
    if (option == 't') {
        bool known = tolerance_add(&dialect->tolerance, argument);
        if (!known) {
            fprintf(stderr, "imapspec: there is no quirk '%s'\n", argument);
        }
        return known;
    }
    if (option != 'e' || dialect->enabled_count == MAX_ENABLED) {
        return false;
    }
    dialect->enabled[dialect->enabled_count++] = argument;
    return true;
}

const char *dialect_extensions(const struct dialect *dialect, const struct imap_grammar *grammar,
                               struct imap_extensions *extensions) {
    const char *name = dialect->name ? dialect->name : imap_dialect_name(0);
    if (!imap_extensions_of_dialect(grammar, name, extensions)) {
        return name;
    }
    for (size_t i = 0; i < dialect->enabled_count; i++) {
        if (!imap_extensions_add(grammar, dialect->enabled[i], strlen(dialect->enabled[i]),
                                 extensions)) {
            return dialect->enabled[i];
        }
    }
    return NULL;
}

void dialect_list(FILE *stream) {
    for (size_t i = 0; imap_dialect_name(i); i++) {
        fprintf(stream, "%s%s", i > 0 ? ", " : "", imap_dialect_name(i));
    }
}

/* ---- the grammar, with files --------------------------------------------------------------- */

struct files {
    struct buffer buffers[MAX_GRAMMARS];
    struct imap_grammar_text texts[MAX_GRAMMARS];
    size_t count;
};

static void files_free(struct files *files) {
    while (files->count > 0) {
        buffer_free(&files->buffers[--files->count]);
    }
}

/* False after an error, which it has told of. Free them in either case. */
static bool files_read(struct files *files, const struct dialect *dialect) {
    *files = (struct files){0};
    while (files->count < dialect->grammar_count) {
        const char *path = dialect->grammars[files->count];
        struct buffer *buffer = &files->buffers[files->count];
        const char *problem = buffer_read(buffer, path, MAX_GRAMMAR);
        const char *text = buffer->size > 0 ? (const char *)buffer->octets : "";
        files->texts[files->count++] = (struct imap_grammar_text){path, text, buffer->size};
        if (problem) {
            fprintf(stderr, "imapspec: %s: %s\n", path, problem);
            return false;
        }
    }
    return true;
}

static void tell(const struct imap_grammar_problem *problem) {
    if (*problem->file) {
        fprintf(stderr, "%s:%u:%u: %s\n", problem->file, problem->line, problem->column,
                problem->message);
    } else {
        fprintf(stderr, "imapspec: %s\n", problem->message);
    }
}

const struct imap_grammar *dialect_grammar(const struct dialect *dialect) {
    const struct imap_grammar *grammar = NULL;
    struct imap_grammar_problem problem;
    struct files files;

    if (dialect->grammar_count == 0) {
        return imap_grammar_builtin();
    }
    if (files_read(&files, dialect)) {
        grammar = imap_grammar_compile(files.texts, files.count, &problem);
        if (!grammar) {
            tell(&problem);
        }
    }
    files_free(&files);
    return grammar;
}

struct imap_generator *dialect_generator(const struct dialect *dialect,
                                         const struct imap_extensions *extensions) {
    struct imap_generator *generator = NULL;
    struct imap_grammar_problem problem;
    struct files files;

    if (files_read(&files, dialect)) {
        generator = imap_generator_new(files.texts, files.count, extensions, &problem);
        if (!generator) {
            tell(&problem);
        }
    }
    files_free(&files);
    return generator;
}

void dialect_free_grammar(const struct dialect *dialect, const struct imap_grammar *grammar) {
    if (dialect->grammar_count > 0) {
        imap_grammar_free((struct imap_grammar *)grammar);
    }
}

bool dialect_read(const struct dialect *dialect, struct compilation *compilation) {
    struct files files;

    *compilation = (struct compilation){0};
    bool good = files_read(&files, dialect);
    if (good && !addition_read(compilation, files.texts, files.count)) {
        dialect_tell(compilation);
        good = false;
    }
    files_free(&files);
    return good;
}

void dialect_tell(const struct compilation *compilation) {
    struct imap_grammar_problem problem;
    addition_tell(compilation, &problem);
    tell(&problem);
}
