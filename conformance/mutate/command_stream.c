#include "command_stream.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { MAX_DIGITS = 19 }; /* of a literal's size: fits 64 bits */

void command_stream_init(struct command_stream *stream, const char *spare, piece_sink *sink,
                         void *context) {
    *stream = (struct command_stream){.sink = sink, .context = context, .spare = spare};
}

void command_stream_free(struct command_stream *stream) {
    buffer_free(&stream->input);
}

/* ---- commands ------------------------------------------------------------------------------ */

/* The word at `at`, ended by SP, CR or LF, into `word`; the offset after the SP. */
static size_t read_word(const uint8_t *line, size_t size, size_t at, char *word, size_t capacity) {
    size_t length = 0;

    while (at < size && line[at] != ' ' && line[at] != '\r' && line[at] != '\n') {
        if (length + 1 < capacity) {
            word[length++] = (char)line[at];
        }
        at++;
    }
    word[length] = '\0';
    return at + (at < size && line[at] == ' ');
}

static void read_name(struct pending_command *command, const uint8_t *line, size_t size,
                      size_t at) {
    at = read_word(line, size, at, command->name, sizeof command->name);
    if (strcasecmp(command->name, "UID") == 0) {
        command->name[3] = ' ';
        read_word(line, size, at, command->name + 4, sizeof command->name - 4);
    }
    for (char *next = command->name; *next; next++) {
        *next = (char)toupper((unsigned char)*next);
    }
}

static struct pending_command *last_command(struct command_stream *stream) {
    return stream->count > 0 ? &stream->commands[stream->count - 1] : NULL;
}

static const struct pending_command *begin_command(struct command_stream *stream,
                                                   const uint8_t *line, size_t size) {
    if (stream->count == COMMANDS) {
        memmove(stream->commands, stream->commands + 1, (COMMANDS - 1) * sizeof *stream->commands);
        stream->count--;
    }
    struct pending_command *command = &stream->commands[stream->count++];
    *command = (struct pending_command){0};
    size_t at = read_word(line, size, 0, command->tag, sizeof command->tag);
    read_name(command, line, size, at);
    command->spared =
        *stream->spare && strncmp(command->tag, stream->spare, strlen(stream->spare)) == 0;
    return command;
}

const struct pending_command *command_stream_current(const struct command_stream *stream) {
    return stream->count > 0 ? &stream->commands[0] : NULL;
}

bool command_stream_answer(struct command_stream *stream, const char *tag,
                           struct pending_command *answered) {
    for (size_t i = 0; i < stream->count; i++) {
        if (strcmp(stream->commands[i].tag, tag) != 0) {
            continue;
        }
        *answered = stream->commands[i];
        stream->count--;
        memmove(stream->commands + i, stream->commands + i + 1,
                (stream->count - i) * sizeof *stream->commands);
        if (i == stream->count) { /* what it was about to go on with is refused */
            stream->within = stream->waits = false;
            stream->continuations = 0;
        }
        return true;
    }
    return false;
}

/* ---- literals ------------------------------------------------------------------------------ */

/* Does the line end in a literal's header: {5} {5+} ~{5}? */
static bool ends_in_header(const uint8_t *line, size_t size, uint64_t *count, bool *waits) {
    size_t end = size >= 2 && line[size - 2] == '\r' ? size - 2 : size - 1, digits = 0;
    uint64_t number = 0, unit = 1;

    if (end < 3 || line[end - 1] != '}') {
        return false;
    }
    end--;
    *waits = line[end - 1] != '+';
    end -= !*waits;
    while (end > 0 && isdigit(line[end - 1]) && digits < MAX_DIGITS - 1) {
        number += unit * (uint64_t)(line[end - 1] - '0');
        unit *= 10;
        digits++;
        end--;
    }
    *count = number;
    return digits > 0 && end > 0 && line[end - 1] == '{';
}

