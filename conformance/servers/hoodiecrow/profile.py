"""hoodiecrow-imap 2.1.0, which keeps its mail in memory. All users share it, and an exception ends
it."""
from server_profile import NodeServer


class Server(NodeServer):
    capabilities = """
        AUTH=PLAIN CONDSTORE CREATE-SPECIAL-USE ENABLE ID IDLE IMAP4rev1 LITERAL+ MOVE
        NAMESPACE SASL-IR SPECIAL-USE STARTTLS UNSELECT
        """.split()
    options = ("--timeout", "5", "--quirk", "missing-text", "--quirk", "bare-plus",
               "--quirk", "8bit-quoted", "--quirk", "extra-space", "--quirk", "bare-lf",
               "--quirk", "empty-line")
    npm = ("hoodiecrow-imap@2.1.0",)
