/* Octets for a person: escaped so that a terminal is safe, with carets that count the columns which
 * are shown rather than octets. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Printable ASCII is shown as it is, also the backslash; CR, LF and TAB as \r \n \t; every other
 * octet as \xNN. */
enum text_form {
    TEXT_WIRE, /* all of the above: what came over a connection */
    TEXT_UTF8  /* printable characters of well-formed UTF-8 are shown too: lines of a file */
};

/* No caret, for text_point. */
#define TEXT_NO_CARET SIZE_MAX

/* The length of the longest line that text_point shows whole, in columns. */
#define TEXT_WIDTH 120

/* Writes at most `capacity` octets to `text`, NUL included (never a part of an escape or of a
 * character), and returns the length that all of it would have had, as snprintf does. `text` may be
 * NULL if capacity is 0. */
size_t text_escape(enum text_form, const void *octets, size_t size, char *text, size_t capacity);

/* The same, allocated; NULL when memory is out. */
char *text_escaped(enum text_form, const void *octets, size_t size);

/* The same, to a stream. */
void text_write(FILE *, enum text_form, const void *octets, size_t size);

/* How many columns do these octets take when they are shown? For the caret under octets[i]:
 * text_columns(form, octets, i). */
size_t text_columns(enum text_form, const void *octets, size_t size);

/* Writes `label` and the octets as a line, and below it, if `caret` (an index, at most `size`)
 * isn't TEXT_NO_CARET, a caret under the octet of that index. Of a line over TEXT_WIDTH only the
 * part around the caret is shown, between "…". `label` is taken as it is and counted as UTF-8. */
void text_point(FILE *, const char *label, enum text_form, const void *octets, size_t size,
                size_t caret);

bool text_is_terminal(FILE *);

/* May text to this stream have colours? On a terminal, if the environment's NO_COLOR is empty
 * (https://no-color.org). */
bool text_is_colored(FILE *);

/* What a noun ends in after this number: "" or "s". */
const char *text_plural(size_t number);

/* Decodes one character of well-formed UTF-8 (RFC 3629): how many octets it has, 0 if there is
 * none at `octets`. */
size_t text_decode(const uint8_t *octets, size_t size, uint32_t *character);

#endif
