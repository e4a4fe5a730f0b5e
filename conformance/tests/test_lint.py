"""imapspec lint: what it says of texts, and its exit status."""
import pathlib
import re

import pytest

DIALOGS = pathlib.Path(__file__).resolve().parent.parent / "dialogs"

RIGHT = """\
   Example:    C: k1 EXAMINE box
               S: * OK [UIDVALIDITY 4] of the box
               S: k1 OK [READ-ONLY] done
"""
WRONG = """\
    С: k1 FETCH 3 FLAGS
    S * 3 FETCH (FLAGS (\\Seen ))
    S: k1 OK done
"""


@pytest.fixture
def lint(imapspec):
    def lint(text, *options):
        return imapspec("lint", *options, "-", input=text.encode())
    return lint


def test_right(lint):
    run = lint(RIGHT)
    assert run.status == 0 and not run.problems
    assert run.output == "1 file: 3 messages judged, 0 refusals, 0 warnings; 0 messages not judged\n"


def test_wrong(lint):
    run = lint(WRONG)
    assert run.status == 1 and not run.problems
    places = re.findall(r"^stdin:(\d+):(\d+): ([\w-]+): ", run.output, re.M)
    assert [(int(line), int(column)) for line, column, rule in places] == [(1, 5), (2, 6), (2, 31)]
    assert [rule for _, _, rule in places][:2] == ["marker", "marker"]
    assert "U+0421 CYRILLIC CAPITAL LETTER ES looks like C" in run.output
    assert run.output.endswith(", 3 refusals, 0 warnings; 0 messages not judged\n")


def test_carets_stand_under_what_is_wrong(lint):
    lines = lint(WRONG).output.splitlines()
    carets = [(above, line.index("^")) for above, line in zip(lines, lines[1:])
              if line.strip() == "^"]
    assert [line[column] for line, column in carets] == ["С", " ", ")"]


def test_warnings_are_no_refusals(lint):
    run = lint("S: * OK [PERMANENT FLAGS (\\Draft)] few\n")
    assert run.status == 0
    assert "stdin:1:10: warning: " in run.output and "PERMANENTFLAGS meant?" in run.output


def test_quirks(lint):
    text = "S: * SEARCH 1 2 \nS: * FLAGS ( \\Seen)\nC: a NOOP\nS: a OK\n"
    assert lint(text).status == 1
    run = lint(text, "--quirk", "trailing-space", "--quirk", "extra-space", "--quirk", "missing-text")
    assert run.status == 0 and ", 0 refusals, 3 warnings;" in run.output, run.output
    assert "stdin:1:16: warning: trailing-space: " in run.output
    assert "stdin:2:13: warning: extra-space: " in run.output
    assert "stdin:4:8: warning: missing-text: " in run.output


def test_several_files(imapspec, tmp_path):
    (tmp_path / "right").write_text(RIGHT)
    (tmp_path / "wrong").write_text(WRONG)
    run = imapspec("lint", tmp_path / "right", tmp_path / "wrong")
    assert run.status == 1 and f"{tmp_path}/wrong:1:5: " in run.output
    assert f"{tmp_path}/right:" not in run.output and "\n2 files: 6 messages" in run.output


def test_all_dialogs_are_right(imapspec):
    run = imapspec("lint", *sorted(DIALOGS.rglob("*.dialog")))
    assert run.status == 0, run.output


def test_a_dialog_may_be_wrong_on_purpose(imapspec, tmp_path):
    dialog = "# A wrong command.\naccount: disposable\n\nC: k1 FROB\nS: k1 BAD ...\n"
    (tmp_path / "x.dialog").write_text(dialog)
    assert imapspec("lint", tmp_path / "x.dialog").status == 0
    (tmp_path / "x.dialog").write_text(dialog + "S: *11 EXISTS\nmode: live\n")
    run = imapspec("lint", tmp_path / "x.dialog")
    assert run.status == 1 and f"{tmp_path}/x.dialog:6:5: " in run.output


def test_dialect(lint):
    text = 'S: * SEARCH\nC: k1 PARTIAL 1 RFC822 1 1\n'
    assert lint(text, "--dialect", "rev1-2060").status == 1
    assert lint(text, "--dialect", "rev1-2060").output.startswith("stdin:2:")


@pytest.mark.parametrize("arguments", [[], ["--nonsense", "-"], ["--dialect", "rev0", "-"],
                                       ["/no/such/file"], [DIALOGS]])
def test_usage_errors(imapspec, arguments):
    run = imapspec("lint", *arguments)
    assert run.status == 2 and run.problems


def test_help(imapspec):
    run = imapspec("lint", "--help")
    assert run.status == 0 and "--dialect" in run.output and not run.problems


def test_endless_text_is_refused(lint):
    run = lint("x" * (5 << 20))
    assert run.status == 2 and "too long" in run.problems
