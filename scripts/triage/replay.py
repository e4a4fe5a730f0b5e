"""Replays inputs on a target: within a time and a memory, without network, and reads what comes of
it."""
import functools
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading

from . import crash

REPORT_SECONDS = 20    # in which a sanitizer writes its report once it has begun to
REPORT_OCTETS = 1 << 20
SAMPLES = (0.2, 0.3, 0.4, 0.5)  # of the time-out: when one that never ends is asked where it is
RUNNING = re.compile(r"^Running: ", re.MULTILINE)
MEGABYTE = 1 << 20
SANITIZERS = "ASAN_OPTIONS", "UBSAN_OPTIONS", "MSAN_OPTIONS", "LSAN_OPTIONS"
# An abort, and a time-out that we end by one, must show where; UBSan says no more by itself.
REPORTING = ["handle_abort=1", "print_stacktrace=1", "report_error_type=1", "color=never",
             "abort_on_error=0"]


class Stopped(Exception):
    """The user has had enough."""


@functools.cache
def offline():
    """What a command begins with so that it has no network; nothing where the system forbids it."""
    words = ["unshare", "--map-current-user", "--net", "--"]
    try:
        alone = subprocess.run([*words, "true"], stderr=subprocess.DEVNULL, check=False)
    except OSError:
        return []
    return words if alone.returncode == 0 else []


