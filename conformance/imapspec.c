/* imapspec: IMAP conformance of live servers, of transcripts and of printed examples. */
#include <stdio.h>
#include <string.h>

#include "../parser/imapspec.h"
#include "commands/command.h"

static const struct command *const commands[] = {
    &command_run,     &command_lint,         &command_parse,  &command_generate,
    &command_grammar, &command_requirements, &command_mutate, &command_seeds};
static const size_t command_count = sizeof commands / sizeof *commands;

static void write_usage(FILE *stream) {
    fputs("usage: imapspec COMMAND [OPTION…] [ARGUMENT…]\n\n", stream);
    for (size_t i = 0; i < command_count; i++) {
        fprintf(stream, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    }
    fputs("\n`imapspec COMMAND --help` tells of its options; `man imapspec` of the rest.\n",
          stream);
}

int main(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "";

    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(name, commands[i]->name) == 0) {
            return commands[i]->run(argc - 1, argv + 1);
        }
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        write_usage(stdout);
        return 0;
    }
    if (strcmp(name, "--version") == 0) {
        puts("imapspec " IMAPSPEC_VERSION);
        return 0;
    }
    if (argc > 1) {
        fprintf(stderr, "imapspec: there is no command '%s'\n", name);
    }
    write_usage(stderr);
    return 2;
}
