#include "mutant.h"

#include <string.h>

void mutant_free(struct mutant *mutant) {
    buffer_free(&mutant->memory.saved);
}

/* ---- what it fits -------------------------------------------------------------------------- */

/* Is the name one of a list with commas? */
static bool is_listed(const char *list, const char *name) {
    size_t length = strlen(name);

    for (;;) {
        size_t size = strcspn(list, ",");
        if (size == length && memcmp(list, name, length) == 0) {
            return true;
        }
        if (list[size] == '\0') {
            return false;
        }
        list += size + 1;
    }
}

static bool fits_state(unsigned when, unsigned state) {
    static const unsigned pairs[] = {WHEN_CLEAR | WHEN_TLS,
                                     WHEN_NOT_AUTHENTICATED | WHEN_AUTHENTICATED,
                                     WHEN_NOT_SELECTED | WHEN_SELECTED, WHEN_EMPTY_LITERAL};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if ((when & pairs[i]) != 0 && (when & pairs[i] & state) == 0) {
            return false;
        }
    }
    return true;
}

bool mutant_fits(const struct mutant *mutant, const struct pending_command *command,
                 unsigned state) {
    const struct mutation *mutation = mutant->mutation;

    if (command && command->spared && !mutation->always) {
        return false;
    }
    if (mutation->commands && (!command || !is_listed(mutation->commands, command->name))) {
        return false;
    }
    return fits_state(mutation->when, state) && (!mutation->after || mutant->memory.after);
}

void mutant_done(struct mutant *mutant, const struct pending_command *command) {
    if (mutant->mutation->after && !command->spared &&
        is_listed(mutant->mutation->after, command->name)) {
        mutant->memory.after = true;
    }
}

/* ---- what it does -------------------------------------------------------------------------- */

static void count(struct mutant *mutant, const struct buffer *out, size_t before,
                  const uint8_t *octets, size_t size) {
    mutant->applied +=
        out->size - before != size || memcmp(out->octets + before, octets, size) != 0;
}

void mutant_line(struct mutant *mutant, const struct pending_command *command, unsigned state,
                 const uint8_t *line, size_t size, struct buffer *out) {
    struct situation situation = {
        .mutation = mutant->mutation, .command = command, .memory = &mutant->memory};
    size_t before = out->size;

    if (!mutant->mutation->line || !mutant_fits(mutant, command, state)) {
        mutant_release(mutant, out);
        buffer_add(out, line, size);
        return;
    }
    mutant->mutation->line(&situation, line, size, out);
    mutant->holds = situation.holds;
    if (!mutant->holds) {
        count(mutant, out, before, line, size);
    }
}

void mutant_release(struct mutant *mutant, struct buffer *out) {
    if (mutant->holds) {
        buffer_add(out, mutant->memory.saved.octets, mutant->memory.saved.size);
        buffer_clear(&mutant->memory.saved);
        mutant->holds = false;
    }
}

void mutant_literal(struct mutant *mutant, const struct pending_command *command, unsigned state,
                    uint8_t *octets, size_t size) {
    if (mutant->mutation->literal && mutant_fits(mutant, command, state)) {
        mutant->mutation->literal(octets, size);
        mutant->applied++;
    }
}

/* The first of the mutation's changes that finds its node; NULL if none does. */
static const struct response_change *choose(const struct mutation *mutation,
                                            const struct response *response, uint32_t *node) {
    for (size_t i = 0; i < MUTATION_CHANGES && mutation->responses[i].change; i++) {
        const struct response_change *change = &mutation->responses[i];
        *node = change->path ? response_find(response, change->path) : 0;
        if (*node != 0 || !change->path) {
            return change;
        }
    }
    return NULL;
}

bool mutant_response(struct mutant *mutant, const struct pending_command *command, unsigned state,
                     const struct response *response, struct buffer *out) {
    struct situation situation = {
        .mutation = mutant->mutation, .command = command, .memory = &mutant->memory};
    size_t before = out->size;
    uint32_t node = 0;
    const struct response_change *change =
        mutant_fits(mutant, command, state) ? choose(mutant->mutation, response, &node) : NULL;

    if (!change) {
        buffer_add(out, response->octets, response->size);
        return false;
    }
    change->change(&situation, change, response, node, out);
    count(mutant, out, before, response->octets, response->size);
    return situation.close;
}
