/* A random derivation: the stack holds what is still to come, first on top. */
#include "generator.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "random.h"

enum {
    MAX_PENDING = 4096, /* parts that are still to come; from half of it on, the shortest ways */
    MAX_SIZE = 1 << 30, /* octets of a text */
    MAX_NESTING = 24,   /* of bodies, search keys..., well below IMAP_MAX_DEPTH */
    MAX_UNBOUNDED = 4,  /* repetitions of what may be empty */
    MAX_LITERAL_MINUS = 4096, /* octets of a {n+} without LITERAL+ (RFC 7888, 5) */
    FEW = 12,                 /* octets of most atoms and texts */
    TRIES = 4,                /* ways tried before the shortest is taken */
    RARE = 16,                /* once in so many times something unusual is done */
    NUMBER_TEXT = 32          /* holds a number with zeros before it */
};

#define FRESH UINT32_MAX /* of a part that hasn't begun yet */

/* A part that is still to come. Once it has begun, `left` is how many items of a repetition are to
 * come, or where the text of a difference starts. */
struct pending {
    uint32_t part, left;
};

struct derivation {
    const struct imap_generator *generator;
    struct random random;
    uint8_t *octets;
    size_t written;
    size_t limit;     /* octets, of this text */
    size_t owed;      /* octets of the shortest text of all that is pending */
    unsigned nesting; /* open NESTED parts */
    unsigned nesting_limit;
    bool from_client;
    size_t depth;
    struct pending stack[MAX_PENDING];
};

static const struct part *child(const struct derivation *d, const struct part *part) {
    return &d->generator->parts[d->generator->children[part->children].part];
}

/* Octets that may be written over the shortest text of all. */
static size_t slack(const struct derivation *d) {
    return d->depth > MAX_PENDING / 2 ? 0 : d->limit - d->written - d->owed;
}

static void put(struct derivation *d, uint8_t octet) {
    d->octets[d->written++] = octet;
}

static bool push(struct derivation *d, uint32_t part) {
    if (d->depth == MAX_PENDING) {
        return false;
    }
    d->stack[d->depth++] = (struct pending){part, FRESH};
    d->owed += d->generator->parts[part].shortest;
    return true;
}

/* ---- octets -------------------------------------------------------------------------------- */

static void write_octet(struct derivation *d, uint32_t index) {
    const struct part_set *set = &d->generator->sets[index];
    bool plain = set->plain_count > 0 && !random_once_in(&d->random, RARE);
    put(d, plain ? set->plain[random_below(&d->random, set->plain_count)]
                 : set->all[random_below(&d->random, set->all_count)]);
}

static void write_string(struct derivation *d, const struct part *string) {
    bool change = !string->case_sensitive && random_once_in(&d->random, RARE);
    for (uint32_t i = 0; i < string->length; i++) {
        uint8_t octet = (uint8_t)string->text[i];
        if (change && random_once_in(&d->random, 2)) {
            octet = (uint8_t)(isupper(octet) ? tolower(octet) : toupper(octet));
        }
        put(d, octet);
    }
}

/* ---- numbers ------------------------------------------------------------------------------- */

/* Where programs that count in 31, 32, 53, 63 or 64 bits go wrong. */
static uint64_t edge_number(struct random *random, uint64_t highest) {
    static const uint8_t bits[] = {0, 1, 7, 8, 15, 16, 31, 32, 53, 63};
    uint64_t edge = UINT64_C(1) << bits[random_below(random, sizeof bits)];
    edge -= random_below(random, 2);
    return random_once_in(random, 3) || edge > highest ? highest - random_below(random, 2) : edge;
}

static size_t digits_of(uint64_t number, char text[NUMBER_TEXT]) {
    size_t length = 0;
    for (char *end = text + NUMBER_TEXT; length == 0 || number > 0; number /= 10) {
        *--end = (char)('0' + number % 10);
        length++;
    }
    memmove(text, text + NUMBER_TEXT - length, length);
    return length;
}

static void write_number(struct derivation *d, const struct part *part) {
    char text[NUMBER_TEXT];
    uint64_t number = random_once_in(&d->random, 4) ? edge_number(&d->random, part->highest)
                                                    : random_sized(&d->random, part->highest);
    size_t length = digits_of(number < part->low ? part->low : number, text);
    size_t room = slack(d);
    if (length > room + 1) {
        length = digits_of(part->low + random_below(&d->random, 9), text);
    }
    bool zeros = part->leading_zeros && room > length && random_once_in(&d->random, 4 * RARE);
    for (unsigned i = zeros ? 1 + random_below(&d->random, 2) : 0; i > 0; i--) {
        put(d, '0');
    }
    memcpy(d->octets + d->written, text, length);
    d->written += length;
}

