"""scripts/fuzz-triage, on a program that fails in many ways."""
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

import pytest

pytestmark = pytest.mark.own_build

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCRIPT = ROOT / "scripts/fuzz-triage"
sys.path.insert(0, str(ROOT / "scripts"))

from triage import crash, dialog, findings, replay, shrink  # noqa: E402

SECONDS = 120  # no run takes longer
FRAMES = "fail_in_one_way"
WAYS = {  # what stands in the input: kind and frames
    "LIST": ("heap-buffer-overflow (read)", ["peek", "read_list", FRAMES]),
    "FLAGS": ("heap-buffer-overflow (read)", ["peek", "read_flags", FRAMES]),
    "LOOK": ("heap-buffer-overflow (read)", ["look", FRAMES]),
    "NIL": ("null-dereference (read)", ["follow", FRAMES]),
    "DEEP": ("stack-overflow", ["ascend", "descend"]),
    "KEEP": ("leak", ["keep", FRAMES]),
    "ADD": ("signed-integer-overflow", ["add", FRAMES]),
    "FAIL": ("abort", ["fail", FRAMES]),
}
MANY = 2  # inputs of each


def compile_program(folder, *options):
    program = folder / "crashes"
    subprocess.run(["clang", "-g", "-O1", "-fno-omit-frame-pointer", *options,
                    HERE / "programs/crashes.c", "-o", program], check=True)
    return program


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return compile_program(tmp_path_factory.mktemp("libfuzzer"),
                           "-fsanitize=fuzzer,address,undefined",
                           "-fno-sanitize-recover=undefined")


def input_of(word, number):
    """Some lines, in one of which the word stands."""
    choice = random.Random(f"{word} {number}")
    lines = [b"* %d FETCH (UID %d)\r\n" % (choice.randrange(9), choice.randrange(99))
             for _ in range(choice.randrange(1, 5))]
    lines.insert(choice.randrange(len(lines)), b"* %s (a b) \x00\xff\r\n" % word.encode())
    return b"".join(lines)


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """A folder as libFuzzer and AFL++ fill it."""
    folder = tmp_path_factory.mktemp("findings")
    (folder / "default/crashes").mkdir(parents=True)
    for word in WAYS:
        for number in range(MANY):
            (folder / f"crash-{word}-{number}").write_bytes(input_of(word, number))
    (folder / "default/crashes/id:000000,sig:06").write_bytes(input_of("FAIL", 99))
    (folder / "default/crashes/README.txt").write_text("LIST")
    (folder / "crash-twice").write_bytes(input_of("LIST", 0))
    (folder / "crash-harmless").write_bytes(b"* OK\r\n")
    (folder / "slow-unit-1").write_bytes(b"* LIST\r\n")
    return folder


class Run:
    """What came of one run."""

    def __init__(self, output, run):
        self.status, self.text, self.problems = run.returncode, run.stdout, run.stderr
        self.output = output
        assert self.status in (0, 1, 2, 130), self.problems

    def file(self, name):
        return (self.output / name).read_text()

    @property
    def report(self):
        return json.loads(self.file("report.json"))

    @property
    def findings(self):
        return {(row["kind"], " < ".join(row["frames"])): row for row in self.report["findings"]}


def triage(output, *arguments, **settings):
    run = subprocess.run([SCRIPT, "--output", output, *map(str, arguments)], capture_output=True,
                         text=True, timeout=SECONDS, check=False, **settings)
    return Run(output, run)


# ---- a whole campaign ----------------------------------------------------------------------------

@pytest.fixture(scope="module")
def done(program, campaign, tmp_path_factory):
    """The triage of the campaign."""
    return triage(tmp_path_factory.mktemp("triage"), "--program", program, "--side", "server",
                  "--name", "crashes", "--version", "1.0", "--timeout", "20", "--record", campaign)


def test_each_way_is_one_finding(done):
    assert done.status == 1
    assert set(done.findings) == {(kind, " < ".join(frames)) for kind, frames in WAYS.values()}
    counts = {key: row["inputs"] for key, row in done.findings.items()}
    assert counts.pop(("abort", f"fail < {FRAMES}")) == MANY + 1
    assert set(counts.values()) == {MANY}


