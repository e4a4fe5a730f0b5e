#include "tolerance.h"

bool tolerance_add(struct tolerance *tolerance, const char *name) {
    enum imap_quirk quirk;
    bool found = imap_quirk_find(name, &quirk);

    if (found) {
        tolerance->quirks[quirk] = true;
    }
    return found;
}

void tolerance_apply(const struct tolerance *tolerance, struct imap_parser *parser) {
    for (int quirk = 0; quirk < IMAP_QUIRK_COUNT; quirk++) {
        if (tolerance->quirks[quirk]) {
            imap_parser_tolerate(parser, (enum imap_quirk)quirk);
        }
    }
}

void tolerance_list(FILE *stream, int indent) {
    for (int quirk = 0; quirk < IMAP_QUIRK_COUNT; quirk++) {
        fprintf(stream, "%*s%-20s%s\n", indent, "", imap_quirk_name((enum imap_quirk)quirk),
                imap_quirk_sentence((enum imap_quirk)quirk));
    }
}
