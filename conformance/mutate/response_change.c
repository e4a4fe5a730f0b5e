#include "response_change.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../clock.h"

enum { MINUTE = 60000 /* milliseconds */ };

/* ---- the message --------------------------------------------------------------------------- */

void response_drop(struct situation *situation, const struct response_change *change,
                   const struct response *response, uint32_t node, struct buffer *out) {
    (void)situation, (void)change, (void)response, (void)node, (void)out;
}

void response_repeat(struct situation *situation, const struct response_change *change,
                     const struct response *response, uint32_t node, struct buffer *out) {
    (void)situation, (void)change, (void)node;
    buffer_add(out, response->octets, response->size);
    buffer_add(out, response->octets, response->size);
}

static void add_text(struct buffer *out, const char *text, const struct pending_command *command) {
    static const char mark[] = "${tag}";
    const char *place = strstr(text, mark);

    if (place) {
        buffer_add(out, text, (size_t)(place - text));
        buffer_add_text(out, command ? command->tag : "*");
        text = place + sizeof mark - 1;
    }
    buffer_add_text(out, text);
    buffer_add_text(out, "\r\n");
}

void response_before(struct situation *situation, const struct response_change *change,
                     const struct response *response, uint32_t node, struct buffer *out) {
    (void)node;
    add_text(out, change->text, situation->command);
    buffer_add(out, response->octets, response->size);
}

void response_after(struct situation *situation, const struct response_change *change,
                    const struct response *response, uint32_t node, struct buffer *out) {
    (void)node;
    buffer_add(out, response->octets, response->size);
    add_text(out, change->text, situation->command);
}

void response_hold(struct situation *situation, const struct response_change *change,
                   const struct response *response, uint32_t node, struct buffer *out) {
    struct buffer *saved = &situation->memory->saved;

    (void)change, (void)node;
    if (saved->size + response->size > RESPONSE_OCTETS) {
        buffer_add(out, response->octets, response->size);
    } else {
        buffer_add(saved, response->octets, response->size);
    }
}

void response_release(struct situation *situation, const struct response_change *change,
                      const struct response *response, uint32_t node, struct buffer *out) {
    struct buffer *saved = &situation->memory->saved;

    (void)change, (void)node;
    buffer_add(out, response->octets, response->size);
    buffer_add(out, saved->octets, saved->size);
    buffer_clear(saved);
}

void response_late(struct situation *situation, const struct response_change *change,
                   const struct response *response, uint32_t node, struct buffer *out) {
    struct buffer *saved = &situation->memory->saved;

    (void)change, (void)node;
    buffer_add(out, saved->octets, saved->size);
    buffer_clear(saved);
    buffer_add(saved, response->octets, response->size);
}

void response_cut(struct situation *situation, const struct response_change *change,
                  const struct response *response, uint32_t node, struct buffer *out) {
    (void)change, (void)node;
    buffer_add(out, response->octets, response->size / 2);
    situation->close = true;
}

void response_close(struct situation *situation, const struct response_change *change,
                    const struct response *response, uint32_t node, struct buffer *out) {
    (void)change, (void)response, (void)node, (void)out;
    situation->close = true;
}

void response_count(struct situation *situation, const struct response_change *change,
                    const struct response *response, uint32_t node, struct buffer *out) {
    (void)change, (void)node;
    situation->memory->count++;
    buffer_add(out, response->octets, response->size);
}

/* ---- the node ------------------------------------------------------------------------------ */

/* The message with [start, end) replaced. */
static void replace(struct buffer *out, const struct response *response, uint64_t start,
                    uint64_t end, const void *octets, size_t size) {
    buffer_add(out, response->octets, (size_t)start);
    buffer_add(out, octets, size);
    buffer_add(out, response->octets + end, response->size - (size_t)end);
}

void node_replace(struct situation *situation, const struct response_change *change,
                  const struct response *response, uint32_t node, struct buffer *out) {
    const struct imap_node *place = &response->tree.nodes[node];

    (void)situation;
    replace(out, response, place->start, place->end, change->text, strlen(change->text));
}

void node_remove(struct situation *situation, const struct response_change *change,
                 const struct response *response, uint32_t node, struct buffer *out) {
    uint64_t start = response->tree.nodes[node].start, end = response->tree.nodes[node].end;

    (void)situation, (void)change;
    if (start > 0 && response->octets[start - 1] == ' ') {
        start--;
    } else if (end < response->size && response->octets[end] == ' ') {
        end++;
    }
    replace(out, response, start, end, NULL, 0);
}

void node_repeat(struct situation *situation, const struct response_change *change,
                 const struct response *response, uint32_t node, struct buffer *out) {
    const struct imap_node *place = &response->tree.nodes[node];

    (void)situation, (void)change;
    buffer_add(out, response->octets, (size_t)place->end);
    buffer_add_text(out, " ");
    buffer_add(out, response->octets + place->start, response->size - (size_t)place->start);
}