def test_inputs_become_small(done):
    for word, (kind, frames) in WAYS.items():
        row = done.findings[kind, " < ".join(frames)]
        assert row["minimised"] and row["octets"] == len(word)
        assert pathlib.Path(row["input"]).read_bytes() == word.encode()


def test_what_does_no_harm_is_told(done):
    assert [pathlib.Path(path).name for path in done.report["not_reproduced"]] == ["crash-harmless"]
    assert done.report["replayed"] == len(WAYS) * MANY + 2


def test_report(done):
    text = done.file("report.md")
    for row in done.report["findings"]:
        section = text.partition(f"## {row['id']}\n")[2].partition("\n## ")[0]
        assert f"- kind: {row['kind']}" in section and "- program: crashes 1.0" in section
        assert f"{row['inputs']} inputs" in section and f"to {row['octets']} octets" in section
        assert row["reproduce"] in section and row["frames"][0] in section
        assert "Input:\n\n```\n" in section and "crashes.c:" in section
    assert "LIST" in text and "crash-harmless" in text


def test_command_reproduces(done):
    """From wherever the triage ran."""
    row = done.findings["leak", f"keep < {FRAMES}"]
    run = subprocess.run(row["reproduce"], shell=True, capture_output=True, text=True, check=False)
    assert "detected memory leaks" in run.stderr


def test_junit(done):
    (suite,) = xml.fromstring(done.file("junit.xml"))
    assert suite.get("failures") == str(len(WAYS)) and suite.get("tests") == str(len(WAYS) + 1)
    assert {case.get("name") for case in suite if case.find("failure") is not None} == {
        row["id"] for row in done.report["findings"]}


def test_lines_to_record(done):
    lines = [line for line in done.text.splitlines() if line.count("\t") == 4]
    assert f"crashes\t1.0\tleak\tkeep < {FRAMES}\t" in lines and len(lines) == len(WAYS)


def test_what_is_known_is_no_news(program, campaign, tmp_path):
    """The line that --record prints, in fuzz/findings.tsv."""
    known = tmp_path / "findings.tsv"
    known.write_text("\t".join(findings.COLUMNS) + f"\ncrashes\t0.9\tleak\tkeep < {FRAMES}\told\n")
    run = triage(tmp_path, "--program", program, "--name", "crashes", "--known", known,
                 "--minimize", "0", *sorted(campaign.glob("*KEEP*")), campaign / "crash-NIL-0")
    rows = run.report["findings"]
    assert run.status == 1
    assert [(row["kind"], row["new"]) for row in rows] == [("null-dereference (read)", True),
                                                           ("leak", False)]
    assert "known since crashes 0.9: old" in run.file("report.md")
    run = triage(tmp_path, "--program", program, "--name", "crashes", "--known", known,
                 "--minimize", "0", campaign / "crash-KEEP-0")
    assert run.status == 0
    (suite,) = xml.fromstring(run.file("junit.xml"))
    assert suite.get("failures") == "0" and suite.get("skipped") == "1"


# ---- other programs ------------------------------------------------------------------------------

def test_program_that_never_ends(program, tmp_path):
    for number in range(2):
        (tmp_path / f"timeout-{number}").write_bytes(input_of("SPIN", number))
    run = triage(tmp_path / "out", "--program", program, "--timeout", "2", "--minimize", "0",
                 tmp_path)
    ((kind, frames),) = run.findings
    assert kind == "timeout" and frames.endswith(f"spin < {FRAMES}")
    (row,) = run.findings.values()
    assert row["inputs"] == 2 and row["reproduce"].endswith("-timeout=2")


def test_leaks_are_none_where_they_are_allowed(program, tmp_path):
    path = tmp_path / "leak-1"
    path.write_bytes(input_of("KEEP", 1))
    for sees_leaks, kinds in (False, []), (True, ["leak"]):
        target = replay.Target([str(program)], 20, 1000, sees_leaks=sees_leaks)
        assert [found.kind for found in target.crashes(path)] == kinds


def test_memory_has_a_limit(program, tmp_path):
    (tmp_path / "oom-1").write_bytes(b"LARGE")
    run = triage(tmp_path / "out", "--program", program, "--memory", "1000", tmp_path / "oom-1")
    assert list(run.findings) == [("out-of-memory", f"large < {FRAMES}")]


