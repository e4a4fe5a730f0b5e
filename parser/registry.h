/* What IANA registers of IMAP: the words that a server may use without an X before them. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is it a capability that is registered, or begins with X? In any case. */
bool registry_has_capability(const uint8_t *name, size_t size);

/* The same of a mailbox's name attribute: `\Sent`; X stands behind the backslash. */
bool registry_has_attribute(const uint8_t *name, size_t size);

/* The same of the name of a response code. */
bool registry_has_code(const uint8_t *name, size_t size);

#endif
