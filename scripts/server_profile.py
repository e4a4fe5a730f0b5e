"""What a profile of a server says, and what it has at hand to say it with.

conformance/servers/NAME/profile.py has a class Server, derived from Profile.
"""
import dataclasses
import imaplib
import importlib.util
import os
import pathlib
import shlex
import shutil
import smtplib
import ssl
import sys
import time

SERVERS = pathlib.Path(__file__).resolve().parent.parent / "conformance/servers"
SCRIPT = pathlib.Path(__file__).resolve().parent / "server"
PASSWORD = "secret"


@dataclasses.dataclass
class Command:
    """A process of a server."""
    arguments: list
    environment: dict
    folder: pathlib.Path


class Profile:
    """What there is to say of a server. `state` is a State of it, of server_state."""

    packages = ()        # of Debian
    unneeded = ()        # patterns of packages that they only say they need
    npm = ()             # NAME@VERSION
    npm_alone = ()       # the same, without what they depend on
    revision = 1         # of what make_ready does
    accounts = 8         # user1 to user8
    workers = 4          # of `imapspec run`
    resets = False       # not all that a dialog makes can be removed by IMAP
    options = ()         # more options that suit it
    capabilities = ()    # what it announces, before or after the login

    def __init__(self, name):
        self.name, self.folder = name, SERVERS / name

    @property
    def users(self):
        return [f"user{number}" for number in range(1, self.accounts + 1)]

    def make_ready(self, root):
        """Changes what was unpacked, once."""

    def prepare(self, state):
        """Fills the state folder; as root this still runs as root."""

    def commands(self, state):
        """The server's processes."""
        raise NotImplementedError

    def empty(self, state):
        """Removes all mail; no process of the server runs."""

    def empty_account(self, state, user):
        """The same for one account, while the server runs; False where that can't be done."""
        return False

    def deliver(self, state, file, user):
        """Hands a message to the server as a mail transport does."""
        raise NotImplementedError

    def status(self, state):
        """How to reach it, by the names of environment variables."""
        url = f"imap://user%d:{PASSWORD}@localhost"
        certificate = f"{state.path}/certificate.pem"
        script = shlex.join(map(str, [SCRIPT, self.name, "--state", state.path]))
        options = ["--server", f"{url}:{state.imap_port}", "--starttls", "--ca-file", certificate,
                   "--disposable-account", "--workers", str(self.workers), "--deviations",
                   str(self.folder / "deviations"), "--deliver-command",
                   f'{script} deliver "$1" "$2"', *self.options]
        if self.resets:
            options += ["--reset-command", f'{script} reset "$1"']
        return {"IMAPSPEC_SERVER": f"{url}:{state.imap_port}",
                "IMAPSPEC_TLS_SERVER": f"{url.replace('imap:', 'imaps:')}:{state.imaps_port}",
                "IMAPSPEC_CA_FILE": certificate,
                "IMAPSPEC_OPTIONS": shlex.join(options),
                "IMAPSPEC_STATE": f"{state.path}"}


class NodeServer(Profile):
    """A server of npm's, by a program server.js in the profile's folder. A message that keeps it busy
    for seconds would make other workers wait too long."""

    workers = 1
    resets = True

    def prepare(self, state):
        shutil.copy(self.folder / "server.js", state.path)
        (state.path / "node_modules").symlink_to(state.root / "node_modules")

    def commands(self, state):
        yield Command([shutil.which("node"), state.path / "server.js", str(state.imap_port),
                       str(state.imaps_port), PASSWORD, *self.users], {}, state.path)

    def deliver(self, state, file, user):
        deliver_by_append(state, file, user)


def names():
    """The servers there are."""
    return sorted(path.parent.name for path in SERVERS.glob("*/profile.py"))


def load(name):
    path = SERVERS / name / "profile.py"
    specification = importlib.util.spec_from_file_location(f"profile_of_{name}", path)
    module = importlib.util.module_from_spec(specification)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        specification.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module.Server(name)


# ---- ways to deliver -----------------------------------------------------------------------------

def deliver_by_lmtp(path, file, user):
    with smtplib.LMTP(str(path)) as lmtp:
        lmtp.sendmail("sender@localhost", [user], file.read_bytes())


def deliver_to_maildir(maildir, file, identity):
    name = f"{time.time_ns()}.{os.getpid()}.localhost"
    target = maildir / "tmp" / name
    target.write_bytes(file.read_bytes())
    if identity.changes:
        shutil.chown(target, identity.user, identity.group)
    target.rename(maildir / "new" / name)


def deliver_by_append(state, file, user):
    """For a server that has no other door."""
    context = ssl.create_default_context(cafile=state.path / "certificate.pem")
    with imaplib.IMAP4_SSL("localhost", state.imaps_port, ssl_context=context) as connection:
        connection.login(user, PASSWORD)
        # The list of flags is there, though empty: Twisted stumbles where it is missing.
        result, data = connection.append("INBOX", "()", None, file.read_bytes())
        if result != "OK":
            raise OSError(f"APPEND: {data}")
