#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

static const struct imap_grammar *grammar(void) {
    return imap_grammar_builtin();
}

static struct names make_names(const struct dialog *dialog, const char *scratch, char separator) {
    return (struct names){.dialog = dialog, .scratch = scratch, .separator = separator};
}

static void names_move_below_the_scratch_name(void **state) {
    (void)state;
    const struct dialog slash = {.separator = '/'}, dot = {.separator = '.'};
    static const struct {
        bool is_slash;
        const char *scratch;
        char separator;
        const char *name, *on_server;
    } names[] = {
        {true, "imapspec-1", '/', "blob", "imapspec-1/blob"},
        {true, "imapspec-1", '.', "foo/bar", "imapspec-1.foo.bar"},
        {false, "imapspec-1", '/', "foo.bar", "imapspec-1/foo/bar"},
        {true, "imapspec-1", '/', "foo/", "imapspec-1/foo/"},
        {true, "imapspec-1", 0, "foo/bar", "imapspec-1-foo-bar"},
        {true, "imapspec-1", '/', "inbox", "inbox"},
        {true, "imapspec-1", '/', "INBOX/a", "imapspec-1/INBOX/a"},
        {true, NULL, '.', "foo/bar", "foo.bar"},
        {true, NULL, '/', "foo.bar", "foo.bar"},
        {true, NULL, '.', "INBOX", "INBOX"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct names map =
            make_names(names[i].is_slash ? &slash : &dot, names[i].scratch, names[i].separator);
        char *on_server = names_on_server(&map, names[i].name);
        assert_string_equal(on_server, names[i].on_server);
        free(on_server);
    }
}

static void names_move_below_the_prefix(void **state) {
    (void)state;
    const struct dialog dialog = {.separator = '/'};
    static const struct {
        const char *scratch, *name, *on_server;
    } names[] = {
        {NULL, "blob", "INBOX.blob"},
        {NULL, "foo/bar", "INBOX.foo.bar"},
        {NULL, "INBOX", "INBOX"},
        {NULL, "inbox", "inbox"},
        {NULL, "INBOX/a", "INBOX.a"},
        {NULL, "INBOX*", "INBOX*"},
        {NULL, "INBOXES", "INBOX.INBOXES"},
        {"INBOX.imapspec-1", "blob", "INBOX.imapspec-1.blob"},
        {"INBOX.imapspec-1", "INBOX/a", "INBOX.imapspec-1.INBOX.a"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct names map = make_names(&dialog, names[i].scratch, '.');
        map.prefix = "INBOX.";
        char *on_server = names_on_server(&map, names[i].name);
        assert_string_equal(on_server, names[i].on_server);
        free(on_server);
    }
}

static void assert_mapped(const struct names *names, enum imap_root root, const char *text,
                          const char *wanted) {
    size_t size;
    uint8_t *mapped = names_map(names, grammar(), root, (const uint8_t *)text, strlen(text), &size);

    assert_string_equal((char *)mapped, wanted);
    assert_int_equal(size, strlen(wanted));
    free(mapped);
}

static void commands_are_mapped(void **state) {
    (void)state;
    const struct dialog dialog = {.separator = '/'};
    struct names names = make_names(&dialog, "s", '.');
    static const struct {
        const char *text, *mapped;
    } commands[] = {
        {"a SELECT blob\r\n", "a SELECT s.blob\r\n"},
        {"a SELECT \"b b\"\r\n", "a SELECT \"s.b b\"\r\n"},
        {"a SELECT \"b\\\"b\"\r\n", "a SELECT \"s.b\\\"b\"\r\n"},
        {"a RENAME foo/bar foo/\r\n", "a RENAME s.foo.bar s.foo.\r\n"},
        {"a NOOP\r\n", "a NOOP\r\n"},
        {"a FETCH 1 BODY[TEXT]\r\n", "a FETCH 1 BODY[TEXT]\r\n"},
        {"a COPY 2:4 MEETING\r\n", "a COPY 2:4 s.MEETING\r\n"},
        {"a SELECT INBOX\r\n", "a SELECT INBOX\r\n"},
        {"a LIST \"\" blob\r\n", "a LIST \"\" s.blob\r\n"},
        {"a LIST \"\" foo/%\r\n", "a LIST \"\" s.foo.%\r\n"},
        {"a LIST \"\" \"foo/*\"\r\n", "a LIST \"\" \"s.foo.*\"\r\n"},
        {"a LIST \"\" \"\xC3\xA4%\"\r\n", "a LIST \"\" \"s.\xC3\xA4%\"\r\n"},
        {"a LIST foo/ bar/%\r\n", "a LIST s.foo. bar.%\r\n"},
        {"a LIST \"\" \"\"\r\n", "a LIST \"\" \"\"\r\n"},
        {"a STATUS blob (MESSAGES)\r\n", "a STATUS s.blob (MESSAGES)\r\n"},
        {"a APPEND blob (\\Seen) {310}\r\n", "a APPEND s.blob (\\Seen) {310}\r\n"},
        {"a SELECT {4}\r\nblob\r\n", "a SELECT {4}\r\nblob\r\n"},
        {"a BLURDYBLOOP blob\r\n", "a BLURDYBLOOP blob\r\n"},
    };

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        assert_mapped(&names, IMAP_COMMAND, commands[i].text, commands[i].mapped);
    }
}

static void commands_are_mapped_below_the_prefix(void **state) {
    (void)state;
    const struct dialog dialog = {.separator = '/'};
    struct names names = make_names(&dialog, NULL, '/');
    names.prefix = "mine/";
    static const struct {
        const char *text, *mapped;
    } commands[] = {
        {"a SELECT blob\r\n", "a SELECT mine/blob\r\n"},
        {"a RENAME INBOX old\r\n", "a RENAME INBOX mine/old\r\n"},
        {"a LIST \"\" *\r\n", "a LIST \"\" *\r\n"},
        {"a LIST \"\" %\r\n", "a LIST \"\" mine/%\r\n"},
        {"a LIST foo/ %\r\n", "a LIST mine/foo/ %\r\n"},
        {"a LIST \"\" \"\"\r\n", "a LIST \"\" \"\"\r\n"},
    };

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        assert_mapped(&names, IMAP_COMMAND, commands[i].text, commands[i].mapped);
    }
}

