"""Courier-IMAP 5.0, whose mailboxes are all below INBOX, separator `.`. Its paths are built in, so it
runs behind bubblewrap."""
import pathlib
import subprocess
import tempfile

from sandbox import sandboxed, write_users
from server_profile import Command, PASSWORD, Profile, deliver_to_maildir

QUOTA = "1000000000S,100000C"  # octets and messages, more than any dialog takes


class Server(Profile):
    capabilities = """
        ACL ACL2=UNION AUTH=PLAIN CHILDREN ENABLE IDLE IMAP4rev1 LOGINDISABLED NAMESPACE QUOTA SORT
        STARTTLS THREAD=ORDEREDSUBJECT THREAD=REFERENCES UIDPLUS UTF8=ACCEPT
        """.split()
    accounts = 48        # a DELETE and a RENAME take 2 s each, without any work
    workers = 48
    options = ("--timeout", "6")
    packages = ("courier-imap", "courier-base", "courier-authlib", "courier-authdaemon",
                "courier-authlib-userdb", "libgamin0", "bubblewrap")
    revision = 4
    unneeded = ("gamin", "exim4*", "libgnutls*", "gnutls*", "libunbound*")

    def make_ready(self, root):
        """Two waits are taken out, which no setting does: the function that is waited by is made
        another one that does no harm. Courier watches its folders by gamin, and does without where
        gamin's daemon isn't found: after 1.25 s of waiting for it with each command; it has none
        here. And a login that fails is answered after 5 s."""
        for library in [*root.rglob("libgamin-1.so.0.*"), *root.rglob("libfam.so.0.*")]:
            self.replace_function(library, b"usleep", b"getpid")
        self.replace_function(root / "usr/lib/courier/courier/imaplogin", b"sleep", b"htonl")

    def replace_function(self, file, name, harmless):
        """Both names are of one length."""
        octets = file.read_bytes()
        file.write_bytes(octets.replace(b"\0%s\0" % name, b"\0%s\0" % harmless))

    def environment(self, state):
        root = state.root
        libraries = [*state.libraries, root / "usr/lib", root / "usr/lib/courier-authlib"]
        return {"LD_LIBRARY_PATH": ":".join(map(str, libraries)), "PATH": "/usr/bin:/bin"}

    def prepare(self, state):
        # Who helps with STARTTLS becomes courier, a user that is built in.
        write_users(state, ["courier", state.identity.user])
        for name in ["imapd", "authdaemonrc"]:
            state.write(self.folder / name)
        courier = state.folder("etc/courier")
        for name in ["imapd", "authdaemonrc"]:
            (state.path / name).rename(courier / name)
        state.folder("run/courier/authdaemon")
        (state.path / "both.pem").write_text((state.path / "key.pem").read_text() +
                                             (state.path / "certificate.pem").read_text())
        password = subprocess.run(["openssl", "passwd", "-1", PASSWORD], check=True,
                                  capture_output=True, text=True).stdout.strip()
        self.write_database(state, "userdb", lambda user: f"home={state.path}/mail/{user}|"
                            f"uid={state.identity.uid}|gid={state.identity.gid}|_=")
        self.write_database(state, "userdbshadow", lambda user: f"systempw={password}")
        self.make_mail(state)

    def write_database(self, state, name, fields):
        """As makeuserdb does it."""
        file = state.path / f"etc/courier/{name}.dat"
        lines = [f"{user}\t{fields(user)}\n" for user in self.users]
        subprocess.run([state.root / "usr/lib/courier/courier-authlib/makedatprog", "-",
                        f"{file}.new", file], input="".join(lines + [".\n"]), text=True,
                       check=True, env=self.environment(state))

    def make_mail(self, state):
        for user in self.users:
            self.make_mail_of(state, user)

    def make_mail_of(self, state, user):
        for name in ["new", "cur", "tmp"]:
            state.folder(f"mail/{user}/Maildir/{name}")
        (state.path / f"mail/{user}/Maildir/maildirsize").write_text(f"{QUOTA}\n0 0\n")

    def commands(self, state):
        root, environment = state.root, self.environment(state)
        lines = (state.path / "etc/courier/imapd").read_text().splitlines()
        settings = dict(line.split("=", 1) for line in lines if line and line[0] != "#")
        login = [root / "usr/lib/courier/courier/imaplogin", root / "usr/bin/imapd", "Maildir"]
        listen = [root / "usr/sbin/couriertcpd", "-address=127.0.0.1", "-maxprocs=200",
                  "-maxperip=200", "-nodnslookup", "-noidentlookup",
                  f"-stderr={state.path}/log"]
        yield Command(sandboxed(state, [root / "usr/lib/courier/courier-authlib/authdaemond"],
                                {**environment, "authmodulelist": "authuserdb", "daemons": "8",
                                 "DEBUG_LOGIN": "0"}), {}, state.path)
        yield Command(sandboxed(state, [*listen, str(state.imap_port), *login],
                                {**environment, **settings, "IMAP_STARTTLS": "YES"}),
                      {}, state.path)
        yield Command(sandboxed(state, [*listen, str(state.imaps_port), root / "usr/bin/couriertls",
                                        "-server", "-tcpd", *login],
                                {**environment, **settings, "IMAP_TLS": "1"}), {}, state.path)

    def empty(self, state):
        state.empty("mail")
        self.make_mail(state)

    def empty_account(self, state, user):
        state.empty(f"mail/{user}")
        self.make_mail_of(state, user)
        state.identity.own(state.path / f"mail/{user}")
        return True

    def deliver(self, state, file, user):
        """Courier's files have the line ends of Unix."""
        with tempfile.NamedTemporaryFile() as unix:
            unix.write(file.read_bytes().replace(b"\r\n", b"\n"))
            unix.flush()
            deliver_to_maildir(state.path / f"mail/{user}/Maildir", pathlib.Path(unix.name),
                               state.identity)
