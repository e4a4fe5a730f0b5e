#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char variable[] = "IMAPSPEC_MUTATOR";

static bool set_root(struct settings *settings, const char *name, char *problem) {
    if (imap_root_find(name, &settings->mutator.root)) {
        return true;
    }
    int size = snprintf(problem, SETTINGS_PROBLEM, "root=%.40s: no root; roots are", name);
    for (enum imap_root root = 0; root < IMAP_ROOT_COUNT; root++) {
        size += snprintf(problem + size, (size_t)(SETTINGS_PROBLEM - size), " %s",
                         imap_root_name(root));
    }
    return false;
}

/* Where the share is kept that a word of `length` octets names; NULL: it names none. */
static unsigned *find_share(struct settings *settings, const char *name, size_t length) {
    const struct {
        const char *name;
        unsigned *share;
    } shares[] = {{"lies", &settings->mutator.lies},
                  {"wrong", &settings->mutator.wrong},
                  {"crosses", &settings->crosses},
                  {"engine", &settings->engine}};

    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        if (strlen(shares[i].name) == length && memcmp(shares[i].name, name, length) == 0) {
            return shares[i].share;
        }
    }
    return NULL;
}

static bool set(struct settings *settings, const char *word, char *problem) {
    static const char root[] = "root=";
    size_t length = strcspn(word, "=");
    unsigned *share = find_share(settings, word, length);

    if (strncmp(word, root, strlen(root)) == 0) {
        return set_root(settings, word + strlen(root), problem);
    }
    if (!share || word[length] != '=') {
        snprintf(problem, SETTINGS_PROBLEM,
                 "%.40s: neither root=ROOT nor lies=, wrong=, crosses= or engine=SHARE", word);
        return false;
    }
    const char *digits = word + length + 1;
    size_t count = strspn(digits, "0123456789");
    unsigned long value = strtoul(digits, NULL, 10);
    if (count == 0 || digits[count] != '\0' || value > SETTINGS_SHARES) {
        snprintf(problem, SETTINGS_PROBLEM, "%.40s: a share is 0 to %d", word, SETTINGS_SHARES);
        return false;
    }
    *share = (unsigned)value;
    return true;
}

bool settings_read(struct settings *settings, const char *words, char *problem) {
    enum { WORDS = 256 };
    char copy[WORDS], *rest = copy;

    *settings = (struct settings){
        .mutator = mutator_defaults(MUTATOR_ANY_SIDE), .crosses = 250, .engine = 100};
    if (snprintf(copy, sizeof copy, "%s", words) >= WORDS) {
        snprintf(problem, SETTINGS_PROBLEM, "%.40s...: too long", words);
        return false;
    }
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        if (!set(settings, word, problem)) {
            return false;
        }
    }
    if (settings->mutator.lies + settings->mutator.wrong > SETTINGS_SHARES) {
        snprintf(problem, SETTINGS_PROBLEM, "lies and wrong are more than %d together",
                 SETTINGS_SHARES);
        return false;
    }
    return true;
}

struct settings settings_of_environment(void) {
    const char *words = getenv(variable);
    struct settings settings;
    char problem[SETTINGS_PROBLEM];

    if (!settings_read(&settings, words ? words : "", problem)) {
        fprintf(stderr, "%s: %s\n", variable, problem);
        exit(2);
    }
    return settings;
}
