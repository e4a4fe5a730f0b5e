#include "requirement.h"

#include <stdlib.h>
#include <string.h>

#include "field.h"

static const char *const levels[] = {[REQUIREMENT_MUST] = "MUST",
                                     [REQUIREMENT_MUST_NOT] = "MUST NOT",
                                     [REQUIREMENT_SHOULD] = "SHOULD",
                                     [REQUIREMENT_SHOULD_NOT] = "SHOULD NOT",
                                     NULL};
static const char *const sights[] = {[SIGHT_WIRE] = "wire",
                                     [SIGHT_LINT] = "lint",
                                     [SIGHT_PARTIAL] = "partial",
                                     [SIGHT_NO] = "no",
                                     NULL};

const char *requirement_level_name(enum requirement_level level) {
    return levels[level];
}

const char *requirement_sight_name(enum requirement_sight sight) {
    return sights[sight];
}

const struct requirement *requirements_find(const struct requirements *requirements, const char *id,
                                            size_t size) {
    for (size_t i = 0; i < requirements->count; i++) {
        const char *known = requirements->items[i].id;
        if (strlen(known) == size && memcmp(known, id, size) == 0) {
            return &requirements->items[i];
        }
    }
    return NULL;
}

/* Takes what stands before the next tab off `rest`. */
static struct field next_column(struct field *rest) {
    struct field column = *rest;
    const char *tab = memchr(rest->text, '\t', rest->size);

    column.size = tab ? (size_t)(tab - rest->text) : rest->size;
    size_t taken = column.size + (tab != NULL);
    rest->text += taken;
    rest->column += taken;
    rest->size -= taken;
    return column;
}

/* RFC, digits, "-", a section, "-", digits; no other octets. */
static bool is_id(const struct field *id) {
    static const char section[] = "0123456789.ABCDEFGH";
    const char *at = id->text, *end = at + id->size;
    const char *last = end;

    while (last > at && last[-1] >= '0' && last[-1] <= '9') {
        last--;
    }
    const char *dash = memchr(at, '-', id->size);
    bool parted = id->size > 3 && memcmp(at, "RFC", 3) == 0 && dash > at + 3 && last < end &&
                  last - dash > 2 && last[-1] == '-';
    for (const char *octet = at + 3; parted && octet < dash; octet++) {
        parted = *octet >= '0' && *octet <= '9';
    }
    for (const char *octet = dash + 1; parted && octet < last - 1; octet++) {
        parted = strchr(section, *octet) != NULL;
    }
    return parted;
}

static bool read_columns(const struct source *source, struct field line,
                         const struct requirements *known, struct requirement *requirement) {
    struct field id = next_column(&line), level = next_column(&line), sight = next_column(&line);
    unsigned choice;

    if (!is_id(&id)) {
        return field_fail(source, &id, "expected an id such as RFC2060-6.3.1-1");
    }
    if (requirements_find(known, id.text, id.size)) {
        return field_fail(source, &id, "there is a requirement of this id already");
    }
    if (!field_choice(source, &level, levels, &choice)) {
        return false;
    }
    requirement->level = (enum requirement_level)choice;
    if (!field_choice(source, &sight, sights, &choice)) {
        return false;
    }
    requirement->sight = (enum requirement_sight)choice;
    if (line.size == 0 || memchr(line.text, '\t', line.size)) {
        return field_fail(source, &line, "expected one column of text");
    }
    return field_keep(source, &id, &requirement->id) &&
           field_keep(source, &line, &requirement->text);
}

static bool add_line(const struct source *source, size_t number,
                     struct requirements *requirements) {
    const struct source_line *line = &source->lines[number - 1];
    struct field all = {line->text, line->size, number, 1};

    if (source_is_blank(line) || line->text[0] == '#') {
        return true;
    }
    struct requirement *items =
        realloc(requirements->items, (requirements->count + 1) * sizeof *items);
    if (!items) {
        return source_fail_memory(source);
    }
    requirements->items = items;
    struct requirement requirement = {0};
    if (!read_columns(source, all, requirements, &requirement)) {
        free(requirement.id);
        free(requirement.text);
        return false;
    }
    items[requirements->count++] = requirement;
    return true;
}

bool requirements_read(struct requirements *requirements, const char *path,
                       struct diagnostic *diagnostic) {
    struct source source;

    if (!source_read(&source, path, diagnostic)) {
        return false;
    }
    bool good = true;
    for (size_t number = 1; good && number <= source.line_count; number++) {
        good = add_line(&source, number, requirements);
    }
    source_free(&source);
    return good;
}

void requirements_free(struct requirements *requirements) {
    for (size_t i = 0; i < requirements->count; i++) {
        free(requirements->items[i].id);
        free(requirements->items[i].text);
    }
    free(requirements->items);
    *requirements = (struct requirements){0};
}
