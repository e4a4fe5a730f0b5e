#include "transcript.h"

#include <stdlib.h>
#include <string.h>

#include "../compare/placeholder.h"
#include "action_line.h"
#include "client_line.h"
#include "forbidden_line.h"
#include "octets_line.h"
#include "server_line.h"

bool transcript_fail(const struct transcript *transcript, const struct marked_line *line,
                     size_t offset, const char *sentence) {
    return source_fail(transcript->source, line->number, line->marker.text + offset + 1, "%s",
                       sentence);
}

bool transcript_fail_piece(const struct transcript *transcript, const struct piece *piece,
                           size_t offset, const char *sentence) {
    const struct marked_line *line = piece->first;
    const uint8_t *text = piece->text.octets;
    size_t start = 0;

    /* Each of its lines but the last ended in CRLF. */
    for (size_t i = 1; i < offset && i < piece->text.size; i++) {
        if (text[i - 1] == '\r' && text[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    return transcript_fail(transcript, line, offset > start ? offset - start : 0, sentence);
}

bool transcript_continues(const struct transcript *transcript, const struct marked_line *first,
                          size_t index) {
    const struct marked_line *line = &transcript->lines[index];

    if (index >= transcript->line_count || line->marker.kind != first->marker.kind ||
        line->marker.connection != first->marker.connection) {
        return false;
    }
    if (line->marker.kind == MARKER_SERVER) {
        return line->marker.sign == 0 || line->marker.sign == first->marker.sign;
    }
    return line[-1].marker.sign != '-'; /* what has no CRLF ends there */
}

bool transcript_add(struct transcript *transcript, const struct marked_line *line,
                    struct dialog_step step) {
    struct dialog *dialog = transcript->dialog;
    bool is_full = (dialog->step_count & (dialog->step_count - 1)) == 0;

    if (dialog->step_count == TRANSCRIPT_MAX_STEPS) {
        return source_fail(transcript->source, line->number, 1, "a dialog has at most %u steps",
                           TRANSCRIPT_MAX_STEPS);
    }
    if (is_full) { /* the room doubles when the count reaches a power of two */
        size_t room = dialog->step_count > 0 ? 2 * dialog->step_count : 1;
        struct dialog_step *steps = realloc(dialog->steps, room * sizeof *steps);
        if (!steps) {
            return source_fail_memory(transcript->source);
        }
        dialog->steps = steps;
    }
    step.line = (unsigned)line->number;
    step.connection = line->marker.connection;
    dialog->steps[dialog->step_count++] = step;
    return true;
}

bool transcript_add_piece(struct transcript *transcript, struct piece *piece,
                          struct dialog_step step) {
    step.size = piece->text.size;
    buffer_add(&piece->text, "", 1);
    if (piece->text.failed) {
        return source_fail_memory(transcript->source);
    }
    step.text = (char *)piece->text.octets;
    if (!transcript_add(transcript, piece->first, step)) {
        return false;
    }
    piece->text = (struct buffer){0};
    return true;
}

static bool check_marker(const struct transcript *transcript, const struct source_line *line,
                         size_t number, const struct marker *marker) {
    const struct source *source = transcript->source;
    unsigned connections = transcript->dialog->connections;

    if (marker->kind == MARKER_NONE && (unsigned char)line->text[0] >= 0x80) {
        return source_fail(source, number, 1,
                           "no marker: the first letter is not of ASCII (a look-alike of C or S?)");
    }
    if (marker->kind == MARKER_NONE) {
        return source_fail(source, number, 1,
                           "no marker: `C:`, `S:` and their kin, `!action` or `#` must stand here");
    }
    if (marker->connection == 0 || marker->connection > connections) {
        return source_fail(source, number, 2, "there is no connection %u (`connections: %u`)",
                           marker->connection, connections);
    }
    bool is_octets = transcript->dialog->mode == MODE_OCTETS;
    if (marker->kind == MARKER_SERVER && marker->sign == '-' && !is_octets) {
        return source_fail(source, number, 1, "`S-:` stands in dialogs of `mode: octets`");
    }
    bool has_gap = line->text[marker->text - 1] == ' ';
    if (marker->kind != MARKER_ACTION && marker->text < line->size && !has_gap) {
        return source_fail(source, number, marker->text + 1, "a space must follow the marker");
    }
    return true;
}

/* Adds up what the line's placeholders repeat, which is checked before any of it is written out. */
static bool count_octets(struct transcript *transcript, const struct marked_line *line) {
    for (size_t at = 0; at < line->size;) {
        struct placeholder placeholder = placeholder_at(line->text, line->size, at);
        size_t count;
        if (!placeholder_octets(&placeholder, line->text, NULL, NULL, 0, &count)) {
            at++;
            continue;
        }
        transcript->octets += count;
        if (transcript->octets > TRANSCRIPT_MAX_OCTETS) {
            return transcript_fail(transcript, line, at, "64 MiB at most can be repeated in all");
        }
        at = placeholder.end;
    }
    return true;
}

static bool collect_lines(struct transcript *transcript, size_t begin) {
    const struct source *source = transcript->source;

    transcript->lines = calloc(source->line_count - begin + 1, sizeof *transcript->lines);
    if (!transcript->lines) {
        return source_fail_memory(source);
    }
    for (size_t i = begin; i < source->line_count; i++) {
        const struct source_line *line = &source->lines[i];
        if (source_is_blank(line) || line->text[0] == '#') {
            continue;
        }
        struct marker marker = marker_read(line);
        if (!check_marker(transcript, line, i + 1, &marker)) {
            return false;
        }
        struct marked_line *marked = &transcript->lines[transcript->line_count++];
        *marked =
            (struct marked_line){marker, line->text + marker.text, line->size - marker.text, i + 1};
        if (!count_octets(transcript, marked)) {
            return false;
        }
    }
    if (transcript->line_count == 0) {
        return source_fail(source, source->line_count > 0 ? source->line_count : 1, 1,
                           "the dialog has no lines: `C: ...`, `S: ...`");
    }
    return true;
}

static bool read_steps(struct transcript *transcript) {
    size_t at = 0;
    bool is_read = true, is_octets = transcript->dialog->mode == MODE_OCTETS;

    while (is_read && at < transcript->line_count) {
        const struct marker *marker = &transcript->lines[at].marker;
        if (is_octets) {
            is_read = octets_line_read(transcript, &transcript->lines[at++]);
            continue;
        }
        if (marker->sign == '!' &&
            (transcript->dialog->mode == MODE_SYNTAX || marker->kind == MARKER_CLIENT)) {
            is_read = forbidden_line_read(transcript, &at);
            continue;
        }
        switch (transcript->lines[at].marker.kind) {
        case MARKER_CLIENT:
            is_read = client_line_read(transcript, &at);
            break;
        case MARKER_SERVER:
            is_read = server_line_read(transcript, &at);
            break;
        default:
            is_read = action_line_read(transcript, &transcript->lines[at++]);
        }
    }
    return is_read;
}

/* The runner knows these before the dialog begins. */
static bool define_account(const struct transcript *transcript) {
    struct dialog *dialog = transcript->dialog;
    const char *example =
        imap_rule_example(dialog->grammar, imap_grammar_rule(dialog->grammar, "astring"));
    static const char plain[] = "AHUAcA=="; /* of user u, password p */

    return (variables_set(&dialog->examples, "user", example, strlen(example)) &&
            variables_set(&dialog->examples, "password", example, strlen(example)) &&
            variables_set(&dialog->examples, "plain", plain, strlen(plain)) &&
            variables_set(&dialog->examples, "wrong-plain", plain, strlen(plain))) ||
           source_fail_memory(transcript->source);
}

bool transcript_read(const struct source *source, struct dialog *dialog, size_t begin) {
    struct transcript transcript = {.source = source, .dialog = dialog};
    bool is_read =
        define_account(&transcript) && collect_lines(&transcript, begin) && read_steps(&transcript);

    free(transcript.lines);
    variables_free(&transcript.rules);
    return is_read;
}
