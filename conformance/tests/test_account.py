"""No account is harmed, and nothing is left behind."""
import pathlib
import signal
import subprocess
import time

import pytest

from accounts import Account

DIALOGS = pathlib.Path(__file__).resolve().parent.parent / "dialogs"
WAIT_SECONDS = 60

SLOW = """\
# The dialog is still at it when the signal comes.
section: RFC 3501, 6.1.2
state:   selected
mailbox: blob 3

!wait 60s
C: a1 NOOP
S: a1 OK NOOP completed
"""

LOCKED = """\
# The dialog breaks off while its user has no right to remove the mailbox.
needs:   ACL
mailbox: blob 1

C: a1 SETACL blob ${user} l
S: a1 OK Setacl complete
C: a2 NOOP
S: a2 NO That's all
"""


@pytest.fixture
def account(dovecot, request):
    """An account with mail in it, one for each test."""
    number = 33 + sum(map(ord, request.node.name)) % 32
    with Account(dovecot, number) as account:
        if "work" not in account.names():
            account.fill()
        yield account


def options(dovecot, account):
    return ["--server", account.url, "--starttls", "--ca-file", dovecot.ca_file]


def test_account_is_as_before(imapspec, dovecot, account):
    before = account.snapshot()
    assert len(before[1]["INBOX"][2]) > 3 and "work" in before[0], "there is something to lose"
    run = imapspec.play(*options(dovecot, account), "--workers", "4", DIALOGS)
    outcomes = {dialog["outcome"] for dialog in run.report["dialogs"]}
    assert {"pass", "skip"} <= outcomes, "some dialogs need a disposable account, others do not"
    assert account.snapshot() == before


def test_disposable_account_is_used(imapspec, dovecot, account):
    """The control: these dialogs would do harm, if they were not told apart."""
    before = account.snapshot()
    run = imapspec.play(*options(dovecot, account), "--disposable-account", "--filter",
                        "handbook/*", DIALOGS)
    assert "pass" in {dialog["outcome"] for dialog in run.report["dialogs"]}
    assert account.snapshot() != before


def test_rights_are_taken_back(imapspec, dovecot, account, tmp_path):
    before = account.names()
    (tmp_path / "locked.dialog").write_text(LOCKED)
    run = imapspec.play(*options(dovecot, account), tmp_path)
    assert [dialog["outcome"] for dialog in run.report["dialogs"]] == ["fail"]
    assert account.names() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_in_mid_run(imapspec, dovecot, account, tmp_path, number):
    before = account.snapshot()
    for name in ["1-slow", "2-never"]:
        (tmp_path / f"{name}.dialog").write_text(SLOW)
    report = tmp_path / "report"
    process = subprocess.Popen(imapspec.command("run", *options(dovecot, account), "--format",
                                                "json", "--output", report, tmp_path))
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while not any("/blob" in name for name in account.names()):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(WAIT_SECONDS) == 1
    finally:
        process.kill()
    assert account.snapshot() == before, "scratch mailboxes are gone, all else is there"
    assert '"interrupted": true' in report.read_text()
    assert "2-never" not in report.read_text() or '"outcome": "pass"' not in report.read_text()
