#include "roots.h"

#include <string.h>

static const char *const names[] = {
    [IMAP_GREETING] = "greeting",
    [IMAP_RESPONSE] = "response",
    [IMAP_COMMAND] = "command",
    [IMAP_CONTINUATION] = "continuation",
    [IMAP_SASL_LINE] = "sasl-line",
    [IMAP_DONE] = "done",
    [IMAP_AFTER_AUTHENTICATE] = "after-authenticate",
    [IMAP_AFTER_IDLE] = "after-idle",
};

bool root_find(const char *name, enum imap_root *root) {
    for (enum imap_root i = 0; i < IMAP_ROOT_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *root = i;
            return true;
        }
    }
    return false;
}

const char *root_name(enum imap_root root) {
    return names[root];
}
