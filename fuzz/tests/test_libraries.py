"""The libraries for the engines: what they bring into somebody else's program."""
import re
import subprocess


def names(*command):
    """What is global in a library."""
    listing = subprocess.run(["nm", "--defined-only", *command], check=True, capture_output=True,
                             text=True).stdout
    return set(re.findall(r"^\w+ [A-Z] (\w+)$", listing, re.M))


def test_libfuzzer_sees_its_own_names_only(build):
    """A target may hold another libimapspec, or whatever it calls its functions."""
    assert names("--extern-only", build / "libimapspec-fuzz.a") == {
        "LLVMFuzzerCustomMutator", "LLVMFuzzerCustomCrossOver"}


def test_aflplusplus_sees_its_own_names_only(build):
    assert names("--dynamic", build / "libimapspec-afl.so") == {
        f"afl_custom_{name}" for name in ["init", "fuzz", "init_trim", "trim", "post_trim",
                                          "deinit"]}