static void expected_messages_are_mapped(void **state) {
    (void)state;
    const struct dialog dialog = {.separator = '/'};
    struct names names = make_names(&dialog, "s", '.');
    static const struct {
        const char *text, *mapped;
    } messages[] = {
        {"* LIST () \"/\" foo/bar", "* LIST () \".\" s.foo.bar"},
        {"* LSUB (\\Noselect) \"/\" \"foo\"", "* LSUB (\\Noselect) \".\" \"s.foo\""},
        {"* LIST (...) \"/\" foo ", "* LIST (...) \"/\" foo "},
        {"* LIST (...) \"/\" foo", "* LIST (...) \".\" s.foo"},
        {"* LIST (\\Marked ...) \"/\" ${:mailbox}", "* LIST (\\Marked ...) \".\" ${:mailbox}"},
        {"* LIST (...) ${:hierarchy-delimiter} foo", "* LIST (...) ${:hierarchy-delimiter} s.foo"},
        {"* LIST () NIL foo", "* LIST () NIL s.foo"},
        {"* LIST () \"#\" foo", "* LIST () \"#\" s.foo"},
        {"* LIST () \"/\" \"\"", "* LIST () \".\" \"\""},
        {"* STATUS foo (UIDNEXT ${n:nz-number} ...)",
         "* STATUS s.foo (UIDNEXT ${n:nz-number} ...)"},
        {"* FLAGS (\\Seen ...)", "* FLAGS (\\Seen ...)"},
        {"a OK foo", "a OK foo"},
        {"+", "+"},
    };

    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        assert_mapped(&names, IMAP_RESPONSE, messages[i].text, messages[i].mapped);
    }
}

static void a_server_may_need_quotes_or_have_no_hierarchy(void **state) {
    (void)state;
    const struct dialog dialog = {.separator = '/'};
    struct names backslash = make_names(&dialog, "s", '\\');
    struct names flat = make_names(&dialog, "s", 0);
    struct names same = make_names(&dialog, NULL, '/');
    struct names other = make_names(&dialog, NULL, '.');

    assert_mapped(&backslash, IMAP_COMMAND, "a SELECT blob\r\n", "a SELECT \"s\\\\blob\"\r\n");
    assert_mapped(&backslash, IMAP_RESPONSE, "* LIST () \"/\" b", "* LIST () \"\\\\\" \"s\\\\b\"");
    assert_mapped(&flat, IMAP_RESPONSE, "* LIST () \"/\" a/b", "* LIST () NIL s-a-b");
    assert_mapped(&same, IMAP_COMMAND, "a SELECT foo/bar\r\n", "a SELECT foo/bar\r\n");
    assert_mapped(&other, IMAP_COMMAND, "a SELECT foo/bar\r\n", "a SELECT foo.bar\r\n");
    assert_mapped(&other, IMAP_RESPONSE, "* LIST () \"/\" foo/bar", "* LIST () \".\" foo.bar");
}

static void places_are_found(void **state) {
    (void)state;
    static const char list[] = "a LIST foo/ %\r\n", half[] = "a APPEND blob {3}\r\n";
    struct name_places places =
        names_find(grammar(), IMAP_COMMAND, (const uint8_t *)list, strlen(list));

    assert_true(places.is_readable && places.is_whole && !places.overflow);
    assert_int_equal(places.count, 2);
    assert_int_equal(places.items[0].kind, NAME_REFERENCE);
    assert_int_equal(places.items[0].start, 7);
    assert_int_equal(places.items[0].end, 11);
    assert_int_equal(places.items[1].kind, NAME_PATTERN);
    places = names_find(grammar(), IMAP_COMMAND, (const uint8_t *)half, strlen(half));
    assert_true(places.is_readable && !places.is_whole);
    assert_int_equal(places.count, 1);
    assert_int_equal(places.items[0].kind, NAME_MAILBOX);
    places = names_find(grammar(), IMAP_COMMAND, (const uint8_t *)"a FOO x\r\n", 9);
    assert_false(places.is_readable);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_move_below_the_scratch_name),
        cmocka_unit_test(names_move_below_the_prefix),
        cmocka_unit_test(commands_are_mapped_below_the_prefix),
        cmocka_unit_test(commands_are_mapped),
        cmocka_unit_test(expected_messages_are_mapped),
        cmocka_unit_test(a_server_may_need_quotes_or_have_no_hierarchy),
        cmocka_unit_test(places_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
