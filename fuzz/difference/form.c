#include "form.h"

#include <ctype.h>
#include <string.h>

static int last(const struct form *form) {
    return form->text.size > 0 ? form->text.octets[form->text.size - 1] : -1;
}

static bool ends_in(const struct form *form, const char *end) {
    size_t size = strlen(end);
    return form->text.size >= size &&
           memcmp(form->text.octets + form->text.size - size, end, size) == 0;
}

/* The SP that is due before this octet. */
static void add_space(struct form *form, int next) {
    bool touching = next == ')' || next == ']' || last(form) == '(' || last(form) == '[' ||
                    (last(form) == ')' && next == '(') || (next == '[' && ends_in(form, "BODY"));
    if (form->space && form->text.size > 0 && !touching) {
        buffer_add(&form->text, " ", 1);
    }
    form->space = false;
}

/* What says no more than that it isn't there, or the same twice. */
static void drop_redundant(struct form *form) {
    if (ends_in(form, "<0>")) {
        form->text.size -= strlen("<0>");
    } else if (ends_in(form, "*:*")) {
        form->text.size -= strlen(":*");
    }
}

static void drop_nils(struct form *form) {
    static const char nil[] = " NIL";
    while (ends_in(form, nil)) {
        form->text.size -= strlen(nil);
    }
}

void form_words(struct form *form, const void *octets, size_t count) {
    const uint8_t *octet = octets;
    for (size_t i = 0; i < count; i++) {
        uint8_t upper = (uint8_t)toupper(octet[i]);
        if (strchr(" \t\r\n", octet[i]) != NULL && octet[i] != '\0') {
            form->space = true;
            continue;
        }
        if (octet[i] == ')') {
            drop_nils(form);
        }
        add_space(form, octet[i]);
        buffer_add(&form->text, &upper, 1);
        drop_redundant(form);
    }
}

void form_word(struct form *form, const char *word) {
    form_words(form, word, strlen(word));
}

void form_number(struct form *form, uint64_t number) {
    add_space(form, '0');
    if (last(form) == ':' && form->number_end + 1 == form->text.size && form->number == number) {
        form->text.size--;
    } else {
        buffer_format(&form->text, "%llu", (unsigned long long)number);
    }
    form->number = number;
    form->number_end = form->text.size;
}

static void add_octet(struct form *form, uint8_t octet) {
    if (octet >= ' ' && octet <= '~') {
        buffer_add(&form->text, &octet, 1);
    } else {
        buffer_format(&form->text, "\\x%02x", octet);
    }
}

void form_string(struct form *form, const void *octets, size_t count) {
    const uint8_t *octet = octets;
    if (octets == NULL) {
        form_word(form, "NIL");
        return;
    }
    add_space(form, '"');
    buffer_add(&form->text, "\"", 1);
    for (size_t i = 0; i < count; i++) {
        if (octet[i] == '"' || octet[i] == '\\') {
            buffer_add(&form->text, "\\", 1);
        }
        add_octet(form, octet[i]);
    }
    buffer_add(&form->text, "\"", 1);
}

void form_inside(struct form *form, const void *octets, size_t count) {
    const uint8_t *octet = octets;
    for (size_t i = 0; i < count; i++) {
        add_octet(form, octet[i]);
    }
}

void form_text(struct form *form, const void *octets, size_t count) {
    const uint8_t *octet = octets;
    if (count > 0) {
        add_space(form, '"');
        if (*octet == '[') {
            buffer_add(&form->text, "\\", 1);
        }
    }
    form_inside(form, octets, count);
}

void form_clear(struct form *form) {
    buffer_clear(&form->text);
    *form = (struct form){.text = form->text};
}

void form_free(struct form *form) {
    buffer_free(&form->text);
}
