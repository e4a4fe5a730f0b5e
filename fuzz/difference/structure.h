/* libetpan's structures, written as IMAP: a table for each says what is written of its fields. */
#ifndef STRUCTURE_H
#define STRUCTURE_H

#include "form.h"

enum structure {
    STRUCTURE_GREETING, /* struct mailimap_greeting */
    STRUCTURE_REQUEST,  /* struct mailimap_continue_req */
    STRUCTURE_DATA,     /* struct mailimap_response_data */
    STRUCTURE_TAGGED    /* struct mailimap_response, of which its end alone is written */
};

void structure_write(struct form *, enum structure, const void *structure);

#endif
