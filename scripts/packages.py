"""Released programs in the cache: unpacked, not installed."""
import contextlib
import fcntl
import fnmatch
import hashlib
import pathlib
import subprocess
import sys
import tempfile

from cache import cache_folder


class NotAvailable(Exception):
    """Said to the user in one line."""


def missing_packages(packages, unneeded):
    """The Debian packages, and those they depend on that this system doesn't have."""
    command = ["apt-get", "install", "--simulate", "--no-install-recommends", *packages]
    plan = subprocess.run(command, capture_output=True, text=True)
    if plan.returncode:
        raise NotAvailable(f"apt-get knows no way to {' '.join(packages)} (apt-get update?): "
                           + plan.stderr.strip())
    new = {line.split()[1] for line in plan.stdout.splitlines() if line.startswith("Inst ")}
    left_out = {name for pattern in unneeded for name in fnmatch.filter(new, pattern)}
    return sorted({*packages, *new} - left_out)


def unpack_debian(packages, unneeded, folder, root):
    packages = missing_packages(packages, unneeded)
    print("downloading", *packages, file=sys.stderr)
    subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", *packages],
                   cwd=folder, check=True, stdout=sys.stderr)
    for package in pathlib.Path(folder).glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, root], check=True)


def unpack_npm(packages, alone, folder, root):
    """Packages of npm, and some without what they depend on. No scripts of theirs are run."""
    print("downloading", *packages, *alone, file=sys.stderr)
    subprocess.run(["npm", "install", "--loglevel=error", "--prefix", root, "--ignore-scripts",
                    "--no-audit", "--no-fund", "--omit=dev", *packages],
                   cwd=root, check=True, stdout=sys.stderr)
    for package in alone:
        subprocess.run(["npm", "pack", "--loglevel=error", "--ignore-scripts", package],
                       cwd=folder, check=True, stdout=sys.stderr)
        target = root / "node_modules" / package.rpartition("@")[0]
        target.mkdir()
        subprocess.run(["tar", "--extract", "--strip-components=1", "--no-same-owner", "--file",
                        f"{folder}/{package.replace('@', '-')}.tgz"], cwd=target, check=True)


@contextlib.contextmanager
def locked(path):
    """One process at a time does what follows."""
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fetch(profile):
    """The folder with a server's packages unpacked and made ready, downloaded first if need be."""
    wanted = repr((profile.packages, profile.npm, profile.npm_alone, profile.revision)).encode()
    root = cache_folder() / f"{profile.name}-{hashlib.sha256(wanted).hexdigest()[:8]}"
    if root.is_dir():
        return root
    root.parent.mkdir(parents=True, exist_ok=True)
    with locked(root.parent / f".{profile.name}.lock"), \
            tempfile.TemporaryDirectory(dir=root.parent, prefix="fetch-") as folder:
        if not root.is_dir():
            unpacked = pathlib.Path(folder) / "root"
            unpacked.mkdir()
            if profile.packages:
                unpack_debian(profile.packages, profile.unneeded, folder, unpacked)
            if profile.npm:
                unpack_npm(profile.npm, profile.npm_alone, folder, unpacked)
            unpacked.chmod(0o755)
            profile.make_ready(unpacked)
            unpacked.rename(root)
    return root
