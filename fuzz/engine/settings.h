/* What a user sets: the variable IMAPSPEC_MUTATOR, as "root=command lies=30 octets=150". */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "../mutator.h"

/* The defaults, but for what the variable says. Ends the program at a word that means nothing. */
struct mutator_settings settings_of_environment(void);

#endif
