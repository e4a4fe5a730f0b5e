"""imapspec mutate: a proxy that changes nothing, or one thing."""
import pathlib
import re
import signal
import socket
import ssl
import subprocess

import pytest

from small_server import Close, Endless, Silence, SmallServer

HERE = pathlib.Path(__file__).resolve().parent.parent
DIALOGS, REQUIREMENTS = HERE / "dialogs", HERE / "requirements"
SECONDS = 20  # after that the proxy hangs
MEMORY_KIB = 1 << 20


class Proxy:
    """`imapspec mutate`, as long as a `with`; then `applied` says how often each mutation was."""

    def __init__(self, imapspec, upstream, *options):
        self.command = imapspec.command("mutate", "--upstream", upstream, *options)
        self.applied = {}

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        assert self.url, self.process.communicate()[1]
        self.port = int(self.url.rpartition(":")[2])
        return self

    def __exit__(self, *exception):
        self.process.terminate()
        output, self.problems = self.process.communicate(timeout=SECONDS)
        assert self.process.returncode == 0, self.problems
        for line in output.splitlines():
            name, count = line.split("\t")
            self.applied[name] = int(count)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), SECONDS)


class Client:
    """A line at a time."""

    def __init__(self, connection):
        self.connection = connection
        self.file = connection.makefile("rb")

    def send(self, octets):
        self.connection.sendall(octets)

    def read(self):
        return self.file.readline()

    def until(self, start):
        """The lines up to one that begins so."""
        lines = [self.read()]
        while lines[-1] and not lines[-1].startswith(start):
            lines.append(self.read())
        assert lines[-1], lines
        return lines

    def ask(self, tag, command):
        self.send(tag + b" " + command + b"\r\n")
        return self.until(tag + b" ")


def upstream(dovecot):
    return f"imap://localhost:{dovecot.port}"


def tls_options(dovecot):
    return ["--ca-file", dovecot.ca_file, "--certificate", dovecot.ca_file,
            "--key", f"{dovecot.state}/key.pem"]


@pytest.fixture
def proxy(imapspec, dovecot):
    """A proxy in front of Dovecot."""
    def proxy(mutation="none", *options):
        return Proxy(imapspec, upstream(dovecot), "--mutation", mutation, *tls_options(dovecot),
                     *options)
    return proxy


def play(imapspec, dovecot, port, *arguments):
    options = dovecot.options()
    options[options.index("--server") + 1] = f"imap://user1:secret@localhost:{port}"
    return imapspec.play(*options, "--timeout", 5, *arguments, DIALOGS)


# ---- nothing is changed --------------------------------------------------------------------------

UNCHANGED = ["rfc3501/6.2.1-starttls*", "*idle*", "rfc2060/7.5-literal*", "rfc2060/5.*",
             "extensions/literal+/*", "rfc2060/6.2.*", "rfc2060/9-nul", "rfc2060/2.2-command-in-pieces"]


def test_dialogs_end_as_directly(imapspec, dovecot, proxy):
    filters = [word for pattern in UNCHANGED for word in ("--filter", pattern)]
    with proxy() as between:
        run = play(imapspec, dovecot, between.port, *filters)
    directly = play(imapspec, dovecot, dovecot.port, *filters)
    outcomes, expected = [{dialog["id"]: dialog["outcome"] for dialog in report["dialogs"]}
                          for report in (run.report, directly.report)]
    assert len(expected) > 15 and outcomes == expected
    assert between.applied["wrong-tag"] > 10 and between.applied["idle-untold"] > 0


def test_octets_pass_at_once(imapspec):
    """Also those that are no message yet, or never will be."""
    said = [b"* O", Silence]
    with SmallServer(greeting=said) as server, Proxy(imapspec, server.url) as proxy:
        with proxy.connect() as connection:
            assert connection.recv(3, socket.MSG_WAITALL) == b"* O"


def test_two_connections(proxy):
    with proxy() as between, between.connect() as one, between.connect() as other:
        first, second = Client(one), Client(other)
        first.until(b"* OK")
        second.until(b"* OK")
        assert b"OK" in second.ask(b"b", b"NOOP")[-1]
        assert b"OK" in first.ask(b"a", b"NOOP")[-1]


