/* One replay of a dialog: its connections, what was captured, what has gone wrong. */
#ifndef REPLAY_H
#define REPLAY_H

#include "../read/names.h"
#include "../session/session.h"
#include "player.h"

struct replay_connection {
    struct session *session; /* NULL before it is opened, and once it is closed */
    bool left;               /* the server has closed it, as it may: the dialog goes on without */
    bool greeting_unread;    /* the dialog starts before it */
    bool awaits_go_ahead;    /* the last piece sent ends with a literal's header */
    bool refused;            /* that literal was refused: the rest of the command isn't sent */
    bool idle_asked, idle;   /* IDLE was sent; it was answered by "+" */
};

struct replay {
    const struct dialog *dialog;
    const struct run_options *options;
    const struct names *names;
    const char *user;                      /* the account's */
    struct imap_extensions extensions;     /* that the server announces, or the dialog is about */
    struct replay_connection *connections; /* dialog->connections */
    struct variables wire;                 /* captures, user and password */
    struct variables shown;                /* captures alone: for the transcript */
    struct result *result;
};

/* Plays the steps up to the first failure, which goes into the result. */
void replay_steps(struct replay *);

/* The server has closed the connection of steps[step]. True where it may: the rest of what the
 * dialog says there is passed over. */
bool replay_leave(struct replay *, size_t step);

/* The connection that a step is about. */
struct replay_connection *replay_connection_of(const struct replay *, const struct dialog_step *);

#endif
