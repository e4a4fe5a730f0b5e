#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dialog.h"
#include "header.h"
#include "source.h"
#include "transcript.h"

/* ---- files ---------------------------------------------------------------------------------- */

/* A folder with the dialog under test and a message beside it. */
static char folder[] = "/tmp/imapspec-dialog-XXXXXX";
static char dialog_path[64], message_path[64];

static void write_file(const char *path, const void *octets, size_t size) {
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(octets, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(dialog_path, sizeof dialog_path, "%s/rfc/one.dialog", folder);
    snprintf(message_path, sizeof message_path, "%s/rfc/one.eml", folder);
    char rfc[64];
    snprintf(rfc, sizeof rfc, "%s/rfc", folder);
    if (mkdir(rfc, 0700) != 0) {
        return -1;
    }
    write_file(message_path, "Subject: x\r\n\r\n", 14);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    char rfc[64];
    snprintf(rfc, sizeof rfc, "%s/rfc", folder);
    return unlink(dialog_path) || unlink(message_path) || rmdir(rfc) || rmdir(folder);
}

/* From the file, and from memory, which must be the same. */
static struct dialog *load_octets(const void *octets, size_t size, struct diagnostic *diagnostic) {
    struct diagnostic same;
    struct dialog *read =
        dialog_read(dialog_path, folder, octets, size, imap_grammar_builtin(), &same);

    write_file(dialog_path, octets, size);
    struct dialog *dialog = dialog_load(dialog_path, folder, imap_grammar_builtin(), diagnostic);
    assert_int_equal(read != NULL, dialog != NULL);
    assert_int_equal(same.line, diagnostic->line);
    assert_int_equal(same.column, diagnostic->column);
    assert_string_equal(same.message, diagnostic->message);
    free(same.file);
    dialog_free(read);
    return dialog;
}

static struct dialog *load(const char *text) {
    struct diagnostic diagnostic;
    struct dialog *dialog = load_octets(text, strlen(text), &diagnostic);

    if (!dialog) {
        fail_msg("%u:%u: %s\n%s", diagnostic.line, diagnostic.column, diagnostic.message, text);
    }
    return dialog;
}

/* The error as "LINE:COLUMN: MESSAGE", "" when there is none. */
static void load_error(const void *octets, size_t size, char error[320]) {
    struct diagnostic diagnostic;
    struct dialog *dialog = load_octets(octets, size, &diagnostic);

    error[0] = '\0';
    if (!dialog) {
        assert_string_equal(diagnostic.file, dialog_path);
        snprintf(error, 320, "%u:%u: %s", diagnostic.line, diagnostic.column, diagnostic.message);
        free(diagnostic.file);
    }
    dialog_free(dialog);
}

/* ---- what is refused ------------------------------------------------------------------------ */

struct trial {
    const char *text;
    const char *error; /* "" for none */
};

static void try_all(const struct trial *trials, size_t count) {
    unsigned failures = 0;

    for (size_t i = 0; i < count; i++) {
        char error[320];
        load_error(trials[i].text, strlen(trials[i].text), error);
        if (strcmp(error, trials[i].error) != 0) {
            print_error("%s\n  says  %s\n  wants %s\n", trials[i].text, error, trials[i].error);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
}

#define TRY_ALL(trials) try_all(trials, sizeof trials / sizeof *trials)

/* A dialog with this header. */
#define WITH(header) header "\nC: a NOOP\nS: a OK done\n"

static void headers_are_checked(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {WITH("colour: red"), "1:1: unknown header `colour:`"},
        {WITH("Section: RFC 2060"), "1:1: unknown header `Section:`"},
        {WITH("section"), "1:1: neither `key: value` nor a marker (C: S: !action)"},
        {WITH("С: a NOOP"), "1:1: unknown header `С:`"},
        {WITH("Сa NOOP"), "1:1: neither `key: value` nor a marker; its first letter is not of "
                          "ASCII (a look-alike of C or S?)"},
        {WITH("section:"), "1:9: `section:` has no value"},
        {WITH("section: a\n# x\nsection: b"), "3:1: `section:` stands in line 1 already"},
        {WITH("level: MAY"), "1:8: `MAY` is none of `MUST`, `SHOULD`"},
        {WITH("mode:   dead"), "1:9: `dead` is none of `live`, `syntax`, `octets`"},
        {WITH("dialect: rfc822"), "1:10: `rfc822` is none of `rev1`, `rev1-2060`, `rev2`, `all`"},
        {WITH("state: limbo"), "1:8: `limbo` is none of `greeting`, `tls`, `authenticated`, "
                               "`created`, `selected`"},
        {WITH("state: tls blob"), "1:12: only `selected` is followed by a mailbox"},
        {WITH("level: MUST\nstate: selected"),
         "2:1: `state: selected` needs a `mailbox:` or a name"},
        {WITH("state: selected blob\nmailbox: blub 1"), "1:1: no `mailbox:` builds `blob`"},
        {WITH("connections: 0"), "1:14: a number from 1 to 64 must stand here"},
        {WITH("connections: 65"), "1:14: a number from 1 to 64 must stand here"},
        {WITH("connections: 2x"), "1:15: a number from 1 to 64 must stand here"},
        {WITH("connections: 99999999999999999999"), "1:14: a number from 1 to 64 must stand here"},
        {WITH("account: mine"), "1:10: an account is `disposable`, or the line is left out"},
        {WITH("separator: //"), "1:12: a separator is one printable character of ASCII"},
        {WITH("separator: \x7f"), "1:12: a separator is one printable character of ASCII"},
        {WITH("separator: \""), ""},
        {WITH("mailbox: blob"), "1:10: a name and a number of messages must stand here"},
        {WITH("mailbox: blob many"), "1:15: a number from 0 to 100000 must stand here"},
        {WITH("mailbox: blob 100001"), "1:15: a number from 0 to 100000 must stand here"},
        {WITH("mailbox: blob 1\nmailbox: blob 2"), "2:10: this mailbox was declared before"},
        {WITH("flags: 1 \\Seen\nmailbox: blob 1"), "1:1: `flags:` must stand below a `mailbox:`"},
        {WITH("mailbox: blob 5\nflags: 1:6 \\Seen"), "2:10: a number from 1 to 5 must stand here"},
        {WITH("mailbox: blob 5\nflags: 0 \\Seen"), "2:8: a number from 1 to 5 must stand here"},
        {WITH("mailbox: blob 5\nflags: 4:2 \\Seen"), "2:10: a number from 4 to 5 must stand here"},
        {WITH("mailbox: blob 5\nflags: 1:* \\Seen"), "2:10: a number from 1 to 5 must stand here"},
        {WITH("mailbox: blob 5\nflags: 1,,2 \\Seen"), "2:10: a number from 1 to 5 must stand here"},
        {WITH("mailbox: blob 5\nflags: 1:2:3 \\Seen"), "2:11: a range is two numbers: 2:4"},
        {WITH("mailbox: blob 0\nflags: 1 \\Seen"), "2:8: the mailbox has no messages"},
        {WITH("mailbox: blob 5\nflags: 1"), "2:9: a value must follow the messages' numbers"},
        {WITH("mailbox: blob 5\nflags: 1 \\Seen a(b"),
         "2:17: flags must stand here, parted by one space: \\Seen Work"},
        {WITH("mailbox: blob 5\nflags: 1 \\Seen \\recent"),
         "2:16: \\Recent is the server's: say `recent: NUMBER`"},
        {WITH("mailbox: blob 5\ninternaldate: 1 \"l7-Jul-1996 02:44:25 -0700\""),
         "2:18: a date must stand here: \"17-Jul-1996 02:44:25 -0700\""},
        {WITH("mailbox: blob 5\nrecent: 6"), "2:9: a number from 0 to 5 must stand here"},
        {WITH("mailbox: blob 5\nrecent: 1\nrecent: 2"), "3:1: `recent:` stands in line 2 already"},
        {WITH("mailbox: a 5\nrecent: 1\nmailbox: b 5\nrecent: 2"), ""},
        {WITH("mailbox: blob 5\nsubscribed: maybe"), "2:13: `maybe` is none of `no`, `yes`"},
        {WITH("mailbox: blob 5\nmessage: 1 one.eml"), ""},
    };

    TRY_ALL(trials);
}

static void headers_stand_once(void **state) {
    (void)state;
    static const char *const lines[] = {
        "section: a",   "proves: a",           "level: MUST", "needs: IDLE",
        "mode: live",   "dialect: rev1",       "state: tls",  "connections: 2",
        "separator: /", "account: disposable", "uses: a",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[128], error[320], wanted[320];
        snprintf(text, sizeof text, "%s\n%s\nC: a NOOP\n", lines[i], lines[i]);
        load_error(text, strlen(text), error);
        snprintf(wanted, sizeof wanted, "2:1: `%.*s:` stands in line 1 already",
                 (int)strcspn(lines[i], ":"), lines[i]);
        assert_string_equal(error, wanted);
    }
}

static void transcripts_are_checked(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"", "1:1: the dialog has no lines: `C: ...`, `S: ...`"},
        {"C!: a NOOP\n!breaks command\n", "1:1: `C!:` stands in dialogs of `mode: syntax`"},
        {"S-: * OK x\n", "1:1: `S-:` stands in dialogs of `mode: octets`"},
        {"mode: octets\nS!: *\n",
         "2:1: a dialog of `mode: octets` has only `C:`, `C-:`, `S:` and `S-:`"},
        {"mode: octets\nC: a\n!close\n",
         "3:1: a dialog of `mode: octets` has only `C:`, `C-:`, `S:` and `S-:`"},
        {"mode: octets\nC: ${x}\n", "2:4: `x` is captured in no line above that must come"},
        {"mode: octets\nS: ${hex:0}\n",
         "2:4: octets are written ${hex:00 ff}, two hexadecimal digits each"},
        {"mode: syntax\nC!: a\nS: b OK x\n",
         "2:1: `!breaks RULE` must follow below what must not be sent"},
        {"mode: syntax\nS!: a\n", "2:1: `!breaks RULE` must follow below what must not be sent"},
        {"mode: syntax\nS!: a\n!wait 1s\n", "3:2: `!breaks RULE` must stand here"},
        {"mode: syntax\nS!: a\n!breaks\n", "3:8: the name of a rule or a check must stand here"},
        {"mode: syntax\nS!: a\n!breaks tag tag\n", "3:13: nothing more may stand here"},
        {"mode: syntax\nS!: ${a}\n!breaks tag\n",
         "2:5: `a` is captured in no line above that must come"},
        {"level: MUST\n\n# nothing\n", "3:1: the dialog has no lines: `C: ...`, `S: ...`"},
        {"C: a NOOP\nstate: greeting\n",
         "2:1: no marker: `C:`, `S:` and their kin, `!action` or `#` must stand here"},
        {"C: a NOOP\nS#: a OK x\n",
         "2:1: no marker: `C:`, `S:` and their kin, `!action` or `#` must stand here"},
        {"C: a NOOP\nС: b NOOP\n",
         "2:1: no marker: the first letter is not of ASCII (a look-alike of C or S?)"},
        {"C:a NOOP\n", "1:3: a space must follow the marker"},
        {"C2: a NOOP\n", "1:2: there is no connection 2 (`connections: 1`)"},
        {"connections: 2\nS3: * OK x\n", "2:2: there is no connection 3 (`connections: 2`)"},
        {"C0: a NOOP\n", "1:2: there is no connection 0 (`connections: 1`)"},
        {"C99999999999999999999: a NOOP\n",
         "1:2: there is no connection 4294967295 (`connections: 1`)"},
        {"!dance\n", "1:2: no such action: !starttls !compress !close !expect-close !may-close "
                     "!connect !wait !idle "
                     "!deliver"},
        {"!wait\n", "1:6: a time must stand here: 500ms, 2s; 60s at most"},
        {"!wait 2\n", "1:7: a time must stand here: 500ms, 2s; 60s at most"},
        {"!wait 61s\n", "1:7: a time must stand here: 500ms, 2s; 60s at most"},
        {"!idle 99999999999ms\n", "1:7: a time must stand here: 500ms, 2s; 60s at most"},
        {"!wait 2s 2\n", "1:10: there is no connection `2` (`connections: 1`)"},
        {"!close x\n", "1:8: there is no connection `x` (`connections: 1`)"},
        {"!close 1 1\n", "1:10: nothing more may stand here"},
        {"!connect 2\n", "1:10: there is no connection `2` (`connections: 1`)"},
        {"connections: 2\n!connect 2\n!may-close 2\n!connect\n!may-close\n", ""},
        {"!deliver\n", "1:9: a file must stand here"},
        {"!deliver one.eml\n!wait 59s\n!wait 0ms\n!wait 60s 1\n!idle 60000ms\n", ""},
    };

    TRY_ALL(trials);
}

