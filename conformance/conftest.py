"""pytest's side of imapspec: every .dialog file is a test, on a server that is given, or on a
Dovecot that lives as long as the session.

  pytest conformance [--imap-server URL [--imap-ca-file FILE] [--imap-disposable-account]]
"""
import json
import os
import pathlib
import shlex
import subprocess
import warnings

import pytest

HERE = pathlib.Path(__file__).resolve().parent
DIALOGS = HERE / "dialogs"
DEVIATIONS = HERE / "servers/dovecot/deviations"  # of Dovecot, from these dialogs
SCRIPT = HERE.parent / "scripts/server"
PROGRAM_SECONDS = 120  # no run of the program in a test takes longer

# What a sanitizer finds must not look like an exit status of the program's own.
os.environ.setdefault("ASAN_OPTIONS", "exitcode=99")
os.environ.setdefault("UBSAN_OPTIONS", "exitcode=99")


def pytest_addoption(parser):
    group = parser.getgroup("imapspec")
    group.addoption("--imapspec", default=HERE.parent / "build/imapspec", metavar="PROGRAM",
                    help="the program to test (default: build/imapspec)")
    group.addoption("--imap-server", metavar="URL",
                    help="run the dialogs against imap://user:password@host:port; a %%d in the "
                         "user is the number of the pytest-xdist worker (default: start Dovecot)")
    group.addoption("--imap-ca-file", metavar="FILE", help="for that server's certificate")
    group.addoption("--imap-every-line", action="store_true",
                    help="turn every line of every dialog around, to see it fail (minutes)")
    group.addoption("--imap-disposable-account", action="store_true",
                    help="the account on that server may be wiped")


# ---- the program ---------------------------------------------------------------------------------

class Run:
    """What came of one run of the program."""

    def __init__(self, completed):
        self.status, self.output = completed.returncode, completed.stdout.decode()
        self.problems = completed.stderr.decode()
        assert self.status in (0, 1, 2), f"exit status {self.status}\n{self.problems}"

    @property
    def report(self):
        """The JSON report."""
        assert self.output, self.problems
        return json.loads(self.output)

    @property
    def dialog(self):
        """The report of the only dialog."""
        (dialog,) = self.report["dialogs"]
        return dialog


class Program:
    """imapspec, with the options that all its runs have."""

    def __init__(self, path, options=()):
        self.path, self.options = path, [str(option) for option in options]

    def command(self, *arguments):
        return [str(self.path), *map(str, arguments)]

    def __call__(self, *arguments, **settings):
        settings = {"timeout": PROGRAM_SECONDS, "capture_output": True, **settings}
        return Run(subprocess.run(self.command(*arguments), **settings))

    def play(self, *arguments, **settings):
        """imapspec run, reporting as JSON."""
        return self("run", "--format", "json", *self.options, *arguments, **settings)


@pytest.fixture(scope="session")
def imapspec(pytestconfig):
    """The program, with no options."""
    return Program(program_path(pytestconfig))


def program_path(config):
    path = pathlib.Path(config.getoption("imapspec")).absolute()
    if not os.access(path, os.X_OK):
        raise pytest.UsageError(f"{path}: no such program; `make` builds it")
    return path


# ---- the server ----------------------------------------------------------------------------------

class Server:
    """A server that scripts/server started. It ends with its standard input: with close, or with
    this process."""

    def __init__(self, name):
        self.name = name
        self.process = subprocess.Popen([SCRIPT, name, "run"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        lines = []
        while not lines or not lines[-1].startswith("IMAPSPEC_STATE="):
            lines.append(self.process.stdout.readline())
            if not lines[-1]:
                raise RuntimeError(f"{name} did not start")
        status = dict(word.split("=", 1) for word in shlex.split("".join(lines)))
        self.url, self.tls_url = status["IMAPSPEC_SERVER"], status["IMAPSPEC_TLS_SERVER"]
        self.ca_file, self.state = status["IMAPSPEC_CA_FILE"], status["IMAPSPEC_STATE"]
        self.port = int(self.url.rpartition(":")[2])

    def options(self):
        deliver = f'{shlex.quote(str(SCRIPT))} {self.name} --state {self.state} deliver "$1" "$2"'
        return ["--server", self.url, "--starttls", "--ca-file", self.ca_file,
                "--disposable-account", "--deliver-command", deliver]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


DOVECOT = pytest.StashKey()


def session_dovecot(config):
    if DOVECOT not in config.stash:
        config.stash[DOVECOT] = Server("dovecot")
    return config.stash[DOVECOT]


def pytest_unconfigure(config):
    if DOVECOT in config.stash:
        config.stash[DOVECOT].close()


@pytest.fixture(scope="session")
def dovecot(pytestconfig):
    """A Dovecot, shared by the tests of the session."""
    return session_dovecot(pytestconfig)


def server_options(config):
    """Options of imapspec run for the server that the dialogs are for."""
    url = config.getoption("imap_server")
    if not url:
        return session_dovecot(config).options()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    options = ["--server", url.replace("%d", str(int(worker) + 1))]
    if config.getoption("imap_ca_file"):
        options += ["--ca-file", config.getoption("imap_ca_file")]
    if config.getoption("imap_disposable_account"):
        options += ["--disposable-account"]
    return options


# ---- .dialog files as tests ----------------------------------------------------------------------

class DialogFailed(Exception):
    pass


class DialogFile(pytest.File):
    def collect(self):
        yield DialogItem.from_parent(self, name=self.path.stem)


class DialogItem(pytest.Item):
    def runtest(self):
        options = server_options(self.config)
        if not self.config.getoption("imap_server") and DIALOGS in self.path.parents:
            options += ["--deviations", DEVIATIONS]
        run = Program(program_path(self.config), options).play(self.path)
        if not run.output:
            raise DialogFailed(run.problems)
        dialog = run.dialog
        if dialog["outcome"] == "skip":
            pytest.skip(dialog["reason"])
        if dialog["outcome"] == "deviation":
            pytest.xfail(dialog["reason"])
        if dialog["outcome"] == "warning":
            warnings.warn(f"{dialog['id']}: {dialog['failures'][0]['sentence']}")
        if run.status:
            raise DialogFailed(describe(dialog))

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, DialogFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, self.nodeid


def describe(dialog):
    """A dialog's failures, findings and transcript as text."""
    lines = [f"{dialog['id']}: {dialog['title']} ({dialog['section']})"]
    if dialog["reason"]:
        lines.append(dialog["reason"])
    for failure in dialog["failures"]:
        lines.append(f"{dialog['file']}:{failure['line']}: {failure['sentence']}")
        for side in ["expected", "actual"]:
            if failure[side] is not None:
                lines.append(f"  {side:>8}  {failure[side]}")
                if failure[f"{side}_caret"] is not None:
                    lines.append(" " * (12 + failure[f"{side}_caret"]) + "^")
    for finding in dialog["findings"]:
        lines.append(f"finding at octet {finding['offset']}, {finding['rule']}: "
                     f"{finding['sentence']}\n  {finding['line']}")
    for message in dialog["transcript"]:
        marker = f"{message['side'][0].upper()}{message['connection']}"
        lines.append(f"  {marker}: {message['octets']!r}")
    return "\n".join(lines)


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".dialog":
        return DialogFile.from_parent(parent, path=file_path)
    return None
