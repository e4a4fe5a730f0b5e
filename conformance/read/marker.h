/* The markers of a transcript's lines: `C:` `C2-:` `S~:` `!wait 2s`. */
#ifndef MARKER_H
#define MARKER_H

#include "source.h"

enum marker_kind { MARKER_NONE, MARKER_CLIENT, MARKER_SERVER, MARKER_ACTION };

struct marker {
    enum marker_kind kind;
    char sign;           /* of a client `-` `!`; of a server these and `?` `~` `>` `=`; 0: none */
    unsigned connection; /* as written, 1 if it isn't; 0 and numbers too large are as they are */
    size_t text;         /* index of the line's text: after the colon and the gap, after the `!` */
};

/* The marker that the line begins with, MARKER_NONE when it begins with none. */
struct marker marker_read(const struct source_line *);

#endif
