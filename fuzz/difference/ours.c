#include "ours.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char known_extensions[] =
    "ACL CONDSTORE ENABLE ID IDLE NAMESPACE QRESYNC QUOTA RFC4466 SORT UIDPLUS "
    "X-GM-EXT-1 XLIST";

/* The quirks that libetpan shares and that change no value. */
static const enum imap_quirk tolerated[] = {IMAP_QUIRK_BARE_LF, IMAP_QUIRK_TRAILING_SPACE,
                                            IMAP_QUIRK_EXTRA_SPACE, IMAP_QUIRK_8BIT_QUOTED,
                                            IMAP_QUIRK_8BIT_TEXT};

static bool note(void *context, const struct imap_event *event) {
    struct ours *ours = context;
    imap_tree_add(&ours->tree, event);
    if (event->kind == IMAP_EVENT_LITERAL && event->value > ours->given) {
        ours->cut = true;
    }
    if (event->finding == IMAP_EXTENSION_NOT_ENABLED) {
        ours->beyond = true;
    }
    ours->accepted = event->kind == IMAP_EVENT_MESSAGE && !ours->tree.overflow;
    return event->kind != IMAP_EVENT_MESSAGE;
}

bool ours_read(struct ours *ours, enum imap_root root, const void *octets, size_t count,
               bool tolerant) {
    ours->octets = octets;
    ours->given = count;
    ours->accepted = ours->beyond = ours->cut = false;
    imap_tree_init(&ours->tree, ours->nodes, MOST_NODES);
    imap_parser_init(&ours->parser, imap_grammar_builtin(), root, note, ours);
    imap_parser_allow(&ours->parser, &ours->extensions);
    for (size_t i = 0; tolerant && i < sizeof tolerated / sizeof *tolerated; i++) {
        imap_parser_tolerate(&ours->parser, tolerated[i]);
    }
    imap_parser_feed(&ours->parser, octets, count, &ours->size);
    ours->beyond |=
        ours->tree.overflow || imap_parser_error(&ours->parser)->code == IMAP_NESTING_TOO_DEEP;
    return ours->accepted;
}

/* ---- writing ------------------------------------------------------------------------------- */

/* Leaves are strings if the grammar says so; these are something else. */
enum manner {
    WORDS,   /* default */
    STRING,  /* whatever the grammar says */
    ASTRING, /* the same, but never NIL */
    CAPITAL, /* a string in which case means nothing (RFC 2045, 5.1) */
    INSIDE,  /* what stands within the quotes of one */
    NUMBER,
    TEXT,
    DATE, /* " 7" is "07", "-0000" is "+0000" */
    LATER /* at the end of the line: libetpan doesn't tell where among the others it stood */
};

static const struct {
    const char *rule;
    enum manner manner;
} manners[] = {
    {"number", NUMBER},
    {"nz-number", NUMBER},
    {"number64", NUMBER},
    {"mod-sequence-value", NUMBER},
    {"mod-sequence-valzer", NUMBER},
    {"resource-usage", NUMBER},
    {"resource-limit", NUMBER},
    {"x-gm-id", NUMBER},
    {"text", TEXT},
    {"date-time", DATE},
    {"hierarchy-delimiter", STRING},
    {"charset", ASTRING},
    {"body-fld-enc", CAPITAL},
    {"media-subtype", CAPITAL},
    {"literal", CAPITAL},
    {"media-basic-name", INSIDE},
    {"media-message-name", INSIDE},
    {"mbx-list-sflag", LATER},
};

_Static_assert(sizeof manners / sizeof *manners == SPECIAL_RULES, "as many as declared");

static enum manner manner_of(const struct ours *ours, imap_rule rule) {
    for (size_t i = 0; i < SPECIAL_RULES; i++) {
        if (ours->special[i] == rule) {
            return manners[i].manner;
        }
    }
    return imap_rule_encodings(imap_grammar_builtin(), rule) != 0 ? STRING : WORDS;
}

void ours_init(struct ours *ours) {
    const struct imap_grammar *grammar = imap_grammar_builtin();
    bool known =
        imap_extensions_of_dialect(grammar, "rev1", &ours->extensions) &&
        imap_extensions_add(grammar, known_extensions, strlen(known_extensions), &ours->extensions);
    for (size_t i = 0; i < SPECIAL_RULES; i++) {
        ours->special[i] = imap_grammar_rule(grammar, manners[i].rule);
        known = known && ours->special[i] != 0;
    }
    ours->code = imap_grammar_rule(grammar, "resp-text-code");
    if (!known) {
        abort();
    }
}

/* Only where no atom can stand is NIL no string. */
static bool is_nil(imap_rule rule, const uint8_t *octets, size_t count) {
    unsigned encodings = imap_rule_encodings(imap_grammar_builtin(), rule);
    return (encodings & 1U << IMAP_ATOM) == 0 && count == 3 &&
           strncasecmp((const char *)octets, "NIL", 3) == 0;
}

static void write_string(struct form *form, bool nil, const uint8_t *octets, size_t count) {
    uint8_t value[MOST_OCTETS];
    size_t size = imap_value(octets, count, value, sizeof value);
    form_string(form, nil ? NULL : value, size);
}

