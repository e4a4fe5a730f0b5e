"""imapspec parse: events with their offsets, errors with their place."""
import pathlib
import re
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent.parent
MANUAL, COMPLETION = HERE / "manual/imapspec-parse.1", HERE / "imapspec.bash-completion"

SERVER = (b"* 172 EXISTS\r\n"
          b"* 1 FETCH (BODY[] {7}\r\na\r\nb\r\nc FLAGS (\\Seen))\r\n"
          b"a1 OK [READ-WRITE] done\r\n")
CLIENT = b'a1 LOGIN "joe" {6+}\r\nsecret\r\na2 SELECT INBOX\r\n'


@pytest.fixture
def parse(imapspec):
    def parse(octets, *options):
        return imapspec("parse", *options, "-", input=octets)
    return parse


def test_events(parse):
    run = parse(SERVER)
    assert run.status == 0 and run.output.endswith("3 messages, 0 errors\n"), run.output
    for start, end, rule in re.findall(r"^(\d+)\.\.(\d+) (\S+)", run.output, re.M):
        assert 0 <= int(start) <= int(end) <= len(SERVER), (start, end, rule)
    assert re.search(r"^2\.\.5 \S+ 172$", run.output, re.M), run.output
    literal = SERVER.index(b"{7}")
    assert f"{literal}..{literal + 5} literal of 7 octets" in run.output


@pytest.mark.parametrize("octets", [
    SERVER, b"* 1 EXISTS\r\n* OK [UNSEEN x] a\r\n* 1 EXIST\r\n* 2 EX"], ids=["right", "wrong"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pieces_change_nothing(parse, octets, size):
    assert parse(octets, "--chunk", size).output == parse(octets).output


def test_client(parse):
    run = parse(CLIENT, "--client", "--enable", "LITERAL+")
    assert run.status == 0 and "2 messages" in run.output, run.output
    assert "17: belongs to LITERAL+" in parse(CLIENT, "--client").output
    assert parse(CLIENT, "--server").status == 1


def test_error(parse):
    run = parse(b"* 1 EXISTS\r\n* FLAGS \\Seen\r\n* 2 EXISTS\r\n")
    assert run.status == 1
    error, line, caret = re.search(r"^(20: .*)\n(.*)\n(.*)$", run.output, re.M).groups()
    assert re.fullmatch(r'20: [a-z-]+: expected "\(", got "\\"', error), error
    assert "* FLAGS \\" in line and line[caret.index("^")] == "\\"
    assert run.output.endswith("2 messages, 1 error\n"), "reading goes on at the next line"


def test_checks_beyond_the_grammar(parse):
    octets = b'* 1 EXISTS\r\n* 1 FETCH (FLAGS (Seen) INTERNALDATE "30-Feb-2024 10:00:00 +0000")\r\n'
    run = parse(octets)
    assert run.status == 1 and run.output.endswith("2 messages, 1 error\n"), run.output
    for place, what in (octets.index(b"Seen"), "warning: flag-backslash: "), (
            octets.index(b"30-Feb"), "date-day: the month has no such day (RFC 3501, 9)\n"):
        assert f"\n{place}: {what}" in run.output
    assert parse(octets, "--chunk", 1).output == run.output
    assert parse(octets.replace(b"30-Feb", b"29-Feb")).status == 0, "warnings are no errors"


def test_quirks(parse):
    octets = b"* SEARCH 1 \r\n+\r\n"
    assert parse(octets).output.endswith("0 messages, 2 errors\n")
    run = parse(octets, "--quirk", "trailing-space", "--quirk", "Bare-Plus")
    assert run.status == 0 and run.output.endswith("2 messages, 0 errors\n"), run.output
    assert run.output.startswith("10: warning: trailing-space: ")
    assert "\n14: warning: bare-plus: " in run.output
    run = parse(octets, "--quirk", "nosuch")
    assert run.status == 2 and "'nosuch'" in run.problems


def test_every_quirk_is_described_and_completed(imapspec):
    quirks = set(re.findall(r"^ {20}([a-z0-9-]+) {2,}\S", imapspec("parse", "--help").output, re.M))
    assert len(quirks) > 9
    assert set(re.findall(r"^\.It Cm (\S+)$", MANUAL.read_text(), re.M)) == quirks
    script = (f"source {COMPLETION}; COMP_WORDS=(imapspec parse --quirk ''); COMP_CWORD=3; "
              "_imapspec imapspec '' --quirk; echo ${COMPREPLY[@]}")
    completed = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert set(completed.stdout.split()) == quirks


def test_end_in_a_message(parse):
    run = parse(b"* 1 EXISTS\r\n* 2 EX")
    assert run.status == 1 and "\n18: " in run.output and "end of the file" in run.output


def test_file(imapspec, tmp_path):
    (tmp_path / "session").write_bytes(SERVER)
    assert imapspec("parse", tmp_path / "session").output == imapspec("parse", "-",
                                                                     input=SERVER).output
    run = imapspec("parse", tmp_path / "nosuch")
    assert run.status == 2 and "nosuch" in run.problems


@pytest.mark.parametrize("arguments", [[], ["--nonsense", "-"], ["--root", "nosuch", "-"],
                                       ["--dialect", "nosuch", "-"], ["--chunk", "0", "-"]])
def test_usage_errors(imapspec, arguments):
    run = imapspec("parse", *arguments, input=b"")
    assert run.status == 2 and run.problems and not run.output
