"""Accounts on a server, seen by Python's own imaplib: what the runner did to them."""
import imaplib
import re


class Account:
    """A mailbox owner on a Dovecot of scripts/server. Use with `with`."""

    def __init__(self, dovecot, number):
        self.url = dovecot.url.replace("%d", str(number))
        self.name, self.connection = f"user{number}", imaplib.IMAP4("127.0.0.1", dovecot.port)
        self.call("login", self.name, "secret")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.connection.logout()

    def call(self, name, *arguments):
        status, data = getattr(self.connection, name)(*arguments)
        assert status == "OK", (name, arguments, data)
        return data

    def names(self, command="list"):
        lines = [line.decode() for line in self.call(command) if line]
        return sorted(re.fullmatch(r'\(.*?\) "/" "?(.*?)"?', line)[1] for line in lines)

    def snapshot(self):
        """All that belongs to the account: names, subscriptions, messages with UID, flags, date and
        size."""
        contents = {}
        for name in self.names():
            count = int(self.call("select", f'"{name}"', True)[0])
            contents[name] = (self.connection.response("UIDVALIDITY"),
                              self.connection.response("UIDNEXT"),
                              count and self.call("fetch", "1:*",
                                                  "(UID FLAGS INTERNALDATE RFC822)"))
        return self.names("lsub"), contents

    def fill(self):
        """Mail in INBOX and elsewhere, with flags and a subscription."""
        for name, flags in [("INBOX", r"(\Seen)"), ("INBOX", ""), ("work", r"(\Flagged \Deleted)"),
                            ("work/old", r"(\Answered)"), ("INBOX", r"(\Draft kept)")]:
            if name not in self.names():
                self.call("create", name)
                self.call("subscribe", name)
            self.call("append", name, flags, '"17-Jul-1996 02:44:25 -0700"',
                      f"Subject: {name} {flags}\r\n\r\nKeep me.\r\n".encode())
