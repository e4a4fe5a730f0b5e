"""Makes an input smaller as long as it does the same."""
import ctypes
import os
import re
import time
from ctypes import POINTER, c_char_p, c_int32, c_size_t, c_uint, c_uint8, c_void_p

import engines

# Lines, words, octets.
PARTS = [re.compile(rb"[^\n]*\n|[^\n]+"), re.compile(rb"\w+|\s+|[^\w\s]"),
         re.compile(rb".", re.DOTALL)]
LITERAL = re.compile(rb"\{(\d{1,9})\+?\}\r?\n")
BATCH = 32         # inputs that are tried at a time
MOST_PARTS = 4096  # of one kind: more are put together


class Shrinker:
    """Tries smaller inputs, each once, until the time is over. `first_that_holds(inputs)` is the
    index of one, or None; `show` is told the size that it has come to."""

    def __init__(self, first_that_holds, seconds, show=lambda size: None):
        self.first_that_holds, self.show = first_that_holds, show
        self.end = time.monotonic() + seconds
        self.tried = set()

    def is_over(self):
        return time.monotonic() > self.end

    def accepts(self, octets):
        return self.first([octets]) is not None

    def first(self, inputs):
        """The index of the first input that holds."""
        new = [i for i, octets in enumerate(inputs) if octets not in self.tried]
        if not new or self.is_over():
            return None
        found = self.first_that_holds([inputs[i] for i in new])
        tried = new if found is None else new[:found + 1]
        self.tried.update(inputs[i] for i in tried)
        if found is None:
            return None
        self.show(len(inputs[new[found]]))
        return new[found]

    def shrink(self, octets, trim=None):
        """The smallest found. `trim` is a Trimmer, which knows what belongs together."""
        if trim:
            octets = trim.shrink(octets, self.accepts)
        size = len(octets) + 1
        while len(octets) < size and not self.is_over():
            size = len(octets)
            for parts in PARTS:
                octets = b"".join(self.leave_out(gather(parts.findall(octets))))
            octets = self.empty_literals(octets)
        return octets

    def empty_literals(self, octets):
        """Where they need not be read, octets of a literal cannot go without its count."""
        found = 0
        while found is not None:
            emptier = list(without_literal(octets))[:BATCH]
            found = self.first(emptier)
            octets = octets if found is None else emptier[found]
        return octets

    def leave_out(self, parts):
        """Leaves out runs of parts, the longest first, from the end: what comes last is mostly not
        needed. Zeller's delta debugging, but for trying the parts alone."""
        run = max(len(parts) // 2, 1)
        while parts:
            begin = len(parts)
            while begin > 0:
                begins = list(range(max(begin - run, 0), -1, -run))[:BATCH] or [0]
                rests = [parts[:at] + parts[at + run:] for at in begins]
                found = self.first([b"".join(rest) for rest in rests])
                begin = begins[-1] if found is None else begins[found]
                parts = parts if found is None else rests[found]
            if run == 1:
                break
            run //= 2
        return parts


def without_literal(octets):
    """The octets with one of their literals empty, for each."""
    for header in LITERAL.finditer(octets):
        end = header.end() + int(header[1])
        if header.end() < end <= len(octets):
            yield octets[:header.start(1)] + b"0" + octets[header.end(1):header.end()] + octets[end:]


def gather(parts):
    """Not more than can be tried."""
    at_once = -(-len(parts) // MOST_PARTS)
    return [b"".join(parts[i:i + at_once]) for i in range(0, len(parts), at_once)] \
        if at_once > 1 else parts


class Trimmer:
    """The mutator's trim by messages and subtrees, which keeps the counts of literals right: by the
    calls that AFL++ makes of its library."""

    def __init__(self, library, side):
        # Of all of the process: one side at a time.
        os.environ["IMAPSPEC_MUTATOR"] = f"root={engines.ROOTS[side]}"
        library = ctypes.CDLL(str(library))
        self.open = function(library.afl_custom_init, c_void_p, c_void_p, c_uint)
        self.begin = function(library.afl_custom_init_trim, c_int32, c_void_p, c_char_p, c_size_t)
        self.next = function(library.afl_custom_trim, c_size_t, c_void_p, POINTER(c_void_p))
        self.judge = function(library.afl_custom_post_trim, c_int32, c_void_p, c_uint8)
        self.close = function(library.afl_custom_deinit, None, c_void_p)

    def shrink(self, octets, accepts):
        """The smallest that `accepts` takes."""
        state = self.open(None, 0)
        shorter, given = c_void_p(), octets  # the library may go on reading what it was given
        try:
            step, steps = 0, self.begin(state, given, len(given))
            while step < steps:
                size = self.next(state, ctypes.byref(shorter))
                candidate = ctypes.string_at(shorter, size)
                is_same = len(candidate) < len(octets) and accepts(candidate)
                octets = candidate if is_same else octets
                step = self.judge(state, is_same)
        finally:
            self.close(state)
        return octets


def function(foreign, result, *arguments):
    foreign.restype, foreign.argtypes = result, arguments
    return foreign
