"""make bench: that its workloads are IMAP, and that it tells what it measured. No test here asks for a
time."""
import os
import pathlib
import re
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
WORKLOADS = ["commands", "flags", "mix", "literals"]


@pytest.fixture
def build(imapspec):
    folder = pathlib.Path(imapspec.path).resolve().parent
    if not (folder / "parser/bench/workload").exists():
        pytest.skip("make tests builds it")
    return folder


def write_workload(build, name):
    return subprocess.run([build / "parser/bench/workload", name, "30000"], check=True,
                          capture_output=True).stdout


def read_once(build, contender, path):
    return subprocess.run([build / "parser/bench/imapspec", contender, path], input="\n",
                          capture_output=True, text=True,
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})


@pytest.mark.parametrize("name", WORKLOADS)
def test_workload(build, imapspec, name, tmp_path):
    """The same octets each time, all of them plain IMAP4rev1, however they are fed."""
    octets = write_workload(build, name)
    assert octets == write_workload(build, name)
    assert len(octets) >= 30000
    (tmp_path / "workload").write_bytes(octets)
    side = "--client" if name == "commands" else "--server"
    parsed = imapspec("parse", "--quiet", side, tmp_path / "workload")
    assert parsed.status == 0, parsed.output
    whole, parts = [read_once(build, contender, tmp_path / "workload")
                    for contender in ("events", "octet-by-octet")]
    assert whole.returncode == parts.returncode == 0, whole.stderr + parts.stderr
    check = whole.stdout.split()[-1]
    assert check == parts.stdout.split()[-1] != "0"


def bench(build, *options):
    return subprocess.run([TOP / "scripts/bench", "--rounds", "1", "--octets", "30000",
                           "--no-instructions", *options], capture_output=True, text=True,
                          env={**os.environ, "BUILD": str(build)})


def test_report(build):
    """A row for each contender, one that can't read a workload says why, and the goals."""
    names = ["events", "dfa", "octet-by-octet", "imaplib"]
    run = bench(build, *[option for name in names for option in ("--contender", name)])
    assert run.returncode == 0, run.stderr
    assert re.findall(r"^(\w+): .*; 0\.\d MB, \d+ messages$", run.stdout, re.M) == WORKLOADS
    assert len(re.findall(r"^events +\d+ +\d+ +\d+ +\d+ +1\.00 ", run.stdout, re.M)) == 4
    assert len(re.findall(r"^imaplib +\d", run.stdout, re.M)) == 3
    assert len(re.findall(r"^imaplib +– +reads responses only$", run.stdout, re.M)) == 1
    assert len(re.findall(r"^dfa +– +more than \d+ states$", run.stdout, re.M)) == 1
    assert len(re.findall(r"^  (?:reached|missed) .* × (?:dfa|events), ", run.stdout, re.M)) == 4


def test_no_imap(build, tmp_path):
    """What is no IMAP is not measured."""
    (tmp_path / "workload").write_bytes(b"* 1 FETCH )\r\n")
    run = read_once(build, "events", tmp_path / "workload")
    assert run.returncode == 2
    assert re.fullmatch("octet 10: expected .*\nthe workload is no IMAP\n", run.stderr)
