"""A dialog file that is wrong is refused with its place, before anything is sent."""
import re

import pytest

from small_server import SmallServer

GOOD = """\
# A mailbox is selected.
section: RFC 3501, 6.3.1
mailbox: blob 1

C: a1 SELECT blob
S: * 1 EXISTS
S: a1 OK SELECT completed
"""

BAD = {
    # name: (what stands in GOOD, what stands there instead, line and column of the complaint,
    #        a word of it)
    "unknown header": ("section:", "chapter:", 2, 1, "chapter"),
    "unknown state": ("section: RFC 3501, 6.3.1", "state: sleeping", 2, 8, "sleeping"),
    "count of a mailbox": ("blob 1\n", "blob many\n", 3, 15, "number"),
    "unknown marker": ("S: * 1 EXISTS", "T: * 1 EXISTS", 6, 1, "marker"),
    "unknown action": ("S: * 1 EXISTS", "!jump", 6, 2, "action"),
    "unknown capture": ("1 EXISTS", "${count} EXISTS", 6, 6, "count"),
    "unknown rule": ("1 EXISTS", "${count:nosuch-rule} EXISTS", 6, 14, "nosuch-rule"),
    "capture without end": ("1 EXISTS", "${count EXISTS", 6, 6, "}"),
    "response against the grammar": ("* 1 EXISTS", "* EXISTS 1", 6, 7, ""),
    "response with a look-alike": ("* 1 EXISTS", "* 1 EXIST\N{CYRILLIC CAPITAL LETTER DZE}", 6, 13,
                                   ""),
    "connection that isn't there": ("S: * 1", "S2: * 1", 6, 2, "connection"),
    "literal with too few octets": ("C: a1 SELECT blob\n", "C: a1 SELECT {310}\nC: blob\n", 5, 14,
                                    "310"),
    "message file that isn't there": ("blob 1\n", "blob 1\nmessage: 1 nosuch.eml\n", 4, 12,
                                      "nosuch.eml"),
    "octets that aren't hex": ("SELECT blob", "SELECT ${hex:0g}", 5, 14, "hex"),
    "repetition of nothing": ("SELECT blob", "SELECT ${repeat:5}", 5, 14, "repeat"),
    "repetition without end": ("SELECT blob", 'SELECT ${repeat:5 "blob}', 5, 14, "repeat"),
    "too many octets": ("SELECT blob", 'SELECT ${repeat:9999999 "blob"}', 5, 14, "16 MiB"),
    "connection that can't be opened": ("S: * 1 EXISTS", "!connect 2", 6, 10, "connection"),
}


@pytest.fixture
def refuse(imapspec, tmp_path):
    """Runs a file beside a good one; what was said about it. Nothing may reach the server."""
    def refuse(octets):
        (tmp_path / "a-good.dialog").write_text(GOOD)
        path = tmp_path / "bad.dialog"
        path.write_bytes(octets)
        with SmallServer() as server:
            run = imapspec("run", "--server", server.url, tmp_path)
            assert server.connections == 0
        assert run.status == 2 and run.output == ""
        return path, run.problems
    return refuse


def test_good_dialog_is_accepted(imapspec, tmp_path):
    (tmp_path / "good.dialog").write_text(GOOD)
    with SmallServer() as server:
        run = imapspec("run", "--server", server.url, tmp_path)
        assert run.status == 0, run.output
        assert server.connections > 0


@pytest.mark.parametrize("name", BAD)
def test_bad_dialog_is_refused(refuse, name):
    old, new, line, column, word = BAD[name]
    assert GOOD.count(old) == 1
    path, problems = refuse(GOOD.replace(old, new).encode())
    place = re.match(rf"{re.escape(str(path))}:(\d+):(\d+): (.+)", problems)
    assert place, problems
    assert (int(place[1]), int(place[2])) == (line, column), problems
    assert word in place[3], problems


@pytest.mark.parametrize("octets", [
    b"", b"\0\0\0", b"\xff\xfe" * 1000, b"S: ${", b"S:", b"C: a {99999999999999999999}\n",
    b"C: a {3}\n", b"!wait 1000000000000s", b"!", b"section:",
    pytest.param(b"a" * 10 ** 6, id="long"),
])
def test_what_is_no_dialog_is_refused(refuse, octets):
    path, problems = refuse(octets)
    assert problems.startswith(f"{path}:"), problems


def test_all_problems_are_told(imapspec, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.dialog").write_text("nonsense\n")
    run = imapspec("run", "--list", tmp_path)
    assert run.status == 2
    assert all(f"{number}.dialog:1:1: " in run.problems for number in range(3)), run.problems


def test_path_that_is_not_there(imapspec, tmp_path):
    run = imapspec("run", "--list", tmp_path / "nosuch")
    assert run.status == 2 and "nosuch" in run.problems
