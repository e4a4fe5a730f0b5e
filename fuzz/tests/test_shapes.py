"""corpus/shapes: each is short, says what it is, and is one of its kind."""
import collections
import pathlib
import re
import subprocess

import pytest

SHAPES = pathlib.Path(__file__).resolve().parent.parent.parent / "corpus/shapes"
PATHS = sorted(SHAPES.glob("*"))
LINES = 20
WIDTH = 130
OCTETS = 64 << 10


def test_there_are_many():
    assert len(PATHS) > 100


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_shape_is_readable(path):
    text = path.read_text("ascii")
    lines = text.splitlines()
    assert path.suffix == ".dialog" and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem)
    assert re.fullmatch(r"# [A-Z].*\w\.", lines[0])
    assert re.fullmatch(r"# CWE-\d+: [A-Za-z8 -]+\.( CVE-\d{4}-\d{4,}[^.]* in [^.]+\.)?", lines[1])
    assert lines[2:4] == ["mode: octets", ""]
    assert all(re.match(r"[CS]-?:( |$)", line) for line in lines[4:])
    assert 5 <= len(lines) <= LINES and max(map(len, lines)) <= WIDTH
    assert text.endswith("\n") and all(octet >= " " for octet in text.replace("\n", ""))


def test_a_class_has_one_name():
    names = collections.defaultdict(set)
    for path in PATHS:
        number, name = re.search(r"^# (CWE-\d+): ([^.]+)\.", path.read_text(), re.M).groups()
        names[number].add(name)
    assert all(len(found) == 1 for found in names.values())


def test_shapes_differ(build, tmp_path):
    run = subprocess.run([build / "imapspec", "seeds", "--output", tmp_path, SHAPES],
                         capture_output=True, check=True)
    assert not run.stderr
    written = {path: path.read_bytes() for path in tmp_path.glob("*/*")}
    assert {path.name for path in written} == {path.stem for path in PATHS}
    assert len(set(written.values())) == len(written) == len(PATHS)
    assert all(0 < len(octets) <= OCTETS for octets in written.values())
    titles = {path.read_text().split("\n", 1)[0] for path in PATHS}
    assert len(titles) == len(PATHS)
