#include "theirs.h"

#include <stdlib.h>
#include <string.h>

#include "structure.h"

enum { STREAM_BUFFER = 8192 }; /* as libetpan itself has for a socket */

/* What parses one response, and no session: exported, but in none of the headers installed. */
int mailimap_greeting_parse(mailstream *, MMAPString *, struct mailimap_parser_context *,
                            size_t *index, struct mailimap_greeting **, size_t rate,
                            progress_function *);
int mailimap_continue_req_parse(mailstream *, MMAPString *, struct mailimap_parser_context *,
                                size_t *index, struct mailimap_continue_req **, size_t rate,
                                progress_function *);
int mailimap_response_data_parse(mailstream *, MMAPString *, struct mailimap_parser_context *,
                                 size_t *index, struct mailimap_response_data **, size_t rate,
                                 progress_function *);
int mailimap_response_parse(mailstream *, MMAPString *, struct mailimap_parser_context *,
                            size_t *index, struct mailimap_response **, size_t rate,
                            progress_function *);

/* ---- a stream in memory -------------------------------------------------------------------- */

/* At the end −1: at 0 libetpan waits for the rest of a literal for ever. */
static ssize_t read_octets(mailstream_low *low, void *octets, size_t count) {
    struct theirs *theirs = low->data;
    size_t left = theirs->size - theirs->given;
    count = count < left ? count : left;
    memcpy(octets, theirs->octets + theirs->given, count);
    theirs->given += count;
    return count > 0 ? (ssize_t)count : -1;
}

static int close_stream(mailstream_low *low) {
    (void)low;
    return 0;
}

static void free_stream(mailstream_low *low) {
    free(low);
}

static mailstream_low_driver memory_driver = {
    .mailstream_read = read_octets,
    .mailstream_close = close_stream,
    .mailstream_free = free_stream,
};

void theirs_init(struct theirs *theirs) {
    *theirs = (struct theirs){.line = mmap_string_new("")};
    mailstream_low *low = mailstream_low_new(theirs, &memory_driver);
    theirs->stream = low ? mailstream_new(low, STREAM_BUFFER) : NULL;
    if (!theirs->line || !theirs->stream) {
        abort();
    }
}

/* ---- reading ------------------------------------------------------------------------------- */

static int parse(struct theirs *theirs, enum imap_root root, size_t *index) {
    if (root == IMAP_GREETING) {
        return mailimap_greeting_parse(theirs->stream, theirs->line, &theirs->context, index,
                                       &theirs->greeting, 0, NULL);
    }
    if (*theirs->line->str == '*') {
        return mailimap_response_data_parse(theirs->stream, theirs->line, &theirs->context, index,
                                            &theirs->data, 0, NULL);
    }
    if (*theirs->line->str == '+') {
        return mailimap_continue_req_parse(theirs->stream, theirs->line, &theirs->context, index,
                                           &theirs->request, 0, NULL);
    }
    if (memchr(" \t\r\n", *theirs->line->str, 4)) {
        return MAILIMAP_ERROR_PARSE; /* it would skip an empty line, and read more than one */
    }
    return mailimap_response_parse(theirs->stream, theirs->line, &theirs->context, index,
                                   &theirs->tagged, 0, NULL);
}

void theirs_release(struct theirs *theirs) {
    const struct theirs read = *theirs;

    /* First, as libetpan may not come back. */
    theirs->greeting = NULL;
    theirs->request = NULL;
    theirs->data = NULL;
    theirs->tagged = NULL;
    if (read.greeting) {
        mailimap_greeting_free(read.greeting);
    } else if (read.request) {
        mailimap_continue_req_free(read.request);
    } else if (read.data) {
        mailimap_response_data_free(read.data);
    } else if (read.tagged) {
        mailimap_response_free(read.tagged);
    }
}

bool theirs_read(struct theirs *theirs, enum imap_root root, const void *octets, size_t count) {
    size_t index = 0;

    theirs_release(theirs);
    theirs->accepted = false;
    theirs->octets = octets;
    theirs->size = count;
    theirs->given = 0;
    theirs->stream->read_buffer_len = 0;
    theirs->accepted = mmap_string_truncate(theirs->line, 0) &&
                       mailstream_read_line_append(theirs->stream, theirs->line) &&
                       parse(theirs, root, &index) == MAILIMAP_NO_ERROR;
    /* It leaves the end of a tagged response alone. */
    size_t unread = theirs->tagged ? 0 : theirs->line->len - index;
    theirs->read = theirs->given - theirs->stream->read_buffer_len - unread;
    return theirs->accepted;
}

void theirs_write(const struct theirs *theirs, struct form *form) {
    form_clear(form);
    if (theirs->greeting) {
        structure_write(form, STRUCTURE_GREETING, theirs->greeting);
    } else if (theirs->request) {
        structure_write(form, STRUCTURE_REQUEST, theirs->request);
    } else if (theirs->data) {
        structure_write(form, STRUCTURE_DATA, theirs->data);
    } else {
        structure_write(form, STRUCTURE_TAGGED, theirs->tagged);
    }
}

void theirs_free(struct theirs *theirs) {
    theirs_release(theirs);
    mailstream_close(theirs->stream);
    mmap_string_free(theirs->line);
}
