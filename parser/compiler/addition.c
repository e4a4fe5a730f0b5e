#include "addition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "texts.h"

bool addition_read(struct compilation *c, const struct imap_grammar_text *more, size_t count) {
    size_t most = SIZE_MAX / sizeof(struct imap_grammar_text) - grammar_text_count;
    struct imap_grammar_text *texts =
        count <= most ? malloc((grammar_text_count + count) * sizeof *texts) : NULL;
    *c = (struct compilation){0};
    if (texts == NULL) {
        return compilation_out_of_memory(c);
    }
    memcpy(texts, grammar_texts, grammar_text_count * sizeof *texts);
    if (count > 0) {
        memcpy(texts + grammar_text_count, more, count * sizeof *texts);
    }
    bool done = compilation_read(c, texts, grammar_text_count + count, &grammar_settled);
    free(texts);
    return done;
}

void addition_tell(const struct compilation *c, struct imap_grammar_problem *problem) {
    problem->file = c->abnf.place.file;
    problem->line = c->abnf.place.line;
    problem->column = c->abnf.place.column;
    snprintf(problem->message, sizeof problem->message, "%s", c->abnf.message);
}

struct imap_grammar *imap_grammar_compile(const struct imap_grammar_text *texts, size_t count,
                                          struct imap_grammar_problem *problem) {
    struct compilation *c = malloc(sizeof *c);
    if (c == NULL) {
        *problem = (struct imap_grammar_problem){.file = "", .message = "memory is out"};
        return NULL;
    }
    if (addition_read(c, texts, count) && compilation_run(c)) {
        return &c->grammar;
    }
    addition_tell(c, problem);
    compilation_free(c);
    free(c);
    return NULL;
}

void imap_grammar_free(struct imap_grammar *grammar) {
    if (grammar != NULL) {
        struct compilation *c =
            (struct compilation *)((char *)grammar - offsetof(struct compilation, grammar));
        compilation_free(c);
        free(c);
    }
}
