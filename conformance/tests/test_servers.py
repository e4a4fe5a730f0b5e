"""scripts/server: servers side by side, and none that outlives its purpose."""
import imaplib
import os
import pathlib
import shlex
import signal
import ssl
import subprocess
import sys
import tempfile
import time

import pytest

from accounts import Account

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/server"
sys.path.insert(0, str(SCRIPT.parent))
import server_profile  # noqa: E402
SERVERS = ["dovecot", "cyrus", "twisted"]
WAIT_SECONDS = 60


@pytest.fixture(params=SERVERS)
def script(request):
    """scripts/server for one of them, with a state folder of its own; it is stopped at the end."""
    state = pathlib.Path(tempfile.gettempdir()) / f"imapspec-test-{os.getpid()}"

    def script(*arguments):
        return subprocess.run([SCRIPT, request.param, "--state", state, *arguments],
                              capture_output=True, text=True, timeout=WAIT_SECONDS)
    script.state = state
    yield script
    script("stop")


def port_of(url):
    return int(url.rpartition(":")[2])


def processes(state):
    """The processes that were started for a state folder."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if os.fsencode(state) in words:
                found.append(int(process.name))
        except OSError:
            pass  # it has just ended
    return found


def wait_until(condition):
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_start_and_stop(script):
    assert script("status").returncode == 2
    status = script("start")
    assert status.returncode == 0 and script("start").stdout == status.stdout
    url = script("url").stdout.strip()
    assert f"IMAPSPEC_SERVER={url}" in status.stdout.splitlines()
    imaplib.IMAP4("127.0.0.1", port_of(url)).logout()
    assert processes(script.state)
    assert script("stop").returncode == 0
    assert not script.state.exists() and not processes(script.state)
    with pytest.raises(OSError):
        imaplib.IMAP4("127.0.0.1", port_of(url))


def test_deliver_and_reset(script, tmp_path):
    status = dict(word.split("=", 1) for word in shlex.split(script("start").stdout))
    port, user = port_of(status["IMAPSPEC_TLS_SERVER"]), "user7"
    context = ssl.create_default_context(cafile=status["IMAPSPEC_CA_FILE"])
    (tmp_path / "message").write_bytes(b"Subject: hello\r\n\r\nHi.\r\n")
    assert script("deliver", tmp_path / "message", user).returncode == 0

    def messages():
        connection = imaplib.IMAP4_SSL("localhost", port, ssl_context=context)
        connection.login(user, "secret")
        count = int(connection.select()[1][0])
        connection.logout()
        return count

    assert messages() == 1
    assert script("reset").returncode == 0
    assert messages() == 0


def test_other_folders_are_spared(script):
    script.state.mkdir()
    (script.state / "precious").write_text("mine")
    assert script("start").returncode == 2
    assert script("stop").returncode == 2
    (script.state / "precious").unlink()
    script.state.rmdir()


def test_side_by_side(dovecot, script):
    script("start")
    assert port_of(script("url").stdout.strip()) != dovecot.port
    with Account(dovecot, 64) as account:
        assert "INBOX" in account.names()


def test_run_passes_the_status_on():
    run = [SCRIPT, "dovecot", "run", "sh", "-c"]
    assert subprocess.run([*run, 'test "$IMAPSPEC_SERVER" -a "$IMAPSPEC_OPTIONS"']).returncode == 0
    assert subprocess.run([*run, "exit 7"]).returncode == 7


def state_of(run):
    """What a `server NAME run` without a command tells."""
    line = ""
    while not line.startswith("IMAPSPEC_STATE="):
        line = run.stdout.readline()
        assert line
    return line.strip().partition("=")[2]


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("end", ["close", signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_server_outlives_run(name, end):
    run = subprocess.Popen([SCRIPT, name, "run"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           text=True)
    state = state_of(run)
    assert processes(state)
    if end == "close":
        run.stdin.close()
    else:
        run.send_signal(end)
    run.wait(WAIT_SECONDS)
    wait_until(lambda: not processes(state) and not os.path.exists(state))


def test_no_server_outlives_the_parent_of_run(tmp_path):
    """A command runs in the server; what started both is killed."""
    status = tmp_path / "status"
    parent = subprocess.Popen([sys.executable, "-c", "import subprocess, sys;"
                               "subprocess.run(sys.argv[1:])", SCRIPT, "dovecot", "run", "sh",
                               "-c", f"echo $IMAPSPEC_STATE >{status}; exec sleep 1000"])
    wait_until(lambda: status.exists() and status.read_text())
    state = status.read_text().strip()
    assert processes(state)
    parent.kill()
    parent.wait()
    wait_until(lambda: not processes(state) and not os.path.exists(state))


def test_a_crash_is_survived():
    """What shall run is started again."""
    server = subprocess.Popen([SCRIPT, "dovecot", "run"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    state = state_of(server)
    port = int(pathlib.Path(state, "ports").read_text().split()[0])
    before = set(processes(state))
    for process in before:
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: set(processes(state)) - before)
    wait_until(lambda: greets(port))
    server.stdin.close()
    server.wait(WAIT_SECONDS)


def greets(port):
    try:
        imaplib.IMAP4("127.0.0.1", port).logout()
        return True
    except (OSError, imaplib.IMAP4.error):
        return False


@pytest.mark.parametrize("name", SERVERS)
def test_what_is_announced(name):
    """In clear, and under TLS after the login."""
    profile = server_profile.load(name)
    server = subprocess.Popen([SCRIPT, name, "run"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    state = pathlib.Path(state_of(server))
    imap_port, imaps_port = map(int, (state / "ports").read_text().split())
    context = ssl.create_default_context(cafile=state / "certificate.pem")
    clear = imaplib.IMAP4("localhost", imap_port)
    under_tls = imaplib.IMAP4_SSL("localhost", imaps_port, ssl_context=context)
    announced = {*clear.capabilities, *under_tls.capabilities}
    under_tls.login("user1", "secret")
    announced.update(under_tls.capability()[1][0].decode().upper().split())
    clear.shutdown()
    under_tls.shutdown()
    server.stdin.close()
    server.wait(WAIT_SECONDS)
    assert announced == {capability.upper() for capability in profile.capabilities}
