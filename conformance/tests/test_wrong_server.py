"""The suite can fail: a server that does one thing wrong fails the dialog, at the line that says
what is right. And it fails for nothing else: other ways to say the right thing pass."""
import pytest

from small_server import Close, Silence, SmallServer

MESSAGE = """\
Subject: afternoon meeting\r
\r
Hello, Joe.\r
"""

# Every command of a dialog is a place where one thing can go wrong. Tags name these places.
DIALOG = """\
# A session with a mailbox of three messages.
section: RFC 3501, 6
mailbox: blob 3
flags:   1 \\Seen
message: 1:3 meeting.eml

C: capability CAPABILITY
S: * CAPABILITY IMAP4rev1 ...
S: capability OK CAPABILITY completed
C: select SELECT blob
S: * 3 EXISTS
S: * ${:number} RECENT
S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
S: * OK [UIDVALIDITY ${validity:nz-number}] UIDs valid
S: select OK [READ-WRITE] SELECT completed
C: flags FETCH 1 (FLAGS RFC822.SIZE)
S!: * ${:nz-number} EXPUNGE
S: * 1 FETCH (FLAGS (\\Seen) RFC822.SIZE 43)
S: flags OK FETCH completed
C: text FETCH 1 BODY[TEXT]
S: * 1 FETCH (BODY[TEXT] {13}
S: Hello, Joe.
S: )
S: text OK FETCH completed
C: envelope FETCH 1 ENVELOPE
S: * 1 FETCH (ENVELOPE (NIL "afternoon meeting" NIL NIL NIL NIL NIL NIL NIL NIL))
S: envelope OK FETCH completed
C: search SEARCH UNSEEN
S: * SEARCH 2 3
S: search OK SEARCH completed
C: store STORE 2:3 +FLAGS (\\Deleted)
S: * ${:nz-number} FETCH (FLAGS (\\Deleted))
S: * ${last:nz-number} FETCH (FLAGS (\\Deleted))
S: store OK STORE completed
C: status STATUS blob (UIDVALIDITY MESSAGES)
S: * STATUS blob (UIDVALIDITY ${validity} MESSAGES 3)
S: status OK STATUS completed
C: append APPEND blob {4}
S: + go on
C: abcd
S: append OK APPEND completed
C: expunge EXPUNGE
S: * 3 EXPUNGE
S: * 2 EXPUNGE
S: expunge OK EXPUNGE completed
C: noop NOOP
S=: noop OK NOOP completed
C: again NOOP
S: again OK NOOP completed
"""


@pytest.fixture
def play(imapspec, tmp_path):
    """Plays the dialog against a server that breaks the replies to one tag; the run's report."""
    def play(tag, break_replies, *options, dialog=DIALOG):
        (tmp_path / "meeting.eml").write_bytes(MESSAGE.encode())
        (tmp_path / "session.dialog").write_text(dialog)

        def break_one(actual_tag, replies):
            return break_replies(replies) if actual_tag == tag.encode() else replies

        with SmallServer(break_one) as server:
            run = imapspec.play("--server", server.url, "--timeout", "1", *options,
                                tmp_path / "session.dialog")
            assert list(server.mailboxes) == [b"INBOX"], "the runner cleans up"
            return run
    return play


def line_of(text):
    """The number of the dialog's line that begins so."""
    numbers = [number for number, line in enumerate(DIALOG.splitlines(), 1)
               if line.startswith(text)]
    assert len(numbers) == 1, text
    return numbers[0]


# ---- ways to break replies -----------------------------------------------------------------------

def replace(old, new):
    def break_replies(replies):
        broken = [reply.replace(old, new, 1) for reply in replies]
        assert broken != replies, f"{old} is not among {replies}"
        return broken
    return break_replies


def drop(text):
    def break_replies(replies):
        kept = [reply for reply in replies if text not in reply]
        assert len(kept) == len(replies) - 1, f"{text} is not in one of {replies}"
        return kept
    return break_replies


def insert(reply, position=0):
    return lambda replies: [*replies[:position], reply, *replies[position:]]


def late(replies):
    """The tagged response overtakes the untagged ones."""
    return [replies[-1], *replies[:-1]]


def instead_of_last(end):
    return lambda replies: [*replies[:-1], end]


def reverse_untagged(replies):
    return [*reversed(replies[:-1]), replies[-1]]


# ---- tests ---------------------------------------------------------------------------------------

def test_right_server_passes(play):
    run = play("none", lambda replies: replies)
    assert run.dialog["outcome"] == "pass", run.dialog
    assert run.dialog["findings"] == [] and run.status == 0


