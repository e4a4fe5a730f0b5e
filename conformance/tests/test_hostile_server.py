"""Servers that mean harm, or are no IMAP servers at all: each ends in a sentence about what is
wrong, in bounded memory and bounded time."""
import resource
import subprocess

import pytest

from small_server import Close, Endless, Silence, SmallServer

TIMEOUT_SECONDS = 1   # of every read
RUN_SECONDS = 60      # after that the program hangs
MEMORY_KIB = 1 << 20  # generous: the program promises less, but sanitizers need more

DIALOG = """\
# A mailbox is selected.
section: RFC 3501, 6.3.1
mailbox: blob 1

C: select SELECT blob
S: * 1 EXISTS
S: select OK SELECT completed
"""


@pytest.fixture
def play(imapspec, tmp_path):
    """Plays the dialog within the bounds."""
    def play(url, *options):
        (tmp_path / "select.dialog").write_text(DIALOG)
        run = imapspec.play("--server", url, "--timeout", TIMEOUT_SECONDS, *options,
                            tmp_path / "select.dialog", timeout=RUN_SECONDS)
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY_KIB
        return run
    return play


def complaints(run):
    """All that a run says is wrong, as one text."""
    if not run.output:
        return run.problems
    dialog = run.dialog
    parts = dialog["failures"] + dialog["findings"]
    return "\n".join([dialog["reason"] or "", *(part["sentence"] for part in parts)]).strip()


HOSTILE = {
    # name: (a word of the complaint, what the server says)
    "endless line": ("line is longer", [Endless(b"a" * 65536)]),
    "endless text": ("line is longer", [b"* OK ", Endless(b"a" * 65536)]),
    "endless CR": ("got CR", [Endless(b"\r" * 65536)]),
    "endless list": ("line is longer", [b"* FLAGS (", Endless(b"\\a " * 20000)]),
    "endless responses": ("nothing completes", [Endless(b"* OK still here\r\n" * 1000)]),
    "endless wrong lines": ("nothing completes", [Endless(b"*\r\n" * 1000)]),
    "endless nesting": ("nest deeper", [b"* 1 FETCH (BODY ", Endless(b"(" * 65536)]),
    "literal over all bounds": (
        "literal is larger", [b"* 1 FETCH (BODY[] {999999999999}\r\n", Silence]),
    "literal over 64 bits": (
        "literal is larger", [b"* 1 FETCH (BODY[] {99999999999999999999}\r\n", Silence]),
    "literal over all bounds, sent": (
        "literal is larger", [b"* 1 FETCH (BODY[] {999999999999}\r\n", Endless(b"a" * 65536)]),
    "literal that never ends": (
        "no more within", [b"* 1 FETCH (BODY[] {1000000}\r\nabc", Silence]),
    "literal cut off": ("closed", [b"* 1 FETCH (BODY[] {1000000}\r\nabc", Close]),
    "number over 32 bits": ("over the range", [b"* 4294967296 EXISTS\r\n"]),
    "NULs": ("got NUL", [b"\0" * 100 + b"\r\n"]),
    "NUL in text": ("got NUL", [b"* OK a\0b\r\n"]),
    "NUL in a literal": ("NUL", [b"* 1 FETCH (BODY[] {1}\r\n\0)\r\n"]),
    "octets over 127": ("got %x80", [bytes(range(128, 256)) + b"\r\n"]),
    "octets over 127 in text": ("IMAP4rev2", [b"* OK \xc3\xa4\r\n"]),
    "another protocol": ("closed", [b"HTTP/1.1 400 Bad Request\r\nServer: a\r\n\r\n", Close]),
    "nothing": ("no answer within", [Silence]),
    "half a line": ("no more within", [b"* O", Silence]),
    "close": ("closed", [Close]),
    "close in a line": ("closed", [b"* O", Close]),
    "BYE": ("closed", [b"* BYE go away\r\n", Close]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_instead_of_greeting(play, name):
    with SmallServer(greeting=HOSTILE[name][1]) as server:
        run = play(server.url)
    assert run.status in (1, 2) and complaints(run), run.output


@pytest.mark.parametrize("name", HOSTILE)
def test_before_answers_to_the_runner(play, name):
    _, hostile = HOSTILE[name]
    with SmallServer(lambda tag, replies: hostile + replies, breaks_all=True) as server:
        run = play(server.url)
    assert run.status in (1, 2) and complaints(run), run.output


@pytest.mark.parametrize("name", HOSTILE)
def test_before_answers_to_the_dialog(play, name):
    word, hostile = HOSTILE[name]
    with SmallServer(lambda tag, replies: hostile + replies) as server:
        run = play(server.url)
        assert run.status == 1 and word in complaints(run), complaints(run)
        assert list(server.mailboxes) == [b"INBOX"], "the runner cleans up"


def test_no_server(play):
    with SmallServer() as server:
        url = server.url
    run = play(url)
    assert run.status == 2 and "refused" in complaints(run)


# ---- TLS -----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Makes a self-signed certificate for a host, with its key in the same file."""
    def certificate(host):
        folder = tmp_path_factory.mktemp("certificate")
        path = folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        f"/CN={host}", "-addext", f"subjectAltName={host}", "-keyout",
                        folder / "key.pem", "-out", path], check=True, capture_output=True)
        with path.open("ab") as both:
            both.write((folder / "key.pem").read_bytes())
        return path
    return certificate


