/* imapspec generate: valid messages of the grammar, at random; or one for each transition of its
 * machine, or one for each state with an octet that is refused. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../nearest.h"
#include "command.h"
#include "dialect.h"

enum {
    STANDARD_SIZE = 500,
    MAX_SIZE = 16 << 20 /* octets of a message */
};

struct generating {
    struct dialect dialect;
    const struct imap_grammar *grammar;
    struct imap_extensions extensions;
    const char *name; /* of the root or rule, as it was typed */
    bool is_root;
    enum imap_root root;
    imap_rule rule;
    uint64_t count, seed, size;
    bool random; /* an option was given that is about random messages */
    bool exhaustive, invalid, raw;
};

/* ---- writing ------------------------------------------------------------------------------- */

/* On one line: escaped so that it can be read back. */
static void write_escaped(const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        uint8_t octet = octets[i];
        if (octet == '\r' || octet == '\n' || octet == '\\') {
            printf("\\%c", octet == '\r' ? 'r' : octet == '\n' ? 'n' : '\\');
        } else if (octet < ' ' || octet > '~') {
            printf("\\x%02x", octet);
        } else {
            putchar(octet);
        }
    }
    putchar('\n');
}

static void write_message(const struct generating *g, const uint8_t *octets, size_t size) {
    if (g->raw) {
        fwrite(octets, 1, size, stdout);
    } else {
        write_escaped(octets, size);
    }
}

/* What is still in the buffer may be what can't be written. */
static int finish(void) {
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "imapspec generate: standard output: %s\n", strerror(errno));
        return 2;
    }
    return 0;
}

/* ---- random messages ----------------------------------------------------------------------- */

static bool from_client(const struct generating *g) {
    return g->is_root && g->root != IMAP_GREETING && g->root != IMAP_RESPONSE &&
           g->root != IMAP_CONTINUATION;
}

/* False: there is no such message, and why has been said. */
static bool write_random(const struct generating *g, const struct imap_generator *generator,
                         uint64_t number, uint8_t *octets) {
    struct imap_generation generation = {
        .seed = g->seed, .number = number, .from_client = from_client(g)};
    size_t size = imap_generate(generator, g->rule, &generation, octets, (size_t)g->size);
    if (size == SIZE_MAX) {
        fprintf(stderr, "imapspec generate: nothing can be written as '%s' in this dialect\n",
                g->name);
    } else if (size > g->size) {
        fprintf(stderr, "imapspec generate: the shortest '%s' has %zu octets\n", g->name, size);
    } else {
        write_message(g, octets, size);
    }
    return size <= g->size;
}

static int generate_random(const struct generating *g) {
    struct imap_generator *generator = dialect_generator(&g->dialect, &g->extensions);
    uint8_t *octets = malloc((size_t)g->size);
    bool good = generator != NULL && octets != NULL;
    if (octets == NULL) {
        fprintf(stderr, "imapspec generate: memory is out\n");
    }
    for (uint64_t i = 0; i < g->count && good && !ferror(stdout); i++) {
        good = write_random(g, generator, i, octets);
    }
    free(octets);
    imap_generator_free(generator);
    return good ? finish() : 2;
}

/* ---- complete sets ------------------------------------------------------------------------- */

static bool note_foreign(void *foreign, const struct imap_event *event) {
    *(bool *)foreign |= event->finding == IMAP_EXTENSION_NOT_ENABLED;
    return true;
}

/* Does the message make use of an extension that isn't enabled? */
static bool is_foreign(const struct generating *g, const struct imap_case *message) {
    struct imap_parser parser;
    size_t consumed;
    bool foreign = false;
    imap_parser_init(&parser, g->grammar, g->root, note_foreign, &foreign);
    imap_parser_allow(&parser, &g->extensions);
    imap_parser_feed(&parser, message->octets, message->size, &consumed);
    return foreign;
}

static bool write_case(void *context, const struct imap_case *message) {
    const struct generating *g = context;
    if (!is_foreign(g, message)) {
        if (!g->raw) {
            printf("%llu\t%s\t", (unsigned long long)message->offset,
                   imap_rule_name(g->grammar, message->rule));
        }
        write_message(g, message->octets, message->size);
    }
    return !ferror(stdout);
}

static int generate_all(struct generating *g) {
    bool good = g->invalid ? imap_refused_cases(g->grammar, g->root, write_case, g)
                           : imap_cases(g->grammar, g->root, write_case, g);
    if (!good) {
        fprintf(stderr, "imapspec generate: memory is out\n");
        return 2;
    }
    return finish();
}

/* ---- options ------------------------------------------------------------------------------- */

static const struct option long_options[] = {{"count", required_argument, NULL, 'n'},
                                             {"seed", required_argument, NULL, 's'},
                                             {"size", required_argument, NULL, 'z'},
                                             {"exhaustive", no_argument, NULL, 'x'},
                                             {"invalid", no_argument, NULL, 'i'},
                                             {"raw", no_argument, NULL, 'w'},
                                             {"dialect", required_argument, NULL, 'd'},
                                             {"enable", required_argument, NULL, 'e'},
                                             {"grammar", required_argument, NULL, 'g'},
                                             {"help", no_argument, NULL, 'h'},
                                             {NULL, 0, NULL, 0}};

