"""Reads what is said of a crash: by AddressSanitizer, UndefinedBehaviorSanitizer, MemorySanitizer,
LeakSanitizer, libFuzzer, or the program's own last sentence before it aborts."""
import collections
import hashlib
import re

TOP = 3         # frames that tell one finding from another
SENTENCE = 100  # letters of it that do
CYCLE = 16      # functions that a recursion goes through, at most

HEADER = re.compile(r"==\d+==\s?(?:ERROR|WARNING): (\w+): (.*)")
UNDEFINED = re.compile(r"(\S+:\d+:\d+): runtime error: (.*)")
SUMMARY = re.compile(r"SUMMARY: (\w+): (\S+)")
ACCESS = re.compile(r"(READ|WRITE) of size|caused by a (READ|WRITE) memory access")
ACCESSES = {"load": "read", "store": "write"}
LEAK = re.compile(r"(Direct|Indirect) leak of ")
FRAME = re.compile(r"\s+#(\d+) 0x[0-9a-f]+ +(?:in (.*?) ?)?"
                   r"(\((?:[^()]*)\+0x[0-9a-f]+\)|[^\s()]+)(?: \(BuildId: \w+\))?$")
PLACE = re.compile(r"(.*?):(\d+)(?::\d+)?$")
ADDED = re.compile(r"(?:\.(?:isra|part|constprop|llvm|cold|lto_priv)(?:\.?\d+)*)+$")

# Functions that are not the program's: of the sanitizers, the engines, libc.
RUNTIME = re.compile(r"""
    _{2,3}(?:asan|ubsan|msan|lsan|tsan|hwasan|wrap|sanitizer|interceptor|interception|sancov|afl) |
    fuzzer:: | std:: | operator\ (?:new|delete) |
    (?:printf|scanf)_common | StrtolFixAndCheck | \w*Interceptor\w* | SignalAction |
    __assert_fail | __pthread_kill | __libc_ | __GI_ | _IO_ | __fortify_fail | __stack_chk_fail |
    (?: \w+_chk | abort | raise | gsignal | pthread_kill | _start ) $
    """, re.VERBOSE)
# Those of libc that a sanitizer has copies of, without a source; and an engine's main.
LIBRARY = re.compile(r"""
    (?: malloc | calloc | realloc | reallocarray | c?free | aligned_alloc | (?:posix_)?memalign |
        str (?: n?dup | n?len | n?cpy | n?cat | n?cmp | n?casecmp | r?chr | p?brk | (?:case)?str |
                c?spn | tok(?:_r)? | to(?:u?ll?|d) ) |
        mem (?: cpy | move | set | cmp | r?chr | mem | pcpy ) | wcslen |
        v?[sf]?n?printf | v?asprintf | v?[sf]?scanf | ato(?:i|ll?) | qsort | bsearch | getenv |
        read | write | recv | send | fgets | fread | fwrite | f?puts | main ) $
    """, re.VERBOSE)
LIBC_MODULE = re.compile(
    r"/(?:libc|libpthread|libm|ld-linux[\w-]*|libstdc\+\+|libgcc_s|lib[almtu]\w*san)(?:-\d[\d.]*)?\.so")
LIBC_SOURCE = re.compile(r"""
    (?:^|/)[\w-]+/\.{1,2}/(?: sysdeps | csu | nptl | stdlib | signal | string | malloc | libio |
                              stdio-common | assert | debug | elf | io | socket | misc )/ |
    /include/c\+\+/ | /lib/gcc/\S+/include/ | /compiler-rt/ | FuzzerMain\.cpp | aflpp_driver
    """, re.VERBOSE)
ENTRY = "LLVMFuzzerTestOneInput"
HARNESS = re.compile(r"/fuzz/(?:targets|harness)/[^/]*$")

# What libFuzzer, AFL++'s driver and the sanitizers say beside it.
CHATTER = re.compile(r"""
    INFO:\ | Running:\ | Executed\  | \*\*\* | .*:\ Running\ \d+\ inputs | ALARM:\ | NOTE:\  |
    (?:\w+Sanitizer:)?DEADLYSIGNAL | ={9,} | ==\d+== | SUMMARY:\ | Reading\ \d+\ bytes |
    Running\ LLVMFuzzerInitialize | continue\.\.\.$
    """, re.VERBOSE)
