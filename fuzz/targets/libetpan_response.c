/* libetpan reads a greeting and responses, one by one. */
#include "../harness/finding.h"
#include "libetpan_connection.h"
#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    finding_prepare(*argv);
    return setenv("IMAPSPEC_MUTATOR", "root=greeting", 0);
}

static void read_responses(const uint8_t *octets, size_t size) {
    struct stream stream = stream_of(octets, size);
    mailimap *session = libetpan_connect(&stream);
    struct mailimap_response *response = NULL;

    /* At the end of a file, an empty line is read, and again. */
    while (mailimap_read_line(session) && session->imap_stream_buffer->len > 0) {
        if (mailimap_parse_response(session, &response) == MAILIMAP_NO_ERROR) {
            mailimap_response_free(response);
        }
    }
    mailimap_free(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    finding_seek(read_responses, data, size);
    return 0;
}
