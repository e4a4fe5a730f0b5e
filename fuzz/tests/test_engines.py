"""The engines with the mutator: what the README tells to do, on a parser with a bug that only a
literal's wrong count, in a FETCH that is otherwise valid, brings to light. Runs are bounded by their
number, and their seeds are fixed."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("clang"), reason="needs clang")

TOP = pathlib.Path(__file__).resolve().parents[2]
README = (TOP / "fuzz/README.md").read_text()
SEED = b"* 12 FETCH (FLAGS (\\Seen) UID 7)\r\n"
BUG = re.compile(rb"\{429496729[45]\}")
RUNS = 100_000  # of libFuzzer
EXECUTIONS = 400_000  # of AFL++, which depends on the time that things take
SECONDS = 120  # after which something is stuck


def command(words):
    """The README's command that has the words, in one line."""
    commands = re.findall(r"^    \$ ((?:.*\\\n)*.*)$", README, re.M)
    (found,) = [text for text in commands if words in text]
    return re.sub(r"\\\n *", "", found)


@pytest.fixture
def place(build, tmp_path):
    """A folder in which the README's commands find what they name, and leave what they make."""
    (tmp_path / "fuzz").symlink_to(TOP / "fuzz")
    (tmp_path / "build").mkdir()
    for library in ("libimapspec-fuzz.a", "libimapspec-afl.so"):
        (tmp_path / "build" / library).symlink_to(build / library)
    (tmp_path / "build/inputs").mkdir()
    (tmp_path / "build/inputs/flags").write_bytes(SEED)
    return tmp_path


def environment(variables):
    """With these variables, but none of the sanitizers', of which AFL++ wants its own."""
    return {name: value for name, value in {**os.environ, **variables}.items()
            if not name.startswith(("ASAN_", "UBSAN_"))}


def run(place, text, **variables):
    return subprocess.run(["bash", "-c", text], cwd=place, capture_output=True, timeout=SECONDS,
                          env=environment(variables))


def make(place, text):
    made = run(place, text)
    assert made.returncode == 0, made.stderr.decode()


# ---- libFuzzer -----------------------------------------------------------------------------------

def fuzz(place, *options, **variables):
    return run(place, " ".join([command("-seed=1"), f"-runs={RUNS}", *options]), **variables)


def test_libfuzzer_finds_the_bug(place):
    make(place, command("-u LLVMFuzzerCustomMutator"))
    fuzzed = fuzz(place)
    assert b"ERROR: AddressSanitizer" in fuzzed.stderr
    (crash,) = place.glob("crash-*")
    assert BUG.search(crash.read_bytes()) and crash.read_bytes().startswith(b"* ")


def test_libfuzzer_needs_no_seed(place):
    make(place, command("-u LLVMFuzzerCustomMutator"))
    (place / "build/inputs/flags").unlink()
    fuzz(place, IMAPSPEC_MUTATOR="root=response")
    (crash,) = place.glob("crash-*")
    assert BUG.search(crash.read_bytes())


def test_libfuzzer_alone_does_not(place):
    """Else these tests would show nothing."""
    compile_it = command("-u LLVMFuzzerCustomMutator")
    make(place, compile_it.replace("-u LLVMFuzzerCustomMutator", ""))
    fuzzed = fuzz(place)
    assert fuzzed.returncode == 0, fuzzed.stderr.decode(errors="replace")
    assert f"Done {RUNS} runs".encode() in fuzzed.stderr


def test_settings_that_mean_nothing_end_it(place):
    make(place, command("-u LLVMFuzzerCustomMutator"))
    fuzzed = fuzz(place, IMAPSPEC_MUTATOR="root=response lies=2000")
    assert fuzzed.returncode == 2
    assert b"IMAPSPEC_MUTATOR: lies=2000: a share is 0 to 1000\n" in fuzzed.stderr


# ---- AFL++ ---------------------------------------------------------------------------------------

AFL = {"AFL_SKIP_CPUFREQ": "1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1", "AFL_NO_UI": "1",
       "AFL_NO_AFFINITY": "1"}
