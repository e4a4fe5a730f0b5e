/* What came of replaying dialogs: written by the player, read by the reports. */
#ifndef RESULT_H
#define RESULT_H

#include "../read/dialog.h"

enum outcome {
    OUTCOME_PASS,
    OUTCOME_FAIL,
    OUTCOME_WARNING,   /* a SHOULD that failed, without --strict */
    OUTCOME_DEVIATION, /* failed as the server's profile says it does */
    OUTCOME_SKIP,      /* not run: result.reason */
    OUTCOME_ERROR      /* the harness or the connection failed, not the server's answer */
};

/* One message of the wire transcript. */
struct transcript_line {
    enum side side;
    unsigned connection;   /* 0: the runner's own, which makes and removes mailboxes; it is only
                              here when that failed */
    unsigned milliseconds; /* since the dialog began */
    uint8_t *octets;       /* as on the wire, CRLF included; long ones cut; only the account's
                              user and password stay `${user}` and `${password}` */
    size_t size;           /* octets kept */
    size_t cut;            /* octets of the message that were not kept */
};

/* An expectation that was not met. */
struct failure {
    unsigned line; /* in the dialog file */
    unsigned connection;
    char *expected; /* the expected message, for a person; NULL where there is none */
    char *actual;   /* the nearest message that came; NULL: none */
    size_t expected_caret, actual_caret; /* octets into the above; SIZE_MAX: no caret */
    char *sentence;                      /* what is wrong: `number: 171, expected 172` */
    char *rule;                          /* the differing node's rule; NULL if none */
};

/* A grammar violation in what the server sent, whether or not the dialog passed. */
struct finding {
    unsigned connection;
    uint64_t offset; /* octets since the connection's (or TLS layer's) first */
    char *rule;
    char *sentence; /* `expected SP, got "("` */
    char *line;     /* the line it stands in, escaped for a person */
    size_t caret;   /* octets into line */
    bool tolerated; /* by a quirk that was asked for */
};

struct result {
    const struct dialog *dialog;
    enum outcome outcome;
    char *reason; /* of SKIP, DEVIATION (the section and why) and ERROR; else NULL */
    double seconds;
    struct failure *failures; /* at most one for each unmet expectation; first is the cause */
    size_t failure_count;
    struct finding *findings;
    size_t finding_count;
    struct transcript_line *transcript;
    size_t transcript_count;
    size_t transcript_dropped; /* the oldest messages, over RESULT_TRANSCRIPT_LINES or _OCTETS */
    size_t transcript_octets;
    uint64_t began; /* when, by clock_milliseconds */
};

/* What one result holds at most, whatever a server sends. */
#define RESULT_TRANSCRIPT_LINES  4096
#define RESULT_TRANSCRIPT_LINE   16384 /* octets kept of one message */
#define RESULT_TRANSCRIPT_OCTETS (4U << 20)
#define RESULT_FINDINGS          64
#define RESULT_EXCERPT           400 /* octets of a message shown to each side of a caret */

/* An empty result: OUTCOME_PASS, and the clock starts. */
void result_begin(struct result *, const struct dialog *);

void result_transcribe(struct result *, enum side, unsigned connection, const void *octets,
                       size_t size);

/* Adds a failure without texts to compare. NULL when memory is out; the outcome is OUTCOME_FAIL
 * all the same. */
struct failure *result_fail(struct result *, unsigned line, unsigned connection, const char *format,
                            ...) __attribute__((format(printf, 4, 5)));

/* Adds a finding about octet `at` of `octets`, which stands at `offset` of the connection. NULL
 * when memory is out, or there are too many. */
struct finding *result_find(struct result *, unsigned connection, uint64_t offset, const char *rule,
                            const char *sentence, const uint8_t *octets, size_t size, size_t at);

/* Sets the outcome and its reason. */
void result_conclude(struct result *, enum outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Moves the findings, and the transcript if asked to, from `other`, and empties that. */
void result_take(struct result *, struct result *other, bool transcript);

/* What surrounds octet `at` (at most `size`), escaped for a person, and its column. Allocated, NULL
 * when memory is out. */
char *result_excerpt(const uint8_t *octets, size_t size, size_t at, size_t *column);

void result_free(struct result *);

#endif
