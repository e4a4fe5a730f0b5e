"""imapspec run as its user sees it: options, formats, exit status."""
import os
import pathlib
import re
import xml.etree.ElementTree

import pytest

from small_server import SmallServer

DIALOGS = pathlib.Path(__file__).resolve().parent.parent / "dialogs"

PASS = """\
# NOOP does nothing.
section: RFC 3501, 6.1.2

C: a1 NOOP
S: a1 OK NOOP completed
"""
FAIL = PASS.replace("S: a1 OK", "S: a1 NO").replace("nothing", "something")
SKIP = PASS.replace("section:", "needs: X-NOBODY-HAS\nsection:")


@pytest.fixture
def server():
    with SmallServer() as server:
        yield server


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "some").mkdir()
    for name, text in [("pass", PASS), ("fail", FAIL), ("skip", SKIP)]:
        (tmp_path / f"some/{name}.dialog").write_text(text)
    return tmp_path


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["run"], ["run", "--nonsense", DIALOGS], ["run", DIALOGS],
    ["run", "--server", "http://user:secret@localhost", DIALOGS],
    ["run", "--server", "imap://localhost", DIALOGS],
    ["run", "--server", "imap://user:secret@localhost", "--timeout", "soon", DIALOGS],
    ["run", "--server", "imap://user:secret@localhost", "-j", "0", DIALOGS],
    ["run", "--server", "imap://user:secret@localhost", "--format", "prose", DIALOGS],
    ["run", "--server", "imap://user:secret@localhost", "--filter", "nosuch/*", DIALOGS],
])
def test_usage_errors(imapspec, arguments):
    run = imapspec(*arguments)
    assert run.status == 2 and run.problems and not run.output


def test_help(imapspec):
    for arguments in [["--help"], ["run", "--help"]]:
        run = imapspec(*arguments)
        assert run.status == 0 and "run" in run.output and not run.problems


@pytest.mark.parametrize("names, status", [(["pass"], 0), (["skip"], 0), (["pass", "skip"], 0),
                                           (["fail"], 1), (["pass", "fail"], 1)])
def test_exit_status(imapspec, server, folder, names, status):
    paths = [folder / f"some/{name}.dialog" for name in names]
    run = imapspec("run", "--server", server.url, *paths)
    assert run.status == status, run.output


def test_one_failure_stops_no_other(imapspec, server, folder):
    run = imapspec.play("--server", server.url, folder)
    outcomes = {dialog["id"]: dialog["outcome"] for dialog in run.report["dialogs"]}
    assert outcomes == {"some/fail": "fail", "some/pass": "pass", "some/skip": "skip"}
    assert run.report["summary"]["total"] == 3


def test_list(imapspec):
    run = imapspec("run", "--list", DIALOGS)
    assert run.status == 0
    assert len(run.output.splitlines()) == len(list(DIALOGS.rglob("*.dialog")))


def test_filter(imapspec):
    run = imapspec("run", "--list", "--filter", "rfc2060/6.3*", DIALOGS)
    ids = [line.split()[0] for line in run.output.splitlines()]
    files = (DIALOGS / "rfc2060").glob("6.3*.dialog")
    assert sorted(ids) == sorted(f"rfc2060/{path.stem}" for path in files) and ids


def test_text(imapspec, server, folder):
    run = imapspec("run", "--server", server.url, folder)
    assert "\x1b" not in run.output, "no colours but on a terminal"
    for part in ["some/fail", "a1 NO", "a1 OK NOOP completed", "fail.dialog:5", "X-NOBODY-HAS"]:
        assert part in run.output, run.output
    assert "secret" not in run.output


def test_junit(imapspec, server, folder):
    run = imapspec("run", "--server", server.url, "--format", "junit", folder)
    root = xml.etree.ElementTree.fromstring(run.output)
    cases = list(root.iter("testcase"))
    assert len(cases) == 3 and run.status == 1
    assert [len(list(root.iter(name))) for name in ["failure", "skipped", "error"]] == [1, 1, 0]


def test_tap(imapspec, server, folder):
    run = imapspec("run", "--server", server.url, "--format", "tap", folder)
    assert run.output.startswith("TAP version 14\n1..3\n")
    lines = re.findall(r"^(ok|not ok) (\d) - (\S+).*?( # SKIP)?", run.output, re.M)
    assert [(line[0], line[2]) for line in lines] == [
        ("not ok", "some/fail"), ("ok", "some/pass"), ("ok", "some/skip")]


def test_output_file(imapspec, server, folder):
    run = imapspec("run", "--server", server.url, "--format", "tap", "--output", folder / "report",
                   folder)
    assert run.status == 1 and run.output == ""
    assert (folder / "report").read_text().startswith("TAP version 14")


def test_password_from_environment(imapspec, server, folder):
    url = server.url.replace(":secret@", "@")
    run = imapspec("run", "--server", url, folder / "some/pass.dialog",
                   env={**os.environ, "IMAPSPEC_PASSWORD": "secret"})
    assert run.status == 0, run.output
    run = imapspec("run", "--server", url, folder / "some/pass.dialog",
                   env={**os.environ, "IMAPSPEC_PASSWORD": "wrong"})
    assert run.status == 2, run.output


def test_workers_have_accounts_of_their_own(imapspec, dovecot):
    options = ["--server", dovecot.url, "--starttls", "--ca-file", dovecot.ca_file,
               "--disposable-account", "--filter", "rfc2060/6.[1-3]*", DIALOGS]

    def outcomes(*more):
        report = imapspec.play(*options, *more).report
        return {dialog["id"]: dialog["outcome"] for dialog in report["dialogs"]}

    assert outcomes("-j", "4") == outcomes()


def test_shared_account_is_not_wiped_by_several(imapspec, server):
    run = imapspec("run", "--server", server.url, "-j", "2", "--disposable-account", DIALOGS)
    assert run.status == 2 and "%d" in run.problems
    assert server.connections == 0
