/* The header of a literal as the dialog language writes it, at the end of a line: `{}` `{310}`
 * `{310+}` `{310!}` `{#name}` `~{310}`. */
#ifndef LITERAL_HEADER_H
#define LITERAL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

enum literal_form {
    LITERAL_NONE,    /* the line ends otherwise */
    LITERAL_OPEN,    /* {}: the lines that follow are to be counted */
    LITERAL_COUNTED, /* {310} */
    LITERAL_WRONG,   /* {310!}: sent as it stands, whatever follows */
    LITERAL_NAMED    /* {#name}: a value follows, as long as it is */
};

struct literal_header {
    enum literal_form form;
    size_t start;           /* index of the "{" */
    size_t count;           /* COUNTED: SIZE_MAX where the number is larger */
    size_t digits;          /* COUNTED, WRONG: how many digits follow the "{" */
    bool non_synchronizing; /* "+" */
};

struct literal_header literal_header_read(const char *line, size_t size);

#endif