static void write_usage(FILE *stream) {
    fputs("usage: imapspec generate [OPTION…] ROOT|RULE\n\n"
          "Writes valid messages of a root, or texts of a rule of the grammar, each on a line: at\n"
          "random, or a complete set of them. The roots are",
          stream);
    for (enum imap_root root = 0; root < IMAP_ROOT_COUNT; root++) {
        fprintf(stream, "%s%s",
                root == IMAP_GREETING || root == IMAP_AFTER_AUTHENTICATE ? "\n  " : " ",
                imap_root_name(root));
    }
    fputs("\n\n"
          "  -n, --count N     so many (default: 1)\n"
          "  --seed S          the same number gives the same messages (default: 0)\n"
          "  --size N          octets of a message at the most (default: 500)\n"
          "  --exhaustive      a shortest message for every transition of the root's machine,\n"
          "                    with the offset of the transition's octet and the rule it is in\n"
          "  --invalid         with --exhaustive: for every state a shortest line with an octet\n"
          "                    that is refused there, with its offset and the rule of the error\n"
          "  --raw             as they are on the wire: nothing is escaped or added\n"
          "  --dialect NAME    what belongs to it may occur: ",
          stream);
    dialect_list(stream);
    fputs("\n                    (default: rev1)\n"
          "  --enable NAME     what this capability stands for may occur too\n"
          "  --grammar FILE    ABNF that is added to the grammar; may be repeated\n"
          "  --help            this\n\n"
          "Exit status: 0 written, 2 usage, or it can't be written.\n",
          stream);
}

static bool set_number(const char *option, const char *text, uint64_t least, uint64_t most,
                       uint64_t *number) {
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    bool good = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 &&
                *number >= least && *number <= most;
    if (!good) {
        fprintf(stderr, "imapspec generate: %s takes a number from %llu to %llu\n", option,
                (unsigned long long)least, (unsigned long long)most);
    }
    return good;
}

static bool set_option(struct generating *g, int option) {
    switch (option) {
    case 'n':
        g->random = true;
        return set_number("--count", optarg, 1, UINT64_MAX, &g->count);
    case 's':
        g->random = true;
        return set_number("--seed", optarg, 0, UINT64_MAX, &g->seed);
    case 'z':
        g->random = true;
        return set_number("--size", optarg, 1, MAX_SIZE, &g->size);
    case 'x':
        g->exhaustive = true;
        return true;
    case 'i':
        g->invalid = true;
        return true;
    case 'w':
        g->raw = true;
        return true;
    default:
        return dialect_option(&g->dialect, option, optarg);
    }
}

/* Options that contradict each other. */
static bool check_options(const struct generating *g) {
    const char *problem = NULL;
    if (g->invalid && !g->exhaustive) {
        problem = "--invalid goes with --exhaustive";
    } else if (g->exhaustive && g->random) {
        problem = "--exhaustive writes all messages: it takes no --count, --seed or --size";
    } else if (g->invalid && g->raw) {
        problem = "--invalid lines are told apart by what --raw leaves out";
    }
    if (problem != NULL) {
        fprintf(stderr, "imapspec generate: %s\n", problem);
    }
    return problem == NULL;
}

/* False: the exit status is in *status. */
static bool read_options(int argc, char **argv, struct generating *g, int *status) {
    bool good = true;
    *status = 2;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "n:", long_options, NULL)) != -1;) {
        if (option == 'h') {
            write_usage(stdout);
            *status = 0;
            return false;
        }
        good = good && option != '?' && set_option(g, option);
    }
    if (good && optind + 1 != argc) {
        write_usage(stderr);
        return false;
    }
    g->name = good ? argv[optind] : NULL;
    return good && check_options(g);
}

/* ---- names --------------------------------------------------------------------------------- */

static void tell_unknown(const struct generating *g) {
    struct nearest nearest = nearest_to(g->name);
    for (enum imap_root root = 0; root < IMAP_ROOT_COUNT; root++) {
        nearest_offer(&nearest, imap_root_name(root));
    }
    imap_rule count = g->exhaustive ? 0 : imap_grammar_rule_count(g->grammar);
    for (imap_rule rule = 1; rule <= count; rule++) {
        nearest_offer(&nearest, imap_rule_name(g->grammar, rule));
    }
    fprintf(stderr, "imapspec generate: there is no root%s '%s'", g->exhaustive ? "" : " or rule",
            g->name);
    if (nearest.best != NULL) {
        fprintf(stderr, "; %s meant?", nearest.best);
    }
    fputc('\n', stderr);
}

/* False after an error, which it has told of. */
static bool find_names(struct generating *g) {
    g->grammar = dialect_grammar(&g->dialect);
    if (g->grammar == NULL) {
        return false;
    }
    const char *unknown = dialect_extensions(&g->dialect, g->grammar, &g->extensions);
    if (unknown != NULL) {
        fprintf(stderr, "imapspec generate: there is no dialect or extension '%s'\n", unknown);
        return false;
    }
    g->is_root = imap_root_find(g->name, &g->root);
    g->rule =
        g->is_root ? imap_root_rule(g->grammar, g->root) : imap_grammar_rule(g->grammar, g->name);
    if (g->rule == 0 || (g->exhaustive && !g->is_root)) {
        tell_unknown(g);
        return false;
    }
    return true;
}

static int run(int argc, char **argv) {
    struct generating g = {.count = 1, .size = STANDARD_SIZE};
    int status = 2;
    if (read_options(argc, argv, &g, &status) && find_names(&g)) {
        status = g.exhaustive ? generate_all(&g) : generate_random(&g);
    }
    dialect_free_grammar(&g.dialect, g.grammar);
    return status;
}

const struct command command_generate = {
    .name = "generate",
    .summary = "write valid messages, at random or a complete set of them",
    .run = run,
};
