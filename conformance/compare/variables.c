#include "variables.h"

#include <stdlib.h>
#include <string.h>

static struct variable *find(const struct variables *variables, const char *name) {
    for (size_t i = 0; i < variables->count; i++) {
        if (strcmp(variables->items[i].name, name) == 0) {
            return &variables->items[i];
        }
    }
    return NULL;
}

/* A new variable without octets; NULL when memory is out. */
static struct variable *add(struct variables *variables, const char *name) {
    struct variable *items =
        realloc(variables->items, (variables->count + 1) * sizeof *variables->items);

    if (!items) {
        return NULL;
    }
    variables->items = items;
    struct variable *added = &items[variables->count];
    *added = (struct variable){.name = strdup(name)};
    if (!added->name) {
        return NULL;
    }
    variables->count++;
    return added;
}

bool variables_set(struct variables *variables, const char *name, const void *octets, size_t size) {
    uint8_t *copy = malloc(size + 1); /* malloc(0) may be NULL */
    struct variable *variable = find(variables, name);

    if (!copy || (!variable && !(variable = add(variables, name)))) {
        free(copy);
        return false;
    }
    if (size > 0) {
        memcpy(copy, octets, size);
    }
    copy[size] = '\0';
    free(variable->octets);
    variable->octets = copy;
    variable->size = size;
    return true;
}

const struct variable *variables_get(const struct variables *variables, const char *name) {
    return find(variables, name);
}

void variables_free(struct variables *variables) {
    for (size_t i = 0; i < variables->count; i++) {
        free(variables->items[i].name);
        free(variables->items[i].octets);
    }
    free(variables->items);
    *variables = (struct variables){0};
}
