"""Every line that a live dialog expects can fail: with "must come" turned into "must not come", the
dialog fails at that line. So each of them is looked at, and it is the server that makes it pass.

One line of each dialog is tried, always the same; with --imap-every-line each."""
import pathlib
import re
import zlib

DIALOGS = pathlib.Path(__file__).resolve().parents[1] / "dialogs"
DEVIATIONS = DIALOGS.parent / "servers/dovecot/deviations"
TIMEOUT_SECONDS = 2
WORKERS = 4
RUN_SECONDS = 1800  # of thousands of dialogs, where every line is tried

UNTAGGED = re.compile(r"S(\d*)>?: \* .*")
TAGGED = re.compile(r"S(\d*)~?: ([^ *+]+) (?:OK|NO|BAD) .*")
CAPTURE = re.compile(r"\$\{\w+:")


def ends_in_tagged(lines, index, connection):
    """Does a tagged response come before the next line that isn't this connection's server's?"""
    for line in lines[index:]:
        if TAGGED.fullmatch(line):
            return True
        if not line.startswith((f"S{connection}", "#")):
            return False
    return False


def may_be_closed(lines, index):
    """May the server have closed the connection of this line by then?"""
    connection = re.match(r"S(\d*)", lines[index])[1] or "1"
    actions = [line.split() for line in lines[:index] if line.startswith(("!may-close", "!connect"))]
    here = [name for name, *number in actions if (number or ["1"]) == [connection]]
    return here[-1:] == ["!may-close"]


def turn_around(lines, index):
    """The lines with one expectation turned around. None where that would prove nothing: the line may
    be missing, is one of several in any order, is the rest of a literal, brings a capture, stands on
    a connection that may be closed, or nothing says how long to wait for it."""
    line = lines[index]
    untagged, tagged = UNTAGGED.fullmatch(line), TAGGED.fullmatch(line)
    if "~:" in line or CAPTURE.search(line) or not line.startswith("S") or may_be_closed(lines, index):
        return None
    if tagged:
        connection, tag = tagged.groups()
        turned = [line.replace(":", "!:", 1),
                  f"S{connection}: {tag} ${{:resp-cond-state}}"]  # ends the group as before
    elif untagged and ends_in_tagged(lines, index, untagged[1]):
        turned = [re.sub(">?:", "!:", line, count=1)]
    else:
        return None
    return lines[:index] + turned + lines[index + 1:]


def dialogs_that_pass():
    deviations = DEVIATIONS.read_text().split()
    for path in sorted(DIALOGS.rglob("*.dialog")):
        text = path.read_text()
        is_syntax = re.search(r"^mode: *syntax", text, re.MULTILINE)
        if not is_syntax and str(path.relative_to(DIALOGS).with_suffix("")) not in deviations:
            yield path, text.splitlines()


def write_turned(folder, every_line):
    """Writes a dialog for each expectation that is turned around below `folder`; the line where it
    must fail, by path."""
    for fixtures in DIALOGS.rglob("fixtures"):
        link = folder / fixtures.relative_to(DIALOGS)
        link.parent.mkdir(parents=True)
        link.symlink_to(fixtures)
    places = {}
    for path, lines in dialogs_that_pass():
        beside = folder / path.parent.relative_to(DIALOGS)
        beside.mkdir(parents=True, exist_ok=True)
        turned = {index: turn_around(lines, index) for index in range(len(lines))}
        indices = [index for index in turned if turned[index]]
        if indices and not every_line:
            indices = [indices[zlib.crc32(path.name.encode()) % len(indices)]]
        for index in indices:
            mutant = beside / f"{path.stem}-{index + 1}.dialog"
            mutant.write_text("\n".join(turned[index]) + "\n")
            places[str(mutant)] = index + 1
    return places


def test_every_expectation_can_fail(imapspec, dovecot, tmp_path, pytestconfig):
    places = write_turned(tmp_path, pytestconfig.getoption("imap_every_line"))
    run = imapspec.play(*dovecot.options(), "--strict", "--workers", WORKERS,
                        "--timeout", TIMEOUT_SECONDS, tmp_path, timeout=RUN_SECONDS)
    failed = {dialog["file"]: [failure["line"] for failure in dialog["failures"]]
              for dialog in run.report["dialogs"] if dialog["outcome"] != "skip"}
    places = {path: line for path, line in places.items() if path in failed}
    assert len(places) > 500
    assert not [path for path, line in places.items() if line not in failed[path]]
