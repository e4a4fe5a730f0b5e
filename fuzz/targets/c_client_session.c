/* c-client opens a mailbox, and asks for everything that it can read. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <c-client/c-client.h>
#include <c-client/imap4r1.h>

#include "../harness/fence.h"
#include "../harness/finding.h"
#include "../harness/stream.h"
#include "target.h"

enum { MESSAGES = 3 }; /* looked at */

/* c-client gives no context to what it calls. */
static struct {
    struct stream stream;
    jmp_buf end; /* out of memory: c-client knows no way on */
} connection;

/* The library, which is a shared one, calls what stands here. */
#pragma GCC visibility push(default)

/* ---- memory --------------------------------------------------------------------------------- */

/* These are called instead of the library's own. */
void *fs_get(size_t size) {
    void *memory = fence_get(size);

    if (!memory) {
        longjmp(connection.end, 1);
    }
    return memory;
}

void fs_resize(void **memory, size_t size) {
    void *more = fence_resize(*memory, size);

    if (!more) {
        longjmp(connection.end, 1);
    }
    *memory = more;
}

void fs_give(void **memory) {
    fence_give(*memory);
    *memory = NULL;
}

/* ---- the network driver ---------------------------------------------------------------------- */

static void *connect_to(char *host, char *service, unsigned long port) {
    (void)host, (void)service, (void)port;
    return &connection.stream;
}

static void *start_program(NETMBX *mailbox, char *service, char *user) {
    (void)mailbox, (void)service, (void)user;
    return NULL;
}

static char *get_line(void *stream) {
    size_t size = 0, room = 256;
    char *line = fs_get(room);

    while (stream_read(stream, line + size, 1) == 1) {
        if (line[size] == '\n') {
            line[size > 0 && line[size - 1] == '\r' ? size - 1 : size] = '\0';
            return line;
        }
        if (++size == room) {
            room *= 2;
            fs_resize((void **)&line, room);
        }
    }
    fs_give((void **)&line);
    return NULL;
}

static long get_octets(void *stream, unsigned long size, char *octets) {
    while (size > 0) {
        ssize_t got = stream_read(stream, octets, size);
        if (got <= 0) {
            return NIL;
        }
        octets += got;
        size -= (unsigned long)got;
    }
    *octets = '\0';
    return LONGT;
}

static long say(void *stream, char *text) {
    return stream_write(stream, text, strlen(text)) >= 0;
}

static long say_octets(void *stream, char *octets, unsigned long size) {
    return stream_write(stream, octets, size) >= 0;
}

static void hang_up(void *stream) {
    (void)stream;
}

static char *host_name(void *stream) {
    static char name[] = "localhost";
    (void)stream;
    return name;
}

static unsigned long port_number(void *stream) {
    (void)stream;
    return 993;
}

static NETDRIVER driver = {connect_to, start_program, get_line,  get_octets,  say,      say_octets,
                           hang_up,    host_name,     host_name, port_number, host_name};

/* ---- what c-client tells, and asks for ------------------------------------------------------- */

void mm_searched(MAILSTREAM *stream, unsigned long number) {
    (void)stream, (void)number;
}

void mm_exists(MAILSTREAM *stream, unsigned long number) {
    (void)stream, (void)number;
}

void mm_expunged(MAILSTREAM *stream, unsigned long number) {
    (void)stream, (void)number;
}

void mm_flags(MAILSTREAM *stream, unsigned long number) {
    (void)stream, (void)number;
}

void mm_notify(MAILSTREAM *stream, char *text, long kind) {
    (void)stream, (void)text, (void)kind;
}

void mm_list(MAILSTREAM *stream, int delimiter, char *name, long attributes) {
    (void)stream, (void)delimiter, (void)name, (void)attributes;
}

void mm_lsub(MAILSTREAM *stream, int delimiter, char *name, long attributes) {
    (void)stream, (void)delimiter, (void)name, (void)attributes;
}

void mm_status(MAILSTREAM *stream, char *mailbox, MAILSTATUS *status) {
    (void)stream, (void)mailbox, (void)status;
}

void mm_log(char *text, long kind) {
    (void)text, (void)kind;
}

void mm_dlog(char *text) {
    (void)text;
}

void mm_login(NETMBX *mailbox, char *user, char *password, long trial) {
    (void)mailbox, (void)trial;
    strcpy(user, "user");
    strcpy(password, "secret");
}

