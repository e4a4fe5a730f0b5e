/* What a user sets: the variable IMAPSPEC_MUTATOR, as "root=command lies=30 wrong=200". */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "../mutator.h"

#define SETTINGS_SHARES  1000 /* that a share is one of */
#define SETTINGS_PROBLEM 256  /* octets of a sentence, NUL included */

struct settings {
    struct mutator_settings mutator;
    unsigned crosses; /* of 1000 mutants of two inputs, how many have messages of both; the rest has
                         a message changed, also by parts of the other's */
    unsigned engine;  /* of 1000 mutants, how many libFuzzer's own mutator makes */
};

/* The defaults, but for what the words say. False: one of them means nothing, and *problem, of at
 * least SETTINGS_PROBLEM octets, says why. */
bool settings_read(struct settings *, const char *words, char *problem);

/* Of the variable. Ends the program, saying why, at a word that means nothing. */
struct settings settings_of_environment(void);

#endif
