/* A signal's handler and a sanitizer give no context: what they need is static. */
#define _GNU_SOURCE
#include "finding.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "../../parser/generate/random.h"

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

enum {
    FRAMES = 24,      /* looked at */
    NAMED = 3,        /* of them tell one bug from another */
    NAME = 128,       /* octets of a function's name, at most */
    NAMES = 4096,     /* of all that are inlined at one place, with their files */
    PLACES = 1 << 12, /* of code, from which a bug was seen; more of them are not told apart */
    OWN_FRAMES = 2,   /* at least, where the place of a bug isn't known */
    SIGNAL_STACK = 1 << 20,
    STACK = 1 << 23,   /* octets: Linux's limit */
    BELOW = 65536 + 8, /* octets that a few frames take less than; as if called */
    DEPTH = 128,       /* frames, of one that never ends */
    TICK = 20000,      /* microseconds of the processor's time */
    PATIENCE = 4,      /* ticks that an execution may go on to */
};

static const struct {
    int number;
    const char *name;
} signals[] = {
    {SIGSEGV, "SEGV"}, {SIGBUS, "BUS"}, {SIGFPE, "FPE"}, {SIGILL, "ILL"}, {SIGABRT, "ABRT"}};

static const char endless[] = "timeout";
#define ENTRY "LLVMFuzzerTestOneInput "

static struct {
    const char *folder; /* NULL: the first bug ends the run */
    volatile sig_atomic_t executing, reported, recording, ticks;
    sigjmp_buf way_out;
    const uint8_t *octets;
    size_t size;
    uint64_t places[PLACES], names[PLACES]; /* hashes; 0: free */
    void *stack;                            /* finding_seek's frame */
    void *within[DEPTH]; /* of one that takes long: the frames that it has been in at each tick */
    int depth;
} search;

/* In every program with a sanitizer; where there is none, addresses must do. */
void __sanitizer_symbolize_pc(uintptr_t address, const char *format, char *text, size_t size)
    __attribute__((weak));

/* In those with AddressSanitizer. */
void __asan_unpoison_memory_region(const volatile void *octets, size_t size) __attribute__((weak));

static bool remember(uint64_t hashes[PLACES], uint64_t hash) {
    for (size_t i = 0; i < PLACES; i++) {
        uint64_t *slot = &hashes[(hash + i) % PLACES];
        if (*slot == hash) {
            return false;
        }
        if (*slot == 0) {
            *slot = hash;
            return true;
        }
    }
    return false;
}

static uint64_t hash_of(const void *octets, size_t size) {
    uint64_t hash = size;

    for (size_t i = 0; i < size; i++) {
        hash = random_mix(hash ^ ((const uint8_t *)octets)[i]);
    }
    return hash | 1;
}

/* "function path" for each function that is inlined at the address, the innermost first, each ended
 * by a NUL, all by a second one. */
static void name_frame(uintptr_t address, char names[NAMES]) {
    memset(names, 0, NAMES);
    if (__sanitizer_symbolize_pc) {
        __sanitizer_symbolize_pc(address, "%f %S", names, NAMES - 1);
    } else {
        snprintf(names, NAMES - 1, "%#" PRIxPTR " ", address);
    }
    names[NAMES - 2] = '\0';
}

/* No function of the peer: of a sanitizer, of the C library, or our own. */
static bool is_foreign(const char *name, const char *path) {
    static const char *const others[] = {
        "abort",   "raise",       "gsignal",  "pthread_kill", "malloc",        "calloc",
        "realloc", "free",        "strlen",   "strdup",       "strndup",       "strcpy",
        "strncpy", "strcat",      "strncat",  "strcmp",       "strncmp",       "strcasecmp",
        "strchr",  "strncasecmp", "strrchr",  "strstr",       "strtol",        "strtoul",
        "atoi",    "memcpy",      "memmove",  "memset",       "memcmp",        "memchr",
        "sprintf", "snprintf",    "vsprintf", "vsnprintf",    "printf_common", "<null>"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(name, others[i]) == 0) {
            return true;
        }
    }
    return strncmp(name, "__", strlen("__")) == 0 || strstr(path, "fuzz/harness/") ||
           strstr(path, "fuzz/targets/");
}

