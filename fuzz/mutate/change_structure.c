/* Changes of what stands where in a message. */
#include "change.h"

#include <string.h>

enum {
    REPETITIONS = 64, /* of one item, now and then */
    MANY = 8,         /* once in so many times it is many repetitions */
    ALONE = 4,        /* once in so many times an item is repeated that has no brother */
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

static bool is_of_rule(const void *rule, const struct imap_node *node) {
    return node->rule == *(const imap_rule *)rule;
}

bool change_splice(struct changing *changing) {
    const struct specimen *other = changing->other;

    for (int i = 0; i < TRIES; i++) {
        uint32_t node = specimen_choose(changing->specimen, changing->random);
        uint32_t with = node != 0 ? specimen_find(other, changing->random, is_of_rule,
                                                  &node_of(changing, node)->rule)
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

/* An item that is alone, behind what may stand between items. */
static bool double_alone(struct changing *changing) {
    static const char *const separators[] = {" ", " ", ",", ""};
    const char *separator = separators[random_below(changing->random, 4)];
    const struct imap_node *n =
        node_of(changing, specimen_choose(changing->specimen, changing->random));

    return n->end > n->start &&
           draft_copy(changing->draft, (size_t)n->start, (size_t)n->end, (size_t)n->end) &&
           draft_replace(changing->draft, (size_t)n->end, (size_t)n->end, separator,
                         strlen(separator));
}

/* With what stands between it and its brother. */
bool change_repeat(struct changing *changing) {
    uint32_t node = specimen_choose_item(changing->specimen, changing->random);

    if (node == 0 || random_once_in(changing->random, ALONE)) {
        return double_alone(changing);
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

static bool nests(const struct imap_node *outer, const struct imap_node *inner) {
    return outer->rule == inner->rule && outer->end - outer->start > inner->end - inner->start;
}

/* A node, and in *inner a smaller one of the same rule somewhere in it. */
static uint32_t choose_nested(const struct changing *changing, uint32_t *inner) {
    const struct specimen *specimen = changing->specimen;

    for (int i = 0; i < TRIES; i++) {
        *inner = specimen_choose(specimen, changing->random);
        uint32_t outer = *inner != 0 ? specimen->parents[*inner] : 0;
        while (outer != 0 && !nests(&specimen->nodes[outer], &specimen->nodes[*inner])) {
            outer = specimen->parents[outer];
        }
        if (outer != 0) {
            return outer;
        }
    }
    return 0;
}

/* Writes what stands in the node before the inner one so many times more, or as often as there is
 * room for, and what stands behind it as often. */
static bool nest(struct changing *changing, uint32_t node, uint32_t inner, size_t times) {
    const struct imap_node *o = node_of(changing, node), *i = node_of(changing, inner);
    const uint8_t *octets = changing->specimen->octets;
    size_t size = (size_t)(o->end - o->start), before = (size_t)(i->start - o->start);
    size_t around = size - (size_t)(i->end - i->start);
    const struct draft *draft = changing->draft;
    size_t most = (draft->capacity - draft->size) / around;
    struct draft text = {changing->text, 0, CHANGE_TEXT};

    times = times < most ? times : most;
    for (size_t n = times; n > 0; n--) {
        draft_replace(&text, text.size, text.size, octets + o->start, before);
    }
    draft_replace(&text, text.size, text.size, octets + o->start, size);
    for (size_t n = times; n > 0; n--) {
        draft_replace(&text, text.size, text.size, octets + i->end, around - before);
    }
    return times > 0 && replace_node(changing, node, text.octets, text.size);
}

bool change_grow(struct changing *changing) {
    uint32_t inner, outer = choose_nested(changing, &inner);

    return outer != 0 && nest(changing, outer, inner, 1 + repetitions(changing));
}

bool change_deepen(struct changing *changing) {
    uint32_t inner, outer = choose_nested(changing, &inner);

    return outer != 0 && nest(changing, outer, inner,
                              IMAP_MAX_DEPTH + random_sized(changing->random, CHANGE_TEXT));
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
