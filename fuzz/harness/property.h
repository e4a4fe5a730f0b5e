/* What every input must have true of it. */
#ifndef PROPERTY_H
#define PROPERTY_H

/* Says on stderr which property is broken, and ends the program as an engine expects of a crash. */
_Noreturn void property_broken(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
