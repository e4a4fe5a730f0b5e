#include "lint.h"

#include <stdlib.h>
#include <string.h>

#include "../text.h"
#include "judge.h"
#include "lookalike.h"

void lint_remark(struct lint *lint, enum severity severity, const struct row *row, size_t at,
                 const char *rule, const char *sentence, const char *hint) {
    size_t count = lint->remark_count;

    *(severity == LINT_REFUSED ? &lint->refused : &lint->warnings) += 1;
    if (count == LINT_MAXIMUM) {
        return;
    }
    if ((count & (count - 1)) == 0) { /* 0 and the powers of two: the array is full */
        size_t capacity = count > 0 ? 2 * count : 1;
        struct remark *remarks = realloc(lint->remarks, capacity * sizeof *remarks);
        if (!remarks) {
            lint->failed = true;
            return;
        }
        lint->remarks = remarks;
    }
    struct remark *remark = &lint->remarks[lint->remark_count++];
    remark->severity = severity;
    remark->row = row;
    remark->at = at < row->size ? at : row->size;
    remark->rule = rule;
    snprintf(remark->sentence, sizeof remark->sentence, "%s", sentence);
    snprintf(remark->hint, sizeof remark->hint, "%s", hint);
}

bool lint_fail(struct lint *lint) {
    lint->failed = true;
    return false;
}

static void check_marker(struct lint *lint, const struct row *row) {
    char letter = row->side == CLIENT ? 'C' : 'S', sentence[64], hint[REPAIR_HINT] = "";
    size_t length;
    const struct lookalike *lookalike =
        lookalike_at(row->octets + row->marker, row->size - row->marker, &length);

    if (lookalike) {
        snprintf(hint, sizeof hint, "U+%04X %s looks like %c", (unsigned)lookalike->character,
                 lookalike->name, letter);
    }
    if (row->misprints & MISPRINT_LETTER) {
        snprintf(sentence, sizeof sentence, "a letter that only looks like the %c of a marker",
                 letter);
        lint_remark(lint, LINT_REFUSED, row, row->marker, "marker", sentence, hint);
    }
    snprintf(hint, sizeof hint, "`%c:` is meant?", letter);
    if (row->misprints & MISPRINT_SECOND_MARKER) {
        lint_remark(lint, LINT_REFUSED, row, row->marker, "marker",
                    "a second marker on the same line", "a line end is missing before it?");
    }
    if (row->misprints & MISPRINT_NO_COLON) {
        lint_remark(lint, LINT_REFUSED, row, row->gap, "marker", "the marker's colon is missing",
                    hint);
    }
    if (row->misprints & MISPRINT_SPACE) {
        lint_remark(lint, LINT_REFUSED, row, row->gap - 2, "marker",
                    "a space before the marker's colon", hint);
    }
}

static int by_place(const void *left, const void *right) {
    const struct remark *a = left, *b = right;

    if (a->row->line != b->row->line) {
        return a->row->line < b->row->line ? -1 : 1;
    }
    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    return (int)a->severity - (int)b->severity;
}

bool lint_text(struct lint *lint, const struct imap_grammar *grammar,
               const struct imap_extensions *extensions, const struct tolerance *tolerance,
               const uint8_t *text, size_t size, bool is_dialog) {
    *lint = (struct lint){.grammar = grammar,
                          .extensions = *extensions,
                          .tolerance = tolerance,
                          .is_dialog = is_dialog};
    if (!printed_read(&lint->printed, text, size, is_dialog)) {
        return false;
    }
    for (size_t i = 0; i < lint->printed.count; i++) {
        if (lint->printed.rows[i].misprints) {
            check_marker(lint, &lint->printed.rows[i]);
        }
    }
    judge_all(lint);
    if (lint->remark_count > 0) {
        qsort(lint->remarks, lint->remark_count, sizeof *lint->remarks, by_place);
    }
    return !lint->failed;
}

void lint_write(FILE *stream, const char *path, const struct remark *remark) {
    const struct row *row = remark->row;
    size_t start = row->kind == ROW_MARKED ? 0 : row->text;

    while (start < row->marker && (row->octets[start] == ' ' || row->octets[start] == '\t')) {
        start++;
    }
    fprintf(stream, "%s:%u:%zu: %s%s: %s\n", path, row->line,
            text_columns(TEXT_UTF8, row->octets, remark->at) + 1,
            remark->severity == LINT_WARNING ? "warning: " : "", remark->rule, remark->sentence);
    text_point(stream, "    ", TEXT_UTF8, row->octets + start, row->printed - start,
               remark->at > start ? remark->at - start : 0);
    if (*remark->hint != '\0') {
        fprintf(stream, "  hint: %s\n", remark->hint);
    }
}

void lint_free(struct lint *lint) {
    printed_free(&lint->printed);
    free(lint->remarks);
    *lint = (struct lint){0};
}
