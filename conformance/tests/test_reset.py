"""--reset-command: the account is emptied before its first dialog, and where IMAP can't."""
import pytest

from small_server import Session, SmallServer

DIALOG = """\
# A mailbox is selected.
mailbox: blob 1

C: a SELECT blob
S: * 1 EXISTS
S: a OK SELECT completed
"""


class Keeping(Session):
    """Deletes no mailbox."""
    def do_delete(self, name):
        return [b"NO not mine"]


@pytest.fixture
def play(imapspec, tmp_path):
    """Plays two dialogs; the run, and the users whose accounts were reset, in order."""
    def play(session, *options, command='echo "$1" >>"$RESETS"', count=2):
        for number in range(count):
            (tmp_path / f"{number}.dialog").write_text(DIALOG)
        resets = tmp_path / "resets"
        with SmallServer() as server:
            server.RequestHandlerClass = session
            command = command.replace("$RESETS", str(resets))
            run = imapspec.play("--server", server.url, "--timeout", "2", "--reset-command",
                                command, *options, tmp_path)
        return run, resets.read_text().splitlines() if resets.exists() else []
    return play


def outcomes(run):
    return [dialog["outcome"] for dialog in run.report["dialogs"]]


def test_before_the_first_dialog_alone(play):
    run, resets = play(Session, "--disposable-account")
    assert outcomes(run) == ["pass", "pass"] and resets == ["user"]


def test_again_where_mailboxes_stay(play):
    run, resets = play(Keeping, "--disposable-account", count=1)
    assert outcomes(run) == ["pass"] and resets == ["user", "user"]


def test_one_that_fails_is_told_of(play):
    run, resets = play(Session, "--disposable-account", command="exit 3")
    assert outcomes(run) == ["error", "error"] and not resets
    assert run.report["dialogs"][0]["reason"] == "the reset command failed with status 3"


def test_one_that_takes_too_long_is_stopped(play):
    run, resets = play(Session, "--disposable-account", command="sleep 60", count=1)
    assert "it took too long" in run.dialog["reason"]


def test_no_account_is_wiped_unasked(play):
    run, resets = play(Session)
    assert run.status == 2 and "--disposable-account" in run.problems and not resets