static void write_capital(struct form *form, bool inside, const uint8_t *octets, size_t count) {
    uint8_t value[MOST_OCTETS];
    size_t size = count;
    if (inside) {
        memcpy(value, octets, count);
    } else {
        size = imap_value(octets, count, value, sizeof value);
    }
    for (size_t i = 0; i < size; i++) {
        value[i] = (uint8_t)toupper(value[i]);
    }
    if (inside) {
        form_inside(form, value, size);
    } else {
        form_string(form, value, size);
    }
}

static void write_date(struct form *form, const uint8_t *octets, size_t count) {
    static const char zero[] = "-0000\"";
    char date[sizeof "\"dd-mmm-yyyy hh:mm:ss +hhmm\""] = "";
    size_t size = 0;
    for (size_t i = 0; i < count && size + 1 < sizeof date; i++) {
        if (octets[i] != ' ' || i == 0 || octets[i - 1] != ' ') {
            date[size++] = (char)octets[i];
        }
    }
    if (date[1] == '0') {
        date[1] = ' ';
    }
    if (size >= strlen(zero) && strcmp(date + size - strlen(zero), zero) == 0) {
        date[size - strlen(zero)] = '+';
    }
    form_word(form, date);
}

/* libetpan has one of these for a mailbox, and a list of all others. */
static bool is_later(const struct ours *ours, const struct imap_node *leaf) {
    static const char *const flags[] = {"\\Marked", "\\Noselect", "\\Unmarked"};
    size_t count = (size_t)(leaf->end - leaf->start);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (manner_of(ours, leaf->rule) == LATER && strlen(flags[i]) == count &&
            strncasecmp((const char *)ours->octets + leaf->start, flags[i], count) == 0) {
            return true;
        }
    }
    return false;
}

static void write_leaf(const struct ours *ours, struct form *form, const struct imap_node *leaf) {
    const uint8_t *octets = ours->octets + leaf->start;
    size_t count = (size_t)(leaf->end - leaf->start);

    switch (manner_of(ours, leaf->rule)) {
    case STRING:
        write_string(form, is_nil(leaf->rule, octets, count), octets, count);
        break;
    case ASTRING:
        write_string(form, false, octets, count);
        break;
    case CAPITAL:
        write_capital(form, false, octets, count);
        break;
    case INSIDE:
        write_capital(form, true, octets, count);
        break;
    case NUMBER:
        form_number(form, leaf->value);
        break;
    case TEXT:
        form_text(form, octets, count);
        break;
    case DATE:
        write_date(form, octets, count);
        break;
    case LATER:
    case WORDS:
        form_words(form, octets, count);
        break;
    }
}

/* Codes of which libetpan knows the parts. It keeps the others as they are. */
static bool code_is_known(const uint8_t *octets, size_t count) {
    static const char *const codes[] = {
        "APPENDUID", "BADCHARSET",     "CAPABILITY", "COPYUID",     "HIGHESTMODSEQ",
        "MODIFIED",  "PERMANENTFLAGS", "UIDNEXT",    "UIDVALIDITY", "UNSEEN",
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        size_t size = strlen(codes[i]);
        if (count >= size && strncasecmp((const char *)octets, codes[i], size) == 0 &&
            (count == size || octets[size] == ' ')) {
            return true;
        }
    }
    return false;
}

/* Is the node written as a whole, whatever stands in it? */
static bool is_whole(const struct ours *ours, const struct imap_node *node) {
    return node->children == 0 || manner_of(ours, node->rule) == TEXT ||
           (node->rule == ours->code &&
            !code_is_known(ours->octets + node->start, (size_t)(node->end - node->start)));
}

struct walk {
    uint32_t parents[IMAP_MAX_MARKS];
    size_t depth;
};

/* The next node that is written as a whole, after `at`; 0 at the end. */
static uint32_t next_leaf(const struct ours *ours, struct walk *walk, uint32_t at) {
    uint32_t next = at == 0 ? imap_tree_root(&ours->tree) : ours->nodes[at].next;

    while (next == 0 && walk->depth > 0) {
        next = ours->nodes[walk->parents[--walk->depth]].next;
    }
    while (next != 0 && walk->depth < IMAP_MAX_MARKS && !is_whole(ours, &ours->nodes[next])) {
        walk->parents[walk->depth++] = next;
        next = ours->nodes[next].children;
    }
    return next;
}

uint32_t ours_write(const struct ours *ours, struct form *form, size_t at, ours_writer *writer,
                    void *context) {
    uint64_t written = ours->nodes[imap_tree_root(&ours->tree)].start;
    uint32_t found = 0, last = 0, later = 0, leaf = 0;
    struct walk walk = {.depth = 0};

    form_clear(form);
    while ((leaf = next_leaf(ours, &walk, leaf)) != 0) {
        const struct imap_node *node = &ours->nodes[leaf];
        form_words(form, ours->octets + written, (size_t)(node->start - written));
        if (is_later(ours, node)) {
            later = leaf;
        } else if (!writer(context, form, node)) {
            write_leaf(ours, form, node);
        }
        written = node->end;
        last = leaf;
        if (found == 0 && form->text.size > at) {
            found = leaf;
        }
    }
    form_words(form, ours->octets + written, ours->size - (size_t)written);
    if (later != 0) {
        form_word(form, " ");
        write_leaf(ours, form, &ours->nodes[later]);
    }
    return found != 0 ? found : last;
}
