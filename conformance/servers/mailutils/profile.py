"""GNU mailutils' imap4d 3.15, with maildir. It lets a client roam the file system, so it runs behind
bubblewrap."""
import subprocess

from sandbox import sandboxed, write_users
from server_profile import Command, PASSWORD, Profile, deliver_to_maildir


class Server(Profile):
    capabilities = """
        AUTH=ANONYMOUS AUTH=CRAM-MD5 AUTH=DIGEST-MD5 AUTH=EXTERNAL AUTH=GS2-KRB5
        AUTH=GSSAPI AUTH=LOGIN AUTH=OPENID20 AUTH=PLAIN AUTH=SAML20 AUTH=SCRAM-SHA-1
        AUTH=SCRAM-SHA-1-PLUS AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-256-PLUS AUTH=SECURID ID
        IDLE IMAP4rev1 LITERAL+ NAMESPACE STARTTLS UNSELECT
        """.split()
    workers = 24
    accounts = 24
    # It sees that a mailbox was changed by the folder's time, in seconds.
    options = ("--store-flags", "--settle", "1.1", "--quirk", "bare-lf")
    resets = True
    packages = ("mailutils-imap4d", "libmailutils9", "mailutils-common", "bubblewrap")

    def prepare(self, state):
        write_users(state, [state.identity.user, "mail"])
        password = subprocess.run(["openssl", "passwd", "-1", PASSWORD], check=True,
                                  capture_output=True, text=True).stdout.strip()
        with open(state.path / "etc/passwd", "a") as accounts:
            for user in self.users:
                accounts.write(f"{user}:{password}:{state.identity.uid}:{state.identity.gid}::"
                               f"{state.path}/home/{user}:/bin/sh\n")
        state.write(self.folder / "imap4d.conf")
        (state.path / "key.pem").chmod(0o600)
        self.make_mail(state)

    def make_mail(self, state):
        for user in self.users:
            self.make_mail_of(state, user)

    def make_mail_of(self, state, user):
        state.folder(f"home/{user}")
        for name in ["new", "cur", "tmp"]:
            state.folder(f"inbox/{user}/{name}")

    def commands(self, state):
        yield Command(sandboxed(state, [state.root / "usr/sbin/imap4d", "--foreground", "--daemon",
                                        f"--config-file={state.path}/imap4d.conf"],
                                {"LD_LIBRARY_PATH": ":".join(map(str, state.libraries))}),
                      {}, state.path)

    def empty(self, state):
        state.empty("home", "inbox")
        self.make_mail(state)

    def empty_account(self, state, user):
        state.empty(f"home/{user}", f"inbox/{user}")
        self.make_mail_of(state, user)
        state.identity.own(state.path / f"home/{user}")
        state.identity.own(state.path / f"inbox/{user}")
        return True

    def deliver(self, state, file, user):
        deliver_to_maildir(state.path / f"inbox/{user}", file, state.identity)
