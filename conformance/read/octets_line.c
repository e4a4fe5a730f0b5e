#include "octets_line.h"

#include "capture.h"

bool octets_line_read(struct transcript *transcript, const struct marked_line *line) {
    bool is_said = line->marker.kind != MARKER_ACTION;
    bool is_open = line->marker.sign == '-';
    struct piece piece = {.first = line};
    struct dialog_step step = {.kind = STEP_OCTETS,
                               .side = line->marker.kind == MARKER_CLIENT ? CLIENT : SERVER};

    if (!is_said || (line->marker.sign != 0 && !is_open)) {
        return source_fail(transcript->source, line->number, 1,
                           "a dialog of `mode: octets` has only `C:`, `C-:`, `S:` and `S-:`");
    }
    buffer_add(&piece.text, line->text, line->size);
    buffer_add_text(&piece.text, is_open ? "" : "\r\n");
    bool is_read =
        capture_check_sent(transcript, &piece) && transcript_add_piece(transcript, &piece, step);
    buffer_free(&piece.text);
    return is_read;
}