def test_program_that_reads_standard_input(tmp_path):
    program = compile_program(tmp_path, "-DSTANDARD_INPUT", "-fsanitize=address")
    (tmp_path / "a").write_bytes(input_of("FAIL", 1))
    (tmp_path / "b").write_bytes(input_of("LOOK", 1))
    run = triage(tmp_path / "out", "--program", program, "--stdin", tmp_path / "a", tmp_path / "b")
    assert set(run.findings) == {("abort", f"fail < {FRAMES}"),
                                 ("heap-buffer-overflow (read)", f"look < {FRAMES}")}
    assert all(" < " in row["reproduce"] for row in run.findings.values())


def test_program_without_a_sanitizer(tmp_path):
    """Its signal is all there is."""
    program = compile_program(tmp_path, "-DSTANDARD_INPUT")
    (tmp_path / "a").write_bytes(b"NIL")
    run = triage(tmp_path / "out", "--program", program, "--stdin", tmp_path / "a")
    assert list(run.findings) == [("SIGSEGV", "")] and run.status == 1


def test_network_is_out_of_reach(tmp_path):
    alone = subprocess.run(["unshare", "--map-current-user", "--net", "true"], check=False)
    if alone.returncode:
        pytest.skip("no namespaces here")
    script = tmp_path / "program"
    script.write_text("#!/bin/sh\ngrep -q -v -E 'face|Inter|lo:' /proc/net/dev && kill -SEGV $$\n")
    script.chmod(0o755)
    (tmp_path / "a").write_bytes(b"")
    assert triage(tmp_path / "out", "--program", script, tmp_path / "a").status == 0


def test_what_cannot_run(program, tmp_path):
    (tmp_path / "a").write_bytes(b"")
    for arguments in (["--program", tmp_path / "nothing", tmp_path / "a"],
                      ["--program", program, tmp_path / "nothing"], ["--program", program],
                      ["--target", "nothing", tmp_path / "a"]):
        assert triage(tmp_path / "out", *arguments).status == 2


def test_interrupted_run_tells_what_is_done(program, campaign, tmp_path):
    """A hang keeps it from the end."""
    (tmp_path / "timeout-1").write_bytes(b"SPIN")
    process = subprocess.Popen(
        [SCRIPT, "--output", tmp_path, "--program", program, "--timeout", "100", "--jobs", "2",
         campaign / "crash-NIL-0", tmp_path / "timeout-1"], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE)
    wait_for_child(process.pid, "timeout-1")
    process.send_signal(signal.SIGINT)
    output, problems = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, problems
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["interrupted"] and "interrupted" in output
    assert not children_with(str(tmp_path / "timeout-1"))


def children_with(word):
    """Processes with the word in their command."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word in path.read_text().split("\0")[1:]:
                found.append(int(path.parent.name))
        except OSError:
            pass
    return [pid for pid in found if pid != os.getpid()]


def wait_for_child(parent, name):
    """Until the input is tried."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for pid in pathlib.Path(f"/proc/{parent}/task").glob("*/children"):
            for child in pid.read_text().split():
                try:
                    if name in pathlib.Path(f"/proc/{child}/cmdline").read_text():
                        return
                except OSError:
                    pass
        time.sleep(0.05)
    raise AssertionError("the input isn't tried")


# ---- dialogs -------------------------------------------------------------------------------------

OCTETS = {
    "lines": b"* OK ready\r\n* LIST () \"/\" a\r\na OK done\r\n",
    "binary": bytes(range(256)) * 3,
    "no end": b"* OK\r\n* 1 FETCH (FLAGS",
    "bare line ends": b"* OK\n\r* BYE\r\r\n\n\r\n",
    "literal": b"* 1 FETCH (BODY[] {5}\r\nab\r\ncUID 4)\r\n* X {10}\r\n* Y {3+}\r\n",
    "placeholders": b"* OK ${hex:00} ${a:atom} $${ {}\r\n${user}\r\n... !close\r\n",
    "blank": b"\r\n \r\n  \r\n\t\r\n a \r\n",
    "markers": b"# no comment\r\n!close\r\nC: a\r\nS: b\r\nmode: live\r\n",
    "nested": b"(" * 70000 + b")" * 3 + b"\r\n",
    "long": random.Random(1).randbytes(30000),
    "long line": b"* OK " + b"ab c\xff" * 9000 + b"\r\n",
}


