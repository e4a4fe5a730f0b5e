"""The manual page and the completion know what the program knows."""
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent.parent
MANUAL, COMPLETION = HERE / "imapspec.1", HERE / "imapspec.bash-completion"


def options(imapspec, command):
    return set(re.findall(r"(?<!\S)--([a-z][a-z-]*)", imapspec(command, "--help").output))


@pytest.mark.parametrize("command", ["run", "lint", "parse"])
def test_every_option_is_described(imapspec, command):
    section = re.split(r"\n\.S[hs] ", MANUAL.read_text().split(f".Ss imapspec {command}\n")[1])[0]
    described = set(re.findall(r"Fl -([a-z-]+)", section))
    assert options(imapspec, command) - {"help"} <= described


@pytest.mark.parametrize("command", ["run", "lint", "parse"])
def test_every_option_is_completed(imapspec, command):
    script = (f"source {COMPLETION}; COMP_WORDS=(imapspec {command} --); COMP_CWORD=2; "
              f"_imapspec imapspec -- {command}; echo ${{COMPREPLY[@]}}")
    completed = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    words = {word.removeprefix("--") for word in completed.stdout.split()}
    assert options(imapspec, command) | {"help"} == words


@pytest.mark.skipif(not shutil.which("mandoc"), reason="needs mandoc")
def test_manual_is_well_formed():
    lint = subprocess.run(["mandoc", "-T", "lint", MANUAL], capture_output=True, text=True)
    assert lint.stdout == "" and lint.returncode == 0
