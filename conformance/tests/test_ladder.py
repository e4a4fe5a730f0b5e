"""How the runner comes to where a dialog starts: other ways to log in, to send literals, to name
mailboxes; and that it leaves nothing behind when its own connection breaks."""
import base64

import pytest

import small_server
from small_server import Close, Session, SmallServer

DIALOG = """\
# A mailbox below another one.
section: RFC 3501, 6.3.1
mailbox: work/blob 3
flags:   1 \\Seen

C: a SELECT work/blob
S: * 3 EXISTS
S: a OK SELECT completed
C: b LIST "" work/*
S: * LIST (...) "/" work/blob
S: b OK LIST completed
C: c SEARCH UNSEEN
S: * SEARCH 2 3
S: c OK SEARCH completed
"""


@pytest.fixture
def play(imapspec, tmp_path):
    """Plays a dialog against a server whose sessions are of this class."""
    def play(session=Session, dialog=DIALOG, account="user:secret", **settings):
        (tmp_path / "one.dialog").write_text(dialog)
        with SmallServer(**settings) as server:
            server.RequestHandlerClass = session
            url = server.url.replace("user:secret", account)
            assert account in url
            run = imapspec.play("--server", url, "--timeout", "2", tmp_path / "one.dialog")
            run.server = server
            return run
    return play


def assert_passed(run):
    assert run.dialog["outcome"] == "pass" and run.status == 0, run.output
    assert list(run.server.mailboxes) == [b"INBOX"], "the runner cleans up"


class Authenticating(Session):
    def do_capability(self):
        return [b"CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN", b"OK CAPABILITY completed"]

    def do_login(self, *_):
        return [b"NO LOGIN is disabled"]

    def do_authenticate(self, mechanism):
        self.send([b"+ \r\n"])
        response = base64.b64decode(self.rfile.readline())
        good = mechanism == b"PLAIN" and response == b"\0user\0secret"
        return [b"OK logged in" if good else b"NO wrong password"]


def test_authenticate_where_login_is_disabled(play):
    run = play(Authenticating)
    assert_passed(run)
    assert "LOGIN" not in run.server.commands


@pytest.mark.parametrize("response, answer, expected", [
    ("plain", "a1 OK logged in", "NO"), ("wrong-plain", "a1 NO wrong password", "OK")])
def test_a_dialog_authenticates_itself(play, response, answer, expected):
    run = play(Authenticating, f"""\
# The account's response.
section: none
state: greeting

C: a1 AUTHENTICATE PLAIN
S: + go
C: ${{{response}}}
S: a1 {expected} this is not the answer
""")
    assert run.dialog["outcome"] == "fail" and answer in run.output
    assert base64.b64encode(b"\0user\0secret").decode() not in run.output


class Counting(Session):
    """Keeps the arguments of LOGIN."""

    def do_login(self, user, password):
        self.server.account = (user, password)
        return [b"OK LOGIN completed"]


@pytest.mark.parametrize("capabilities", [b"IMAP4rev1", b"IMAP4rev1 LITERAL+"])
def test_user_and_password_of_any_octets(play, monkeypatch, capabilities):
    monkeypatch.setattr(small_server, "CAPABILITIES", capabilities)
    run = play(Counting, account="%c3%a9%20:%0d%22%5c")
    assert_passed(run)
    assert run.server.account == (b"\xc3\xa9 ", b"\r\"\\")


@pytest.mark.parametrize("capabilities", [b"IMAP4rev1", b"IMAP4rev1 LITERAL+", b"IMAP4rev1 LITERAL-"])
def test_fixtures_with_all_kinds_of_literals(play, monkeypatch, capabilities):
    monkeypatch.setattr(small_server, "CAPABILITIES", capabilities)
    assert_passed(play())


class Dotted(Session):
    """The separator is a dot."""

    def list(self, *arguments):
        return [response.replace(b'"/"', b'"."') for response in super().list(*arguments)]


def test_another_separator(play):
    run = play(Dotted)
    assert_passed(run)
    significant = DIALOG.replace("mailbox:", "separator: /\nmailbox:", 1)
    assert_passed(play(Dotted, significant))
    run = play(Dotted, significant.replace("work/blob", "work/bl.ob"))
    assert run.dialog["outcome"] == "skip" and "separator" in run.dialog["reason"]


def test_greeting_preauth(play):
    run = play(greeting=[b"* PREAUTH small server\r\n"])
    assert_passed(run)
    assert "LOGIN" not in run.server.commands


