"""What the scripts that fuzz share: the targets, how they are built, where inputs and findings are.

The variables BUILD (build by default) and FUZZ_CORPUS (a folder with one of each target in it,
BUILD/fuzz/corpus by default) are those of make.
"""
import configparser
import dataclasses
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGETS = ROOT / "fuzz/targets"
BUILD = ROOT / os.environ.get("BUILD", "build")
ENGINES = ["libfuzzer", "afl"]
SANITIZERS = ["address", "undefined", "memory", "coverage", "none"]
# What the names of targets begin with that have somebody else's library (fuzz/rules.mk).
PEERS = ("libetpan_", "c_client_", "curl_")
# Of one input, where the target's options say nothing.
TIMEOUT = 10      # seconds
MEGABYTES = 2048


class Problem(Exception):
    """Said to the user in one line; exit status 2."""


@dataclasses.dataclass(frozen=True)
class Target:
    """One file of fuzz/targets."""
    name: str

    @property
    def source(self):
        return TARGETS / f"{self.name}.c"

    @property
    def sentence(self):
        """The first sentence of the first comment: what the target tries."""
        comment = re.search(r"/\*(.*?)\*/", self.source.read_text(), re.DOTALL)
        words = re.sub(r"\s*\n\s*\*?\s*", " ", comment.group(1)).strip() if comment else ""
        return re.split(r"(?<=\.)\s", words)[0]

    @property
    def options(self):
        """NAME.options: [libfuzzer] as of ClusterFuzz, [imapspec] our own."""
        parser = configparser.ConfigParser()
        parser.read(self.source.with_suffix(".options"))
        for section in ("libfuzzer", "imapspec"):
            if not parser.has_section(section):
                parser.add_section(section)
        return parser

    @property
    def is_ours(self):
        """False for one that has somebody else's library."""
        return not self.name.startswith(PEERS)

    @property
    def tested(self):
        """The program that it tests, by the name that fuzz/findings.tsv has."""
        return self.options.get("imapspec", "program", fallback="imapspec")

    @property
    def sees_leaks(self):
        """Are leaks findings?"""
        return self.options.getboolean("libfuzzer", "detect_leaks", fallback=True)

    @property
    def seed_set(self):
        """Which folder of build/corpus it begins with; None: none."""
        return self.options.get("imapspec", "seeds", fallback=None)

    @property
    def seeds(self):
        """The folder of its seed set; None when there is none."""
        return existing(BUILD / "corpus" / self.seed_set) if self.seed_set else None

    @property
    def regressions(self):
        """The folder of inputs that broke our code once; None when there are none."""
        return existing(ROOT / "corpus/regressions" / self.name)

    @property
    def dictionary(self):
        """The dictionary's file; None when there is none."""
        name = self.options.get("libfuzzer", "dict", fallback=None)
        return existing(BUILD / "corpus" / name) if name else None

    @property
    def timeout(self):
        """Seconds that one input may take."""
        return self.options.getfloat("libfuzzer", "timeout", fallback=TIMEOUT)

    @property
    def megabytes(self):
        """Memory that one input may take."""
        return self.options.getint("libfuzzer", "rss_limit_mb", fallback=MEGABYTES)

    @property
    def flags(self):
        """libFuzzer's options, as words of a command line, the dictionary with its whole path."""
        words = [f"-{key}={value}" for key, value in self.options.items("libfuzzer")
                 if key != "dict"]
        return words + ([f"-dict={self.dictionary}"] if self.dictionary else [])

    def program(self, engine, sanitizer):
        """The path, whether or not it is built."""
        return program_folder(engine, sanitizer) / self.name


def existing(path):
    return path if path.exists() else None


def targets():
    """All that have a source, by name. A target whose library is missing here is never built."""
    return [Target(path.stem) for path in sorted(TARGETS.glob("*.c"))]


def find(name):
    """The target of that name; a Problem that lists all when there is none."""
    known = {target.name: target for target in targets()}
    if name not in known:
        raise Problem(f"there is no target {name}; there are: {', '.join(known)}")
    return known[name]


def is_watched(target, engine, sanitizer):
    """False for one of somebody else's library that is linked as the system has it, without
    coverage, as its source was not to be had (scripts/fuzz-peers)."""
    peers = program_folder(engine, sanitizer) / "peers.mk"
    lines = re.findall(r"^(\w+)_LIBS := (.*)$", peers.read_text(), re.M) if peers.exists() else []
    return all("/" in words for peer, words in lines if target.name.startswith(f"{peer}_"))


def program_folder(engine, sanitizer):
    return BUILD / "fuzz" / f"{engine}-{sanitizer}"


def corpus_folder(target):
    """Where the corpus of a target grows; made if missing."""
    return made(ROOT / os.environ.get("FUZZ_CORPUS", BUILD / "fuzz/corpus") / target.name)


def findings_folder(target):
    """Where inputs of a target's findings are; made if missing."""
    return made(BUILD / "fuzz/findings" / target.name)


def run_folder(target, name):
    """Where what an engine says in a run of that name is kept."""
    return BUILD / "fuzz/runs" / target.name / name


def made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# ---- building ------------------------------------------------------------------------------------


def make(*arguments, jobs=None):
    """A make of its own, whoever called us: it says what it builds on stderr. One at a time, as
    several campaigns may be begun at once."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "BUILD")}
    command = ["make", "--no-print-directory", f"-j{jobs or os.cpu_count() or 2}",
               f"BUILD={os.path.relpath(BUILD, ROOT)}", *arguments]
    with open(made(BUILD) / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if subprocess.run(command, cwd=ROOT, env=environment, stdout=2).returncode:
            raise Problem(f"make {' '.join(arguments)} failed")


def build(engine, sanitizer, names=None, jobs=None):
    """Builds the targets of these names, or all; a Problem when that fails. Those that cannot be
    built here, as their library is missing, have no program afterwards."""
    only = [f"FUZZ_TARGETS={' '.join(names)}"] if names else []
    make("fuzz-targets", f"ENGINE={engine}", f"FUZZ_SANITIZER={sanitizer}", *only, jobs=jobs)


def prepare(engine, sanitizer, chosen, jobs=None):
    """Sets up, and builds these targets and their seeds; a Problem where a program is missing."""
    if subprocess.run([ROOT / "scripts/setup", "fuzz"], stdout=2).returncode:
        raise Problem("scripts/setup fuzz failed")
    build(engine, sanitizer, [target.name for target in chosen], jobs)
    missing = [target.name for target in chosen if not target.program(engine, sanitizer).exists()]
    if missing:
        raise Problem(f"{', '.join(missing)} can't be built here: its library is missing")
    make("corpus", jobs=jobs)


# ---- a script --------------------------------------------------------------------------------------

def show(line, stream=sys.stderr):
    """One line on a terminal, in the place of the last one; nothing elsewhere."""
    if stream.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\033[K{line[:width]}", end="", file=stream, flush=True)


def interrupt(number, frame):
    raise KeyboardInterrupt


def run_script(main):
    """The exit status of a script: what its main function returns, 2 with a line at a Problem, 130 if
    the user interrupts."""
    signal.signal(signal.SIGTERM, interrupt)
    try:
        return main()
    except (Problem, OSError) as problem:
        print(f"{pathlib.Path(sys.argv[0]).name}: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