/* Ends a name where its path or its parameters begin; the path, or "". */
static const char *name_end(char *name) {
    char *path = strchr(name, ' ');

    if (path) {
        *path++ = '\0';
    }
    name[strcspn(name, "(")] = '\0';
    return path ? path : "";
}

/* Adds one name to "a < b"; false when there are enough. */
static bool add_name(char text[NAMED * NAME], unsigned *named, char *name) {
    const char *path = name_end(name);
    size_t size = strlen(text);

    if (!is_foreign(name, path)) {
        snprintf(text + size, NAMED * NAME - size, "%s%.100s", *named > 0 ? " < " : "", name);
        *named += 1;
    }
    return *named < NAMED;
}

/* The innermost functions, "a < b < c", as scripts/fuzz-triage has them. */
static void name_frames(void *const *frames, int count, char text[NAMED * NAME]) {
    char names[NAMES];
    unsigned named = 0;

    *text = '\0';
    for (int i = 0; i < count; i++) {
        name_frame((uintptr_t)frames[i], names);
        for (char *name = names, *end; *name; name = end + 1) {
            end = name + strlen(name);
            if (strncmp(name, ENTRY, strlen(ENTRY)) == 0 || !add_name(text, &named, name)) {
                return;
            }
        }
    }
}

/* `once` is O_EXCL, or O_TRUNC to keep it again. */
static void keep(const char *kind, const char *names, uint64_t hash, int once) {
    char path[4096];
    const char *type = kind == endless ? endless : "crash";

    snprintf(path, sizeof path, "%s/%s-%016llx", search.folder, type, (unsigned long long)hash);
    int file = open(path, O_WRONLY | O_CREAT | once | O_CLOEXEC, 0644);
    if (file >= 0) {
        fprintf(stderr, "finding: %s in %s: %s\n", kind, names, path);
        if (write(file, search.octets, search.size) < 0) {
            fprintf(stderr, "%s: %s\n", path, strerror(errno));
        }
        close(file);
    }
}

/* True if it is new. `pc` is where the bug was seen; the frames before it are of what saw it. */
static bool record(const char *kind, uintptr_t pc) {
    void *frames[FRAMES], **peer = frames;
    int count = backtrace(frames, FRAMES), first = 0;

    search.recording = true;
    while (first < count && (uintptr_t)frames[first] != pc) {
        first++;
    }
    first = first < count ? first : OWN_FRAMES;
    peer += first;
    count -= first;
    size_t looked_at = (size_t)count < 2 * NAMED ? (size_t)count : 2 * NAMED;
    if (!remember(search.places, hash_of(peer, looked_at * sizeof *peer))) {
        return false;
    }
    char names[NAMED * NAME];
    name_frames(peer, count, names);
    if (*names == '\0' && count > 0) { /* below afl-fuzz nothing has a name */
        snprintf(names, sizeof names, "%p", *peer);
    }
    if (!remember(search.names, hash_of(names, strlen(names)))) {
        return false;
    }
    keep(kind, names, hash_of(names, strlen(names)), O_EXCL);
    return true;
}

static void leave(void) {
    siglongjmp(search.way_out, 1);
}

/* Where a signal came; 0: not known. */
static uintptr_t place_of(const ucontext_t *context) {
#ifdef REG_RIP
    return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#else
    (void)context;
    return 0;
#endif
}

/* Leaves once the handler has returned, on the stack on which finding_seek was called: on a
 * signal's own stack, AddressSanitizer would read the list of all mappings first. What it remembers
 * of the frames that are left is nobody's any more. */
