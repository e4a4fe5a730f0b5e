/* One line of a printed message: its misprints are remarked on and repaired; where it is folded,
 * the next row goes on with it. */
#ifndef PRINTED_LINE_H
#define PRINTED_LINE_H

#include "printed_message.h"

/* A line, or what is left of a row after a literal. */
struct printed_line {
    size_t index; /* of the row */
    struct reading reading;
};

enum line_end {
    LINE_COMPLETE, /* the message is complete */
    LINE_LITERAL,  /* a literal follows */
    LINE_FOLDED,   /* the next row goes on with the line */
    LINE_PARTIAL,  /* the rest isn't printed */
    LINE_HOPELESS  /* the rest cannot be read */
};

/* Reads the line from the state message->before on, to message->after. On LINE_FOLDED *fold is the
 * row that goes on; free fold->reading in any case. */
enum line_end printed_line_read(struct printed_message *, struct printed_line *line,
                                struct printed_line *fold);

#endif
