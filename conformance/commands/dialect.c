#include "dialect.h"

#include <string.h>

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

static const struct imap_grammar *compile(const struct dialect *dialect,
                                          const struct buffer *texts) {
    struct imap_grammar_text more[MAX_GRAMMARS];
    struct imap_grammar_problem problem;

    for (size_t i = 0; i < dialect->grammar_count; i++) {
        const char *text = texts[i].size > 0 ? (const char *)texts[i].octets : "";
        more[i] = (struct imap_grammar_text){dialect->grammars[i], text, texts[i].size};
    }
    struct imap_grammar *grammar = imap_grammar_compile(more, dialect->grammar_count, &problem);
    if (!grammar && *problem.file) {
        fprintf(stderr, "%s:%u:%u: %s\n", problem.file, problem.line, problem.column,
                problem.message);
    } else if (!grammar) {
        fprintf(stderr, "imapspec: %s\n", problem.message);
    }
    return grammar;
}

const struct imap_grammar *dialect_grammar(const struct dialect *dialect) {
    struct buffer texts[MAX_GRAMMARS] = {{0}};
    const struct imap_grammar *grammar = NULL;
    const char *problem = NULL;
    size_t count = 0;

    if (dialect->grammar_count == 0) {
        return imap_grammar_builtin();
    }
    for (; count < dialect->grammar_count && !problem; count++) {
        problem = buffer_read(&texts[count], dialect->grammars[count], MAX_GRAMMAR);
    }
    if (problem) {
        fprintf(stderr, "imapspec: %s: %s\n", dialect->grammars[count - 1], problem);
    } else {
        grammar = compile(dialect, texts);
    }
    while (count > 0) {
        buffer_free(&texts[--count]);
    }
    return grammar;
}

void dialect_free_grammar(const struct dialect *dialect, const struct imap_grammar *grammar) {
    if (dialect->grammar_count > 0) {
        imap_grammar_free((struct imap_grammar *)grammar);
    }
}
