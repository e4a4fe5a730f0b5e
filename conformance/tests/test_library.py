"""libimapspec by itself: the README's example, and what the library asks of the system."""
import pathlib
import re
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = re.search(r"```c\n(.*?)```", (TOP / "README.md").read_text(), re.S)[1]


@pytest.fixture
def library(imapspec):
    return pathlib.Path(imapspec.path).resolve().parent / "libimapspec.a"


def test_example(library, tmp_path):
    """It compiles with the header and the library alone, and says what was read."""
    sanitizers = ["-fsanitize=address,undefined"] if b"__asan" in library.read_bytes() else []
    (tmp_path / "example.c").write_text(EXAMPLE)
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", *sanitizers,
                    "-I", TOP / "parser", tmp_path / "example.c", library,
                    "-o", tmp_path / "example"], check=True)
    run = subprocess.run([tmp_path / "example"], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert run.stdout == "2 number\n2 mailbox-data\n0 response-data\n0 response\n"


def test_allocates_nothing(library):
    listing = subprocess.run(["nm", "--undefined-only", library], check=True,
                             capture_output=True, text=True).stdout
    needed = set(re.findall(r"^ +U (\w+)$", listing, re.M))
    assert "memchr" in needed
    assert not needed & {"malloc", "calloc", "realloc", "aligned_alloc", "strdup", "free"}


def test_has_no_state(library):
    """Neither initialised nor zeroed data that could be written."""
    listing = subprocess.run(["nm", "--defined-only", library], check=True,
                             capture_output=True, text=True).stdout
    writable = re.findall(r"^\w+ [BbC] (?!__)(\w+)", listing, re.M)
    assert "T imap_parser_feed" in listing
    assert not writable
