#include <string.h>

#include "grammar.h"

enum { WIDTH = 80 };

void paper_ink(const struct paper *paper, enum ink ink) {
    static const char *const codes[] = {[INK_PLAIN] = "\x1B[0m",
                                        [INK_NAME] = "\x1B[1m",
                                        [INK_STRING] = "\x1B[32m",
                                        [INK_PLACE] = "\x1B[2m"};
    if (paper->colored) {
        fputs(codes[ink], paper->stream);
    }
}

/* The length of the word at the beginning: up to a space that isn't within quotes or prose. */
static size_t word_length(const char *text) {
    char closing = '\0';
    size_t length = 0;
    for (; text[length] != '\0' && (closing != '\0' || text[length] != ' '); length++) {
        char character = text[length];
        if (closing != '\0') {
            closing = character == closing ? '\0' : closing;
        } else if (character == '"') {
            closing = '"';
        } else if (character == '<') {
            closing = '>';
        }
    }
    return length;
}

static void write_word(const struct paper *paper, const char *word, size_t length) {
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        bool quote = word[i] == '"';
        if (quote && !quoted) {
            paper_ink(paper, INK_STRING);
        }
        fputc(word[i], paper->stream);
        if (quote && quoted) {
            paper_ink(paper, INK_PLAIN);
        }
        quoted ^= quote;
    }
}

/* A line doesn't begin with "/". */
void paper_definition(const struct paper *paper, const char *definition, int indent) {
    size_t column = (size_t)indent;
    while (*definition != '\0') {
        size_t length = word_length(definition);
        bool first = column == (size_t)indent;
        if (!first && length > 1 && column + 1 + length > WIDTH - 2) {
            fprintf(paper->stream, "\n%*s", indent, "");
            column = (size_t)indent;
        } else if (!first) {
            fputc(' ', paper->stream);
            column++;
        }
        write_word(paper, definition, length);
        column += length;
        definition += length;
        definition += *definition == ' ';
    }
    fputc('\n', paper->stream);
}
