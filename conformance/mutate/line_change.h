/* What can become of a command's line on its way to the server. All keep the tag, and copy a line
 * that they don't fit. */
#ifndef LINE_CHANGE_H
#define LINE_CHANGE_H

#include "mutation.h"

/* Replaces `from`, each time that it stands after the tag, in any case, by `to`. */
change_line line_replace;

/* The same, but where it stands in this very case. */
change_line line_replace_other_case;

/* Replaces `from` with the number after it, once, in any case. */
change_line line_replace_number;

/* Before the line come the commands of `to`, with spaces and "|" between them. ${1} in one is the
 * first argument of the line, ${last} its last; nothing is sent if that isn't there, or a literal.
 */
change_line line_preceded;

/* A word that the server doesn't know, if the command's name has a small letter. */
change_line line_refuse_small;

/* NOOP instead, if the line holds `from` (NULL: in any case) and no literal follows. */
change_line line_ignore;

/* Without the list of flags, or the date-time, of APPEND. */
change_line line_without_flags, line_without_date;

/* In small letters after the command's name. */
change_line line_small;

/* Behind the line after it, if that comes soon. */
change_line line_overtaken;

/* Of 7 bits each. */
change_literal literal_7bit;

/* In small letters. */
change_literal literal_small;

#endif