/* ---- literals ------------------------------------------------------------------------------ */

static size_t choose_size(struct derivation *d, size_t room) {
    if (random_once_in(&d->random, RARE)) {
        return (size_t)random_sized(&d->random, room);
    }
    size_t size = random_below(&d->random, FEW + 1);
    return size < room ? size : room;
}

static void write_literal(struct derivation *d, const struct part *part) {
    char digits[NUMBER_TEXT];
    size_t room = slack(d);
    bool plus = part->plus && d->from_client && room > 0 && random_once_in(&d->random, 2);
    size_t left = plus && room > MAX_LITERAL_MINUS ? MAX_LITERAL_MINUS : room - plus;
    size_t size = choose_size(d, left), length = digits_of(size, digits);
    if (size + length - 1 > left) {
        size = left > length ? left - length : 0;
        length = digits_of(size, digits);
    }
    if (part->kind == PART_LITERAL8) {
        put(d, '~');
    }
    put(d, '{');
    memcpy(d->octets + d->written, digits, length);
    d->written += length;
    if (plus) {
        put(d, '+');
    }
    put(d, '}');
    put(d, '\r');
    put(d, '\n');
    for (; size > 0; size--) {
        write_octet(d, part->set);
    }
}

/* ---- choices ------------------------------------------------------------------------------- */

static uint32_t random_way(struct derivation *d, const struct part *part) {
    const struct part_child *ways = d->generator->children + part->children;
    uint32_t low = 0, high = part->child_count - 1;
    uint32_t weight = random_below(&d->random, ways[high].weight);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ways[middle].weight > weight) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return ways[low].part;
}

static uint32_t choose_way(struct derivation *d, const struct part *part, size_t room) {
    for (unsigned try = 0; try < TRIES && room > 0; try++) {
        uint32_t way = random_way(d, part);
        const struct part *chosen = &d->generator->parts[way];
        bool shallow =
            chosen->nesting == part->nesting || d->nesting + chosen->nesting <= d->nesting_limit;
        if (shallow && chosen->shortest <= part->shortest + room) {
            return way;
        }
    }
    return part->way;
}

/* How many items over the least; mostly few. */
static uint32_t choose_more(struct derivation *d, const struct part *repetition) {
    const struct part *item = child(d, repetition);
    size_t most = item->shortest > 0 ? slack(d) / item->shortest : MAX_UNBOUNDED;
    bool deep = item->nesting > 0 && d->nesting + item->nesting > d->nesting_limit;
    if (most > repetition->high - repetition->low) {
        most = repetition->high - repetition->low;
    }
    if (most == 0 || deep || item->shortest == PART_IMPOSSIBLE) {
        return 0;
    }
    if (repetition->high != ABNF_UNBOUNDED || item->kind == PART_SET) {
        return (uint32_t)(random_once_in(&d->random, RARE)
                              ? random_sized(&d->random, most)
                              : random_below(&d->random, most < FEW ? (uint32_t)most + 1 : FEW));
    }
    if (random_once_in(&d->random, RARE)) {
        return (uint32_t)random_sized(&d->random, most);
    }
    uint32_t more = 0;
    while (more < most && more < FEW && random_once_in(&d->random, 2)) {
        more++;
    }
    return more;
}

/* ---- parts with others in them --------------------------------------------------------------- */

static bool push_children(struct derivation *d, const struct part *part) {
    for (uint32_t i = part->child_count; i-- > 0;) {
        if (!push(d, d->generator->children[part->children + i].part)) {
            return false;
        }
    }
    return true;
}

/* Another item, until none is left. */
static bool repeat(struct derivation *d, struct pending *top, const struct part *part) {
    const struct part *item = child(d, part);
    if (top->left == FRESH) {
        top->left = part->low;
        d->owed += part->shortest;
        uint32_t more = choose_more(d, part);
        top->left += more;
        d->owed += (size_t)more * item->shortest;
    }
    if (item->kind == PART_SET) {
        for (; top->left > 0; top->left--) {
            d->owed--;
            write_octet(d, item->set);
        }
    }
    if (top->left == 0) {
        d->depth--;
        return true;
    }
    top->left--;
    d->owed -= item->shortest;
    return push(d, d->generator->children[part->children].part);
}

