#include "property.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void property_broken(const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    fputs("broken: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}
