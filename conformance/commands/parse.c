/* imapspec parse: what the grammar makes of one side of a connection, octet by octet. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../../parser/imapspec.h"
#include "../buffer.h"
#include "../text.h"
#include "command.h"
#include "dialect.h"

enum {
    MAX_INPUT = 256 << 20, /* octets of one file */
    MAX_NODES = 1 << 16    /* of a message that is checked beyond its grammar */
};

struct reading {
    struct dialect dialect;
    const struct imap_grammar *grammar;
    struct imap_extensions extensions;
    struct imap_parser parser;
    struct imap_tree tree; /* of the message being read */
    const struct buffer *input;
    size_t chunk; /* octets of one feed */
    bool quiet;   /* errors and findings alone */
    imap_rule authenticate, idle, sasl_line;
    enum imap_root next; /* what the message being read says of the next */
    unsigned messages, errors;
};

/* ---- places -------------------------------------------------------------------------------- */

/* The line that an offset stands in, with a caret under it. */
static void point(const struct reading *reading, uint64_t offset) {
    const uint8_t *octets = reading->input->octets;
    size_t at = (size_t)offset, start = at, end = at;
    while (start > 0 && octets[start - 1] != '\n') {
        start--;
    }
    while (end < reading->input->size && octets[end] != '\n') {
        end++;
    }
    end += end < reading->input->size;
    text_point(stdout, "  ", TEXT_WIRE, octets + start, end - start, at - start);
}

static void report_error(struct reading *reading) {
    const struct imap_error *error = imap_parser_error(&reading->parser);
    char explanation[IMAP_EXPLANATION_TEXT];
    imap_parser_explain(&reading->parser, explanation, sizeof explanation);
    printf("%llu: %s: %s\n", (unsigned long long)error->offset,
           imap_rule_name(reading->grammar, error->rule), explanation);
    point(reading, error->offset);
    reading->errors++;
}

static void report_end(struct reading *reading) {
    char explanation[IMAP_EXPLANATION_TEXT];
    imap_parser_explain(&reading->parser, explanation, sizeof explanation);
    printf("%zu: %s, got the end of the file\n", reading->input->size, explanation);
    reading->errors++;
}

/* ---- events -------------------------------------------------------------------------------- */

static void print_node(const struct reading *reading, const struct imap_event *event) {
    printf("%llu..%llu %s ", (unsigned long long)event->start, (unsigned long long)event->end,
           imap_rule_name(reading->grammar, event->rule));
    text_write(stdout, TEXT_WIRE, reading->input->octets + event->start,
               (size_t)(event->end - event->start));
    putchar('\n');
}

static void print_quirk(const struct reading *reading, const struct imap_event *event) {
    enum imap_quirk quirk = (enum imap_quirk)event->value;
    printf("%llu: warning: %s: %s\n", (unsigned long long)event->start, imap_quirk_name(quirk),
           imap_quirk_sentence(quirk));
    point(reading, event->start);
}

static void print_finding(struct reading *reading, const struct imap_event *event) {
    char extension[IMAP_EXTENSION_TEXT];
    if (event->finding == IMAP_QUIRK_USED) {
        print_quirk(reading, event);
        return;
    }
    if (event->finding == IMAP_EXTENSION_NOT_ENABLED) {
        unsigned number = (unsigned)event->value;
        imap_extension_name(reading->grammar, number, extension, sizeof extension);
        printf("%llu: belongs to %s (%s), which isn't enabled\n", (unsigned long long)event->start,
               extension, imap_extension_source(reading->grammar, number));
        point(reading, event->start);
    } else {
        printf("%llu: %s: malformed, read as text instead\n", (unsigned long long)event->end,
               imap_rule_name(reading->grammar, event->rule));
        point(reading, event->end);
    }
    reading->errors++;
}

static void print_check(void *context, const struct imap_check *check, uint64_t start,
                        uint64_t end) {
    struct reading *reading = context;
    bool warning = check->severity == IMAP_WARNING;
    (void)end;
    printf("%llu: %s%s: %s (%s)\n", (unsigned long long)start, warning ? "warning: " : "",
           check->name, check->sentence, check->source);
    point(reading, start);
    reading->errors += !warning;
}

