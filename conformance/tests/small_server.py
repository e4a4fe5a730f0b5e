"""A small IMAP server that does right, and one thing wrong where a test says so.

It keeps mailboxes in memory, for as long as the server lives. It knows what the runner needs to
build and remove its fixtures, and what the tests' dialogs say.
"""
import re
import socketserver
import ssl
import sys
import threading

FLAGS = [b"\\Answered", b"\\Flagged", b"\\Deleted", b"\\Seen", b"\\Draft"]
CAPABILITIES = b"IMAP4rev1 LITERAL+"
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+')


class Close(Exception):
    """The server drops the connection."""


class Silence(Exception):
    """The server says no more, and keeps the connection."""


class Endless(bytes):
    """What the server says again and again, until the client closes the connection."""


class Message:
    def __init__(self, uid, flags, text):
        self.uid, self.flags, self.text = uid, flags, text


class Mailbox:
    def __init__(self, validity):
        self.validity, self.next_uid, self.messages = validity, 1, []
        self.subscribed = False

    def append(self, flags, text):
        self.messages.append(Message(self.next_uid, flags, text))
        self.next_uid += 1

    def numbers(self, sequence):
        """1:3,5 as indices from 0, in order."""
        chosen = set()
        for part in sequence.split(b","):
            ends = [len(self.messages) if end == b"*" else int(end) for end in part.split(b":")]
            chosen.update(range(min(ends), max(ends) + 1))
        return [number - 1 for number in sorted(chosen) if 0 < number <= len(self.messages)]


def unquote(token):
    return re.sub(rb"\\(.)", rb"\1", token[1:-1]) if token.startswith(b'"') else token


def parenthesised(tokens):
    """The words of `( … )` at the start of tokens, and the tokens after it."""
    if not tokens or tokens[0] != b"(":
        return [], tokens
    end = tokens.index(b")")
    return tokens[1:end], tokens[end + 1:]


def literal(octets):
    return b"{%d}\r\n%s" % (len(octets), octets)


