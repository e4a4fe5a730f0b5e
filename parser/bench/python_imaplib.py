#!/usr/bin/python3
"""imaplib, Python's own client, reading from memory (peer.h says what a peer does).

Measured is what it does for each command: read responses up to the tagged one. That takes lines and
literals apart, and the first words of a line; what is in a FETCH or a LIST stays a string.
"""
import imaplib
import io
import re
import sys
import time


class Memory(imaplib.IMAP4):
    def open(self, host="", port=imaplib.IMAP4_PORT, timeout=None):
        self.file = io.BytesIO()

    def _connect(self):
        """As its own, without a greeting and a CAPABILITY; tags are numbers."""
        self.tagre = re.compile(rb"(?P<tag>\d+) (?P<type>[A-Z]+) (?P<data>.*)", re.ASCII)
        self._cmd_log_len = 10
        self._cmd_log_idx = 0
        self._cmd_log = {}

    def read_all(self, octets):
        self.file = io.BytesIO(octets)
        tag = 0
        while self.file.tell() < len(octets):
            tag += 1
            name = b"%d" % tag
            self.tagged_commands[name] = None
            self._get_tagged_response(name)
            self.untagged_responses = {}
        return tag


def main():
    with open(sys.argv[2], "rb") as file:
        octets = file.read()
    if not octets.startswith(b"*"):
        sys.exit("reads responses only")
    reader = Memory()
    print("lines and literals only", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter_ns()
        check = reader.read_all(octets)
        print(time.perf_counter_ns() - start, check, flush=True)


main()
