"""The pytest plugin: .dialog files are tests, with the outcomes that pytest has for them."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

from small_server import SmallServer

PLUGIN = pathlib.Path(__file__).resolve().parents[1]

PASS = """\
# NOOP does nothing.
section: RFC 3501, 6.1.2

C: a1 NOOP
S: a1 OK NOOP completed
"""
DIALOGS = {
    "pass": PASS,
    "fail": PASS.replace("a1 OK", "a1 NO"),
    "skip": PASS.replace("section:", "needs: X-NOBODY-HAS\nsection:"),
    "warn": PASS.replace("a1 OK", "a1 NO").replace("section:", "level: SHOULD\nsection:"),
    "broken": "nonsense\n",
}


@pytest.fixture
def run_pytest(imapspec, tmp_path):
    for name, text in DIALOGS.items():
        (tmp_path / f"{name}.dialog").write_text(text)

    def run_pytest(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-p",
             "no:xdist", "--rootdir", tmp_path, "--imapspec", imapspec.path, *arguments, tmp_path],
            capture_output=True, text=True, cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(PLUGIN)})
    return run_pytest


def test_outcomes(run_pytest):
    with SmallServer() as server:
        run = run_pytest("--imap-server", server.url)
    assert "2 failed, 2 passed, 1 skipped, 1 warning" in run.stdout, run.stdout + run.stderr
    assert "fail.dialog:5: " in run.stdout and "a1 OK NOOP completed" in run.stdout
    assert re.search(r"broken.dialog:1:1: ", run.stdout)


def test_own_server(run_pytest):
    """Without a server's URL, Dovecot is started."""
    run = run_pytest("-k", "pass")
    assert "1 passed" in run.stdout, run.stdout + run.stderr


def test_no_program(run_pytest, tmp_path):
    run = run_pytest("--imapspec", tmp_path / "nosuch")
    assert run.returncode != 0 and "nosuch" in run.stdout + run.stderr
