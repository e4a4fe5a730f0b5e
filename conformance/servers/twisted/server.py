"""twisted.mail.imap4.IMAP4Server on loopback, with accounts that are kept in memory.

  server.py IMAP-PORT IMAPS-PORT PASSWORD USER...

Twisted has the protocol only. What is here are the accounts, mailboxes and messages that it asks
its user for; certificate.pem and key.pem are in the working folder.
"""
import email.parser
import functools
import io
import itertools
import re
import sys
import time

from twisted.cred import checkers, portal
from twisted.internet import defer, protocol, reactor, ssl
from twisted.mail import imap4
from twisted.python import log
from zope.interface import implementer

SEPARATOR = "/"
SYSTEM_FLAGS = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"]
RECENT = "\\Recent"


# ---- messages ------------------------------------------------------------------------------------

def split_parts(body, boundary):
    """The octets of a multipart's parts (RFC 2046, 5.1.1). The line break before a boundary belongs
    to the boundary."""
    line = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|$)")
    marks = list(line.finditer(body))
    for mark, following in itertools.zip_longest(marks, marks[1:]):
        if mark[1]:
            return
        start = body.find(b"\n", mark.end()) + 1
        yield body[start:following.start() if following else len(body)] if start else b""


@implementer(imap4.IMessagePart)
class Part:
    """A message, or a body part, from its octets."""

    def __init__(self, octets):
        self.octets = octets
        head, blank, body = octets.partition(b"\r\n\r\n")
        if octets.startswith(b"\r\n"):
            head, blank, body = b"", b"\r\n", octets[2:]
        self.body = body
        self.headers = email.parser.BytesHeaderParser().parsebytes(head + b"\r\n\r\n")

    def getHeaders(self, negate, *names):
        names = {name.decode() if isinstance(name, bytes) else name for name in names}
        names = {name.lower() for name in names}
        found = {}
        for name, value in self.headers.raw_items():
            if (name.lower() in names) != bool(negate):
                # Twisted takes ASCII only.
                found.setdefault(name.lower(), value.encode("ascii", "replace").decode())
        return found

    def getBodyFile(self):
        return io.BytesIO(self.body)

    def getSize(self):
        return len(self.body)

    @functools.cached_property
    def parts(self):
        """None where the type has no parts."""
        if self.headers.get_content_type() == "message/rfc822":
            return [Part(self.body)]
        if self.headers.get_content_maintype() != "multipart":
            return None
        boundary = self.headers.get_boundary("").encode()
        parts = [Part(octets) for octets in split_parts(self.body, boundary)]
        if self.headers.get_content_subtype() == "digest":
            for part in parts:
                part.headers.set_default_type("message/rfc822")
        return parts

    def isMultipart(self):
        return self.parts is not None

    def getSubPart(self, number):
        if self.parts is None:
            raise TypeError("no parts")
        return self.parts[number]


@implementer(imap4.IMessage, imap4.IMessageFile)
class Message(Part):
    """A message in a mailbox."""

    def __init__(self, uid, octets, flags, date):
        super().__init__(octets)
        self.uid, self.flags, self.date = uid, set(flags), date

    def getSize(self):
        return len(self.octets)

    def open(self):
        return io.BytesIO(self.octets)


@implementer(imap4.IMessage, imap4.IMessageFile)
class SeenMessage:
    """A message as a session sees it."""

    def __init__(self, message, is_recent):
        self.message, self.is_recent = message, is_recent

    def __getattr__(self, name):
        return getattr(self.message, name)

    def getUID(self):
        return self.message.uid

    def getFlags(self):
        return sorted(self.message.flags) + [RECENT] * self.is_recent

    def getInternalDate(self):
        return self.message.date


# ---- mailboxes -----------------------------------------------------------------------------------

class Mailbox:
    """Messages, which any number of sessions look at."""

    validity = itertools.count(int(time.time()))

    def __init__(self):
        self.uid_validity, self.uid_next = next(Mailbox.validity), 1
        self.messages, self.views = [], []
        self.recent = set()  # that no session was told of yet
        self.flags = {flag.lower(): flag for flag in SYSTEM_FLAGS}

    def storable(self, flags):
        """Flags by the names that they have here; a keyword has that by which it first came."""
        return {self.flags.setdefault(flag.lower(), flag) for flag in flags
                if flag.lower() in self.flags or not flag.startswith("\\")}

    def add(self, octets, flags, date):
        message = Message(self.uid_next, octets, self.storable(flags), date)
        self.uid_next += 1
        self.messages.append(message)
        writing = [view for view in self.views if view.writes]
        for sees_it_first in writing[:1] or [self, *self.views]:
            sees_it_first.recent.add(message)
        for view in self.views:
            view.messages.append(message)
        return message

    def remove(self, gone):
        self.messages = [message for message in self.messages if message not in gone]
        self.recent -= gone


