"""The manual page and the completion know what the program knows."""
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent.parent
MANUAL, COMPLETION = HERE / "manual", HERE / "imapspec.bash-completion"
PAGES = [*MANUAL.glob("*.1"), *(HERE.parent / "parser").glob("*.3"),
         *(HERE.parent / "fuzz/manual").glob("*.7")]
COMMANDS = [page.stem.removeprefix("imapspec-") for page in MANUAL.glob("imapspec-*.1")]


def options(imapspec, command):
    return set(re.findall(r"(?<!\S)--([a-z][a-z-]*)", imapspec(command, "--help").output))


def test_every_command_has_a_page(imapspec):
    commands = re.findall(r"^  (\w+) ", imapspec("--help").output, re.M)
    assert sorted(commands) == sorted(COMMANDS)
    for command in commands:
        assert f".It Xr imapspec-{command} 1" in (MANUAL / "imapspec.1").read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_described(imapspec, command):
    page = (MANUAL / f"imapspec-{command}.1").read_text()
    described = set(re.findall(r"Fl -([a-z-]+)", page))
    assert options(imapspec, command) - {"help"} <= described


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_completed(imapspec, command):
    script = (f"source {COMPLETION}; COMP_WORDS=(imapspec {command} --); COMP_CWORD=2; "
              f"_imapspec imapspec -- {command}; echo ${{COMPREPLY[@]}}")
    completed = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    words = {word.removeprefix("--") for word in completed.stdout.split()}
    assert options(imapspec, command) | {"help"} == words


@pytest.mark.skipif(not shutil.which("mandoc"), reason="needs mandoc")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_manual_is_well_formed(page):
    lint = subprocess.run(["mandoc", "-T", "lint", page], capture_output=True, text=True)
    # Before it is installed, mandoc finds no other page.
    remarks = [line for line in lint.stdout.splitlines() if "manual not found: Xr" not in line]
    assert not remarks


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_manual_refers_to_its_own_pages(page):
    names = {f"{page.stem} {page.suffix[1:]}" for page in PAGES}
    references = re.findall(r"Xr (\S*imapspec\S* \d)", page.read_text())
    assert references and set(references) <= names
