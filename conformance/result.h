/* What came of replaying dialogs: written by the player, read by the reports. */
#ifndef RESULT_H
#define RESULT_H

#include "dialog.h"

enum outcome {
    OUTCOME_PASS,
    OUTCOME_FAIL,
    OUTCOME_WARNING,   /* a SHOULD that failed, without --strict */
    OUTCOME_DEVIATION, /* failed as the server's profile says it does */
    OUTCOME_SKIP,      /* not run: result.reason */
    OUTCOME_ERROR      /* the harness or the connection failed, not the server's answer */
};

/* One line of the wire transcript. */
struct transcript_line {
    enum side side;
    unsigned connection;
    unsigned milliseconds; /* since the dialog began */
    uint8_t *octets;       /* as on the wire, CRLF included; long ones cut */
    size_t size;           /* octets kept */
    size_t cut;            /* octets of the message that were not kept */
};

/* An expectation that was not met. */
struct failure {
    unsigned line;       /* in the dialog file */
    unsigned connection;
    char *expected;      /* the expected message, for a person; NULL where there is none */
    char *actual;        /* the nearest message that came; NULL: none */
    size_t expected_caret, actual_caret; /* octets into the above; SIZE_MAX: no caret */
    char *sentence;      /* what is wrong: `number: 171, expected 172` */
    char *rule;          /* the differing node's rule; NULL if none */
};

/* A grammar violation in what the server sent, whether or not the dialog passed. */
struct finding {
    unsigned connection;
    uint64_t offset; /* octets since the connection's (or TLS layer's) first */
    char *rule;
    char *sentence;  /* `unexpected octet: expected SP, got "("` */
    char *line;      /* the line it stands in, escaped for a person */
    size_t caret;    /* octets into line */
};

struct result {
    const struct dialog *dialog;
    enum outcome outcome;
    char *reason;     /* of SKIP, DEVIATION (the section and why) and ERROR; else NULL */
    double seconds;
    struct failure *failures; /* at most one for each unmet expectation; first is the cause */
    size_t failure_count;
    struct finding *findings;
    size_t finding_count;
    struct transcript_line *transcript;
    size_t transcript_count;
};

void result_free(struct result *);

#endif