#define REPETITION "1:11: a repetition is written ${repeat:1000 \"text\"} or ${repeat:1000 00 ff}"

static void placeholders_are_checked(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"C: a FETCH ${n} FLAGS\n", "1:12: `n` is captured in no line above that must come"},
        {"S: * ${n:nz-number} EXPUNGE\nC: a FETCH ${n} FLAGS\n", ""},
        {"S: * ${n:nz-number} EXPUNGE\nC: a FETCH ${N} FLAGS\n",
         "2:12: `N` is captured in no line above that must come"},
        {"S?: * ${n:nz-number} EXPUNGE\nC: a FETCH ${n} FLAGS\n",
         "2:12: `n` is captured in no line above that must come"},
        {"S!: * ${n:nz-number} EXPUNGE\nC: a FETCH ${n} FLAGS\n",
         "2:12: `n` is captured in no line above that must come"},
        {"S: * ${n:nz-number} EXPUNGE\nS: * ${n} EXPUNGE\n", ""},
        {"S?: * ${n:nz-number} EXPUNGE\nS: * ${n} EXPUNGE\n",
         "2:6: `n` is captured in no line above that must come"},
        {"S: * ${n} EXPUNGE\n", "1:6: `n` is captured in no line above that must come"},
        {"S: * ${n:nz-number} FETCH (UID ${n})\n", ""},
        {"S: * ${n:nznumber} EXPUNGE\n", "1:10: the grammar has no rule `nznumber`"},
        {"C: a FETCH ${:nz-number} FLAGS\n", "1:12: a line that is sent leaves nothing open"},
        {"S: * OK ${x:text\n", "1:9: the placeholder has no end: ${name:rule}, ${name}, "
                               "${:rule} or ${hex:00}"},
        {"C: a NOOP ${\n", "1:11: the placeholder has no end: ${name:rule}, ${name}, ${:rule} "
                           "or ${hex:00}"},
        {"C: a NOOP ${}\n", "1:11: the placeholder has no name: ${name:rule}, ${name} or ${:rule}"},
        {"S: * ${n:} EXPUNGE\n", "1:6: a rule's name must follow the colon: ${name:rule}"},
        {"C: a NOOP ${hex:0}\n",
         "1:11: octets are written ${hex:00 ff}, two hexadecimal digits each"},
        {"C: a NOOP ${hex:zz}\n",
         "1:11: octets are written ${hex:00 ff}, two hexadecimal digits each"},
        {"C: a NOOP ${hex:00 fF0a}\n", ""},
        {"C: a NOOP ${repeat:}\n", REPETITION},
        {"C: a NOOP ${repeat:0 \"x\"}\n", REPETITION},
        {"C: a NOOP ${repeat:2\"x\"}\n", REPETITION},
        {"C: a NOOP ${repeat:2 x}\n", REPETITION},
        {"C: a NOOP ${repeat:2 \"x}\n", REPETITION},
        {"C: a NOOP ${repeat:2 \"x\n", REPETITION},
        {"C: a NOOP ${repeat:2 0}\n", REPETITION},
        {"C: a NOOP ${repeat:2 00\n", REPETITION},
        {"C: a NOOP ${repeat:16777217 00}\n", "1:11: 16 MiB at most can be repeated"},
        {"C: a NOOP ${repeat:8388609 \"xy\"}\n", "1:11: 16 MiB at most can be repeated"},
        {"C: a NOOP ${repeat:99999999999999999999999 00}\n",
         "1:11: 16 MiB at most can be repeated"},
        {"C: ${repeat:16777216 00}${repeat:16777216 00}\n"
         "C: ${repeat:16777216 00}${repeat:16777216 00}${hex:00}\n",
         "2:46: 64 MiB at most can be repeated in all"},
        {"C: a NOOP ${repeat:16777216 00}\n", ""},
        {"C: a NOOP ${repeat:3 \"\"}${repeat:2 \"{}}\"}${repeat:1 \"${hex:00}\"}\n", ""},
        {"S: * 1 FETCH (BODY[TEXT] {6}\nS: ${repeat:3 \"ab\"})\n", ""},
        {"S: * 1 FETCH (BODY[TEXT] {}\nS: ${repeat:3 \"ab\"}\nS: )\n", ""},
        {"!may-close\nS: * ${n:nz-number} EXPUNGE\nC: a FETCH ${n} FLAGS\n",
         "3:12: `n` is captured in no line above that must come"},
        {"!may-close\n!connect\nS: * ${n:nz-number} EXPUNGE\nC: a FETCH ${n} FLAGS\n", ""},
        {"C: a NOOP ${x23456789012345678901234567890123456789012345678901234567890123}\n",
         "1:11: `x23456789012345678901234567890123456789012345678901234567890123` is captured in "
         "no line above that must come"},
        {"C: a NOOP ${x234567890123456789012345678901234567890123456789012345678901234}\n",
         "1:11: the name is too long (63 octets at most)"},
        {"S: * LIST () \"/\" {#user}\nS: ${user}\n", "1:18: only a line that is sent has this"},
        {"S: * ${n:nz-number} EXPUNGE\nS: * ${:number>n} EXISTS\n", ""},
        {"S: * ${n:nz-number} EXPUNGE\nS: * ${m:number<n} EXISTS\nC: a FETCH ${m} FLAGS\n", ""},
        {"S: * ${:number>n} EXISTS\n", "1:16: `n` is captured in no line above that must come"},
        {"S: * ${m:number>n} EXISTS\n", "1:17: `n` is captured in no line above that must come"},
        {"S: * ${:number>} EXISTS\n", "1:6: the name of a capture must follow: ${:rule>name}"},
        {"S: * ${n:number} EXISTS\nC: a FETCH ${n:number>n} FLAGS\n",
         "2:22: a line that is sent compares nothing"},
        {"S: * 1 FETCH (BODY[TEXT] a${:nstring})\n",
         "1:26: nstring: expected DQUOTE / \"N\" / \"{\", got \"a\""},
        {"S: * LIST () \"/\" a${:mailbox}\n",
         "1:19: a placeholder must stand for a whole element of the message"},
    };

    TRY_ALL(trials);
}

