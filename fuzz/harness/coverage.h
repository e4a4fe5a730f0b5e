/* Shows the engine which transitions of the grammar's machine an input takes, as if each were an
 * edge of the program: to libFuzzer by its extra counters, to AFL++ by guards as SanitizerCoverage
 * has them. */
#ifndef COVERAGE_H
#define COVERAGE_H

#include <stddef.h>
#include <stdint.h>

#include "../../parser/imapspec.h"

/* The roots of one side, that of the first message first: `root` is IMAP_GREETING or
 * IMAP_COMMAND. To be called once, before the first input. */
void coverage_begin(enum imap_root root);

void coverage_show(const uint8_t *octets, size_t size);

#endif
