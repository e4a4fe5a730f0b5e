/* A client's loop, on standard input and output: `socat TCP:localhost:143 EXEC:./client`.
 * It sends each command when the one before is answered, and writes to standard error what the
 * server sends, rule by rule. */
#include <imapspec.h>
#include <stdio.h>
#include <unistd.h>

struct client {
    const struct imap_grammar *grammar;
    imap_rule greeting, tagged; /* after these it is the client's turn */
    bool turn;
};

static bool take(void *context, const struct imap_event *event) {
    struct client *client = context;
    if (event->kind == IMAP_EVENT_NODE) {
        fprintf(stderr, "%llu..%llu %s\n", (unsigned long long)event->start,
                (unsigned long long)event->end, imap_rule_name(client->grammar, event->rule));
        client->turn |= event->rule == client->greeting || event->rule == client->tagged;
    }
    return true;
}

int main(void) {
    static const char *const commands[] = {"a1 CAPABILITY", "a2 SELECT INBOX", "a3 LOGOUT", NULL};
    const char *const *command = commands;
    const struct imap_grammar *grammar = imap_grammar_builtin();
    struct client client = {.grammar = grammar,
                            .greeting = imap_grammar_rule(grammar, "greeting"),
                            .tagged = imap_grammar_rule(grammar, "response-tagged")};
    struct imap_parser parser;
    char octets[4096];
    imap_parser_init(&parser, grammar, IMAP_GREETING, take, &client);
    for (ssize_t got; (got = read(0, octets, sizeof octets)) > 0;) {
        size_t consumed;
        if (imap_parser_feed(&parser, octets, (size_t)got, &consumed) == IMAP_FAILED) {
            char why[IMAP_EXPLANATION_TEXT];
            imap_parser_explain(&parser, why, sizeof why);
            fprintf(stderr, "octet %llu: %s\n",
                    (unsigned long long)imap_parser_error(&parser)->offset, why);
            return 1;
        }
        if (client.turn && *command == NULL) {
            return 0;
        }
        if (client.turn) {
            printf("%s\r\n", *command++);
            fflush(stdout);
            client.turn = false;
        }
    }
    return 1;
}
