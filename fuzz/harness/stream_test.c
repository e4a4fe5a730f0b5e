/* What a client reads of a stream, and what it makes of what the client says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those before it. */
#include <cmocka.h>
#include <string.h>

#include "stream.h"

enum { ROOM = 400 };

/* All up to the end of the stream, or to the end of what is answered. */
static const char *read_all(struct stream *stream, char text[ROOM]) {
    size_t size = 0;
    ssize_t got;

    while ((got = stream_read(stream, text + size, ROOM - 1 - size)) > 0) {
        size += (size_t)got;
    }
    text[size] = '\0';
    return text;
}

static struct stream server(const char *input, bool answers) {
    struct stream stream = stream_of((const uint8_t *)input, strlen(input));

    stream.answers = answers;
    return stream;
}

static void test_says_the_input(void **state) {
    static const char input[] = "* OK hi\r\na1 OK done\r\nx BAD\r\nno end";
    struct stream stream = server(input, false);
    char text[ROOM];

    (void)state;
    stream_write(&stream, "t9 NOOP\r\n", 9);
    assert_string_equal(read_all(&stream, text), input);
}

static void test_answers_with_the_tag_of_the_last_command(void **state) {
    struct stream stream =
        server("* OK hi\r\na1 OK done\r\na2 no\r\na3 BAD x\r\na4 OKAY\r\n+ OK\r\n", true);
    char text[ROOM];

    (void)state;
    stream_write(&stream, "t1 CAPA", 7);
    stream_write(&stream, "BILITY\r\nt2 NOOP\r\nDONE\r\n", 23);
    assert_string_equal(read_all(&stream, text),
                        "* OK hi\r\nt2 OK done\r\nt2 no\r\nt2 BAD x\r\na4 OKAY\r\n+ OK\r\n");
}

static void test_has_a_client_speak_before_the_next_completion(void **state) {
    struct stream stream = server("a OK 1\r\nb OK 2\r\n", true);
    char text[ROOM];
    size_t size = 0;

    (void)state;
    stream_write(&stream, "t1 NOOP\r\n", 9);
    while (size == 0 || text[size - 1] != '\n') {
        size += (size_t)stream_read(&stream, text + size, ROOM - size);
    }
    assert_int_equal(size, strlen("t1 OK 1\r\n"));
    assert_memory_equal(text, "t1 OK 1\r\n", size);
    stream_write(&stream, "t2 NOOP\r\n", 9);
    assert_string_equal(read_all(&stream, text), "t2 OK 2\r\n");
}

static void test_keeps_a_tag_that_is_too_long_out(void **state) {
    struct stream stream = server("a OK 1\r\n", true);
    char long_word[2 * STREAM_TAG], text[ROOM];

    (void)state;
    memset(long_word, 'x', sizeof long_word);
    stream_write(&stream, long_word, sizeof long_word);
    stream_write(&stream, " \r\n", 3);
    assert_string_equal(read_all(&stream, text), "a OK 1\r\n");
}

static void test_ends_both_ways(void **state) {
    bool ended[2] = {false, false};

    (void)state;
    for (uint8_t octet = 0; octet < 64; octet++) {
        struct stream stream = stream_of(&octet, 1);
        char text[ROOM];
        assert_int_equal(stream_read(&stream, text, ROOM), 1);
        ssize_t end = stream_read(&stream, text, ROOM);
        assert_true(end == 0 || end == -1);
        assert_int_equal(stream_read(&stream, text, ROOM), end);
        ended[end == 0] = true;
    }
    assert_true(ended[0] && ended[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_the_input),
        cmocka_unit_test(test_answers_with_the_tag_of_the_last_command),
        cmocka_unit_test(test_has_a_client_speak_before_the_next_completion),
        cmocka_unit_test(test_keeps_a_tag_that_is_too_long_out),
        cmocka_unit_test(test_ends_both_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
