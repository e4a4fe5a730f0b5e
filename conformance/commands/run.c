/* imapspec run: replays dialogs against a live server. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../play/player.h"
#include "../read/collection.h"
#include "../session/url.h"
#include "../text.h"
#include "command.h"
#include "dialect.h"
#include "interruption.h"

#define DEFAULT_TIMEOUT "10"
#define MAXIMUM_TIMEOUT 3600.0 /* seconds */
#define MAXIMUM_WORKERS 64

enum {
    OPTION_SERVER,
    OPTION_STARTTLS,
    OPTION_TLS,
    OPTION_CA_FILE,
    OPTION_INSECURE,
    OPTION_TIMEOUT,
    OPTION_WORKERS,
    OPTION_DISPOSABLE,
    OPTION_STRICT,
    OPTION_STORE_FLAGS,
    OPTION_SETTLE,
    OPTION_FILTER,
    OPTION_GRAMMAR,
    OPTION_QUIRK,
    OPTION_LIST,
    OPTION_FORMAT,
    OPTION_OUTPUT,
    OPTION_DEVIATIONS,
    OPTION_DELIVER,
    OPTION_RESET,
    OPTION_COLOR,
    OPTION_HELP,
    OPTION_COUNT
};

static const struct option long_options[] = {
    {"server", required_argument, NULL, OPTION_SERVER},
    {"starttls", no_argument, NULL, OPTION_STARTTLS},
    {"tls", no_argument, NULL, OPTION_TLS},
    {"ca-file", required_argument, NULL, OPTION_CA_FILE},
    {"insecure", no_argument, NULL, OPTION_INSECURE},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"workers", required_argument, NULL, OPTION_WORKERS},
    {"disposable-account", no_argument, NULL, OPTION_DISPOSABLE},
    {"strict", no_argument, NULL, OPTION_STRICT},
    {"store-flags", no_argument, NULL, OPTION_STORE_FLAGS},
    {"settle", required_argument, NULL, OPTION_SETTLE},
    {"filter", required_argument, NULL, OPTION_FILTER},
    {"grammar", required_argument, NULL, OPTION_GRAMMAR},
    {"quirk", required_argument, NULL, OPTION_QUIRK},
    {"list", no_argument, NULL, OPTION_LIST},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"output", required_argument, NULL, OPTION_OUTPUT},
    {"deviations", required_argument, NULL, OPTION_DEVIATIONS},
    {"deliver-command", required_argument, NULL, OPTION_DELIVER},
    {"reset-command", required_argument, NULL, OPTION_RESET},
    {"color", required_argument, NULL, OPTION_COLOR},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct arguments {
    struct run_options options;
    char *given[OPTION_COUNT]; /* the last value of each option; flags have any; NULL: not given */
    const char **filters;      /* every --filter; argc of them fit */
    size_t filter_count;
    struct dialect dialect; /* every --grammar and --quirk */
};

static void write_usage(FILE *stream) {
    fputs(
        "usage: imapspec run --server imap://USER:PASSWORD@HOST:PORT [OPTION…] DIALOG|FOLDER…\n"
        "\n"
        "  --server URL            imap:// or imaps://; a %d in the user is the worker's number;\n"
        "                          the password may come from IMAPSPEC_PASSWORD instead\n"
        "  --starttls, --tls       TLS by STARTTLS, or from the first octet (as imaps://)\n"
        "  --ca-file FILE          trust these certificates instead of the system's\n"
        "  --insecure              trust any certificate\n"
        "  --timeout SECONDS       for every read (" DEFAULT_TIMEOUT ")\n"
        "  -j, --workers N         dialogs at a time (1)\n"
        "  --disposable-account    the account may be wiped: run the dialogs that need this\n"
        "  --strict                a SHOULD counts as a MUST\n"
        "  --store-flags           set the flags that dialogs begin with by STORE, too\n"
        "  --settle SECONDS        let mailboxes that were made for a dialog rest before it "
        "begins\n"
        "  --filter GLOB           only ids that match, as 'rfc3501/6.3*'; may be repeated\n"
        "  --grammar FILE          ABNF that is added to the grammar; may be repeated\n"
        "  --quirk NAME            tolerate this of the server, with a finding; may be repeated:\n",
        stream);
    tolerance_list(stream, 26);
    fputs(
        "  --list                  write ids and titles; nothing is run\n"
        "  --format FORMAT         text (default), tap, junit, json\n"
        "  --output FILE           instead of standard output\n"
        "  --deviations FILE       known deviations of this server\n"
        "  --deliver-command CMD   shell command for !deliver: $1 is the file, $2 the user\n"
        "  --reset-command CMD     shell command that empties the account of user $1: before its\n"
        "                          first dialog, and where IMAP could not; for "
        "--disposable-account\n"
        "  --color WHEN            auto (default), always, never\n"
        "\n"
        "exit status: 0 all passed, 1 something failed, 2 usage, broken dialog or no server\n",
        stream);
}