static bool is_word(const struct derivation *d, const struct part *part, size_t start) {
    const struct part_word *words = d->generator->words + part->words;
    for (uint32_t i = 0; i < part->word_count; i++) {
        if (words[i].length == d->written - start &&
            strncasecmp(words[i].text, (const char *)d->octets + start, words[i].length) == 0) {
            return true;
        }
    }
    return false;
}

/* What begins like one of the words is easily taken for it. */
static void write_word_prefix(struct derivation *d, const struct part *part) {
    const struct part *item = child(d, child(d, part));
    if (part->word_count == 0 || item->kind != PART_SET || !random_once_in(&d->random, 4)) {
        return;
    }
    const struct part_word *word =
        &d->generator->words[part->words + random_below(&d->random, part->word_count)];
    size_t room = slack(d), most = word->length < room ? word->length : room;
    size_t length = random_below(&d->random, (uint32_t)most + 1);
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = (uint8_t)word->text[i];
        if (!octet_set_has(&d->generator->sets[item->set].set, octet)) {
            return;
        }
        put(d, octet);
    }
}

/* The repetition, and when that is written, a look whether it is one of the words. */
static bool differ(struct derivation *d, struct pending *top, const struct part *part) {
    if (top->left == FRESH) {
        top->left = (uint32_t)d->written;
        bool room = push(d, d->generator->children[part->children].part);
        write_word_prefix(d, part);
        return room;
    }
    if (is_word(d, part, top->left)) {
        d->written = top->left;
        put(d, part->plain);
    }
    d->depth--;
    return true;
}

static bool nest(struct derivation *d, struct pending *top, const struct part *part) {
    if (top->left != FRESH) {
        d->nesting--;
        d->depth--;
        return true;
    }
    top->left = 0;
    d->nesting++;
    return push(d, d->generator->children[part->children].part);
}

/* The part on top: writes it, or replaces it by what it is made of. False: the stack is full. */
static bool expand(struct derivation *d) {
    struct pending *top = &d->stack[d->depth - 1];
    const struct part *part = &d->generator->parts[top->part];
    d->owed -= top->left == FRESH ? part->shortest : 0;
    switch (part->kind) {
    case PART_REPETITION:
        return repeat(d, top, part);
    case PART_DIFFERENCE:
        return differ(d, top, part);
    case PART_NESTED:
        return nest(d, top, part);
    case PART_SEQUENCE:
        d->depth--;
        return push_children(d, part);
    case PART_ALTERNATION:
        d->owed += part->shortest;
        size_t room = slack(d);
        d->owed -= part->shortest;
        d->depth--;
        return push(d, choose_way(d, part, room));
    default:
        break;
    }
    d->depth--;
    d->owed += part->shortest;
    if (part->kind == PART_SET) {
        write_octet(d, part->set);
    } else if (part->kind == PART_STRING) {
        write_string(d, part);
    } else if (part->kind == PART_NUMBER) {
        write_number(d, part);
    } else {
        write_literal(d, part);
    }
    d->owed -= part->shortest;
    return true;
}

size_t imap_generate(const struct imap_generator *generator, imap_rule rule,
                     const struct imap_generation *generation, void *octets, size_t size) {
    struct derivation d;
    size_t shortest =
        rule < generator->rule_count ? generator->parts[rule].shortest : PART_IMPOSSIBLE;
    if (rule == 0 || shortest == PART_IMPOSSIBLE) {
        return SIZE_MAX;
    }
    if (shortest > size) {
        return shortest;
    }
    d.generator = generator;
    d.random = random_stream(generation->seed, generation->number);
    d.octets = octets;
    d.written = d.owed = d.depth = d.nesting = 0;
    size = size < MAX_SIZE ? size : MAX_SIZE;
    d.limit = random_once_in(&d.random, 4)
                  ? shortest + (size_t)random_sized(&d.random, size - shortest)
                  : size;
    d.nesting_limit = 1 + (unsigned)random_sized(&d.random, MAX_NESTING - 1);
    d.from_client = generation->from_client;
    bool room = push(&d, rule);
    while (room && d.depth > 0) {
        room = expand(&d);
    }
    return room ? d.written : SIZE_MAX;
}
