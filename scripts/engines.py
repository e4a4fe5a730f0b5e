"""How each engine is called, and what its own output says of how far it is.

An instance is one process of an engine. All of a campaign share the corpus: libFuzzer's read again
what is new in the folder, AFL++'s what the others have in theirs.
"""
import dataclasses
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess

import fuzzing
import keeper

FINDING = re.compile(r"(crash|leak|oom|timeout)-")
# What the mutator needs to know of a seed set's inputs, as AFL++'s runs outside of the target.
ROOTS = {"client": "command", "server": "greeting"}


@dataclasses.dataclass
class Progress:
    """How far an engine is; features are libFuzzer's alone."""
    executions: int = 0
    speed: float = 0
    edges: int = 0
    features: int = 0
    corpus: int = 0


def kind_of(path):
    """crash, leak, oom or timeout by the name of a finding's file; None: it is none."""
    match = FINDING.match(pathlib.Path(path).name)
    return match and match.group(1)


def inputs_of(target, *folders):
    """The folders of seeds and regressions, and these, such as are there."""
    return [folder for folder in (target.seeds, target.regressions, *folders) if folder]


def environment(target):
    """What the user has said of the mutator and the sanitizers holds. Where other people's programs
    break, a campaign goes on (fuzz/harness/finding.h)."""
    variables = {**os.environ, "IMAPSPEC_FINDINGS": str(fuzzing.findings_folder(target))}
    if target.seed_set in ROOTS:
        variables.setdefault("IMAPSPEC_MUTATOR", f"root={ROOTS[target.seed_set]}")
    return variables


def spawn(command, log, variables):
    """A process in a session of its own, which ends with us; what it says is in the log."""
    parent = os.getpid()
    with open(log, "ab") as output:
        return subprocess.Popen([str(word) for word in command], cwd=fuzzing.ROOT, env=variables,
                                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                start_new_session=True,
                                preexec_fn=lambda: keeper.die_with_parent(parent))


def run(command, log, variables, seconds=None):
    """The status of a process; None: it took longer than it may. When that is so, or the user has
    had enough, all of it is ended."""
    process = spawn(command, log, variables)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


# ---- libFuzzer -----------------------------------------------------------------------------------

PULSE = re.compile(rb"^#(\d+)\t(\w+)\s+cov: (\d+) ft: (\d+) corp: (\d+)/.* exec/s: (\d+)", re.M)
# libFuzzer's own, and what fuzz/harness/finding.c says of what doesn't end the process.
WRITTEN = re.compile(rb"(?:Test unit written to |^finding: .* in .*: )(/.*)$", re.M)
EXECUTED = re.compile(rb"^stat::number_of_executed_units: (\d+)", re.M)
SET_UP = re.compile(rb"^#\d+\tINITED", re.M)
TRIES = 4  # to come through the corpus


class LibFuzzer:
    """One process after the other: a finding ends one."""
    reads_before_its_time = False

    def __init__(self, campaign, number):
        self.campaign, self.number = campaign, number
        self.log = campaign.folder / f"{number}.log"
        self.read, self.rest = 0, b""
        self.done = 0  # executions of the processes that have ended
        self.failures = 0  # of them that have not come through the corpus, since one that has
        self.progress, self.found = Progress(), []
        self.problem = None

    def start(self, seconds):
        campaign = self.campaign
        seed = [f"-seed={campaign.seed + self.number}"] if campaign.seed else []
        self.is_set_up, self.count = False, len(self.found)
        self.process = spawn(
            [campaign.program, *campaign.target.flags, *seed, "-print_final_stats=1",
             f"-max_total_time={max(1, round(seconds))}", "-reload=1",
             f"-artifact_prefix={campaign.findings}/", campaign.corpus,
             *inputs_of(campaign.target)], self.log, environment(campaign.target))

    def update(self):
        """Reads what has been said since."""
        with open(self.log, "rb") as file:
            file.seek(self.read)
            text = self.rest + file.read()
            self.read = file.tell()
        text, line_end, self.rest = text.rpartition(b"\n")
        text += line_end
        self.is_set_up = self.is_set_up or bool(SET_UP.search(text))
        self.found += [pathlib.Path(os.fsdecode(name)) for name in WRITTEN.findall(text)
                       if kind_of(os.fsdecode(name))]
        for count, _, edges, features, corpus, speed in PULSE.findall(text):
            now = self.progress
            self.progress = Progress(self.done + int(count), int(speed),
                                     max(now.edges, int(edges)), max(now.features, int(features)),
                                     max(now.corpus, int(corpus)))
        for count in EXECUTED.findall(text):
            self.progress.executions = max(self.progress.executions, self.done + int(count))

    def go_on(self, seconds):
        """After a process has ended: starts the next one, if it may find more. What ends while it
        reads the corpus, which it does in any order, would mostly end so again."""
        self.update()
        self.done = self.progress.executions
        if len(self.found) == self.count and self.process.returncode:
            self.problem = (f"libFuzzer ended with status {self.process.returncode}, "
                            f"and nothing was found: {self.log}")
        self.failures = 0 if self.is_set_up else self.failures + 1
        if seconds < 1 or self.problem or self.failures >= TRIES:
            return False
        self.start(seconds)
        return True

    def stop(self):
        """Asks for an orderly end."""
        os.kill(self.process.pid, signal.SIGUSR1)

    def collect(self):
        """libFuzzer has written all where it belongs."""


# ---- AFL++ ---------------------------------------------------------------------------------------

