#include <string.h>

#include "mutation_table.h"

static const struct mutation_table *const tables[] = {&session_mutations, &mailbox_mutations,
                                                      &message_mutations, &extension_mutations};

enum { TABLES = sizeof tables / sizeof *tables };

size_t mutation_count(void) {
    size_t count = 0;

    for (size_t i = 0; i < TABLES; i++) {
        count += tables[i]->count;
    }
    return count;
}

const struct mutation *mutation_at(size_t index) {
    for (size_t i = 0; i < TABLES; i++) {
        if (index < tables[i]->count) {
            return &tables[i]->rows[index];
        }
        index -= tables[i]->count;
    }
    return NULL;
}

size_t mutation_index(const struct mutation *mutation) {
    size_t index = 0;

    while (mutation_at(index) != mutation) {
        index++;
    }
    return index;
}

const struct mutation *mutation_find(const char *name) {
    size_t index = 0;

    while (mutation_at(index) && strcmp(mutation_at(index)->name, name) != 0) {
        index++;
    }
    return mutation_at(index);
}
