"""libimapspec by itself: the README's example, the examples on the library as it is installed, and
what the library asks of the system."""
import os
import pathlib
import re
import shutil
import socket
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = re.search(r"```c\n(.*?)```", (TOP / "README.md").read_text(), re.S)[1]


@pytest.fixture
def library(imapspec):
    return pathlib.Path(imapspec.path).resolve().parent / "libimapspec.a"


def test_example(library, tmp_path):
    """It compiles with the header and the library alone, and says what was read."""
    sanitizers = ["-fsanitize=address,undefined"] if b"__asan" in library.read_bytes() else []
    (tmp_path / "example.c").write_text(EXAMPLE)
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", *sanitizers,
                    "-I", TOP / "parser", tmp_path / "example.c", library,
                    "-o", tmp_path / "example"], check=True)
    run = subprocess.run([tmp_path / "example"], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert run.stdout == "2 number\n2 mailbox-data\n0 response-data\n0 response\n"


def symbols(library, member, which):
    """The names that an object of the library needs ("U") or has ("TRDB…")."""
    listing = subprocess.run(["nm", library], check=True, capture_output=True, text=True).stdout
    part = listing.split(f"\n{member}:\n")[1].split("\n\n")[0]
    return set(re.findall(rf"^[0-9a-f ]+ [{which}] (\w+)$", part, re.M))


def members(library):
    """Objects of the parser, and of the compiler of grammars with the generator."""
    listing = subprocess.run(["ar", "t", library], check=True, capture_output=True, text=True)
    compiler = {f"{path.stem}.o" for folder in ("compiler", "generate")
                for path in TOP.glob(f"parser/{folder}/*.c")} | {"texts.o"}
    everything = set(listing.stdout.split())
    return everything - compiler, everything & compiler


def test_parser_allocates_nothing(library):
    needed = set.union(*[symbols(library, member, "U") for member in members(library)[0]])
    assert "memchr" in needed
    assert not needed & {"malloc", "calloc", "realloc", "aligned_alloc", "strdup", "free"}


def test_parser_needs_no_compiler(library):
    """A program that doesn't compile grammars has neither the compiler nor its texts."""
    parser, compiler = members(library)
    needed = set.union(*[symbols(library, member, "U") for member in parser])
    there = set.union(*[symbols(library, member, "TRD") for member in compiler])
    assert {"imap_grammar_compile", "grammar_texts"} <= there
    assert not needed & there


def test_has_no_state(library):
    """Neither initialised nor zeroed data that could be written."""
    listing = subprocess.run(["nm", "--defined-only", library], check=True,
                             capture_output=True, text=True).stdout
    writable = re.findall(r"^\w+ [BbC] (?!__)(\w+)", listing, re.M)
    assert "T imap_parser_feed" in listing
    assert not writable


# ---- installed -----------------------------------------------------------------------------------

WARNINGS = ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Wpedantic",
            "-Wconversion", "-Wshadow", "-Werror"]


@pytest.fixture(scope="module")
def sanitized(pytestconfig):
    program = pathlib.Path(pytestconfig.getoption("imapspec")).resolve()
    return b"__asan" in (program.parent / "libimapspec.a").read_bytes()


@pytest.fixture(scope="module")
def installed(pytestconfig, sanitized, tmp_path_factory):
    """The prefix of `make install`, which is as a package would have it, below a scratch folder."""
    build = pathlib.Path(pytestconfig.getoption("imapspec")).resolve().parent
    root = tmp_path_factory.mktemp("root")
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    subprocess.run(["make", "--silent", "install", f"BUILD={os.path.relpath(build, TOP)}",
                    f"SANITIZE={'1' if sanitized else ''}", f"DESTDIR={root}", "PREFIX=/opt/imap"],
                   cwd=TOP, env=environment, check=True, timeout=600)
    return root / "opt/imap"


def pkg_config(installed, *arguments):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(installed / "lib/pkgconfig"),
                   "PKG_CONFIG_SYSROOT_DIR": str(installed.parents[1])}
    return subprocess.run(["pkg-config", *arguments, "libimapspec"], env=environment, check=True,
                          capture_output=True, text=True).stdout.split()