/* One line to standard error; the exit status. */
static int refuse(const char *what, const char *why) {
    fprintf(stderr, "imapspec run: %s%s%s\n", what, *what ? ": " : "", why);
    return 2;
}

/* False for an option that there isn't, or one without its value; getopt has said so. */
static bool read_options(struct arguments *arguments, int argc, char **argv) {
    for (int option; (option = getopt_long(argc, argv, "j:h", long_options, NULL)) != -1;) {
        if (option == '?') {
            return false;
        }
        option = option == 'j' ? OPTION_WORKERS : option == 'h' ? OPTION_HELP : option;
        arguments->given[option] = optarg ? optarg : argv[0];
        if (option == OPTION_FILTER) {
            arguments->filters[arguments->filter_count++] = optarg;
        } else if (option == OPTION_GRAMMAR && !dialect_option(&arguments->dialect, 'g', optarg)) {
            return false;
        } else if (option == OPTION_QUIRK && !dialect_option(&arguments->dialect, 't', optarg)) {
            return false;
        }
    }
    return true;
}

static bool read_seconds(unsigned *milliseconds, const char *value) {
    char *end;
    double seconds = strtod(value, &end);

    if (end == value || *end != '\0' || !(seconds >= 0.001 && seconds <= MAXIMUM_TIMEOUT)) {
        return false;
    }
    *milliseconds = (unsigned)(seconds * 1000 + 0.5);
    return true;
}

static bool set_workers(struct run_options *options, const char *value) {
    char *end;
    long workers = strtol(value, &end, 10);

    if (end == value || *end != '\0' || workers < 1 || workers > MAXIMUM_WORKERS) {
        return false;
    }
    options->workers = (unsigned)workers;
    return true;
}

static int set_server(struct run_options *options, char *const *given) {
    struct server *server = &options->server;
    const char *password = getenv("IMAPSPEC_PASSWORD");
    char problem[URL_PROBLEM];

    if (!given[OPTION_SERVER]) {
        return 0;
    }
    if (!url_parse(given[OPTION_SERVER], server, problem)) {
        return refuse("--server", problem);
    }
    if (!server->password && password && !(server->password = strdup(password))) {
        return refuse("", "memory is out");
    }
    if (!server->user || !server->password) {
        return refuse("--server", "the URL needs a user, and a password unless IMAPSPEC_PASSWORD "
                                  "holds it");
    }
    if (given[OPTION_STARTTLS] && (given[OPTION_TLS] || server->tls == TLS_IMPLICIT)) {
        return refuse("--starttls", "the connection has TLS from its first octet already");
    }
    if (given[OPTION_TLS]) {
        server->tls = TLS_IMPLICIT;
    }
    if (given[OPTION_STARTTLS]) {
        server->tls = TLS_STARTTLS;
    }
    server->insecure = given[OPTION_INSECURE] != NULL;
    server->ca_file = given[OPTION_CA_FILE];
    if (options->workers > 1 && options->disposable_account && !strstr(server->user, "%d")) {
        return refuse("-j", "dialogs that wipe their account cannot share one; with "
                            "--disposable-account write a %d into the user, for an account each");
    }
    return 0;
}

