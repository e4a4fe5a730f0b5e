#include "shell.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../clock.h"
#include "../session/connection.h"

extern char **environ;

/* In a process group of its own, with nothing to read, so that all of it can be stopped. */
static int start(const char *command, const char *first, const char *second, pid_t *process) {
    char *arguments[] = {"sh", "-c", (char *)command, "sh", (char *)first, (char *)second, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    int error = posix_spawn(process, "/bin/sh", &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

bool shell_run(const char *name, const char *command, const char *first, const char *second,
               unsigned timeout, const atomic_bool *interrupted, char problem[SHELL_PROBLEM]) {
    const struct timespec pause = {.tv_nsec = 5000000};
    uint64_t deadline = clock_milliseconds() + timeout;
    pid_t process;
    int error = start(command, first, second, &process), status = 0;

    if (error != 0) {
        snprintf(problem, SHELL_PROBLEM, "the %s command can't be started: error %d", name, error);
        return false;
    }
    while (waitpid(process, &status, WNOHANG) == 0) {
        bool is_interrupted = interrupted && atomic_load(interrupted);
        if (is_interrupted || clock_milliseconds() >= deadline) {
            kill(-process, SIGKILL);
            waitpid(process, &status, 0);
            snprintf(problem, SHELL_PROBLEM, "the %s command was stopped: %s", name,
                     is_interrupted ? "interrupted" : "it took too long");
            return false;
        }
        nanosleep(&pause, NULL);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return true;
    }
    snprintf(problem, SHELL_PROBLEM, "the %s command failed with %s %d", name,
             WIFEXITED(status) ? "status" : "signal",
             WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    return false;
}