static void leave_signal(ucontext_t *context) {
#ifdef REG_RIP
    const greg_t aligned = 16, stack = (greg_t)(uintptr_t)search.stack;
    greg_t left = stack - context->uc_mcontext.gregs[REG_RSP] + BELOW;

    if (__asan_unpoison_memory_region) {
        left = left > BELOW && left < STACK ? left : STACK;
        __asan_unpoison_memory_region((char *)search.stack - left, (size_t)left);
    }
    context->uc_mcontext.gregs[REG_RSP] = (stack & -aligned) - BELOW;
    context->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)leave;
#else
    (void)context;
    leave();
#endif
}

static void heed_signal(int number, siginfo_t *info, void *context) {
    const char *kind = "signal";

    (void)info;
    if (!search.executing) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        kind = signals[i].number == number ? signals[i].name : kind;
    }
    record(kind, place_of(context));
    leave_signal(context);
}

/* What an engine counted in this execution. An input that takes so long must not become one that it
 * makes others of. */
extern uint8_t __start___sancov_cntrs[] __attribute__((weak));
extern uint8_t __stop___sancov_cntrs[] __attribute__((weak));

static void forget_coverage(void) {
    if (__start___sancov_cntrs) {
        memset(__start___sancov_cntrs, 0, (size_t)(__stop___sancov_cntrs - __start___sancov_cntrs));
    }
}

static bool is_one_function(void *one, void *other) {
    return _Unwind_FindEnclosingFunction((char *)one - 1) ==
           _Unwind_FindEnclosingFunction((char *)other - 1);
}

/* A loop is somewhere else at each tick: leaves the frames that it has been in at all of them. */
static void look_around(void) {
    void *frames[DEPTH];
    int count = backtrace(frames, DEPTH), same = 0;

    while (same < count && same < search.depth &&
           is_one_function(frames[count - 1 - same], search.within[search.depth - 1 - same])) {
        same++;
    }
    search.depth = search.ticks == 1 || same == 0 ? count : same;
    memcpy(search.within, frames + count - search.depth, (size_t)search.depth * sizeof *frames);
}

/* In an allocator, say, that has locked something. */
static bool is_in_runtime(uintptr_t pc) {
    char names[NAMES];

    name_frame(pc + 1, names);
    name_end(names);
    return is_foreign(names, "");
}

/* An engine waits many seconds for an execution that never ends, and then ends the run. */
static void heed_tick(int number, siginfo_t *info, void *context) {
    (void)number, (void)info;
    if (!search.executing || search.recording) {
        return;
    }
    search.ticks = search.ticks + 1;
    look_around();
    if (search.ticks >= PATIENCE && !is_in_runtime(place_of(context))) {
        char names[NAMED * NAME];
        name_frames(search.within, search.depth, names);
        if (remember(search.names, hash_of(names, strlen(names)))) {
            keep(endless, names, hash_of(names, strlen(names)), O_EXCL);
        }
        forget_coverage();
        leave_signal(context);
    }
}

static void heed_ticks(void) {
    const struct timeval tick = {.tv_usec = TICK};
    const struct itimerval often = {tick, tick};
    const struct sigaction action = {.sa_sigaction = heed_tick,
                                     .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};

    sigaction(SIGPROF, &action, NULL);
    setitimer(ITIMER_PROF, &often, NULL);
}

static void heed_signals(void) {
    static char stack[SIGNAL_STACK];
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = heed_signal,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

    sigaltstack(&other, NULL);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        sigaction(signals[i].number, &action, NULL);
    }
}

#if __has_feature(address_sanitizer)
static bool is_news(uintptr_t pc) {
    search.reported = search.executing;
    return !search.executing || record("memory error", pc);
}

static void after_report(void) {
    search.reported = false;
    if (search.executing) {
        leave();
    }
}

/* What the peer calls at a bug if it is compiled with -fsanitize-recover=address: the linker
 * (--wrap) has it call this. */
