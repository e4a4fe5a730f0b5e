#include "forbidden_line.h"

#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "field.h"

/* The name after `!breaks`. */
static bool read_breaks(const struct transcript *transcript, const struct piece *piece, size_t at,
                        char **breaks) {
    const struct source *source = transcript->source;
    const struct marked_line *line = &transcript->lines[at];
    struct field none = {"", 0, piece->first->number, 1};

    if (at == transcript->line_count || line->marker.kind != MARKER_ACTION) {
        return field_fail(source, &none, "`!breaks RULE` must follow below what must not be sent");
    }
    struct field rest = {line->text, line->size, line->number, line->marker.text + 1};
    struct field word = field_next_word(&rest), name = field_next_word(&rest);
    if (!field_equals(&word, "breaks")) {
        return field_fail(source, &word, "`!breaks RULE` must stand here");
    }
    if (name.size == 0) {
        return field_fail(source, &name, "the name of a rule or a check must stand here");
    }
    return (rest.size == 0 || field_fail(source, &rest, "nothing more may stand here")) &&
           field_keep(source, &name, breaks);
}

static bool is_same_marker(const struct marker *marker, const struct marker *first) {
    return marker->kind == first->kind && marker->sign == first->sign &&
           marker->connection == first->connection;
}

bool forbidden_line_read(struct transcript *transcript, size_t *at) {
    const struct marked_line *first = &transcript->lines[*at];
    struct piece piece = {.first = first};
    struct dialog_step step = {.kind = STEP_FORBIDDEN,
                               .side = first->marker.kind == MARKER_CLIENT ? CLIENT : SERVER};

    if (transcript->dialog->mode != MODE_SYNTAX) {
        return source_fail(transcript->source, first->number, 1,
                           "`C!:` stands in dialogs of `mode: syntax`");
    }
    for (; *at < transcript->line_count &&
           is_same_marker(&transcript->lines[*at].marker, &first->marker);
         ++*at) {
        buffer_add(&piece.text, transcript->lines[*at].text, transcript->lines[*at].size);
        buffer_add_text(&piece.text, "\r\n");
    }
    bool is_read = capture_check_sent(transcript, &piece) &&
                   read_breaks(transcript, &piece, (*at)++, &step.breaks) &&
                   transcript_add_piece(transcript, &piece, step);
    if (!is_read) {
        free(step.breaks);
        buffer_free(&piece.text);
    }
    return is_read;
}