static void expected_lines_are_parsed(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"S: * 172 EXIST\n", "1:15: mailbox-data: expected \"S\", got CR"},
        {"S: *11 FETCH (UID 1)\n", "1:5: response-data: expected SP, got \"1\""},
        {"S: * 1 FETCH FLAGS (\\Seen)\n", "1:14: msg-att: expected \"(\", got \"F\""},
        {"S: * LIST (...) \"/\" blob x\n", "1:26: mbox-list-extended: expected \"(\", got \"x\""},
        {"S: * OK [UNSEEN x] Welcome\n", "1:9: this begins like a response code, but isn't one"},
        {"S: * ${user} EXISTS\n", NULL},
        {"state: greeting\nS: * 1 EXISTS\n", NULL},
        {"state: greeting\nS: * PREAUTH hello\n", ""},
        {"state: greeting\nconnections: 2\nS1: * OK hello\nS2: * PREAUTH hello\n", ""},
        {"state: greeting\nconnections: 2\nS1: * OK hello\nS2: * 1 EXISTS\n", NULL},
        {"state: greeting\nC: a NOOP\nS: * PREAUTH hello\n", NULL},
        {"S: * PREAUTH hello\n", NULL},
        {"S: * ... EXISTS\n", ""},
        {"S: * 1 FETCH (FLAGS (\\Seen) ... UID 4 ...)\n", ""},
        {"S: +\nS: + ...\nS: + go\n", ""},
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        if (trials[i].error) {
            try_all(&trials[i], 1);
        } else {
            char error[320];
            load_error(trials[i].text, strlen(trials[i].text), error);
            assert_string_not_equal(error, "");
        }
    }
}

