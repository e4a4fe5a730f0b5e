/* The nondeterministic automaton of a grammar: Thompson's construction over rules, where a
 * reference is in line, a call of another machine, or a counted literal. */
#ifndef AUTOMATON_H
#define AUTOMATON_H

#include "../grammar.h"
#include "abnf.h"

enum edge_kind {
    EDGE_EPSILON, /* no octet; perhaps an action */
    EDGE_SET,     /* one octet of set */
    EDGE_CALL,    /* what the machine reads */
    EDGE_LITERAL  /* "{" count "}" CRLF and that many octets; machine is 1 for a literal8 */
};

enum edge_action { ACTION_NONE, ACTION_BEGIN, ACTION_END };

struct edge {
    enum edge_kind kind;
    enum edge_action action;
    unsigned label;       /* of ACTION_END: the rule of the node, or LABEL_EXTENSION and a number */
    unsigned slot;        /* of an action */
    unsigned target;      /* vertex */
    unsigned next;        /* edge of the same vertex, 0 for none */
    unsigned machine;     /* of EDGE_CALL */
    unsigned path;        /* which rule within which rule this edge is part of */
    struct octet_set set; /* of EDGE_SET */
    const struct abnf_place *place; /* in the text that was read last of all that lead to it; NULL
                                       of an edge that does nothing */
};

struct vertex {
    unsigned edges; /* the first, 0 for none */
    unsigned last;  /* edge */
    uint32_t live;  /* the slots of the nodes that are open here, as bits */
};

/* A rule within another, as errors name them: the paths are a tree, whose roots are machines. What
 * a leaf is made of has no path of its own. */
struct path {
    unsigned parent; /* 0 for none */
    unsigned rule;
    unsigned label; /* what the rule is called for a person */
    unsigned depth;
};

/* One start and one end; the roots and the called rules each have one. */
struct machine {
    unsigned rule;
    unsigned start, end; /* vertices */
};

/* All indices count from 1; item 0 is unused. */
struct automaton {
    struct abnf *abnf;
    struct vertex *vertices;
    struct edge *edges;
    struct path *paths;
    struct machine *machines; /* the roots first, in the order of abnf->roots */
    size_t vertex_count, edge_count, path_count, machine_count;
    size_t vertex_capacity, edge_capacity, path_capacity, machine_capacity;
};

/* Builds it for all of abnf's roots. Errors jump to abnf->failed. */
void automaton_build(struct automaton *, struct abnf *);

/* The innermost path that both are part of. */
unsigned automaton_common_path(const struct automaton *, unsigned one, unsigned other);

#endif
