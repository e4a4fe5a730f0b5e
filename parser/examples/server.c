/* A server's loop, on standard input and output: `socat TCP-LISTEN:1143,fork EXEC:./server`.
 * It asks for literals, says OK to every command, and BAD, with the reason, to what is none. */
#include <imapspec.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct session {
    imap_rule tag_rule;
    struct imap_event tag;
    char octets[65536]; /* of one command, as far as it has come */
    uint64_t start;     /* the offset of the first of them */
};

static bool take(void *context, const struct imap_event *event) {
    struct session *session = context;
    if (event->kind == IMAP_EVENT_NODE && event->rule == session->tag_rule) {
        session->tag = *event;
    } else if (event->kind == IMAP_EVENT_LITERAL && !event->non_synchronizing) {
        printf("+ Ready for %llu octets\r\n", (unsigned long long)event->value);
    } else if (event->kind == IMAP_EVENT_MESSAGE) {
        fwrite(session->octets + (session->tag.start - session->start), 1,
               session->tag.end - session->tag.start, stdout);
        printf(" OK Done\r\n");
    }
    return event->kind != IMAP_EVENT_MESSAGE; /* a pause, in which its octets may go */
}

static void refuse(struct imap_parser *parser) {
    char why[IMAP_EXPLANATION_TEXT];
    imap_parser_explain(parser, why, sizeof why);
    printf("* BAD %s\r\n", why);
    imap_parser_resync(parser);
}

int main(void) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct session session = {.tag_rule = imap_grammar_rule(grammar, "tag")};
    struct imap_limits limits = {.message = sizeof session.octets};
    struct imap_parser parser;
    size_t size = 0, fed = 0, consumed;
    ssize_t got = 0;
    imap_parser_init(&parser, grammar, IMAP_COMMAND, take, &session);
    imap_parser_limit(&parser, &limits);
    printf("* PREAUTH Welcome\r\n");
    do {
        for (size += (size_t)got; fed < size;) {
            if (imap_parser_feed(&parser, session.octets + fed, size - fed, &consumed) ==
                IMAP_FAILED) {
                refuse(&parser);
            }
            fed += consumed;
            /* Between commands, or in the middle of what is skipped after an error. */
            if (imap_parser_at_start(&parser) || fed == sizeof session.octets) {
                memmove(session.octets, session.octets + fed, size - fed);
                session.start += fed;
                size -= fed;
                fed = 0;
            }
        }
        fflush(stdout);
        got = read(0, session.octets + size, sizeof session.octets - size);
    } while (got > 0);
    return got < 0;
}
