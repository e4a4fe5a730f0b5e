#include "traits.h"

#include <string.h>

static const struct trait traits[] = {
    {"continue-req", TRAIT_FREE, "go-ahead"},
    {"response-data", 0, "untagged response"},
    {"response-tagged", 0, "tagged response"},
    {"resp-cond-state", 0, "status"},
    {"resp-cond-auth", 0, "status"},
    {"resp-text", TRAIT_ADDITIONS, NULL},
    {"resp-text-code", TRAIT_SET | TRAIT_IGNORE_CASE | TRAIT_ITEM | TRAIT_ARGUMENTS,
     "response code"},
    {"resp-text-code-name", TRAIT_IGNORE_CASE, "response code"},
    {"text", TRAIT_FREE, NULL},
    {"capability-data", TRAIT_SET | TRAIT_IGNORE_CASE, NULL},
    {"capability", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, NULL},
    {"auth-type", TRAIT_IGNORE_CASE, NULL},
    {"charset", TRAIT_IGNORE_CASE, NULL},
    {"mailbox-data", TRAIT_SET | TRAIT_IGNORE_CASE, NULL},
    {"message-data", TRAIT_IGNORE_CASE, NULL},
    {"mailbox", TRAIT_INBOX, NULL},
    {"mbx-list-flags", TRAIT_SET, "attributes"},
    {"mbx-list-oflag", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, "attribute"},
    {"mbx-list-sflag", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, "attribute"},
    {"hierarchy-delimiter", TRAIT_NIL, "hierarchy separator"},
    {"flag-list", TRAIT_SET, NULL},
    {"flag", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, NULL},
    {"flag-fetch", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, "flag"},
    {"flag-perm", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, "flag"},
    {"flag-keyword", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, "flag"},
    {"status-att-list", TRAIT_SET, NULL},
    {"status-att-val", TRAIT_ITEM, "STATUS item"},
    {"status-att", TRAIT_IGNORE_CASE, NULL},
    {"esearch-response", TRAIT_SET | TRAIT_IGNORE_CASE, NULL},
    {"search-return-data", TRAIT_IGNORE_CASE | TRAIT_ITEM, "ESEARCH item"},
    {"enable-data", TRAIT_SET | TRAIT_IGNORE_CASE, NULL},
    {"msg-att", TRAIT_SET, NULL},
    {"msg-att-dynamic", TRAIT_SET | TRAIT_IGNORE_CASE | TRAIT_ITEM, "FETCH item"},
    {"msg-att-static", TRAIT_IGNORE_CASE | TRAIT_ITEM, "FETCH item"},
    {"section", TRAIT_IGNORE_CASE, NULL},
    {"header-list", TRAIT_SET, NULL},
    {"header-fld-name", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, "header field"},
    {"number", TRAIT_NUMBER, NULL},
    {"nz-number", TRAIT_NUMBER, "number"},
    {"number64", TRAIT_NUMBER, "number"},
    {"nz-number64", TRAIT_NUMBER, "number"},
    {"mod-sequence-value", TRAIT_NUMBER, "number"},
    {"mod-sequence-valzer", TRAIT_NUMBER, "number"},
    {"uniqueid", TRAIT_NUMBER, "number"},
    {"date-time", TRAIT_MOMENT, NULL},
    {"nstring", TRAIT_NIL | TRAIT_OCTETS, NULL},
    {"literal8", TRAIT_NIL | TRAIT_OCTETS, NULL},
    {"env-date", TRAIT_NIL, NULL},
    {"env-subject", TRAIT_NIL, NULL},
    {"env-in-reply-to", TRAIT_NIL, NULL},
    {"env-message-id", TRAIT_NIL, NULL},
    {"env-from", TRAIT_IGNORE_CASE, NULL},
    {"env-sender", TRAIT_IGNORE_CASE, NULL},
    {"env-reply-to", TRAIT_IGNORE_CASE, NULL},
    {"env-to", TRAIT_IGNORE_CASE, NULL},
    {"env-cc", TRAIT_IGNORE_CASE, NULL},
    {"env-bcc", TRAIT_IGNORE_CASE, NULL},
    {"addr-name", TRAIT_NIL, NULL},
    {"addr-adl", TRAIT_NIL, NULL},
    {"addr-mailbox", TRAIT_NIL, NULL},
    {"addr-host", TRAIT_NIL, NULL},
    {"media-basic-name", TRAIT_IGNORE_CASE, "media type"},
    {"media-message-name", TRAIT_IGNORE_CASE, "media type"},
    {"media-subtype", TRAIT_IGNORE_CASE, "media subtype"},
    {"body-fld-enc", TRAIT_IGNORE_CASE, NULL},
    {"body-fld-id", TRAIT_NIL, NULL},
    {"body-fld-desc", TRAIT_NIL, NULL},
    {"body-fld-md5", TRAIT_NIL, NULL},
    {"body-fld-loc", TRAIT_NIL, NULL},
    {"body-fld-param", TRAIT_PARAMETERS | TRAIT_IGNORE_CASE, NULL},
    {"body-fld-dsp", TRAIT_TOKENS | TRAIT_IGNORE_CASE, NULL},
    {"body-fld-lang", TRAIT_TOKENS, NULL},
    {"acl-data", TRAIT_SET | TRAIT_IGNORE_CASE, NULL},
    {"acl-entry", TRAIT_ITEM, "identifier"},
    {"rights", TRAIT_LETTERS, NULL},
    {"quotaroot-response", TRAIT_SET | TRAIT_IGNORE_CASE, NULL},
    {"quota-list", TRAIT_SET, NULL},
    {"quota-resource", TRAIT_IGNORE_CASE | TRAIT_ITEM, "resource"},
    {"resource-name", TRAIT_IGNORE_CASE, "resource"},
    {"resource-usage", TRAIT_NUMBER, "usage"},
    {"resource-limit", TRAIT_NUMBER, "limit"},
    {"namespace", TRAIT_SET | TRAIT_IGNORE_CASE, NULL},
    {"id-params-list", TRAIT_PARAMETERS | TRAIT_IGNORE_CASE, "parameters"},
    {"language-data", TRAIT_SET | TRAIT_IGNORE_CASE, NULL},
    {"lang-tag-quoted", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, "language"},
    {"sort-data", TRAIT_IGNORE_CASE, NULL},
    {"thread-data", TRAIT_IGNORE_CASE, NULL},
    {"mbox-list-extended", TRAIT_SET, "extended items"},
    {"mbox-list-extended-item-tag", TRAIT_IGNORE_CASE, "extended item"},
    {"childinfo-extended-item", TRAIT_SET | TRAIT_IGNORE_CASE, "CHILDINFO"},
    {"childinfo-tag", TRAIT_IGNORE_CASE, "extended item"},
    {"oldname-tag", TRAIT_IGNORE_CASE, "extended item"},
    {"list-select-opt", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, "option"},
    {"convert-msg-attrs", TRAIT_SET, NULL},
    {"convert-msg-att", TRAIT_IGNORE_CASE | TRAIT_ITEM, "CONVERT item"},
    {"metadata-resp", TRAIT_SET | TRAIT_IGNORE_CASE, NULL},
    {"entry-value", TRAIT_ITEM, "annotation"},
    {"entry", TRAIT_IGNORE_CASE | TRAIT_ELEMENT, NULL},
    {"value", TRAIT_NIL, NULL},
    {"urldata", TRAIT_NIL, NULL},
    {"context-position", TRAIT_NUMBER, "position"},
};

