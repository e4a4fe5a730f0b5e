/* imapspec mutate: a proxy that makes a bad server of a good one. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../mutate/proxy.h"
#include "../session/url.h"
#include "command.h"
#include "interruption.h"

#define DEFAULT_TIMEOUT "1800"
#define MAXIMUM_TIMEOUT 86400.0 /* seconds */
#define DEFAULT_LISTEN  "127.0.0.1:0"
#define MAXIMUM_HOST    256

enum {
    OPTION_UPSTREAM,
    OPTION_LISTEN,
    OPTION_MUTATION,
    OPTION_SPARE,
    OPTION_CERTIFICATE,
    OPTION_KEY,
    OPTION_CA_FILE,
    OPTION_INSECURE,
    OPTION_TIMEOUT,
    OPTION_LIST,
    OPTION_HELP,
    OPTION_COUNT
};

static const struct option long_options[] = {
    {"upstream", required_argument, NULL, OPTION_UPSTREAM},
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"mutation", required_argument, NULL, OPTION_MUTATION},
    {"spare", required_argument, NULL, OPTION_SPARE},
    {"certificate", required_argument, NULL, OPTION_CERTIFICATE},
    {"key", required_argument, NULL, OPTION_KEY},
    {"ca-file", required_argument, NULL, OPTION_CA_FILE},
    {"insecure", no_argument, NULL, OPTION_INSECURE},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"list", no_argument, NULL, OPTION_LIST},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static void write_usage(FILE *stream) {
    fputs(
        "usage: imapspec mutate --upstream imap://HOST:PORT [OPTION…]\n"
        "       imapspec mutate --list\n"
        "\n"
        "Stands between clients and a good server, and breaks what it says in one way. Writes\n"
        "the URL that it listens at, and at its end (SIGINT, SIGTERM) how often the mutation was\n"
        "applied; without one nothing is changed, and it writes how often each would have been.\n"
        "\n"
        "  --upstream URL          the server, imap:// or imaps://\n"
        "  --listen [HOST:]PORT    where clients connect (" DEFAULT_LISTEN ": a free port)\n"
        "  --mutation NAME         the way (none)\n"
        "  --spare PREFIX          leave commands alone whose tag begins so\n"
        "  --certificate FILE      for TLS with clients, in PEM; for imaps:// it must be given,\n"
        "                          without it what comes after STARTTLS is passed unread\n"
        "  --key FILE              its private key (the certificate's file)\n"
        "  --ca-file FILE          trust these certificates of the server's\n"
        "  --insecure              trust any\n"
        "  --timeout SECONDS       how long a connection may be silent (" DEFAULT_TIMEOUT ")\n"
        "  --list                  write the name of each mutation, the requirements that it\n"
        "                          breaks, and what the server does\n"
        "  --help                  this\n"
        "\n"
        "exit status: 0 interrupted, 2 usage, or no port to listen at\n",
        stream);
}

/* One line to standard error; the exit status. */
static int refuse(const char *what, const char *why) {
    fprintf(stderr, "imapspec mutate: %s%s%s\n", what, *what ? ": " : "", why);
    return 2;
}

static int list(void) {
    const struct mutation *mutation;

    for (size_t i = 1; (mutation = mutation_at(i)) != NULL; i++) {
        printf("%s\t%s\t%s\n", mutation->name, mutation->requirements, mutation->sentence);
    }
    return 0;
}

/* ---- options ------------------------------------------------------------------------------- */

static bool set_timeout(struct relay_options *options, const char *value) {
    char *end;
    double seconds = strtod(value, &end);

    if (end == value || *end != '\0' || !(seconds >= 0.001 && seconds <= MAXIMUM_TIMEOUT)) {
        return false;
    }
    options->timeout = (unsigned)(seconds * 1000 + 0.5);
    return true;
}

static int set_upstream(struct server *server, char *const *given) {
    char problem[URL_PROBLEM];

    if (!given[OPTION_UPSTREAM]) {
        return refuse("", "which server? --upstream imap://HOST:PORT");
    }
    if (!url_parse(given[OPTION_UPSTREAM], server, problem)) {
        return refuse("--upstream", problem);
    }
    server->ca_file = given[OPTION_CA_FILE];
    server->insecure = given[OPTION_INSECURE] != NULL;
    if (server->tls == TLS_IMPLICIT && !given[OPTION_CERTIFICATE]) {
        return refuse("--upstream", "imaps:// needs --certificate: clients get TLS too");
    }
    return 0;
}

