/* The transcript of a dialog file: marked lines become steps. */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include "../buffer.h"
#include "marker.h"

#define TRANSCRIPT_MAX_STEPS 4096u

/* The most octets that the placeholders of one dialog can stand for by themselves. */
#define TRANSCRIPT_MAX_OCTETS (64u << 20)

/* A line that is neither blank nor a comment. */
struct marked_line {
    struct marker marker;
    const char *text; /* what follows the marker */
    size_t size;
    size_t number; /* in the file, from 1 */
};

struct transcript {
    const struct source *source;
    struct dialog *dialog;
    struct marked_line *lines;
    size_t line_count;
    size_t octets;          /* that the lines' placeholders stand for by themselves */
    struct variables rules; /* of each capture: the name of its rule */
};

/* The text of one step while it is put together from one or more lines. */
struct piece {
    const struct marked_line *first;
    struct buffer text;
};

/* Reads the lines from index `begin` on into dialog->steps and dialog->examples; the header must
 * have been read. False with the diagnostic set, as all functions here. */
bool transcript_read(const struct source *, struct dialog *, size_t begin);

/* Fails at octet `offset` of a line's text. Always false. */
bool transcript_fail(const struct transcript *, const struct marked_line *, size_t offset,
                     const char *sentence);

/* The same at octet `offset` of the text of a piece. */
bool transcript_fail_piece(const struct transcript *, const struct piece *, size_t offset,
                           const char *sentence);

/* Can line `index`, not the first of all, go on with the message that began at `first`? */
bool transcript_continues(const struct transcript *, const struct marked_line *first, size_t index);

/* Adds a step, of which line and connection come from the line. */
bool transcript_add(struct transcript *, const struct marked_line *, struct dialog_step);

/* The same with the piece's text, which the step owns then. The piece is empty afterwards. */
bool transcript_add_piece(struct transcript *, struct piece *, struct dialog_step);

#endif
