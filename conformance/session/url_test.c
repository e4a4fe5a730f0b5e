#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "url.h"

static void assert_text(const char *actual, const char *expected) {
    if (expected) {
        assert_string_equal(actual, expected);
    } else {
        assert_null(actual);
    }
}

static void reads_every_part(void **state) {
    static const struct {
        const char *url, *host, *port, *user, *password;
        enum tls_mode tls;
    } cases[] = {
        {"imap://ann:secret@localhost:1143", "localhost", "1143", "ann", "secret", TLS_NONE},
        {"imap://ann:secret@localhost", "localhost", "143", "ann", "secret", TLS_NONE},
        {"imaps://ann:secret@mail.example/", "mail.example", "993", "ann", "secret", TLS_IMPLICIT},
        {"IMAP://ann@[::1]:143", "::1", "143", "ann", NULL, TLS_NONE},
        {"imap://localhost", "localhost", "143", NULL, NULL, TLS_NONE},
        {"imap://ann:@localhost", "localhost", "143", "ann", "", TLS_NONE},
        {"imap://a%40b:p%3Aq%2f@localhost", "localhost", "143", "a@b", "p:q/", TLS_NONE},
        {"imap://ann:a:b@localhost", "localhost", "143", "ann", "a:b", TLS_NONE},
        {"imap://user%d:p@localhost", "localhost", "143", "user%d", "p", TLS_NONE},
        {"imap://user%d7:p@localhost", "localhost", "143", "user%d7", "p", TLS_NONE},
        {"imap://user%25d:p@localhost", "localhost", "143", "user%d", "p", TLS_NONE},
        {"imap://%D0%A1:%d0@localhost", "localhost", "143", "С", "\xD0", TLS_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server server = {0};
        char problem[URL_PROBLEM];
        assert_true(url_parse(cases[i].url, &server, problem));
        assert_text(server.host, cases[i].host);
        assert_text(server.port, cases[i].port);
        assert_text(server.user, cases[i].user);
        assert_text(server.password, cases[i].password);
        assert_int_equal(server.tls, cases[i].tls);
        url_free(&server);
    }
}

static void refuses_with_a_sentence(void **state) {
    static const char *const cases[][2] = {
        {"http://localhost", "must begin with imap://"},
        {"localhost:143", "must begin with imap://"},
        {"imap://", "no host"},
        {"imap://ann@:143", "no host"},
        {"imap://localhost/INBOX", "nothing may follow"},
        {"imap://localhost/?x", "nothing may follow"},
        {"imap://ann:p%zz@localhost", "no URL"},
        {"imap://ann smith@localhost", "no URL"},
        {"imap://a%00:b@localhost", "%00"},
        {"imap://ann:p%d@localhost", "no URL"},
        {"", "must begin with imap://"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server server = {0};
        char problem[URL_PROBLEM] = "";
        assert_false(url_parse(cases[i][0], &server, problem));
        assert_non_null(strstr(problem, cases[i][1]));
        assert_null(server.host);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_part),
        cmocka_unit_test(refuses_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
