"""The state of one server that runs: its folder, its ports, and whom it runs as."""
import grp
import os
import pwd
import shutil
import string
import subprocess


class Identity:
    """Whom a server runs as: the caller, but nobody instead of root."""

    def __init__(self):
        self.changes = os.getuid() == 0
        self.user = "nobody" if self.changes else pwd.getpwuid(os.getuid()).pw_name
        self.group = "nogroup" if self.changes else grp.getgrgid(os.getgid()).gr_name
        self.uid = pwd.getpwnam(self.user).pw_uid
        self.gid = grp.getgrnam(self.group).gr_gid

    def own(self, folder):
        if self.changes:
            for path in [folder, *folder.rglob("*")]:
                shutil.chown(path, self.user, self.group)

    def become(self):
        if self.changes:
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)


class State:
    """The state folder of one server, where all that it writes is, and what else is its own: the
    packages that it runs from (root), whom it runs as, its ports."""

    def __init__(self, folder, root, imap_port, imaps_port):
        self.path, self.root, self.identity = folder, root, Identity()
        self.imap_port, self.imaps_port = imap_port, imaps_port

    def folder(self, name):
        path = self.path / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, template, **values):
        """Fills in a template of the profile's folder."""
        text = string.Template(template.read_text()).substitute(
            state=self.path, root=self.root, user=self.identity.user, group=self.identity.group,
            uid=self.identity.uid, gid=self.identity.gid, imap_port=self.imap_port,
            imaps_port=self.imaps_port, **values)
        (self.path / template.name).write_text(text)

    def empty(self, *names):
        """Empties folders."""
        for name in names:
            shutil.rmtree(self.path / name)
            self.folder(name)

    def make_certificate(self):
        """A key and a self-signed certificate, which is its own authority for clients."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", self.path / "key.pem", "-out", self.path / "certificate.pem"],
                       check=True, capture_output=True)

    @property
    def libraries(self):
        """The unpacked packages' folders of shared libraries."""
        return [path for folder in ["usr/lib", "lib"]
                for path in self.root.glob(f"{folder}/*-linux-gnu*")]
