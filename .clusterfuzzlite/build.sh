#!/bin/bash -eu
# Builds what OSS-Fuzz and ClusterFuzzLite run, by the variables of their images: SRC WORK OUT, CC CXX
# CFLAGS CXXFLAGS LIB_FUZZING_ENGINE, FUZZING_ENGINE SANITIZER. OUT then holds each target with its
# options, dictionary and seeds, linked with no library that the runner's image lacks.
#
# What it is given goes to make: FUZZ_TARGETS="responses commands" for these alone.
# scripts/check-fuzz-build runs it without Docker.
cd "$SRC/imapspec"

# An image's compiler may be newer than any that was tried: what it warns of stops nothing.
build() {
    make --no-print-directory --jobs="$(nproc)" "$@" \
        CFLAGS="$CFLAGS -Wno-error" ENGINE="$FUZZING_ENGINE" FUZZ_SANITIZER="$SANITIZER"
}

# What makes the tables and the seeds, and what mutates, is not to be watched.
CFLAGS=-O2 CXXFLAGS='' build CC=clang BUILD="$WORK/plain" OUT="$WORK/plain" mutator corpus
build BUILD="$WORK/$FUZZING_ENGINE-$SANITIZER" PLAIN="$WORK/plain" PEERS_OPTIONS=--from-source fuzz-out "$@"