const struct trait *trait_of(const struct imap_grammar *grammar, imap_rule rule) {
    static const struct trait none = {"", 0, NULL};
    const char *name = imap_rule_name(grammar, rule);

    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++) {
        if (strcmp(traits[i].rule, name) == 0) {
            return &traits[i];
        }
    }
    return &none;
}

bool trait_reads(const struct imap_grammar *grammar, imap_rule rule, const uint8_t *octets,
                 size_t size) {
    const char *name = imap_rule_name(grammar, rule);
    bool is_quoted = octets[0] == '"', is_literal = octets[0] == '{';
    bool is_nil = size == 3 && (octets[0] | 0x20) == 'n' && (octets[1] | 0x20) == 'i' &&
                  (octets[2] | 0x20) == 'l';

    if (strcmp(name, "string") == 0) {
        return is_quoted || is_literal;
    }
    if (strcmp(name, "quoted") == 0) {
        return is_quoted;
    }
    if (strcmp(name, "literal") == 0) {
        return is_literal;
    }
    if (strcmp(name, "nil") == 0) {
        return is_nil;
    }
    if (strcmp(name, "atom") == 0) {
        return !is_quoted && !is_literal;
    }
    if (strcmp(name, "nz-number") == 0 || strcmp(name, "uniqueid") == 0 ||
        strcmp(name, "nz-number64") == 0) {
        return size > 1 || octets[0] != '0';
    }
    return true;
}
