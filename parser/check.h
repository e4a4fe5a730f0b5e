/* Checks of one message, beyond its grammar: what they look at, and how they tell of it. */
#ifndef CHECK_H
#define CHECK_H

#include "imapspec.h"

/* In the order of the table in check.c. */
enum check {
    CHECK_MAILBOX_NIL,
    CHECK_MAILBOX_WILDCARD,
    CHECK_MAILBOX_8BIT,
    CHECK_MAILBOX_CONTROL,
    CHECK_MAILBOX_UTF8,
    CHECK_UTF7_SHIFT,
    CHECK_UTF7_BITS,
    CHECK_UTF7_SURROGATE,
    CHECK_UTF7_ASCII,
    CHECK_UTF7_SUPERFLUOUS_SHIFT,
    CHECK_DATE_DAY,
    CHECK_TIME,
    CHECK_ZONE,
    CHECK_FLAG_RECENT,
    CHECK_FLAG_UNKNOWN,
    CHECK_FLAG_BACKSLASH,
    CHECK_FLAG_DUPLICATE,
    CHECK_LIST_CHILDREN,
    CHECK_LIST_NO_CHILDREN,
    CHECK_LIST_ATTRIBUTE,
    CHECK_LIST_MARKED,
    CHECK_LIST_OPTION_DUPLICATE,
    CHECK_ESEARCH_DUPLICATE,
    CHECK_CAPABILITY_DUPLICATE,
    CHECK_CAPABILITY_LITERALS,
    CHECK_CAPABILITY_RIGHTS,
    CHECK_CAPABILITY_UTF8,
    CHECK_CAPABILITY_REVISION,
    CHECK_CAPABILITY_FIRST,
    CHECK_CAPABILITY_UNREGISTERED,
    CHECK_CODE_UNREGISTERED,
    CHECK_TEXT_START,
    CHECK_SASL_MECHANISM,
    CHECK_UID_ZERO,
    CHECK_COUNT_32,
    CHECK_SET_STAR,
    CHECK_SET_ORDER,
    CHECK_OBJECTID_SIZE,
    CHECK_ID_SIZE,
    CHECK_ID_DUPLICATE,
    CHECK_LITERAL_SIZE,
    CHECK_LITERAL_IN_CODE,
    CHECK_COMMAND_LENGTH,
    CHECK_BASE64_BITS,
    CHECK_FIELD_NAME,
    CHECK_RIGHTS,
    CHECK_RIGHTS_DUPLICATE,
    CHECK_NAMESPACE_EXTENSION,
    CHECK_ENTRY,
    CHECK_ENVELOPE_DEFAULT,
    CHECK_ENVELOPE_GROUP,
    CHECK_BODY_LINES,
    CHECK_BODY_EXTENSION,
    CHECK_BODY_EXTENDED,
    CHECK_COUNT
};

/* The message that is checked. */
struct subject {
    const struct imap_grammar *grammar;
    const struct imap_node *nodes;
    const uint8_t *octets; /* from offset `start` on */
    uint64_t start;
    bool client;     /* the client sent it */
    bool utf7, utf8; /* which of them the names of mailboxes may be */
    bool rev1, rev2; /* IMAP4rev1, IMAP4rev2 is enabled */
    imap_check_sink *sink;
    void *context;
};

/* Looks at a node of one rule. */
typedef void check_function(const struct subject *, uint32_t node);

check_function check_mailbox, check_new_mailbox;
check_function check_date, check_date_time;
check_function check_flag, check_keyword, check_flag_twins, check_list_attributes;
check_function check_set_order, check_listed_rights, check_namespace_extension;
check_function check_list_options, check_esearch, check_code_name, check_text;
check_function check_capabilities, check_capability, check_mechanism;
check_function check_status_value, check_counts, check_set, check_objectid, check_id;
check_function check_literal, check_code_literals, check_command_length;
check_function check_base64, check_field_name, check_entry, check_rights;
check_function check_envelope, check_addresses, check_body, check_body_extension, check_plain_body;

/* Tells of [start, end), offsets in the stream. */
void check_report(const struct subject *, enum check, uint64_t start, uint64_t end);

/* Tells of all of a node. */
void check_report_node(const struct subject *, enum check, uint32_t node);

/* The node's octets; *size is set to how many. */
const uint8_t *check_octets(const struct subject *, uint32_t node, size_t *size);

bool check_is_rule(const struct subject *, uint32_t node, const char *rule);

/* Are the node's octets this word, in any case? */
bool check_is_word(const struct subject *, uint32_t node, const char *word);

/* Words of a list are compared with so many at its start, so that a hostile one costs little. */
enum { CHECK_WORDS_COMPARED = 64 };

/* Has one of the children before `node`, from `first` on, the same octets, in any case? */
bool check_has_twin(const struct subject *, uint32_t first, uint32_t node);

/* A literal's header at the start of octets: its length, 0 if there is none. */
size_t check_literal_header(const uint8_t *octets, size_t size, uint64_t *count,
                            bool *non_synchronizing);

/* The octets that a string, an atom or a literal stands for, one by one. */
struct check_value {
    const uint8_t *at, *end;
    bool quoted;
};

struct check_value check_value(const struct subject *, uint32_t node);

/* The next octet, -1 at the end. */
int check_value_next(struct check_value *);

/* The offset in the stream of the octet that comes next. */
uint64_t check_value_offset(const struct subject *, const struct check_value *);

#endif
