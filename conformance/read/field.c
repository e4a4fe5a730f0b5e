#include "field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool field_fail(const struct source *source, const struct field *field, const char *sentence) {
    return source_fail(source, field->line, field->column, "%s", sentence);
}

bool field_keep(const struct source *source, const struct field *field, char **text) {
    char *copy = malloc(field->size + 1);

    if (!copy) {
        return source_fail_memory(source);
    }
    memcpy(copy, field->text, field->size);
    copy[field->size] = '\0';
    free(*text);
    *text = copy;
    return true;
}

bool field_equals(const struct field *field, const char *word) {
    return field->size == strlen(word) && memcmp(field->text, word, field->size) == 0;
}

static bool is_space(char octet) {
    return octet == ' ' || octet == '\t';
}

void field_trim(struct field *field) {
    for (; field->size > 0 && is_space(field->text[0]); field->size--) {
        field->text++;
        field->column++;
    }
    while (field->size > 0 && is_space(field->text[field->size - 1])) {
        field->size--;
    }
}

struct field field_next_word(struct field *rest) {
    struct field word = *rest;

    field_trim(&word);
    *rest = word;
    word.size = 0;
    while (word.size < rest->size && !is_space(word.text[word.size])) {
        word.size++;
    }
    rest->text += word.size;
    rest->column += word.size;
    rest->size -= word.size;
    field_trim(rest);
    return word;
}

bool field_number(const struct source *source, const struct field *field, unsigned low,
                  unsigned high, unsigned *number) {
    unsigned long value = 0;

    for (size_t i = 0; i < field->size && value <= high; i++) {
        if (field->text[i] < '0' || field->text[i] > '9') {
            return source_fail(source, field->line, field->column + i,
                               "a number from %u to %u must stand here", low, high);
        }
        value = value * 10 + (unsigned long)(field->text[i] - '0');
    }
    if (field->size == 0 || value < low || value > high) {
        return source_fail(source, field->line, field->column,
                           "a number from %u to %u must stand here", low, high);
    }
    *number = (unsigned)value;
    return true;
}

bool field_choice(const struct source *source, const struct field *field, const char *const *words,
                  unsigned *choice) {
    char list[128] = "";

    for (unsigned i = 0; words[i]; i++) {
        if (field_equals(field, words[i])) {
            *choice = i;
            return true;
        }
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s`%s`", i > 0 ? ", " : "", words[i]);
    }
    return source_fail(source, field->line, field->column, "`%.*s` is none of %s",
                       field->size < 64 ? (int)field->size : 64, field->text, list);
}

bool field_keep_words(const struct source *source, const struct field *value, char **words) {
    struct field rest = *value;
    size_t length = 0;
    char *joined = malloc(value->size + 1);

    if (!joined) {
        return source_fail_memory(source);
    }
    while (rest.size > 0) {
        struct field word = field_next_word(&rest);
        if (length > 0) {
            joined[length++] = ' ';
        }
        memcpy(joined + length, word.text, word.size);
        length += word.size;
    }
    joined[length] = '\0';
    free(*words);
    *words = joined;
    return true;
}