static void literals_are_counted(void **state) {
    (void)state;
    static const struct trial trials[] = {
        {"C: a LOGIN {4}\nC: user {8}\nC: password\n", ""},
        {"C: a LOGIN {5}\nC: user {8}\nC: password\n",
         "1:12: the literal has 5 octets by its header, but 18 follow"},
        {"uses: x\nC: a APPEND x {7}\nC: ab\nC: cd\nC:\n",
         "2:15: the literal has 7 octets by its header, but 8 follow"},
        {"uses: x\nC: a APPEND x {8}\nC: ab\nC: cd\nC:\n", ""},
        {"uses: x\nC: a APPEND x {6}\nC: ab\nC: cd\nC:\n",
         "2:15: the literal has 6 octets by its header, but 8 follow"},
        {"uses: x\nC: a APPEND x {6}\nC: ab\nC: cd\nC: b NOOP\n", ""},
        {"uses: x\nC: a APPEND x {3}\nC: ab\nC: cd\n",
         "2:15: the literal has 3 octets by its header, but 6 follow"},
        {"uses: x\nC: a APPEND x {9}\nC: ab\nC: cd\nC:\n",
         "2:15: the literal has 9 octets by its header, but 8 follow"},
        {"uses: x\nC: a APPEND x {3}\nS: a NO x\n",
         "2:15: the literal has 3 octets by its header, but 0 follow"},
        {"uses: x\nC: a APPEND x {99999999999999999999}\nC: ab\n",
         "2:15: the literal has 99999999999999999999 octets by its header, but 2 follow"},
        {"uses: x\nC: a APPEND x {}\nS: a NO x\n",
         "2:15: no line follows for the literal to count"},
        {"C: a LOGIN {#user}\nC: x\n", "1:12: the next line must begin with the value, ${user}"},
        {"C: a LOGIN {#user}\nC: ${password}\n",
         "1:12: the next line must begin with the value, ${user}"},
        {"C: a LOGIN {#name}\nS: + go\nC: ${name}\n",
         "1:12: `name` is captured in no line above that must come"},
        {"C: a LOGIN {4}\nS: + [UNSEEN x] go\nC: user x\n",
         "2:6: this begins like a response code, but isn't one"},
        {"C: a LOGIN {10}\nC: 0123456789 x\n", ""},
        {"C: a LOGIN {11}\nC: 0123456789 x\n",
         "1:12: the literal has 11 octets by its header, but 12 follow"},
        {"C: a LOGIN {#}\nC: x\n", "1:12: a length is written {#name}"},
        {"uses: x\nC: a APPEND x {}\nC: ${user}\n",
         "3:4: its length isn't known, so that a literal cannot be counted: use {#name} before "
         "the value"},
        {"uses: x\nC: a APPEND x {2}\nC: ${hex:00 01 02}\n",
         "2:15: the literal has 2 octets by its header, but 3 follow"},
        {"uses: x\nC: a APPEND x {3}\nC: ${hex:00 01 02}\n", ""},
        {"S: * 1 FETCH (BODY[] {2}\nS: abc\nS: )\n",
         "1:22: the literal has 2 octets by its header, but 6 follow"},
        {"S: * 1 FETCH (BODY[] {5}\nS: abc\nS: )\n", ""},
        {"S: * 1 FETCH (BODY[] {5}\nS: abc\nS: ))\n", "3:5: msg-att: expected CR, got \")\""},
        {"uses: x\nC: a APPEND x {1}\nC: ab\nC: ${user}\n",
         "4:4: its length isn't known, so that a literal cannot be counted: use {#name} before "
         "the value"},
        {"S: * 1 FETCH (BODY[] {2}\nS: ab)\n", ""},
        {"S: * 1 FETCH (BODY[] {}\nS: abc\nC: a NOOP\n",
         "1:22: the literal has no end: no line that follows completes the message"},
        {"S: * LIST () \"/\" {}\nS!: blob\n",
         "1:18: the literal has no end: no line that follows completes the message"},
        {"S: * 1 FETCH (BODY[] {3!}\nS: abc)\n", "1:22: only a line that is sent has this"},
    };

    TRY_ALL(trials);
}