@implementer(imap4.IMailbox, imap4.IMailboxInfo, imap4.ICloseableMailbox)
class View:
    """What one session sees of a mailbox. Twisted has no way to tell one session what another has
    expunged, so to this one it stays until it looks anew."""

    def __init__(self, mailbox, writes, session):
        self.mailbox, self.writes, self.session = mailbox, writes, session
        self.messages, self.recent = list(mailbox.messages), set(mailbox.recent)
        self.listener = None

    # What it has.

    def getFlags(self):
        return list(self.mailbox.flags.values())

    def getHierarchicalDelimiter(self):
        return SEPARATOR

    def getUIDValidity(self):
        return self.mailbox.uid_validity

    def getUIDNext(self):
        return self.mailbox.uid_next

    def getUID(self, number):
        return self.messages[number - 1].uid

    def getMessageCount(self):
        return len(self.messages)

    def getRecentCount(self):
        return len(self.recent)

    def getUnseenCount(self):
        return sum("\\Seen" not in message.flags for message in self.messages)

    def isWriteable(self):
        return self.writes

    def requestStatus(self, names):
        return imap4.statusRequestHelper(self, names)

    # Who looks.

    def addListener(self, listener):
        self.listener = listener
        self.mailbox.views.append(self)
        self.session.views.append(self)
        if self.writes:
            self.mailbox.recent.clear()

    def removeListener(self, listener):
        self.listener = None
        self.mailbox.views.remove(self)
        self.session.views.remove(self)

    def close(self):
        pass

    def others(self):
        return [view for view in self.mailbox.views if view is not self]

    # What is done to it.

    def destroy(self):
        pass

    def addMessage(self, message, flags=(), date=None):
        octets = message if isinstance(message, bytes) else message.read()
        date = date or time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime()).encode()
        added = self.mailbox.add(octets, flags, date)
        if self not in self.mailbox.views:
            self.messages.append(added)
        for view in self.mailbox.views:
            view.listener.newMessages(view.getMessageCount(), view.getRecentCount())
        return defer.succeed(added.uid)

    def expunge(self):
        gone = {message for message in self.messages if "\\Deleted" in message.flags}
        numbers = [number for number, message in enumerate(self.messages, 1) if message in gone]
        self.mailbox.remove(gone)
        self.messages = [message for message in self.messages if message not in gone]
        self.recent -= gone
        return [number - already for already, number in enumerate(numbers)]

    def chosen(self, wanted, uid):
        # To search Twisted asks for 1:*, whether or not there are messages.
        is_all = wanted == imap4.MessageSet(1, None)
        if uid:
            wanted.last = self.messages[-1].uid if self.messages else 0
        else:
            wanted.last = len(self.messages)
            if not is_all and not 1 <= wanted.ranges[0][0] <= wanted.ranges[-1][1] <= wanted.last:
                raise imap4.IllegalClientResponse("no such message")
        return [(number, message) for number, message in enumerate(self.messages, 1)
                if (message.uid if uid else number) in wanted]

    def fetch(self, messages, uid):
        return [(number, SeenMessage(message, message in self.recent))
                for number, message in self.chosen(messages, uid)]

    def store(self, messages, flags, mode, uid):
        if not self.writes:
            raise imap4.ReadOnlyMailbox("the mailbox is read-only")
        flags, result = self.mailbox.storable(flags), {}
        for number, message in self.chosen(messages, uid):
            if mode == 0:
                message.flags = set(flags)
            else:
                message.flags = message.flags | flags if mode > 0 else message.flags - flags
            result[number] = SeenMessage(message, message in self.recent).getFlags()
            for view in self.others():
                if message in view.messages:
                    seen = SeenMessage(message, message in view.recent)
                    view.listener.flagsChanged({view.messages.index(message) + 1: seen.getFlags()})
        return result


# ---- accounts ------------------------------------------------------------------------------------

@implementer(imap4.IMailboxInfo)
class Entry:
    """A line of LIST. Where a mailbox has its flags Twisted looks for the attributes."""

    def __init__(self, *attributes):
        self.attributes = attributes

    def getFlags(self):
        return self.attributes

    def getHierarchicalDelimiter(self):
        return SEPARATOR


def matches(pattern, name):
    """Whether LIST means this name (RFC 3501, 6.3.8)."""
    reached = {0}
    for character in pattern:
        if character in "*%":
            for at, passed in enumerate(name):
                if at in reached and (character == "*" or passed != SEPARATOR):
                    reached.add(at + 1)
        else:
            reached = {at + 1 for at in reached if name[at:at + 1] == character}
    return len(name) in reached


def parents(name):
    """The levels above a name."""
    for at, character in enumerate(name):
        if character == SEPARATOR:
            yield name[:at]