WRONG = {
    # name: (the command it happens to, what happens, the dialog's line that must fail)
    "missing capability": ("capability", replace(b"IMAP4rev1", b"IMAP4rev2"),
                           "S: * CAPABILITY"),
    "wrong count": ("select", replace(b"3 EXISTS", b"4 EXISTS"), "S: * 3 EXISTS"),
    "lost untagged line": ("select", drop(b"* FLAGS"), "S: * FLAGS"),
    "lost response code": ("select", drop(b"UIDVALIDITY"), "S: * OK [UIDVALIDITY"),
    "lost tagged code": ("select", replace(b"[READ-WRITE] ", b""), "S: select OK"),
    "other tagged code": ("select", replace(b"READ-WRITE", b"READ-ONLY"), "S: select OK"),
    "wrong tag": ("select", replace(b"select OK", b"elsewhere OK"), "S: select OK"),
    "NO for OK": ("select", replace(b"select OK [READ-WRITE]", b"select NO"), "S: select OK"),
    "BAD for OK": ("noop", replace(b"noop OK", b"noop BAD"), "S=: noop OK"),
    "untagged for tagged": ("noop", replace(b"noop OK", b"* OK"), "S=: noop OK"),
    "flag missing": ("flags", replace(b"\\Seen", b""), "S: * 1 FETCH (FLAGS"),
    "flag too many": ("flags", replace(b"\\Seen", b"\\Seen \\Draft"), "S: * 1 FETCH (FLAGS"),
    "other flag": ("flags", replace(b"\\Seen", b"\\Draft"), "S: * 1 FETCH (FLAGS"),
    "item missing": ("flags", replace(b" RFC822.SIZE 43", b""), "S: * 1 FETCH (FLAGS"),
    "wrong size": ("flags", replace(b"RFC822.SIZE 43", b"RFC822.SIZE 42"), "S: * 1 FETCH (FLAGS"),
    "other message": ("flags", replace(b"* 1 FETCH", b"* 2 FETCH"), "S: * 1 FETCH (FLAGS"),
    "forbidden message": ("flags", insert(b"* 3 EXPUNGE\r\n"), "S!: * ${:nz-number} EXPUNGE"),
    "after its completion": ("flags", late, "S: * 1 FETCH (FLAGS"),
    "no reply at all": ("flags", lambda replies: replies[-1:], "S: * 1 FETCH (FLAGS"),
    "literal one octet short": ("text", replace(b"{13}\r\nHello, Joe.\r\n",
                                                b"{12}\r\nHello, Joe.\r"),
                                "S: * 1 FETCH (BODY[TEXT]"),
    "literal counted one short": ("text", replace(b"{13}", b"{12}"), "S: * 1 FETCH (BODY[TEXT]"),
    "literal counted one long": ("text", replace(b"{13}", b"{14}"), "S: * 1 FETCH (BODY[TEXT]"),
    "one octet of a literal": ("text", replace(b"Joe", b"joe"), "S: * 1 FETCH (BODY[TEXT]"),
    "one octet of a string": ("envelope", replace(b"afternoon", b"Afternoon"),
                              "S: * 1 FETCH (ENVELOPE"),
    "NIL for a string": ("envelope", replace(b'"afternoon meeting"', b"NIL"),
                         "S: * 1 FETCH (ENVELOPE"),
    "string for NIL": ("envelope", replace(b"meeting\" NIL", b"meeting\" \"\""),
                       "S: * 1 FETCH (ENVELOPE"),
    "lost search result": ("search", replace(b" 3", b""), "S: * SEARCH"),
    "search result too many": ("search", replace(b" 2 3", b" 1 2 3"), "S: * SEARCH"),
    "one reply for two": ("store", drop(b"2 FETCH"), "S: * ${last:nz-number} FETCH"),
    "other UIDVALIDITY": ("status", replace(b"UIDVALIDITY 1", b"UIDVALIDITY 2"), "S: * STATUS"),
    "other mailbox": ("status", replace(b"/blob", b"/blop"), "S: * STATUS"),
    "no for a literal": ("append", replace(b"append OK", b"append NO"), "S: append OK"),
    "lost expunge": ("expunge", drop(b"* 2 EXPUNGE"), "S: * 2 EXPUNGE"),
    "same expunge twice": ("expunge", replace(b"* 2 EXPUNGE", b"* 3 EXPUNGE"), "S: * 2 EXPUNGE"),
    "other text where exact": ("noop", replace(b"completed", b"Completed"), "S=: noop OK"),
    "tagged twice": ("noop", insert(b"noop OK NOOP completed\r\n", 1), "S: again OK"),
    "silence": ("store", instead_of_last(Silence), "S: store OK"),
    "silence at once": ("select", lambda replies: [Silence], "S: * 3 EXISTS"),
    "early close": ("store", instead_of_last(Close), "S: store OK"),
    "close in a line": ("search", lambda replies: [b"* SEARCH 2", Close], "S: * SEARCH"),
    "close in a literal": ("text", lambda replies: [b"* 1 FETCH (BODY[TEXT] {13}\r\nHello", Close],
                           "S: * 1 FETCH (BODY[TEXT]"),
    "BYE": ("search", lambda replies: [b"* BYE enough\r\n", Close], "S: * SEARCH"),
    "broken grammar": ("search", replace(b"* SEARCH", b"*SEARCH"), "S: * SEARCH"),
    "bare LF": ("search", replace(b" 3\r\n", b" 3\n"), "S: * SEARCH"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_server_fails(play, name):
    tag, break_replies, line = WRONG[name]
    run = play(tag, break_replies)
    assert run.dialog["outcome"] == "fail", run.dialog
    assert run.dialog["failures"][0]["line"] == line_of(line), run.dialog["failures"]
    assert run.status == 1


EQUAL = {
    "order of untagged responses": ("select", reverse_untagged),
    "order of flags": ("select", replace(b"\\Answered \\Flagged", b"\\Flagged \\Answered")),
    "case of flags": ("flags", replace(b"\\Seen", b"\\SEEN")),
    "case of names": ("select", replace(b"EXISTS", b"exists")),
    "order of items": ("flags", replace(b"FLAGS (\\Seen) RFC822.SIZE 43",
                                        b"RFC822.SIZE 43 FLAGS (\\Seen)")),
    "literal for quoted": ("envelope", replace(b'"afternoon meeting"',
                                               b"{17}\r\nafternoon meeting")),
    "atom for quoted": ("status", lambda replies: [reply.replace(b'"', b"") for reply in replies]),
    "order of search results": ("search", replace(b"2 3", b"3 2")),
    "other human text": ("search", replace(b"SEARCH completed", b"Found it.")),
    "code that isn't expected": ("search", replace(b"OK ", b"OK [ALERT] ")),
    "untagged OK": ("search", insert(b"* OK still here\r\n")),
    "new mail": ("search", insert(b"* 4 EXISTS\r\n")),
    "flags of another message": ("search", insert(b"* 3 FETCH (FLAGS ())\r\n")),
}


@pytest.mark.parametrize("name", EQUAL)
def test_other_ways_to_be_right_pass(play, name):
    run = play(*EQUAL[name])
    assert run.dialog["outcome"] == "pass", run.dialog
    assert run.dialog["findings"] == [] and run.status == 0


def test_violation_is_found_where_dialog_passes(play):
    run = play("search", insert(b"* 3 FETCH FLAGS (\\Seen)\r\n"))
    assert run.dialog["outcome"] == "pass", run.dialog
    (finding,) = run.dialog["findings"]
    assert finding["line"].startswith("* 3 FETCH FLAGS") and finding["rule"], finding
    assert finding["line"][finding["caret"]:].startswith("FLAGS"), finding
    assert run.report["summary"]["findings"] == 1 and run.status == 1


OUT_OF_ORDER = {
    # the rule: (the command it happens to, what happens)
    "expunge-unasked": ("search", insert(b"* 1 EXPUNGE\r\n")),
    "exists-shrinks": ("search", insert(b"* 2 EXISTS\r\n")),
    "number-beyond": ("search", insert(b"* 4 FETCH (FLAGS ())\r\n")),
    "recent-beyond": ("search", insert(b"* 4 RECENT\r\n")),
    "uid-order": ("search", lambda replies: [b"* 2 FETCH (UID 7)\r\n", b"* 1 FETCH (UID 8)\r\n",
                                             *replies]),
    "uid-changed": ("search", lambda replies: [b"* 2 FETCH (UID 7)\r\n", b"* 2 FETCH (UID 8)\r\n",
                                               *replies]),
    "tag-unasked": ("noop", lambda replies: [*replies, b"search OK again\r\n"]),
}


@pytest.mark.parametrize("rule", OUT_OF_ORDER)
def test_what_is_out_of_order_is_found(play, rule):
    run = play(*OUT_OF_ORDER[rule])
    assert rule in [finding["rule"] for finding in run.dialog["findings"]], run.dialog
    assert run.status == 1


def test_failure_of_recommendation_is_warning(play):
    recommendation = DIALOG.replace("mailbox:", "level: SHOULD\nmailbox:", 1)
    fault = replace(b"3 EXISTS", b"4 EXISTS")
    run = play("select", fault, dialog=recommendation)
    assert run.dialog["outcome"] == "warning" and run.status == 0
    run = play("select", fault, "--strict", dialog=recommendation)
    assert run.dialog["outcome"] == "fail" and run.status == 1


def test_deviation_is_expected_failure(play, tmp_path):
    (tmp_path / "deviations").write_text("# known\nsession  RFC 3501, 6.3.1  it cannot count\n")
    run = play("select", replace(b"3 EXISTS", b"4 EXISTS"), "--deviations",
               tmp_path / "deviations")
    assert run.dialog["outcome"] == "deviation" and run.status == 0
    assert "it cannot count" in run.dialog["reason"]
    assert run.report["summary"]["deviations"] == 1
