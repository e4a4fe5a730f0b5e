"""twisted.mail.imap4.IMAP4Server on loopback, with accounts that are kept in memory.

  server.py IMAP-PORT IMAPS-PORT PASSWORD USER...

Twisted has the protocol only. What is here are the accounts, mailboxes and messages that it asks
its user for; certificate.pem and key.pem are in the working folder.
"""
import email.parser
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

    def isMultipart(self):
        return self.headers.get_content_maintype() in ("multipart", "message")

    def getSubPart(self, number):
        if self.headers.get_content_type() == "message/rfc822":
            return [Part(self.body)][number]
        if self.headers.get_content_maintype() == "multipart":
            boundary = self.headers.get_boundary("").encode()
            return Part(list(split_parts(self.body, boundary))[number])
        raise IndexError(number)


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

def same_flag(flag):
    """System flags in their own case."""
    return next((known for known in SYSTEM_FLAGS if known.lower() == flag.lower()), flag)


def real_flags(flags):
    return {same_flag(flag) for flag in flags if flag.lower() != RECENT.lower()}


class Mailbox:
    """Messages, which any number of sessions look at."""

    validity = itertools.count(int(time.time()))

    def __init__(self):
        self.uid_validity, self.uid_next = next(Mailbox.validity), 1
        self.messages, self.views = [], []
        self.recent = set()  # that no session was told of yet

    def add(self, octets, flags, date):
        message = Message(self.uid_next, octets, real_flags(flags), date)
        self.uid_next += 1
        self.messages.append(message)
        if self.views:
            self.views[0].recent.add(message)
        else:
            self.recent.add(message)
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

    def __init__(self, mailbox, writes):
        self.mailbox, self.writes = mailbox, writes
        self.messages, self.recent = list(mailbox.messages), set(mailbox.recent)
        self.listener = None

    # What it has.

    def getFlags(self):
        keywords = {flag for message in self.messages for flag in message.flags}
        return SYSTEM_FLAGS + sorted(keywords - set(SYSTEM_FLAGS))

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
        if self.writes:
            self.mailbox.recent.clear()

    def removeListener(self, listener):
        self.listener = None
        if self in self.mailbox.views:
            self.mailbox.views.remove(self)

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
        if uid:
            wanted.last = self.messages[-1].uid if self.messages else 0
        else:
            wanted.last = len(self.messages)
        return [(number, message) for number, message in enumerate(self.messages, 1)
                if (message.uid if uid else number) in wanted]

    def fetch(self, messages, uid):
        return [(number, SeenMessage(message, message in self.recent))
                for number, message in self.chosen(messages, uid)]

    def store(self, messages, flags, mode, uid):
        if not self.writes:
            raise imap4.ReadOnlyMailbox("the mailbox is read-only")
        flags, result = real_flags(flags), {}
        for number, message in self.chosen(messages, uid):
            if mode == 0:
                message.flags = set(flags)
            else:
                message.flags = message.flags | flags if mode > 0 else message.flags - flags
            result[number] = SeenMessage(message, message in self.recent).getFlags()
            for view in self.others():
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


def parents(name):
    """The levels above a name."""
    for at, character in enumerate(name):
        if character == SEPARATOR:
            yield name[:at]


@implementer(imap4.IAccount, imap4.INamespacePresenter)
class Account:
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
        if name in self.mailboxes:
            raise imap4.MailboxCollision(name)
        if not name or name.startswith(SEPARATOR) or 2 * SEPARATOR in name:
            raise imap4.MailboxException("not a name")
        if set(name) & set('"\\'):
            # Twisted would list it by another name, by which nobody could remove it.
            raise imap4.MailboxException("no quotes and backslashes in names")
        for parent in parents(name):
            self.mailboxes.setdefault(self.canonical(parent), Mailbox())
        self.mailboxes[name] = Mailbox()
        return True

    def select(self, name, writes=True):
        mailbox = self.mailboxes.get(self.canonical(name))
        return mailbox and View(mailbox, bool(writes))

    def delete(self, name):
        """With inferiors the name stays, as a level of hierarchy only (RFC 3501, 6.3.4)."""
        if name not in self.mailboxes:
            if self.inferiors(name):
                raise imap4.MailboxException("it has inferiors, and is no mailbox")
            raise imap4.NoSuchMailbox(name)
        del self.mailboxes[name]

    def rename(self, old, new):
        inferiors = self.inferiors(old)
        if old not in self.mailboxes and not inferiors:
            raise imap4.NoSuchMailbox(old)
        if new in self.mailboxes:
            raise imap4.MailboxCollision(new)
        for name in inferiors + [old] * (old in self.mailboxes):
            self.mailboxes[new + name[len(old):]] = self.mailboxes.pop(name)
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
        levels = {parent for name in self.mailboxes for parent in parents(name)}
        wanted = imap4.wildcardToRegexp((reference + pattern), SEPARATOR)
        found = []
        for name in sorted(levels.union(self.mailboxes)):
            is_meant = wanted.fullmatch(name) or (name == "INBOX" and wanted.fullmatch("inbox"))
            if is_meant:
                found.append((name, Entry(*["\\Noselect"] * (name not in self.mailboxes))))
        return found

    def getPersonalNamespaces(self):
        return [[b"", SEPARATOR.encode()]]

    def getOtherNamespaces(self):
        return None

    getSharedNamespaces = getUserNamespaces = getOtherNamespaces


@implementer(portal.IRealm)
class Realm:
    def __init__(self):
        self.accounts = {}

    def requestAvatar(self, user, mind, *interfaces):
        account = self.accounts.setdefault(user, Account())
        return imap4.IAccount, account, lambda: None


class Factory(protocol.Factory):
    def __init__(self, users, password, context):
        self.context, self.portal = context, portal.Portal(Realm())
        self.portal.registerChecker(checkers.InMemoryUsernamePasswordDatabaseDontUse(
            **{user: password.encode() for user in users}))

    def buildProtocol(self, address):
        server = imap4.IMAP4Server({b"PLAIN": imap4.PLAINCredentials,
                                    b"LOGIN": imap4.LOGINCredentials}, self.context)
        server.portal, server.factory = self.portal, self
        return server


def main():
    imap_port, imaps_port, password, *users = sys.argv[1:]
    log.startLogging(sys.stderr, setStdout=False)
    context = ssl.DefaultOpenSSLContextFactory("key.pem", "certificate.pem",
                                               sslmethod=ssl.SSL.TLS_METHOD)
    factory = Factory(users, password, context)
    reactor.listenTCP(int(imap_port), factory, interface="127.0.0.1")
    reactor.listenSSL(int(imaps_port), factory, context, interface="127.0.0.1")
    reactor.run()


main()