READY = b"All set and ready to roll"
QUEUED = re.compile(r"id:.*,time:(\d+),execs:(\d+)")
# What afl-fuzz refuses to begin without, where the user has said anything.
DEMANDS = {"ASAN_OPTIONS": "abort_on_error=1:symbolize=0",
           "MSAN_OPTIONS": "exit_code=86:symbolize=0"}


# No screen, no questions about the machine.
PLAIN = {"AFL_SKIP_CPUFREQ": "1", "AFL_NO_UI": "1", "AFL_NO_AFFINITY": "1", "AFL_NO_COLOR": "1",
         "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1"}


class AFL:
    """afl-fuzz goes on after a finding. Its time begins when it has read the corpus."""
    reads_before_its_time = True

    def __init__(self, campaign, number):
        self.campaign, self.number = campaign, number
        self.log = campaign.folder / f"{number}.log"
        self.output = campaign.folder / "afl"
        self.folder = self.output / str(number)
        self.progress, self.problem, self.is_set_up = Progress(), None, False

    @property
    def found(self):
        """What it has saved, and what the target has kept, and goes on past
        (fuzz/harness/finding.h)."""
        kept = [path for path in self.campaign.findings.iterdir()
                if path.name not in self.campaign.found_before]
        return [*self.folder.glob("crashes/id*"), *self.folder.glob("hangs/id*"), *kept]

    def start(self, seconds):
        target = self.campaign.target
        options = dict(target.options.items("libfuzzer"))
        role = "-M" if self.number == 1 else "-S"
        seed = ["-s", self.campaign.seed + self.number] if self.campaign.seed else []
        dictionary = ["-x", target.dictionary] if target.dictionary else []
        length = ["-G", options["max_len"]] if "max_len" in options else []
        variables = {**environment(target), **PLAIN, "AFL_FAST_CAL": "1"}
        for name, words in DEMANDS.items():
            if name in variables:
                variables[name] += f":{words}"
        mutator = fuzzing.BUILD / "libimapspec-afl.so"
        if mutator.exists() and target.seed_set in ROOTS:
            variables.setdefault("AFL_CUSTOM_MUTATOR_LIBRARY", str(mutator))
            variables.setdefault("AFL_CUSTOM_MUTATOR_ONLY", "1")
        self.process = spawn(
            ["afl-fuzz", role, self.number, *seed, "-V", max(1, round(seconds)), "-m", "none",
             "-t", round(target.timeout * 1000), *dictionary, *length,
             "-i", self.campaign.inputs, "-o", self.output, "--", self.campaign.program],
            self.log, variables)

    def update(self):
        """Reads plot_data and fuzzer_stats, which AFL++ without its screen may write once a minute, and
        in between what the name of the newest input in the queue tells."""
        self.is_set_up = self.is_set_up or READY in self.log.read_bytes()
        plot, stats = self.folder / "plot_data", self.folder / "fuzzer_stats"
        if plot.exists():
            rows = plot_rows(plot.read_text())
            for row in rows[-1:]:
                self.progress = Progress(int(row["total_execs"]), float(row["execs_per_sec"]),
                                         int(row["edges_found"]), 0, int(row["corpus_count"]))
        if stats.exists():
            row = dict(re.findall(r"^(\w+) *: (.*)$", stats.read_text(), re.M))
            if int(row.get("execs_done", 0)) > self.progress.executions:
                self.progress = Progress(int(row["execs_done"]), self.progress.speed,
                                         int(row["edges_found"]), 0, int(row["corpus_count"]))
        names = [path.name for path in self.folder.glob("queue/id:*")]
        newest = QUEUED.match(max(names, default=""))
        if newest and int(newest[2]) > self.progress.executions:
            milliseconds, executions = map(int, newest.groups())
            self.progress = dataclasses.replace(
                self.progress, executions=executions, corpus=len(names),
                speed=1000 * executions / max(milliseconds, 1))

    def go_on(self, _):
        self.update()
        if self.process.returncode:
            self.problem = f"afl-fuzz ended with status {self.process.returncode}: {self.log}"
        return False

    def stop(self):
        os.kill(self.process.pid, signal.SIGTERM)

    def collect(self):
        """Takes what is new to the corpus and to the findings, by libFuzzer's names."""
        for path in self.folder.glob("queue/id*"):
            if ",orig:" not in path.name:
                shutil.copyfile(path, self.campaign.corpus / digest(path))
        for path in self.found:
            if path.parent != self.campaign.findings:
                shutil.copyfile(path, self.campaign.findings / name_of(path))


def name_of(path):
    """What libFuzzer would call a finding of AFL++."""
    return f"{'timeout' if path.parent.name == 'hangs' else 'crash'}-{digest(path)}"


def plot_rows(text):
    """The rows of a plot_data, each a {column: value}."""
    head, *lines = text.splitlines() or [""]
    columns = [word.strip() for word in head.lstrip("# ").split(",")]
    rows = (line.split(",") for line in lines if line and not line.startswith("#"))
    return [dict(zip(columns, (word.strip(" %") for word in row)))
            for row in rows if len(row) >= len(columns)]


def gather(folders, output):
    """All inputs in one folder, as AFL++ wants them, none of them empty and none twice."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.stat().st_size:
                shutil.copyfile(path, output / digest(path))
    if not any(output.iterdir()):
        (output / "empty").write_bytes(b"\n")
    return output


def digest(path):
    """A name for an input, the one that libFuzzer gives it."""
    return hashlib.sha1(path.read_bytes()).hexdigest()


CLASSES = {"libfuzzer": LibFuzzer, "afl": AFL}
