/* Judges a printed transcript message by message, as the state of its sessions says. */
#ifndef JUDGE_H
#define JUDGE_H

#include "lint.h"

/* Judges lint->printed, counts and remarks. */
void judge_all(struct lint *);

#endif