void node_swap(struct situation *situation, const struct response_change *change,
               const struct response *response, uint32_t node, struct buffer *out) {
    const struct imap_node *place = &response->tree.nodes[node];
    const struct imap_node *next = &response->tree.nodes[place->next];
    const uint8_t *octets = response->octets;

    (void)situation, (void)change;
    if (place->next == 0) {
        buffer_add(out, octets, response->size);
        return;
    }
    buffer_add(out, octets, (size_t)place->start);
    buffer_add(out, octets + next->start, (size_t)(next->end - next->start));
    buffer_add(out, octets + place->end, (size_t)(next->start - place->end));
    buffer_add(out, octets + place->start, (size_t)(place->end - place->start));
    buffer_add(out, octets + next->end, response->size - (size_t)next->end);
}

static void replace_number(struct buffer *out, const struct response *response, uint32_t node,
                           int64_t number) {
    const struct imap_node *place = &response->tree.nodes[node];
    char text[24];
    int length = snprintf(text, sizeof text, "%lld", (long long)(number < 0 ? 0 : number));

    replace(out, response, place->start, place->end, text, (size_t)length);
}

void node_add(struct situation *situation, const struct response_change *change,
              const struct response *response, uint32_t node, struct buffer *out) {
    (void)situation;
    replace_number(out, response, node, (int64_t)response->tree.nodes[node].value + change->by);
}

void node_count(struct situation *situation, const struct response_change *change,
                const struct response *response, uint32_t node, struct buffer *out) {
    (void)change;
    replace_number(out, response, node,
                   (int64_t)(response->tree.nodes[node].value + situation->memory->count++));
}

void node_clock(struct situation *situation, const struct response_change *change,
                const struct response *response, uint32_t node, struct buffer *out) {
    (void)situation, (void)change;
    replace_number(out, response, node,
                   (int64_t)(response->tree.nodes[node].value + clock_milliseconds() % MINUTE));
}

void node_subtract(struct situation *situation, const struct response_change *change,
                   const struct response *response, uint32_t node, struct buffer *out) {
    (void)situation;
    replace_number(out, response, node, change->by - (int64_t)response->tree.nodes[node].value);
}

static void replace_first_word(struct buffer *out, const struct response *response, uint32_t node,
                               const char *word) {
    const struct imap_node *place = &response->tree.nodes[node];
    uint64_t end = place->start;

    while (end < place->end && response->octets[end] != ' ') {
        end++;
    }
    replace(out, response, place->start, end, word, strlen(word));
}

void node_first_word(struct situation *situation, const struct response_change *change,
                     const struct response *response, uint32_t node, struct buffer *out) {
    (void)situation;
    replace_first_word(out, response, node, change->text);
}

void node_no_if_none(struct situation *situation, const struct response_change *change,
                     const struct response *response, uint32_t node, struct buffer *out) {
    (void)change;
    if (situation->memory->count == 0) {
        replace_first_word(out, response, node, "NO");
    } else {
        buffer_add(out, response->octets, response->size);
    }
    situation->memory->count = 0;
}

void node_with_tag(struct situation *situation, const struct response_change *change,
                   const struct response *response, uint32_t node, struct buffer *out) {
    uint64_t end = response->tree.nodes[node].end;
    const char *tag = situation->command ? situation->command->tag : "";

    (void)change;
    replace(out, response, end, end, tag, strlen(tag));
}

void node_flip_case(struct situation *situation, const struct response_change *change,
                    const struct response *response, uint32_t node, struct buffer *out) {
    const struct imap_node *place = &response->tree.nodes[node];

    (void)situation, (void)change;
    size_t before = out->size;
    buffer_add(out, response->octets, response->size);
    for (uint64_t i = place->start; i < place->end && !out->failed; i++) {
        uint8_t octet = response->octets[i];
        out->octets[before + i] = (uint8_t)(islower(octet) ? toupper(octet) : tolower(octet));
    }
}

void node_stale(struct situation *situation, const struct response_change *change,
                const struct response *response, uint32_t node, struct buffer *out) {
    const struct imap_node *place = &response->tree.nodes[node];
    struct buffer *saved = &situation->memory->saved;

    (void)change;
    if (saved->size == 0 && place->end - place->start < RESPONSE_OCTETS) {
        buffer_add(saved, response->octets + place->start, (size_t)(place->end - place->start));
    }
    replace(out, response, place->start, place->end, saved->octets, saved->size);
}

void node_prefix(struct situation *situation, const struct response_change *change,
                 const struct response *response, uint32_t node, struct buffer *out) {
    uint64_t start = response->tree.nodes[node].start;

    (void)situation;
    replace(out, response, start, start, change->text, strlen(change->text));
}

void node_suffix(struct situation *situation, const struct response_change *change,
                 const struct response *response, uint32_t node, struct buffer *out) {
    uint64_t end = response->tree.nodes[node].end;

    (void)situation;
    replace(out, response, end, end, change->text, strlen(change->text));
}

void node_without_code(struct situation *situation, const struct response_change *change,
                       const struct response *response, uint32_t node, struct buffer *out) {
    const struct imap_node *place = &response->tree.nodes[node];

    (void)situation, (void)change;
    replace(out, response, place->start - 1, place->end + 2, NULL, 0); /* "[" and "] " */
}