/* What can't be read would only show with the first client. */
static int check_files(const struct relay_options *options) {
    const char *files[] = {options->certificate, options->key};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i] && access(files[i], R_OK) != 0) {
            return refuse(files[i], "cannot be read");
        }
    }
    return 0;
}

/* Turns what was given into options; the exit status, 0 to go on. */
static int set_options(struct relay_options *options, struct server *server, char *const *given) {
    const char *name = given[OPTION_MUTATION] ? given[OPTION_MUTATION] : "none";
    const char *timeout = given[OPTION_TIMEOUT] ? given[OPTION_TIMEOUT] : DEFAULT_TIMEOUT;

    options->mutation = mutation_find(name);
    options->grammar = imap_grammar_builtin();
    options->spare = given[OPTION_SPARE] ? given[OPTION_SPARE] : "";
    options->certificate = given[OPTION_CERTIFICATE];
    options->key = given[OPTION_KEY] ? given[OPTION_KEY] : given[OPTION_CERTIFICATE];
    options->upstream = server;
    if (!options->mutation) {
        return refuse(name, "there is no such mutation; --list names them");
    }
    if (!set_timeout(options, timeout)) {
        return refuse("--timeout", "a number of seconds over 0 and up to a day, please");
    }
    int status = set_upstream(server, given);
    return status != 0 ? status : check_files(options);
}

/* ---- serving ------------------------------------------------------------------------------- */

/* [HOST:]PORT, an IPv6 address within brackets. False: the host is too long. */
static bool split_address(const char *address, char host[MAXIMUM_HOST], const char **port) {
    const char *colon = strrchr(address, ':'), *start = address;
    size_t length = colon ? (size_t)(colon - address) : 0;

    *port = colon ? colon + 1 : address;
    if (length >= 2 && start[0] == '[' && start[length - 1] == ']') {
        start++;
        length -= 2;
    }
    if (length >= MAXIMUM_HOST) {
        return false;
    }
    memcpy(host, colon ? start : "127.0.0.1", colon ? length : sizeof "127.0.0.1");
    host[colon ? length : sizeof "127.0.0.1" - 1] = '\0';
    return true;
}

static void write_applied(const uint64_t *applied) {
    for (size_t i = 0; i < mutation_count(); i++) {
        if (applied[i] > 0) {
            printf("%s\t%llu\n", mutation_at(i)->name, (unsigned long long)applied[i]);
        }
    }
}

static int serve(const struct relay_options *options, const char *address) {
    char host[MAXIMUM_HOST], problem[PROXY_PROBLEM];
    const char *port;
    unsigned chosen;

    if (!split_address(address, host, &port)) {
        return refuse("--listen", "that is no host's name");
    }
    uint64_t *applied = calloc(mutation_count(), sizeof *applied);
    int descriptor = proxy_listen(host, port, &chosen, problem);
    if (!applied || descriptor < 0) {
        free(applied);
        return refuse("--listen", descriptor < 0 ? problem : "memory is out");
    }
    bool is_address6 = strchr(host, ':') != NULL;
    printf("%s://%s%s%s:%u\n", options->upstream->tls == TLS_IMPLICIT ? "imaps" : "imap",
           is_address6 ? "[" : "", host, is_address6 ? "]" : "", chosen);
    fflush(stdout);
    proxy_serve(descriptor, options, applied);
    close(descriptor);
    write_applied(applied);
    free(applied);
    return fflush(stdout) == 0 ? 0 : refuse("standard output", "could not be written in full");
}

static int run(int argc, char **argv) {
    char *given[OPTION_COUNT] = {0};
    struct relay_options options = {0};
    struct server server = {0};

    for (int option; (option = getopt_long(argc, argv, "h", long_options, NULL)) != -1;) {
        if (option == '?') {
            fputs("Try 'imapspec mutate --help'.\n", stderr);
            return 2;
        }
        given[option == 'h' ? OPTION_HELP : option] = optarg ? optarg : argv[0];
    }
    if (given[OPTION_HELP]) {
        write_usage(stdout);
        return 0;
    }
    if (given[OPTION_LIST]) {
        return list();
    }
    if (optind < argc) {
        return refuse(argv[optind], "takes no arguments; --help tells of the options");
    }
    int status = set_options(&options, &server, given);
    if (status == 0) {
        options.interrupted = interruption_watch();
        status = serve(&options, given[OPTION_LISTEN] ? given[OPTION_LISTEN] : DEFAULT_LISTEN);
    }
    url_free(&server);
    return status;
}

const struct command command_mutate = {
    .name = "mutate",
    .summary = "break a good server's replies, to see what a suite of tests is worth",
    .run = run,
};