class Account:
    """The mailboxes of a user, None where a name is a level of hierarchy only."""

    def __init__(self):
        self.mailboxes, self.subscriptions = {"INBOX": Mailbox()}, set()

    @staticmethod
    def canonical(name):
        return "INBOX" if name.upper() == "INBOX" else name

    def inferiors(self, name):
        return [other for other in self.mailboxes if other.startswith(name + SEPARATOR)]

    def addMailbox(self, name, mailbox=None):
        self.mailboxes[self.canonical(name)] = mailbox or Mailbox()

    def create(self, name):
        name = self.canonical(name.removesuffix(SEPARATOR))
        if self.mailboxes.get(name):
            raise imap4.MailboxCollision(name)
        if not name or name.startswith(SEPARATOR) or 2 * SEPARATOR in name:
            raise imap4.MailboxException("not a name")
        for parent in parents(name):
            self.mailboxes.setdefault(self.canonical(parent), Mailbox())
        self.mailboxes[name] = Mailbox()
        return True

    def delete(self, name):
        """With inferiors the name stays, as a level of hierarchy only (RFC 3501, 6.3.4)."""
        if name not in self.mailboxes:
            raise imap4.NoSuchMailbox(name)
        if not self.inferiors(name):
            del self.mailboxes[name]
        elif self.mailboxes[name]:
            self.mailboxes[name] = None
        else:
            raise imap4.MailboxException("it has inferiors, and is no mailbox")

    def rename(self, old, new):
        if old not in self.mailboxes:
            raise imap4.NoSuchMailbox(old)
        renamed = {name: new + name[len(old):] for name in [old, *self.inferiors(old)]}
        for name in renamed.values():
            if self.mailboxes.get(name):
                raise imap4.MailboxCollision(name)
        for name, new_name in renamed.items():
            self.mailboxes[new_name] = self.mailboxes.pop(name)
        for parent in parents(new):
            self.mailboxes.setdefault(self.canonical(parent), Mailbox())

    def isSubscribed(self, name):
        return self.canonical(name) in self.subscriptions

    def subscribe(self, name):
        self.subscriptions.add(self.canonical(name))

    def unsubscribe(self, name):
        self.subscriptions.discard(self.canonical(name))

    def listMailboxes(self, reference, pattern):
        """LIST and LSUB ask in the same way; Twisted picks the subscribed ones for LSUB."""
        if not pattern:
            return [("", Entry("\\Noselect"))]
        wanted = reference + pattern
        found = []
        for name, mailbox in sorted(self.mailboxes.items()):
            if matches(wanted, name) or (name == "INBOX" and matches(wanted.upper(), name)):
                found.append((name, Entry(*["\\Noselect"] * (mailbox is None))))
        return found

    def getPersonalNamespaces(self):
        return [[b"", SEPARATOR.encode()]]

    def getOtherNamespaces(self):
        return None

    getSharedNamespaces = getUserNamespaces = getOtherNamespaces


@implementer(imap4.IAccount, imap4.INamespacePresenter)
class Session:
    """An account, as one connection has it."""

    def __init__(self, account):
        self.account, self.views = account, []

    def __getattr__(self, name):
        return getattr(self.account, name)

    def select(self, name, writes=True):
        mailbox = self.mailboxes.get(self.canonical(name))
        return mailbox and View(mailbox, bool(writes), self)

    def end(self):
        """Twisted doesn't take its listener away when the connection ends."""
        for view in list(self.views):
            view.removeListener(view.listener)


@implementer(portal.IRealm)
class Realm:
    def __init__(self):
        self.accounts = {}

    def requestAvatar(self, user, mind, *interfaces):
        session = Session(self.accounts.setdefault(user, Account()))
        return imap4.IAccount, session, session.end


class Factory(protocol.Factory):
    def __init__(self, login_portal, mechanisms, context):
        self.portal, self.mechanisms, self.context = login_portal, mechanisms, context

    def buildProtocol(self, address):
        server = imap4.IMAP4Server(self.mechanisms, self.context)
        server.portal, server.factory = self.portal, self
        return server


def main():
    imap_port, imaps_port, password, *users = sys.argv[1:]
    log.startLogging(sys.stderr, setStdout=False)
    login_portal = portal.Portal(Realm(), [checkers.InMemoryUsernamePasswordDatabaseDontUse(
        **{user: password.encode() for user in users})])
    context = ssl.DefaultOpenSSLContextFactory("key.pem", "certificate.pem",
                                               sslmethod=ssl.SSL.TLS_METHOD)
    # STARTTLS adds the mechanisms that tell the password.
    reactor.listenTCP(int(imap_port), Factory(login_portal, {}, context), interface="127.0.0.1")
    mechanisms = {b"PLAIN": imap4.PLAINCredentials, b"LOGIN": imap4.LOGINCredentials}
    reactor.listenSSL(int(imaps_port), Factory(login_portal, mechanisms, None), context,
                      interface="127.0.0.1")
    reactor.run()


main()