def test_tls_from_the_first_octet(imapspec, dovecot):
    tls = dovecot.tls_url.rpartition(":")[2]
    with Proxy(imapspec, f"imaps://localhost:{tls}", *tls_options(dovecot)) as proxy:
        assert proxy.url.startswith("imaps://")
        context = ssl.create_default_context(cafile=dovecot.ca_file)
        with context.wrap_socket(proxy.connect(), server_hostname="localhost") as connection:
            client = Client(connection)
            client.until(b"* OK")
            assert b"OK" in client.ask(b"a", b"NOOP")[-1]


def test_starttls_without_certificate(imapspec, dovecot):
    """TLS is passed through: it is the server's own certificate that the client sees."""
    with Proxy(imapspec, upstream(dovecot)) as proxy:
        run = play(imapspec, dovecot, proxy.port, "--filter", "rfc2060/6.1.2-noop")
        assert run.status == 0 and run.dialog["outcome"] == "pass"


# ---- one thing is changed ------------------------------------------------------------------------

def login(proxy):
    client = Client(proxy.connect())
    client.until(b"* OK")
    client.ask(b"l", b"LOGIN user2 secret")
    return client


def test_response_is_changed(proxy):
    with proxy("capability-twice") as between:
        lines = login(between).ask(b"a", b"CAPABILITY")
    assert len(lines) == 3 and lines[0] == lines[1]
    assert between.applied == {"capability-twice": 1}


def test_command_is_changed(proxy):
    with proxy("examine-as-select") as between:
        client = login(between)
        client.ask(b"a", b"EXAMINE INBOX")
        assert b"[READ-ONLY]" in client.ask(b"b", b"EXAMINE INBOX")[-1]
        assert b"[READ-WRITE]" not in b"".join(client.ask(b"c", b"NOOP"))


def test_answers_to_own_commands_are_not_shown(proxy):
    with proxy("append-creates") as between:
        client = login(between)
        client.send(b"a APPEND nobody-has-this {1+}\r\nx\r\n")
        (line,) = client.until(b"a ")
        assert b"OK" in line, line
        assert b"OK" in client.ask(b"b", b"DELETE nobody-has-this")[-1]


def test_injected_command_is_run(proxy, dovecot):
    with proxy("starttls-injection") as between:
        connection = between.connect()
        client = Client(connection)
        client.until(b"* OK")
        client.send(b"a STARTTLS\r\nb NOOP\r\n")
        assert b"a OK" in client.read()
        context = ssl.create_default_context(cafile=dovecot.ca_file)
        with context.wrap_socket(connection, server_hostname="localhost") as protected:
            assert b"b OK" in Client(protected).read()
    assert between.applied == {"starttls-injection": 1}


def test_spared_commands(proxy):
    with proxy("capability-missing", "--spare", "run-") as between:
        client = login(between)
        assert len(client.ask(b"run-1", b"CAPABILITY")) == 2
        assert len(client.ask(b"a", b"CAPABILITY")) == 1


def test_dialog_notices(imapspec, dovecot, proxy):
    with proxy("logout-without-bye", "--spare", "imapspec-") as between:
        run = play(imapspec, dovecot, between.port, "--filter", "rfc2060/6.1.3-logout")
    assert run.dialog["outcome"] == "fail" and between.applied


# ---- what can go wrong ---------------------------------------------------------------------------

HOSTILE = {
    "endless line": [b"* OK ", Endless(b"a" * 65536)],
    "endless literal": [b"* 1 FETCH (BODY[] {999999999999}\r\n", Endless(b"a" * 65536)],
    "endless responses": [Endless(b"* OK still here\r\n" * 1000)],
    "NULs": [b"\0" * 100000 + b"\r\n", Close],
    "nothing": [Close],
    "half a line": [b"* O", Close],
    "nesting": [b"* 1 FETCH (BODY ", b"(" * 100000, Close],
    "plus": [b"+ \r\n" * 1000, Close],
}


