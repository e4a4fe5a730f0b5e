"""The process that keeps a server: it starts the server's own processes, and lets none outlive it.

It holds the server's ports, and is whom orphaned descendants are handed to, so that what it ends is
all there is. It ends with SIGTERM; with SIGHUP it empties the server and starts it again.
"""
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
RESTARTS = 100  # so often a process of the server may crash
END_SECONDS = 10


def die_with_parent(parent):
    """The kernel will send SIGTERM when the parent ends, in whatever way that happens."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def hold_port():
    """A socket that keeps a port, which the kernel chose, out of the hands of others. It doesn't
    listen, so that a server, which says SO_REUSEADDR as well, can."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder


class Lock:
    """The lock file of a state folder: a keeper holds the lock as long as it lives, and its pid is
    in the file."""

    def __init__(self, state):
        self.path = state / "keeper"

    def take(self):
        """The lock, as a descriptor; None when there is a keeper."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None

    def keeper(self):
        """The keeper's pid; None when there is none."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
        except BlockingIOError:
            return int(os.read(descriptor, 32) or 0) or None
        finally:
            os.close(descriptor)


class Keeper:
    """Runs in a process of its own, as the server's identity."""

    def __init__(self, state, profile):
        self.state, self.profile = state, profile
        self.processes, self.restarts = {}, 0

    def spawn(self, command):
        keeper = os.getpid()

        def prepare():
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            die_with_parent(keeper)
        environment = {"IMAPSPEC_STATE": str(self.state.path), **command.environment}
        process = subprocess.Popen(command.arguments, env=environment, cwd=command.folder,
                                   stdin=subprocess.DEVNULL, start_new_session=True,
                                   preexec_fn=prepare)
        self.processes[process.pid] = command

    def spawn_all(self):
        for command in self.profile.commands(self.state):
            self.spawn(command)

    def reap(self):
        """Takes leave of what has ended; starts again what should not have."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            command = self.processes.pop(pid, None)
            if command:
                code = os.waitstatus_to_exitcode(status)
                print(f"keeper: {command.arguments[0]} ended: {code}", file=sys.stderr, flush=True)
                self.restarts += 1
                if self.restarts > RESTARTS:
                    raise RuntimeError("it ends again and again")
                time.sleep(0.05)
                self.spawn(command)

    def end_all(self):
        """Kills all descendants: when a child is gone, its children are ours. The mail is thrown
        away, so there is nothing to shut down gently."""
        self.processes.clear()
        while True:
            for pid in children(os.getpid()):
                os.kill(pid, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return

    def reset(self):
        self.end_all()
        self.profile.empty(self.state)
        self.spawn_all()
        (self.state.path / "reset").unlink(missing_ok=True)

    def run(self):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        signals = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        try:
            self.spawn_all()
            while True:
                number = signal.sigwait(signals)
                if number in (signal.SIGTERM, signal.SIGINT):
                    return
                if number == signal.SIGHUP:
                    self.reset()
                else:
                    self.reap()
        finally:
            self.end_all()


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def close_others(kept):
    """Closes what was inherited, be it from whom it may."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:
                pass  # it was that of listdir itself


def fork_keeper(state, profile, kept, parent):
    """Starts the keeper, which keeps these descriptors open, the first being that of the lock; its
    pid. With a parent (a pid) it ends when the parent does, and then removes the state folder."""
    pid = os.fork()
    if pid:
        os.write(kept[0], str(pid).encode())
        return pid
    try:
        os.setsid()
        os.chdir(state.path)
        null = os.open(os.devnull, os.O_RDONLY)
        log = os.open(state.path / "log", os.O_WRONLY | os.O_APPEND)
        for number, descriptor in enumerate([null, log, log]):
            os.dup2(descriptor, number)
        close_others(kept)
        state.identity.become()
        if parent:
            die_with_parent(parent)
        Keeper(state, profile).run()
    except BaseException as problem:
        print(f"keeper: {problem!r}", file=sys.stderr, flush=True)  # which is the log by now
    finally:
        if parent and os.getppid() != parent:
            shutil.rmtree(state.path, ignore_errors=True)
        os._exit(1)


def end_keeper(state):
    """Ends the keeper of a state folder, if there is one, and waits for that."""
    lock = Lock(state)
    pid = lock.keeper()
    if not pid:
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    while lock.keeper():
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass  # another process started it
