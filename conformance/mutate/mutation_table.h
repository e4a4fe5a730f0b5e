/* The mutations, in tables of those about one thing. To add a way: a row; the changes are in
 * line_change.h and response_change.h. */
#ifndef MUTATION_TABLE_H
#define MUTATION_TABLE_H

#include "line_change.h"
#include "mutation.h"
#include "response_change.h"

#define ALL_STORES   "STORE,UID STORE"
#define ALL_FETCHES  "FETCH,UID FETCH"
#define ALL_SEARCHES "SEARCH,UID SEARCH"
#define ALL_SORTS    "SORT,UID SORT"
#define ALL_COPIES   "COPY,UID COPY"
#define ALL_SELECTS  "SELECT,EXAMINE"
#define TAGGED       "response-tagged/resp-cond-state"

struct mutation_table {
    const struct mutation *rows;
    size_t count;
};

extern const struct mutation_table session_mutations, mailbox_mutations, message_mutations,
    extension_mutations;

#endif