@pytest.mark.parametrize("command", ["LSUB", "LIST", "UNSUBSCRIBE", "DELETE"])
def test_clean_up_after_the_own_connection_broke(play, command):
    class Breaking(Session):
        def run(self, tag, name, tokens):
            commands = self.server.commands
            late = "SEARCH" in commands and commands.count(command) <= 2
            if name == command.encode() and tag.startswith(b"imapspec") and late:
                commands.append(command)
                raise Close
            return super().run(tag, name, tokens)

    run = play(Breaking, DIALOG.replace("flags:", "subscribed: yes\nflags:", 1))
    assert_passed(run)


def test_what_is_left_behind_is_told(play):
    class Keeping(Session):
        def do_delete(self, name):
            return [b"NO you may not"]

    run = play(Keeping)
    assert run.dialog["outcome"] == "error" and "you may not" in run.dialog["reason"], run.output
    assert run.status == 1


def test_list_that_cannot_be_read_is_told(play):
    class Garbling(Session):
        def list(self, *arguments):
            return [response.replace(b"LIST ()", b"LIST") for response in super().list(*arguments)]

    run = play(Garbling, DIALOG.replace('LIST "" work/*', "NOOP")
               .replace('S: * LIST (...) "/" work/blob\n', ""))
    assert run.dialog["outcome"] == "error" and "can't be read" in run.dialog["reason"], run.output


@pytest.mark.parametrize("command", ["LOGIN", "CREATE", "APPEND", "SELECT"])
def test_failing_step_is_told(play, command):
    class Refusing(Session):
        def run(self, tag, name, tokens):
            if name == command.encode() and tag.startswith(b"imapspec"):
                return [b"%s NO not today\r\n" % tag]
            return super().run(tag, name, tokens)

    run = play(Refusing, DIALOG.replace("flags:", "recent: 1\nflags:", 1))
    told = run.dialog["reason"] if run.output else run.problems
    assert run.status != 0 and command in told and "not today" in told, told
    assert list(run.server.mailboxes) == [b"INBOX"]


def test_password_is_not_told(play):
    dialog = """\
# Somebody logs in.
section: RFC 3501, 6.2.3
state:   greeting

C: a LOGIN ${user} ${password}
S: a NO LOGIN failed
"""
    run = play(dialog=dialog)
    assert run.dialog["outcome"] == "fail"
    assert "secret" not in run.output
    assert "LOGIN ${user} ${password}" in run.output


def test_connections_beside_each_other(play):
    class Telling(Session):
        """A session tells of what others have appended."""

        def do_noop(self):
            return [b"%d EXISTS" % len(self.mailbox.messages), b"OK NOOP completed"]

    run = play(Telling, """\
# Mail that one connection appends is announced on the other.
section: RFC 3501, 5.2
state:   selected
mailbox: blob 1
connections: 2

C1: a1 APPEND blob {4}
C1: abcd
S1: a1 OK APPEND completed
C2: b1 NOOP
S2: * 2 EXISTS
S2!: * 1 EXISTS
S2: b1 OK NOOP completed
!close 2
C1: a2 NOOP
S1: a2 OK NOOP completed
""")
    assert_passed(run)


@pytest.mark.parametrize("needs, outcome", [
    ("rights=", "pass"), ("RIGHTS=texk", "pass"), ("RIGHTS=tex", "skip"), ("RIGHTS", "skip"),
    ("QUOTA=", "skip")])
def test_a_capability_with_any_value(play, needs, outcome):
    class Rights(Session):
        def do_capability(self):
            return [b"CAPABILITY IMAP4rev1 ACL RIGHTS=texk", b"OK CAPABILITY completed"]

    run = play(Rights, DIALOG.replace("section:", f"needs: {needs}\nsection:", 1))
    assert run.dialog["outcome"] == outcome, run.output


class Revision2(Session):
    def do_capability(self):
        return [b"CAPABILITY IMAP4rev2", b"OK CAPABILITY completed"]


@pytest.mark.parametrize("needs, outcome", [
    ("imap4rev2 Move STATUS=SIZE", "pass"), ("MOVE CONDSTORE", "skip"), ("MOV", "skip")])
def test_what_imap4rev2_has_folded_in_is_offered(play, needs, outcome):
    run = play(Revision2, DIALOG.replace("section:", f"needs: {needs}\ndialect: all\nsection:", 1))
    assert run.dialog["outcome"] == outcome, run.output
