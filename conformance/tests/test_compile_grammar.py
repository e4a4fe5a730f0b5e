"""compile-grammar, which makes the tables at build time: what it writes, and how it fails."""
import pathlib
import subprocess

import pytest

ROOTS = ["greeting", "response", "command", "continuation", "sasl-line", "done",
         "after-authenticate", "after-idle"]
SOME = '; Some "grammar" \\ \u00e9.\nsome = "x" %x0A\n' + "".join(f"@root {root} some\n" for root in ROOTS)


class Folder:
    """A grammar folder, and compile-grammar run on it."""

    def __init__(self, program, path):
        self.program, self.path = program, path
        self.write("files", "# A comment.\nsome\n")
        self.write("some.abnf", SOME)
        self.write("expected-conflicts", "# None.\n")

    def write(self, name, text):
        (self.path / name).write_text(text)

    def compile(self, *arguments):
        arguments = arguments or (self.path, self.path / "tables.c", self.path / "texts.c")
        return subprocess.run([self.program, *arguments], capture_output=True, text=True,
                              timeout=60)


@pytest.fixture
def folder(imapspec, tmp_path):
    return Folder(pathlib.Path(imapspec.path).resolve().parent / "compile-grammar", tmp_path)


def test_tables_and_texts(folder):
    run = folder.compile()
    assert run.returncode == 0 and not run.stderr
    assert run.stdout.startswith("1 rules, 0 extensions, ")
    assert '{"some", "some", "x\\012", ' in (folder.path / "tables.c").read_text()
    texts = (folder.path / "texts.c").read_text()
    octets = texts.split("text_0[] = {")[1].split("}")[0].split(",")
    assert bytes(map(int, octets)) == SOME.encode() + b"\0"
    assert f'{{"{folder.path}/some.abnf", (const char *)text_0, {len(SOME.encode())}}}' in texts
    assert "grammar_text_count = 1;" in texts


@pytest.mark.parametrize("name, text, problem", [
    ("some.abnf", SOME + "other = nothing\n", "/some.abnf:11:9: no rule nothing"),
    ("some.abnf", SOME.replace("@root done some\n", ""), "there is no @root done"),
    ("some.abnf", SOME + "@root end some\n", "/some.abnf:11:6: no root is called end"),
    ("some.abnf", SOME.replace('"x" %x0A', '1*"x"'), "the message is complete, or goes on"),
    ("some.abnf", 5_000_000 * ";", "/some.abnf: can't be read, or is too large"),
    ("files", "some\nother\n", "/other.abnf: No such file or directory"),
    ("files", 200 * "some\n", "/files: more than 128 files"),
    ("files", 5000 * "x", "File name too long"),
    ("expected-conflicts", "a | b -> a ; why\n", "/expected-conflicts:1:1: there is no conflict"),
], ids=lambda value: None if len(value) < 100 else "long")
def test_problems(folder, name, text, problem):
    folder.write(name, text)
    run = folder.compile()
    assert run.returncode == 1 and problem in run.stderr


@pytest.mark.parametrize("name", ["files", "expected-conflicts"])
def test_missing_lists(folder, name):
    (folder.path / name).unlink()
    run = folder.compile()
    assert run.returncode == 1 and run.stderr == f"{folder.path}/{name}: No such file or directory\n"


def test_output_that_cannot_be_written(folder):
    for outputs in [("/nonexistent/tables.c", folder.path / "texts.c"),
                    (folder.path / "tables.c", "/nonexistent/texts.c")]:
        run = folder.compile(folder.path, *outputs)
        assert run.returncode == 1 and "/nonexistent/" in run.stderr
    for outputs in [("/dev/full", folder.path / "texts.c"), (folder.path / "tables.c", "/dev/full")]:
        run = folder.compile(folder.path, *outputs)
        assert run.returncode == 1 and run.stderr == "/dev/full: No space left on device\n"


def test_usage(folder):
    run = folder.compile(folder.path)
    assert run.returncode == 1 and run.stderr.startswith("usage: compile-grammar ")
