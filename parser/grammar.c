#include "grammar.h"

#include <string.h>
#include <strings.h>

/* ---- extensions ---------------------------------------------------------------------------- */

unsigned imap_extension_count(const struct imap_grammar *grammar) {
    return grammar->extension_count - 1U;
}

size_t imap_extension_name(const struct imap_grammar *grammar, unsigned extension, char *name,
                           size_t size) {
    const char *names =
        extension < grammar->extension_count ? grammar->extensions[extension].names : "";
    size_t length = strcspn(names, " ");
    if (size > 0) {
        size_t written = length < size ? length : size - 1;
        memcpy(name, names, written);
        name[written] = '\0';
    }
    return length;
}

const char *imap_extension_source(const struct imap_grammar *grammar, unsigned extension) {
    return extension < grammar->extension_count ? grammar->extensions[extension].source : "";
}

const char *imap_dialect_name(size_t index) {
    static const char *const names[] = {[DIALECT_REV1] = "rev1",
                                        [DIALECT_REV1_2060] = "rev1-2060",
                                        [DIALECT_REV2] = "rev2",
                                        [DIALECT_ALL] = "all"};
    return index < DIALECT_COUNT ? names[index] : NULL;
}

bool imap_extensions_of_dialect(const struct imap_grammar *grammar, const char *dialect,
                                struct imap_extensions *extensions) {
    for (size_t i = 0; i < DIALECT_COUNT; i++) {
        if (strcmp(imap_dialect_name(i), dialect) == 0) {
            *extensions = grammar->dialects[i];
            return true;
        }
    }
    return false;
}

bool grammar_extension_is(const struct grammar_extension *extension, const char *name,
                          size_t size) {
    for (const char *own = extension->names; *own != '\0';) {
        size_t length = strcspn(own, " ");
        bool same = length <= size && strncasecmp(own, name, length) == 0;
        if (same && (length == size || name[length] == '=')) {
            return true;
        }
        own += length;
        own += strspn(own, " ");
    }
    return false;
}

static bool add_capability(const struct imap_grammar *grammar, const char *name, size_t size,
                           struct imap_extensions *extensions) {
    bool found = false;
    for (unsigned i = 1; i < grammar->extension_count; i++) {
        if (grammar_extension_is(&grammar->extensions[i], name, size)) {
            extensions->bits[i / 64] |= UINT64_C(1) << i % 64;
            found = true;
        }
    }
    return found;
}

bool imap_extensions_add(const struct imap_grammar *grammar, const char *capabilities, size_t size,
                         struct imap_extensions *extensions) {
    bool all = true;
    for (const char *at = capabilities, *end = at + size; at < end;) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        size_t length = (size_t)((space == NULL ? end : space) - at);
        all = (length == 0 || add_capability(grammar, at, length, extensions)) && all;
        at += length + (space != NULL);
    }
    return all;
}

/* ---- roots --------------------------------------------------------------------------------- */

const char *imap_root_name(enum imap_root root) {
    static const char *const names[IMAP_ROOT_COUNT] = {
        [IMAP_GREETING] = "greeting",
        [IMAP_RESPONSE] = "response",
        [IMAP_COMMAND] = "command",
        [IMAP_CONTINUATION] = "continuation",
        [IMAP_SASL_LINE] = "sasl-line",
        [IMAP_DONE] = "done",
        [IMAP_AFTER_AUTHENTICATE] = "after-authenticate",
        [IMAP_AFTER_IDLE] = "after-idle",
    };
    return names[root];
}

bool imap_root_find(const char *name, enum imap_root *root) {
    for (unsigned i = 0; i < IMAP_ROOT_COUNT; i++) {
        if (strcmp(imap_root_name((enum imap_root)i), name) == 0) {
            *root = (enum imap_root)i;
            return true;
        }
    }
    return false;
}

/* ---- rules --------------------------------------------------------------------------------- */

imap_rule imap_grammar_rule(const struct imap_grammar *grammar, const char *name) {
    for (imap_rule rule = 1; rule < grammar->rule_count; rule++) {
        if (strcasecmp(grammar->rules[rule].name, name) == 0) {
            return rule;
        }
    }
    return 0;
}

imap_rule imap_grammar_rule_count(const struct imap_grammar *grammar) {
    return (imap_rule)(grammar->rule_count - 1);
}

imap_rule imap_root_rule(const struct imap_grammar *grammar, enum imap_root root) {
    return grammar->root_rules[root];
}

const char *imap_rule_name(const struct imap_grammar *grammar, imap_rule rule) {
    return rule < grammar->rule_count ? grammar->rules[rule].name : "";
}

const char *imap_rule_source(const struct imap_grammar *grammar, imap_rule rule) {
    return rule < grammar->rule_count ? grammar->rules[rule].source : "";
}

const char *imap_rule_example(const struct imap_grammar *grammar, imap_rule rule) {
    return rule < grammar->rule_count ? grammar->rules[rule].example : NULL;
}

bool imap_rule_is_node(const struct imap_grammar *grammar, imap_rule rule) {
    return rule < grammar->rule_count && grammar->rules[rule].node != 0;
}

imap_rule grammar_state_rule(const struct imap_grammar *grammar, uint32_t state) {
    uint32_t low = 0, high = grammar->state_rule_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (grammar->state_rules[middle].state <= state) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? 0 : grammar->state_rules[low - 1].rule;
}

/* ---- states -------------------------------------------------------------------------------- */

/* Where a chain goes on the class: 0 if nowhere. */
static uint32_t chain_target(const struct imap_grammar *grammar, uint32_t state, unsigned class) {
    uint32_t place = state - FIRST_CHAIN;
    const struct grammar_chain *chain = &grammar->chains[place / CHAIN_TEXT];
    uint32_t at = place % CHAIN_TEXT;
    uint8_t octet = chain->text[at], other = octet;
    if (CHAIN_LETTER(octet)) {
        other &= (uint8_t)~0x20;
    }
    if (grammar->classes[octet] != class && grammar->classes[other] != class) {
        return 0;
    }
    return at + 1 == CHAIN_TEXT ? chain->target : state + 1;
}

bool grammar_reads(const struct imap_grammar *grammar, uint32_t state, unsigned class) {
    return state >= FIRST_CHAIN ? chain_target(grammar, state, class) != 0
                                : grammar_cell(grammar, state, class) != CELL_NONE;
}

bool grammar_transition_at(const struct imap_grammar *grammar, uint32_t state, unsigned class,
                           struct grammar_transition *transition) {
    if (state >= FIRST_CHAIN) {
        uint32_t target = chain_target(grammar, state, class);
        *transition = (struct grammar_transition){.target = (uint16_t)target};
        return target != 0;
    }
    uint32_t cell = grammar_cell(grammar, state, class);
    if (cell == CELL_NONE) {
        return false;
    }
    *transition =
        CELL_ACTION(cell) == CELL_TRANSITION
            ? grammar->transitions[CELL_TARGET(cell)]
            : (struct grammar_transition){.target = (uint16_t)CELL_TARGET(cell),
                                          .action = grammar->shortcuts[CELL_ACTION(cell)]};
    return true;
}

const struct grammar_transition *grammar_otherwise(const struct imap_grammar *grammar,
                                                   uint32_t state) {
    if (state >= FIRST_CHAIN) {
        return NULL;
    }
    uint32_t cell = grammar->cells[state + CLASS_RETURN];
    return CELL_CLASS(cell) == CLASS_RETURN ? &grammar->transitions[CELL_TARGET(cell)] : NULL;
}
