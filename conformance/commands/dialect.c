#include "dialect.h"

#include <string.h>

bool dialect_option(struct dialect *dialect, int option, const char *argument) {
    if (option == 'd') {
        dialect->name = argument;
        return true;
    }
    if (option != 'e' || dialect->enabled_count == MAX_ENABLED) {
        return false;
    }
    dialect->enabled[dialect->enabled_count++] = argument;
    return true;
}

const char *dialect_extensions(const struct dialect *dialect, const struct imap_grammar *grammar,
                               struct imap_extensions *extensions) {
    const char *name = dialect->name ? dialect->name : imap_dialect_name(0);
    if (!imap_extensions_of_dialect(grammar, name, extensions)) {
        return name;
    }
    for (size_t i = 0; i < dialect->enabled_count; i++) {
        if (!imap_extensions_add(grammar, dialect->enabled[i], strlen(dialect->enabled[i]),
                                 extensions)) {
            return dialect->enabled[i];
        }
    }
    return NULL;
}

void dialect_list(FILE *stream) {
    for (size_t i = 0; imap_dialect_name(i); i++) {
        fprintf(stream, "%s%s", i > 0 ? ", " : "", imap_dialect_name(i));
    }
}
