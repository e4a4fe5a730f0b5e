"""Twisted's IMAP4Server, with accounts of ours (server.py)."""
import shutil
import sys

from server_profile import Command, PASSWORD, Profile, deliver_by_append


class Server(Profile):
    capabilities = """
        AUTH=LOGIN AUTH=PLAIN IDLE IMAP4rev1 LOGINDISABLED NAMESPACE STARTTLS
        """.split()
    workers = 1
    options = ("--timeout", "5", "--quirk", "missing-text", "--quirk", "bare-plus")
    packages = ("python3-twisted", "python3-openssl", "python3-zope.interface")
    unneeded = ("python3-hamcrest", "python3-bcrypt")

    def prepare(self, state):
        shutil.copy(self.folder / "server.py", state.path)

    def commands(self, state):
        yield Command([sys.executable, state.path / "server.py", str(state.imap_port),
                       str(state.imaps_port), PASSWORD, *self.users],
                      {"PYTHONPATH": str(state.root / "usr/lib/python3/dist-packages"),
                       "PYTHONDONTWRITEBYTECODE": "1"}, state.path)

    def deliver(self, state, file, user):
        deliver_by_append(state, file, user)