void command_stream_continue(struct command_stream *stream) {
    if (!stream->waits) {
        stream->continuations++;
        return;
    }
    stream->waits = false;
    stream->literal_left = stream->literal_asked;
    command_stream_feed(stream, NULL, 0);
}

/* ---- cutting ------------------------------------------------------------------------------- */

static bool is_done(const uint8_t *line, size_t size) {
    return size >= 5 && strncasecmp((const char *)line, "DONE", 4) == 0 &&
           (line[4] == '\r' || line[4] == '\n');
}

/* A line that answers a "+" belongs to the command before it; so does DONE. */
static bool is_answer(const struct command_stream *stream, const uint8_t *line, size_t size) {
    return stream->count > 0 && (stream->continuations > 0 || is_done(line, size));
}

/* A line without a tag is none: no answer could name it. */
static bool is_command(const uint8_t *line) {
    return *line != ' ' && *line != '\r' && *line != '\n';
}

static void take_line(struct command_stream *stream, uint8_t *line, size_t size) {
    bool waits = false, goes_on = stream->within, answers = is_answer(stream, line, size);
    uint64_t literal = 0;
    enum piece_kind kind = goes_on || answers || !is_command(line) ? PIECE_LINE : PIECE_COMMAND;
    const struct pending_command *command =
        kind == PIECE_COMMAND ? begin_command(stream, line, size) : last_command(stream);

    if (answers && !goes_on) {
        stream->continuations -= stream->continuations > 0;
        stream->sink(stream->context, kind, command, line, size);
        return;
    }
    stream->within = ends_in_header(line, size, &literal, &waits);
    stream->waits = stream->within && waits;
    stream->literal_asked = stream->within ? literal : 0;
    stream->literal_left = stream->waits ? 0 : stream->literal_asked;
    stream->sink(stream->context, kind, command, line, size);
}

/* Hands out one piece. False: there is none that is whole. */
static bool take_piece(struct command_stream *stream) {
    size_t left = stream->input.size - stream->start, size;

    if (left == 0 || stream->waits) {
        return false;
    }
    uint8_t *next = stream->input.octets + stream->start;
    if (stream->literal_left > 0) {
        size = stream->literal_left < left ? (size_t)stream->literal_left : left;
        stream->literal_left -= size;
        stream->start += size;
        stream->sink(stream->context, PIECE_LITERAL, last_command(stream), next, size);
        return true;
    }
    const uint8_t *end = memchr(next + stream->scanned, '\n', left - stream->scanned);
    size = end ? (size_t)(end - next) + 1 : left;
    if (!end && !stream->overlong && left < COMMAND_LINE) {
        stream->scanned = left;
        return false;
    }
    stream->start += size;
    stream->scanned = 0;
    if (stream->overlong || !end) {
        stream->overlong = !end;
        stream->sink(stream->context, PIECE_REST, NULL, next, size);
    } else {
        take_line(stream, next, size);
    }
    return true;
}

void command_stream_feed(struct command_stream *stream, const void *octets, size_t size) {
    buffer_add(&stream->input, octets, size);
    while (take_piece(stream)) {
    }
    size_t left = stream->input.size - stream->start;
    if (stream->start > 0) {
        memmove(stream->input.octets, stream->input.octets + stream->start, left);
    }
    stream->input.size = left;
    stream->start = 0;
}

bool command_stream_has_room(const struct command_stream *stream) {
    return stream->input.size < COMMAND_BACKLOG && !stream->input.failed;
}

void command_stream_end(struct command_stream *stream) {
    if (stream->input.size > 0) {
        stream->sink(stream->context, PIECE_REST, NULL, stream->input.octets, stream->input.size);
    }
    command_stream_clear(stream);
}

void command_stream_clear(struct command_stream *stream) {
    buffer_clear(&stream->input);
    stream->start = stream->scanned = 0;
    stream->literal_left = 0;
    stream->waits = stream->within = stream->overlong = false;
}
