/* The list of settled conflicts: lines `WAYS -> WINNER ; reason`. */
#include <string.h>

#include "transducer.h"

static const char *trim(struct arena *arena, const char *text, size_t length) {
    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    return arena_text(arena, text, length);
}

static const char *find(const char *text, size_t length, const char *sought) {
    size_t size = strlen(sought);
    for (size_t i = 0; i + size <= length; i++) {
        if (memcmp(text + i, sought, size) == 0) {
            return text + i;
        }
    }
    return NULL;
}

static void read_conflict(struct settled_conflicts *conflicts, struct abnf *abnf,
                          struct abnf_place place, const char *line, size_t length) {
    const char *arrow = find(line, length, "->");
    const char *reason = find(line, length, ";");
    if (arrow == NULL || reason == NULL || reason < arrow) {
        abnf_fail(abnf, &place, "expected WAYS -> WINNER ; reason");
    }
    const char *winner = arrow + strlen("->");
    struct settled_conflict conflict = {.ways = trim(abnf->arena, line, (size_t)(arrow - line)),
                                        .winner =
                                            trim(abnf->arena, winner, (size_t)(reason - winner)),
                                        .place = place};
    conflicts->items = arena_grow(abnf->arena, conflicts->items, conflicts->count,
                                  &conflicts->capacity, sizeof *conflicts->items);
    conflicts->items[conflicts->count++] = conflict;
}

void conflicts_read(struct settled_conflicts *conflicts, struct abnf *abnf, const char *file,
                    const char *text, size_t size) {
    struct abnf_place place = {.file = file, .line = 1, .column = 1};
    for (size_t at = 0; at < size; place.line++) {
        const char *newline = memchr(text + at, '\n', size - at);
        size_t length = newline == NULL ? size - at : (size_t)(newline - (text + at));
        if (length > 0 && text[at] != '#') {
            read_conflict(conflicts, abnf, place, text + at, length);
        }
        at += length + 1;
    }
}

void conflicts_check_used(const struct settled_conflicts *conflicts, struct abnf *abnf) {
    for (size_t i = 0; i < conflicts->count; i++) {
        if (!conflicts->items[i].used) {
            abnf_fail(abnf, &conflicts->items[i].place, "there is no conflict '%s'",
                      conflicts->items[i].ways);
        }
    }
}