static void octets_that_are_no_text_are_refused(void **state) {
    (void)state;
    static char huge[SOURCE_MAX_FILE + 1];
    char error[320];

    load_error("C: a\0b", 6, error);
    assert_string_equal(error, "1:5: a NUL is written ${hex:00}");
    load_error("C: a\rb\n", 7, error);
    assert_string_equal(error, "1:5: a CR within a line is written ${hex:0d}");
    memset(huge, 'x', sizeof huge);
    load_error(huge, SOURCE_MAX_LINE + 1, error);
    assert_string_equal(error, "1:16385: a line has at most 16384 octets");
    size_t size = (size_t)snprintf(huge, sizeof huge, "S: * 1 FETCH (BODY[] {}\n");
    for (; size + 10000 < sizeof huge; size += 10000) {
        memset(huge + size, 'x', 10000);
        memcpy(huge + size, "S: ", 3);
        huge[size + 9999] = '\n';
    }
    for (; size + 4 < sizeof huge; size += 4) {
        memcpy(huge + size, "S:\n\n", 4);
    }
    load_error(huge, size, error);
    assert_string_equal(error,
                        "1:22: the literal has no end: no line that follows completes the message");
    for (size = strlen("S: * 1 FETCH (BODY[] {}\n"); size + 4 < sizeof huge; size += 4) {
        memcpy(huge + size, "S:\n\n", 4);
    }
    load_error(huge, size, error);
    assert_string_equal(error, "1:22: the end of the literal is too far away: count its octets");
    memset(huge, '\n', sizeof huge);
    load_error(huge, sizeof huge, error);
    assert_string_equal(error, "1:1: cannot read the file: a dialog has at most 1,048,576 octets");
    for (size_t i = 0; i + 3 < sizeof huge; i += 3) {
        memcpy(huge + i, "C:\n", 3);
    }
    load_error(huge, 3 * (TRANSCRIPT_MAX_STEPS + 1), error);
    assert_string_equal(error, "4097:1: a dialog has at most 4096 steps");
}

static void files_that_cannot_be_read_are_named(void **state) {
    (void)state;
    struct diagnostic diagnostic;
    char error[320], wanted[320], text[128];

    snprintf(text, sizeof text, "%s/none.dialog", folder);
    assert_null(dialog_load(text, folder, imap_grammar_builtin(), &diagnostic));
    assert_string_equal(diagnostic.file, text);
    assert_string_equal(diagnostic.message, "cannot read the file: No such file or directory");
    free(diagnostic.file);
    assert_null(dialog_load(folder, folder, imap_grammar_builtin(), &diagnostic));
    assert_string_equal(diagnostic.message, "cannot read the file: it is not a regular file");
    free(diagnostic.file);
    const char *dialog = WITH("mailbox: blob 5\nmessage: 1 none.eml");
    load_error(dialog, strlen(dialog), error);
    snprintf(wanted, sizeof wanted,
             "2:12: cannot read `%s/rfc/none.eml`: No such file or directory", folder);
    assert_string_equal(error, wanted);
}

/* ---- what is read --------------------------------------------------------------------------- */

static void header_is_read(void **state) {
    (void)state;
    struct dialog *dialog = load("section: RFC 2060, 6.3.1\r\n"
                                 "# The title\r\n"
                                 "# no title\r\n"
                                 "proves:  A-1   B-2 \r\n"
                                 "level: SHOULD\r\n"
                                 "needs: IDLE UIDPLUS\r\n"
                                 "dialect: rev1-2060\r\n"
                                 "state: selected a b\r\n"
                                 "connections: 2\r\n"
                                 "separator: .\r\n"
                                 "uses: c d/e\r\n"
                                 "mailbox: blob 3\r\n"
                                 "recent: 2\r\n"
                                 "mailbox: a b 5\r\n"
                                 "flags: 1:2,4 \\Seen Work\r\n"
                                 "internaldate: 5 \" 7-Jul-1996 02:44:25 -0700\"\r\n"
                                 "message: 3 one.eml\r\n"
                                 "subscribed: yes\r\n"
                                 "C: x NOOP\r\n");

    assert_string_equal(dialog->id, "rfc/one");
    assert_string_equal(dialog->title, "The title");
    assert_string_equal(dialog->section, "RFC 2060, 6.3.1");
    assert_string_equal(dialog->proves, "A-1 B-2");
    assert_string_equal(dialog->needs, "IDLE UIDPLUS");
    assert_string_equal(dialog->uses, "c d/e");
    assert_true(dialog->recommended && dialog->mode == MODE_LIVE && !dialog->disposable);
    assert_true(dialog->separator_significant && dialog->separator == '.');
    assert_ptr_equal(dialog->grammar, imap_grammar_builtin());
    struct imap_extensions extensions;
    assert_true(imap_extensions_of_dialect(dialog->grammar, "rev1-2060", &extensions));
    assert_true(imap_extensions_add(dialog->grammar, "IDLE UIDPLUS", 12, &extensions));
    assert_memory_equal(&dialog->extensions, &extensions, sizeof extensions);
    assert_int_equal(dialog->state, STATE_SELECTED);
    assert_string_equal(dialog->selected, "a b");
    assert_int_equal(dialog->connections, 2);
    assert_int_equal(dialog->mailbox_count, 2);
    assert_int_equal(dialog->mailboxes[0].recent, 2);
    assert_false(dialog->mailboxes[0].subscribed);
    const struct fixture_mailbox *mailbox = &dialog->mailboxes[1];
    assert_string_equal(mailbox->name, "a b");
    assert_int_equal(mailbox->messages, 5);
    assert_int_equal(mailbox->recent, UINT_MAX);
    assert_true(mailbox->subscribed);
    assert_int_equal(mailbox->line, 14);
    assert_int_equal(mailbox->attribute_count, 3);
    assert_string_equal(mailbox->attributes[0].messages, "1:2,4");
    assert_string_equal(mailbox->attributes[0].value, "\\Seen Work");
    assert_string_equal(mailbox->attributes[1].value, " 7-Jul-1996 02:44:25 -0700");
    assert_string_equal(mailbox->attributes[2].value, message_path);
    dialog_free(dialog);
}

