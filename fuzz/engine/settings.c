#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool set(struct mutator_settings *settings, const char *word) {
    static const char root[] = "root=";

    if (strncmp(word, root, strlen(root)) == 0) {
        return imap_root_find(word + strlen(root), &settings->root);
    }
    return sscanf(word, "lies=%u", &settings->lies) == 1 ||
           sscanf(word, "octets=%u", &settings->octets) == 1;
}

struct mutator_settings settings_of_environment(void) {
    struct mutator_settings settings = mutator_defaults(IMAP_GREETING);
    const char *variable = getenv("IMAPSPEC_MUTATOR");
    char words[256], *rest = words;

    snprintf(words, sizeof words, "%s", variable ? variable : "");
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        if (!set(&settings, word)) {
            fprintf(stderr, "IMAPSPEC_MUTATOR: %s is neither root=ROOT, lies=N nor octets=N\n",
                    word);
            exit(2);
        }
    }
    return settings;
}