/* Turns what was given into options; the exit status, 0 to go on. */
static int set_options(struct run_options *options, char *const *given) {
    const char *timeout = given[OPTION_TIMEOUT] ? given[OPTION_TIMEOUT] : DEFAULT_TIMEOUT;
    const char *workers = given[OPTION_WORKERS] ? given[OPTION_WORKERS] : "1";
    const char *color = given[OPTION_COLOR] ? given[OPTION_COLOR] : "auto";
    const char *format = given[OPTION_FORMAT] ? given[OPTION_FORMAT] : "text";

    if (!read_seconds(&options->timeout_milliseconds, timeout)) {
        return refuse("--timeout", "a number of seconds over 0 and up to an hour, please");
    }
    if (given[OPTION_SETTLE] &&
        !read_seconds(&options->settle_milliseconds, given[OPTION_SETTLE])) {
        return refuse("--settle", "a number of seconds over 0 and up to an hour, please");
    }
    if (!set_workers(options, workers)) {
        return refuse("-j", "a number from 1 to 64, please");
    }
    if (!report_find("text", color)) {
        return refuse("--color", "auto, always or never, please");
    }
    options->report = report_find(format, color);
    if (!options->report) {
        return refuse("--format", "text, tap, junit or json, please");
    }
    options->disposable_account = given[OPTION_DISPOSABLE] != NULL;
    options->strict = given[OPTION_STRICT] != NULL;
    options->store_flags = given[OPTION_STORE_FLAGS] != NULL;
    options->deviations = given[OPTION_DEVIATIONS];
    options->deliver_command = given[OPTION_DELIVER];
    options->reset_command = given[OPTION_RESET];
    if (options->reset_command && !options->disposable_account) {
        return refuse("--reset-command", "it wipes the account: that takes --disposable-account");
    }
    return set_server(options, given);
}

static int list(const struct collection *collection, FILE *output) {
    for (size_t i = 0; i < collection->count; i++) {
        fprintf(output, "%-40s %s\n", collection->dialogs[i]->id, collection->dialogs[i]->title);
    }
    return 0;
}

/* Dialogs of another mode than live talk to nobody. */
static bool needs_server(const struct collection *collection) {
    for (size_t i = 0; i < collection->count; i++) {
        if (collection->dialogs[i]->mode == MODE_LIVE) {
            return true;
        }
    }
    return false;
}

static int play(const struct collection *collection, struct run_options *options, FILE *output) {
    options->output = output;
    options->interrupted = interruption_watch();
    return run_dialogs(collection->dialogs, collection->count, options);
}

static int play_to_file(const struct collection *collection, struct arguments *arguments) {
    const char *path = arguments->given[OPTION_OUTPUT];
    bool is_list = arguments->given[OPTION_LIST] != NULL;

    if (!is_list && !arguments->given[OPTION_SERVER] && needs_server(collection)) {
        return refuse("", "which server? --server imap://USER:PASSWORD@HOST:PORT");
    }
    FILE *output = path ? fopen(path, "w") : stdout;
    if (!output) {
        return refuse(path, "cannot be written");
    }
    int status = is_list ? list(collection, output) : play(collection, &arguments->options, output);
    bool written = fflush(output) == 0 && !ferror(output);
    if (output != stdout) {
        written = fclose(output) == 0 && written;
    }
    return written ? status : refuse("the report", "could not be written in full");
}

static int run_paths(struct arguments *arguments, char *const *paths, int path_count) {
    struct collection collection = {.grammar = arguments->options.grammar};
    size_t problems = 0;
    int status = 2;

    for (int i = 0; i < path_count; i++) {
        problems += collection_add(&collection, paths[i], stderr);
    }
    if (arguments->filter_count > 0) {
        collection_filter(&collection, arguments->filters, arguments->filter_count);
    }
    if (problems > 0) {
        fprintf(stderr, "imapspec run: %zu problem%s; nothing was run\n", problems,
                text_plural(problems));
    } else if (collection.count == 0) {
        refuse("", "no dialog was found, or none that the filters let through");
    } else {
        status = play_to_file(&collection, arguments);
    }
    collection_free(&collection);
    return status;
}

static int run(int argc, char **argv) {
    struct arguments arguments = {0};
    int status = 2;

    arguments.filters = calloc((size_t)argc, sizeof *arguments.filters);
    if (!arguments.filters) {
        return refuse("", "memory is out");
    }
    if (!read_options(&arguments, argc, argv)) {
        fputs("Try 'imapspec run --help'.\n", stderr);
    } else if (arguments.given[OPTION_HELP]) {
        write_usage(stdout);
        status = 0;
    } else if (optind == argc) {
        write_usage(stderr);
    } else {
        arguments.options.grammar = dialect_grammar(&arguments.dialect);
        status = arguments.options.grammar ? set_options(&arguments.options, arguments.given) : 2;
        arguments.options.server.tolerance = arguments.dialect.tolerance;
        if (status == 0) {
            status = run_paths(&arguments, argv + optind, argc - optind);
        }
        dialect_free_grammar(&arguments.dialect, arguments.options.grammar);
    }
    url_free(&arguments.options.server);
    free(arguments.filters);
    return status;
}

const struct command command_run = {"run", "replay dialogs against a live server", run};
