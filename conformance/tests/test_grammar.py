"""Grammars: --grammar adds one to what a command reads with."""
import re

import pytest

COLOR = """\
; A vendor's own response.
@extension X-COLOR
message-data =/ nz-number SP "COLOR" SP color
color = "red" / "green"
@leaf color
"""
PLAIN = 'response-data =/ "*" SP "COLOR" CRLF\n'


@pytest.fixture
def color(tmp_path):
    (tmp_path / "x-color.abnf").write_text(COLOR)
    return tmp_path / "x-color.abnf"


def test_parse_with_a_grammar(imapspec, color):
    message = b"* 7 COLOR red\r\n"
    assert "expected" in imapspec("parse", "-", input=message).output
    findings = imapspec("parse", "--grammar", color, "-", input=message)
    assert "belongs to X-COLOR (x-color), which isn't enabled" in findings.output
    assert findings.status == 1
    run = imapspec("parse", "--grammar", color, "--enable", "x-color", "-", input=message)
    assert "10..13 color red\n" in run.output and run.status == 0


def test_several_grammars(imapspec, color, tmp_path):
    (tmp_path / "plain.abnf").write_text(PLAIN)
    run = imapspec("parse", "--grammar", color, "--grammar", tmp_path / "plain.abnf", "--enable",
                   "X-COLOR", "-", input=b"* 7 COLOR red\r\n* COLOR\r\n")
    assert run.status == 0 and "2 messages, 0 errors" in run.output


def test_lint_with_a_grammar(imapspec, color, tmp_path):
    run = imapspec("lint", "--grammar", color, "-", input=b"S: * 7 COLOR red\nS: * 7 COLOR blue\n")
    assert run.status == 1
    assert 'stdin:2:14: color: expected "G" / "R", got "b"' in run.output
    assert "1 refusal" in run.output
    (tmp_path / "some.dialog").write_text("# Some.\n\nC: a1 NOOP\nS: * 7 COLOR red\nS: a1 OK ...\n")
    assert imapspec("lint", tmp_path / "some.dialog").status == 1
    assert imapspec("lint", "--grammar", color, tmp_path / "some.dialog").status == 0


def test_run_with_a_grammar(imapspec, color, tmp_path):
    """What dialogs expect, and what the server sends, is read with it."""
    (tmp_path / "some.dialog").write_text("# Some.\nmode: syntax\n\nC: a1 NOOP\n"
                                          "S: * 7 COLOR ${shade:color}\nS: a1 OK ...\n")
    assert imapspec("run", tmp_path / "some.dialog").status == 2
    run = imapspec("run", "--grammar", color, tmp_path / "some.dialog")
    assert run.status == 0 and "1 passed" in run.output


@pytest.mark.parametrize("command", ["parse", "lint", "run"])
@pytest.mark.parametrize("text, problem", [
    ('x-thing = "a\n', ":1:12: the string is not closed on its line"),
    ("response-data =/ x-thing\n", ":1:18: no rule x-thing"),
    ('; a flag list\nflag-list =/ "(" flag-keyword ")"\n',
     r":2:31: conflict in \S+ after '.*' on %x29: flag \| flag-keyword \(the other way: parser/"),
])
def test_wrong_grammar(imapspec, tmp_path, command, text, problem):
    path = tmp_path / "wrong.abnf"
    path.write_text(text)
    run = imapspec(command, "--grammar", path, path)
    assert run.status == 2 and not run.output
    assert re.match(re.escape(str(path)) + problem, run.problems)


def test_unreadable_grammar(imapspec, tmp_path):
    run = imapspec("parse", "--grammar", tmp_path / "missing", "-", input=b"")
    assert run.status == 2 and f"{tmp_path}/missing: No such file" in run.problems