@pytest.mark.parametrize("mutation", ["none", "search-drop"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_server(imapspec, name, mutation):
    """Whatever it says comes through, and the next client is served."""
    with SmallServer(greeting=HOSTILE[name]) as server:
        with Proxy(imapspec, server.url, "--mutation", mutation, "--timeout", 5) as proxy:
            for _ in range(2):
                with proxy.connect() as connection:
                    said, room = b"", 1 << 21
                    while room > 0 and (octets := connection.recv(65536)):
                        said, room = (said + octets)[:100], room - len(octets)
                first = HOSTILE[name][0]
                assert said[:3] == (b"" if first is Close else first[:3])
            usage = pathlib.Path(f"/proc/{proxy.process.pid}/status").read_text()
            assert int(re.search(r"VmRSS:\s+(\d+)", usage)[1]) < MEMORY_KIB


@pytest.mark.parametrize("octets", [
    b"a LOGIN {999999999999}\r\n", b"a LOGIN {99999999999999999999999}\r\n", b"\0" * 100000,
    b"a" * 200000, b"a {1+}\r\n" * 10000, b"\r\n" * 10000, b"DONE\r\n", b"{}\r\n{+}\r\n}\r\n",
    b"a NOOP\r\n" * 1000], ids=lambda octets: repr(octets[:24]))
def test_hostile_client(proxy, octets):
    with proxy("late") as between:
        with between.connect() as connection:
            connection.sendall(octets)
        with between.connect() as connection:
            assert connection.recv(4) == b"* OK"


def test_no_server(imapspec):
    with SmallServer() as server:
        url = server.url
    with Proxy(imapspec, url) as proxy:
        assert Client(proxy.connect()).read().startswith(b"* BYE")
    assert "refused" in proxy.problems


def test_silence_ends(imapspec):
    with SmallServer(greeting=[Silence]) as server:
        with Proxy(imapspec, server.url, "--timeout", 0.2) as proxy:
            assert proxy.connect().recv(1) == b""


def test_many_connections(proxy):
    with proxy() as between:
        connections = [between.connect() for _ in range(50)]
        for connection in connections:
            assert connection.recv(4) == b"* OK"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it(imapspec, number):
    with SmallServer() as server, Proxy(imapspec, server.url) as proxy:
        client = Client(proxy.connect())
        client.until(b"* OK")
        client.ask(b"a", b"NOOP")
        proxy.process.send_signal(number)
        assert client.read() == b""
        assert proxy.process.wait(SECONDS) == 0


def test_port_is_taken(imapspec):
    with SmallServer() as server:
        run = imapspec("mutate", "--upstream", server.url, "--listen", server.port)
    assert run.status == 2 and "--listen" in run.problems


@pytest.mark.parametrize("arguments, word", [
    ([], "--upstream"),
    (["--upstream", "http://localhost"], "--upstream"),
    (["--upstream", "imaps://localhost"], "--certificate"),
    (["--upstream", "imap://localhost", "--mutation", "nothing"], "no such mutation"),
    (["--upstream", "imap://localhost", "--timeout", "0"], "--timeout"),
    (["--upstream", "imap://localhost", "--certificate", "/nowhere"], "/nowhere"),
    (["--upstream", "imap://localhost", "--listen", "a" * 300 + ":1"], "--listen"),
    (["--upstream", "imap://localhost", "more"], "more"),
])
def test_usage(imapspec, arguments, word):
    run = imapspec("mutate", *arguments)
    assert run.status == 2 and word in run.problems and not run.output


# ---- the table -----------------------------------------------------------------------------------

def test_list(imapspec):
    ids = {line.split("\t")[0] for path in REQUIREMENTS.glob("*.tsv")
           for line in path.read_text().splitlines() if not line.startswith("#")}
    rows = [line.split("\t") for line in imapspec("mutate", "--list").output.splitlines()]
    assert len(rows) >= 60
    assert len({name for name, _, _ in rows}) == len(rows)
    for name, requirements, sentence in rows:
        assert re.fullmatch(r"[a-z0-9-]+", name)
        assert sentence.endswith(".") and sentence[0].isupper(), sentence
        assert requirements and set(requirements.split()) <= ids, name
