"""Where what is fetched is kept."""
import os
import pathlib


def cache_folder():
    if "IMAPSPEC_CACHE" in os.environ:
        return pathlib.Path(os.environ["IMAPSPEC_CACHE"]).resolve()
    if os.getuid() == 0:
        return pathlib.Path("/var/cache/imapspec")
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "imapspec"