void mm_critical(MAILSTREAM *stream) {
    (void)stream;
}

void mm_nocritical(MAILSTREAM *stream) {
    (void)stream;
}

long mm_diskerror(MAILSTREAM *stream, long number, long serious) {
    (void)stream, (void)number, (void)serious;
    return NIL;
}

void mm_fatal(char *text) {
    (void)text;
}

/* Told before and after what must not be interrupted. By default that turns the process's alarm
 * off, which is the engine's: it would never end an endless loop. */
static void *heed_nothing(int reason, void *data) {
    (void)reason;
    return data;
}

/* ---- the session ----------------------------------------------------------------------------- */

static void look_at_messages(MAILSTREAM *mailbox) {
    char all[] = "1:*";

    mail_fetch_fast(mailbox, all, NIL);
    if (mailbox->nmsgs <= MESSAGES) {
        mail_fetch_overview(mailbox, all, NIL);
    }
    for (unsigned long number = 1; number <= mailbox->nmsgs && number <= MESSAGES; number++) {
        BODY *body = NIL;
        unsigned long size = 0;
        mail_fetch_structure(mailbox, number, &body, NIL);
        if (number <= mailbox->nmsgs) {
            mail_fetch_header(mailbox, number, NIL, NIL, &size, FT_PEEK);
        }
        if (number <= mailbox->nmsgs) {
            mail_fetch_text(mailbox, number, NIL, &size, NIL);
        }
        if (number <= mailbox->nmsgs) {
            mail_uid(mailbox, number);
        }
    }
}

static void find_messages(MAILSTREAM *mailbox) {
    char charset[] = "UTF-8", algorithm[] = "REFERENCES";
    SEARCHPGM *criteria = mail_newsearchpgm();
    SORTPGM *order = mail_newsortpgm();
    unsigned long *sorted;
    THREADNODE *threads;

    order->function = SORTDATE;
    criteria->seen = T;
    mail_search_full(mailbox, charset, criteria, NIL);
    if ((sorted = mail_sort(mailbox, charset, criteria, order, NIL)) != NULL) {
        fs_give((void **)&sorted);
    }
    if ((threads = mail_thread(mailbox, algorithm, charset, criteria, NIL)) != NULL) {
        mail_free_threadnode(&threads);
    }
    mail_free_sortpgm(&order);
    mail_free_searchpgm(&criteria);
}

static void ask(MAILSTREAM *mailbox) {
    char name[] = "{localhost/imap/ssl}INBOX", reference[] = "{localhost/imap/ssl}", all[] = "*";
    char inbox[] = "INBOX", message[] = "x:y\r\n\r\n", first[] = "1", seen[] = "\\Seen";
    STRING text;

    look_at_messages(mailbox);
    find_messages(mailbox);
    mail_list(mailbox, reference, all);
    mail_lsub(mailbox, reference, all);
    mail_status(mailbox, name, SA_MESSAGES | SA_UIDNEXT);
    imap_getquotaroot(mailbox, name);
    imap_getacl(mailbox, name);
    mail_flag(mailbox, first, seen, ST_SET);
    mail_copy_full(mailbox, first, inbox, NIL);
    INIT(&text, mail_string, message, sizeof message - 1);
    mail_append_full(mailbox, name, NIL, NIL, &text);
    mail_ping(mailbox);
    mail_expunge(mailbox);
}

static void talk(const uint8_t *octets, size_t size) {
    char name[] = "{localhost/imap/ssl/user=user}INBOX";

    connection.stream = stream_of(octets, size);
    fence_begin();
    if (setjmp(connection.end) == 0) {
        MAILSTREAM *mailbox = mail_open(NIL, name, OP_SILENT);
        if (mailbox) {
            ask(mailbox);
            mail_close(mailbox);
        }
        fence_end();
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    static const char greeting[] = "* PREAUTH ready\r\n";

    (void)argc;
    finding_prepare(*argv);
    fence_open();
    mail_link(&imapdriver);
    auth_link(&auth_log);
    mail_parameters(NIL, SET_SSLDRIVER, &driver);
    mail_parameters(NIL, SET_BLOCKNOTIFY, (void *)heed_nothing);
    /* What c-client asks for once, and keeps, is no execution's. */
    talk((const uint8_t *)greeting, strlen(greeting));
    return setenv("IMAPSPEC_MUTATOR", "root=greeting", 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    finding_seek(talk, data, size);
    return 0;
}
