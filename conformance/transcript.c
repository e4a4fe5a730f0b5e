#include "transcript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "literal_header.h"
#include "marker.h"
#include "pattern.h"
#include "placeholder.h"

/* A line of the transcript that isn't blank and no comment. */
struct marked_line {
    struct marker marker;
    const char *text; /* what follows the marker */
    size_t size;
    size_t number; /* in the file, from 1 */
};

struct transcript {
    const struct source *source;
    struct dialog *dialog;
    struct marked_line *lines;
    size_t line_count;
    struct variables rules; /* of each capture: the name of its rule */
};

/* The text of a step while it is put together from one or more lines. */
struct piece {
    const struct marked_line *first;
    FILE *stream;
    char *text; /* as far as the stream was flushed */
    size_t size;
};

/* Where the octets of a literal end. */
struct literal {
    size_t count;
    size_t line; /* index of the line with the rest of the message */
    size_t rest; /* where that begins in the line's text */
};

static bool fail_at(const struct transcript *transcript, const struct marked_line *line,
                    size_t offset, const char *sentence) {
    return source_fail(transcript->source, line->number, line->marker.text + offset + 1, "%s",
                       sentence);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static bool check_marker(const struct transcript *transcript, const struct source_line *line,
                         size_t number, const struct marker *marker) {
    const struct source *source = transcript->source;
    unsigned connections = transcript->dialog->connections;

    if (marker->kind == MARKER_NONE && (unsigned char)line->text[0] >= 0x80)
        return source_fail(source, number, 1,
                           "no marker: the first letter is not of ASCII (a look-alike of C or S?)");
    if (marker->kind == MARKER_NONE)
        return source_fail(source, number, 1,
                           "no marker: `C:`, `S:` and their kin, `!action` or `#` must stand here");
    if (marker->connection == 0 || marker->connection > connections)
        return source_fail(source, number, 2, "there is no connection %u (`connections: %u`)",
                           marker->connection, connections);
    bool has_gap = line->text[marker->text - 1] == ' ';
    if (marker->kind != MARKER_ACTION && marker->text < line->size && !has_gap)
        return source_fail(source, number, marker->text + 1, "a space must follow the marker");
    return true;
}

static bool collect_lines(struct transcript *transcript, size_t begin) {
    const struct source *source = transcript->source;

    transcript->lines = calloc(source->line_count - begin + 1, sizeof *transcript->lines);
    if (!transcript->lines)
        return source_fail_memory(source);
    for (size_t i = begin; i < source->line_count; i++) {
        const struct source_line *line = &source->lines[i];
        if (line->size == strspn(line->text, " \t") || line->text[0] == '#')
            continue;
        struct marker marker = marker_read(line);
        if (!check_marker(transcript, line, i + 1, &marker))
            return false;
        transcript->lines[transcript->line_count++] =
            (struct marked_line){marker, line->text + marker.text, line->size - marker.text, i + 1};
    }
    if (transcript->line_count == 0)
        return source_fail(source, source->line_count > 0 ? source->line_count : 1, 1,
                           "the dialog has no lines: `C: ...`, `S: ...`");
    return true;
}

/* ---- pieces --------------------------------------------------------------------------------- */

static bool piece_open(const struct transcript *transcript, struct piece *piece,
                       const struct marked_line *first) {
    *piece = (struct piece){.first = first};
    piece->stream = open_memstream(&piece->text, &piece->size);
    return piece->stream || source_fail_memory(transcript->source);
}

/* Brings piece->text up to date. */
static bool piece_flush(const struct transcript *transcript, struct piece *piece) {
    bool failed = fflush(piece->stream) != 0 || ferror(piece->stream);

    return !failed || source_fail_memory(transcript->source);
}

/* After this the text is complete and must be freed, on false too. */
static bool piece_close(const struct transcript *transcript, struct piece *piece) {
    bool failed = ferror(piece->stream) != 0;

    failed = fclose(piece->stream) != 0 || failed;
    piece->stream = NULL;
    return !failed || source_fail_memory(transcript->source);
}

static void piece_discard(struct piece *piece) {
    if (piece->stream)
        fclose(piece->stream);
    free(piece->text);
    *piece = (struct piece){0};
}

/* Fails at octet `offset` of the piece's text: each of its lines but the last ended in CRLF. */
static bool piece_fail(const struct transcript *transcript, const struct piece *piece,
                       size_t offset, const char *sentence) {
    const struct marked_line *line = piece->first;
    size_t start = 0;

    for (size_t i = 1; i < offset && i < piece->size; i++) {
        if (piece->text[i - 1] == '\r' && piece->text[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    return fail_at(transcript, line, offset > start ? offset - start : 0, sentence);
}

static bool add_step(struct transcript *transcript, const struct marked_line *line,
                     struct dialog_step step) {
    struct dialog *dialog = transcript->dialog;

    /* The room doubles when the count reaches a power of two. */
    if ((dialog->step_count & (dialog->step_count - 1)) == 0) {
        size_t room = dialog->step_count > 0 ? 2 * dialog->step_count : 1;
        struct dialog_step *steps = realloc(dialog->steps, room * sizeof *steps);
        if (!steps)
            return source_fail_memory(transcript->source);
        dialog->steps = steps;
    }
    if (dialog->step_count == TRANSCRIPT_MAX_STEPS)
        return source_fail(transcript->source, line->number, 1, "a dialog has at most %u steps",
                           TRANSCRIPT_MAX_STEPS);
    step.line = (unsigned)line->number;
    step.connection = line->marker.connection;
    dialog->steps[dialog->step_count++] = step;
    return true;
}

/* ---- placeholders --------------------------------------------------------------------------- */

static bool check_rule(const struct transcript *transcript, const struct piece *piece,
                       const struct placeholder *placeholder) {
    char sentence[128];

    if (!placeholder->rule[0] || imap_grammar_rule(transcript->dialog->grammar, placeholder->rule))
        return true;
    snprintf(sentence, sizeof sentence, "the grammar has no rule `%s`", placeholder->rule);
    return piece_fail(transcript, piece, placeholder->rule_at, sentence);
}

static bool check_name(const struct transcript *transcript, const struct piece *piece, size_t at,
                       const struct placeholder *placeholder) {
    char sentence[192];

    if (variables_get(&transcript->dialog->examples, placeholder->name))
        return true;
    snprintf(sentence, sizeof sentence, "`%s` is captured in no line above that must come",
             placeholder->name);
    return piece_fail(transcript, piece, at, sentence);
}

static bool check_sent(const struct transcript *transcript, const struct piece *piece, size_t at,
                       const struct placeholder *placeholder) {
    if (placeholder->kind == PLACEHOLDER_HEX)
        return true;
    if (placeholder->kind == PLACEHOLDER_ANY)
        return piece_fail(transcript, piece, at, "a line that is sent leaves nothing open");
    return check_rule(transcript, piece, placeholder) &&
           check_name(transcript, piece, at, placeholder);
}

static bool check_expected(struct transcript *transcript, const struct piece *piece, size_t at,
                           const struct placeholder *placeholder) {
    if (placeholder->kind == PLACEHOLDER_HEX)
        return true;
    if (placeholder->kind == PLACEHOLDER_LENGTH)
        return piece_fail(transcript, piece, at, "only a line that is sent has {#name}");
    if (!check_rule(transcript, piece, placeholder))
        return false;
    if (placeholder->kind == PLACEHOLDER_CAPTURE && placeholder->rule[0])
        return variables_set(&transcript->rules, placeholder->name, placeholder->rule,
                             strlen(placeholder->rule)) ||
               source_fail_memory(transcript->source);
    bool is_in_this_line = variables_get(&transcript->rules, placeholder->name) != NULL;
    return placeholder->kind == PLACEHOLDER_ANY || is_in_this_line ||
           check_name(transcript, piece, at, placeholder);
}

static bool check_placeholders(struct transcript *transcript, const struct piece *piece,
                               bool is_sent) {
    for (size_t at = 0; at < piece->size;) {
        struct placeholder placeholder = placeholder_at(piece->text, piece->size, at);
        if (placeholder.kind == PLACEHOLDER_NONE) {
            at++;
            continue;
        }
        if (placeholder.kind == PLACEHOLDER_BROKEN)
            return piece_fail(transcript, piece, at, placeholder.problem);
        if (!(is_sent ? check_sent(transcript, piece, at, &placeholder)
                      : check_expected(transcript, piece, at, &placeholder)))
            return false;
        at = placeholder.end;
    }
    return true;
}

/* From here on the captures of an expected message may be used. */
static bool define_captures(struct transcript *transcript, const struct piece *piece) {
    struct dialog *dialog = transcript->dialog;

    for (size_t at = 0; at < piece->size; at++) {
        struct placeholder placeholder = placeholder_at(piece->text, piece->size, at);
        if (placeholder.kind != PLACEHOLDER_CAPTURE || !placeholder.rule[0])
            continue;
        const char *example = imap_rule_example(
            dialog->grammar, imap_grammar_rule(dialog->grammar, placeholder.rule));
        if (example &&
            !variables_set(&dialog->examples, placeholder.name, example, strlen(example)))
            return source_fail_memory(transcript->source);
    }
    return true;
}

/* Writes `${name}` as `${name:rule}`, so that a message can be compared before the one that the
 * capture comes from: untagged messages have no order. */
static bool spell_out_captures(struct transcript *transcript, struct piece *piece) {
    struct piece spelled;

    if (!piece_open(transcript, &spelled, piece->first))
        return false;
    for (size_t at = 0; at < piece->size;) {
        struct placeholder placeholder = placeholder_at(piece->text, piece->size, at);
        size_t end = placeholder.kind == PLACEHOLDER_NONE ? at + 1 : placeholder.end;
        const struct variable *rule = NULL;
        if (placeholder.kind == PLACEHOLDER_CAPTURE && !placeholder.rule[0])
            rule = variables_get(&transcript->rules, placeholder.name);
        if (rule)
            fprintf(spelled.stream, "${%s:%s}", placeholder.name, (const char *)rule->octets);
        else
            fwrite(piece->text + at, 1, end - at, spelled.stream);
        at = end;
    }
    bool is_spelled =
        piece_close(transcript, &spelled); /* before it is copied: the stream points there */
    free(piece->text);
    *piece = spelled;
    return is_spelled;
}

/* ---- literals ------------------------------------------------------------------------------- */

/* Can line `index`, not the first of all, go on with the message that began at `first`? */
static bool continues(const struct transcript *transcript, const struct marked_line *first,
                      size_t index) {
    const struct marked_line *line = &transcript->lines[index];

    if (index >= transcript->line_count || line->marker.kind != first->marker.kind ||
        line->marker.connection != first->marker.connection)
        return false;
    if (line->marker.kind == MARKER_SERVER)
        return line->marker.sign == 0 || line->marker.sign == first->marker.sign;
    return line[-1].marker.sign != '-'; /* what has no CRLF ends there */
}

/* How far does a literal of `count` octets reach into the line? Sets *reached to the octets it
 * finds there and *end to the index after them; false where a placeholder has no known length. */
static bool measure_line(const struct transcript *transcript, const struct marked_line *line,
                         size_t count, size_t *reached, size_t *end) {
    *reached = *end = 0;
    while (*end < line->size && *reached < count) {
        struct placeholder placeholder = placeholder_at(line->text, line->size, *end);
        size_t octets;
        if (placeholder.kind == PLACEHOLDER_NONE) {
            ++*reached;
            ++*end;
        } else if (placeholder.kind == PLACEHOLDER_BROKEN) {
            return fail_at(transcript, line, *end, placeholder.problem);
        } else if (!placeholder_octets(&placeholder, line->text, *end, NULL, NULL, 0, &octets)) {
            return fail_at(transcript, line, *end,
                           "its length isn't known, so that a literal cannot be counted: use "
                           "{#name} before the value");
        } else {
            *reached += octets;
            *end = placeholder.end;
        }
    }
    return true;
}

/* The literal that all lines from `line` on make, as long as they continue: the last one's CRLF is
 * not of it. */
static bool measure_all(const struct transcript *transcript, const struct marked_line *first,
                        size_t line, struct literal *literal) {
    size_t reached;

    *literal = (struct literal){.line = line};
    for (; continues(transcript, first, line); line++) {
        literal->count += literal->count > 0 || line > literal->line ? 2 : 0;
        if (!measure_line(transcript, &transcript->lines[line], SIZE_MAX, &reached, &literal->rest))
            return false;
        literal->count += reached;
        literal->line = line;
    }
    return true;
}

static bool fail_count(const struct transcript *transcript, const struct marked_line *first,
                       const struct marked_line *header_line, const struct literal_header *header,
                       size_t line) {
    struct literal all;
    char sentence[128];

    if (!measure_all(transcript, first, line, &all))
        return false;
    snprintf(sentence, sizeof sentence, "the literal has %.*s octets by its header, but %zu follow",
             (int)header->digits, header_line->text + header->start + 1, all.count);
    return fail_at(transcript, header_line, header->start, sentence);
}

/* Can a message go on like this after a literal? */
static bool is_rest(const struct marked_line *line, size_t rest) {
    return rest >= line->size || line->text[rest] == ' ' || line->text[rest] == ')';
}

/* Finds the end of a literal of header->count octets in the lines from `line` on. */
static bool measure_counted(const struct transcript *transcript, const struct marked_line *first,
                            const struct marked_line *header_line,
                            const struct literal_header *header, size_t line,
                            struct literal *literal) {
    const size_t start = line;
    size_t left = header->count, reached;

    for (; continues(transcript, first, line); line++) {
        *literal = (struct literal){.count = header->count, .line = line};
        if (!measure_line(transcript, &transcript->lines[line], left, &reached, &literal->rest))
            return false;
        left = reached <= left ? left - reached : 1;
        const struct marked_line *last = &transcript->lines[line];
        if (left == 0) {
            bool is_open = literal->rest == last->size && continues(transcript, first, line + 1) &&
                           transcript->lines[line + 1].size == 0;
            if (is_rest(last, literal->rest) && !is_open)
                return true;
            break;
        }
        if (left < 2 || literal->rest < last->size)
            break;
        left -= 2;
    }
    return fail_count(transcript, first, header_line, header, start);
}

/* `{#name}`: the next line begins with the value. */
static bool measure_named(const struct transcript *transcript, const struct marked_line *first,
                          const struct marked_line *header_line,
                          const struct literal_header *header, size_t line,
                          struct literal *literal) {
    struct placeholder length = placeholder_at(header_line->text, header_line->size, header->start);
    char sentence[160];

    *literal = (struct literal){.line = line};
    if (length.kind == PLACEHOLDER_BROKEN)
        return fail_at(transcript, header_line, header->start, length.problem);
    if (continues(transcript, first, line)) {
        const struct marked_line *value = &transcript->lines[line];
        struct placeholder capture = placeholder_at(value->text, value->size, 0);
        if (capture.kind == PLACEHOLDER_CAPTURE && strcmp(capture.name, length.name) == 0)
            return true;
    }
    snprintf(sentence, sizeof sentence, "the next line must begin with the value, ${%s}",
             length.name);
    return fail_at(transcript, header_line, header->start, sentence);
}

/* Writes the header of a literal of `count` octets as it goes over the wire, CRLF included. */
static void write_header(struct piece *piece, const struct marked_line *line, size_t from,
                         const struct literal_header *header, size_t count) {
    const char *brace = line->text + header->start;

    fwrite(line->text + from, 1, header->start - from, piece->stream);
    if (header->form == LITERAL_NAMED)
        fwrite(brace, 1, line->size - header->start, piece->stream);
    else if (header->form == LITERAL_OPEN)
        fprintf(piece->stream, "{%zu%s}", count, header->non_synchronizing ? "+" : "");
    else
        fprintf(piece->stream, "{%.*s%s}", (int)header->digits, brace + 1,
                header->non_synchronizing ? "+" : "");
    fputs("\r\n", piece->stream);
}

/* Writes the literal's octets: lines from `line` on, up to the rest of its last one. */
static void write_literal(const struct transcript *transcript, struct piece *piece, size_t line,
                          const struct literal *literal) {
    for (; line < literal->line; line++) {
        fwrite(transcript->lines[line].text, 1, transcript->lines[line].size, piece->stream);
        fputs("\r\n", piece->stream);
    }
    fwrite(transcript->lines[line].text, 1, literal->rest, piece->stream);
}

/* The header at the end of a line of which the first `from` octets are a literal's. */
static struct literal_header header_after(const struct marked_line *line, size_t from) {
    struct literal_header header = literal_header_read(line->text + from, line->size - from);

    header.start += from;
    return header;
}

/* ---- what the server says ------------------------------------------------------------------- */

/* Does the grammar read `text` as the whole message of the next step? Otherwise *offset is where
 * not, and `problem` why. */
static bool is_message(const struct transcript *transcript, const char *text, size_t size,
                       unsigned connection, char problem[256], size_t *offset) {
    struct dialog *dialog = transcript->dialog;
    enum imap_root root = dialog_root_after(dialog, dialog->step_count, connection, SERVER);
    size_t expanded;
    unsigned column = 1;
    uint8_t *octets = dialog_expand(text, size, &dialog->examples, &expanded);
    struct pattern *pattern = NULL;

    snprintf(problem, 256, "memory is out");
    if (octets)
        pattern = pattern_compile(dialog->grammar, root, octets, expanded, problem, &column);
    free(octets);
    *offset = placeholder_origin(text, size, &dialog->examples, column - 1);
    bool is_one = pattern != NULL;
    pattern_free(pattern);
    return is_one;
}

/* Would the message that `piece` begins be complete with an empty literal and this rest? */
static bool completes(const struct transcript *transcript, struct piece *piece, const char *rest,
                      size_t size) {
    char problem[256];
    size_t offset;
    struct piece trial;

    if (!piece_flush(transcript, piece) || !piece_open(transcript, &trial, piece->first))
        return false;
    fwrite(piece->text, 1, piece->size, trial.stream);
    fputs("{0}\r\n", trial.stream);
    fwrite(rest, 1, size, trial.stream);
    bool is_complete = piece_close(transcript, &trial) &&
                       is_message(transcript, trial.text, trial.size,
                                  piece->first->marker.connection, problem, &offset);
    free(trial.text);
    return is_complete;
}

/* The end of a server's `{}`: the first line that completes the message, or, where a literal may
 * end it, the first line. What the literal holds doesn't matter for that. */
static bool measure_open(const struct transcript *transcript, struct piece *piece,
                         const struct marked_line *header_line, const struct literal_header *header,
                         size_t line, struct literal *literal) {
    size_t reached;
    bool may_end = completes(transcript, piece, "", 0);

    *literal = (struct literal){0};
    for (; continues(transcript, piece->first, line); line++) {
        const struct marked_line *rest = &transcript->lines[line];
        literal->line = line;
        literal->rest = 0;
        if (completes(transcript, piece, rest->text, rest->size))
            return true;
        if (!measure_line(transcript, rest, SIZE_MAX, &reached, &literal->rest))
            return false;
        literal->count += reached;
        if (may_end)
            return true;
        literal->count += 2;
    }
    return fail_at(transcript, header_line, header->start,
                   "the literal has no end: no line that follows completes the message");
}

static bool finish_expect(struct transcript *transcript, struct piece *piece) {
    static const char signs[] = {[EXPECT_MESSAGE] = 0,
                                 [EXPECT_OPTIONAL] = '?',
                                 [EXPECT_ANY_ORDER] = '~',
                                 [EXPECT_ABSENT] = '!',
                                 [EXPECT_EXACT] = '='};
    const struct marked_line *first = piece->first;
    struct dialog_step step = {.kind = STEP_EXPECT};
    char problem[256];
    size_t offset;

    while (signs[step.expectation] != first->marker.sign)
        step.expectation++;
    if (!piece_close(transcript, piece) || !check_placeholders(transcript, piece, false))
        return false;
    if (!is_message(transcript, piece->text, piece->size, first->marker.connection, problem,
                    &offset))
        return piece_fail(transcript, piece, offset, problem);
    bool must_come = step.expectation != EXPECT_OPTIONAL && step.expectation != EXPECT_ABSENT;
    if (must_come && !define_captures(transcript, piece))
        return false;
    if (!spell_out_captures(transcript, piece))
        return false;
    step.text = piece->text;
    step.size = piece->size;
    if (!add_step(transcript, first, step))
        return false;
    piece->text = NULL;
    return true;
}

/* Writes a literal into an expected message, and moves on to the line and place of its rest. */
static bool expect_literal(const struct transcript *transcript, struct piece *piece,
                           const struct literal_header *header, size_t *at, size_t *from) {
    const struct marked_line *line = &transcript->lines[*at];
    struct literal literal;

    if (header->form == LITERAL_WRONG || header->form == LITERAL_NAMED)
        return fail_at(transcript, line, header->start, "only a line that is sent has this");
    fwrite(line->text + *from, 1, header->start - *from, piece->stream);
    bool is_measured =
        header->form == LITERAL_OPEN
            ? measure_open(transcript, piece, line, header, *at + 1, &literal)
            : measure_counted(transcript, piece->first, line, header, *at + 1, &literal);
    if (!is_measured)
        return false;
    write_header(piece, line, header->start, header, literal.count);
    write_literal(transcript, piece, *at + 1, &literal);
    *at = literal.line;
    *from = literal.rest;
    return true;
}

/* Reads the message that begins at line *at, which moves on past it. */
static bool read_expect(struct transcript *transcript, size_t *at) {
    struct piece piece;
    size_t from = 0;

    if (!piece_open(transcript, &piece, &transcript->lines[*at]))
        return false;
    for (;;) {
        const struct marked_line *line = &transcript->lines[*at];
        struct literal_header header = header_after(line, from);
        if (header.form == LITERAL_NONE) {
            fwrite(line->text + from, 1, line->size - from, piece.stream);
            ++*at;
            break;
        }
        if (!expect_literal(transcript, &piece, &header, at, &from)) {
            piece_discard(&piece);
            return false;
        }
    }
    bool is_read = finish_expect(transcript, &piece);
    piece_discard(&piece);
    return is_read;
}

/* ---- what the client says ------------------------------------------------------------------- */

static bool finish_send(struct transcript *transcript, struct piece *piece,
                        bool ends_with_literal) {
    struct dialog *dialog = transcript->dialog;
    struct dialog_step step = {.kind = STEP_SEND, .ends_with_literal = ends_with_literal};

    if (!piece_close(transcript, piece) || !check_placeholders(transcript, piece, true))
        return false;
    step.text = piece->text;
    step.size = piece->size;
    if (!add_step(transcript, piece->first, step))
        return false;
    piece->text = NULL;
    size_t last = dialog->step_count - 1;
    dialog->steps[last].begins_command =
        dialog_begins_message(dialog, last) && dialog_root(dialog, last) == IMAP_COMMAND;
    return true;
}

/* Is line `index` the "+" that a synchronising literal's header waits for? */
static bool is_go_ahead(const struct transcript *transcript, const struct marked_line *first,
                        size_t index) {
    const struct marked_line *line = &transcript->lines[index];

    return index < transcript->line_count && line->marker.kind == MARKER_SERVER &&
           line->marker.sign != '!' && line->marker.connection == first->marker.connection &&
           line->size > 0 && line->text[0] == '+';
}

/* Ends the piece after a synchronising literal's header, takes the "+" if the dialog shows it, and
 * begins the next piece at line `*at`. */
static bool wait_for_go_ahead(struct transcript *transcript, struct piece *piece, size_t *at) {
    const struct marked_line *first = piece->first;
    size_t next = *at;
    bool is_shown = is_go_ahead(transcript, first, *at);

    if (is_shown)
        next++;
    bool goes_on = is_shown || continues(transcript, first, next);
    if (!finish_send(transcript, piece, goes_on))
        return false;
    if (is_shown && !read_expect(transcript, at))
        return false;
    return !continues(transcript, first, *at) ||
           piece_open(transcript, piece, &transcript->lines[*at]);
}

/* Finds the end of a literal that is sent; its octets begin in line `line`. */
static bool measure_sent(const struct transcript *transcript, const struct marked_line *first,
                         const struct marked_line *header_line, const struct literal_header *header,
                         size_t line, struct literal *literal) {
    switch (header->form) {
    case LITERAL_NAMED:
        return measure_named(transcript, first, header_line, header, line, literal);
    case LITERAL_COUNTED:
        return measure_counted(transcript, first, header_line, header, line, literal);
    case LITERAL_OPEN:
        if (!continues(transcript, first, line))
            return fail_at(transcript, header_line, header->start,
                           "no line follows for the literal to count");
        return measure_all(transcript, first, line, literal);
    default:
        return measure_all(transcript, first, line, literal);
    }
}

/* Sends one literal: its header from `from` in line *at, its octets; then *at and *from are where
 * the rest of the command is, or piece->stream is NULL when the command has been sent. */
static bool send_literal(struct transcript *transcript, struct piece *piece,
                         const struct literal_header *header, size_t *at, size_t *from) {
    const struct marked_line *first = piece->first, *line = &transcript->lines[*at];
    bool is_shown = !header->non_synchronizing && is_go_ahead(transcript, first, *at + 1);
    struct literal literal;

    if (!measure_sent(transcript, first, line, header, *at + 1 + is_shown, &literal))
        return false;
    write_header(piece, line, *from, header, literal.count);
    ++*at;
    if (!header->non_synchronizing && !wait_for_go_ahead(transcript, piece, at))
        return false;
    if (!continues(transcript, first, *at))
        return !piece->stream || finish_send(transcript, piece, false);
    write_literal(transcript, piece, *at, &literal);
    *at = literal.line;
    *from = literal.rest;
    return true;
}

/* Reads the command, or other line, that begins at line *at, which moves on past it. */
static bool read_send(struct transcript *transcript, size_t *at) {
    const struct marked_line *line = &transcript->lines[*at];
    struct piece piece;
    size_t from = 0;
    bool is_read = true;

    if (!piece_open(transcript, &piece, line))
        return false;
    while (piece.stream && is_read) {
        line = &transcript->lines[*at];
        struct literal_header header = header_after(line, from);
        if (header.form != LITERAL_NONE && line->marker.sign != '-') {
            is_read = send_literal(transcript, &piece, &header, at, &from);
            continue;
        }
        fwrite(line->text + from, 1, line->size - from, piece.stream);
        if (line->marker.sign != '-')
            fputs("\r\n", piece.stream);
        ++*at;
        is_read = finish_send(transcript, &piece, false);
    }
    piece_discard(&piece);
    return is_read;
}

/* ---- actions -------------------------------------------------------------------------------- */

/* A word of an action line; `at` is where it begins in the line's text. */
struct word {
    const char *text;
    size_t size, at;
};

static struct word next_word(const struct marked_line *line, size_t *at) {
    while (*at < line->size && line->text[*at] == ' ')
        ++*at;
    struct word word = {line->text + *at, 0, *at};
    while (*at < line->size && line->text[*at] != ' ')
        ++*at;
    word.size = *at - word.at;
    return word;
}

/* `500ms` or `2s`. */
static bool read_duration(const struct transcript *transcript, const struct marked_line *line,
                          struct word word, unsigned *milliseconds) {
    unsigned number = 0;
    size_t i = 0;

    for (; i < word.size && word.text[i] >= '0' && word.text[i] <= '9'; i++)
        number =
            number > TRANSCRIPT_MAX_WAIT ? number : number * 10 + (unsigned)(word.text[i] - '0');
    bool is_seconds = word.size - i == 1 && word.text[i] == 's';
    bool is_milliseconds = word.size - i == 2 && memcmp(word.text + i, "ms", 2) == 0;
    unsigned limit = is_seconds ? TRANSCRIPT_MAX_WAIT / 1000 : TRANSCRIPT_MAX_WAIT;
    if (i == 0 || (!is_seconds && !is_milliseconds) || number > limit)
        return fail_at(transcript, line, word.at, "a time must stand here: 500ms, 2s; 60s at most");
    *milliseconds = is_seconds ? number * 1000 : number;
    return true;
}

static bool read_connection(const struct transcript *transcript, const struct marked_line *line,
                            struct word word, unsigned *connection) {
    unsigned number = 0;

    for (size_t i = 0; i < word.size; i++) {
        bool is_digit = word.text[i] >= '0' && word.text[i] <= '9';
        number = is_digit && number <= transcript->dialog->connections
                     ? number * 10 + (unsigned)(word.text[i] - '0')
                     : transcript->dialog->connections + 1;
    }
    *connection = number;
    if (number >= 1 && number <= transcript->dialog->connections)
        return true;
    return source_fail(transcript->source, line->number, line->marker.text + word.at + 1,
                       "there is no connection `%.*s` (`connections: %u`)",
                       word.size < 32 ? (int)word.size : 32, word.text,
                       transcript->dialog->connections);
}

static bool read_argument(const struct transcript *transcript, const struct marked_line *line,
                          struct word word, struct dialog_step *step) {
    if (step->action == ACTION_WAIT || step->action == ACTION_IDLE)
        return read_duration(transcript, line, word, &step->milliseconds);
    if (word.size == 0)
        return fail_at(transcript, line, word.at, "a file must stand here");
    step->text = source_beside(transcript->source, line->number, line->marker.text + word.at + 1,
                               word.text, word.size);
    step->size = step->text ? strlen(step->text) : 0;
    return step->text != NULL;
}

/* !word [argument] [connection] */
static bool read_action(struct transcript *transcript, size_t *at) {
    static const struct {
        const char *name;
        bool has_argument;
    } actions[] = {[ACTION_STARTTLS] = {"starttls", false},
                   [ACTION_CLOSE] = {"close", false},
                   [ACTION_EXPECT_CLOSE] = {"expect-close", false},
                   [ACTION_WAIT] = {"wait", true},
                   [ACTION_DELIVER] = {"deliver", true},
                   [ACTION_IDLE] = {"idle", true}};
    const size_t count = sizeof actions / sizeof *actions;
    struct marked_line line = transcript->lines[(*at)++];
    struct dialog_step step = {.kind = STEP_ACTION};
    size_t next = 0, action = 0;
    struct word word = next_word(&line, &next);

    while (action < count && (strlen(actions[action].name) != word.size ||
                              memcmp(actions[action].name, word.text, word.size) != 0))
        action++;
    if (action == count)
        return fail_at(transcript, &line, 0,
                       "no such action: !starttls !close !expect-close !wait !idle !deliver");
    step.action = (enum action)action;
    if (actions[action].has_argument &&
        !read_argument(transcript, &line, next_word(&line, &next), &step))
        return false;
    word = next_word(&line, &next);
    bool is_good =
        word.size == 0 || read_connection(transcript, &line, word, &line.marker.connection);
    word = next_word(&line, &next);
    if (is_good && word.size > 0)
        is_good = fail_at(transcript, &line, word.at, "nothing more may stand here");
    if (is_good && !step.text && !(step.text = strdup("")))
        is_good = source_fail_memory(transcript->source);
    if (is_good && add_step(transcript, &line, step))
        return true;
    free(step.text);
    return false;
}

/* ---- all ------------------------------------------------------------------------------------ */

static bool read_steps(struct transcript *transcript) {
    size_t at = 0;
    bool is_read = true;

    while (is_read && at < transcript->line_count) {
        switch (transcript->lines[at].marker.kind) {
        case MARKER_CLIENT:
            is_read = read_send(transcript, &at);
            break;
        case MARKER_SERVER:
            is_read = read_expect(transcript, &at);
            break;
        default:
            is_read = read_action(transcript, &at);
        }
    }
    return is_read;
}

bool transcript_read(const struct source *source, struct dialog *dialog, size_t begin) {
    struct transcript transcript = {.source = source, .dialog = dialog};
    const char *example =
        imap_rule_example(dialog->grammar, imap_grammar_rule(dialog->grammar, "astring"));

    if (!variables_set(&dialog->examples, "user", example, strlen(example)) ||
        !variables_set(&dialog->examples, "password", example, strlen(example)))
        return source_fail_memory(source);
    bool is_read = collect_lines(&transcript, begin) && read_steps(&transcript);
    free(transcript.lines);
    variables_free(&transcript.rules);
    return is_read;
}