class Session(socketserver.StreamRequestHandler):
    """One connection. A command's method returns its untagged responses; the last item may be the
    text of the tagged one."""

    def setup(self):
        if self.server.tls and not self.server.starttls:
            self.start_tls()
        super().setup()
        self.mailbox = None

    def start_tls(self):
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)

    def handle(self):
        try:
            self.send(self.server.greeting)
            while True:
                tag, name, tokens = self.read_command()
                self.server.commands.append(name.decode("latin-1"))
                replies = self.run(tag, name, tokens)
                if self.server.breaks_all or not tag.startswith(b"imapspec"):
                    replies = self.server.break_replies(tag, replies)
                self.send(replies)
                if name == b"STARTTLS" and self.server.starttls:
                    self.start_tls()
                    super().setup()
                if name == b"LOGOUT":
                    raise Close
        except Silence:
            self.server.stopped.wait()
        except (Close, OSError):
            pass

    def send(self, replies):
        for reply in replies:
            if isinstance(reply, type) and issubclass(reply, Exception):
                self.wfile.flush()
                raise reply
            self.wfile.write(reply)
            while isinstance(reply, Endless):
                self.wfile.write(reply)
        self.wfile.flush()

    def read_command(self):
        tokens = []
        while True:
            line = self.rfile.readline()
            if not line.endswith(b"\n"):
                raise Close
            line = line.rstrip(b"\r\n")
            header = re.search(rb"\{(\d+)(\+?)\}$", line)
            tokens += map(unquote, TOKEN.findall(line[:header.start()] if header else line))
            if not header:
                break
            if not header[2]:
                self.send([b"+ go on\r\n"])
            tokens.append(self.rfile.read(int(header[1])))
        return tokens[0], tokens[1].upper() if len(tokens) > 1 else b"", tokens[2:]

    def run(self, tag, name, tokens):
        method = getattr(self, "do_" + name.decode("ascii", "replace").lower(), None)
        if not method:
            return [b"%s BAD unknown command\r\n" % tag]
        try:
            *untagged, status = method(*tokens)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            *untagged, status = [b"NO " + repr(problem).encode("ascii", "replace")]
        return [b"* %s\r\n" % response for response in untagged] + [b"%s %s\r\n" % (tag, status)]

    # ---- commands ----

    def do_capability(self):
        starttls = b" STARTTLS" if self.server.starttls else b""
        return [b"CAPABILITY " + CAPABILITIES + starttls, b"OK CAPABILITY completed"]

    def do_starttls(self):
        return [b"OK begin TLS" if self.server.starttls else b"BAD no TLS here"]

    def do_noop(self):
        return [b"OK NOOP completed"]

    def do_logout(self):
        return [b"BYE see you", b"OK LOGOUT completed"]

    def do_login(self, user, password):
        return [b"OK LOGIN completed" if password == b"secret" else b"NO wrong password"]

    def do_create(self, name):
        if not name.endswith(b"/"):
            self.server.create(name)
        return [b"OK CREATE completed"]

    def do_delete(self, name):
        del self.server.mailboxes[name]
        return [b"OK DELETE completed"]

    def do_subscribe(self, name):
        self.server.mailboxes[name].subscribed = True
        return [b"OK SUBSCRIBE completed"]

    def do_unsubscribe(self, name):
        self.server.mailboxes[name].subscribed = False
        return [b"OK UNSUBSCRIBE completed"]

    def list(self, response, reference, pattern, only_subscribed):
        if not pattern:
            return [b'%s (\\Noselect) "/" ""' % response]
        glob = re.escape(reference + pattern).replace(rb"\*", b".*").replace(b"%", b"[^/]*")
        return [b'%s () "/" "%s"' % (response, name)
                for name, mailbox in sorted(self.server.mailboxes.items())
                if re.fullmatch(glob, name) and (mailbox.subscribed or not only_subscribed)]

    def do_list(self, reference, pattern):
        return self.list(b"LIST", reference, pattern, False) + [b"OK LIST completed"]

    def do_lsub(self, reference, pattern):
        return self.list(b"LSUB", reference, pattern, True) + [b"OK LSUB completed"]

    def do_select(self, name):
        self.mailbox = self.server.mailboxes[name]
        return [b"%d EXISTS" % len(self.mailbox.messages), b"0 RECENT",
                b"FLAGS (%s)" % b" ".join(FLAGS),
                b"OK [UIDVALIDITY %d] UIDs valid" % self.mailbox.validity,
                b"OK [PERMANENTFLAGS (%s)] limited" % b" ".join(FLAGS),
                b"OK [READ-WRITE] SELECT completed"]

    do_examine = do_select

    def do_close(self):
        self.mailbox = None
        return [b"OK CLOSE completed"]

    def do_status(self, name, *tokens):
        mailbox = self.server.mailboxes[name]
        values = {b"MESSAGES": len(mailbox.messages), b"UIDNEXT": mailbox.next_uid, b"RECENT": 0,
                  b"UIDVALIDITY": mailbox.validity,
                  b"UNSEEN": sum(b"\\Seen" not in message.flags for message in mailbox.messages)}
        items, _ = parenthesised(list(tokens))
        pairs = b" ".join(b"%s %d" % (item, values[item]) for item in items)
        return [b'STATUS "%s" (%s)' % (name, pairs), b"OK STATUS completed"]

    def do_append(self, name, *tokens):
        flags, rest = parenthesised(list(tokens))
        self.server.mailboxes[name].append(set(flags), rest[-1])
        return [b"OK APPEND completed"]

    def item(self, message, name):
        if name == b"FLAGS":
            return b"FLAGS (%s)" % b" ".join(sorted(message.flags))
        if name == b"UID":
            return b"UID %d" % message.uid
        if name == b"RFC822.SIZE":
            return b"RFC822.SIZE %d" % len(message.text)
        if name == b"BODY[TEXT]":
            return b"BODY[TEXT] " + literal(message.text.partition(b"\r\n\r\n")[2])
        if name == b"ENVELOPE":
            subject = re.search(rb"^Subject: (.*?)\r$", message.text, re.M)[1]
            return b'ENVELOPE (NIL "%s" NIL NIL NIL NIL NIL NIL NIL NIL)' % subject
        raise ValueError(name)

    def do_fetch(self, sequence, *tokens):
        items = parenthesised(list(tokens))[0] or tokens
        responses = []
        for index in self.mailbox.numbers(sequence):
            parts = [self.item(self.mailbox.messages[index], name) for name in items]
            responses.append(b"%d FETCH (%s)" % (index + 1, b" ".join(parts)))
        return responses + [b"OK FETCH completed"]

    def do_store(self, sequence, action, *tokens):
        flags = set(parenthesised(list(tokens))[0])
        responses = []
        for index in self.mailbox.numbers(sequence):
            message = self.mailbox.messages[index]
            message.flags = {b"+": message.flags | flags, b"-": message.flags - flags,
                             b"F": flags}[action[:1]]
            responses.append(b"%d FETCH (%s)" % (index + 1, self.item(message, b"FLAGS")))
        return responses + [b"OK STORE completed"]

    def do_expunge(self):
        responses = []
        for index in reversed(range(len(self.mailbox.messages))):
            if b"\\Deleted" in self.mailbox.messages[index].flags:
                del self.mailbox.messages[index]
                responses.append(b"%d EXPUNGE" % (index + 1))
        return responses + [b"OK EXPUNGE completed"]

    def do_search(self, *keys):
        found = [b"%d" % (index + 1) for index, message in enumerate(self.mailbox.messages)
                 if keys != (b"UNSEEN",) or b"\\Seen" not in message.flags]
        return [b" ".join([b"SEARCH", *found]), b"OK SEARCH completed"]


class SmallServer(socketserver.ThreadingTCPServer):
    """Listens on a port of its own from the start of a `with` to its end.

    break_replies(tag, replies) may change what the server is about to say to a command of a dialog,
    with breaks_all to one of the runner too. A reply may be Endless, Close or Silence. With a
    certificate the server talks TLS, from the first octet or after STARTTLS."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, break_replies=lambda tag, replies: replies,
                 breaks_all=False, greeting=(b"* OK small server\r\n",), certificate=None,
                 starttls=False):
        super().__init__(("127.0.0.1", 0), Session)
        self.break_replies, self.breaks_all = break_replies, breaks_all
        self.greeting, self.starttls = greeting, starttls
        self.mailboxes, self.validity = {}, 1000
        self.connections, self.commands = 0, []
        self.problems = []  # of the server itself: the test is wrong
        self.stopped = threading.Event()
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        self.create(b"INBOX")

    def create(self, name):
        if name in self.mailboxes:
            raise ValueError(f"{name} exists")
        self.validity += 1
        self.mailboxes[name] = Mailbox(self.validity)

    def get_request(self):
        self.connections += 1
        return super().get_request()

    def handle_error(self, request, client_address):
        problem = sys.exc_info()[1]
        if not isinstance(problem, OSError):  # a TLS handshake that the client broke off
            self.problems.append(problem)

    @property
    def port(self):
        return self.server_address[1]

    @property
    def url(self):
        scheme = "imaps" if self.tls and not self.starttls else "imap"
        return f"{scheme}://user:secret@localhost:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.stopped.set()
        self.shutdown()
        self.server_close()
        assert not self.problems
