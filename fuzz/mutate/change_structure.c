/* Changes of what stands where in a message. */
#include "change.h"

#include <string.h>

enum {
    REPETITIONS = 64, /* of one item, now and then */
    MANY = 8,         /* once in so many times it is many repetitions */
    TRIES = 8,        /* to find what a change needs */
    SMALL = 128,      /* octets of a generated text, mostly */
    LARGE = 4096
};

static const struct imap_node *node_of(const struct changing *changing, uint32_t node) {
    return &changing->specimen->nodes[node];
}

static bool replace_node(struct changing *changing, uint32_t node, const void *octets,
                         size_t size) {
    const struct imap_node *n = node_of(changing, node);
    return draft_replace(changing->draft, (size_t)n->start, (size_t)n->end, octets, size);
}

size_t change_generate(const struct imap_generator *generator, imap_rule rule, bool from_client,
                       struct random *random, uint8_t *text) {
    const struct imap_generation generation = {.seed = random_next(random),
                                               .from_client = from_client};
    size_t room = random_once_in(random, MANY) ? LARGE : SMALL;
    size_t size = imap_generate(generator, rule, &generation, text, room);
    return size <= room ? size : 0;
}

bool change_regenerate(struct changing *changing) {
    uint32_t node = specimen_choose(changing->specimen, changing->random);
    size_t size = node == 0 ? 0
                            : change_generate(changing->generator, node_of(changing, node)->rule,
                                              changing->specimen->root == IMAP_COMMAND,
                                              changing->random, changing->text);

    return size > 0 && replace_node(changing, node, changing->text, size);
}

/* Do both nodes have the same octets? */
static bool is_same(const struct specimen *specimen, uint32_t node, const struct specimen *other,
                    uint32_t with) {
    const struct imap_node *n = &specimen->nodes[node], *w = &other->nodes[with];

    return n->end - n->start == w->end - w->start &&
           memcmp(specimen->octets + n->start, other->octets + w->start,
                  (size_t)(n->end - n->start)) == 0;
}

bool change_splice(struct changing *changing) {
    const struct specimen *other = changing->other;

    for (int i = 0; other && i < TRIES; i++) {
        uint32_t node = specimen_choose(changing->specimen, changing->random);
        uint32_t with =
            node != 0 ? specimen_choose_rule(other, node_of(changing, node)->rule, changing->random)
                      : 0;
        if (with != 0 && !is_same(changing->specimen, node, other, with)) {
            const struct imap_node *n = &other->nodes[with];
            return replace_node(changing, node, other->octets + n->start,
                                (size_t)(n->end - n->start));
        }
    }
    return false;
}

/* ---- items of lists -------------------------------------------------------------------------- */

static uint32_t repetitions(struct changing *changing) {
    return random_once_in(changing->random, MANY) ? random_below(changing->random, REPETITIONS) : 0;
}

/* With what stands between it and its brother. */
bool change_repeat(struct changing *changing) {
    uint32_t node = specimen_choose_item(changing->specimen, changing->random);

    if (node == 0) {
        return false;
    }
    size_t start = (size_t)node_of(changing, changing->specimen->before[node])->end;
    size_t end = (size_t)node_of(changing, node)->end;
    bool is_changed = draft_copy(changing->draft, start, end, end);
    for (uint32_t times = repetitions(changing); is_changed && times > 0; times--) {
        draft_copy(changing->draft, start, end, end);
    }
    return is_changed;
}

bool change_drop(struct changing *changing) {
    uint32_t node = specimen_choose_item(changing->specimen, changing->random);

    if (node == 0) {
        return false;
    }
    const struct imap_node *before = node_of(changing, changing->specimen->before[node]);
    const struct imap_node *n = node_of(changing, node);
    bool itself = random_once_in(changing->random, 2);
    return draft_replace(changing->draft, (size_t)(itself ? before->end : before->start),
                         (size_t)(itself ? n->end : n->start), "", 0);
}

bool change_swap(struct changing *changing) {
    uint32_t node = specimen_choose_item(changing->specimen, changing->random);

    if (node == 0) {
        return false;
    }
    const struct imap_node *before = node_of(changing, changing->specimen->before[node]);
    const struct imap_node *n = node_of(changing, node);
    return draft_exchange(changing->draft, (size_t)before->start, (size_t)before->end,
                          (size_t)n->start, (size_t)n->end, changing->text, CHANGE_TEXT);
}

/* ---- recursion ------------------------------------------------------------------------------- */

/* A node, and in *inner one of the same rule somewhere in it. */
static uint32_t choose_nested(const struct changing *changing, uint32_t *inner) {
    const struct specimen *specimen = changing->specimen;

    for (int i = 0; i < TRIES; i++) {
        *inner = specimen_choose(specimen, changing->random);
        uint32_t outer = *inner != 0 ? specimen->parents[*inner] : 0;
        while (outer != 0 && specimen->nodes[outer].rule != specimen->nodes[*inner].rule) {
            outer = specimen->parents[outer];
        }
        if (outer != 0) {
            return outer;
        }
    }
    return 0;
}

/* Each time the inner one becomes the outer one as it was at first. */
bool change_grow(struct changing *changing) {
    uint32_t inner, outer = choose_nested(changing, &inner);

    if (outer == 0) {
        return false;
    }
    const struct imap_node *o = node_of(changing, outer), *n = node_of(changing, inner);
    const uint8_t *octets = changing->specimen->octets + o->start;
    size_t at = (size_t)n->start, size = (size_t)(n->end - n->start);
    bool is_changed = false;
    for (uint32_t times = 1 + repetitions(changing);
         times > 0 &&
         draft_replace(changing->draft, at, at + size, octets, (size_t)(o->end - o->start));
         times--) {
        at += (size_t)(n->start - o->start);
        is_changed = true;
    }
    return is_changed;
}

bool change_shrink(struct changing *changing) {
    uint32_t inner, outer = choose_nested(changing, &inner);

    if (outer == 0) {
        return false;
    }
    const struct imap_node *n = node_of(changing, inner);
    return replace_node(changing, outer, changing->specimen->octets + n->start,
                        (size_t)(n->end - n->start));
}
