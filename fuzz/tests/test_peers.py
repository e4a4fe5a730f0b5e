"""The targets for released clients: they read what is harmless, and go on past what breaks a client."""
import os
import pathlib
import re
import subprocess

import pytest

from test_own_targets import make_targets

pytestmark = pytest.mark.own_build

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = TOP / "build/fuzz/libfuzzer-address"
PEERS = ["libetpan_response", "libetpan_session", "c_client_session", "curl_session"]
HARMLESS = [
    b"* OK ready\r\nx OK done\r\n",
    b"* PREAUTH ready\r\n* CAPABILITY IMAP4rev1\r\na OK done\r\nb NO no\r\nc BAD what\r\n",
    b"* OK ready\r\n* CAPABILITY IMAP4rev1\r\na OK done\r\nb OK in\r\n* 1 EXISTS\r\nc OK done\r\n",
    b"no IMAP\r\n",
]
BUGS = {b"b": "read_beyond < parse", b"f": "free_again < parse", b"w": "write_nowhere < parse",
        b"a": "parse", b"i": "follow < parse", b"e": "turn < parse"}


@pytest.fixture(scope="session")
def peers():
    """The folder of the peers' targets."""
    make_targets(f"FUZZ_TARGETS={' '.join(PEERS)}")
    return PROGRAMS


@pytest.fixture(scope="session")
def broken_peer(tmp_path_factory):
    """A program with a bug for each of some letters, linked as a peer's target is."""
    program = tmp_path_factory.mktemp("peer") / "broken_peer"
    wraps = [f"-Wl,--wrap=__asan_report_{access}{size}_noabort"
             for access in ("load", "store") for size in ("1", "2", "4", "8", "16", "_n")]
    subprocess.run(["clang", "-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=fuzzer,address",
                    "-fsanitize-recover=address", *wraps, "fuzz/tests/programs/broken_peer.c",
                    "fuzz/harness/finding.c", "-o", program], cwd=TOP, check=True)
    return program


def run(program, findings, inputs):
    """Replays the inputs, in order."""
    paths = []
    for number, octets in enumerate(inputs):
        paths.append(findings.parent / f"input{number}")
        paths[-1].write_bytes(octets)
    findings.mkdir()
    return subprocess.run([program, "-detect_leaks=0", *paths], capture_output=True, text=True,
                          errors="replace", timeout=60, check=False, cwd=findings.parent,
                          env={**os.environ, "IMAPSPEC_FINDINGS": str(findings)})


@pytest.mark.parametrize("peer", PEERS)
def test_reads_what_is_harmless(peers, tmp_path, peer):
    if not (peers / peer).exists():
        pytest.skip("its library is not here")
    done = run(peers / peer, tmp_path / "findings", HARMLESS)
    assert done.returncode == 0, done.stderr
    assert not list((tmp_path / "findings").iterdir()), done.stderr


def test_goes_on_past_findings_and_keeps_one_input_of_each(broken_peer, tmp_path):
    findings = tmp_path / "findings"
    inputs = [octet + more for more in (b"1", b"2") for octet in BUGS]
    done = run(broken_peer, findings, [*inputs, b"harmless"])
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Executed") == len(inputs) + 1
    told = re.findall(r"^finding: .* in (.*): (/.*)$", done.stderr, re.MULTILINE)
    assert len(told) == len(BUGS)
    for (names, path), (octet, expected) in zip(told, BUGS.items()):
        assert names == expected
        assert pathlib.Path(path).read_bytes() == octet + b"1"
    assert len(list(findings.iterdir())) == len(BUGS)


def test_a_second_run_keeps_no_second_input(broken_peer, tmp_path):
    first, again = tmp_path / "first", tmp_path / "again"
    first.mkdir(), again.mkdir()
    run(broken_peer, first / "findings", [b"w1"])
    (first / "findings").rename(again / "kept")
    kept = {path.name for path in (again / "kept").iterdir()}
    run(broken_peer, again / "findings", [b"w2"])
    assert {path.name for path in (again / "findings").iterdir()} == kept


@pytest.mark.parametrize("octet", [octet for octet in BUGS if octet != b"e"])
def test_the_first_finding_ends_a_run_without_a_folder(broken_peer, tmp_path, octet):
    path = tmp_path / "input"
    path.write_bytes(octet)
    variables = {**os.environ, "IMAPSPEC_FINDINGS": ""}
    done = subprocess.run([broken_peer, path], capture_output=True, env=variables, timeout=60,
                          cwd=tmp_path, check=False)
    assert done.returncode != 0
