#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collection.h"

static const char good[] = "# A title\nstate: authenticated\n\nC: a1 NOOP\nS: a1 OK done\n";

/* A folder of its own for each test. */
static int enter_folder(void **state) {
    static char folder[] = "/tmp/imapspec-XXXXXX";
    strcpy(folder, "/tmp/imapspec-XXXXXX");
    *state = mkdtemp(folder);
    return *state ? chdir(*state) : -1;
}

static void write_file(const char *path, const char *text) {
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs(text, stream);
    assert_int_equal(fclose(stream), 0);
}

static int leave_folder(void **state) {
    static const char *const made[] = {"x/dialogs/b/2.dialog", "x/dialogs/b/10.dialog",
                                       "x/dialogs/a.dialog",   "x/dialogs/notes.txt",
                                       "x/dialogs/.d.dialog",  "one.dialog",
                                       "bad.dialog",           "x/dialogs/b/loop"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        unlink(made[i]);
    }
    rmdir("x/dialogs/b");
    rmdir("x/dialogs");
    rmdir("x");
    return chdir("/") == 0 ? rmdir(*state) : -1;
}

static void make_dialogs(void) {
    assert_int_equal(mkdir("x", 0700) | mkdir("x/dialogs", 0700) | mkdir("x/dialogs/b", 0700), 0);
    write_file("x/dialogs/b/2.dialog", good);
    write_file("x/dialogs/b/10.dialog", good);
    write_file("x/dialogs/a.dialog", good);
    write_file("x/dialogs/notes.txt", "no dialog");
    write_file("x/dialogs/.d.dialog", "hidden");
    assert_int_equal(symlink("..", "x/dialogs/b/loop"), 0);
}

/* The ids, or what is wrong, in one line. Allocated. */
static char *collect(const char *path, const char *pattern) {
    struct collection collection = {0};
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    collection_add(&collection, path, stream);
    if (pattern) {
        collection_filter(&collection, &pattern, 1);
    }
    for (size_t i = 0; i < collection.count; i++) {
        fprintf(stream, "%s ", collection.dialogs[i]->id);
    }
    collection_free(&collection);
    fclose(stream);
    return text;
}

static void assert_collected(const char *path, const char *pattern, const char *expected) {
    char *text = collect(path, pattern);
    assert_string_equal(text, expected);
    free(text);
}

static void walks_folders_in_order(void **state) {
    (void)state;
    make_dialogs();
    assert_collected("x", NULL, "a b/10 b/2 ");
    assert_collected("x/dialogs/", NULL, "a b/10 b/2 ");
    assert_collected("x/dialogs/b", NULL, "b/10 b/2 ");
    assert_collected("x/dialogs/b/2.dialog", NULL, "b/2 ");
    assert_collected("./x/dialogs/b/2.dialog", NULL, "b/2 ");
}

static void names_by_what_was_given(void **state) {
    (void)state;
    write_file("one.dialog", good);
    assert_collected("one.dialog", NULL, "one ");
    assert_collected(".", NULL, "one ");
    assert_collected("./", NULL, "one ");
    assert_collected("./one.dialog", NULL, "one ");
}

static void filters_by_id(void **state) {
    (void)state;
    make_dialogs();
    assert_collected("x", "b/*", "b/10 b/2 ");
    assert_collected("x", "*", "a b/10 b/2 ");
    assert_collected("x", "b", "");
    assert_collected("x", "[ab]*2", "b/2 ");
}

static void tells_problems(void **state) {
    (void)state;
    write_file("bad.dialog", "mode: backwards\n");
    char *text = collect("bad.dialog", NULL);
    assert_int_equal(strncmp(text, "bad.dialog:1:7: ", 16), 0);
    free(text);
    assert_collected("none", NULL, "none: No such file or directory\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(walks_folders_in_order, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(names_by_what_was_given, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(filters_by_id, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(tells_problems, enter_folder, leave_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