@pytest.fixture(params=[False, True], ids=["tls", "starttls"])
def starttls(request):
    return request.param


@pytest.fixture
def tls_options(starttls):
    return ["--starttls"] if starttls else []


def test_trusted_certificate(play, certificate, starttls, tls_options):
    pem = certificate("DNS:localhost")
    with SmallServer(certificate=pem, starttls=starttls) as server:
        run = play(server.url, "--ca-file", pem, *tls_options)
    assert run.status == 0, complaints(run)


def test_certificate_for_address(play, certificate):
    pem = certificate("IP:127.0.0.1")
    with SmallServer(certificate=pem) as server:
        run = play(server.url.replace("localhost", "127.0.0.1"), "--ca-file", pem)
    assert run.status == 0, complaints(run)


@pytest.mark.parametrize("host, trusted", [("DNS:other.example", True), ("DNS:localhost", False)],
                         ids=["other host", "nobody's"])
def test_bad_certificate(play, certificate, starttls, tls_options, host, trusted):
    pem = certificate(host)
    with SmallServer(certificate=pem, starttls=starttls) as server:
        run = play(server.url, *(["--ca-file", pem] if trusted else []), *tls_options)
        assert run.status == 2 and "certificate" in complaints(run), complaints(run)
        assert "LOGIN" not in server.commands
        run = play(server.url, "--insecure", *tls_options)
        assert run.status == 0, complaints(run)


@pytest.mark.parametrize("greeting", [[b"* OK in clear\r\n"], [Silence], [Close], [b"\0" * 1000],
                                      [Endless(b"\x16\x03\x03" * 1000)]],
                         ids=["clear text", "silence", "close", "NULs", "endless"])
def test_no_handshake(play, greeting):
    with SmallServer(greeting=greeting) as server:
        run = play(server.url.replace("imap:", "imaps:"))
        assert run.status == 2 and "TLS" in complaints(run), complaints(run)


def test_starttls_refused(play):
    with SmallServer() as server:
        run = play(server.url, "--starttls")
        assert run.status == 2 and "STARTTLS" in complaints(run), complaints(run)
        assert "LOGIN" not in server.commands, "no password in clear text"


def test_starttls_comes_before_the_password(imapspec, tmp_path, certificate):
    """Even where a dialog reads the greeting and logs in itself."""
    dialog = tmp_path / "login.dialog"
    dialog.write_text("# A login.\nsection: RFC 3501, 6.2.3\nstate: greeting\n\n"
                      "S: * OK server ready\nC: a LOGIN ${user} ${password}\nS: a OK done\n")
    pem = certificate("DNS:localhost")
    with SmallServer(certificate=pem, starttls=True) as server:
        run = imapspec.play("--server", server.url, "--ca-file", pem, "--starttls", "--timeout",
                            TIMEOUT_SECONDS, dialog)
        assert run.status == 0, complaints(run)
        commands = [command for command in server.commands if command != "CAPABILITY"]
    assert commands.count("LOGIN") > 0
    for index, command in enumerate(commands):
        assert command != "LOGIN" or commands[index - 1] == "STARTTLS", commands


def test_starttls_injection(play, certificate):
    """What comes in clear after the answer to STARTTLS may be anybody's."""
    def inject(tag, replies):
        injected = [b"* CAPABILITY IMAP4rev1 INJECTED\r\n"] if b" begin TLS" in replies[-1] else []
        return [b"".join(replies + injected)]

    pem = certificate("DNS:localhost")
    with SmallServer(inject, breaks_all=True, certificate=pem, starttls=True) as server:
        run = play(server.url, "--ca-file", pem, "--starttls")
        assert run.status in (1, 2) and "clear" in complaints(run), complaints(run)
