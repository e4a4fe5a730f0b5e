/* What there is in the grammar, a line each. */
#include <string.h>

#include "../../parser/grammar.h"
#include "grammar.h"

void grammar_write_extension(FILE *stream, const struct abnf *abnf, unsigned extension) {
    const char *names = abnf->extensions[extension].names;
    fwrite(names, 1, strcspn(names, " "), stream);
}

void grammar_list(const struct paper *paper, const struct abnf *abnf) {
    char source[CITATION_TEXT];
    for (size_t i = 1; i < abnf->rule_count; i++) {
        const struct abnf_rule *rule = &abnf->rules[i];
        paper_ink(paper, INK_NAME);
        fprintf(paper->stream, "%-28s", rule->name);
        paper_ink(paper, INK_PLAIN);
        compilation_cite(rule->origin, source);
        fprintf(paper->stream, " %-20s ", source);
        paper_ink(paper, INK_PLACE);
        fprintf(paper->stream, "%s:%u:%u", rule->place.file, rule->place.line, rule->place.column);
        paper_ink(paper, INK_PLAIN);
        if (rule->extension != 0) {
            fputs(" ", paper->stream);
            grammar_write_extension(paper->stream, abnf, rule->extension);
        }
        fputc('\n', paper->stream);
    }
}

void grammar_list_conflicts(const struct paper *paper, const struct settled_conflicts *settled) {
    for (size_t i = 0; i < settled->count; i++) {
        const struct settled_conflict *conflict = &settled->items[i];
        bool met = conflict->where[0] != '\0';
        paper_ink(paper, INK_NAME);
        fprintf(paper->stream, "%s -> %s\n", conflict->ways, conflict->winner);
        paper_ink(paper, INK_PLAIN);
        fprintf(paper->stream, "  first met in %s\n", met ? conflict->where : "no rule");
        fprintf(paper->stream, "  %s\n", conflict->reason);
        paper_ink(paper, INK_PLACE);
        fprintf(paper->stream, "  %s:%u", conflict->place.file, conflict->place.line);
        paper_ink(paper, INK_PLAIN);
        fputc('\n', paper->stream);
    }
}

static bool has_extension(const struct imap_grammar *grammar, const char *dialect,
                          unsigned number) {
    struct imap_extensions extensions;
    return imap_extensions_of_dialect(grammar, dialect, &extensions) &&
           (extensions.bits[number / 64] >> number % 64 & 1) != 0;
}

void grammar_list_extensions(const struct paper *paper, const struct imap_grammar *grammar) {
    paper_ink(paper, INK_NAME);
    fprintf(paper->stream, "%-22s %-12s", "extension", "source");
    for (size_t i = 0; imap_dialect_name(i) != NULL; i++) {
        fprintf(paper->stream, " %-9s", imap_dialect_name(i));
    }
    fputs(" also enabled by", paper->stream);
    paper_ink(paper, INK_PLAIN);
    fputc('\n', paper->stream);
    for (unsigned i = 1; i <= imap_extension_count(grammar); i++) {
        const char *names = grammar->extensions[i].names;
        int length = (int)strcspn(names, " ");
        fprintf(paper->stream, "%-22.*s %-12s", length, names, imap_extension_source(grammar, i));
        for (size_t k = 0; imap_dialect_name(k) != NULL; k++) {
            bool enabled = has_extension(grammar, imap_dialect_name(k), i);
            fprintf(paper->stream, " %-9s", enabled ? "yes" : "-");
        }
        fprintf(paper->stream, "%s\n", names + length);
    }
}
