#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "../compare/pattern.h"

/* ---- which there are ------------------------------------------------------------------------- */

/* The step after the next `!connect` of the connection. */
static bool find_connect(const struct dialog *dialog, unsigned connection, size_t from,
                         size_t *begin) {
    for (; from < dialog->step_count; from++) {
        if (dialog_connects(dialog, from, connection)) {
            *begin = from + 1;
            return true;
        }
    }
    return false;
}

static void find_end(const struct dialog *dialog, struct stream *stream) {
    stream->end = stream->begin;
    while (stream->end < dialog->step_count &&
           !dialog_connects(dialog, stream->end, stream->connection)) {
        stream->end++;
    }
}

bool stream_next(const struct dialog *dialog, struct stream *stream) {
    bool is_found = stream->connection > 0 &&
                    find_connect(dialog, stream->connection, stream->end, &stream->begin);

    while (!is_found && stream->connection < dialog->connections) {
        stream->connection++;
        stream->begin = 0;
        is_found = dialog_stands_at_start(dialog, stream->connection) ||
                   find_connect(dialog, stream->connection, 0, &stream->begin);
    }
    find_end(dialog, stream);
    return is_found;
}

/* ---- what stands before the dialog ----------------------------------------------------------- */

static bool says(const struct dialog_step *step, enum side side) {
    switch (step->kind) {
    case STEP_SEND:
        return side == CLIENT;
    case STEP_EXPECT:
        return side == SERVER && step->expectation != EXPECT_ABSENT;
    case STEP_ACTION:
        return false;
    default:
        return side == step->side;
    }
}

/* The first step with octets, of either side; stream->end if there is none. */
static size_t find_first(const struct dialog *dialog, const struct stream *stream) {
    size_t at = stream->begin;

    while (at < stream->end && (dialog->steps[at].connection != stream->connection ||
                                dialog->steps[at].kind == STEP_ACTION)) {
        at++;
    }
    return at;
}

static bool shows_greeting(const struct dialog *dialog, const struct stream *stream) {
    size_t first = find_first(dialog, stream);

    return dialog->state == STATE_GREETING && first < stream->end &&
           says(&dialog->steps[first], SERVER);
}

static unsigned count_messages(const struct dialog *dialog) {
    for (size_t i = 0; i < dialog->mailbox_count; i++) {
        if (strcmp(dialog->mailboxes[i].name, dialog->selected) == 0) {
            return dialog->mailboxes[i].messages;
        }
    }
    return 0;
}

/* The shortest way into the dialog's state. */
static void write_state(const struct dialog *dialog, const struct stream *stream, enum side side,
                        struct buffer *octets) {
    static const char tag[] = "select";

    if (side == SERVER && !shows_greeting(dialog, stream)) {
        buffer_format(octets, "* %s ready\r\n",
                      dialog->state < STATE_AUTHENTICATED ? "OK" : "PREAUTH");
    }
    if (dialog->state != STATE_SELECTED) {
        return;
    }
    if (side == SERVER) {
        buffer_format(octets, "* %u EXISTS\r\n%s OK [READ-WRITE] selected\r\n",
                      count_messages(dialog), tag);
    } else {
        buffer_format(octets, "%s SELECT ", tag);
        buffer_add_utf8_quoted(octets, dialog->selected, strlen(dialog->selected));
        buffer_add_text(octets, "\r\n");
    }
}

/* ---- the dialog ------------------------------------------------------------------------------ */

/* The message that a pattern has examples in. */
static bool write_expected(const struct dialog *dialog, size_t step, const uint8_t *text,
                           size_t size, struct buffer *octets) {
    char problem[256];
    unsigned column;
    struct pattern *pattern =
        pattern_compile(dialog->grammar, dialog_root(dialog, step), text, size, problem, &column);

    if (!pattern) { /* it was compiled when the dialog was read */
        return false;
    }
    buffer_add(octets, pattern->octets, pattern->size);
    pattern_free(pattern);
    return true;
}

static bool write_step(const struct dialog *dialog, size_t index, struct buffer *octets) {
    const struct dialog_step *step = &dialog->steps[index];
    size_t size;
    uint8_t *text = dialog_expand(step->text, step->size, &dialog->examples, &size);
    bool is_written = text != NULL;

    if (is_written && step->kind == STEP_EXPECT) {
        is_written = write_expected(dialog, index, text, size, octets);
    } else if (is_written) {
        buffer_add(octets, text, size);
    }
    free(text);
    return is_written;
}

bool stream_write(const struct dialog *dialog, const struct stream *stream, enum side side,
                  struct buffer *octets) {
    bool is_begun = dialog->mode == MODE_OCTETS; /* by what stands before the dialog */

    for (size_t i = stream->begin; i < stream->end; i++) {
        const struct dialog_step *step = &dialog->steps[i];
        if (step->connection != stream->connection || !says(step, side)) {
            continue;
        }
        if (!is_begun) {
            write_state(dialog, stream, side, octets);
            is_begun = true;
        }
        if (!write_step(dialog, i, octets)) {
            return false;
        }
    }
    return !octets->failed;
}
