"""Cyrus 3.6, with names as Dovecot has them: mailboxes beside INBOX, separator `/`."""
import subprocess

from server_profile import Command, PASSWORD, Profile, deliver_by_lmtp
from server_state import State


class Server(Profile):
    capabilities = """
        ACL ANNOTATE-EXPERIMENT-1 APPENDLIMIT=4294967295 AUTH=CRAM-MD5 AUTH=LOGIN
        AUTH=PLAIN BINARY CATENATE CHILDREN COMPRESS=DEFLATE CONDSTORE CREATE-SPECIAL-USE
        DIGEST=SHA1 ENABLE ESEARCH ESORT ID IDLE IMAP4rev1 LIST-EXTENDED LIST-METADATA
        LIST-MYRIGHTS LIST-STATUS LITERAL+ LOGINDISABLED MAILBOX-REFERRALS METADATA MOVE
        MULTIAPPEND NAMESPACE NO_ATOMIC_RENAME OBJECTID PREVIEW QRESYNC QUOTA RIGHTS=KXTEN
        SASL-IR SAVEDATE SCAN SEARCH=FUZZY SORT SORT=DISPLAY SORT=MODSEQ SORT=UID
        SPECIAL-USE STARTTLS STATUS=SIZE THREAD=ORDEREDSUBJECT THREAD=REFERENCES
        THREAD=REFS UIDPLUS UNSELECT URLAUTH URLAUTH=BINARY WITHIN X-CREATEDMODSEQ
        X-QUOTA=MESSAGE X-QUOTA=STORAGE X-QUOTA=X-ANNOTATION-STORAGE X-QUOTA=X-NUM-FOLDERS
        X-REPLICATION X-SIEVE-MAILBOX XLIST XMOVE
        """.split()
    packages = ("cyrus-imapd", "cyrus-common", "sasl2-bin", "libsasl2-modules",
                "libsasl2-modules-db", "libeatmydata1")
    unneeded = ("exim4*", "gawk", "libsigsegv2", "db-util", "db5.3-util")

    def make_ready(self, root):
        """The accounts: each takes a process, so they are made once."""
        environment = self.environment(State(None, root, 0, 0))
        for user in self.users:
            subprocess.run([root / "usr/sbin/saslpasswd2", "-c", "-p", "-f", root / "accounts",
                            "-u", "localhost", user], input=PASSWORD.encode(), check=True,
                           env=environment)
        (root / "accounts").chmod(0o644)

    def environment(self, state):
        # All mail is thrown away, so it is never forced to the disk: Cyrus does it at each message.
        return {"LD_PRELOAD": "libeatmydata.so",
                "LD_LIBRARY_PATH": ":".join(map(str, state.libraries)),
                "SASL_PATH": ":".join(f"{path}/sasl2" for path in state.libraries)}

    def prepare(self, state):
        for name in ["imapd.conf", "cyrus.conf"]:
            state.write(self.folder / name)
        self.make_folders(state)

    def make_folders(self, state):
        state.folder("spool")
        state.folder("sockets")
        for name in ["proc", "lock", "log", "msg", "socket", "db", "quota", "user", "sieve"]:
            state.folder(f"conf/{name}")

    def commands(self, state):
        yield Command([state.root / "usr/sbin/cyrmaster", "-D", "-C", state.path / "imapd.conf",
                       "-M", state.path / "cyrus.conf", "-p", state.path / "master.pid"],
                      self.environment(state), state.path)

    def empty(self, state):
        state.empty("conf", "spool")
        self.make_folders(state)

    def deliver(self, state, file, user):
        deliver_by_lmtp(state.path / "sockets/lmtp", file, user)