static void defaults_are_as_documented(void **state) {
    (void)state;
    struct dialog *dialog = load("C: x NOOP"); /* without the last line end */

    assert_string_equal(dialog->title, "");
    assert_string_equal(dialog->needs, "");
    assert_int_equal(dialog->state, STATE_AUTHENTICATED);
    assert_int_equal(dialog->connections, 1);
    assert_int_equal(dialog->separator, '/');
    assert_ptr_equal(dialog->grammar, imap_grammar_builtin());
    assert_int_equal(dialog->step_count, 1);
    assert_string_equal(dialog->steps[0].text, "x NOOP\r\n");
    dialog_free(dialog);
}

/* Draws the steps as a text: what kind, on which connection, what. */
static void draw_steps(const struct dialog *dialog, char *text, size_t capacity) {
    static const char signs[] = {' ', '?', '~', '>', '!', '='};
    static const char *const actions[] = {"starttls", "close", "expect-close", "may-close",
                                          "connect",  "wait",  "deliver",      "idle"};
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < dialog->step_count; i++) {
        const struct dialog_step *step = &dialog->steps[i];
        length = strlen(text);
        if (step->kind == STEP_SEND) {
            snprintf(text + length, capacity - length, "%u C%u%s%s[%s]\n", step->line,
                     step->connection, step->begins_command ? "" : "-",
                     step->ends_with_literal ? "+" : "", step->text);
        } else if (step->kind == STEP_EXPECT) {
            snprintf(text + length, capacity - length, "%u S%u%c[%s]\n", step->line,
                     step->connection, signs[step->expectation], step->text);
        } else if (step->kind == STEP_OCTETS) {
            snprintf(text + length, capacity - length, "%u %c%u=[%s]\n", step->line,
                     step->side == CLIENT ? 'c' : 's', step->connection, step->text);
        } else if (step->kind == STEP_FORBIDDEN) {
            snprintf(text + length, capacity - length, "%u %c%u[%s]%s\n", step->line,
                     step->side == CLIENT ? 'c' : 's', step->connection, step->text, step->breaks);
        } else {
            snprintf(text + length, capacity - length, "%u !%u%s %u\n", step->line,
                     step->connection, actions[step->action], step->milliseconds);
        }
    }
}

static void assert_steps(const char *text, const char *wanted) {
    struct dialog *dialog = load(text);
    char drawn[2048];

    draw_steps(dialog, drawn, sizeof drawn);
    assert_string_equal(drawn, wanted);
    dialog_free(dialog);
}

static void what_is_forbidden_says_what_it_breaks(void **state) {
    (void)state;
    assert_steps("mode: syntax\n"
                 "connections: 2\n"
                 "C!: a LOGIN {3+}\n"
                 "C!: a b b\n"
                 "!breaks userid\n"
                 "S2!: * x\n"
                 "# why\n"
                 "!breaks  response-data \n"
                 "C: a NOOP\n",
                 "3 c1[a LOGIN {3+}\r\na b b\r\n]userid\n"
                 "6 s2[* x\r\n]response-data\n"
                 "9 C1[a NOOP\r\n]\n");
}

static void octets_are_as_they_stand(void **state) {
    (void)state;
    assert_steps("mode: octets\n"
                 "connections: 2\n"
                 "S: * 1 FETCH {310!}\n"
                 "S2-: * ${repeat:2 \"(\"}...\n"
                 "S: \n"
                 "C-: a {}\n"
                 "C: ${hex:0d}\n",
                 "3 s1=[* 1 FETCH {310!}\r\n]\n"
                 "4 s2=[* ${repeat:2 \"(\"}...]\n"
                 "5 s1=[\r\n]\n"
                 "6 c1=[a {}]\n"
                 "7 c1=[${hex:0d}\r\n]\n");
}

static void markers_make_steps(void **state) {
    (void)state;
    assert_steps("connections: 2\n"
                 "C: a NOOP\n"
                 "S?: * 1 EXISTS\n"
                 "\n"
                 "# comment\n"
                 "S~: a OK done\n"
                 "S!: * BYE x\n"
                 "S2=: * OK  x\n"
                 "C2-: b NO\n"
                 "C2: OP\n"
                 "S2: b OK x\n"
                 "C:\n"
                 "!close 2\n"
                 "!wait 2s\n"
                 "!idle 20ms 2\n",
                 "2 C1[a NOOP\r\n]\n"
                 "3 S1?[* 1 EXISTS]\n"
                 "6 S1~[a OK done]\n"
                 "7 S1![* BYE x]\n"
                 "8 S2=[* OK  x]\n"
                 "9 C2[b NO]\n"
                 "10 C2-[OP\r\n]\n"
                 "11 S2 [b OK x]\n"
                 "12 C1[\r\n]\n"
                 "13 !2close 0\n"
                 "14 !1wait 2000\n"
                 "15 !2idle 20\n");
}