#define WRAP(function)                                                                             \
    void __real_##function(uintptr_t address);                                                     \
    void __wrap_##function(uintptr_t address);                                                     \
    void __wrap_##function(uintptr_t address) {                                                    \
        if (is_news((uintptr_t)__builtin_return_address(0))) {                                     \
            __real_##function(address);                                                            \
        }                                                                                          \
        after_report();                                                                            \
    }
#define WRAP_SIZED(function)                                                                       \
    void __real_##function(uintptr_t address, size_t size);                                        \
    void __wrap_##function(uintptr_t address, size_t size);                                        \
    void __wrap_##function(uintptr_t address, size_t size) {                                       \
        if (is_news((uintptr_t)__builtin_return_address(0))) {                                     \
            __real_##function(address, size);                                                      \
        }                                                                                          \
        after_report();                                                                            \
    }
WRAP(__asan_report_load1_noabort)
WRAP(__asan_report_load2_noabort)
WRAP(__asan_report_load4_noabort)
WRAP(__asan_report_load8_noabort)
WRAP(__asan_report_load16_noabort)
WRAP_SIZED(__asan_report_load_n_noabort)
WRAP(__asan_report_store1_noabort)
WRAP(__asan_report_store2_noabort)
WRAP(__asan_report_store4_noabort)
WRAP(__asan_report_store8_noabort)
WRAP(__asan_report_store16_noabort)
WRAP_SIZED(__asan_report_store_n_noabort)

/* It is about to write a report: what it has locked now can't be used. */
void __asan_on_error(void);
void __asan_on_error(void) {
    search.recording = true;
}

/* What AddressSanitizer sees itself, as free() of what is free, it lets pass once it has told. */
static void heed_report(const char *report) {
    (void)report;
    if (search.executing && !search.reported) {
        record("memory error", 0);
        search.recording = false;
    }
}

void __asan_set_error_report_callback(void (*callback)(const char *));

static void heed_reports(void) {
    __asan_set_error_report_callback(heed_report);
}

/* The sanitizer reads its options before anything of ours runs. */
static void set_sanitizer_options(char **arguments) {
    static const char go_on[] = "halt_on_error=0:handle_segv=0:handle_abort=0:handle_sigbus=0:"
                                "handle_sigfpe=0:handle_sigill=0:allocator_may_return_null=1:"
                                "detect_leaks=0:quarantine_size_mb=16:malloc_context_size=1";
    const char *given = getenv("ASAN_OPTIONS");
    char options[1024];

    if (given && strstr(given, go_on)) {
        return;
    }
    snprintf(options, sizeof options, "%s%s%s", given ? given : "", given ? ":" : "", go_on);
    setenv("ASAN_OPTIONS", options, 1);
    execv("/proc/self/exe", arguments);
}
#else
static void heed_reports(void) {
}

static void set_sanitizer_options(char **arguments) {
    (void)arguments;
}
#endif

void finding_prepare(char **arguments) {
    void *frame[1];

    const char *folder = getenv("IMAPSPEC_FINDINGS");
    if (folder && *folder) {
        search.folder = folder;
        set_sanitizer_options(arguments);
        backtrace(frame, 1); /* the first call allocates */
        heed_signals();
        heed_ticks();
        heed_reports();
    }
}

void finding_seek(void (*execute)(const uint8_t *octets, size_t size), const uint8_t *octets,
                  size_t size) {
    if (!search.folder) {
        execute(octets, size);
        return;
    }
    search.octets = octets;
    search.size = size;
    search.recording = false;
    search.ticks = 0;
    search.stack = __builtin_frame_address(0);
    if (sigsetjmp(search.way_out, 1) == 0) {
        search.executing = true;
        execute(octets, size);
    }
    search.executing = false;
}

void finding_end(const char *kind, const char *where) {
    if (search.folder) {
        keep(kind, where, hash_of(search.octets, search.size), O_TRUNC);
    }
    abort();
}
