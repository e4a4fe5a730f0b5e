"""The recipes for a CI: they load, ask for what is there, and fuzz a parser as they say."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

pytestmark = pytest.mark.own_build

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
RECIPES = TOP / "fuzz/recipes"
FILES = sorted([*RECIPES.rglob("*.yml"), *RECIPES.rglob("*.yaml"), *TOP.glob(".clusterfuzzlite/*.yaml"),
                *TOP.glob("fuzz/oss-fuzz/*.yaml")])
PEERS = ("libetpan_", "c_client_", "curl_")
PARSER = """
#include <stddef.h>
#include <stdint.h>
#include <string.h>
int parse(const char *octets, size_t size);
int parse(const char *octets, size_t size) { return size > 2 && memcmp(octets, "* ", 2) == 0; }
"""
HARNESS = """
#include <stddef.h>
#include <stdint.h>
int parse(const char *octets, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { parse((const char *)data, size); return 0; }
"""


def commands(node):
    """All commands of a workflow, or of a pipeline."""
    if isinstance(node, list):
        return [command for item in node for command in commands(item)]
    if not isinstance(node, dict):
        return []
    here = []
    for key, value in node.items():
        if key in ("run", "script", "before_script", "after_script"):
            here += [value] if isinstance(value, str) else value
        else:
            here += commands(value)
    return here


def load(name):
    return yaml.safe_load((RECIPES / name).read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TOP)))
def test_loads(path):
    assert isinstance(yaml.safe_load(path.read_text()), dict)


@pytest.mark.parametrize("name", ["imapspec/github.yml", "imapspec/gitlab.yml", "parser/github.yml",
                                  "parser/gitlab.yml"])
def test_asks_for_what_is_there(name):
    """Targets and variables of make, purposes of scripts/setup."""
    known = subprocess.run(["make", "help"], cwd=TOP, check=True, capture_output=True, text=True,
                           env={**os.environ, "MAKEFLAGS": ""}).stdout
    known = set(re.findall(r"^  (\S+)", known, re.M))
    asked = 0
    for command in commands(load(name)):
        words = command.split()
        if words[0] == "make":
            goals = words[3:] if words[1] == "-C" else words[1:]
            assert {word.partition("=")[0] for word in goals} <= known
            asked += 1
        elif words[0].endswith("scripts/setup"):
            assert subprocess.run([TOP / "scripts/setup", "--check", *words[1:]], check=False,
                                  capture_output=True).returncode in (0, 1)
            asked += 1
    assert asked > 1


def test_names_all_targets_of_ours():
    ours = {path.stem for path in TOP.glob("fuzz/targets/*.c") if not path.name.startswith(PEERS)}
    assert set(load("imapspec/github.yml")["jobs"]["fuzz"]["strategy"]["matrix"]["target"]) == ours
    matrix, = load("imapspec/gitlab.yml")["fuzz"]["parallel"]["matrix"]
    assert set(matrix["TARGET"]) == ours


@pytest.mark.parametrize("dockerfile", [".clusterfuzzlite/Dockerfile", "fuzz/oss-fuzz/Dockerfile"])
def test_images_are_made_of_what_is_there(dockerfile):
    text = (TOP / dockerfile).read_text()
    paths = re.findall(r"\$SRC/imapspec/(\S+)", text)
    assert {"scripts/setup", ".clusterfuzzlite/build.sh"} <= set(paths)
    assert all((TOP / path).exists() for path in paths)


@pytest.fixture
def project(tmp_path, build):
    """Somebody's repository with a parser and a harness, and beside it imapspec, built."""
    if "sanitize" in build.parts:
        pytest.skip("nobody links a watched mutator")
    imapspec = tmp_path / "imapspec"
    (imapspec / "build/corpus/server").mkdir(parents=True)
    (imapspec / "build/corpus/server/seed").write_text("* 1 EXISTS\r\n")
    (imapspec / "build/corpus/imap.dict").write_text('"EXISTS"\n')
    shutil.copy(build / "libimapspec-fuzz.a", imapspec / "build")
    (imapspec / "Makefile").write_text("mutator corpus:\n")
    for path, text in {"src/parser.c": PARSER, "fuzz/harness.c": HARNESS}.items():
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text(text)
    return tmp_path


def shell(command, folder, **variables):
    done = subprocess.run(["bash", "-euc", command], cwd=folder, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace",
                          env={**os.environ, "MAKEFLAGS": "", "BUILD": "", **variables})
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize("name, job", [("parser/github.yml", ["jobs", "fuzz"]),
                                       ("parser/gitlab.yml", ["fuzz-imap"])])
def test_fuzzes_a_parser(project, name, job):
    """The steps as they stand, but for a second instead of ten minutes."""
    recipe = load(name)
    for key in job:
        recipe = recipe[key]
    steps = commands(recipe["steps"]) if "steps" in recipe else recipe["script"]
    variables = {key: value for key, value in {**recipe.get("env", {}), **recipe.get("variables", {})}.items()
                 if key != "SECONDS_TO_FUZZ"}
    output = "".join(shell(step, project, **variables, SECONDS_TO_FUZZ="1") for step in steps
                     if "scripts/setup" not in step)
    assert "found LLVMFuzzerCustomMutator" in output
    assert re.search(r"Done [1-9]\d* runs", output)
    assert any((project / "fuzz-corpus").iterdir())


@pytest.mark.parametrize("engine, compiler, library", [
    ("libfuzzer", "clang", "-fsanitize=fuzzer"),
    ("afl", "afl-clang-fast", "/usr/lib/afl/libAFLDriver.a")])
def test_clusterfuzzlite_builds_a_parser(project, engine, compiler, library):
    """build.sh, with the variables of the image."""
    work, out = project / "work", project / "out"
    work.mkdir()
    out.mkdir()
    shutil.copytree(project / "imapspec/build", work / "imapspec")
    flags = "-O1 -fsanitize=address" + (",fuzzer-no-link" if engine == "libfuzzer" else "")
    shell(f"bash -eu {RECIPES}/parser/.clusterfuzzlite/build.sh", project, SRC=str(project), WORK=str(work),
          OUT=str(out), CC=compiler, CXX=compiler + "++", CFLAGS=flags, CXXFLAGS=flags,
          LIB_FUZZING_ENGINE=library, FUZZING_ENGINE=engine, SANITIZER="address", AFL_QUIET="1")
    assert {"imap", "imap.dict", "imap_seed_corpus.zip"} == {path.name for path in out.iterdir()}
    if engine == "libfuzzer":
        assert "found LLVMFuzzerCustomMutator" in shell("./imap -runs=4", out)
