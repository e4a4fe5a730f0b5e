"""pytest's side of the fuzzing: what was built, and where.

  pytest fuzz [--build FOLDER]
"""
import pathlib

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent


def pytest_addoption(parser):
    group = parser.getgroup("imapspec fuzz")
    group.addoption("--build", default=TOP / "build", metavar="FOLDER",
                    help="what make built (default: build)")


@pytest.fixture(scope="session")
def build(pytestconfig):
    """The folder of the build that is tested."""
    folder = pathlib.Path(pytestconfig.getoption("build")).absolute()
    if not (folder / "libimapspec-fuzz.a").exists():
        raise pytest.UsageError(f"{folder}: has no libimapspec-fuzz.a; `make mutator` builds it")
    return folder


@pytest.fixture(scope="session")
def afl_library(build):
    """The mutator as a library, for programs that are built without its sanitizers."""
    path = build / "libimapspec-afl.so"
    if b"__asan" in path.read_bytes():
        pytest.skip("what loads it is built without the sanitizers of the library")
    return path
