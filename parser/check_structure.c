/* Envelopes and body structures (RFC 3501, 7.4.2). */
#include "check.h"

#include <strings.h>

static uint32_t child_of_rule(const struct subject *subject, uint32_t node, const char *rule) {
    uint32_t child = subject->nodes[node].children;
    while (child != 0 && !check_is_rule(subject, child, rule)) {
        child = subject->nodes[child].next;
    }
    return child;
}

static bool is_nil(const struct subject *subject, uint32_t node) {
    return node != 0 && check_is_word(subject, node, "NIL");
}

void check_envelope(const struct subject *subject, uint32_t envelope) {
    static const char *const defaulted[] = {"env-sender", "env-reply-to"};
    if (is_nil(subject, child_of_rule(subject, envelope, "env-from"))) {
        return; /* of a draft */
    }
    for (size_t i = 0; i < sizeof defaulted / sizeof *defaulted; i++) {
        uint32_t node = child_of_rule(subject, envelope, defaulted[i]);
        if (is_nil(subject, node)) {
            check_report_node(subject, CHECK_ENVELOPE_DEFAULT, node);
        }
    }
}

/* An address without a host begins a group, one without a mailbox too ends it. */
void check_addresses(const struct subject *subject, uint32_t list) {
    bool open = false, wrong = false;
    for (uint32_t node = subject->nodes[list].children; node != 0;
         node = subject->nodes[node].next) {
        bool marker = is_nil(subject, child_of_rule(subject, node, "addr-host"));
        bool end = marker && is_nil(subject, child_of_rule(subject, node, "addr-mailbox"));
        wrong = wrong || (marker && end != open);
        open = marker ? !end : open;
    }
    if (open || wrong) {
        check_report_node(subject, CHECK_ENVELOPE_GROUP, list);
    }
}

/* Of a text or a message: octets, later lines. */
void check_body(const struct subject *subject, uint32_t body) {
    uint32_t octets = child_of_rule(subject, body, "number");
    uint32_t lines = octets != 0 ? subject->nodes[octets].next : 0;
    while (lines != 0 && !check_is_rule(subject, lines, "number64")) {
        lines = subject->nodes[lines].next;
    }
    if (lines != 0 && subject->nodes[lines].value > subject->nodes[octets].value) {
        check_report_node(subject, CHECK_BODY_LINES, lines);
    }
}

void check_body_extension(const struct subject *subject, uint32_t node) {
    if (!subject->client) {
        check_report_node(subject, CHECK_BODY_EXTENSION, node);
    }
}

/* The first extension datum of a body: of several parts the parameters, of one part the MD5. */
static uint32_t first_extension(const struct subject *subject, uint32_t body) {
    uint32_t child = subject->nodes[body].children;
    bool has_parts = child != 0 && check_is_rule(subject, child, "body");
    return child_of_rule(subject, body, has_parts ? "body-fld-param" : "body-fld-md5");
}

/* `BODY (…)`: the nodes of a message stand in the order in which they end, so that those within an
 * item stand right before it. */
void check_plain_body(const struct subject *subject, uint32_t item) {
    size_t size;
    const uint8_t *octets = check_octets(subject, item, &size);
    bool is_body = size > 6 && strncasecmp((const char *)octets, "BODY (", 6) == 0;
    for (uint32_t node = item - 1;
         is_body && node > 0 && subject->nodes[node].start > subject->nodes[item].start; node--) {
        bool is_part = check_is_rule(subject, node, "body");
        uint32_t extension = is_part ? first_extension(subject, node) : 0;
        if (extension != 0) {
            check_report_node(subject, CHECK_BODY_EXTENDED, extension);
            return;
        }
    }
}
