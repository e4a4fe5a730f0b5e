"""The RFCs' own examples, corpus/examples: what imapspec lint says of them, and whose fault it is."""
import collections
import pathlib
import re

import pytest

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "corpus/examples"
FILES = sorted(EXAMPLES.glob("rfc*.txt"))

# Messages. Those that aren't judged are only hinted at (`S: (more expunges)`), or they are commands
# that are refused in the example itself.
JUDGED, NOT_JUDGED = 3441, 26

ENTRY = re.compile(r"(?P<file>rfc\d+) (?P<section>\S+): (?P<cause>[a-z]+)(?P<number> \d+)?: .+\n"
                   r"(?P<place>    .*\n    *)\^ (?P<rule>\S+)\n?")
REMARK = re.compile(r"^\S*/(?P<file>rfc\d+)\.txt:(?P<line>\d+):\d+: "
                    r"(?P<warning>warning: )?(?P<rule>\S+): .*\n"
                    r"(?P<place>    .*\n    *)\^$", re.M)


def read_list(name):
    """The entries of a list, and the causes that its head explains."""
    head, *entries = (EXAMPLES / name).read_text().split("\n\n")
    return set(re.findall(r"^#   (\w+)  ", head, re.M)), [ENTRY.fullmatch(entry) or entry
                                                          for entry in entries]


def sections(path):
    """For each line of the file, counted from 1, the section it is from."""
    section, result = None, [None]
    for line in path.read_text().splitlines():
        if line.startswith("# "):
            section = line[2:]
        result.append(section)
    return result


@pytest.fixture(scope="module")
def lint(imapspec):
    return imapspec("lint", "--dialect", "all", *FILES).output


@pytest.mark.parametrize("name, is_warning", [("refused", False), ("warned", True)])
def test_every_remark_is_explained(lint, name, is_warning):
    section_of = {path.stem: sections(path) for path in FILES}
    remarks = collections.Counter(
        (remark["file"], section_of[remark["file"]][int(remark["line"])],
         remark["place"], remark["rule"])
        for remark in REMARK.finditer(lint) if bool(remark["warning"]) == is_warning)
    listed = collections.Counter(
        (entry["file"], entry["section"], entry["place"], entry["rule"])
        for entry in read_list(name)[1])
    assert not list((remarks - listed).elements()), f"not in corpus/examples/{name}"
    assert not list((listed - remarks).elements()), f"too much in corpus/examples/{name}"


@pytest.mark.parametrize("name", ["refused", "warned"])
def test_every_entry_is_well_formed(name):
    causes, entries = read_list(name)
    assert causes and entries
    for entry in entries:
        assert isinstance(entry, re.Match), entry
        assert entry["cause"] in causes, entry[0]
        assert bool(entry["number"]) == (entry["cause"] == "erratum"), entry[0]


def test_no_message_is_passed_over(lint):
    totals = re.search(r"^\d+ files: (\d+) messages judged, .*; (\d+) messages not judged$", lint,
                       re.M)
    assert [int(total) for total in totals.groups()] == [JUDGED, NOT_JUDGED]
