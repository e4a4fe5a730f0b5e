"""imapspec seeds: what the sides of a dialog say, as they would say it."""
import pathlib
import subprocess

import pytest

DIALOGS = pathlib.Path(__file__).resolve().parent.parent / "dialogs"

LIVE = """\
# Two connections, and one after the other.
state: selected
mailbox: blob 7
connections: 2

C: a1 APPEND blob {}
S: + go on
C: Hi.
C:
S?: * 8 EXISTS
S: a1 OK [APPENDUID ${validity:nz-number} ${uid:uniqueid}] ...
S!: * BYE x
C: a2 UID FETCH ${uid} FLAGS
S: * 8 FETCH (FLAGS (\\Seen ...) UID ${uid})
S: a2 OK ...
C-: a3 NOO${hex:50 0d 0a}
S: a3 ${:resp-cond-state}
!close
!connect 1
C: b1 LOGIN ${user} {5!}
C2: c1 APPEND blob {3+}
C2: ${repeat:3 "x"}
"""
CLIENT = """\
select SELECT "blob"
a1 APPEND blob {5}
Hi.

a2 UID FETCH 1 FLAGS
a3 NOOP
"""
SERVER = """\
* PREAUTH ready
* 7 EXISTS
select OK [READ-WRITE] selected
+ go on
* 8 EXISTS
a1 OK [APPENDUID 1 1] ...
* 8 FETCH (FLAGS (\\Seen ...) UID 1)
a2 OK ...
"""
SYNTAX = "mode: syntax\n\nS: * 3 EXISTS\nS!: * 3 EXISTS!\n!breaks mailbox-data\nC: a NOOP\n"
OCTETS = ("# Nothing fits.\nmode: octets\n\nS: * OK\nS-: * 1 FETCH {9999}\nS: {3!}\n"
          "C: a ${repeat:3 \"(\"}\nS: *\n")


def lines(text):
    return text.replace("\n", "\r\n").encode()


@pytest.fixture
def seeds(imapspec, tmp_path):
    """What is written of a dialog: the names of files below a folder, and their octets."""
    def seeds(text, *options):
        (tmp_path / "some").mkdir()
        (tmp_path / "some/one.dialog").write_text(text)
        output = tmp_path / "output"
        run = imapspec("seeds", "--output", output, *options, tmp_path)
        assert run.status == 0 and not run.problems and not run.output, run.problems
        return {str(path.relative_to(output)): path.read_bytes()
                for path in output.rglob("*") if path.is_file()}
    return seeds


def test_live(seeds):
    found = seeds(LIVE)
    assert found["client/some_one"] == lines(CLIENT)
    assert found["server/some_one"].startswith(lines(SERVER) + b"a3 ")
    assert found["client/some_one.2"] == lines('select SELECT "blob"\nb1 LOGIN a {5}\n')
    assert found["client/some_one.3"] == lines('select SELECT "blob"\nc1 APPEND blob {3+}\nxxx\n')
    assert set(found) == {"client/some_one", "server/some_one", "client/some_one.2",
                          "client/some_one.3"}


@pytest.mark.parametrize("state, greeting, expected", [
    ("greeting", "S: * OK mine\n", "* OK mine\n"), ("greeting", "", "* OK ready\n"),
    ("authenticated", "", "* PREAUTH ready\n")])
def test_greeting(seeds, state, greeting, expected):
    found = seeds(f"state: {state}\n{greeting}C: a NOOP\nS: a OK done\n")
    assert found["server/some_one"] == lines(expected + "a OK done\n")


def test_syntax(seeds):
    assert seeds(SYNTAX) == {"server/some_one": b"* PREAUTH ready\r\n* 3 EXISTS\r\n* 3 EXISTS!\r\n",
                             "client/some_one": b"a NOOP\r\n"}


def test_octets(seeds):
    assert seeds(OCTETS) == {"server/some_one": b"* OK\r\n* 1 FETCH {9999}{3!}\r\n*\r\n",
                             "client/some_one": b"a (((\r\n"}


@pytest.mark.parametrize("side", ["client", "server"])
def test_side(seeds, side):
    assert set(seeds(SYNTAX, "--side", side)) == {f"{side}/some_one"}


def test_standard_output(imapspec, tmp_path):
    (tmp_path / "one.dialog").write_text(SYNTAX)
    run = imapspec("seeds", "--side", "server", tmp_path)
    assert run.status == 0 and run.output == "* PREAUTH ready\r\n* 3 EXISTS\r\n* 3 EXISTS!\r\n"


def test_grammar(seeds, tmp_path):
    (tmp_path / "x-view.abnf").write_text('x-view = "VIEW"\nmessage-data =/ nz-number SP x-view\n')
    found = seeds("S: * 4 View\n", "--grammar", tmp_path / "x-view.abnf")
    assert found["server/some_one"] == b"* PREAUTH ready\r\n* 4 View\r\n"


def test_octets_are_not_judged(imapspec, tmp_path):
    path = tmp_path / "one.dialog"
    path.write_text(OCTETS)
    assert imapspec.play(path).dialog["outcome"] == "skip"
    run = imapspec("lint", path)
    assert run.status == 0
    assert run.output == "1 file: 0 messages judged, 0 refusals, 0 warnings; 5 messages not judged\n"


def test_all_dialogs(imapspec, tmp_path):
    run = imapspec("seeds", "--output", tmp_path, DIALOGS)
    assert run.status == 0 and not run.problems
    names = {str(path.relative_to(DIALOGS)).removesuffix(".dialog").replace("/", "_"): path
             for path in DIALOGS.rglob("*.dialog")}
    for side, marker in ("client", "C"), ("server", "S"):
        written = {path.name for path in (tmp_path / side).iterdir()}
        for name, path in names.items():
            says = [line for line in path.read_text("latin-1").splitlines()
                    if line[:1] == marker and (path.parent.name == "lint" or "!:" not in line[:4])]
            assert not says or name in written or [each for each in written
                                                   if each.startswith(f"{name}.")]


@pytest.mark.parametrize("arguments", [
    [], ["--nonsense", DIALOGS], ["--side", "both", DIALOGS], [DIALOGS],
    ["--side", "client", "/nonexistent"], ["--side", "client", "/dev/null"],
    ["--output", "/dev/null/x", DIALOGS / "lint"], ["--grammar", "/nonexistent", DIALOGS]])
def test_errors(imapspec, arguments):
    run = imapspec("seeds", *arguments)
    assert run.status == 2 and run.problems and not run.output


def test_full_device(imapspec):
    command = imapspec.command("seeds", "--side", "client", DIALOGS / "lint")
    with open("/dev/full", "wb") as full:
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 2 and b"No space left" in run.stderr
