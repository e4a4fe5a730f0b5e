/* Lint remarks on what stands in the text, in the order in which it stands there, and writes
 * nothing that a terminal would heed. */
#include <stdlib.h>
#include <string.h>

#include "../../conformance/lint/lint.h"
#include "../harness/choice.h"
#include "../harness/property.h"
#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return 0;
}

static void check_remark(const struct lint *lint, size_t index) {
    const struct remark *remark = &lint->remarks[index], *before = index > 0 ? remark - 1 : remark;
    const struct row *rows = lint->printed.rows;

    if (remark->row < rows || remark->row >= rows + lint->printed.count) {
        property_broken("remark %zu is about no line", index);
    }
    if (remark->at > remark->row->size) {
        property_broken("remark %zu is about octet %zu of %zu in line %u", index, remark->at,
                        remark->row->size, remark->row->line);
    }
    if (remark->row->line < before->row->line) {
        property_broken("a remark on line %u follows one on line %u", remark->row->line,
                        before->row->line);
    }
    if (!memchr(remark->sentence, '\0', sizeof remark->sentence) ||
        !memchr(remark->hint, '\0', sizeof remark->hint)) {
        property_broken("a sentence or hint of line %u has no end", remark->row->line);
    }
}

static void check_text(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        uint8_t octet = (uint8_t)text[i];
        if ((octet < ' ' && octet != '\n') || octet == 0x7F) {
            property_broken("control character %02X is written:\n%.*s", octet, (int)size, text);
        }
    }
}

static void write_remarks(const struct lint *lint) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    for (size_t i = 0; stream && i < lint->remark_count; i++) {
        check_remark(lint, i);
        lint_write(stream, "text", &lint->remarks[i]);
    }
    if (stream && fclose(stream) == 0) {
        check_text(text, size);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct random random = choice_of(data, size);
    struct imap_extensions extensions;
    struct tolerance tolerance = {{false}};
    struct lint lint;

    if (size > PRINTED_MAXIMUM) {
        return 0;
    }
    for (int i = 0; i < IMAP_QUIRK_COUNT; i++) {
        tolerance.quirks[i] = random_once_in(&random, 8);
    }
    imap_extensions_of_dialect(grammar, "all", &extensions);
    bool is_dialog = random_once_in(&random, 2);
    if (lint_text(&lint, grammar, &extensions, &tolerance, data, size, is_dialog)) {
        write_remarks(&lint);
    }
    lint_free(&lint);
    return 0;
}
