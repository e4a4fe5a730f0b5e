"""scripts/triage/crash.py: what is read of reports, which clang 14's sanitizers and libFuzzer wrote
of fuzz/tests/programs/crashes.c."""
import pathlib
import sys

import pytest

pytestmark = pytest.mark.own_build

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "scripts"))

from triage import crash  # noqa: E402

REPORTS = {
    "address-heap-buffer-overflow": ("heap-buffer-overflow (read)",
                                     "peek < read_list < fail_in_one_way"),
    "address-null-dereference": ("null-dereference (read)", "follow < fail_in_one_way"),
    "address-stack-overflow": ("stack-overflow", "ascend < descend"),
    "address-abort": ("abort", "fail < fail_in_one_way"),
    "leak": ("leak", "keep < fail_in_one_way"),
    "undefined-overflow": ("signed-integer-overflow", "add < fail_in_one_way"),
    "undefined-and-signal": ("null-dereference (read)", "follow < fail_in_one_way"),
    "libfuzzer-abort": ("abort", "fail < fail_in_one_way"),
    "libfuzzer-timeout": ("timeout", "spin < fail_in_one_way"),
    "libfuzzer-out-of-memory": ("out-of-memory", "large < fail_in_one_way"),
}
STACK = """==1==ERROR: AddressSanitizer: SEGV on unknown address 0x7f00 (pc 0x1 bp 0x2 sp 0x3 T0)
{}
"""


def read(name, skip=None):
    return crash.read((HERE / f"reports/{name}.txt").read_text(), skip)


def read_stack(*frames):
    """Of lines `FUNCTION PLACE`."""
    lines = [f"    #{number} 0x55d0 in {frame}" for number, frame in enumerate(frames)]
    (found,) = crash.read(STACK.format("\n".join(lines)))
    return " < ".join(found.where)


@pytest.mark.parametrize("name", REPORTS)
def test_kind_and_place(name):
    kind, where = REPORTS[name]
    assert {(found.kind, " < ".join(found.where)) for found in read(name)} == {(kind, where)}


def test_every_report_is_read():
    names = {path.stem for path in (HERE / "reports").iterdir()}
    assert names == REPORTS.keys() | {"address-without-names"}


def test_what_has_no_names_has_offsets():
    (found,) = read("address-without-names")
    assert len(found.where) == crash.TOP
    assert all(name.startswith("crashes-address+0x") for name in found.where)


def test_id_stays_the_same():
    (found,) = read("address-stack-overflow")
    assert found.id == "stack-overflow-f9fc6607"


def test_last_sentence_is_kept():
    (found,) = read("libfuzzer-abort")
    assert found.sentence == "broken: the two differ, at octet 10"


def test_functions_can_be_skipped():
    import re
    (found,) = read("address-heap-buffer-overflow", re.compile("^(peek|look)$"))
    assert found.where == ("read_list", "fail_in_one_way")


def test_place_is_kept():
    (found,) = read("address-heap-buffer-overflow")
    assert found.frames[0] == crash.Frame("peek", "/src/crashes.c:16:12")


# ---- frames --------------------------------------------------------------------------------------

def test_other_peoples_frames_are_left_out():
    assert read_stack("__interceptor_strlen.part.0 (/p+0x1) (BuildId: ab12)",
                      "__vfprintf_internal stdio-common/./stdio-common/vfprintf.c:1:2",
                      "strdup (/p+0x2)", "(/lib/x86_64-linux-gnu/libc.so.6+0x3)",
                      "parse_list /src/list.c:4:5", "fuzzer::RunOneTest(int) (/p+0x4)",
                      "main (/p+0x5)") == "parse_list"


def test_program_may_have_such_names_itself():
    """What has a source is the program's."""
    assert read_stack("free /src/list.c:4:5", "main /src/main.c:1:2") == "free < main"


def test_library_is_not_libc_by_the_name_it_begins_with():
    assert read_stack("(/lib/x86_64-linux-gnu/libc-2.36.so+0x1)", "strdup (/p+0x2)",
                      "imap_reply (/lib/libc-client.so.2007e+0x3)") == "imap_reply"


def test_harness_counts_only_where_nothing_else_is():
    entry = "LLVMFuzzerTestOneInput /src/fuzz/targets/list.c:4:5"
    assert read_stack("feed /src/fuzz/harness/stream.c:1:2", "read_line /src/l.c:3:4",
                      entry) == "read_line"
    assert read_stack("feed /src/fuzz/harness/stream.c:1:2", entry,
                      "run /src/engine.c:3") == "feed < LLVMFuzzerTestOneInput"


def test_names_are_without_parameters_and_additions():
    assert read_stack("imap::list::read(char const*, (anonymous namespace)::state) /src/l.cc:1:2",
                      "skip.isra.0.part.1 /src/l.c:3", "(anonymous namespace)::go() /src/g.cc:1"
                      ) == "imap::list::read < skip < anonymous::go"


def test_library_without_symbols_has_its_name():
    assert read_stack("parse (/usr/lib/x86_64-linux-gnu/libetpan.so.20+0x1234) (BuildId: ab)",
                      " (/usr/lib/x86_64-linux-gnu/libetpan.so.20+0x99)"
                      ) == "parse < libetpan.so.20+0x99"


@pytest.mark.parametrize("begin", range(4))
def test_recursion_is_the_same_wherever_the_stack_ends(begin):
    names = ["leaf"] * (begin % 2) + ["c", "a", "b"] * 20
    assert crash.cycle(names[begin:]) == ["a", "b", "c"]


def test_no_recursion_is_itself():
    assert crash.cycle(["a", "b", "a", "c"]) == ["a", "b", "a", "c"]


def test_harness_that_aborts_is_told_by_its_sentence():
    text = """broken: 12 is not "a b"
AddressSanitizer:DEADLYSIGNAL
==1==ERROR: AddressSanitizer: ABRT on unknown address 0x1 (pc 0x1 bp 0x2 sp 0x3 T0)
    #0 0x1 in abort stdlib/./stdlib/abort.c:79:7
    #1 0x1 in property_broken /src/fuzz/harness/property.c:1:2
    #2 0x1 in imap_parser_feed /src/parser/parser.c:1:2
    #3 0x1 in LLVMFuzzerTestOneInput /src/fuzz/targets/splits.c:1:2
"""
    (found,) = crash.read(text)
    assert (found.kind, found.where) == ("abort", ("broken: N is not …",))


def test_leaks_count_once():
    leak = "Direct leak of 4 byte(s) in 1 object(s) allocated from:\n" \
           "    #0 0x1 in malloc (/p+0x1)\n    #1 0x1 in {} /src/a.c:1:2\n\n"
    head = "==1==ERROR: LeakSanitizer: detected memory leaks\n\n"
    indirect = leak.format("aaa").replace("Direct", "Indirect")
    found = crash.read(head + leak.format("second") + leak.format("first") + indirect)
    assert [one.where for one in found] == [("first",)]


def test_samples_of_a_hang():
    assert crash.common_end([["a", "b", "c"], ["b", "c"], ["x", "b", "c"]]) == ["b", "c"]
    one, other, third = (crash.Crash("timeout") for _ in range(3))
    one.within = ["step", "spin", crash.ENTRY]
    other.within = ["spin", crash.ENTRY]
    third.within = [crash.ENTRY]
    assert crash.is_same_hang(one, other) and not crash.is_same_hang(one, third)
