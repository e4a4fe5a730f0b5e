/* Writes a tree back to octets: what is between its strings is copied, its strings are written as
 * the caller asks for, as far as their rules and their values permit. */
#include <string.h>
#include <strings.h>

#include "grammar.h"
#include "value.h"

enum { MAX_TREE_DEPTH = IMAP_MAX_MARKS + 1 };

struct printing {
    const struct imap_grammar *grammar;
    enum imap_root root;
    uint8_t *text;
    size_t size, length;
};

static void put(struct printing *p, const void *octets, size_t count) {
    if (p->length < p->size) {
        size_t room = p->size - p->length;
        memcpy(p->text + p->length, octets, count < room ? count : room);
    }
    p->length += count;
}

static void put_octet(struct printing *p, int octet) {
    if (p->length < p->size) {
        p->text[p->length] = (uint8_t)octet;
    }
    p->length++;
}

/* ---- what is permitted --------------------------------------------------------------------- */

static bool is_client_root(enum imap_root root) {
    return root != IMAP_GREETING && root != IMAP_RESPONSE && root != IMAP_CONTINUATION;
}

/* NIL is no string, where a string may be missing. */
static bool is_nil(const struct grammar_string *string, const struct value *value) {
    return string->nil && value->end - value->at == 3 &&
           strncasecmp((const char *)value->at, "NIL", 3) == 0;
}

static bool has(const uint64_t bits[4], int octet) {
    return bits[octet >> 6] >> (octet & 63) & 1;
}

static bool is_atom(const struct grammar_string *string, struct value value) {
    bool nil = is_nil(string, &value);
    int octet = value_next(&value);
    bool atom = octet >= 0 && !nil;
    for (; octet >= 0 && atom; octet = value_next(&value)) {
        atom = has(string->atom, octet);
    }
    return atom;
}

static bool is_quoted(const struct grammar_string *string, struct value value) {
    for (int octet = value_next(&value); octet >= 0; octet = value_next(&value)) {
        bool escaped = string->escapes && (octet == '"' || octet == '\\');
        if (!escaped && !has(string->quoted, octet)) {
            return false;
        }
    }
    return true;
}

static bool has_nul(struct value value) {
    int octet = value_next(&value);
    while (octet > 0) {
        octet = value_next(&value);
    }
    return octet == 0;
}

static bool permits(const struct printing *p, const struct grammar_string *string,
                    enum imap_encoding encoding, struct value value) {
    if ((string->encodings >> encoding & 1) == 0) {
        return false;
    }
    switch (encoding) {
    case IMAP_ATOM:
        return is_atom(string, value);
    case IMAP_QUOTED:
        return is_quoted(string, value);
    case IMAP_LITERAL:
        return !has_nul(value);
    case IMAP_LITERAL_PLUS:
        return is_client_root(p->root) && !has_nul(value);
    default:
        return true;
    }
}

static enum imap_encoding choose(const struct printing *p, const struct grammar_string *string,
                                 enum imap_encoding encoding, struct value value) {
    static const enum imap_encoding next[] = {[IMAP_ATOM] = IMAP_QUOTED,
                                              [IMAP_QUOTED] = IMAP_LITERAL,
                                              [IMAP_LITERAL] = IMAP_LITERAL8,
                                              [IMAP_LITERAL_PLUS] = IMAP_LITERAL,
                                              [IMAP_LITERAL8] = IMAP_AS_IT_IS};
    if (encoding == IMAP_LITERAL8 && !permits(p, string, encoding, value)) {
        encoding = IMAP_LITERAL;
    }
    while (encoding != IMAP_AS_IT_IS && !permits(p, string, encoding, value)) {
        encoding = next[encoding];
    }
    return encoding;
}

/* ---- strings ------------------------------------------------------------------------------- */

static void put_literal_header(struct printing *p, enum imap_encoding encoding,
                               struct value value) {
    char digits[24];
    size_t length = 0, at = sizeof digits;
    while (value_next(&value) >= 0) {
        length++;
    }
    do {
        digits[--at] = (char)('0' + length % 10);
        length /= 10;
    } while (length > 0);
    put(p, "~{", encoding == IMAP_LITERAL8 ? 2 : 0);
    put(p, "{", encoding == IMAP_LITERAL8 ? 0 : 1);
    put(p, digits + at, sizeof digits - at);
    put(p, "+", encoding == IMAP_LITERAL_PLUS ? 1 : 0);
    put(p, "}\r\n", 3);
}

static void put_string(struct printing *p, enum imap_encoding encoding, struct value value) {
    bool quoted = encoding == IMAP_QUOTED;
    if (quoted) {
        put_octet(p, '"');
    } else if (encoding != IMAP_ATOM) {
        put_literal_header(p, encoding, value);
    }
    for (int octet = value_next(&value); octet >= 0; octet = value_next(&value)) {
        if (quoted && (octet == '"' || octet == '\\')) {
            put_octet(p, '\\');
        }
        put_octet(p, octet);
    }
    if (quoted) {
        put_octet(p, '"');
    }
}

static void put_leaf(struct printing *p, imap_rule number, const uint8_t *octets, size_t count,
                     enum imap_encoding encoding) {
    const struct grammar_string *string = &p->grammar->strings[p->grammar->rules[number].string];
    struct value value = value_of(octets, count);
    bool nil = value.form == VALUE_ATOM && is_nil(string, &value);
    encoding = nil ? IMAP_AS_IT_IS : choose(p, string, encoding, value);
    if (encoding == IMAP_AS_IT_IS) {
        put(p, octets, count);
    } else {
        put_string(p, encoding, value);
    }
}

/* ---- the tree ------------------------------------------------------------------------------ */

unsigned imap_rule_encodings(const struct imap_grammar *grammar, imap_rule rule) {
    return rule < grammar->rule_count ? grammar->strings[grammar->rules[rule].string].encodings : 0;
}

size_t imap_print(const struct imap_tree *tree, const struct imap_grammar *grammar,
                  enum imap_root root, const void *octets, imap_encoder *encoder, void *context,
                  void *text, size_t size) {
    struct printing p = {.grammar = grammar, .root = root, .text = text, .size = size};
    uint32_t pending[MAX_TREE_DEPTH], index = imap_tree_root(tree);
    const struct imap_node *message = &tree->nodes[index];
    uint64_t start = message->start, copied = start;
    for (size_t depth = 0; index != 0;) {
        const struct imap_node *node = &tree->nodes[index];
        if (imap_rule_encodings(grammar, node->rule) != 0) {
            put(&p, (const uint8_t *)octets + (copied - start), (size_t)(node->start - copied));
            put_leaf(&p, node->rule, (const uint8_t *)octets + (node->start - start),
                     (size_t)(node->end - node->start), encoder(context, node));
            copied = node->end;
        }
        if (node->next != 0 && depth < MAX_TREE_DEPTH) {
            pending[depth++] = node->next;
        }
        index = node->children != 0 ? node->children : depth > 0 ? pending[--depth] : 0;
    }
    if (message->end > copied) {
        put(&p, (const uint8_t *)octets + (copied - start), (size_t)(message->end - copied));
    }
    return p.length;
}
