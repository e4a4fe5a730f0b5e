"""Our parser and libetpan's make the same of what a server may say, but for what is known."""
import os
import pathlib
import re
import subprocess

import pytest

from test_own_targets import make_targets

pytestmark = pytest.mark.own_build

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
NAME = "libetpan_difference"
MOST = 3000  # responses of the exhaustive ones are tried


def known_differences():
    """Name, source, sentence and kind of each row of the table in known.c, once a name."""
    text = (TOP / "fuzz/difference/known.c").read_text(encoding="utf-8")
    table = text.split("static const struct known differences[] = {")[1].split("\n};")[0]
    strings = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
    rows = re.findall(r"\{" + ",\\s*".join([strings] * 3) + r",\s*KNOWN_(\w+)", table)
    named = {}
    for *texts, kind in rows:
        name, source, sentence = ("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
                                  for text in texts)
        named.setdefault(name, (source, sentence, kind))
    return named


def table():
    """The differences as fuzz/README.md tells of them."""
    kinds = {"VALUE": "another value", "VAGUE": "another value", "REFUSED": "refuses",
             "ACCEPTED": "accepts"}
    lines = ["| difference | libetpan | what | by |", "| --- | --- | --- | --- |"]
    for name, (source, sentence, kind) in sorted(known_differences().items()):
        lines.append(f"| {name} | {kinds[kind]} | {sentence} | {source} |")
    return "\n".join(lines)


def test_readme_tells_of_all_differences():
    assert len(known_differences()) > 20
    assert table() in (TOP / "fuzz/README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def program():
    make_targets(f"FUZZ_TARGETS={NAME}")
    path = TOP / "build/fuzz/libfuzzer-address" / NAME
    if not path.exists():
        pytest.skip("libetpan is neither to be had nor installed")
    return path


def run(program, tmp_path, *arguments):
    findings = tmp_path / "findings"
    findings.mkdir()
    return subprocess.run([program, "-detect_leaks=0", *arguments], cwd=tmp_path, text=True,
                          capture_output=True, errors="replace", check=False, timeout=120,
                          env={**os.environ, "IMAPSPEC_FINDINGS": str(findings)})


def differences(done):
    return re.findall(r"^(?:another value|libetpan refuses|imapspec refuses).*$", done.stderr,
                      re.MULTILINE)


def responses_folder(tmp_path, *responses):
    folder = tmp_path / "responses"
    folder.mkdir()
    for number, response in enumerate(responses):
        (folder / str(number)).write_bytes(response)
    return folder


def test_exhaustive_responses_make_no_new_difference(program, build, tmp_path):
    made = subprocess.run([build / "imapspec", "generate", "--exhaustive", "--raw", "response"],
                          check=True, capture_output=True).stdout
    responses = made.split(b"\r\n* ")
    folder = responses_folder(tmp_path, *(b"* " + response + b"\r\n" for response
                                          in responses[::len(responses) // MOST + 1]))
    done = run(program, tmp_path, "-runs=0", folder)
    assert not differences(done)
    assert re.search(r"^Done \d+ runs", done.stderr, re.MULTILINE)


@pytest.mark.parametrize("first", [b"* 2 EXISTS\r\n", b"* 2 RECENT\r\n"])
def test_new_difference_ends_the_run_and_is_kept(program, tmp_path, monkeypatch, first):
    monkeypatch.setenv("IMAPSPEC_NEW", "number-zero")
    response = first + b"* 0 FETCH (UID 1)\r\n"
    done = run(program, tmp_path, "-runs=0", responses_folder(tmp_path, response))
    assert done.returncode != 0
    assert differences(done) == [
        'imapspec refuses it: mailbox-data at octet 4: expected "E" / "R", got "F"']
    kept, = (tmp_path / "findings").iterdir()
    assert kept.read_bytes() == response
    assert f"finding: difference in what libetpan reads: {kept}" in done.stderr


def test_known_difference_does_not_end_the_run(program, tmp_path):
    done = run(program, tmp_path, "-runs=0", responses_folder(tmp_path, b"* 0 FETCH (UID 1)\r\n"))
    assert done.returncode == 0
    assert not differences(done)


if __name__ == "__main__":
    print(table())
