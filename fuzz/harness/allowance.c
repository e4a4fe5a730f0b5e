/* What a peer may allocate at a time. The linker (--wrap) has the peers' programs call these. A
 * server that announces a literal of gigabytes gets no memory, as it would get none of a small
 * machine: a client that asks for it would spend an execution on nothing but clearing it. */
#include <stddef.h>
#include <stdint.h>

enum { ALLOWANCE = 1 << 20 }; /* octets */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size) {
    return size <= ALLOWANCE ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size) {
    return count == 0 || size <= ALLOWANCE / count ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *memory, size_t size) {
    return size <= ALLOWANCE ? __real_realloc(memory, size) : NULL;
}