VERDICT = re.compile(
    r"^broken: |[Aa]ssert|[Ee]rror|fatal|panic|corrupt|invalid|smashing|differ|mismatch")
ABORTS = {"ABRT", "deadly-signal"}
KINDS = {"attempting": "bad-free", "allocator": "out-of-memory", "detected": "leak",
         "deadly": "deadly-signal", "fuzz": "bad-target", "hard": "out-of-memory",
         "undefined-behavior": "undefined-behaviour", "null-pointer-use": "null-dereference",
         "requested": "allocation-size-too-big"}

Frame = collections.namedtuple("Frame", "function place")  # place: file:line, or module+offset


class Crash:
    """One report. `frames` are all of its stack, the innermost first; `where` what tells it from
    others of its kind."""

    def __init__(self, kind, text=""):
        self.kind, self.text = kind, text
        self.sentence = ""
        self.access, self.is_null = "", False
        self.frames, self.where = [], ()
        self.within = []  # of a time-out: the functions that it has been in all the time

    @property
    def key(self):
        return self.kind, self.where

    @property
    def id(self):
        return identify(self.kind, self.where)


def identify(kind, where):
    """The same for the same finding, today and tomorrow."""
    digest = hashlib.sha256("\n".join([kind, *where]).encode()).hexdigest()
    return re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-") + "-" + digest[:8]


# ---- frames --------------------------------------------------------------------------------------

def read_frame(line):
    """(number, frame), or None."""
    match = FRAME.match(line)
    if not match:
        return None
    number, function, place = match.groups()
    return int(number), Frame(plain_name(function or ""), place.strip("()"))


def plain_name(function):
    """Without parameters, and what a compiler adds."""
    if not function.startswith("operator"):
        function = function.replace("(anonymous namespace)", "anonymous")
        function = re.sub(r"(?<=\w)\(.*", "", function)
    return ADDED.sub("", function).strip()


def is_foreign(frame):
    """Is it of a sanitizer, an engine or libc?"""
    has_source = "+0x" not in frame.place
    return bool(RUNTIME.match(frame.function) or LIBC_SOURCE.search(frame.place)
                or LIBC_MODULE.search(frame.place)
                or (not has_source and LIBRARY.match(frame.function)))


def short_name(frame):
    """The function; where it has no name, the module's and the offset."""
    return frame.function or frame.place.rpartition("/")[2]


def is_harness(frame):
    return frame.function == ENTRY or HARNESS.search(PLACE.sub(r"\1", frame.place))


def is_skipped(frame, skip):
    return skip and (skip.search(frame.function) or skip.search(frame.place))


def relevant_frames(frames, skip=None):
    """Those of the program under test and of the harness around it."""
    relevant = []
    for frame in frames:
        if not is_foreign(frame) and not is_skipped(frame, skip):
            relevant.append(frame)
        if frame.function == ENTRY:
            break
    return relevant


def cycle(names):
    """The functions that a recursion goes through, beginning with the first by name: where the
    stack ended is chance."""
    for period in range(1, CYCLE + 1):
        for begin in range(CYCLE):
            part, thrice = names[begin:begin + period], names[begin:begin + 3 * period]
            if len(thrice) == 3 * period and thrice == 3 * part:
                return min(part[i:] + part[:i] for i in range(period))
    return names


def common_end(stacks):
    """What all stacks have at their outer end: of one that never ends, samples differ inside."""
    shared = []
    for names in zip(*map(reversed, stacks)):
        if len(set(names)) > 1:
            break
        shared.insert(0, names[0])
    return shared


def top(names):
    """The first three; the harness only where there is nothing else."""
    return tuple((names[:-1] if names[-1:] == [ENTRY] and names[1:] else names)[:TOP])


def is_same_hang(one, other):
    """Are the functions that one is in all the time those that the other is in, and what they
    call? A sample is chance."""
    shorter, longer = sorted([one.within, other.within], key=len)
    return len(shorter) > 1 and longer[-len(shorter):] == shorter


# ---- reports -------------------------------------------------------------------------------------

def begin_report(line):
    """The crash that this line is the first of, or None."""
    undefined = UNDEFINED.match(line)
    if undefined:
        crash = Crash("undefined-behaviour")
        crash.sentence = undefined[2]
        crash.access = ACCESSES.get(undefined[2].split()[0], "")
        return crash
    header = HEADER.match(line)
    if not header:
        return None
    word = re.match(r"[\w-]*", header[2])[0]
    return Crash("double-free" if "double-free" in header[2] else KINDS.get(word, word))


