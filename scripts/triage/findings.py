"""fuzz/findings.tsv: what is known to be wrong with other people's released programs. No input
stands there."""
import collections
import pathlib

from . import crash

FILE = pathlib.Path(__file__).resolve().parent.parent.parent / "fuzz/findings.tsv"
COLUMNS = ["program", "version", "kind", "frames", "note"]
BETWEEN = " < "  # a function and its caller


class Finding(collections.namedtuple("Finding", "program version kind where note")):
    """One line. `where` are the frames."""

    @property
    def key(self):
        return self.program, self.kind, self.where

    @property
    def id(self):
        return crash.identify(self.kind, self.where)

    def line(self):
        frames = BETWEEN.join(self.where)
        return "\t".join([self.program, self.version, self.kind, frames, self.note])


def find(known, program, kind, where):
    """The one of these findings that this is, or None. Where a program is that never ends is chance:
    two functions in common will do."""
    for finding in known:
        if (finding.program, finding.kind) == (program, kind):
            common = set(finding.where) & set(where)
            if finding.where == where or kind == "timeout" and len(common) > 1:
                return finding
    return None


def read(path=FILE):
    """All findings; ValueError where a line isn't one."""
    findings = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        if fields == COLUMNS:
            continue
        if len(fields) != len(COLUMNS) or not all(fields[:4]):
            raise ValueError(f"{path}:{number}: not {', '.join(COLUMNS)}, with tabs between")
        findings.append(Finding(*fields[:3], tuple(fields[3].split(BETWEEN)), fields[4]))
    return findings