def compile_example(installed, sanitized, name, target, *options):
    flags = pkg_config(installed, "--cflags", "--libs")
    sanitizers = ["-fsanitize=address,undefined"] if sanitized else []
    subprocess.run(["cc", *WARNINGS, *sanitizers, TOP / f"parser/examples/{name}.c", *options,
                    *flags, "-Wl,-Bdynamic", f"-Wl,-rpath,{installed}/lib", "-o", target],
                   check=True)
    return target


@pytest.mark.parametrize("linkage", ["static", "shared"])
def test_installed_examples(installed, sanitized, tmp_path, linkage):
    """The server and the client of the examples talk to each other."""
    options = ["-Wl,-Bstatic"] if linkage == "static" else []
    server, client = [compile_example(installed, sanitized, name, tmp_path / name, *options)
                      for name in ("server", "client")]
    needed = subprocess.run(["readelf", "-d", server], check=True, capture_output=True,
                            text=True).stdout
    assert ("[libimapspec.so.0]" in needed) == (linkage == "shared")
    names = set(subprocess.run(["nm", "--format=just-symbols", server], check=True,
                               capture_output=True, text=True).stdout.split())
    assert "imap_parser_feed" in names
    assert not names & {"grammar_texts", "abnf_read", "imap_grammar_compile"}

    ours, theirs = socket.socketpair()
    with ours, theirs:
        serving = subprocess.Popen([server], stdin=theirs, stdout=theirs)
        talking = subprocess.run([client], stdin=ours, stdout=ours, stderr=subprocess.PIPE,
                                 text=True, timeout=60)
    assert serving.wait(timeout=60) == 0 and talking.returncode == 0, talking.stderr
    assert re.findall(r"greeting|response-tagged", talking.stderr) == [
        "greeting"] + 3 * ["response-tagged"]


def test_example_server(installed, sanitized, tmp_path):
    """It asks for literals, skips what is broken, however long it is, and goes on."""
    server = compile_example(installed, sanitized, "server", tmp_path / "server")
    said = subprocess.run([server], input=b"a1 LOGIN {3}\r\nabc d\r\nfoo\r\na2 NOOP\r\n" +
                          100_000 * b"\0" + b"\r\na3 NOOP\r\n", capture_output=True, timeout=60)
    assert said.returncode == 0, said.stderr
    assert said.stdout.split(b"\r\n") == [
        b"* PREAUTH Welcome", b"+ Ready for 3 octets", b"a1 OK Done",
        b"* BAD expected tag-char / SP, got CR", b"a2 OK Done",
        b"* BAD expected tag-char, got NUL", b"a3 OK Done", b""]


def test_installed_files(installed, imapspec):
    version = imapspec("--version").output.split()[1]
    files = {str(path.relative_to(installed)) for path in installed.rglob("*")
             if not path.is_dir()}
    manuals = {f"share/man/man{page.suffix[1:]}/{page.name}"
               for page in [*TOP.glob("conformance/manual/*.1"), *TOP.glob("parser/*.3"),
                            *TOP.glob("fuzz/manual/*.7")]}
    assert files == manuals | {
        "bin/imapspec", "include/imapspec.h", "lib/libimapspec.a", "lib/libimapspec.so",
        "lib/libimapspec.so.0", f"lib/libimapspec.so.{version}", "lib/pkgconfig/libimapspec.pc",
        "lib/libimapspec-fuzz.a", "lib/libimapspec-afl.so", "share/bash-completion/completions/imapspec"}
    assert pkg_config(installed, "--modversion") == [version]


def test_shared_library_shows_the_header_alone(installed):
    listing = subprocess.run(["nm", "--dynamic", "--defined-only", installed /
                              "lib/libimapspec.so"], check=True, capture_output=True,
                             text=True).stdout
    names = set(re.findall(r"^\w+ [A-Z] (?!__)(\w+)", listing, re.M))
    header = (installed / "include/imapspec.h").read_text()
    functions = re.sub(r"/\*.*?\*/|typedef[^;]*;", "", header, flags=re.S)
    assert names == set(re.findall(r"\b(imap_\w+)\(", functions))


@pytest.mark.skipif(not shutil.which("c++"), reason="needs a C++ compiler")
def test_header_is_cpp_too(installed):
    subprocess.run(["c++", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c++",
                    installed / "include/imapspec.h"], check=True)
