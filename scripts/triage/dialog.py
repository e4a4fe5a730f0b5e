"""Writes octets as a dialog of `mode: octets` (conformance/README.md), of which `imapspec seeds`
makes the very same octets again."""
import re

MARKERS = {"client": b"C", "server": b"S"}
LINE = 8000    # octets of a line; the language takes 16384
LINES = 4000   # of a dialog; the language takes 4096
REPEATED = 24  # of one octet in a row, from which on they are counted
RUN = re.compile(rb"(.)\1{%d,}" % (REPEATED - 1), re.DOTALL)
RAW = re.compile(rb"[^ -~]+|\$(?=\{)| +$")


def spell_hex(octets):
    return b"${hex:%s}" % octets.hex(" ").encode()


def spell(octets):
    """As it stands in a line: placeholders for what can't, and for spaces that nobody sees."""
    spelled, at = b"", 0
    for run in RUN.finditer(octets):
        spelled += RAW.sub(lambda match: spell_hex(match[0]), octets[at:run.start()])
        spelled += b"${repeat:%d %s}" % (len(run[0]), run[1].hex().encode())
        at = run.end()
    return spelled + RAW.sub(lambda match: spell_hex(match[0]), octets[at:])


def split(octets):
    """Lines, each with its end; those that are too long, in parts."""
    for line in re.findall(rb"[^\n]*\n|[^\n]+", octets):
        is_short = len(spell(line)) <= LINE
        yield from [line] if is_short else pieces(line)


def pieces(line):
    """A third of a line's room each, for an octet may need three."""
    size = LINE // 4
    for begin in range(0, len(line), size):
        yield line[begin:begin + size]


def marked(side, line):
    is_ended = line.endswith(b"\r\n")
    text = spell(line[:-2] if is_ended else line)
    marker = MARKERS[side] + (b":" if is_ended else b"-:")
    return marker + (b" " + text if text else b"")


def write(title, comments, side, octets):
    """The dialog's own octets; None when it has more lines than one can have."""
    lines = [marked(side, line) for line in split(octets)]
    if not lines or len(lines) > LINES:
        return None
    head = [b"# " + text.encode() for text in [title, *comments]]
    return b"\n".join([*head, b"mode: octets", b"", *lines]) + b"\n"
