"""The IMAP part of WildDuck (imap-core), with accounts of ours in memory (server.js), as WildDuck's
own want a MongoDB."""
from server_profile import NodeServer


class Server(NodeServer):
    # imap-core ends a connection after 1000 SELECTs, and a worker keeps its own for the whole run.
    workers = 4
    # All that a dialog makes can be removed by IMAP, and a reset would break other workers' dialogs.
    resets = False
    capabilities = """
        AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN CHILDREN CONDSTORE ENABLE ID IDLE IMAP4rev1
        LOGINDISABLED MOVE NAMESPACE QUOTA SASL-IR SPECIAL-USE STARTTLS UIDPLUS UNSELECT
        UTF8=ACCEPT XLIST
        """.split()
    options = ("--quirk", "missing-text", "--quirk", "bare-plus")
    npm_alone = ("wildduck@1.46.1",)
    # What of its dependencies imap-core needs.
    npm = ("base32.js@0.1.0", "gelf@2.0.1", "he@1.2.0", "html-to-text@9.0.5", "iconv-lite@0.7.0",
           "libbase64@1.3.0", "libmime@5.3.7", "libqp@2.1.1", "nodemailer@7.0.9",
           "punycode.js@2.3.1", "wild-config@1.7.1")
