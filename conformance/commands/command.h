/* The subcommands of imapspec. Each takes its own argv (argv[0] is its name) and returns the exit
 * status: 0 all well, 1 something is wrong with what was looked at, 2 usage or no server. */
#ifndef COMMAND_H
#define COMMAND_H

struct command {
    const char *name;
    const char *summary; /* one line, for --help */
    int (*run)(int argc, char **argv);
};

extern const struct command command_run, command_lint, command_parse, command_generate,
    command_grammar, command_requirements, command_mutate, command_seeds;

#endif