@pytest.mark.parametrize("side", ["client", "server"])
@pytest.mark.parametrize("name", OCTETS)
def test_dialog_has_the_very_octets(pytestconfig, tmp_path, side, name):
    path = tmp_path / "finding.dialog"
    path.write_bytes(dialog.write("a title", ["a comment"], side, OCTETS[name]))
    program = pathlib.Path(pytestconfig.getoption("build")) / "imapspec"
    run = subprocess.run([program, "seeds", "--side", side, path], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    assert run.stdout == OCTETS[name]


def test_dialog_is_readable(tmp_path):
    text = dialog.write("title", [], "server", b"* OK \xff\r\n* X\ry(((")
    assert text == b"# title\nmode: octets\n\nS: * OK ${hex:ff}\nS-: * X${hex:0d}y(((\n"


def test_no_dialog_of_too_many_lines():
    assert dialog.write("title", [], "client", b"a\r\n" * 5000) is None


def test_findings_have_dialogs(done):
    for row in done.report["findings"]:
        line = pathlib.Path(row["input"]).read_text()
        assert pathlib.Path(row["dialog"]).read_text().endswith(f"\nS-: {line}\n")


# ---- parts ---------------------------------------------------------------------------------------

def test_shrinking_finds_the_least():
    tried = []

    def first_that_holds(inputs):
        assert inputs and len(inputs) <= shrink.BATCH and not set(inputs) & set(tried)
        for number, octets in enumerate(inputs):
            tried.append(octets)
            if b"(" in octets and octets.count(b"ab") >= 2:
                return number
        return None
    text = b"".join(b"line %d ab (c d)\r\n" % number for number in range(50))
    assert sorted(shrink.Shrinker(first_that_holds, SECONDS).shrink(text)) == sorted(b"ab(ab")


def test_shrinking_empties_literals():
    """Of which no octet can go alone."""
    def first_that_holds(inputs):
        return next((number for number, octets in enumerate(inputs) if re.fullmatch(
            rb"\{(0)\}\r\n\)|\{(5)\}\r\nhello\)", octets)), None)
    assert shrink.Shrinker(first_that_holds, SECONDS).shrink(b"{5}\r\nhello)") == b"{0}\r\n)"


def test_shrinking_ends_in_time():
    shrinker = shrink.Shrinker(lambda inputs: 0, 0)
    assert shrinker.shrink(b"abc") == b"abc" and shrinker.is_over()


def test_trimming_counts_literals(afl_library):
    """By the mutator, which knows IMAP."""
    octets = (b"* OK hi\r\n* 1 FETCH (FLAGS (\\Seen) BODY[TEXT] {11}\r\nhello WORLD UID 4)\r\n"
              b"a OK\r\n")
    kept = shrink.Trimmer(afl_library, "server").shrink(
        octets, lambda shorter: b"WORLD" in shorter)
    (count,) = re.findall(rb"\{(\d+)\}\r\n", kept)
    assert len(kept) < len(octets) and kept.partition(b"}\r\n")[2][:int(count)].endswith(b"WORLD")


def test_findings_file():
    """Well-formed, sorted, each once; no input stands there."""
    rows = findings.read()
    keys = [row.key for row in rows]
    assert keys == sorted(set(keys))
    for row in rows:
        assert len(row.where) <= crash.TOP and re.fullmatch(r"[\w (),.:;'/+=<>#-]*", row.note)
        assert all(re.fullmatch(r"[\w:~.+-]+", name) for name in row.where), row
        assert len(row.line()) < 400


def test_hang_is_known_by_two_functions():
    """Where it is looked at is chance."""
    rows = [findings.Finding("peer", "1", kind, ("read", "parse", "reply"), "")
            for kind in ("timeout", "abort")]
    assert findings.find(rows, "peer", "timeout", ("parse", "reply", "open")) == rows[0]
    assert findings.find(rows, "peer", "timeout", ("parse", "open")) is None
    assert findings.find(rows, "peer", "abort", ("parse", "reply", "open")) is None
    assert findings.find(rows, "peer", "abort", ("read", "parse", "reply")) == rows[1]
    assert findings.find(rows, "other", "abort", ("read", "parse", "reply")) is None


def test_findings_file_that_is_broken(tmp_path):
    path = tmp_path / "findings.tsv"
    path.write_text("a\tb\n")
    with pytest.raises(ValueError, match=":1:"):
        findings.read(path)
