#include "client_line.h"

#include "capture.h"
#include "literal.h"
#include "server_line.h"

/* A place in the lines of a transcript. */
struct place {
    size_t line, offset;
};

/* Makes the piece a step. */
static bool add_piece(struct transcript *transcript, struct piece *piece, bool ends_with_literal) {
    struct dialog *dialog = transcript->dialog;
    struct dialog_step step = {.kind = STEP_SEND, .ends_with_literal = ends_with_literal};

    if (piece->text.failed) {
        return source_fail_memory(transcript->source);
    }
    if (!capture_check_sent(transcript, piece) || !transcript_add_piece(transcript, piece, step)) {
        return false;
    }
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
 * begins the next piece. */
static bool wait_for_go_ahead(struct transcript *transcript, struct piece *piece, size_t *line) {
    const struct marked_line *first = piece->first;
    bool is_shown = is_go_ahead(transcript, first, *line);
    bool goes_on = is_shown || transcript_continues(transcript, first, *line);

    if (!add_piece(transcript, piece, goes_on)) {
        return false;
    }
    if (is_shown && !server_line_read(transcript, line)) {
        return false;
    }
    piece->first = &transcript->lines[*line];
    return true;
}

/* Sends one literal: its header from `at` on, its octets. Then `at` is where the rest of the
 * command stands, or *is_done tells that there is none. */
static bool read_literal(struct transcript *transcript, struct piece *piece,
                         const struct literal_header *header, struct place *at, bool *is_done) {
    const struct marked_line *first = piece->first;
    bool waits = !header->non_synchronizing;
    size_t start = at->line + 1;
    struct literal literal;

    if (waits && is_go_ahead(transcript, first, start)) {
        start++;
    }
    if (!literal_measure(transcript, first, header, start, &literal)) {
        return false;
    }
    buffer_add(&piece->text, header->line->text + at->offset, header->start - at->offset);
    literal_add_header(&piece->text, header, literal.count);
    at->line++;
    if (waits && !wait_for_go_ahead(transcript, piece, &at->line)) {
        return false;
    }
    *is_done = !transcript_continues(transcript, first, at->line);
    if (*is_done) {
        return waits || add_piece(transcript, piece, false);
    }
    literal_add(&piece->text, transcript, at->line, &literal);
    *at = (struct place){literal.line, literal.rest};
    return true;
}

bool client_line_read(struct transcript *transcript, size_t *at) {
    struct piece piece = {.first = &transcript->lines[*at]};
    struct place place = {*at, 0};
    bool is_read = true, is_done = false;

    while (is_read && !is_done) {
        const struct marked_line *line = &transcript->lines[place.line];
        struct literal_header header = literal_header_read(line, place.offset);
        bool has_line_end = line->marker.sign != '-';
        if (header.form != LITERAL_NONE && has_line_end) {
            is_read = read_literal(transcript, &piece, &header, &place, &is_done);
            continue;
        }
        buffer_add(&piece.text, line->text + place.offset, line->size - place.offset);
        buffer_add_text(&piece.text, has_line_end ? "\r\n" : "");
        is_read = add_piece(transcript, &piece, false);
        is_done = true;
        place.line++;
    }
    *at = place.line;
    buffer_free(&piece.text);
    return is_read;
}