def read_lines(lines):
    """The reports in the lines, each with its first stack; of leaks, all that are direct."""
    reports, crash, leak, spoken = [], None, False, []
    is_open = False  # the stack may still begin or go on
    for line in lines:
        begun = begin_report(line)
        if begun:
            crash, leak, is_open = begun, begun.kind == "leak", begun.kind != "leak"
            reports.append((crash, spoken))
            spoken = []
        if not crash:
            if line.strip() and not CHATTER.match(line):
                spoken.append(line)
            continue
        crash.text += line + "\n"
        read_detail(crash, line)
        if leak and LEAK.match(line):
            if crash.frames:
                crash = Crash("leak", line + "\n")
                reports.append((crash, []))
            is_open = LEAK.match(line)[1] == "Direct" or len(reports) == 1
        frame = read_frame(line)
        if frame and is_open and frame[0] == len(crash.frames):
            crash.frames.append(frame[1])
        elif crash.frames:
            is_open = False
    return reports


def read_detail(crash, line):
    access = ACCESS.search(line)
    if access and not crash.access:
        crash.access = (access[1] or access[2]).lower()
    crash.is_null = crash.is_null or "address points to the zero page" in line
    summary = SUMMARY.match(line)
    if summary and summary[1] in ("AddressSanitizer", "UndefinedBehaviorSanitizer") \
            and crash.kind in ("bad-free", "undefined-behaviour"):
        crash.kind = KINDS.get(summary[2], summary[2])


def read_reason(spoken):
    """The last sentence that the program said itself, one that sounds like a verdict if there is
    any: a program may show its input below it."""
    verdicts = [line for line in spoken if VERDICT.search(line)]
    sentences = [line for line in spoken if re.match(r"\S.*[^\W\d]{3}", line)]
    return ([""] + sentences + verdicts[-1:])[-1]


def plain_sentence(sentence):
    """Without what differs from input to input."""
    sentence = re.sub(r"\"[^\"]*\"?|'[^']*'|`[^']*'", "…", sentence)
    return re.sub(r"\b(?:0x[0-9a-fA-F]+|\d+)\b", "N", sentence)[:SENTENCE].replace("<", "…").strip()


def name_kind(crash, spoken):
    if crash.kind == "SEGV" and crash.is_null:
        crash.kind = "null-dereference"
    functions = {frame.function for frame in crash.frames}
    if crash.kind in ABORTS:
        crash.sentence = read_reason(spoken)
        if crash.kind == "ABRT" or functions & {"abort", "__GI_abort"}:
            crash.kind = "assertion" if "Assertion" in crash.sentence else "abort"
    if crash.access and crash.kind not in ("stack-overflow", "undefined-behaviour"):
        crash.kind += f" ({crash.access})"


def locate(crash, skip):
    frames = relevant_frames(crash.frames, skip)
    names = [short_name(frame) for frame in frames if not is_harness(frame)]
    if crash.kind == "stack-overflow":
        names = cycle(names)
    if crash.kind == "abort" and crash.sentence and (not frames or is_harness(frames[0])):
        names = [plain_sentence(crash.sentence)]
    crash.where = tuple((names or [short_name(frame) for frame in frames])[:TOP])


def stacks(text):
    """All that the text says, but for names: where two say the same, so do their crashes."""
    reports = [(found.kind, plain_sentence(read_reason(spoken) or found.sentence), *found.frames)
               for found, spoken in read_lines(text.splitlines())
               if found.frames or found.kind != "leak"]  # an indirect one's are not read
    return tuple(sorted(reports))


def read(text, skip=None):
    """All crashes that the text tells of, in their order. `skip` is a pattern of functions and
    files that are no part of the program, beside those that never are. Of several leaks of one run
    the first by name counts: their order is chance."""
    crashes = []
    for crash, spoken in read_lines(text.splitlines()):
        name_kind(crash, spoken)
        locate(crash, skip)
        crashes.append(crash)
    leaks = sorted((crash for crash in crashes if crash.kind == "leak"),
                   key=lambda leak: (not leak.frames, leak.where))
    return [crash for crash in crashes if crash.kind != "leak"] + leaks[:1]
