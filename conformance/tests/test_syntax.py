"""Dialogs of mode: syntax: what is right is let through, what breaks a rule is found, by its name."""
import pytest

GOOD = """\
# A mailbox is selected, and read.
mode: syntax

C: a1 SELECT blob
S: * FLAGS (\\Seen ...)
S: * 2 EXISTS
S: a1 OK SELECT completed
C: a2 FETCH 2 (UID)
S: * 2 FETCH (UID ${uid:uniqueid})
S: a2 OK FETCH completed
"""

BREACHES = [
    # what must not be sent, the rule
    ("C!: a3 NOOP${hex:00}", "command-any"),
    ("C!: a3 NOOP ", "command-any"),
    ("C!: a3 STORE 1 FLAGS (\\Recent)", "flag-recent"),
    ("C!: a3 STATUS blob (MESSAGES)", "status-selected"),
    ("C!: a3 LOGIN {4}\nC!: me\nC!: secret", "userid"),
    ("S!: * OK [UIDNEXT x] see", "resp-text-code"),
    ("S!: * VANISHED 4", "extension"),
    ("S!: * 1 EXISTS", "exists-shrinks"),
    ("S!: a2 OK again", "tag-unasked"),
    ("S!: * LIST () / blob", "hierarchy-delimiter"),
]


@pytest.fixture
def judge(imapspec, tmp_path):
    def judge(text):
        path = tmp_path / "one.dialog"
        path.write_text(text)
        return imapspec.play(path)
    return judge


def test_what_is_right_passes(judge):
    run = judge(GOOD)
    assert run.status == 0 and run.dialog["outcome"] == "pass", run.output


@pytest.mark.parametrize("message, rule", BREACHES)
def test_a_breach_is_found(judge, message, rule):
    run = judge(f"{GOOD}{message}\n!breaks {rule}\n")
    assert run.dialog["outcome"] == "pass", run.dialog["failures"]


@pytest.mark.parametrize("message, rule", BREACHES)
def test_a_breach_is_found_by_its_name(judge, message, rule):
    run = judge(f"{GOOD}{message}\n!breaks other\n")
    (failure,) = run.dialog["failures"]
    assert failure["line"] == 11
    assert failure["sentence"] == f"it does not break other, but {rule}"


def test_a_message_without_a_breach_fails(judge):
    run = judge(GOOD + "C!: a3 NOOP\n!breaks command-any\n")
    (failure,) = run.dialog["failures"]
    assert failure["sentence"] == "it does not break command-any, but nothing"


@pytest.mark.parametrize("message, rule", [
    ("C: a3 STORE 1 FLAGS (\\Recent)", "flag-recent"), ("C: a3 NOOP NOOP", "command-any")])
def test_what_breaks_a_rule_fails(judge, message, rule):
    run = judge(GOOD + message + "\n")
    (failure,) = run.dialog["failures"]
    assert run.status == 1 and failure["rule"] == rule and failure["line"] == 11