class Target:
    """A program that takes one input: as the file that `@@` stands for in the command, or else its
    last argument, or on standard input."""

    def __init__(self, command, timeout, megabytes, skip=None, reads_stdin=False, sees_leaks=True):
        self.command, self.timeout, self.megabytes = list(command), timeout, megabytes
        self.skip, self.reads_stdin, self.sees_leaks = skip, reads_stdin, sees_leaks
        self.stopped = threading.Event()
        octets = pathlib.Path(shutil.which(command[0]) or command[0]).read_bytes()
        self.is_libfuzzer = b"libFuzzer: timeout after" in octets
        self.has_sanitizer = b"__sanitizer_" in octets
        self.known = {}  # crashes by their stacks without names

    def arguments(self, *paths):
        """The command for an input, as a user would type it; libFuzzer takes several."""
        if self.reads_stdin:
            return self.command
        if "@@" in self.command:
            return [str(paths[0]) if word == "@@" else word for word in self.command]
        return [*self.command, *map(str, paths)]

    def limits(self):
        """Of the memory: the engine's, the sanitizer's, or the system's."""
        if self.is_libfuzzer:
            return [], ["-timeout=100000", f"-rss_limit_mb={self.megabytes}"]
        if self.has_sanitizer:
            return [], []
        return ["prlimit", f"--as={self.megabytes * MEGABYTE}", "--"], []

    def environment(self, symbolize):
        options = [*REPORTING, f"symbolize={symbolize:d}"]
        if not self.sees_leaks:
            options.append("detect_leaks=0")
        if not self.is_libfuzzer:
            options.append(f"hard_rss_limit_mb={self.megabytes}")
        variables = dict(os.environ)
        variables.pop("IMAPSPEC_FINDINGS", None)  # with which targets go on past a finding
        for name in SANITIZERS:
            variables[name] = ":".join(filter(None, [variables.get(name), *options]))
        return variables

    def run(self, paths, seconds, symbolize=True):
        """(status, what it said on stderr, whether it had to be ended). Raises Stopped, however short
        each run is."""
        if self.stopped.is_set():
            raise Stopped
        before, after = self.limits()
        command = [*offline(), *before, *self.arguments(*paths)]
        command[len(command):] = after if not self.reads_stdin else []
        with tempfile.TemporaryFile() as errors, open(paths[0], "rb") as octets:
            process = subprocess.Popen(
                command, env=self.environment(symbolize), stdout=subprocess.DEVNULL, stderr=errors,
                stdin=octets if self.reads_stdin else subprocess.DEVNULL, start_new_session=True)
            try:
                is_late = self.wait(process, seconds)
            finally:
                end(process)
            errors.seek(0)
            return process.returncode, errors.read(REPORT_OCTETS).decode(errors="replace"), is_late

    def wait(self, process, seconds):
        """Until it ends; asks one that doesn't where it is, by an abort."""
        is_late = False
        while True:
            try:
                wait_for(process, seconds, self.stopped)
                return is_late
            except subprocess.TimeoutExpired:
                if is_late:
                    return True
            is_late, seconds = True, REPORT_SECONDS
            os.kill(process.pid, signal.SIGABRT)

    def first_showing(self, paths, wanted, seconds):
        """The index of the first input that does the same as `wanted` within so long, None if none
        does. libFuzzer takes them all, up to one that does harm."""
        at = 0
        while at < len(paths):
            if self.is_libfuzzer and wanted.kind != "timeout":
                status, text, is_late = self.run(paths[at:], seconds, symbolize=False)
                at += max(len(RUNNING.findall(text)), 1) - 1
                if status == 0:
                    return None
                if is_late:
                    at += 1
                    continue
            if self.shows(paths[at], wanted, seconds):
                return at
            at += 1
        return None

    # ---- crashes ---------------------------------------------------------------------------------

    def crashes(self, path):
        """What the input does: crash.Crash each, none when it does no harm."""
        found = self.crashes_within(path, self.timeout)
        return [self.name_hang(path)] if found is None else found

    def crashes_within(self, path, seconds):
        """The same; None where it doesn't come to an end. To name the functions takes longer than all
        else, so that stacks that were seen before aren't asked again."""
        _, text, is_late = self.run([path], seconds, symbolize=False)
        if is_late:
            return None
        stacks = crash.stacks(text)
        if not stacks or not all(frames for _, _, *frames in stacks):
            return self.named_crashes(path)
        if stacks not in self.known:
            self.known[stacks] = self.named_crashes(path)
        return self.known[stacks]

    def named_crashes(self, path):
        status, text, is_late = self.run([path], self.timeout)
        found = [] if is_late else crash.read(text, self.skip)
        if not found and status < 0 and not is_late:
            found = [crash.Crash(signal.Signals(-status).name, text)]
        return found

    def name_hang(self, path):
        """One that never ends is somewhere else each time: what it is in all the time tells which
        one it is."""
        hangs = [hang for share in SAMPLES if (hang := self.hang_of(path, share * self.timeout))]
        hang = hangs[-1] if hangs else crash.Crash("timeout")
        hang.within = crash.common_end([self.names(one) for one in hangs])
        hang.where = crash.top(hang.within)
        return hang

    def hang_of(self, path, seconds):
        """Where it is after so long; None if it has come to an end."""
        _, text, is_late = self.run([path], seconds)
        if not is_late:
            return None
        found = crash.read(text, self.skip)
        hang = crash.Crash("timeout", text)
        hang.frames = found[-1].frames if found else []
        return hang

    def names(self, found):
        return [crash.short_name(frame)
                for frame in crash.relevant_frames(found.frames, self.skip)]

    def shows(self, path, wanted, seconds):
        """Does the input do the same as `wanted`?"""
        if wanted.kind == "timeout":
            hang = self.hang_of(path, self.timeout)
            return bool(hang) and set(wanted.where) <= set(self.names(hang))
        return wanted.key in {found.key for found in self.crashes_within(path, seconds) or []}


def wait_for(process, seconds, stopped):
    """process.wait, which a stop ends."""
    while True:
        try:
            return process.wait(min(seconds, 0.2))
        except subprocess.TimeoutExpired:
            seconds -= 0.2
            if stopped.is_set():
                raise Stopped from None
            if seconds <= 0:
                raise


def end(process):
    """Nothing of it is left."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def forbid_core_files():
    """They would be as large as a sanitizer's shadow."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