static void literals_make_pieces(void **state) {
    (void)state;
    assert_steps("uses: x\n"
                 "C: a APPEND x {}\n"
                 "C: ab\n"
                 "C:\n"
                 "S: a OK done\n"
                 "C: b LOGIN {4}\n"
                 "S: + go\n"
                 "C: user {#password}\n"
                 "C: ${password}\n"
                 "S: b OK done\n"
                 "C: c LOGIN {4+}\n"
                 "C: user {+}\n"
                 "C: ${hex:61 62 63}\n"
                 "S: c OK done\n"
                 "C: d APPEND x {99!}\n"
                 "S: d NO too big\n"
                 "C: e APPEND x ~{2!}\n"
                 "C: abc\n"
                 "C: def\n",
                 "2 C1+[a APPEND x {4}\r\n]\n"
                 "3 C1-[ab\r\n\r\n]\n"
                 "5 S1 [a OK done]\n"
                 "6 C1+[b LOGIN {4}\r\n]\n"
                 "7 S1 [+ go]\n"
                 "8 C1-+[user {#password}\r\n]\n"
                 "9 C1-[${password}\r\n]\n"
                 "10 S1 [b OK done]\n"
                 "11 C1[c LOGIN {4+}\r\nuser {3+}\r\n${hex:61 62 63}\r\n]\n"
                 "14 S1 [c OK done]\n"
                 "15 C1[d APPEND x {99}\r\n]\n"
                 "16 S1 [d NO too big]\n"
                 "17 C1+[e APPEND x ~{2}\r\n]\n"
                 "18 C1-[abc\r\ndef\r\n]\n");
}

static void literals_of_the_server_end_with_the_message(void **state) {
    (void)state;
    assert_steps("S: * 1 FETCH (BODY[HEADER] {}\n"
                 "S: Subject: x\n"
                 "S: )x\n"
                 "S:\n"
                 "S: )\n"
                 "S: * 1 FETCH (BODY[TEXT] {}\n"
                 "S: )\n"
                 "S: * 1 FETCH (BODY[1] {3}\n"
                 "S: a\n"
                 "S:  FLAGS (\\Seen) ...)\n"
                 "S?: * LIST () \"/\" {}\n"
                 "S?: blob\n"
                 "S!: * LIST () \"/\" {}\n"
                 "S: blob\n"
                 "S: * 1 FETCH (BODY[1] {2}\n"
                 "S: ab BODY[2] {}\n"
                 "S: ...\n"
                 "S: )\n",
                 "1 S1 [* 1 FETCH (BODY[HEADER] {18}\r\nSubject: x\r\n)x\r\n\r\n)]\n"
                 "6 S1 [* 1 FETCH (BODY[TEXT] {0}\r\n)]\n"
                 "8 S1 [* 1 FETCH (BODY[1] {3}\r\na\r\n FLAGS (\\Seen) ...)]\n"
                 "11 S1?[* LIST () \"/\" {4}\r\nblob]\n"
                 "13 S1![* LIST () \"/\" {4}\r\nblob]\n"
                 "15 S1 [* 1 FETCH (BODY[1] {2}\r\nab BODY[2] {5}\r\n...\r\n)]\n");
}

static void captures_are_spelled_out(void **state) {
    (void)state;
    assert_steps("S: * ${n:nz-number} EXPUNGE\n"
                 "S: * ${n} FETCH (UID ${u:uniqueid})\n"
                 "S: * LIST () \"/\" ${user}\n"
                 "C: a UID FETCH ${u} FLAGS\n",
                 "1 S1 [* ${n:nz-number} EXPUNGE]\n"
                 "2 S1 [* ${n:nz-number} FETCH (UID ${u:uniqueid})]\n"
                 "3 S1 [* LIST () \"/\" ${user}]\n"
                 "4 C1[a UID FETCH ${u} FLAGS\r\n]\n");
}

static void roots_follow_the_session(void **state) {
    (void)state;
    static const enum imap_root roots[] = {
        IMAP_GREETING, IMAP_COMMAND,  IMAP_RESPONSE, IMAP_RESPONSE, IMAP_SASL_LINE, IMAP_RESPONSE,
        IMAP_COMMAND,  IMAP_RESPONSE, IMAP_DONE,     IMAP_RESPONSE, IMAP_COMMAND,
    };
    struct dialog *dialog = load("state: greeting\n"
                                 "S: * OK hello\n"
                                 "C: a authenticate PLAIN\n"
                                 "S!: a OK in\n"
                                 "S: +\n"
                                 "C: AHgAeQ==\n"
                                 "S: a OK in\n"
                                 "C: b IDLE\n"
                                 "S: + idling\n"
                                 "C: DONE\n"
                                 "S: b OK out\n"
                                 "C: c NOOP\n");

    assert_int_equal(dialog->step_count, sizeof roots / sizeof *roots);
    for (size_t i = 0; i < dialog->step_count; i++) {
        assert_int_equal(dialog_root(dialog, i), roots[i]);
    }
    assert_true(dialog->steps[1].begins_command);
    assert_false(dialog->steps[4].begins_command);
    assert_true(dialog_begins_message(dialog, 4));
    assert_false(dialog->steps[8].begins_command);
    dialog_free(dialog);
}

static void a_new_connection_begins_anew(void **state) {
    (void)state;
    struct dialog *dialog = load("state: greeting\nconnections: 3\n"
                                 "S: * OK hello\n"
                                 "C: a AUTHENTICATE PLAIN\n"
                                 "C-: AAA\n"
                                 "!may-close\n"
                                 "!close\n"
                                 "!connect\n"
                                 "S: * OK hello\n"
                                 "C: b NOOP\n"
                                 "S: b OK done\n"
                                 "!connect 2\n"
                                 "S2: * OK hello\n"
                                 "C2: c NOOP\n");
    size_t size;

    assert_int_equal(dialog_root(dialog, 2), IMAP_SASL_LINE);
    assert_int_equal(dialog_root(dialog, 6), IMAP_GREETING);
    assert_int_equal(dialog_root(dialog, 7), IMAP_COMMAND);
    assert_true(dialog_begins_message(dialog, 7));
    uint8_t *message = dialog_client_message(dialog, 2, &size);
    assert_string_equal((char *)message, "AAA");
    free(message);
    assert_false(dialog_may_close(dialog, 3, 1));
    assert_true(dialog_may_close(dialog, 4, 1));
    assert_false(dialog_may_close(dialog, 4, 2));
    assert_false(dialog_may_close(dialog, 6, 1));
    assert_true(dialog_stands_at_start(dialog, 1));
    assert_false(dialog_stands_at_start(dialog, 2));
    assert_true(dialog_stands_at_start(dialog, 3));
    dialog_free(dialog);
}

