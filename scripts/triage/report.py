"""What is written of the findings of a target: Markdown, JSON, JUnit."""
import re
import shlex
import xml.etree.ElementTree as xml

from . import crash

SHOWN = 2000   # octets of an input
STACK = 40     # frames
ESCAPES = {9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\"}


def escape(octets):
    """Octets as text, a line for each of theirs."""
    text = "".join(ESCAPES.get(octet) or (chr(octet) if 32 <= octet < 127 else f"\\x{octet:02x}")
                   for octet in octets[:SHOWN])
    return text.replace("\\n", "\\n\n").rstrip("\n") + ("\n…" if len(octets) > SHOWN else "")


def octets(count):
    return f"{count} octet" + "s" * (count != 1)


def inputs(count):
    return f"{count} input" + "s" * (count != 1)


def cut(text, size):
    return text if len(text) <= size else text[:size - 1] + "…"


# ---- Markdown ------------------------------------------------------------------------------------

def markdown(triage):
    lines = [f"# {triage.name}: findings", "",
             f"{triage.program} {triage.version}, `{shlex.join(triage.command)}`: "
             f"{inputs(triage.replayed)} replayed.", ""]
    if triage.interrupted:
        lines += [f"Interrupted: {inputs(triage.left)} not replayed, or not minimised.", ""]
    if triage.groups:
        lines += ["| finding | new | inputs | octets | where |", "| --- | --- | --: | --: | --- |"]
    for group in triage.groups:
        lines.append(f"| [{group.id}](#{group.id}) | {'known' if group.known else '**new**'} | "
                     f"{len(group.inputs)} | {len(group.octets)} | {where_cell(group)} |")
    for group in triage.groups:
        lines += ["", *section(triage, group)]
    if triage.harmless:
        lines += ["", "## Not reproduced", "", *(f"- `{path}`" for path in triage.harmless)]
    return "\n".join(lines) + "\n"


def where_cell(group):
    return " < ".join(f"`{name}`".replace("|", "\\|") for name in group.crash.where) or "unknown"


def section(triage, group):
    found = group.crash
    fence = "```"
    yield f"## {group.id}"
    yield ""
    yield f"- kind: {found.kind}" + (f": {found.sentence}" if found.sentence else "")
    yield f"- where: {where_cell(group)}"
    yield f"- program: {triage.program} {triage.version}"
    if group.known:
        yield f"- known since {group.known.program} {group.known.version}: " \
              f"{group.known.note or 'no note'}"
    yield f"- seen: {inputs(len(group.inputs))}, the first is `{group.first}`"
    yield f"- minimised: {octets(group.first_size)} to {octets(len(group.octets))}, " \
          f"`{group.file('input')}`" + ("" if group.is_done else ", not to the end")
    if group.dialog:
        yield f"- dialog: `{group.file('dialog')}`"
    yield from ["", "Reproduce:", "", fence, triage.reproduction(group), fence, ""]
    yield from ["Input:", "", fence, escape(group.octets), fence, "", "Stack:", "", fence]
    yield from (f"{frame.function or '?'} {frame.place}" for frame in shown_frames(found))
    yield fence


def shown_frames(found):
    """Without what calls the harness."""
    for frame in found.frames[:STACK]:
        yield frame
        if frame.function == crash.ENTRY:
            break


# ---- machines ------------------------------------------------------------------------------------

def as_json(triage):
    """A dictionary."""
    return {"target": triage.name, "program": triage.program, "version": triage.version,
            "command": shlex.join(triage.command), "replayed": triage.replayed,
            "interrupted": triage.interrupted, "not_reproduced": triage.harmless,
            "findings": [group_as_json(triage, group) for group in triage.groups]}


def group_as_json(triage, group):
    return {"id": group.id, "kind": group.crash.kind, "frames": list(group.crash.where),
            "sentence": group.crash.sentence, "new": not group.known,
            "note": group.known.note if group.known else None, "inputs": len(group.inputs),
            "first": group.first, "octets": len(group.octets), "minimised": group.is_done,
            "input": group.file("input"),
            "dialog": group.file("dialog") if group.dialog else None,
            "reproduce": triage.reproduction(group),
            "stack": [{"function": frame.function, "place": frame.place}
                      for frame in group.crash.frames]}


def printable(text):
    """XML has no control characters."""
    return re.sub(r"[^\t\n\x20-\ud7ff]", "?", text)


def junit(triages):
    """A test suite for each target; what is new fails, what is known is skipped."""
    suites = xml.Element("testsuites")
    for triage in triages:
        new = sum(not group.known for group in triage.groups)
        known = len(triage.groups) - new
        suite = xml.SubElement(suites, "testsuite", name=triage.name, tests=str(new + known + 1),
                               failures=str(new), skipped=str(known), errors="0",
                               time=f"{triage.seconds:.1f}")
        xml.SubElement(suite, "testcase", classname=triage.name, name="replay")
        for group in triage.groups:
            case = xml.SubElement(suite, "testcase", classname=triage.name, name=group.id)
            where = " < ".join(group.crash.where)
            if group.known:
                xml.SubElement(case, "skipped", message=printable(
                    f"known since {group.known.version}: {group.known.note}"))
            else:
                failure = xml.SubElement(case, "failure", type=group.crash.kind,
                                         message=printable(f"{group.crash.kind} in {where}"))
                failure.text = printable("\n".join(section(triage, group)))
    xml.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(suites, encoding="unicode")


# ---- the terminal --------------------------------------------------------------------------------

def summary(triage):
    new = sum(not group.known for group in triage.groups)
    yield (f"{triage.name}: {inputs(triage.replayed)}, {len(triage.groups)} findings, {new} new"
           f"{', interrupted' if triage.interrupted else ''}, in {triage.seconds:.0f} s")
    for group in triage.groups:
        yield (f"  {'known' if group.known else 'NEW':5}  {cut(group.crash.kind, 32):32} "
               f"{len(group.inputs):>6} ×  {len(group.octets):>6} octets  "
               f"{cut(' < '.join(group.crash.where) or '?', 90)}")
    if triage.harmless:
        yield f"  not reproduced: {inputs(len(triage.harmless))}"
