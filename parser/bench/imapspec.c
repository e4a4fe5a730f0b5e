/* The parser: as a recogniser, with events, with a tree, and fed octet by octet. */
#include "../imapspec.h"

#include <stdio.h>

#include "peer.h"

enum { TREE_NODES = 4096 };

struct reader {
    const struct workload *workload;
    struct imap_parser parser;
    struct imap_tree tree;
    struct imap_node nodes[TREE_NODES];
    uint64_t check;
    size_t piece; /* octets for each feed */
};

/* Looks at each field of each event, so that nothing of it is made in vain. */
static bool fold_event(void *context, const struct imap_event *event) {
    struct reader *reader = context;
    uint64_t flags = (uint64_t)event->non_synchronizing << 1 | event->binary;
    reader->check += event->start + 3 * event->end + 5 * event->value + event->rule +
                     (uint64_t)event->kind + flags + 1;
    return true;
}

/* Keeps the tree of one message at a time. */
static bool grow_tree(void *context, const struct imap_event *event) {
    struct reader *reader = context;
    imap_tree_add(&reader->tree, event);
    if (event->kind == IMAP_EVENT_MESSAGE) {
        if (imap_tree_root(&reader->tree) == 0) {
            peer_fail("a message has more nodes than the tree has room for");
        }
        reader->check += reader->tree.count + reader->tree.nodes[reader->tree.last].end;
        imap_tree_clear(&reader->tree);
    }
    return true;
}

static uint64_t read_all(struct reader *reader, imap_sink *sink) {
    struct imap_parser *parser = &reader->parser;
    const struct workload *workload = reader->workload;
    const uint8_t *at = workload->octets, *end = at + workload->size;
    reader->check = 0;
    imap_parser_init(parser, imap_grammar_builtin(),
                     workload->commands ? IMAP_COMMAND : IMAP_RESPONSE, sink, reader);
    while (at < end) {
        size_t left = (size_t)(end - at), consumed;
        size_t piece = left < reader->piece ? left : reader->piece;
        if (imap_parser_feed(parser, at, piece, &consumed) != IMAP_MORE) {
            char text[IMAP_EXPLANATION_TEXT];
            imap_parser_explain(parser, text, sizeof text);
            fprintf(stderr, "octet %llu: %s\n",
                    (unsigned long long)imap_parser_error(parser)->offset, text);
            peer_fail("the workload is no IMAP");
        }
        at += piece;
    }
    return reader->check;
}

static uint64_t recognise(void *prepared) {
    return read_all(prepared, NULL);
}

static uint64_t report_events(void *prepared) {
    return read_all(prepared, fold_event);
}

static uint64_t build_trees(void *prepared) {
    return read_all(prepared, grow_tree);
}

static struct reader *new_reader(const struct workload *workload, size_t piece) {
    struct reader *reader = peer_memory(sizeof *reader);
    reader->workload = workload;
    reader->piece = piece;
    imap_tree_init(&reader->tree, reader->nodes, TREE_NODES);
    return reader;
}

static void *prepare_whole(const struct workload *workload, char *remark, size_t size) {
    (void)remark, (void)size;
    return new_reader(workload, workload->size);
}

static void *prepare_events(const struct workload *workload, char *remark, size_t size) {
    snprintf(remark, size, "%zu octets of parser", sizeof(struct imap_parser));
    return new_reader(workload, workload->size);
}

static void *prepare_octets(const struct workload *workload, char *remark, size_t size) {
    (void)remark, (void)size;
    return new_reader(workload, 1);
}

int main(int argc, char **argv) {
    static const struct contender contenders[] = {
        {"events", prepare_events, report_events},
        {"octet-by-octet", prepare_octets, report_events},
        {"tree", prepare_whole, build_trees},
        {"recognise", prepare_whole, recognise},
    };
    return peer_main(argc, argv, contenders, sizeof contenders / sizeof *contenders);
}
