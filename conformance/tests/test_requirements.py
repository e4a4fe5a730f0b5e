"""The lists of requirements, and what proves them."""
import pathlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent.parent
LISTS, DIALOGS = HERE / "requirements", HERE / "dialogs"


def test_every_proof_is_of_a_known_requirement(imapspec):
    run = imapspec("requirements", LISTS, DIALOGS)
    assert run.status == 0 and not run.problems


def test_what_is_not_proved_is_known(imapspec):
    """A requirement that loses its last proof fails here; one that gets its first leaves the list."""
    run = imapspec("requirements", "--uncovered", LISTS, DIALOGS)
    uncovered = [line.split("\t")[0] for line in run.output.splitlines()[:-1]]
    recorded = (LISTS / "uncovered").read_text().splitlines()
    assert uncovered == [line for line in recorded if not line.startswith("#")]


def test_a_list_and_its_proofs(imapspec, tmp_path):
    (tmp_path / "x.tsv").write_text("# a comment\n\nRFC1-2.3-1\tMUST NOT\twire\tIt flies.\n"
                                    "RFC1-2.3-2\tSHOULD\tno\tIt sings.\n"
                                    "RFC1-A-1\tMUST\tlint\tIt swims.\n")
    folder = tmp_path / "dialogs"
    folder.mkdir()
    (folder / "bird.dialog").write_text("# A bird.\nproves: RFC1-2.3-1\n\nC: a1 NOOP\nS: a1 OK x\n")
    run = imapspec("requirements", tmp_path, folder)
    assert run.status == 0 and not run.problems
    assert run.output.splitlines() == [
        "RFC1-2.3-1\tMUST NOT\twire\tIt flies.", "\tbird", "RFC1-2.3-2\tSHOULD\tno\tIt sings.",
        "RFC1-A-1\tMUST\tlint\tIt swims.",
        "3 requirements; wire: 1 of 1 proved; lint: 0 of 1 proved; partial: 0 of 0 proved; "
        "1 can't be seen"]
    run = imapspec("requirements", "--uncovered", tmp_path, folder)
    assert run.output.splitlines()[:-1] == ["RFC1-A-1\tMUST\tlint\tIt swims."]
    (folder / "fish.dialog").write_text("# A fish.\nproves: RFC1-A-1 RFC1-A-11\n\n"
                                        "C: a1 NOOP\nS: a1 OK x\n")
    run = imapspec("requirements", tmp_path, folder)
    assert run.status == 1
    assert run.problems == f"{folder}/fish.dialog: proves RFC1-A-11, which no list has\n"


@pytest.mark.parametrize("line, column, problem", [
    ("RFC1-2-1\tMAY\twire\tIt flies.", 10, "`MAY` is none of"),
    ("RFC1-2-1\tMUST\tear\tIt flies.", 15, "`ear` is none of"),
    ("RFC1-2-1\tMUST\twire\t", 20, "expected one column of text"),
    ("RFC1-2-1\tMUST\twire\ta\tb", 20, "expected one column of text"),
    ("RFC1-2-1", 9, "`` is none of"),
    ("RFC-2-1\tMUST\twire\tIt flies.", 1, "expected an id"),
    ("RFC1-2\tMUST\twire\tIt flies.", 1, "expected an id"),
    ("RFC1-x-1\tMUST\twire\tIt flies.", 1, "expected an id"),
    ("RFC1-2-\tMUST\twire\tIt flies.", 1, "expected an id"),
    ("RFC1-1-1\tMUST\twire\tIt flies.", 1, "there is a requirement of this id already"),
])
def test_errors_in_lists(imapspec, tmp_path, line, column, problem):
    path = tmp_path / "x.tsv"
    path.write_text("RFC1-1-1\tMUST\twire\tIt walks.\n" + line + "\n")
    run = imapspec("requirements", path)
    assert run.status == 1
    assert run.problems.startswith(f"{path}:2:{column}: {problem}")


@pytest.mark.parametrize("arguments", [[], ["--nonsense", "x"]])
def test_usage_errors(imapspec, arguments):
    run = imapspec("requirements", *arguments)
    assert run.status == 2 and run.problems


def test_missing_file(imapspec):
    run = imapspec("requirements", "/no/such/list.tsv")
    assert run.status == 1 and run.problems.startswith("/no/such/list.tsv:")
