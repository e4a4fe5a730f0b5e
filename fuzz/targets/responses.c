/* The parser reads whatever a server may say. */
#include <stdlib.h>

#include "../../parser/imapspec.h"
#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return setenv("IMAPSPEC_MUTATOR", "root=greeting", 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct imap_parser parser;
    size_t consumed = 0;

    imap_parser_init(&parser, imap_grammar_builtin(), IMAP_GREETING, NULL, NULL);
    while (size > 0 && imap_parser_feed(&parser, data, size, &consumed) != IMAP_MORE) {
        data += consumed;
        size -= consumed;
        if (imap_parser_error(&parser)->code != IMAP_NO_ERROR) {
            imap_parser_resync(&parser);
        }
    }
    return 0;
}