static void check_message(struct reading *reading, uint64_t start) {
    imap_check_message(&reading->tree, reading->grammar, &reading->extensions,
                       reading->input->octets + start, print_check, reading);
    imap_tree_clear(&reading->tree);
}

static bool take_event(void *context, const struct imap_event *event) {
    struct reading *reading = context;
    imap_tree_add(&reading->tree, event);
    switch (event->kind) {
    case IMAP_EVENT_NODE:
        if (event->rule == reading->authenticate || event->rule == reading->sasl_line) {
            reading->next = IMAP_AFTER_AUTHENTICATE;
        } else if (event->rule == reading->idle) {
            reading->next = IMAP_AFTER_IDLE;
        }
        if (!reading->quiet) {
            print_node(reading, event);
        }
        break;
    case IMAP_EVENT_LITERAL:
        if (!reading->quiet) {
            printf("%llu..%llu literal of %llu octets%s%s\n", (unsigned long long)event->start,
                   (unsigned long long)event->end, (unsigned long long)event->value,
                   event->non_synchronizing ? ", non-synchronizing" : "",
                   event->binary ? ", binary" : "");
        }
        break;
    case IMAP_EVENT_FINDING:
        print_finding(reading, event);
        break;
    case IMAP_EVENT_MESSAGE:
        check_message(reading, event->start);
        reading->messages++;
        if (reading->next != IMAP_ROOT_COUNT) {
            imap_parser_expect(&reading->parser, reading->next);
            reading->next = IMAP_ROOT_COUNT;
        }
        break;
    }
    return true;
}

/* ---- reading ------------------------------------------------------------------------------- */

static int parse(struct reading *reading) {
    const struct buffer *input = reading->input;
    for (size_t at = 0; at < input->size;) {
        size_t consumed, count = input->size - at;
        if (reading->chunk > 0 && count > reading->chunk) {
            count = reading->chunk;
        }
        enum imap_status status =
            imap_parser_feed(&reading->parser, input->octets + at, count, &consumed);
        at += consumed;
        if (status == IMAP_FAILED) {
            report_error(reading);
            imap_parser_resync(&reading->parser);
            imap_tree_clear(&reading->tree);
            reading->next = IMAP_ROOT_COUNT;
        }
    }
    if (!imap_parser_at_start(&reading->parser) && input->size > 0) {
        report_end(reading);
    }
    printf("%u message%s, %u error%s\n", reading->messages, text_plural(reading->messages),
           reading->errors, text_plural(reading->errors));
    return reading->errors > 0;
}

/* ---- options ------------------------------------------------------------------------------- */

static const struct option long_options[] = {{"client", no_argument, NULL, 'c'},
                                             {"server", no_argument, NULL, 's'},
                                             {"root", required_argument, NULL, 'r'},
                                             {"dialect", required_argument, NULL, 'd'},
                                             {"enable", required_argument, NULL, 'e'},
                                             {"grammar", required_argument, NULL, 'g'},
                                             {"quirk", required_argument, NULL, 't'},
                                             {"chunk", required_argument, NULL, 'k'},
                                             {"quiet", no_argument, NULL, 'q'},
                                             {"help", no_argument, NULL, 'h'},
                                             {NULL, 0, NULL, 0}};

static void write_usage(FILE *stream) {
    fputs("usage: imapspec parse [OPTION…] FILE|-\n\n"
          "Prints what the grammar makes of one side of a connection: each rule that ended, with "
          "the\n"
          "offsets of its octets, and each error with the rule, what was expected and a caret.\n\n"
          "  --server          the file holds what a server sent (default)\n"
          "  --client          the file holds what a client sent\n"
          "  --root ROOT       what the first message is: greeting, response, command, "
          "continuation,\n"
          "                    sasl-line or done\n"
          "  --dialect NAME    what belongs to it is no finding: ",
          stream);
    dialect_list(stream);
    fputs("\n                    (default: rev1)\n"
          "  --enable NAME     what this capability stands for is none either\n"
          "  --grammar FILE    ABNF that is added to the grammar; may be repeated\n"
          "  --quirk NAME      tolerate this, with a warning; may be repeated:\n",
          stream);
    tolerance_list(stream, 20);
    fputs("  --chunk N         feed the parser N octets at a time\n"
          "  --quiet           print errors alone\n"
          "  --help            this\n\n"
          "Exit status: 0 no error, 1 errors, 2 usage, or the file can't be read.\n",
          stream);
}

