#include "grammar.h"

#include <string.h>
#include <strings.h>

const struct imap_grammar *imap_grammar_builtin(const char *dialect) {
    for (size_t i = 0; i < grammar_builtin_count; i++) {
        if (strcmp(grammar_builtins[i]->dialect, dialect) == 0) {
            return grammar_builtins[i];
        }
    }
    return NULL;
}

const char *imap_dialect_name(size_t index) {
    return index < grammar_builtin_count ? grammar_builtins[index]->dialect : NULL;
}

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
    uint32_t low = 0, high = grammar->state_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (grammar->state_rules[middle].state < state) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < grammar->state_count && grammar->state_rules[low].state == state;
    return found ? grammar->state_rules[low].rule : 0;
}
