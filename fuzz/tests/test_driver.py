"""make fuzz and its like, by a project of small targets: one that breaks, one that doesn't, one that
does not even begin."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

pytestmark = pytest.mark.own_build

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SCRIPTS = ["fuzz", "fuzz-check", "fuzz-minimize", "fuzz-coverage", "fuzz-plot", "fuzzing.py",
           "engines.py", "keeper.py"]

MAKEFILE = """
CC_libfuzzer := clang -fsanitize=fuzzer
CC_afl := AFL_QUIET=1 afl-clang-fast -fsanitize=fuzzer
FLAGS_address := -fsanitize=address
FLAGS_coverage := -fprofile-instr-generate -fcoverage-mapping
FUZZ_TARGETS := $(patsubst fuzz/targets/%.c,%,$(wildcard fuzz/targets/*.c))
FOLDER := $(BUILD)/fuzz/$(ENGINE)-$(FUZZ_SANITIZER)
fuzz-targets: $(FUZZ_TARGETS:%=$(FOLDER)/%) $(FOLDER)/reference
$(FOLDER)/%: fuzz/targets/%.c
	@mkdir -p $(@D)
	@$(CC_$(ENGINE)) -g -O1 $(FLAGS_$(FUZZ_SANITIZER)) $< -o $@
$(FOLDER)/reference: $(FOLDER)/sound
	@cp $< $@
corpus:
	@mkdir -p $(BUILD)/corpus/words && printf flags >$(BUILD)/corpus/words/flags
"""
HEAD = """
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
"""
# Each letter of a word is an edge of its own.
SOUND = "/* Nothing\n * breaks it. Or so. */" + HEAD + """
#include "../../parser/letters.h"
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static volatile int kept;
    kept = letters(data, size);
    return 0;
}
"""
LETTERS = """
static int letters(const uint8_t *data, size_t size) {
    int count = 0;
    if (size > 0 && data[0] == 'f') count += 1;
    if (size > 1 && data[1] == 'l') count += 2;
    if (size > 2 && data[2] == 'a') count += 4;
    if (size > 3 && data[3] == 'g') count += 8;
    return count;
}
"""
PLANTED = "/* Two letters break it. */" + HEAD + """
__attribute__((noinline)) static int bloom(const uint8_t *data, size_t size) {
    volatile int *none = NULL;
    return size > 1 && data[0] == 'B' && data[1] == 'U' ? *none : 0;
}
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return bloom(data, size) && 0;
}
"""
STILLBORN = "/* It ends before it begins. */" + HEAD + """
#include <stdio.h>
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc; (void)argv;
    fputs("ERROR: no pulse\\n", stderr);
    exit(3);
}
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { (void)data; (void)size; return 0; }
"""
WORN = "/* It breaks after a while. */" + HEAD + """
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int runs;
    (void)data; (void)size;
    if (++runs > LASTS) { abort(); }
    return 0;
}
"""
OPTIONS = "[libfuzzer]\nmax_len = 16\n\n[imapspec]\nseeds = words\n"
FINDINGS = "program\tversion\tkind\tframes\tnote\n"


class Project:
    """A folder as that of this repository, as far as the scripts look at it."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("scripts", "fuzz/targets", "parser"):
            (folder / name).mkdir(parents=True)
        for name in SCRIPTS:
            shutil.copy(TOP / "scripts" / name, folder / "scripts")
        shutil.copytree(TOP / "scripts/triage", folder / "scripts/triage")
        (folder / "scripts/setup").write_text("#!/bin/sh\n")
        (folder / "scripts/setup").chmod(0o755)
        (folder / "Makefile").write_text(MAKEFILE)
        (folder / "parser/letters.h").write_text(LETTERS)
        (folder / "fuzz/findings.tsv").write_text(FINDINGS)
        for name, source in ("sound", SOUND), ("planted", PLANTED), ("stillborn", STILLBORN):
            (folder / f"fuzz/targets/{name}.c").write_text(source)
            (folder / f"fuzz/targets/{name}.options").write_text(OPTIONS)

    def command(self, script, *arguments):
        return [str(self.folder / "scripts" / script), *map(str, arguments)]

    @property
    def environment(self):
        names = ("BUILD", "FUZZ_CORPUS", "MAKEFLAGS", "IMAPSPEC_MUTATOR")
        return {name: value for name, value in os.environ.items() if name not in names}

    def run(self, script, *arguments, **variables):
        return subprocess.run(self.command(script, *arguments), cwd=self.folder, text=True,
                              capture_output=True, timeout=100, check=False,
                              env={**self.environment, **variables})

    def start(self, script, *arguments):
        return subprocess.Popen(self.command(script, *arguments), cwd=self.folder, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.environment)

    def processes(self):
        """All whose command names a program of ours."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if f"{self.folder}/build/".encode() in path.read_bytes():
                    found.append(path.parent.name)
            except OSError:
                pass
        return found

    def wait_for_processes(self, wanted):
        deadline = time.monotonic() + 60
        while bool(self.processes()) != wanted and time.monotonic() < deadline:
            time.sleep(0.05)
        assert bool(self.processes()) == wanted


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def fresh(project):
    """Without what other tests have found and grown."""
    for name in "corpus", "findings", "runs", "plots":
        shutil.rmtree(project.folder / "build/fuzz" / name, ignore_errors=True)
    (project.folder / "fuzz/findings.tsv").write_text(FINDINGS)
    (project.folder / "fuzz/floors.tsv").unlink(missing_ok=True)
    return project


# ---- make fuzz -----------------------------------------------------------------------------------

def test_no_target_lists_all(project):
    done = project.run("fuzz")
    assert done.returncode == 0
    assert re.search(r"^sound +Nothing breaks it\.$", done.stdout, re.M)
    assert re.search(r"^planted +Two letters break it\.$", done.stdout, re.M)


def test_unknown_target(project):
    done = project.run("fuzz", "roses")
    assert done.returncode == 2
    assert done.stderr == ("fuzz: there is no target roses; there are: planted, sound, "
                           "stillborn\n")


@pytest.mark.parametrize("time_given", ["0", "10x", "m", "-5", ""])
def test_bad_time(project, time_given):
    done = project.run("fuzz", f"--time={time_given}", "sound")
    assert done.returncode == 2
    assert "no time as 60, 10m, 2h" in done.stderr


def test_nothing_found(fresh):
    done = fresh.run("fuzz", "--time", "2", "--jobs", "2", "--seed", "7", "sound")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr and "\r" not in done.stdout
    assert re.search(r"^[\d,]+ executions in 0:0\d, [\d,]+ executions/s; \d+ edges, \d+ features; "
                     r"(\d+|no) new inputs?; no findings$", done.stdout, re.M)
    assert "next      make fuzz-coverage TARGET=sound" in done.stdout
    run = fresh.folder / "build/fuzz/runs/sound/libfuzzer"
    head, *rows = [line.split("\t") for line in (run / "progress.tsv").read_text().splitlines()]
    executions = [int(row[head.index("executions")]) for row in rows]
    assert executions == sorted(executions) and executions[-1] > 1000
    assert (run / "1.log").exists() and (run / "2.log").exists()
    assert fresh.processes() == []


def test_found_and_known(fresh):
    done = fresh.run("fuzz", "--time", "3", "planted")
    assert done.returncode == 1, done.stderr
    assert "; 1 finding\n" in done.stdout
    finding = re.search(r"^  (.*) in (bloom.*), (\d+) inputs?: (.*)$", done.stdout, re.M)
    assert finding, done.stdout
    assert (fresh.folder / finding[4]).read_bytes().startswith(b"BU")
    assert "next      make fuzz-triage TARGET=planted" in done.stdout
    with open(fresh.folder / "fuzz/findings.tsv", "a") as table:
        table.write(f"imapspec\t1\t{finding[1]}\t{finding[2]}\ta bug\n")
    done = fresh.run("fuzz", "--time", "3", "planted")
    assert done.returncode == 0, done.stdout
    assert "no findings, 1 known" in done.stdout


def test_goes_on_after_a_finding(fresh):
    fresh.run("fuzz", "--time", "3", "planted")
    log = (fresh.folder / "build/fuzz/runs/planted/libfuzzer/1.log").read_text()
    assert log.count("Test unit written to") > 1


def test_afl(fresh, monkeypatch):
    monkeypatch.setenv("ASAN_OPTIONS", "exitcode=99")
    done = fresh.run("fuzz", "--time", "4", "--engine", "afl", "--jobs", "2", "planted")
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"in bloom.*: build/fuzz/findings/planted/crash-[0-9a-f]{40}$", done.stdout,
                     re.M)
    assert fresh.processes() == []


def test_cannot_begin(fresh):
    done = fresh.run("fuzz", "--time", "2", "stillborn")
    assert done.returncode == 2
    assert "ended with status 3" in done.stderr
    assert done.stderr.endswith("1.log\n    ERROR: no pulse\n")


@pytest.mark.parametrize("engine", ["libfuzzer", "afl"])
def test_interrupt_leaves_nothing(fresh, engine):
    process = fresh.start("fuzz", "--time", "10m", "--jobs", "2", "--engine", engine, "sound")
    fresh.wait_for_processes(True)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "executions/s" in output and "next " in output and errors.endswith("interrupted\n")
    assert fresh.processes() == []


def test_killed_driver_leaves_nothing(fresh):
    process = fresh.start("fuzz", "--time", "10m", "sound")
    fresh.wait_for_processes(True)
    process.kill()
    process.communicate()
    fresh.wait_for_processes(False)


# ---- make fuzz-check -----------------------------------------------------------------------------

def write_floors(project, *rows):
    (project.folder / "fuzz/floors.tsv").write_text(
        "\n".join(["target\tedges\tfeatures\tspeed", *rows]) + "\n")


def test_floors_hold(fresh):
    assert fresh.run("fuzz-check", "--record", "sound").returncode == 0
    row = (fresh.folder / "fuzz/floors.tsv").read_text().splitlines()[-1].split("\t")
    assert row[0] == "sound" and int(row[1]) > 4 and int(row[2]) > 4 and float(row[3]) > 0
    done = fresh.run("fuzz-check", "sound")
    assert done.returncode == 0, done.stdout
    assert "all 1 are well" in done.stdout and "\x1b" not in done.stdout


@pytest.mark.parametrize("row, words", [
    ("sound\t1000\t1\t0", "covers too little"), ("sound\t1\t1000\t0", "covers too little"),
    ("sound\t1\t1\t1000", "too slow"), ("sound\t1", "not target, edges"),
    ("planted\t1\t1\t0", "sound .*not in fuzz/floors.tsv"),
    ("sound\t1\t1\t0\nroses\t1\t1\t0", "FAILED: fuzz/floors.tsv has roses, which is no target")])
def test_floors_fail(fresh, row, words):
    write_floors(fresh, row)
    done = fresh.run("fuzz-check", "sound")
    assert done.returncode == (2 if "not target" in words else 1)
    assert re.search(words, done.stdout + done.stderr), done.stdout


def test_regression_fails(fresh):
    folder = fresh.folder / "corpus/regressions/planted"
    folder.mkdir(parents=True)
    (folder / "bug").write_bytes(b"BUG")
    write_floors(fresh, "planted\t1\t1\t0")
    done = fresh.run("fuzz-check", "planted")
    shutil.rmtree(folder)
    assert done.returncode == 1
    path = re.search(r"FAILED: ended with status \d+: (\S+)", done.stdout)[1]
    assert (fresh.folder / path).read_bytes() == b"BUG"


@pytest.mark.parametrize("name, lasts, status", [("worn", 100, 1), ("curl_worn", 100, 0),
                                                ("curl_worn", 1, 1)])
def test_mutants_may_break_a_peer(fresh, name, lasts, status):
    """But not its seeds."""
    source = fresh.folder / f"fuzz/targets/{name}.c"
    source.write_text(WORN.replace("LASTS", str(lasts)))
    write_floors(fresh, f"{name}\t1\t1\t0")
    done = fresh.run("fuzz-check", name)
    source.unlink()
    assert done.returncode == status, done.stdout
    assert ("FAILED: ended with status" in done.stdout) == bool(status)


# ---- the corpus ----------------------------------------------------------------------------------

def covered(project):
    """Edges and features of the grown corpus."""
    subprocess.run(["make", "-C", project.folder, "BUILD=build", "ENGINE=libfuzzer",
                    "FUZZ_SANITIZER=address", "fuzz-targets"], env=project.environment, check=True,
                   capture_output=True)
    done = subprocess.run([project.folder / "build/fuzz/libfuzzer-address/sound", "-runs=0",
                           project.folder / "build/fuzz/corpus/sound"], capture_output=True,
                          text=True, check=True)
    return re.findall(r"INITED cov: (\d+) ft: (\d+)", done.stderr)


def grow(project):
    corpus = project.folder / "build/fuzz/corpus/sound"
    corpus.mkdir(parents=True)
    for number, letter in enumerate("xyzflag" * 10):
        (corpus / f"input-{number}").write_text("flag"[:number % 5] + letter)
    return corpus


@pytest.mark.parametrize("engine", ["libfuzzer", "afl"])
def test_minimized_corpus_covers_the_same(fresh, engine):
    corpus = grow(fresh)
    done = fresh.run("fuzz-minimize", "--engine", engine, "sound")
    assert done.returncode == 0, done.stderr
    after = len(list(corpus.iterdir()))
    assert re.match(rf"sound: before 70 inputs, \d+ KiB; after {after} inputs", done.stdout)
    assert 1 < after < 20
    edges = covered(fresh)
    shutil.rmtree(corpus)
    grow(fresh)
    assert edges[0][0] == covered(fresh)[0][0]


def test_failed_minimize_loses_nothing(fresh):
    corpus = fresh.folder / "build/fuzz/corpus/stillborn"
    corpus.mkdir(parents=True)
    (corpus / "input").write_text("octets")
    done = fresh.run("fuzz-minimize", "stillborn")
    assert done.returncode == 2 and "nothing was changed" in done.stderr
    assert [path.name for path in corpus.iterdir()] == ["input"]


def test_coverage(fresh):
    done = fresh.run("fuzz-coverage", "sound")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"sound: 100\.0 % of \d lines, 100\.0 % of 1 functions in 1 files; 1 inputs: "
                        r"build/fuzz/coverage/sound/index.html\n", done.stdout)
    assert "letters.h" in (fresh.folder / "build/fuzz/coverage/sound/index.html").read_text()


# ---- make fuzz-plot ------------------------------------------------------------------------------

def test_plot(fresh, tmp_path):
    for name, edges in ("aided", 90), ("unaided", 60):
        folder = fresh.folder / "build/fuzz/runs/sound" / name
        folder.mkdir(parents=True)
        rows = [f"{second}\t1\t1\t{edges + second}\t{edges}\t1\t0" for second in range(5)]
        (folder / "progress.tsv").write_text(
            "seconds\texecutions\texecutions_per_second\tedges\tfeatures\tcorpus\tfindings\n"
            + "\n".join(rows) + "\n")
    plot_data = tmp_path / "plot_data"
    plot_data.write_text("# relative_time, cycles_done, edges_found\n1, 0, 12\n2, 0, 20\n")
    done = fresh.run("fuzz-plot", "sound", "aided", "unaided", f"other={plot_data}")
    assert done.returncode == 0, done.stderr
    png, svg = (fresh.folder / line for line in done.stdout.splitlines())
    assert png.read_bytes().startswith(b"\x89PNG") and png.stat().st_size > 5000
    assert all(name in svg.read_text() for name in ("aided", "unaided", "other", "features"))


def test_tics_are_whole_numbers(fresh, tmp_path):
    plot_data = tmp_path / "plot_data"
    plot_data.write_text("# relative_time, cycles_done, edges_found\n1, 0, 101\n9, 0, 103\n")
    _, svg = fresh.run("fuzz-plot", "sound", f"run={plot_data}").stdout.splitlines()
    tics = re.findall(r">\s*(10\d)\s*<", (fresh.folder / svg).read_text())
    assert tics == ["101", "102", "103", "104"]


def test_nothing_to_plot(fresh):
    done = fresh.run("fuzz-plot", "sound")
    assert done.returncode == 2 and "no run with any coverage" in done.stderr