# A machine that does much besides must not make an input slow, so that it is left out.
CALM = ["-s", "1", "-t", "10000"]


@pytest.fixture
def afl_place(afl_library, place):
    if not shutil.which("afl-fuzz"):
        pytest.skip("needs afl-fuzz")
    return place


def afl_fuzz(place, options, **variables):
    text = command("AFL_CUSTOM_MUTATOR_LIBRARY=").replace("afl-fuzz", f"afl-fuzz {' '.join(CALM)} {options}")
    fuzzed = run(place, text, **AFL, **variables)
    assert fuzzed.returncode == 0, fuzzed.stdout.decode(errors="replace")
    return fuzzed


def statistics(instance):
    lines = (instance / "fuzzer_stats").read_text().splitlines()
    return {name.strip(): value.strip() for name, value in (line.split(":", 1) for line in lines)}


def test_aflplusplus_finds_the_bug(afl_place):
    """By the harness that libFuzzer has too, which is faster than the README's program."""
    make(afl_place, command("afl-clang-fast -g").replace("stdin.c", "harness.c")
         .replace(" -g ", " -g -fsanitize=fuzzer "))
    afl_fuzz(afl_place, f"-E {EXECUTIONS}", AFL_BENCH_UNTIL_CRASH="1")
    instance = afl_place / "build/afl/default"
    assert statistics(instance)["saved_crashes"] == "1"
    (crash,) = (instance / "crashes").glob("id:*")
    assert BUG.search(crash.read_bytes())


def test_aflplusplus_trims_by_messages(afl_place):
    """What follows the first message does nothing: it is left out at once."""
    make(afl_place, command("afl-clang-fast -g"))
    (afl_place / "build/inputs/flags").write_bytes(SEED + b"* 5 EXISTS\r\n* 6 EXISTS\r\n")
    fuzzed = afl_fuzz(afl_place, "-E 500", AFL_DEBUG="1")
    assert b"[Custom Trimming] SUCCESS" in fuzzed.stdout + fuzzed.stderr
    (first,) = (afl_place / "build/afl/default/queue").glob("id:000000*")
    assert b"EXISTS" not in first.read_bytes() and first.read_bytes().endswith(b")\r\n")


@contextlib.contextmanager
def instance(afl_place, *options):
    """An afl-fuzz that shares a folder with others, and looks at them when it begins."""
    variables = {**AFL, "AFL_IMPORT_FIRST": "1",
                 "AFL_CUSTOM_MUTATOR_LIBRARY": str(afl_place / "build/libimapspec-afl.so")}
    with (open(afl_place / "log", "w") as log,
          subprocess.Popen(["afl-fuzz", *CALM, *options, "-o", "shared", "build/fetch-reader"],
                           cwd=afl_place, stdout=log, env=environment(variables)) as process):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)


def await_entry(queue, origin):
    """Until an input of another instance is in the queue."""
    end = time.monotonic() + SECONDS
    while not list(queue.glob(f"id:*,sync:{origin},*")):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_two_instances_take_what_the_other_found(afl_place):
    """Each begins with what the other doesn't have, as on two machines with a shared folder."""
    make(afl_place, command("afl-clang-fast -g").replace("stdin.c", "harness.c")
         .replace(" -g ", " -g -fsanitize=fuzzer "))
    inputs = {"main": SEED, "second": b'* 1 FETCH (BODY[TEXT] {3}\r\nabc RFC822 "d\\\\e")\r\n'}
    for name, octets in inputs.items():
        (afl_place / name).mkdir()
        (afl_place / name / "seed").write_bytes(octets)
    shared = afl_place / "shared"
    with instance(afl_place, "-S", "second", "-i", "second", "-E", "300") as second:
        assert second.wait(SECONDS) == 0, (afl_place / "log").read_text()
    with instance(afl_place, "-M", "main", "-i", "main") as main:
        await_entry(shared / "main/queue", "second")
        with instance(afl_place, "-S", "second", "-i", "-"):
            await_entry(shared / "second/queue", "main")
        assert main.poll() is None
    assert main.returncode == 0
