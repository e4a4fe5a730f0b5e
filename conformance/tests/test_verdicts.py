"""conformance/servers/verdicts.tsv, and what scripts/certify-all makes of reports."""
import importlib.machinery
import importlib.util
import pathlib
import re
import sys

import pytest

CONFORMANCE = pathlib.Path(__file__).resolve().parents[1]
SCRIPTS = CONFORMANCE.parent / "scripts"


@pytest.fixture(scope="module")
def certify_all():
    sys.path.insert(0, str(SCRIPTS))
    loader = importlib.machinery.SourceFileLoader("certify_all", str(SCRIPTS / "certify-all"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("certify_all", loader))
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = writes
    yield module
    sys.path.remove(str(SCRIPTS))


def header(dialog):
    """What stands above the first line that is sent or expected."""
    return re.split(r"^(?:[CS]\d*\W?|!\w.*):? ", dialog.read_text(), 1, re.MULTILINE)[0]


def test_recorded_dialogs_pass_somewhere_or_say_why_not(certify_all):
    unexplained = []
    for name, row in certify_all.read_record().items():
        dialog = CONFORMANCE / f"dialogs/{name}.dialog"
        is_skipped = set(row.values()) <= {"skip", "-"}
        if not dialog.exists() or {"pass", "-"} & set(row.values()) or is_skipped:
            continue  # gone, good, or not tried everywhere
        if "# No server at hand passes:" not in header(dialog):
            unexplained.append(name)
    assert not unexplained


def test_what_is_skipped_everywhere_needs_something(certify_all):
    for name, row in certify_all.read_record().items():
        dialog = CONFORMANCE / f"dialogs/{name}.dialog"
        if dialog.exists() and set(row.values()) <= {"skip", "-"}:
            assert re.search("^(needs|lacks|connections|state):", header(dialog), re.MULTILINE), name


def report(**outcomes):
    return {"dialogs": [{"id": name.replace("_", "/"), "outcome": outcome,
                         "proves": "RFC3501-6.10-1 RFC3501-6.9-1"}
                        for name, outcome in outcomes.items()]}


def test_a_requirement_holds_where_all_its_dialogs_pass(certify_all):
    head, rows = certify_all.requirement_table({
        "good": report(one="pass", two="pass"), "fair": report(one="pass", two="skip"),
        "bad": report(one="pass", two="deviation"), "none": report(one="skip", two="skip")})
    assert head == ["requirement", "good", "fair", "bad", "none"]
    assert rows == [["RFC3501-6.9-1", "proved", "proved", "deviates", "not tested"],
                    ["RFC3501-6.10-1", "proved", "proved", "deviates", "not tested"]]


def test_the_record_is_kept_and_compared(certify_all, tmp_path, monkeypatch):
    monkeypatch.setattr(certify_all, "RECORD", tmp_path / "verdicts.tsv")
    certify_all.write_record({"a": {"dovecot": "pass", "cyrus": "deviation"}}, True)
    certify_all.write_record({"b": {"dovecot": "skip"}}, False)
    assert certify_all.read_record()["a"]["cyrus"] == "deviation"
    assert certify_all.read_record()["b"] == {**dict.fromkeys(certify_all.read_record()["a"], "-"),
                                              "dovecot": "skip"}
    same = {"a": {"dovecot": "pass"}, "new": {"dovecot": "pass"}}
    assert not list(certify_all.differences(same))
    other = {"a": {"dovecot": "fail", "cyrus": "pass"}, "new": {"dovecot": "error"}}
    assert len(list(certify_all.differences(other))) == 3
    certify_all.write_record({"b": {"dovecot": "pass"}}, True)
    assert list(certify_all.read_record()) == ["b"]


def test_deviations_are_of_dialogs_that_there_are():
    for file in (CONFORMANCE / "servers").glob("*/deviations"):
        names = [line.split()[0] for line in file.read_text().splitlines()
                 if line.strip() and line[0] != "#"]
        missing = [name for name in names
                   if not (CONFORMANCE / f"dialogs/{name}.dialog").exists()]
        assert not missing, file
