/* libetpan's side. */
#ifndef THEIRS_H
#define THEIRS_H

#include <libetpan/libetpan.h>

#include "../../parser/imapspec.h"
#include "form.h"

struct theirs {
    const uint8_t *octets; /* that the stream gives */
    size_t size, given;
    mailstream *stream;
    MMAPString *line;
    struct mailimap_parser_context context; /* without any workarounds */
    size_t read;                            /* octets of the message, if it is accepted */
    bool accepted;
    /* One of them, if it is accepted, until it is released. */
    struct mailimap_greeting *greeting;
    struct mailimap_continue_req *request;
    struct mailimap_response_data *data;
    struct mailimap_response *tagged;
};

/* Ends the program when memory is out. */
void theirs_init(struct theirs *);

/* Reads one message; what was read before is freed first. True if it is one. */
bool theirs_read(struct theirs *, enum imap_root, const void *octets, size_t count);

/* Writes the message that was accepted. */
void theirs_write(const struct theirs *, struct form *);

/* Frees what was made of the message. */
void theirs_release(struct theirs *);

void theirs_free(struct theirs *);

#endif
