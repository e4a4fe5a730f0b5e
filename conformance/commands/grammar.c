/* imapspec grammar: shows the grammar that everything is read with. */
#include "../grammar/grammar.h"

#include <getopt.h>

#include "../text.h"
#include "command.h"
#include "dialect.h"

enum view { VIEW_RULES = 1, VIEW_GRAPH, VIEW_CONFLICTS, VIEW_EXTENSIONS };

static void write_usage(FILE *stream) {
    fputs("usage: imapspec grammar [OPTION…] [RULE…]\n"
          "\n"
          "Shows rules as ABNF, with the RFCs and files that say so, what refers to them and what\n"
          "they refer to; without RULE, a line for each rule.\n"
          "\n"
          "  --graph           the graph of the RULE for Graphviz: pipe it to dot -Tsvg\n"
          "  --conflicts       conflicts that are settled, how and why\n"
          "  --extensions      extensions, and the dialects that have them\n"
          "  --grammar FILE    ABNF that is added to the grammar; may be repeated\n"
          "  --help            this\n"
          "\n"
          "exit status: 0 all is well, 2 usage, no such rule, or a wrong --grammar\n",
          stream);
}

static int refuse(const char *what, const char *why) {
    fprintf(stderr, "imapspec grammar: %s%s%s\n", what, *what ? ": " : "", why);
    return 2;
}

static int show_rules(const struct paper *paper, const struct abnf *abnf, enum view view,
                      char *const *names, int count) {
    if (count == 0) {
        grammar_list(paper, abnf);
    }
    for (int i = 0; i < count; i++) {
        unsigned rule = abnf_find(abnf, names[i]);
        if (rule == 0) {
            return refuse(names[i], "there is no such rule");
        }
        if (view == VIEW_GRAPH) {
            grammar_graph(paper->stream, abnf, rule);
            continue;
        }
        fputs(i > 0 ? "\n" : "", paper->stream);
        if (!grammar_describe(paper, abnf, rule)) {
            return refuse("", "memory is out");
        }
    }
    return 0;
}

static int show_conflicts(const struct paper *paper, struct compilation *compilation) {
    if (!compilation_run(compilation)) {
        dialect_tell(compilation);
        return 2;
    }
    grammar_list_conflicts(paper, &compilation->settled);
    return 0;
}

static int show_extensions(const struct paper *paper, const struct dialect *dialect) {
    const struct imap_grammar *grammar = dialect_grammar(dialect);
    if (!grammar) {
        return 2;
    }
    grammar_list_extensions(paper, grammar);
    dialect_free_grammar(dialect, grammar);
    return 0;
}

static int show(const struct dialect *dialect, enum view view, char *const *names, int count) {
    struct paper paper = {.stream = stdout, .colored = text_is_colored(stdout)};
    struct compilation compilation;
    int status = 2;

    if (view == VIEW_EXTENSIONS) {
        return show_extensions(&paper, dialect);
    }
    if (dialect_read(dialect, &compilation)) {
        status = view == VIEW_CONFLICTS ? show_conflicts(&paper, &compilation)
                                        : show_rules(&paper, &compilation.abnf, view, names, count);
    }
    compilation_free(&compilation);
    return status;
}

static int run(int argc, char **argv) {
    static const struct option options[] = {{"graph", no_argument, NULL, VIEW_GRAPH},
                                            {"conflicts", no_argument, NULL, VIEW_CONFLICTS},
                                            {"extensions", no_argument, NULL, VIEW_EXTENSIONS},
                                            {"grammar", required_argument, NULL, 'g'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct dialect dialect = {0};
    enum view view = VIEW_RULES;

    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'h') {
            write_usage(stdout);
            return 0;
        }
        if (option == VIEW_GRAPH || option == VIEW_CONFLICTS || option == VIEW_EXTENSIONS) {
            view = (enum view)option;
        } else if (!dialect_option(&dialect, option, optarg)) {
            fputs("Try 'imapspec grammar --help'.\n", stderr);
            return 2;
        }
    }
    int count = argc - optind;
    if (view == VIEW_GRAPH && count != 1) {
        return refuse("--graph", "of which rule?");
    }
    if ((view == VIEW_CONFLICTS || view == VIEW_EXTENSIONS) && count > 0) {
        return refuse(argv[optind], "a rule, where all of the grammar is listed");
    }
    return show(&dialect, view, argv + optind, count);
}

const struct command command_grammar = {"grammar", "show the grammar: rules, extensions, conflicts",
                                        run};
