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


def pytest_configure(config):
    config.addinivalue_line("markers", "own_build: builds what it tests, with sanitizers of its own; "
                            "left out where what make built has some, as it would be the same")


def pytest_collection_modifyitems(config, items):
    if is_sanitized(build_folder(config)):
        config.hook.pytest_deselected(
            items=[item for item in items if item.get_closest_marker("own_build")])
        items[:] = [item for item in items if not item.get_closest_marker("own_build")]


def build_folder(config):
    return pathlib.Path(config.getoption("build")).absolute()


def library_of(folder):
    return folder / "libimapspec-afl.so"


def is_sanitized(folder):
    library = library_of(folder)
    return library.exists() and b"__asan" in library.read_bytes()


@pytest.fixture(scope="session")
def build(pytestconfig):
    """The folder of the build that is tested."""
    folder = build_folder(pytestconfig)
    if not (folder / "libimapspec-fuzz.a").exists():
        raise pytest.UsageError(f"{folder}: has no libimapspec-fuzz.a; `make mutator` builds it")
    return folder


@pytest.fixture(scope="session")
def afl_library(build):
    """The mutator as a library, for programs that are built without its sanitizers."""
    if is_sanitized(build):
        pytest.skip("what loads it is built without the sanitizers of the library")
    return library_of(build)
