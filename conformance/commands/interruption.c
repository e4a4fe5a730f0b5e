#include "interruption.h"

#include <signal.h>
#include <stddef.h>

/* A handler has no other way in than a variable of the file. */
static atomic_bool interrupted;

static void interrupt(int signal_number) {
    (void)signal_number;
    atomic_store(&interrupted, true);
}

const atomic_bool *interruption_watch(void) {
    struct sigaction once = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigemptyset(&once.sa_mask);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &once, NULL);
    sigaction(SIGTERM, &once, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    return &interrupted;
}