static bool set_root(const char *name, enum imap_root *root) {
    bool found = imap_root_find(name, root);
    if (!found) {
        fprintf(stderr, "imapspec parse: there is no root '%s'\n", name);
    }
    return found;
}

static bool set_chunk(const char *text, size_t *chunk) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (value == 0 || value > MAX_INPUT || *end != '\0') {
        fprintf(stderr, "imapspec parse: --chunk takes a number from 1 to %d\n", MAX_INPUT);
        return false;
    }
    *chunk = value;
    return true;
}

/* False: the exit status is in *status. */
static bool read_options(int argc, char **argv, struct reading *reading, enum imap_root *root,
                         int *status) {
    struct dialect *dialect = &reading->dialect;
    bool good = true;
    *status = 2;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            *root = IMAP_COMMAND;
            break;
        case 's':
            *root = IMAP_RESPONSE;
            break;
        case 'r':
            good = good && set_root(optarg, root);
            break;
        case 'd':
        case 'e':
        case 'g':
        case 't':
            good = good && dialect_option(dialect, option, optarg);
            break;
        case 'k':
            good = good && set_chunk(optarg, &reading->chunk);
            break;
        case 'q':
            reading->quiet = true;
            break;
        case 'h':
            write_usage(stdout);
            *status = 0;
            return false;
        default:
            good = false;
        }
    }
    if (good && optind + 1 != argc) {
        write_usage(stderr);
        return false;
    }
    return good;
}

/* False after an error, which it has told of. */
static bool set_grammar(struct reading *reading) {
    reading->grammar = dialect_grammar(&reading->dialect);
    if (reading->grammar == NULL) {
        return false;
    }
    const char *unknown =
        dialect_extensions(&reading->dialect, reading->grammar, &reading->extensions);
    if (unknown != NULL) {
        fprintf(stderr, "imapspec parse: there is no dialect or extension '%s'\n", unknown);
        return false;
    }
    reading->authenticate = imap_grammar_rule(reading->grammar, "authenticate");
    reading->sasl_line = imap_grammar_rule(reading->grammar, "sasl-line");
    reading->idle = imap_grammar_rule(reading->grammar, "idle");
    return true;
}

static int parse_file(struct reading *reading, const char *path, enum imap_root root) {
    struct buffer input = {0};
    const char *problem = buffer_read(&input, path, MAX_INPUT);
    int status = 2;
    struct imap_node *nodes = calloc(MAX_NODES, sizeof *nodes); /* NULL: nothing is checked */
    reading->input = &input;
    imap_tree_init(&reading->tree, nodes, nodes != NULL ? MAX_NODES : 0);
    imap_parser_init(&reading->parser, reading->grammar, root, take_event, reading);
    imap_parser_allow(&reading->parser, &reading->extensions);
    tolerance_apply(&reading->dialect.tolerance, &reading->parser);
    if (problem == NULL) {
        status = parse(reading);
    } else {
        fprintf(stderr, "imapspec: %s: %s\n", path, problem);
    }
    free(nodes);
    buffer_free(&input);
    return status;
}

static int run(int argc, char **argv) {
    struct reading reading = {.next = IMAP_ROOT_COUNT};
    enum imap_root root = IMAP_RESPONSE;
    int status = 2;
    if (read_options(argc, argv, &reading, &root, &status) && set_grammar(&reading)) {
        status = parse_file(&reading, argv[optind], root);
    }
    dialect_free_grammar(&reading.dialect, reading.grammar);
    return status;
}

const struct command command_parse = {
    .name = "parse",
    .summary = "print what the grammar makes of one side of a connection",
    .run = run,
};
