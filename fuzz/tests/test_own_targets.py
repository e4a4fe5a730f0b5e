"""The targets for our own code: each survives what it is made for, under libFuzzer."""
import fcntl
import os
import pathlib
import re
import subprocess

import pytest

pytestmark = pytest.mark.own_build

TOP = pathlib.Path(__file__).resolve().parent.parent.parent

SEEDS = {
    "server": [b"* OK [UNSEEN 1] hi\r\n* 1 FETCH (BODY[] {1}\r\na)\r\n* broken\r\na OK \xff\r\n",
               b"* PREAUTH x\r\n* LIST (\\Marked) \"/\" x\r\n* LIST (\\Marked) \"/\" {1}\r\nx\r\n+ \r\n"],
    "client": [b"a LOGIN {1}\r\nx \"y z\"\r\nb AUTHENTICATE X\r\n*\r\nc IDLE\r\nDONE\r\nd NOOP {2\r\n",
               b"a SEARCH (OR NOT ALL TO {3+}\r\nx yTO \"\\\"\")\r\n"],
    "dialogs": [b"# x\nstate: greeting\n\nS: * OK ${:text}\nC: a NOOP\nS: a OK ...\n",
                b"mailbox: 2\nstate: selected\n\nC: a FETCH 1 FLAGS\nS: * 1 FETCH (FLAGS ())\nS: a OK\n"],
    "abnf": [b"r = \"a\" *DIGIT CRLF\n@node r\n", b"r = s / %x41-42 CRLF\ns = \"A\" 2s\n@call s\n",
             b"r = *(\"a\" \"a\"\n"],
    "text": [b"   C: a001 NOOP\n   S: *172 EXISTS\n   S: a001 OK x\x1b[1m\n\f\nC: {310}\n"],
}
TARGETS = {"commands": "client", "responses": "server", "splits": "server", "round_trip": "client",
           "comparer": "server", "dialog": "dialogs", "abnf": "abnf", "lint": "text"}


def make_targets(*arguments):
    """One at a time, for what is built first is shared."""
    (TOP / "build").mkdir(exist_ok=True)
    with open(TOP / "build/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "--no-print-directory", "-j2", "-C", TOP, "BUILD=build",
                        "SANITIZE=", "fuzz-targets", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="session")
def programs():
    """The folder of the targets, with AddressSanitizer."""
    make_targets(f"FUZZ_TARGETS={' '.join(TARGETS)}")
    return TOP / "build/fuzz/libfuzzer-address"


def run(program, *arguments, folder):
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True,
                          errors="replace", check=False, timeout=120)


def write(folder, octets):
    folder.mkdir()
    for number, text in enumerate(octets):
        (folder / str(number)).write_bytes(text)
    return folder


@pytest.mark.parametrize("target, side", TARGETS.items())
def test_survives(programs, tmp_path, target, side):
    folders = [write(tmp_path / "seeds", SEEDS[side])]
    regressions = TOP / "corpus/regressions" / target
    if regressions.exists():
        folders.append(regressions)
    count = sum(1 for folder in folders for _ in folder.iterdir())
    done = run(programs / target, "-runs=0", *folders, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"seed corpus: files: {count} " in done.stderr


@pytest.mark.parametrize("target, texts", [("commands", [b"a CHECK\r\n", b"a CLOSE\r\n"]),
                                           ("responses", [b"* OK x\r\n* 1 EXISTS\r\n",
                                                          b"* OK x\r\n* 1 RECENT\r\n"])])
def test_engine_sees_transitions(programs, tmp_path, target, texts):
    """The code that runs is the same for both: what keeps both is that the grammar's machine goes
    other ways."""
    seeds = write(tmp_path / "seeds", texts)
    kept = write(tmp_path / "kept", [])
    done = run(programs / target, "-merge=1", kept, seeds, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list(kept.iterdir())) == 2


def test_aflplusplus_sees_transitions(tmp_path):
    make_targets("ENGINE=afl", "FUZZ_SANITIZER=none", "FUZZ_TARGETS=commands")
    program = TOP / "build/fuzz/afl-none/commands"
    size = subprocess.run([program], check=False, capture_output=True,
                          env={**os.environ, "AFL_DUMP_MAP_SIZE": "1"}).stdout
    assert 8192 < int(size) < 65536  # the transitions' counters are in it; it fits all tools
    maps = []
    for text in b"a CHECK\r\n", b"a CLOSE\r\n":
        (tmp_path / "seed").write_bytes(text)
        subprocess.run(["afl-showmap", "-q", "-o", "map", program, "seed"], cwd=tmp_path, check=True, capture_output=True,
                       env={**os.environ, "AFL_QUIET": "1"})
        maps.append({line.split(":")[0] for line in (tmp_path / "map").read_text().split()})
    assert maps[0] - maps[1] and maps[1] - maps[0]


@pytest.mark.parametrize("target", ["dialog", "abnf", "lint"])
def test_no_mutator_for_other_languages(programs, target):
    names = subprocess.run(["nm", programs / target], check=True, capture_output=True,
                           text=True).stdout
    assert " T LLVMFuzzerCustomMutator" not in names


def test_transition_coverage(programs, tmp_path):
    program = TOP / "build/fuzz/transition-coverage"
    seeds = write(tmp_path / "seeds", [b"a NOOP\r\n", b"a NOOP\r\nb LOGOUT\r\n"])
    done = run(program, "--missing", "command", seeds, folder=tmp_path)
    assert done.returncode == 0
    *missing, total = done.stdout.splitlines()
    taken, count = map(int, re.findall(r"\d+", total)[:2])
    assert 10 < taken < 30 < count
    assert sum(int(line.split()[0]) for line in missing) == count - taken
    assert any("\tmailbox\tRFC 3501\t" in line for line in missing)
    assert run(program, "commands", seeds, folder=tmp_path).returncode == 2
    assert run(program, "command", tmp_path / "none", folder=tmp_path).returncode == 2


@pytest.mark.parametrize("side, root", [("server", "greeting"), ("client", "command")])
def test_seeds_take_every_transition(programs, tmp_path, side, root):
    subprocess.run([TOP / "scripts/corpus", "--output", tmp_path], check=True, capture_output=True)
    done = run(TOP / "build/fuzz/transition-coverage", "--missing", root, tmp_path / side,
               folder=tmp_path)
    taken, count = map(int, re.findall(r"\d+", done.stdout.splitlines()[-1])[:2])
    assert taken == count > 60000, done.stdout
