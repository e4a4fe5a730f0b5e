/* What can become of a response on its way to the client. */
#ifndef RESPONSE_CHANGE_H
#define RESPONSE_CHANGE_H

#include "mutation.h"

/* Of the message as a whole. */
change_response response_drop;    /* it isn't sent */
change_response response_repeat;  /* it is sent twice */
change_response response_before;  /* `text` is sent before it; ${tag} in it is the command's tag */
change_response response_after;   /* the same behind it */
change_response response_hold;    /* kept, until */
change_response response_release; /* one that it is sent after */
change_response response_late;    /* one too late: what was said before is said now */
change_response response_cut;     /* the first half only, and the connection is dropped */
change_response response_close;   /* it isn't sent, and the connection is dropped */

change_response response_count; /* it is sent, and counted */

/* Of the node that the path has found. */
change_response node_replace;      /* `text` stands there */
change_response node_remove;       /* nothing does, and one SP less */
change_response node_repeat;       /* it stands there twice, with SP between */
change_response node_swap;         /* the node after it stands there, and it stands behind */
change_response node_add;          /* the number is larger by `by`, and never below 0 */
change_response node_count;        /* the number is larger by 0, 1, 2, … each time */
change_response node_clock;        /* the number is larger by milliseconds of a clock */
change_response node_subtract;     /* the number is `by` less itself */
change_response node_first_word;   /* its first word is `text` */
change_response node_flip_case;    /* of its letters */
change_response node_stale;        /* it is what it was the first time, on this connection */
change_response node_prefix;       /* `text` stands before it */
change_response node_suffix;       /* `text` stands after it */
change_response node_with_tag;     /* the command's tag stands after it */
change_response node_no_if_none;   /* its first word is NO if nothing was counted since the last */
change_response node_without_code; /* a response code goes, with its brackets and SP */

#endif
