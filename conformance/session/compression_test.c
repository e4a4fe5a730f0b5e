#include "compression.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Gives `to` what `from` has deflated, in pieces, and returns what comes out. */
static void carry(struct compression *from, struct compression *to, const char *text, size_t piece,
                  struct buffer *inflated) {
    struct buffer deflated = {0};
    uint8_t octets[64];
    size_t count;

    compression_deflate(from, text, strlen(text), &deflated);
    for (size_t at = 0; at < deflated.size; at += piece) {
        size_t left = deflated.size - at;
        compression_feed(to, deflated.octets + at, left < piece ? left : piece);
        while (compression_inflate(to, octets, sizeof octets, &count) == COMPRESSION_DONE) {
            buffer_add(inflated, octets, count);
        }
    }
    buffer_free(&deflated);
}

static void what_is_deflated_comes_out_at_once_at_every_piece_size(void **state) {
    (void)state;
    static const char *const texts[] = {"a NOOP\r\n", "* 1 EXISTS\r\na OK done\r\n", "b NOOP\r\n"};

    for (size_t piece = 1; piece < 40; piece++) {
        struct compression *client = compression_new(), *server = compression_new();
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            struct buffer inflated = {0};
            carry(client, server, texts[i], piece, &inflated);
            assert_int_equal(inflated.size, strlen(texts[i]));
            assert_memory_equal(inflated.octets, texts[i], inflated.size);
            buffer_free(&inflated);
        }
        compression_free(client);
        compression_free(server);
    }
}

static void more_than_a_chunk_is_carried(void **state) {
    (void)state;
    struct compression *client = compression_new(), *server = compression_new();
    size_t size = 5 * COMPRESSION_CHUNK + 7;
    char *text = malloc(size + 1);
    struct buffer inflated = {0};

    assert_non_null(text);
    for (size_t i = 0; i < size; i++) {
        text[i] = (char)('a' + (i * i / 7) % 26);
    }
    text[size] = '\0';
    carry(client, server, text, COMPRESSION_CHUNK, &inflated);
    assert_int_equal(inflated.size, size);
    assert_memory_equal(inflated.octets, text, size);
    buffer_free(&inflated);
    free(text);
    compression_free(client);
    compression_free(server);
}

static void what_is_no_deflate_is_broken(void **state) {
    (void)state;
    struct compression *compression = compression_new();
    uint8_t octets[64];
    size_t count;

    assert_int_equal(compression_inflate(compression, octets, sizeof octets, &count),
                     COMPRESSION_HUNGRY);
    compression_feed(compression, "\xFF\xFF* OK in clear\r\n", 17);
    assert_int_equal(compression_inflate(compression, octets, sizeof octets, &count),
                     COMPRESSION_BROKEN);
    compression_free(compression);
}

static void a_bomb_is_given_up(void **state) {
    (void)state;
    struct compression *server = compression_new(), *client = compression_new();
    struct buffer deflated = {0};
    char *zeros = calloc(1, 1u << 20);
    uint8_t octets[COMPRESSION_CHUNK];
    enum compression_status status = COMPRESSION_HUNGRY;
    size_t count;

    assert_non_null(zeros);
    while (status == COMPRESSION_HUNGRY) {
        buffer_clear(&deflated);
        compression_deflate(server, zeros, 1u << 20, &deflated);
        assert_true(deflated.size <= COMPRESSION_CHUNK);
        compression_feed(client, deflated.octets, deflated.size);
        do {
            status = compression_inflate(client, octets, sizeof octets, &count);
        } while (status == COMPRESSION_DONE);
    }
    assert_int_equal(status, COMPRESSION_TOO_LONG);
    buffer_free(&deflated);
    free(zeros);
    compression_free(server);
    compression_free(client);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_deflated_comes_out_at_once_at_every_piece_size),
        cmocka_unit_test(more_than_a_chunk_is_carried),
        cmocka_unit_test(what_is_no_deflate_is_broken),
        cmocka_unit_test(a_bomb_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
