"""How the mailboxes that a dialog begins with are made."""
import pytest

from small_server import Session, SmallServer

DIALOG = """\
# A mailbox is selected.
mailbox: blob 3
flags:   2:3 \\Seen \\Flagged
recent:  {recent}

C: a SELECT blob
S: * 3 EXISTS
S: a OK SELECT completed
"""


class Unselecting(Session):
    """Offers UNSELECT."""
    def do_capability(self):
        *before, last = super().do_capability()
        return [before[0] + b" UNSELECT", *before[1:], last]

    def do_unselect(self):
        self.mailbox = None
        return [b"OK done"]


@pytest.fixture
def commands(imapspec, tmp_path):
    """The commands that a run sends, by name."""
    def commands(session, *options, recent=0):
        (tmp_path / "one.dialog").write_text(DIALOG.format(recent=recent))
        with SmallServer() as server:
            server.RequestHandlerClass = session
            run = imapspec.play("--server", server.url, "--timeout", "2", *options, tmp_path)
            assert run.dialog["outcome"] == "pass", run.dialog
            return server.commands
    return commands


def test_recent_is_taken_without_an_expunge(commands):
    names = commands(Session)
    assert "EXAMINE" in names and "STORE" not in names


def test_unselect_is_made_use_of(commands):
    names = commands(Unselecting)
    assert "UNSELECT" in names and "EXAMINE" not in names


def test_flags_are_stored_too(commands):
    assert commands(Session, "--store-flags").count("STORE") == 1


def test_what_must_stay_recent_is_not_selected(commands):
    assert "STORE" not in commands(Session, "--store-flags", recent=3)


def test_a_rest_is_no_obstacle(commands):
    assert commands(Session, "--settle", "0.01")
