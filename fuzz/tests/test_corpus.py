"""scripts/corpus: what it makes is whole, the same each time, and of use to both engines."""
import collections
import concurrent.futures
import functools
import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


def make(build, folder):
    subprocess.run([TOP / "scripts/corpus", "--output", folder], check=True,
                   env={**os.environ, "BUILD": str(build)})
    return folder


@pytest.fixture(scope="module")
def corpus(build, tmp_path_factory):
    return make(build, tmp_path_factory.mktemp("corpus") / "first")


def octets_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def test_the_same_again(build, corpus, tmp_path):
    (tmp_path / "client").mkdir()
    (tmp_path / "client/stale").touch()
    assert octets_of(make(build, tmp_path)) == octets_of(corpus)


def test_every_file_is_there(corpus):
    names = collections.Counter(name.split("/")[0] for name in octets_of(corpus))
    dialogs = [*TOP.glob("conformance/dialogs/**/*.dialog"), *TOP.glob("corpus/shapes/*.dialog")]
    assert names["dialogs"] == len(dialogs)
    assert names["abnf"] == len([*TOP.glob("parser/grammar/**/*.abnf"),
                                 *TOP.glob("corpus/grammars/*.abnf")])
    examples = [line for path in TOP.glob("corpus/examples/*.txt")
                for line in path.read_text("latin-1").splitlines() if line.startswith("# ")]
    assert names["text"] == len(examples)
    assert names["client"] > 2000 and names["server"] > 2000


def test_seeds_are_small(corpus):
    sizes = [len(octets) for octets in octets_of(corpus).values()]
    assert max(sizes) <= 64 << 10
    assert sum(size > 4 << 10 for size in sizes) < len(sizes) / 50


def test_sessions_have_every_message(build, corpus):
    for side, root in ("client", "command"), ("server", "response"):
        raw = subprocess.run([build / "imapspec", "generate", "--exhaustive", "--raw", "--dialect",
                              "all", root], capture_output=True, check=True).stdout
        sessions = b"".join(path.read_bytes() for path in corpus.glob(f"{side}/valid-*"))
        assert set(raw.splitlines()) <= set(sessions.splitlines())


# ---- what parses ---------------------------------------------------------------------------------

def refused(build, corpus, side, pattern):
    """The names of files that the grammar doesn't read, by the rule that they break first."""
    def parse(path):
        root = ["--root", "greeting"] if side == "server" else []
        run = subprocess.run([build / "imapspec", "parse", f"--{side}", *root, "--dialect", "all",
                              "--quiet", path], capture_output=True, check=False)
        error = re.search(rb"^\d+: ([A-Za-z0-9-]+): expected", run.stdout, re.M)
        return error and error[1].decode()
    paths = sorted(corpus.glob(f"{side}/{pattern}"))
    found = collections.defaultdict(list)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, rule in zip(paths, pool.map(parse, paths)):
            if rule:
                found[rule].append(path.name)
    assert len(paths) > 5
    return found, len(paths)


@pytest.mark.parametrize("side", ["client", "server"])
@pytest.mark.parametrize("pattern", ["valid-00*", "random-*"])
def test_what_the_grammar_makes_is_read(build, corpus, side, pattern):
    assert refused(build, corpus, side, pattern)[0] == {}


def breaks_on_purpose(name):
    """Does the dialog say so?"""
    path = TOP / "conformance/dialogs" / (re.sub(r"\.\d+$", "", name).replace("_", "/") + ".dialog")
    return "!breaks" in path.read_text("latin-1")


@pytest.mark.parametrize("pattern", ["rfc2060_6*", "extensions_c*", "lint_*"])
def test_what_servers_say_is_read(build, corpus, pattern):
    found, _ = refused(build, corpus, "server", pattern)
    assert all(breaks_on_purpose(name) for names in found.values() for name in names), dict(found)


@pytest.mark.parametrize("pattern", ["rfc2060_6*", "extensions_c*", "security_*"])
def test_what_clients_say_is_mostly_read(build, corpus, pattern):
    """A client says what a server must refuse: a few of each kind."""
    found, count = refused(build, corpus, "client", pattern)
    assert sum(map(len, found.values())) <= count / 5, dict(found)


# ---- dictionaries --------------------------------------------------------------------------------

@pytest.mark.parametrize("name, words", [
    ("imap", ['"PERMANENTFLAGS"', r'"\x5cSeen"', '"CONDSTORE"', '"HEADER.FIELDS"', '"4294967296"',
              r'"{9223372036854775808+}\x0d\x0a"', r'"~{0}\x0d\x0a"']),
    ("dialog", [r'"\x0astate: "', r'"\x0aS?: "', r'"\x0a!starttls"', '"${hex:"']),
    ("abnf", ['"@node"', '"=/"', '"mailbox-data"', '"%x20"'])])
def test_words(corpus, name, words):
    lines = (corpus / f"{name}.dict").read_text("ascii").splitlines()
    assert lines == sorted(set(lines)) and set(words) <= set(lines)
    # libFuzzer and AFL++ read this much alike: printable, escaped by hexadecimal digits, 128 at most.
    assert all(re.fullmatch(r'"([ !#-\[\]-~]|\\x[0-9a-f]{2}){2,128}"', line) for line in lines)


PROGRAM = """
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return size > 1 && data[0] == 1; }
"""


@pytest.fixture(scope="module")
def compile_program(tmp_path_factory):
    """A target that does nothing, made by a compiler; made once."""
    @functools.cache
    def compile_program(compiler):
        if not shutil.which(compiler):
            pytest.skip(f"needs {compiler}")
        folder = tmp_path_factory.mktemp(compiler)
        (folder / "target.c").write_text(PROGRAM)
        subprocess.run([compiler, "-fsanitize=fuzzer", "target.c", "-o", "target"], cwd=folder,
                       check=True, capture_output=True)
        return folder / "target"
    return compile_program


@pytest.mark.parametrize("name", ["imap", "dialog", "abnf"])
def test_dictionary_for_libfuzzer(corpus, compile_program, name):
    path = corpus / f"{name}.dict"
    run = subprocess.run([compile_program("clang"), f"-dict={path}", "-runs=1"],
                         capture_output=True, text=True, check=True)
    words = len(path.read_text().splitlines())
    assert f"Dictionary: {words} entries" in run.stderr


@pytest.mark.parametrize("name", ["imap", "dialog", "abnf"])
def test_dictionary_for_afl(corpus, compile_program, tmp_path, name):
    target = compile_program("afl-clang-fast")
    path = corpus / f"{name}.dict"
    (tmp_path / "in").mkdir()
    (tmp_path / "in/seed").write_text("seed")
    # Sanitizers' options, which tests have for the program, are none that AFL++ lets pass.
    environment = {name: value for name, value in os.environ.items() if "SAN_OPTIONS" not in name}
    environment |= {"AFL_SKIP_CPUFREQ": "1", "AFL_NO_UI": "1", "AFL_NO_AFFINITY": "1",
                    "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1"}
    run = subprocess.run(["afl-fuzz", "-x", path, "-i", "in", "-o", "out", "-E", "10", target],
                         cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    words = len(path.read_text().splitlines())
    assert f"Loaded a total of {words} extras" in re.sub(r"\x1b[^m]*m", "", run.stdout)