static void client_messages_are_joined(void **state) {
    (void)state;
    struct dialog *dialog = load("connections: 2\n"
                                 "S: * ${n:nz-number} EXPUNGE\n"
                                 "C: a LOGIN {#user}\n"
                                 "S: + go\n"
                                 "C: ${user} pass${n}\n"
                                 "C2-: b NO\n"
                                 "C: c NOOP\n"
                                 "C2: OP\n");
    size_t size;
    uint8_t *message = dialog_client_message(dialog, 1, &size);

    assert_string_equal((char *)message, "a LOGIN {1}\r\na pass1\r\n");
    assert_int_equal(size, strlen((char *)message));
    free(message);
    assert_false(dialog_begins_message(dialog, 3));
    message = dialog_client_message(dialog, 4, &size);
    assert_string_equal((char *)message, "b NOOP\r\n");
    free(message);
    assert_false(dialog_begins_message(dialog, 6));
    dialog_free(dialog);
}

static void expansion_replaces_what_is_known(void **state) {
    (void)state;
    static const char text[] =
        "${a}${a:number} {#a} ~{#a+} ${b:atom} ${:atom} ${hex:00 0A aF}$ {#b} ... "
        "${repeat:3 \"(a\"}${repeat:2 00 0d}${repeat:2 \"\"}${repeat:2 \"\"\"}";
    static const char wanted[] = "1212 {2} ~{2+} ${b:atom} ${:atom} \0\n\xaf$ {#b} ... "
                                 "(a(a(a\0\r\0\r\"\"";
    struct variables variables = {0};
    size_t size;

    assert_true(variables_set(&variables, "a", "12", 2));
    uint8_t *octets = dialog_expand(text, sizeof text - 1, &variables, &size);
    assert_int_equal(size, sizeof wanted - 1);
    assert_memory_equal(octets, wanted, size);
    free(octets);
    variables_free(&variables);
}

/* ---- what may be harmed --------------------------------------------------------------------- */

static void accounts_are_not_harmed(void **state) {
    (void)state;
#define BLOB "mailbox: blob 1\nuses: tmp a/b \"q\"\n"
    static const struct trial trials[] = {
        {BLOB "C: a SELECT blob\n", ""},
        {BLOB "C: a SELECT \"blob\"\n", ""},
        {BLOB "C: a LOGOUT\n", ""},
        {BLOB "C: a CREATE tmp/\n", ""},
        {BLOB "C: a CREATE tmp/x\n", ""},
        {BLOB "C: a CREATE tmpx\n", "line 3: no `mailbox:` or `uses:` declares `tmpx`"},
        {BLOB "C: a DELETE a\n", "line 3: no `mailbox:` or `uses:` declares `a`"},
        {BLOB "C: a SELECT Blob\n", "line 3: no `mailbox:` or `uses:` declares `Blob`"},
        {BLOB "C: a SELECT inbox\n", "line 3: INBOX is the account's own mailbox"},
        {BLOB "C: a RENAME blob other\n", "line 3: no `mailbox:` or `uses:` declares `other`"},
        {BLOB "C: a SELECT {4}\nC: blob\n",
         "line 3: a name in a literal cannot be moved below another"},
        {BLOB "C: a APPEND other {2}\nC: ab\n",
         "line 3: no `mailbox:` or `uses:` declares `other`"},
        {BLOB "C: a LIST \"\" blob\n", ""},
        {BLOB "C: a LIST \"\" \"\"\n", ""},
        {BLOB "C: a LIST \"\" tmp/%\n", ""},
        {BLOB "C: a LIST tmp/ *\n", ""},
        {BLOB "C: a LIST a/ %\n", ""},
        {BLOB "C: a LIST \"\" *\n",
         "line 3: LIST \"\" * looks at more than the declared mailboxes"},
        {BLOB "C: a LSUB \"\" tmp%\n",
         "line 3: LSUB \"\" tmp% looks at more than the declared mailboxes"},
        {BLOB "C: a LIST other/ %\n",
         "line 3: LIST other/ % looks at more than the declared mailboxes"},
        {BLOB "C: a BLURDYBLOOP\n", "line 3: the grammar cannot read what is sent"},
        {BLOB "C: a NOOP\nC-: b NOOP\n", "line 4: the grammar cannot read what is sent"},
        {"mode: syntax\nC: a SELECT inbox\n", ""},
        {"mailbox: Inbox 3\nC: a NOOP\n", "line 1: INBOX is the account's own mailbox"},
        {"state: selected INBOX\nC: a NOOP\n", "line 1: INBOX is the account's own mailbox"},
        {"account: disposable\nmailbox: INBOX 1\nstate: selected\nC: a SELECT inbox\n",
         "line 1: `account: disposable`"},
        {"account: disposable\nC: a NOOP\n", "line 1: `account: disposable`"},
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct dialog *dialog = load(trials[i].text);
        assert_string_equal(dialog->disposable ? dialog->disposable_reason : "", trials[i].error);
        dialog_free(dialog);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_checked),
        cmocka_unit_test(headers_stand_once),
        cmocka_unit_test(transcripts_are_checked),
        cmocka_unit_test(placeholders_are_checked),
        cmocka_unit_test(expected_lines_are_parsed),
        cmocka_unit_test(literals_are_counted),
        cmocka_unit_test(octets_that_are_no_text_are_refused),
        cmocka_unit_test(files_that_cannot_be_read_are_named),
        cmocka_unit_test(header_is_read),
        cmocka_unit_test(defaults_are_as_documented),
        cmocka_unit_test(what_is_forbidden_says_what_it_breaks),
        cmocka_unit_test(octets_are_as_they_stand),
        cmocka_unit_test(markers_make_steps),
        cmocka_unit_test(literals_make_pieces),
        cmocka_unit_test(literals_of_the_server_end_with_the_message),
        cmocka_unit_test(captures_are_spelled_out),
        cmocka_unit_test(roots_follow_the_session),
        cmocka_unit_test(a_new_connection_begins_anew),
        cmocka_unit_test(client_messages_are_joined),
        cmocka_unit_test(expansion_replaces_what_is_known),
        cmocka_unit_test(accounts_are_not_harmed),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
