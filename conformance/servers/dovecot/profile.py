"""Dovecot 2.3, with sdbox."""
from server_profile import Command, PASSWORD, Profile, deliver_by_lmtp


class Server(Profile):
    capabilities = """
        ACL AUTH=CRAM-MD5 AUTH=LOGIN AUTH=PLAIN AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-256 BINARY
        CATENATE CHILDREN CONDSTORE CONTEXT=SEARCH ENABLE ESEARCH ESORT I18NLEVEL=1 ID
        IDLE IMAP4rev1 LIST-EXTENDED LIST-STATUS LITERAL+ LOGIN-REFERRALS METADATA MOVE
        MULTIAPPEND NAMESPACE NOTIFY PREVIEW PREVIEW=FUZZY QRESYNC QUOTA RIGHTS=TEXK
        SASL-IR SAVEDATE SEARCHRES SNIPPET=FUZZY SORT SORT=DISPLAY STARTTLS STATUS=SIZE
        THREAD=ORDEREDSUBJECT THREAD=REFERENCES THREAD=REFS UIDPLUS UNSELECT URL-PARTIAL
        WITHIN
        """.split()
    packages = ("dovecot-core", "dovecot-imapd", "dovecot-lmtpd")
    accounts = 64

    def make_ready(self, root):
        """Dovecot takes all its folders from the configuration but one, where it looks for its TLS
        module. A path relative to base_dir is written over it."""
        library = next((root / "usr/lib/dovecot").glob("libdovecot.so.0.*"))
        built_in = b"/usr/lib/dovecot/modules\0"
        octets = library.read_bytes()
        if octets.count(built_in) != 1:
            raise OSError(f"{library}: not the Dovecot that this profile knows")
        library.write_bytes(octets.replace(built_in, b"modules".ljust(len(built_in), b"\0")))

    def library_path(self, state):
        dovecot = state.root / "usr/lib/dovecot"
        return ":".join(map(str, [dovecot, dovecot / "modules", dovecot / "modules/old-stats",
                                  *state.libraries]))

    def prepare(self, state):
        modules = state.root / "usr/lib/dovecot/modules"
        state.write(self.folder / "dovecot.conf", libexec=modules.parent, modules=modules,
                    libraries=self.library_path(state))
        state.folder("mail")
        (state.folder("run") / "modules").symlink_to(modules)
        (state.path / "accounts").write_text(
            "".join(f"{user}:{PASSWORD}\n" for user in self.users))

    def commands(self, state):
        configuration = ["-c", str(state.path / "dovecot.conf")]
        # doveconf comes first: the master itself would look for it in /usr/bin.
        yield Command([state.root / "usr/bin/doveconf", *configuration, "-f", "service=master",
                       "-m", "master", "-e", str(state.root / "usr/sbin/dovecot"), "-F",
                       *configuration],
                      {"LD_LIBRARY_PATH": self.library_path(state)}, state.path / "run")

    def empty(self, state):
        state.empty("mail")

    def deliver(self, state, file, user):
        deliver_by_lmtp(state.path / "run/lmtp", file, user)
