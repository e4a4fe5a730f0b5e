"""imapspec generate: what it writes is read by imapspec parse as it says."""
import re
import subprocess

import pytest

ESCAPES = {b"r": b"\r", b"n": b"\n", b"\\": b"\\"}


def octets_of(line):
    """The octets that an escaped line stands for."""
    def unescape(match):
        text = match[1]
        return ESCAPES.get(text) or bytes([int(text[1:], 16)])
    return re.sub(rb"\\(r|n|\\|x[0-9a-f]{2})", unescape, line.encode("ascii"))


@pytest.fixture
def generate(imapspec):
    def generate(*arguments):
        run = imapspec("generate", *arguments)
        assert run.status == 0 and not run.problems, run.problems
        return run.output.splitlines()
    return generate


def test_messages(generate, imapspec):
    lines = generate("-n", 200, "--dialect", "all", "command")
    assert len(lines) == 200 and len(set(lines)) > 190
    messages = [octets_of(line) for line in lines]
    assert all(message.endswith(b"\r\n") and len(message) <= 500 for message in messages)
    read = imapspec("parse", "--client", "--quiet", "--dialect", "all", "-",
                    input=b"".join(messages))
    assert "200 messages, " in read.output
    assert not re.search(r"expected|isn't enabled", read.output), read.output


def test_seed(generate):
    lines = generate("-n", 20, "response")
    assert lines == generate("--count", 20, "--seed", 0, "response")
    assert lines[:5] == generate("-n", 5, "response")
    assert lines != generate("-n", 20, "--seed", 1, "response")


def test_rule(generate):
    assert set(generate("-n", 50, "status-att")) >= {"UIDNEXT", "MESSAGES"}
    assert all(0 <= int(line) < 2**32 for line in generate("-n", 500, "number"))


def test_size(generate, imapspec):
    assert all(len(octets_of(line)) <= 12 for line in generate("-n", 100, "--size", 12, "command"))
    run = imapspec("generate", "--size", 3, "command")
    assert run.status == 2 and "the shortest 'command' has " in run.problems


def test_raw(imapspec):
    lines = imapspec("generate", "-n", 50, "command").output.splitlines()
    raw = subprocess.run([imapspec.path, "generate", "-n", "50", "--raw", "command"],
                         capture_output=True, check=True).stdout
    assert raw == b"".join(octets_of(line) for line in lines)


def test_dialect(generate):
    everything = " ".join(generate("-n", 2000, "--dialect", "all", "command")).upper()
    base = " ".join(generate("-n", 2000, "command")).upper()
    condstore = " ".join(generate("-n", 2000, "--enable", "CONDSTORE", "command")).upper()
    assert "UNCHANGEDSINCE" in everything and "UNCHANGEDSINCE" in condstore
    assert "UNCHANGEDSINCE" not in base


def test_grammar(generate, imapspec, tmp_path):
    grammar = tmp_path / "x-view.abnf"
    grammar.write_text('@extension X-VIEW\nx-view = "VIEWS" SP %s"on"\ncommand-auth =/ x-view\n')
    options = ["--grammar", grammar]
    assert re.fullmatch("views on", generate(*options, "x-view")[0], re.I)
    assert not [line for line in generate(*options, "-n", 2000, "command") if "VIEWS on" in line]
    assert [line for line in generate(*options, "--enable", "X-VIEW", "-n", 2000, "command")
            if "VIEWS on" in line]
    grammar.write_text("x-view = nosuch\n")
    run = imapspec("generate", *options, "x-view")
    assert run.status == 2 and "x-view.abnf:1:10: no rule nosuch" in run.problems


# ---- complete sets -------------------------------------------------------------------------------

def cases(lines):
    for line in lines:
        offset, rule, message = line.split("\t")
        yield int(offset), rule, octets_of(message)


def test_exhaustive(generate, imapspec):
    found = list(cases(generate("--exhaustive", "--dialect", "all", "greeting")))
    read = imapspec("parse", "--quiet", "--dialect", "all", "--root", "greeting", "-",
                    input=found[0][2])
    assert read.status == 0, read.output
    read = imapspec("parse", "--quiet", "--dialect", "all", "-", input=b"".join(
        b"* BYE" + message[message.index(b" ", 2):] for _, _, message in found))
    assert f"\n{len(found)} messages, " in "\n" + read.output
    assert not re.search(r"expected|isn't enabled", read.output), read.output
    assert all(offset <= len(message) for offset, _, message in found)
    assert len({message for _, _, message in found}) > 500


@pytest.mark.parametrize("root", ["greeting", "sasl-line", "done", "continuation"])
def test_invalid(generate, imapspec, root):
    found = list(cases(generate("--exhaustive", "--invalid", "--dialect", "all", root)))
    for offset, rule, message in found[::len(found) // 10 + 1]:
        read = imapspec("parse", "--quiet", "--dialect", "all", "--root", root, "-", input=message)
        assert read.status == 1
        assert f"\n{offset}: {rule}: expected " in "\n" + read.output, (message, read.output)


def test_exhaustive_leaves_other_dialects_out(generate):
    base, everything = [generate("--exhaustive", "--dialect", dialect, "continuation")
                        for dialect in ("rev1", "all")]
    assert set(base) <= set(everything)
    command = generate("--exhaustive", "--dialect", "rev1", "command")
    assert [line for line in command if "select a\\r" in line]
    assert not [line for line in command if "unselect\\r" in line]


# ---- errors --------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments", [
    [], ["command", "response"], ["--nonsense", "command"], ["-n", "0", "command"],
    ["-n", "x", "command"], ["--seed", "-1", "command"], ["--size", "99999999999", "command"],
    ["--dialect", "nosuch", "command"], ["--enable", "nosuch", "command"],
    ["--grammar", "/nonexistent", "command"], ["--invalid", "command"],
    ["--exhaustive", "-n", "5", "command"], ["--exhaustive", "--invalid", "--raw", "command"],
    ["--exhaustive", "mailbox"]])
def test_usage_errors(imapspec, arguments):
    run = imapspec("generate", *arguments)
    assert run.status == 2 and run.problems and not run.output


@pytest.mark.parametrize("name, meant", [("comand", "command"), ("reponse", "response"),
                                         ("Mail-Box", "mailbox"), ("search_key", "search-key")])
def test_unknown_name(imapspec, name, meant):
    run = imapspec("generate", name)
    assert run.status == 2
    assert run.problems == (f"imapspec generate: there is no root or rule '{name}'; "
                            f"{meant} meant?\n")


def test_closed_pipe(imapspec):
    with subprocess.Popen([imapspec.path, "generate", "-n", str(2**63), "command"],
                          stdout=subprocess.PIPE) as running:
        assert running.stdout.readline()
        running.stdout.close()
        running.wait(timeout=60)


def test_full_device(imapspec):
    with open("/dev/full", "wb") as full:
        run = subprocess.run([imapspec.path, "generate", "-n", str(2**63), "command"], stdout=full,
                             stderr=subprocess.PIPE, timeout=60, check=False)
    assert run.returncode == 2 and b"No space left" in run.stderr
