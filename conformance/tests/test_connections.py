"""!connect opens a connection when the dialog says so, !may-close lets a server go, and what a server
does with a flood is waited for no longer than the time-out."""
import resource

import pytest

from small_server import Close, Silence, SmallServer

TIMEOUT_SECONDS = 1   # of every read and write
RUN_SECONDS = 60      # after that the program hangs
MEMORY_KIB = 1 << 20  # generous, for sanitizers

HEADER = "# Connections come and go.\nsection: RFC 3501, 3\nconnections: 2\n"
FIRST_LINE = HEADER.count("\n") + 1
ALIVE = "!connect 2\nC2: alive NOOP\nS2: alive OK NOOP completed\n"


@pytest.fixture
def play(imapspec, tmp_path):
    """Plays the lines against a server that answers one tag by something else; its report, and the
    server."""
    def play(lines, tag=None, instead=(), header=HEADER):
        (tmp_path / "one.dialog").write_text(header + lines)

        def break_one(actual, replies):
            return list(instead) if actual == tag else replies

        with SmallServer(break_one) as server:
            run = imapspec.play("--server", server.url, "--timeout", TIMEOUT_SECONDS,
                                "--disposable-account", tmp_path / "one.dialog",
                                timeout=RUN_SECONDS)
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY_KIB
        return run.dialog, server
    return play


def failures(dialog):
    return [(failure["line"] - FIRST_LINE, failure["sentence"]) for failure in dialog["failures"]]


def test_connection_is_opened_when_the_dialog_says(play):
    """Three at the start of which one is the runner's own, and one more after !close."""
    alone = play("C: a NOOP\nS: a OK NOOP completed\n")[1].connections
    dialog, server = play("C: a NOOP\nS: a OK NOOP completed\n!close\n!connect\n"
                          "C: b NOOP\nS: b OK NOOP completed\n" + ALIVE)
    assert dialog["outcome"] == "pass", failures(dialog)
    assert server.connections == alone + 1, "the second one is not opened before"


def test_new_connection_is_brought_to_the_state(play):
    dialog, _ = play("C: a STORE 1 +FLAGS (\\Seen)\nS: a OK STORE completed\n!close\n!connect\n"
                     "C: b FETCH 1 (FLAGS)\nS: * 1 FETCH (FLAGS (\\Seen))\nS: b OK FETCH completed\n",
                     header=HEADER + "state: selected\nmailbox: blob 1\n")
    assert dialog["outcome"] == "pass", failures(dialog)


def test_new_connection_is_refused(imapspec, tmp_path):
    """That is a failure of the dialog: it is what the dialog asks for."""
    (tmp_path / "one.dialog").write_text(HEADER + "C: a NOOP\nS: a OK NOOP completed\n" + ALIVE)

    def stop(tag, replies):
        server.greeting = [b"* BYE overloaded\r\n", Close]
        return replies

    with SmallServer(stop) as server:
        run = imapspec.play("--server", server.url, "--timeout", TIMEOUT_SECONDS,
                            tmp_path / "one.dialog")
    assert run.status == 1
    assert [line for line, _ in failures(run.dialog)] == [2]
    assert "overloaded" in failures(run.dialog)[0][1]


def test_closed_connection_stays_closed(play):
    dialog, _ = play("!may-close\n!close\nC: a NOOP\nS: a OK NOOP completed\n")
    assert failures(dialog) == [(2, "the connection is closed already")]


MAY_CLOSE = "!may-close\nC: a NOOP\nS!: a OK NOOP\nS: a BAD no\nC: b NOOP\nS: b OK NOOP\n" + ALIVE


@pytest.mark.parametrize("instead", [
    [b"a BAD no\r\n"], [b"a BAD no\r\n", Close], [Close], [b"* BYE enough\r\n", Close],
    [b"* OK wait\r\n* BYE enough\r\n", Close]], ids=repr)
def test_server_may_close(play, instead):
    dialog, _ = play(MAY_CLOSE, b"a", instead)
    assert dialog["outcome"] == "pass", failures(dialog)


@pytest.mark.parametrize("line, instead", [
    (2, [b"a OK did it\r\n", Close]), (3, [b"a NO did not\r\n", Close]), (3, [Silence])], ids=repr)
def test_server_may_not_do_otherwise(play, line, instead):
    dialog, _ = play(MAY_CLOSE, b"a", instead)
    assert line in [place for place, _ in failures(dialog)], failures(dialog)


def test_server_must_not_close_where_nobody_says_so(play):
    dialog, _ = play(MAY_CLOSE.replace("!may-close", "!may-close 2"), b"a", [Close])
    assert failures(dialog)[0][0] == 3 and "closed" in failures(dialog)[0][1]


def test_server_may_not_close_a_new_connection(play):
    dialog, _ = play("!may-close\n!connect\nC: a NOOP\nS: a OK NOOP completed\n", b"a", [Close])
    assert failures(dialog)[0][0] == 3 and "closed" in failures(dialog)[0][1]


@pytest.mark.parametrize("action", ["!wait 300ms", "!expect-close"])
def test_actions_know_that_it_may_close(play, action):
    lines = f"!may-close\nC: a NOOP\nS?: * BYE x\n{action}\nC: b NOOP\nS: b OK x\n" + ALIVE
    dialog, _ = play(lines, b"a", [b"* BYE x\r\n", Close])
    assert dialog["outcome"] == ("fail" if "expect" in action else "pass"), failures(dialog)


def test_server_closes_while_it_is_written_to(play):
    """What it had to say before it closed still counts."""
    lines = '!may-close\nC-: a NOOP${hex:0d 0a}${repeat:16000000 "x"}\nS!: a OK x\nS: a BAD x\n' + ALIVE
    for said, lines_failed in [([b"a BAD no\r\n", Close], []), ([b"a OK yes\r\n", Close], [2, 3])]:
        dialog, _ = play(lines, b"a", said)
        assert sorted(line for line, _ in failures(dialog)) == lines_failed


def test_server_that_reads_nothing(play):
    """16 MiB don't fit into what the kernel holds."""
    dialog, _ = play('C: a NOOP\nC-: ${repeat:16000000 "x"}\n', b"a", [Silence])
    assert failures(dialog)[0][0] == 1 and "read nothing" in failures(dialog)[0][1]
