"""Grammars: --grammar adds one to what a command reads with; imapspec grammar shows it."""
import re
import shutil
import subprocess

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


@pytest.mark.parametrize("text, problem", [
    (b"\0\0\0", ":1:1: expected a rule name, got octet %x00"),
    (b'x-thing = "a\0b"\n', ":1:13: octet %x00 in the string"),
    (b"x-thing = " + 100_000 * b"(", ":1:43: more than 32 groups within each other"),
    (b'x-thing = 1000000"X"\n', ":1:15: the number is over 1000"),
    (b'x-thing = "X" 1000(1000("X" 1000"Y"))\nresponse-data =/ x-thing CRLF\n',
     ":1:29: the grammar needs more than 1048576 vertices"),
    (b"x-thing = x-thing\nresponse-data =/ x-thing CRLF\n", ":1:11: x-thing refers to itself"),
    (1_000_000 * b"x" + b" = y", ":1:1000004: no rule y"),
    (5_000_000 * b";", ": too long"),
], ids=["nul", "nul-in-string", "deep", "huge", "many", "endless", "long-name", "long-file"])
def test_hostile_grammar(imapspec, tmp_path, text, problem):
    """Each is refused at once, with bounded memory: see compilation_test.c for more of them."""
    path = tmp_path / "hostile.abnf"
    path.write_bytes(text)
    run = imapspec("parse", "--grammar", path, "-", input=b"")
    assert run.status == 2 and not run.output
    assert f"{path}{problem}" in run.problems


def test_unreadable_grammar(imapspec, tmp_path):
    run = imapspec("parse", "--grammar", tmp_path / "missing", "-", input=b"")
    assert run.status == 2 and f"{tmp_path}/missing: No such file" in run.problems


# ---- imapspec grammar ----------------------------------------------------------------------------

def test_a_rule(imapspec, color):
    """Definitions in reading order with source, extension and place; then what is known of it."""
    run = imapspec("grammar", "--grammar", color, "message-data")
    assert run.status == 0
    definitions, facts = run.output.split("\n\n")
    assert definitions.startswith("; RFC 3501, parser/grammar/rfc3501.abnf:")
    assert definitions.endswith(f"; x-color, X-COLOR, {color}:3:17\n"
                                'message-data =/ nz-number SP "COLOR" SP color')
    assert "in the tree: a node\n" in facts
    assert re.search(r"^refers to: .*\bnz-number\b(.|\n +)*\bcolor\b", facts, re.M)
    output = imapspec("grammar", "--grammar", color, "color").output
    assert output.endswith("\nin the tree: a leaf\nreferred to by: message-data\n")


def test_a_replaced_rule(imapspec, tmp_path):
    (tmp_path / "mine.abnf").write_text('status-att = "MESSAGES"\n')
    output = imapspec("grammar", "--grammar", tmp_path / "mine.abnf", "STATUS-ATT").output
    assert re.match(r"; RFC 3501, parser/grammar/rfc3501.abnf:\d+:1, replaced below\n"
                    r'status-att = "MESSAGES" / "RECENT"', output)
    assert f'; mine, {tmp_path}/mine.abnf:1:1\nstatus-att = "MESSAGES"\n' in output


def test_parts_of_extensions(imapspec):
    """RFC 9051, appendix E: IMAP4rev2 has no RECENT; RFC 8474 adds MAILBOXID."""
    output = imapspec("grammar", "status-att").output
    assert '\nof extensions: "RECENT" (IMAP4rev1)\n' in output
    assert re.search(r'; RFC 8474, OBJECTID, .*\nstatus-att =/ "MAILBOXID"\n', output)


def test_lines_are_short(imapspec):
    output = imapspec("grammar", "resp-text-code", "search-key").output
    assert max(map(len, output.splitlines())) <= 80
    assert output.count("refers to:") == 2


def test_all_rules(imapspec, color):
    lines = imapspec("grammar", "--grammar", color).output.splitlines()
    assert re.fullmatch(r"ALPHA +RFC 5234 +parser/grammar/core.abnf:3:1", lines[0])
    assert re.fullmatch(rf"color +x-color +{color}:4:1 X-COLOR", lines[-1])


def test_conflicts(imapspec, tmp_path):
    """Each that is settled, with the place where it is met first, the reason, and its line."""
    run = imapspec("grammar", "--conflicts")
    listed = re.findall(r"(.+) -> (.+)\n  first met in (\S+ after '.*'.*)\n  (.+)\n"
                        r"  parser/grammar/expected-conflicts:\d+\n", run.output)
    assert run.status == 0 and ("number | nz-number", "number") in [each[:2] for each in listed]
    assert len(listed) * 4 == len(run.output.splitlines())
    (tmp_path / "wrong.abnf").write_text('flag-list =/ "(" flag-keyword ")"\n')
    run = imapspec("grammar", "--conflicts", "--grammar", tmp_path / "wrong.abnf")
    assert run.status == 2 and "wrong.abnf:1:31: conflict in" in run.problems


def test_extensions(imapspec, color):
    header, *lines = imapspec("grammar", "--extensions", "--grammar", color).output.splitlines()
    assert header.split()[:6] == ["extension", "source", "rev1", "rev1-2060", "rev2", "all"]
    rows = {line.split()[0]: re.split(r"  +", line.strip()) for line in lines}
    assert rows["MOVE"][1:6] == ["RFC 6851", "-", "-", "yes", "yes"]
    assert rows["X-COLOR"][1:6] == ["x-color", "-", "-", "-", "yes"]


@pytest.mark.skipif(not shutil.which("dot"), reason="needs Graphviz")
def test_graphs(imapspec):
    """All rules have a graph that Graphviz draws."""
    rules = [line.split()[0] for line in imapspec("grammar").output.splitlines()]
    graphs = [imapspec("grammar", "--graph", rule).output for rule in rules[::7]]
    drawn = subprocess.run(["dot", "-Tsvg"], input="".join(graphs), capture_output=True, text=True)
    assert drawn.returncode == 0 and not drawn.stderr
    assert drawn.stdout.count("<svg") == len(graphs)


def test_a_graph(imapspec, tmp_path):
    (tmp_path / "some.abnf").write_text('@extension X-SOME\nsome = [tag SP] 2*3("\\\\" / DIGIT)\n'
                                        '@extension\nother = some\n')
    graph = imapspec("grammar", "--grammar", tmp_path / "some.abnf", "--graph", "some").output
    labels = re.findall(r'label="((?:[^"\\]|\\.)*)"( style=rounded)?', graph)
    assert ("tag", "") in labels and ("SP", " style=rounded") in labels
    assert (r'\"\\\\\"', " style=rounded") in labels and ("2*3", "") in labels
    graph = imapspec("grammar", "--grammar", tmp_path / "some.abnf", "--graph", "other").output
    assert r'[label="some\nX-SOME" color=gray50]' in graph


@pytest.mark.parametrize("arguments, problem", [
    (["nonesuch"], "nonesuch: there is no such rule"),
    (["--graph"], "of which rule?"),
    (["--graph", "tag", "text"], "of which rule?"),
    (["--conflicts", "tag"], "all of the grammar"),
    (["--extensions", "tag"], "all of the grammar"),
    (["--nonsense"], "--help"),
    (["--extensions", "--grammar", "/nonexistent"], "/nonexistent: No such file"),
    (["--grammar", "/nonexistent"], "/nonexistent: No such file"),
])
def test_wrong_usage(imapspec, arguments, problem):
    run = imapspec("grammar", *arguments)
    assert run.status == 2 and problem in run.problems and not run.output
